use serde::{Deserialize, Serialize};

use crate::process::{Kind, Node, Trigger};

/// What events throw and catch, beside errors and time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Occurrence {
    /// A message, for one that waits for it.
    Message {
        /// Its name.
        name: Option<String>,
    },
    /// A signal, for all that wait for it.
    Signal {
        /// Its name.
        name: Option<String>,
    },
    /// An escalation, for the scopes around it.
    Escalation {
        /// Its code.
        code: Option<String>,
    },
    /// A condition has become true.
    Condition,
}

impl Occurrence {
    /// Whether a node waits for a message or signal like this. One that names none takes each.
    pub(super) fn reaches(&self, node: &Node) -> bool {
        let fits = |wanted: &Option<String>, given: &Option<String>| wanted.is_none() || wanted == given;
        match (self, node.trigger(), &node.kind) {
            (Self::Message { name }, Some(Trigger::Message { name: wanted }), _)
            | (Self::Message { name }, _, Kind::ReceiveTask { message: wanted })
            | (Self::Signal { name }, Some(Trigger::Signal { name: wanted }), _) => fits(wanted, name),
            _ => false,
        }
    }
}
