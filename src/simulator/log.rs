use serde::Serialize;

use crate::process::MoveKind;

/// What became of a world, told when it is closed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Closing {
    /// Every move of every instance, in the order it happened.
    pub moves: Vec<Moved>,
    /// How many moves came after the bound on recorded ones.
    pub lost_moves: u64,
    /// What was told and never used: the key of an entry, or `key, visit n` for one visit of a list.
    pub unused: Vec<String>,
    /// Automatic elements that passed because nothing was declared for them.
    pub stubs: Vec<String>,
}

/// One move of one instance.
#[derive(Clone, Debug, Serialize)]
pub struct Moved {
    /// The correlation id of the request that caused it; none if the clock did.
    pub request: Option<String>,
    /// The id of the instance.
    pub instance: String,
    /// When, in milliseconds of the virtual clock.
    pub at: u64,
    /// What happened.
    pub kind: MoveKind,
}
