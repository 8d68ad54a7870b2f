use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use super::{When, variable};
use crate::source::Spanned;

/// How a session with the engine is opened, kept alive and read.
#[derive(Clone, Debug)]
pub struct Session {
    /// The activities that open a session, in order.
    pub open: Vec<Spanned<String>>,
    /// The activity that obtains the credential.
    pub credential: Option<Spanned<String>>,
    /// How long before its end a credential is renewed.
    pub renew_margin: Duration,
    /// The answer by which the engine says that the credential has expired.
    pub renew_when: Option<When>,
    /// The activity that reads where the process stands.
    pub position: Option<Spanned<String>>,
    /// The activity that reads the state of the instance.
    pub instance: Option<Spanned<String>>,
    /// The activity that ends an instance which a scenario leaves.
    pub end: Option<Spanned<String>>,
    /// The engine's words for the states of an instance.
    pub states: States,
    /// Which of the states are final, as the engine's words.
    pub final_states: Vec<String>,
    /// The state at the end of a process: the first rule that holds.
    pub finalizer: Vec<Finalizer>,
    /// What the simulator does where the engine's own numbers are not known.
    pub simulated: SimulatedSession,
}

/// What happened on the way to the end of an instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ending {
    /// The execution stopped with an incident.
    pub incident: bool,
    /// A timer fired.
    pub timed_out: bool,
    /// The last result of some check was a failure.
    pub failed_check: bool,
}

impl Session {
    /// The state of an instance that has ended, as flowproof's word.
    pub fn final_state(&self, ending: &Ending, variables: &Map<String, Value>) -> &str {
        let holds = |condition: &Condition| match condition {
            Condition::Incident => ending.incident,
            Condition::Timeout => ending.timed_out,
            Condition::FailedCheck => ending.failed_check,
            Condition::Variable { path, equals } => variable::get(variables, path).unwrap_or(&Value::Null) == equals,
            Condition::Always => true,
        };
        let rule = self.finalizer.iter().find(|rule| holds(&rule.when));
        rule.map_or(SUCCEEDED, |rule| rule.state.value.as_str())
    }
}

/// flowproof's word for the state of an instance that has ended well.
pub const SUCCEEDED: &str = "succeeded";

/// flowproof's words for the states of an instance.
pub const STATES: &[&str] = &["created", "running", "review", "paused", "succeeded", "failed", "terminated", "broken"];

/// The engine's words for the states of an instance, by flowproof's ([`STATES`]).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct States(pub BTreeMap<String, String>);

impl States {
    /// The engine's word for one of flowproof's; the word itself where the catalogue gives none.
    pub fn word<'a>(&'a self, state: &'a str) -> &'a str {
        self.0.get(state).map_or(state, String::as_str)
    }
}

/// One rule for the state at the end of a process.
#[derive(Clone, Debug, PartialEq)]
pub struct Finalizer {
    /// When it holds.
    pub when: Condition,
    /// The state then, as flowproof's word.
    pub state: Spanned<String>,
}

/// What a finalizer rule asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// The execution stopped with an incident.
    Incident,
    /// A timer fired.
    Timeout,
    /// The last result of some check was a failure.
    FailedCheck,
    /// A process variable has this value.
    Variable {
        /// Its dotted path.
        path: String,
        /// The value.
        equals: Value,
    },
    /// Always.
    Always,
}

/// What the simulator does where the engine's own numbers are not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimulatedSession {
    /// The API key that the simulator accepts.
    pub key: String,
    /// How long a credential holds, in virtual time.
    pub credential_ttl: Duration,
    /// The tenant's name.
    pub tenant: String,
    /// The language of screens where the process names none.
    pub language: String,
    /// The process variable that holds the parameters of the token; `None` hides them from the process.
    pub token_parameters: Option<String>,
}

impl Default for SimulatedSession {
    fn default() -> Self {
        Self {
            key: "flowproof-simulator-key".to_owned(),
            credential_ttl: Duration::from_secs(30 * 60),
            tenant: "simulator".to_owned(),
            language: "en".to_owned(),
            token_parameters: None,
        }
    }
}
