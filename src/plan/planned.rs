use std::sync::Arc;

use jiff::civil::Date;
use serde_json::Map;

use super::Fingerprint;
use crate::catalogue::Catalogue;
use crate::event::Role;
use crate::process::Definition;
use crate::scenario::{Case, Fragments, KnownFailure, Scenario};
use crate::settings::SIMULATOR;
use crate::source::folder_of;

/// One scenario, ready to be run. It shares everything but its id with the others of its file.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Its id: the path of its file below the project's root, and `#` with what names its case.
    pub id: String,
    /// The path of its file below the project's root.
    pub path: Arc<str>,
    /// What it says.
    pub scenario: Arc<Scenario>,
    /// The catalogue that it uses; without one it can send plain requests alone.
    pub catalogue: Option<Arc<Catalogue>>,
    /// The process definition that it walks, where the settings name one.
    pub definition: Option<Arc<Definition>>,
    /// The fragments that it uses, and those that these use.
    pub fragments: Arc<Fragments>,
    /// The row that it is made of.
    pub case: Option<Case>,
    /// What it is to the run, if it is none of the scenarios that were selected.
    pub role: Option<Role>,
    /// What it is made of, if that was taken.
    pub fingerprint: Option<Fingerprint>,
}

impl Planned {
    /// The folder of the scenario's file below the project's root, with a closing `/`; empty for the root itself. File
    /// inputs are relative to it.
    pub fn folder(&self) -> &str {
        folder_of(&self.path)
    }

    /// What it shows. A title that its case cannot make is shown as it is written.
    pub fn title(&self) -> String {
        let values = self.case.as_ref().map_or_else(Map::new, Case::values);
        let title = &self.scenario.title;
        title.of(&values).unwrap_or_else(|_| title.text.clone())
    }

    /// Why it is not run against a target.
    pub fn skipped(&self, target: &str, simulator: bool) -> Option<String> {
        let standing = &self.scenario.standing;
        let case = self.case.as_ref().map(Case::id);
        if let Some(skip) = standing.skip.as_ref().filter(|skip| skip.covers(case.as_deref())) {
            return Some(skip.reason.value.clone());
        }
        let requires = &standing.requires;
        let is_met = requires.iter().any(|one| one.value == target || (one.value == SIMULATOR && simulator));
        if requires.is_empty() || is_met {
            return None;
        }
        let names: Vec<&str> = requires.iter().map(|one| one.value.as_str()).collect();
        Some(format!("requires {}, and the target is {target}", names.join(" or ")))
    }

    /// The failure that is known of it, and whether it counts again.
    pub fn known_failure(&self, today: Date) -> Option<(&KnownFailure, bool)> {
        let case = self.case.as_ref().map(Case::id);
        let known = self.scenario.standing.known_failure.as_ref().filter(|known| known.covers(case.as_deref()))?;
        Some((known, known.is_expired(today)))
    }
}
