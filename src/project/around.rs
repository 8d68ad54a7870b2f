use std::collections::BTreeSet;

use super::{Project, SETTINGS};
use crate::diagnostic::{Diagnostic, Id};
use crate::event::Role;
use crate::plan::{Planned, PlannedFile, Rows};
use crate::scenario::Scenario;
use crate::settings::{Around, Environment};
use crate::source::Spanned;

impl Project {
    /// Reads what the settings run once around all scenarios: first all that comes before, since the others read what it saves.
    pub(super) fn read_around(&mut self) {
        let Some(settings) = self.settings.clone() else { return };
        let all: Vec<&Around> =
            std::iter::once(&settings.around).chain(settings.environments.iter().map(|one| &one.around)).collect();
        let before: Vec<Option<PlannedFile>> =
            all.iter().filter_map(|around| around.before.as_ref()).map(|file| self.read_once(file, true)).collect();
        self.run_values = before.into_iter().collect::<Option<Vec<_>>>().map(|files| {
            let mut saved = BTreeSet::new();
            for file in files {
                let scenario = file.scenario(&self.sources);
                let names = scenario.steps().into_iter().flat_map(crate::scenario::Step::saved);
                saved.extend(names.map(|name| name.value.clone()));
            }
            saved.into_iter().collect()
        });
        for file in all.iter().filter_map(|around| around.after.as_ref()) {
            self.read_once(file, false);
        }
    }

    fn read_once(&mut self, asked: &Spanned<String>, saves_for_all: bool) -> Option<PlannedFile> {
        let path = asked.value.clone();
        if let Some(known) = self.around.get(&path) {
            return Some(known.clone());
        }
        let before = self.found.errors();
        let file = self.read_text(&path, Some(asked))?;
        let scenario = Scenario::read(&self.sources, file, &mut self.found)?;
        if let Some(cases) = &scenario.cases {
            let one = Diagnostic::new(Id::CONTRADICTION, "what is run once around all scenarios has no cases");
            let place = match cases {
                crate::scenario::Cases::File(file) => file.span(),
                crate::scenario::Cases::Inline(_) => scenario.title.span(),
            };
            self.found.push(one.at(place));
        }
        let whole = self.found.errors() == before;
        let fragments = self.read_fragments(&path, &scenario.steps());
        let planned = self.plan_file(path.clone(), scenario, fragments, Rows::Single);
        let map = self.maps.of(planned.definition.as_ref(), planned.catalogue.as_ref()).filter(|_| whole);
        let found = self.check(&planned, map.as_deref(), saves_for_all);
        self.found.extend(found);
        self.check_uses(&planned);
        if self.found.errors() > before {
            return None;
        }
        self.around.insert(path, planned.clone());
        Some(planned)
    }

    /// The files that all scenarios depend on: the settings, and what is run once around them.
    pub fn of_all_scenarios(&self) -> BTreeSet<String> {
        let fragments = self.around.values().flat_map(|planned| planned.fragments.iter());
        let paths = self.around.keys().cloned().chain(fragments.map(|fragment| fragment.path.clone()));
        paths.chain([SETTINGS.to_owned()]).collect()
    }

    /// What is run once around the scenarios on an environment.
    ///
    /// # Errors
    /// If it cannot be run, because of problems that were reported.
    pub fn around(&self, environment: &Environment) -> Result<(Option<Planned>, Option<Planned>), String> {
        let Some(settings) = &self.settings else { return Ok((None, None)) };
        let around = environment.around.or(&settings.around);
        let find = |file: Option<&Spanned<String>>, role: Role, word: &str| match file {
            None => Ok(None),
            Some(file) => match self.around.get(&file.value) {
                Some(planned) => Ok(Some(planned.around(role, format!("{SETTINGS}#{word}"), &self.sources))),
                None => Err(format!("`{}`, the `{word}` of the run, cannot be run, so nothing is", file.value)),
            },
        };
        Ok((find(around.before.as_ref(), Role::Before, "before")?, find(around.after.as_ref(), Role::After, "after")?))
    }
}
