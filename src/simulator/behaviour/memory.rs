use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use crate::catalogue::ErrorScreen;
use crate::process::Effect;

/// What an instance remembers beside its variables.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// How often each check has failed each subject.
    attempts: HashMap<(String, String), u64>,
    /// By element: whether its last result was a failure.
    checks: BTreeMap<String, bool>,
    /// What holds until the wait state is left.
    pub waiting: Waiting,
}

/// What holds until the wait state is left.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    /// The state (flowproof's word) while it waits.
    pub state: Option<String>,
    /// The last failure since the wait state before that the wire shows.
    pub failure: Option<Surfaced>,
    /// What the last failure since the wait state before wants to be shown.
    pub error_screen: Option<Shown>,
    /// What automatic elements on the way have given to be shown.
    pub shown: Map<String, Value>,
}

/// A parameter of the element that waits, replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// How it is replaced.
    pub by: ErrorScreen,
    /// Its value.
    pub value: Value,
}

impl Waiting {
    /// The parameters of the element that waits as they are shown: its own before what was given on the way.
    pub fn parameters(&self, inputs: &Map<String, Value>) -> Map<String, Value> {
        let mut shown = self.shown.clone();
        shown.extend(inputs.iter().map(|(name, value)| (name.clone(), value.clone())));
        if let Some(Shown { by, value }) = &self.error_screen {
            let listed =
                |name: &String| inputs.get(name).and_then(Value::as_array).is_some_and(|all| all.contains(value));
            if by.listed_in.as_ref().is_none_or(listed) {
                shown.insert(by.parameter.clone(), value.clone());
            }
        }
        shown
    }
}

/// A failure as the wire shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surfaced {
    /// Its code.
    pub code: i64,
    /// Its message.
    pub message: String,
    /// What is wrong with single values, by their names.
    pub problems: Map<String, Value>,
}

impl Memory {
    /// Leaves the wait state, and gives what held in it.
    pub fn leave(&mut self) -> Waiting {
        std::mem::take(&mut self.waiting)
    }

    /// Whether the last result of some check was a failure.
    pub fn has_failed_check(&self) -> bool {
        self.checks.values().any(|failed| *failed)
    }

    /// Records the result of a check.
    pub(super) fn judged(&mut self, element: &str, failed: bool) {
        self.checks.insert(element.to_owned(), failed);
    }

    /// Counts one more failure of a subject and gives their number.
    pub fn attempt(&mut self, check: &str, subject: &str) -> u64 {
        let attempts = self.attempts.entry((check.to_owned(), subject.to_owned())).or_default();
        *attempts += 1;
        *attempts
    }

    /// Forgets the attempts of one subject.
    pub fn succeed(&mut self, check: &str, subject: &str) {
        self.attempts.remove(&(check.to_owned(), subject.to_owned()));
    }

    /// Forgets the attempts of subjects that stand in a variable that is removed.
    pub(super) fn forget(&mut self, variable: &str) {
        let inside =
            |subject: &str| subject.strip_prefix(variable).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.attempts.retain(|(_, subject), _| !inside(subject));
    }

    /// Raises a BPMN error, if there is one, and keeps what the wire shows of it.
    pub(super) fn raise(&mut self, error: Option<&str>, code: Option<i64>, message: Option<String>) -> Effect {
        if let Some(code) = code {
            let message = message.clone().unwrap_or_default();
            self.waiting.failure = Some(Surfaced { code, message, problems: Map::new() });
        }
        match error {
            Some(error) => Effect::Error { code: error.to_owned(), message, set: Vec::new() },
            None => Effect::done(),
        }
    }
}
