use serde_json::Value;

use super::{FormUse, Selector};
use crate::expect::{Matcher, StatusExpectation};
use crate::source::Spanned;
use crate::template::Template;

/// A named interaction: with an element of a process, or with the engine around it.
#[derive(Clone, Debug)]
pub struct Activity {
    /// Its name in scenarios.
    pub name: Spanned<String>,
    /// A line for people.
    pub title: String,
    /// How its element is recognised in a diagram; empty for calls that belong to no element.
    pub element: Vec<Selector>,
    /// Its inputs, in the order of the file.
    pub inputs: Vec<Input>,
    /// Its requests, in the order they are sent. The outcome is read from the last one's answer.
    pub requests: Vec<RequestUse>,
    /// What is kept of the answer for the session, by session variable.
    pub keep: Vec<Keep>,
    /// What must hold of a successful answer, whatever a scenario expects.
    pub ensure: Vec<Ensure>,
    /// How the simulator plays the element.
    pub simulated: Simulated,
    /// The named classes of its answer, in the order they are tried.
    pub outcomes: Vec<Outcome>,
}

impl Activity {
    /// The name of the outcome that a step without expectation expects.
    pub const SUCCESS: &'static str = "success";

    /// The outcome of a name.
    pub fn outcome(&self, name: &str) -> Option<&Outcome> {
        self.outcomes.iter().find(|outcome| outcome.name.value == name)
    }

    /// The input of a name.
    pub fn input(&self, name: &str) -> Option<&Input> {
        self.inputs.iter().find(|input| input.name.value == name)
    }
}

/// What a step may give to an activity.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its name in `with:`; templates see hyphens as underscores.
    pub name: Spanned<String>,
    /// A line for people.
    pub title: String,
    /// What it must be.
    pub kind: InputType,
    /// Whether a step must give it.
    pub required: bool,
    /// Its value where a step gives none; absent and not required means that nothing is sent.
    pub default: Option<Template>,
    /// The only values that make sense; empty for any.
    pub one_of: Vec<Value>,
    /// Whether its value is a secret.
    pub secret: bool,
    /// Whether its value is personal data.
    pub personal: bool,
}

impl Input {
    /// The name under which templates see it.
    pub fn variable(&self) -> String {
        self.name.value.replace('-', "_")
    }
}

/// What the value of an input or parameter must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputType {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Names and values.
    Map,
    /// A list.
    List,
    /// An instant, ISO 8601.
    DateTime,
    /// A length of time, ISO 8601 or `90s`.
    Duration,
    /// A country by its code of two letters (ISO 3166-1 alpha-2), in either case.
    Country,
    /// A file, by its path relative to the scenario.
    File {
        /// The allowed media types; empty for any.
        media: Vec<String>,
        /// The largest size in bytes.
        max_bytes: u64,
    },
    /// Anything.
    Any,
}

/// One request of an activity.
#[derive(Clone, Debug)]
pub struct RequestUse {
    /// The wire exchange that it is.
    pub exchange: Spanned<String>,
    /// The name of its answer in `responses.<name>`: the exchange's unless the catalogue says otherwise.
    pub name: String,
    /// The input without which the request is left out.
    pub condition: Option<Spanned<String>>,
    /// The values of the exchange's parameters. Without it, each input is the parameter of the same name. A value that is
    /// undefined or null at the top level, or as a member of a map, is left out.
    pub with: Option<Vec<(Spanned<String>, Template)>>,
}

/// A session variable that is taken from the answer of a successful activity.
#[derive(Clone, Debug)]
pub struct Keep {
    /// Its name below `session`.
    pub name: Spanned<String>,
    /// Its value, over `answer`, `inputs` and `session`.
    pub from: Template,
    /// Whether its value is a secret.
    pub secret: bool,
}

/// A fact that must hold of a successful answer.
#[derive(Clone, Debug)]
pub struct Ensure {
    /// An expression over `answer`, `inputs` and `session` that must be true.
    pub that: Template,
    /// What is wrong otherwise.
    pub otherwise: String,
}

/// How the simulator plays the element of an activity.
#[derive(Clone, Debug, Default)]
pub struct Simulated {
    /// The upload without which the element cannot be completed.
    pub needs: Option<Need>,
    /// What local variables must be, or the request is refused and the element waits on.
    pub accepts: Vec<Accepted>,
    /// Local variables where the caller gives none.
    pub locals: serde_json::Map<String, Value>,
    /// Process variables that are written on completion: a dotted path and the local variable or input parameter that is
    /// stored there, `*` being all local variables. In the path `{name}` is a local variable, an input parameter or a process
    /// variable; `{*}` stands for each member of what is stored.
    pub writes: Vec<(String, String)>,
    /// The form that it shows, whose values are judged.
    pub form: Option<FormUse>,
    /// The state of the instance (flowproof's word) while it waits there, where nothing before it has given one.
    pub state: Option<String>,
}

/// An upload without which an element cannot be completed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The exchange of the upload.
    pub upload: Spanned<String>,
    /// The local variable that, where it is true, does without it.
    pub unless: Option<String>,
}

/// What a local variable must be that the caller gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Accepted {
    /// The local variable.
    pub local: String,
    /// What it must be.
    pub kind: InputType,
    /// Whether the caller must give it.
    pub required: bool,
    /// The only values; empty for any.
    pub one_of: Vec<Value>,
    /// The input parameter of the element that lists the only values, as a list, as the JSON of one, or as names
    /// with commas between them. One that lists nothing allows everything.
    pub listed_in: Option<String>,
    /// The member of a listed mapping that is the value.
    pub member: Option<String>,
}

/// A named class of an activity's answer.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its name.
    pub name: Spanned<String>,
    /// What the answer looks like.
    pub when: When,
    /// The codes that it may carry.
    pub codes: Vec<i64>,
    /// The BPMN error codes as which it is drawn, raised by any automatic element before the next wait state.
    pub errors: Vec<String>,
}

/// Conditions on an answer; all that are given must hold.
#[derive(Clone, Debug, Default)]
pub struct When {
    /// On the HTTP status.
    pub status: Option<StatusExpectation>,
    /// On fields of the answer by their wire name: `code`, `state`, …
    pub fields: Vec<(Spanned<String>, Matcher)>,
    /// On what the step gave, by input name; an input that was not given is nothing, so `exists: false` holds of it.
    pub inputs: Vec<(Spanned<String>, Matcher)>,
}
