use std::sync::Arc;

use crate::process::Definition;
use crate::process::diagram::Diagram;

/// A process whose definition is at hand where a page is made: the page shows it, and what went where on it.
#[derive(Clone, Debug)]
pub struct Stage {
    pub(super) name: String,
    pub(super) definition: Arc<Definition>,
    pub(super) diagram: Diagram,
}

impl Stage {
    /// A process as the settings name it, and what is drawn of it.
    pub fn new(name: impl Into<String>, definition: Arc<Definition>, diagram: Diagram) -> Self {
        Self { name: name.into(), definition, diagram }
    }
}
