use std::collections::HashMap;
use std::sync::Arc;

use super::Project;
use crate::catalogue::Catalogue;
use crate::process::{Definition, Knowledge};
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

impl Project {
    /// What the catalogue says that the nodes of a definition do; nothing, where there are several to choose from.
    pub fn knowledge(&self, definition: &Arc<Definition>) -> Knowledge {
        let mut catalogues = self.catalogues.values();
        match (catalogues.next(), catalogues.next()) {
            (Some(only), None) => Map::new(Arc::clone(definition), Arc::clone(only)).knowledge(),
            _ => Knowledge::default(),
        }
    }
}
