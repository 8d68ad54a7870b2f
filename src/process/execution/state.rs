use serde_json::Value;

use super::{Incident, Move, Work, WriteError};
use crate::process::expression::{Map, Scope};
use crate::process::{Definition, NodeIndex};

/// What engines do differently; the defaults are the documented ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Whether the output parameters of an activity are evaluated when a boundary event cancels it. Default: no.
    pub map_outputs_on_cancel: bool,
    /// Most nodes that are passed between two wait states. Default: 1,000.
    pub fuel: u32,
    /// Most timers that fire in one advance of the clock. Default: 10,000.
    pub firings: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { map_outputs_on_cancel: false, fuel: 1_000, firings: 10_000 }
    }
}

/// One instance of a process: where its token is, its variables and its virtual clock. The definition is passed to
/// every call and must be the same one.
#[derive(Clone, Debug)]
pub struct Execution {
    pub(super) settings: Settings,
    pub(super) at: Option<NodeIndex>,
    pub(super) standing: Standing,
    pub(super) since: u64,
    pub(super) clock: u64,
    pub(super) variables: Map,
    pub(super) locals: Map,
    pub(super) timers: Vec<ArmedTimer>,
    pub(super) visits: Vec<u32>,
}

/// How an execution stands, between two inputs.
#[derive(Clone, Debug)]
pub(super) enum Standing {
    Waiting,
    Ended,
    Incident(Incident),
}

/// A timer that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArmedTimer {
    /// The boundary event.
    pub boundary: NodeIndex,
    /// When it fires, in milliseconds of the virtual clock.
    pub due: u64,
}

/// How an execution stands.
#[derive(Clone, Debug, PartialEq)]
pub enum State<'a> {
    /// An external task waits for an answer.
    Waiting {
        /// The task.
        node: NodeIndex,
        /// When it was entered, in milliseconds of the virtual clock.
        since: u64,
        /// When its first timer fires, if it has one.
        due: Option<u64>,
    },
    /// The token was consumed at this node.
    Ended {
        /// The end event, or the node that no flow leaves.
        node: NodeIndex,
    },
    /// It cannot go on.
    Incident(&'a Incident),
}

/// What happens to an execution from outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The external task that it waits at is completed.
    Complete {
        /// Local results, added to the input values; the output parameters read them.
        locals: Map,
        /// Process variables to write before, by dotted path.
        set: Vec<(String, Value)>,
    },
    /// The external task that it waits at throws a BPMN error.
    Throw {
        /// The code.
        code: String,
        /// The message.
        message: Option<String>,
        /// Process variables to write before, by dotted path.
        set: Vec<(String, Value)>,
    },
    /// The virtual clock moves on, and timers that are due on the way fire, each at its own time.
    Advance {
        /// The new time in milliseconds.
        to: u64,
    },
}

/// Why an input was not applied. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The instance has ended.
    #[error("the process instance has ended")]
    Ended,
    /// The instance stands at an incident.
    #[error("the process instance cannot go on: {0}")]
    Incident(Incident),
    /// The clock does not go back.
    #[error("the clock stands at {now} ms and cannot go back to {to} ms")]
    Backwards {
        /// The time of the clock.
        now: u64,
        /// The time that was wanted.
        to: u64,
    },
    /// A variable cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl Execution {
    /// Starts an instance at virtual time `now` and moves it to where it first stands.
    pub fn start(
        definition: &Definition,
        settings: Settings,
        variables: Map,
        now: u64,
        work: &mut dyn Work,
    ) -> (Self, Vec<Move>) {
        let mut execution = Self {
            settings,
            at: None,
            standing: Standing::Waiting,
            since: now,
            clock: now,
            variables,
            locals: Map::new(),
            timers: Vec::new(),
            visits: vec![0; definition.nodes().len()],
        };
        let moves = execution.begin(definition, work);
        (execution, moves)
    }

    /// Applies one input and moves the token to where it stands again.
    ///
    /// Advancing the clock of an instance that has ended or failed is allowed and moves nothing, since several
    /// instances share a clock.
    ///
    /// # Errors
    /// If the input cannot be applied as things stand; then nothing has changed.
    pub fn apply(&mut self, definition: &Definition, input: Input, work: &mut dyn Work) -> Result<Vec<Move>, Refused> {
        match input {
            Input::Complete { locals, set } => {
                self.must_wait()?;
                super::variables::write_all(&mut self.variables, set)?;
                Ok(self.complete(definition, locals, work))
            }
            Input::Throw { code, message, set } => {
                self.must_wait()?;
                super::variables::write_all(&mut self.variables, set)?;
                Ok(self.throw(definition, &code, message, work))
            }
            Input::Advance { to } if to < self.clock => Err(Refused::Backwards { now: self.clock, to }),
            Input::Advance { to } => Ok(self.advance(definition, to, work)),
        }
    }

    /// Writes a process variable, by dotted path, while the execution stands: what an upload leaves behind.
    ///
    /// # Errors
    /// If the path cannot be written; then nothing has changed.
    pub fn write(&mut self, path: &str, value: Value) -> Result<(), WriteError> {
        super::write(&mut self.variables, path, value)
    }

    fn must_wait(&self) -> Result<(), Refused> {
        match &self.standing {
            Standing::Waiting => Ok(()),
            Standing::Ended => Err(Refused::Ended),
            Standing::Incident(incident) => Err(Refused::Incident(incident.clone())),
        }
    }

    /// How it stands.
    pub fn state(&self) -> State<'_> {
        match (&self.standing, self.at) {
            (Standing::Incident(incident), _) => State::Incident(incident),
            (Standing::Ended, Some(node)) => State::Ended { node },
            (Standing::Waiting, Some(node)) => {
                let due = self.timers.iter().map(|timer| timer.due).min();
                State::Waiting { node, since: self.since, due }
            }
            // Without a start event there is no node, and `begin` has recorded that as an incident.
            (Standing::Ended | Standing::Waiting, None) => State::Incident(&Incident::NoStart),
        }
    }

    /// The node at which the token stands, or stood when it was consumed or failed.
    pub fn at(&self) -> Option<NodeIndex> {
        self.at
    }

    /// The values of the input parameters of the node at which it stands.
    pub fn inputs(&self) -> &Map {
        &self.locals
    }

    /// The variables of the process.
    pub fn variables(&self) -> &Map {
        &self.variables
    }

    /// What an expression sees where the execution stands.
    pub fn scope(&self) -> Scope<'_> {
        Scope { locals: &self.locals, variables: &self.variables }
    }

    /// The timers that run, in document order of their boundary events.
    pub fn timers(&self) -> &[ArmedTimer] {
        &self.timers
    }

    /// How often a node was reached.
    pub fn visits(&self, node: NodeIndex) -> u32 {
        self.visits.get(node.position()).copied().unwrap_or_default()
    }

    /// The virtual clock in milliseconds.
    pub fn clock(&self) -> u64 {
        self.clock
    }
}
