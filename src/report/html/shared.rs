use std::collections::HashMap;

use serde_json::Value;

/// Values that stand once in a block, however many scenarios of it have them: lines of files, bodies, moves.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// By their JSON.
    places: HashMap<String, usize>,
    /// Those that are new since they were taken.
    added: Vec<Value>,
}

impl Shared {
    /// The place of a value among those of the block.
    pub fn place(&mut self, value: Value) -> usize {
        let next = self.places.len();
        let place = *self.places.entry(value.to_string()).or_insert(next);
        if place == next {
            self.added.push(value);
        }
        place
    }

    /// What has become known since this was asked last.
    pub fn take_added(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.added)
    }
}
