use std::collections::{BTreeMap, BTreeSet};

use crate::process::NodeIndex;

/// What nodes are known to do beside what their definition says, as a catalogue declares it.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    /// By node.
    pub deeds: BTreeMap<NodeIndex, Deeds>,
}

/// What a node is known to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deeds {
    /// The process variables that it writes when it is completed.
    pub writes: BTreeSet<String>,
    /// The process variables that it removes when it is completed.
    pub removes: BTreeSet<String>,
    /// The process variable to which it adds one.
    pub counts: Option<String>,
    /// The codes of the errors that it can raise.
    pub raises: BTreeSet<String>,
}
