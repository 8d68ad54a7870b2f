use std::collections::HashMap;

/// Values that stand once in a block, however many scenarios of it have them: lines of files, bodies, moves.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// By their JSON.
    places: HashMap<String, usize>,
    /// JSON of those that are new since they were taken, separated by commas.
    added: String,
}

impl Shared {
    /// The place of a value among those of the block, by its JSON.
    pub fn place(&mut self, json: String) -> usize {
        let next = self.places.len();
        if let Some(place) = self.places.get(&json) {
            return *place;
        }
        if !self.added.is_empty() {
            self.added.push(',');
        }
        self.added += &json;
        self.places.insert(json, next);
        next
    }

    /// What has become known since this was asked last, as JSON separated by commas.
    pub fn take_added(&mut self) -> String {
        std::mem::take(&mut self.added)
    }
}
