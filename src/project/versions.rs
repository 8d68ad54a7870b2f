use std::sync::Arc;

use super::Project;
use crate::catalogue;
use crate::diagnostic::Diagnostics;
use crate::engine::Files;
use crate::plan::PlannedFile;
use crate::process::Definition;
use crate::proof::{Context, Map, WalkTouched, touched};

impl Project {
    /// What is wrong with a scenario file where another version of its process stands in the place of its own.
    pub fn problems_with(&mut self, planned: &PlannedFile, definition: &Arc<Definition>) -> Diagnostics {
        let map = self.map_of(planned, definition);
        let other = PlannedFile { definition: Some(Arc::clone(definition)), ..planned.clone() };
        self.check(&other, map.as_deref(), false)
    }

    /// What the scenarios of a file can touch of a diagram.
    pub fn touched(&self, planned: &PlannedFile, map: &Map) -> WalkTouched {
        let marks = |path: &str| self.files.load(path).map(|file| catalogue::marks_of(&file.bytes)).unwrap_or_default();
        let context = Context { folder: planned.folder(), fragments: &planned.fragments, map, marks: &marks };
        touched(&planned.scenario(&self.sources), context)
    }

    /// A map of a version of a process as a scenario file sees it, made once.
    pub fn map_of(&mut self, planned: &PlannedFile, definition: &Arc<Definition>) -> Option<Arc<Map>> {
        self.maps.of(Some(definition), planned.catalogue.as_ref())
    }
}
