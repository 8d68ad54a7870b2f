use std::collections::HashMap;
use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::process::Definition;
use crate::proof::Map;

/// The maps of a project's definitions, each made once, by where definition and catalogue stand in memory.
#[derive(Clone, Default)]
pub(super) struct Maps(HashMap<(usize, usize), Arc<Map>>);

impl Maps {
    /// The map of a definition as a catalogue sees it, where both are known.
    pub fn of(&mut self, definition: Option<&Arc<Definition>>, catalogue: Option<&Arc<Catalogue>>) -> Option<Arc<Map>> {
        let (definition, catalogue) = (definition?, catalogue?);
        let map = || Arc::new(Map::new(Arc::clone(definition), Arc::clone(catalogue)));
        // Both are kept by the map, so that nothing else comes to stand where they are.
        let key = (Arc::as_ptr(definition).addr(), Arc::as_ptr(catalogue).addr());
        Some(Arc::clone(self.0.entry(key).or_insert_with(map)))
    }
}
