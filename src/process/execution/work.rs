use serde_json::Value;

use crate::process::Node;
use crate::process::expression::Map;

/// Performs automatic tasks. It may keep state of its own, such as what a script says about each visit.
pub trait Work {
    /// Performs one automatic task, at once and without waiting.
    fn perform(&mut self, call: Call<'_>) -> Effect;

    /// What comes to a task or event that waits for a message or signal, if that is there already; otherwise it waits.
    fn receive(&mut self, call: Call<'_>) -> Option<Effect> {
        let _ = call;
        None
    }
}

impl<F: FnMut(Call<'_>) -> Effect> Work for F {
    fn perform(&mut self, call: Call<'_>) -> Effect {
        self(call)
    }
}

/// What an automatic task sees.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The task.
    pub node: &'a Node,
    /// The values of its input parameters.
    pub inputs: &'a Map,
    /// The variables of the process.
    pub variables: &'a Map,
    /// How often the task was reached in this execution, from 1.
    pub visit: u32,
    /// Milliseconds of the virtual clock.
    pub now: u64,
}

/// What an automatic task did.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// It completed: variables are set, then removed, then the output parameters are evaluated over the locals.
    Complete {
        /// Local results, added to the input values.
        locals: Map,
        /// Process variables to write, by dotted path.
        set: Vec<(String, Value)>,
        /// Process variables to remove, by name.
        remove: Vec<String>,
    },
    /// It threw a BPMN error.
    Error {
        /// The code.
        code: String,
        /// The message.
        message: Option<String>,
        /// Process variables to write before, by dotted path.
        set: Vec<(String, Value)>,
    },
    /// It failed in a way that no boundary event catches.
    Incident(String),
}

impl Effect {
    /// Completed without results.
    pub fn done() -> Self {
        Self::Complete { locals: Map::new(), set: Vec::new(), remove: Vec::new() }
    }
}
