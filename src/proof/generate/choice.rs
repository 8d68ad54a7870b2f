use serde_json::{Map as Members, Value};

use super::cells::Setting;
use crate::catalogue::{Activity, Failure, Input, InputType};
use crate::process::{Boundary, Definition, Kind, Node, Trigger};
use crate::proof::Map;
use crate::proof::filled::Filled;
use crate::proof::happy::placeholder;
use crate::proof::outcome::is_granted;
use crate::script::Directive;

/// Most ways to fill in the inputs of one activity that are tried.
const MAX_WAYS: usize = 64;
/// What an event that catches every code is raised by, where the catalogue names no failure.
const ANY_CODE: &str = "UnexpectedError";

/// What is chosen where a process can go on in several ways.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Choice {
    /// It is started with these values.
    Start(Setting),
    /// An automatic element does this.
    Work {
        /// The failure that it is told to have; `None`: it passes.
        fails: Option<Directive>,
        /// What holds behind it, as far as it can be told to set that.
        setting: Setting,
    },
    /// Somebody answers where the process waits.
    Answer {
        /// The inputs that are given, by their places in the activity. A file is null: which one is open.
        given: Vec<(usize, Value)>,
        /// The error that the element is told to raise, if it is.
        fails: Option<Thrown>,
    },
    /// Nobody does, and the first timer fires.
    Timeout,
}

/// An error of an element that waits.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Thrown {
    /// What it is told.
    pub told: Directive,
    /// The error that it raises then.
    pub error: String,
    /// The code that the answer shows, if nothing else shows one.
    pub code: Option<i64>,
}

impl Choice {
    /// How much there is to say of it, apart from the way that it opens.
    pub fn words(&self) -> i64 {
        match self {
            Self::Start(_) => 0,
            Self::Work { fails, .. } => i64::from(fails.is_some()),
            Self::Answer { given, fails } => given.len() as i64 + i64::from(fails.is_some()),
            Self::Timeout => 1,
        }
    }
}

/// The ways to answer at an element, the plain success first.
pub(super) fn answers(map: &Map, node: &Node, element: &Members<String, Value>) -> Vec<Choice> {
    let Some(activity) = map.activity_at(node.index) else { return Vec::new() };
    let mut ways: Vec<Vec<(usize, Value)>> = vec![Vec::new()];
    for (at, input) in activity.inputs.iter().enumerate() {
        let candidates = candidates(activity, input, element);
        ways = ways
            .iter()
            .flat_map(|way| {
                candidates.iter().map(move |value| {
                    way.iter().cloned().chain(value.clone().map(|value| (at, value))).collect::<Vec<_>>()
                })
            })
            .take(MAX_WAYS)
            .collect();
    }
    let mut found = Vec::new();
    for mut given in ways {
        let Some(filled) = fill(activity, &given, element) else { continue };
        let Some(outcome) = filled.outcomes(None).find(|outcome| is_granted(outcome)) else { continue };
        let is_success = outcome.name.value == Activity::SUCCESS;
        // Where an answer does without the upload, nobody sends a picture.
        let spared = activity.simulated.needs.as_ref().and_then(|need| need.unless.as_ref());
        if !is_success && spared.is_some_and(|name| filled.locals.get(name) == Some(&Value::Bool(true))) {
            given.retain(|(at, _)| !is_file(&activity.inputs[*at]));
        }
        let values = given.iter().filter(|(at, _)| !is_file(&activity.inputs[*at])).count();
        found.push((!is_success, values, given));
    }
    found.sort_by_key(|(fails, values, _)| (*fails, *values));
    let plain = found.first().map(|(.., given)| given.clone()).unwrap_or_default();
    let mut choices: Vec<Choice> = found.into_iter().map(|(.., given)| Choice::Answer { given, fails: None }).collect();
    let errors = errors(map.definition(), node).into_iter().map(|error| thrown(map, activity, node, error));
    choices.extend(errors.map(|fails| Choice::Answer { given: plain.clone(), fails: Some(fails) }));
    choices
}

/// An activity with what a choice gives it.
pub(super) fn fill<'a>(
    activity: &'a Activity,
    given: &[(usize, Value)],
    element: &Members<String, Value>,
) -> Option<Filled<'a>> {
    let given: Vec<(&Input, Value)> = given.iter().map(|(at, value)| (&activity.inputs[*at], value.clone())).collect();
    Filled::of(activity, &given, element)
}

