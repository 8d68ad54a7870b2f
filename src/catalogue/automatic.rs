use serde_json::{Map, Value};

use super::Selector;
use crate::expect::Matcher;
use crate::source::Spanned;
use crate::template::Template;

/// Something that the engine does by itself between two activities.
#[derive(Clone, Debug)]
pub struct Automatic {
    /// Its name in `simulate:`.
    pub name: Spanned<String>,
    /// A line for people.
    pub title: String,
    /// How its element is recognised in a diagram.
    pub element: Vec<Selector>,
    /// Input parameters of the element whose values name it in `simulate:`, beside its own name.
    pub keys: Vec<String>,
    /// What it does.
    pub behaviour: Behaviour,
    /// The failures that it can be told to have, by outcome name.
    pub failures: Vec<Failure>,
    /// Local variables that its output mappings may read where nothing else gives them.
    pub locals: Map<String, Value>,
    /// Local variables that are composed, over `base_url`, `tenant`, `instance`, `token` and `parameters` (of the element).
    pub values: Vec<(String, Template)>,
    /// Process variables that are written on completion, as [`Simulated::writes`](super::Simulated::writes).
    pub writes: Vec<(String, String)>,
    /// The process variable that holds the results that a script gives; `{name}` as in `writes`.
    pub results_in: Option<String>,
    /// Input parameters and local variables that are shown while the process waits next, where the element that waits has no
    /// input parameter of the name.
    pub shows: Vec<String>,
    /// Which screen is shown next when it fails.
    pub error_screen: Option<ErrorScreen>,
    /// The state of the instance (flowproof's word) while it waits next.
    pub state: Option<String>,
}

/// The generic behaviours.
#[derive(Clone, Debug)]
pub enum Behaviour {
    /// Passes or fails, by the script, else by the first rule that matches the last capture.
    Check {
        /// The variable that holds what is judged and by which attempts are counted; `{name}` is an input parameter.
        subject: Option<String>,
        /// The limit on failures.
        attempts: Option<Attempts>,
        /// Rules over facts of the capture.
        rules: Vec<Rule>,
        /// Local variables that tell the result: the name, and whether it is true on `failed` or on `passed`.
        results: Vec<(String, bool)>,
    },
    /// Adds one to the process variable that the named input parameter names.
    Counter {
        /// The input parameter.
        variable: String,
    },
    /// Removes the process variables that the named input parameter lists.
    Clear {
        /// The input parameter.
        variables: String,
    },
    /// Decides: the value of an input parameter where it has one, else by whether some check failed.
    Decide {
        /// The input parameter whose value is taken as it is.
        from: String,
        /// The input parameter that gives the decision when a check failed.
        on_failure: String,
        /// The decision otherwise.
        otherwise: Value,
        /// The local variable that is written.
        result: String,
    },
    /// Tells whether everything that a list requires was captured, and what was chosen last.
    Tally(Tally),
    /// Does what the script says, else nothing.
    Stub,
}

/// What is counted where the question is whether everything that a list requires was captured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The input parameter that holds the list, the JSON of one, or names with commas between them.
    pub list: String,
    /// The process variable that holds it where the element has no such parameter.
    pub or_from: Option<String>,
    /// The member of an item that names it; an item that is a text names itself.
    pub key: String,
    /// The member of an item that is true where it is required.
    pub required: String,
    /// The process variable that names the item at hand, which must be captured as well.
    pub at_hand: Option<String>,
    /// The process variable in which what was captured stands by these names; `{name}` is an input parameter or a process
    /// variable.
    pub of: String,
    /// The member of what was captured that must be true.
    pub finished: String,
    /// The local variable that is written.
    pub result: String,
}

/// How many failures a check allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// The input parameter that gives the number. The n-th failure of a limit n exceeds it.
    pub limit: String,
    /// The input parameter that says whether exceeding raises an error; otherwise execution goes on.
    pub raised_if: Option<String>,
    /// The failure that exceeding is.
    pub exceeded: String,
}

/// A way to fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The outcome's name.
    pub name: Spanned<String>,
    /// The BPMN error that is raised. Without one the process goes on, or waits where it waited.
    pub error: Option<String>,
    /// The codes on the wire, the first being the default; none means that the wire does not show it.
    pub codes: Vec<i64>,
    /// The message on the wire.
    pub message: Option<String>,
}

/// Which screen is shown when a failure leads to an element that waits: a parameter of that element is replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorScreen {
    /// The parameter of the element that waits.
    pub parameter: String,
    /// The input parameter of the element that failed which gives the value.
    pub from: String,
    /// The parameter of the element that waits which lists the values that it knows; none other replaces anything.
    pub listed_in: Option<String>,
}

/// A rule over facts of a capture: `sha256`, `bytes`, `width`, `height`, `comment`, `media`, and what the comment says to
/// flowproof: `marks.NAME`.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What must hold of the facts, over `subject` (the variable that is judged) and `parameters` (of the element).
    pub when: Vec<(String, Matcher)>,
    /// The failure that follows.
    pub outcome: Spanned<String>,
    /// Its code, if not the failure's first.
    pub code: Option<i64>,
}
