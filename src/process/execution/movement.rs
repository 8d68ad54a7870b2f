use serde::{Deserialize, Serialize};

use super::Incident;
use crate::process::expression::Atoms;

/// One move of the token. Elements are named by their id in the diagram, so that a stored move needs no definition.
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
    /// The token reached a node.
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
    /// An activity was left through a boundary event.
    Cancelled {
        /// The activity.
        node: String,
    },
    /// A condition of a gateway was evaluated. Conditions after the first that holds are not.
    Evaluated {
        /// The flow that has the condition.
        flow: String,
        /// Its verdict.
        value: bool,
        /// What its parts came to, in the order they are written, null for one that was not asked; empty if it is one part.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        atoms: Atoms,
    },
    /// The token passed a flow.
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
        /// The boundary event that catches it, if one does.
        boundary: Option<String>,
    },
    /// A timer fired.
    TimerFired {
        /// The boundary event.
        boundary: String,
    },
    /// The token was consumed: by an end event, or by a node that no flow leaves.
    Ended {
        /// The node.
        node: String,
    },
    /// The execution cannot go on.
    Incident {
        /// The node at which the token stands.
        node: Option<String>,
        /// Why.
        incident: Incident,
    },
}