fn is_file(input: &Input) -> bool {
    matches!(input.kind, InputType::File { .. })
}

/// The values that an input may be given; `None`: it is left out.
fn candidates(activity: &Activity, input: &Input, element: &Members<String, Value>) -> Vec<Option<Value>> {
    if is_file(input) {
        return vec![Some(Value::Null)];
    }
    let asks = |outcome: &crate::catalogue::Outcome| {
        outcome.when.inputs.iter().any(|(name, _)| name.value == input.name.value)
    };
    let is_told = activity.outcome(Activity::SUCCESS).is_some_and(asks);
    let may_lack = (!input.required || input.default.is_some()) && !is_told;
    let mut values: Vec<Option<Value>> = if may_lack { vec![None] } else { Vec::new() };
    match &input.kind {
        _ if !input.one_of.is_empty() => values.extend(input.one_of.iter().cloned().map(Some)),
        InputType::Boolean => values.extend([Some(Value::Bool(true)), Some(Value::Bool(false))]),
        kind => {
            // The element itself may list what it takes.
            let listed = activity.simulated.accepts.iter().flat_map(|accepted| accepted.listed(element));
            values.extend(listed.filter(|value| kind.accepts(value).is_ok()).map(Some));
            if !may_lack {
                values.push(Some(placeholder(kind)));
            }
        }
    }
    values
}

/// An error by which an element is left, and whether it is the one that a catch-all catches.
#[derive(Clone, Copy, Debug)]
struct Caught<'a> {
    code: Option<&'a str>,
}

/// The errors that events on the border of an element catch.
fn errors<'a>(definition: &'a Definition, node: &'a Node) -> Vec<Caught<'a>> {
    let mut caught: Vec<Caught<'_>> = Vec::new();
    for boundary in &node.boundaries {
        if let Kind::Boundary(Boundary { trigger: Trigger::Error { code, .. }, .. }) = &definition[*boundary].kind
            && !caught.iter().any(|other| other.code == code.as_deref())
        {
            caught.push(Caught { code: code.as_deref() });
        }
    }
    caught
}

/// The ways in which an automatic element fails that something catches.
pub(super) fn failures(map: &Map, node: &Node) -> Vec<Directive> {
    let known = map.automatic_at(node.index).map(|automatic| automatic.failures.as_slice()).unwrap_or_default();
    let caught = errors(map.definition(), node);
    let specific = |error: &str| caught.iter().any(|one| one.code == Some(error));
    let raised = |one: &Caught<'_>, failure: &Failure| match (&failure.error, one.code) {
        (Some(error), Some(code)) => error == code,
        (Some(error), None) => !specific(error),
        (None, _) => false,
    };
    let told = |one: &Caught<'_>| match known.iter().find(|failure| raised(one, failure)) {
        Some(failure) => Directive { outcome: Some(failure.name.value.clone()), ..Directive::default() },
        None => Directive { error: Some(one.code.unwrap_or(ANY_CODE).to_owned()), ..Directive::default() },
    };
    caught.iter().map(told).collect()
}

/// What an element that waits is told so that it raises an error.
fn thrown(map: &Map, activity: &Activity, node: &Node, caught: Caught<'_>) -> Thrown {
    let specific = |error: &str| errors(map.definition(), node).iter().any(|one| one.code == Some(error));
    let raises = |error: &String| caught.code.map_or_else(|| !specific(error), |code| code == error);
    let outcome = activity.outcomes.iter().find(|outcome| outcome.errors.iter().any(raises));
    let error = outcome.and_then(|outcome| outcome.errors.iter().find(|error| raises(error)).cloned());
    let error = error.unwrap_or_else(|| caught.code.unwrap_or(ANY_CODE).to_owned());
    // The first one that is caught is what the outcome alone means.
    let own = outcome.and_then(|outcome| {
        let handled = |error: &&String| map.definition().error_handler(node.index, error).is_some();
        outcome.errors.iter().find(handled)
    });
    let told = Directive {
        outcome: outcome.map(|outcome| outcome.name.value.clone()),
        error: (own != Some(&error)).then(|| error.clone()),
        ..Directive::default()
    };
    Thrown { told, error, code: outcome.and_then(|outcome| outcome.codes.first().copied()) }
}
