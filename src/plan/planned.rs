use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::process::Definition;
use crate::scenario::Scenario;

/// One scenario, ready to be run.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Its id: the path of its file below the project's root.
    pub id: String,
    /// What it says.
    pub scenario: Arc<Scenario>,
    /// The catalogue that it uses; without one it can send plain requests alone.
    pub catalogue: Option<Arc<Catalogue>>,
    /// The process definition that it walks, where the settings name one.
    pub definition: Option<Arc<Definition>>,
}

impl Planned {
    /// The folder of the scenario's file below the project's root, with a closing `/`; empty for the root itself. File
    /// inputs are relative to it.
    pub fn folder(&self) -> &str {
        self.id.rfind('/').map_or("", |slash| &self.id[..=slash])
    }
}
