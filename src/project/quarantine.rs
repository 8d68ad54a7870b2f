use std::collections::BTreeSet;
use std::sync::Arc;

use super::Project;
use super::discover::{shown, yaml_files};
use super::load::SCENARIOS;
use crate::diagnostic::{Diagnostic, Id, nearest};
use crate::plan::Rows;
use crate::settings::Quarantine;

/// The file that says which scenarios are in quarantine, where the settings name no other.
const FILE: &str = "quarantine.yaml";

impl Project {
    /// Reads the quarantine, if there is one.
    pub(super) fn read_quarantine(&mut self) {
        let named = self.settings.as_ref().and_then(|settings| settings.quarantine.clone());
        let file = match &named {
            Some(named) => self.read_text(&named.value, Some(named)),
            None if self.has_text(FILE) => self.read_text(FILE, None),
            None => None,
        };
        if let Some(read) = file.and_then(|file| Quarantine::read(&self.sources, file, &mut self.found)) {
            self.quarantine = Arc::new(read);
        }
    }

    /// Warns of entries of the quarantine whose day is over, and of those that are about no scenario.
    pub(super) fn check_quarantine(&mut self) {
        if self.quarantine.entries.is_empty() {
            return;
        }
        let quarantine = Arc::clone(&self.quarantine);
        let ids: BTreeSet<String> = self.plan.ids().collect();
        // Of a file that was read in part, or not at all, it is not known which cases it has.
        let whole = self.plan.files().iter().filter(|file| matches!(file.rows, Rows::Single | Rows::All(_)));
        let whole: BTreeSet<String> = whole.map(|file| file.path.to_string()).collect();
        let files = yaml_files(&self.root.join(SCENARIOS)).unwrap_or_default();
        let files: BTreeSet<String> = files.iter().map(|path| shown(&self.root, path)).collect();
        let known: Vec<&str> = ids.iter().chain(&files).map(String::as_str).collect();
        for entry in &quarantine.entries {
            if self.today.is_some_and(|today| entry.is_expired(today)) {
                let message =
                    format!("`{}` is in quarantine no longer: its verdict counts again", entry.scenario.value);
                let one = Diagnostic::new(Id::EXPIRED_QUARANTINE, message).label(entry.until.span, "this day is over");
                self.found.push(one.help("remove the entry if the scenario passes; else give it another day"));
            }
            let unread = files.iter().filter(|path| !whole.contains(*path));
            if ids.iter().any(|id| entry.covers(id)) || unread.into_iter().any(|path| entry.may_cover(path)) {
                continue;
            }
            let (name, span) = (&entry.scenario.value, entry.scenario.span);
            let one = Diagnostic::new(Id::UNKNOWN_QUARANTINED, format!("there is no scenario `{name}`")).at(span);
            self.found.push(match nearest(name, known.iter().copied()) {
                Some(_) => one.meant(span, name, known.iter().copied()),
                None => one.help("name it as reports do, or several by a pattern such as `scenarios/faces/**`"),
            });
        }
    }
}
