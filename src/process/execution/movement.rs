use serde::{Deserialize, Serialize};

use super::{Incident, Occurrence};
use crate::process::expression::Atoms;

/// One move of a token. Elements are named by their id in the diagram, so that a stored move needs no definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// When, in milliseconds of the virtual clock.
    pub at: u64,
    /// What happened.
    pub kind: MoveKind,
}

/// What a [`Move`] is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MoveKind {
    /// A token reached a node. A gateway that joins is reached once all tokens have come that it waits for.
    Entered {
        /// The node.
        node: String,
        /// How often it was reached, from 1.
        visit: u32,
    },
    /// A node did what it does.
    Completed {
        /// The node.
        node: String,
    },
    /// An activity, or an event that waited, was ended by something else: an event on a border, an error, or the end of its scope.
    Cancelled {
        /// The activity.
        node: String,
    },
    /// A condition was evaluated. At an exclusive gateway those after the first that holds are not.
    Evaluated {
        /// The flow that has the condition.
        flow: String,
        /// Its verdict.
        value: bool,
        /// What its parts came to, in the order they are written, null for one that was not asked; empty if it is one part.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        atoms: Atoms,
    },
    /// A token passed a flow.
    Taken {
        /// The flow.
        flow: String,
    },
    /// An activity threw a BPMN error.
    Error {
        /// The activity.
        node: String,
        /// The code.
        code: String,
        /// The event that catches it, if one does: on the border of the activity or of a subprocess around it, or the start of an
        /// event subprocess.
        boundary: Option<String>,
    },
    /// A timer fired.
    TimerFired {
        /// The event.
        boundary: String,
    },
    /// An event threw a message, a signal or an escalation.
    Thrown {
        /// The event.
        node: String,
        /// What.
        occurrence: Occurrence,
    },
    /// What an event waited for has come.
    Caught {
        /// The event.
        event: String,
        /// What.
        occurrence: Occurrence,
    },
    /// A token was consumed: by an end event, or by a node that no flow leaves.
    Ended {
        /// The node.
        node: String,
    },
    /// The execution cannot go on.
    Incident {
        /// The node of the token.
        node: Option<String>,
        /// Why.
        incident: Incident,
    },
}
