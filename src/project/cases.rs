use std::collections::HashMap;
use std::sync::Arc;

use super::Project;
use crate::diagnostic::{Diagnostic, Id};
use crate::plan::Rows;
use crate::scenario::{Cases, CasesFile, CasesFormat, Scenario, Table};
use crate::source::{folder_of, normal_path};

/// The tables that were read, so that scenarios with one file share it; `None` stands for one that cannot be used.
pub(super) type Tables = HashMap<(String, Option<CasesFormat>, Option<u8>), Option<Arc<Table>>>;

impl Project {
    /// The cases of the scenario at a path; `None` if they cannot be used, which was reported.
    pub(super) fn rows(&mut self, path: &str, scenario: &Scenario) -> Option<Rows> {
        match &scenario.cases {
            None => Some(Rows::Single),
            Some(Cases::Inline(table)) => table.clone().map(Rows::All),
            Some(Cases::File(file)) => self.table(path, file).map(Rows::All),
        }
    }

    fn table(&mut self, scenario: &str, cases: &CasesFile) -> Option<Arc<Table>> {
        let Some(path) = normal_path(&format!("{}{}", folder_of(scenario), cases.path.value)) else {
            let message = format!("`{}` lies outside of the project", cases.path.value);
            let one = Diagnostic::new(Id::UNREADABLE_FILE, message).at(cases.path.span);
            self.found.push(one.help("files of a project lie in the folder of flowproof.yaml or below it"));
            return None;
        };
        let key = (path, cases.format, cases.separator);
        if let Some(known) = self.tables.get(&key) {
            if known.is_none() {
                let message = format!("the cases in `{}` cannot be used", cases.path.value);
                self.found.push(Diagnostic::new(Id::CASES_ROW, message).label(cases.path.span, "told with that file"));
            }
            return known.clone();
        }
        let file = self.read_text(&key.0, Some(&cases.path))?;
        let table = cases.table(&self.sources, file, &mut self.found).map(Arc::new);
        self.tables.insert(key, table.clone());
        table
    }
}
