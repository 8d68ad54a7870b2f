use serde::Serialize;

use crate::process::{MoveKind, shorten};

/// What became of a world, told when it is closed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Closing {
    /// Every move of every instance, in the order it happened.
    pub moves: Vec<Moved>,
    /// The moves of each instance as one short text, where they are wanted so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub walks: Vec<Walked>,
    /// How many moves came after the bound on recorded ones.
    pub lost_moves: u64,
    /// What was told and never used: the key of an entry, or `key, visit n` for one visit of a list.
    pub unused: Vec<String>,
    /// Automatic elements that passed because nothing was declared for them.
    pub stubs: Vec<String>,
}

/// The moves of one instance.
#[derive(Clone, Debug, Serialize)]
pub struct Walked {
    /// The id of the instance.
    pub instance: String,
    /// Its moves, as [`shorten`] writes them.
    pub moves: String,
}

impl Closing {
    /// Shortens the moves; of those that are told one by one only the incidents stay.
    pub fn shorten(&mut self) {
        let mut walks: Vec<(&str, Vec<&MoveKind>)> = Vec::new();
        for moved in &self.moves {
            // Most worlds have one instance.
            match walks.iter_mut().rfind(|(instance, _)| *instance == moved.instance) {
                Some((_, moves)) => moves.push(&moved.kind),
                None => walks.push((&moved.instance, vec![&moved.kind])),
            }
        }
        let written =
            walks.into_iter().map(|(instance, moves)| Walked { instance: instance.to_owned(), moves: shorten(moves) });
        self.walks = written.collect();
        self.moves.retain(|moved| matches!(moved.kind, MoveKind::Incident { .. }));
    }
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
