use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::cases::Tables;
use super::discover::{files_below, folder_with};
use super::fragments::Library;
use super::maps::Maps;
use super::{DiskFiles, Offered, Selection, Texts};
use crate::catalogue::{self, Catalogue};
use crate::check::{self, FileFact, Surroundings};
use crate::diagnostic::{Diagnostic, Diagnostics, Id, suggest};
use crate::engine::{FileError, Files};
use crate::expect::SchemaFiles;
use crate::plan::{Held, Plan, PlannedFile, Rows};
use crate::process::Definition;
use crate::proof::Map;
use crate::scenario::{Fragments, Scenario};
use crate::schema::Known;
use crate::settings::{Quarantine, SIMULATOR, Settings};
use crate::source::{FileId, Sources, Spanned, folder_of};

/// The name of the settings file.
pub const SETTINGS: &str = "flowproof.yaml";

/// The folder in which a project has its scenarios, where nothing else is said.
pub(super) const SCENARIOS: &str = "scenarios";

/// A project, as far as it could be read. A clone is cheap: what was read is shared.
#[derive(Clone)]
pub struct Project {
    /// Its folder.
    pub root: PathBuf,
    /// Every text that was read.
    pub sources: Sources,
    /// Its settings; the defaults if it has no settings file.
    pub settings: Option<Settings>,
    /// Its catalogues by name.
    pub catalogues: BTreeMap<String, Arc<Catalogue>>,
    /// Its process definitions by name.
    pub definitions: BTreeMap<String, Arc<Definition>>,
    /// What was selected and can be run, in the order of paths and rows.
    pub plan: Plan,
    /// Every problem that was found.
    pub found: Diagnostics,
    /// The files that steps send.
    pub files: Arc<DiskFiles>,
    /// The day on which dates in scenarios are judged; without one they are not.
    pub today: Option<jiff::civil::Date>,
    /// Texts that stand for files: what an editor has not saved, what a repair would write.
    pub texts: Texts,
    pub(super) tables: Tables,
    pub(super) library: Library,
    pub(super) maps: Maps,
    /// Which scenarios are in quarantine.
    pub quarantine: Arc<Quarantine>,
    /// What there was to select from.
    pub offered: Offered,
    /// What is run once around all others, by path; only what is sound.
    pub(super) around: BTreeMap<String, PlannedFile>,
    /// The names of what that saves for all others; `None` if some of it cannot be read.
    pub(super) run_values: Option<Vec<String>>,
    pub(super) invalid: HashSet<FileId>,
    pub(super) schemas: SchemaFiles,
}

impl Project {
    /// The root of the project that a folder belongs to.
    pub fn root(current: &Path) -> PathBuf {
        let current = current.canonicalize().unwrap_or_else(|_| current.to_owned());
        folder_with(&current, SETTINGS).unwrap_or(current)
    }

    /// Opens the project that a path belongs to: the nearest folder at or above it with a settings file, else the current
    /// folder. Reads its settings, catalogues and process definitions.
    pub fn open(path: Option<&Path>, current: &Path) -> Self {
        Self::open_with(path, current, Texts::default())
    }

    /// The same where some texts are others than those on disk. Files that only these have are part of the project.
    pub fn open_with(path: Option<&Path>, current: &Path, texts: Texts) -> Self {
        let start = path.map(|path| current.join(path)).unwrap_or_else(|| current.to_owned());
        let start = start.canonicalize().unwrap_or(start);
        let current = current.canonicalize().unwrap_or_else(|_| current.to_owned());
        let root = folder_with(&start, SETTINGS).or_else(|| folder_with(&current, SETTINGS)).unwrap_or(current);
        let files = Arc::new(DiskFiles::below(&root));
        let read = Arc::clone(&files);
        let read = move |path: &str| read.load(path).map(|file| file.bytes.to_vec()).map_err(|error| error.to_string());
        let mut project = Self {
            files,
            schemas: SchemaFiles::new(read),
            root,
            texts,
            sources: Sources::new(),
            settings: None,
            catalogues: BTreeMap::new(),
            definitions: BTreeMap::new(),
            plan: Plan::default(),
            tables: Tables::default(),
            library: Library::default(),
            maps: Maps::default(),
            today: None,
            quarantine: Arc::default(),
            offered: Offered::default(),
            around: BTreeMap::new(),
            run_values: Some(Vec::new()),
            found: Diagnostics::new(),
            invalid: HashSet::new(),
        };
        project.read_settings();
        project.read_catalogues();
        project.read_definitions();
        project.read_quarantine();
        project
    }

    fn read_settings(&mut self) {
        if !self.has_text(SETTINGS) {
            return;
        }
        if let Some(file) = self.read_text(SETTINGS, None) {
            self.settings = Settings::read(&self.sources, file, &mut self.found);
        }
    }

    fn read_catalogues(&mut self) {
        let listed = self.settings.as_ref().map(|settings| settings.catalogues.clone()).unwrap_or_default();
        for name in crate::catalogue::embedded_names().filter(|_| listed.is_empty()) {
            self.read_embedded(name, None);
        }
        for (name, file) in &listed {
            match file {
                None => self.read_embedded(&name.value, Some(name)),
                Some(path) => {
                    if let Some(file) = self.read_text(&path.value, Some(path)) {
                        self.add_catalogue(&name.value, file);
                    }
                }
            }
        }
    }

    fn read_embedded(&mut self, name: &str, asked: Option<&Spanned<String>>) {
        match crate::catalogue::embedded(name) {
            Some(text) => {
                let file = self.sources.add(format!("<{name}>"), text);
                self.add_catalogue(name, file);
            }
            None => {
                let names = crate::catalogue::embedded_names();
                let one =
                    Diagnostic::new(Id::UNKNOWN_EMBEDDED, format!("there is no catalogue `{name}` inside flowproof"));
                let one =
                    one.help_if(suggest(name, names)).help(format!("or give a file: `{name}: path/to/{name}.yaml`"));
                self.found.push(match asked {
                    Some(asked) => one.at(asked.span),
                    None => one,
                });
            }
        }
    }

    fn add_catalogue(&mut self, name: &str, file: FileId) {
        if let Some(catalogue) = Catalogue::read(&self.sources, file, &mut self.found) {
            self.catalogues.insert(name.to_owned(), Arc::new(catalogue));
        }
    }

    fn read_definitions(&mut self) {
        let listed = self.settings.as_ref().map(|settings| settings.processes.clone()).unwrap_or_default();
        for process in &listed {
            let Some(file) = self.read_text(&process.file.value, Some(&process.file)) else { continue };
            let (definition, found) = Definition::read(&self.sources, file);
            // Remarks on a diagram are for those who draw it; here only what keeps it from being walked counts.
            self.found.extend(found.into_iter().filter(Diagnostic::is_error));
            if let Some(definition) = definition {
                self.definitions.insert(process.name.value.clone(), Arc::new(definition));
            }
        }
    }

    /// Adds a process definition from outside of the settings, under a name.
    pub fn add_definition(&mut self, name: &str, path: &str) {
        let Some(file) = self.read_text(path, None) else { return };
        let (definition, found) = Definition::read(&self.sources, file);
        self.found.extend(found.into_iter().filter(Diagnostic::is_error));
        if let Some(definition) = definition {
            self.definitions.insert(name.to_owned(), Arc::new(definition));
        }
    }

    /// Reads the scenarios in the folder where a project has them, and those that have texts of their own.
    pub fn add_all_scenarios(&mut self) {
        let (root, folder) = (self.root.clone(), self.root.join(SCENARIOS));
        let paths: Vec<PathBuf> = Some(folder).filter(|folder| folder.is_dir()).into_iter().collect();
        self.add_scenarios(&paths, &root, &Selection::default());
    }

    pub(super) fn plan_file(&self, path: String, scenario: Scenario, fragments: Fragments, rows: Rows) -> PlannedFile {
        let catalogue = match &scenario.catalogue {
            Some(name) => self.catalogues.get(&name.value).cloned(),
            None if self.catalogues.len() == 1 => self.catalogues.values().next().cloned(),
            None => None,
        };
        let definition = scenario.process.as_ref().and_then(|process| self.definitions.get(&process.value).cloned());
        let exclusive = scenario.exclusive.iter().map(|group| group.value.clone()).collect();
        let (held, fragments) = (Held::Whole(Arc::new(scenario)), Arc::new(fragments));
        PlannedFile {
            path: path.into(),
            held,
            catalogue,
            definition,
            fragments,
            rows,
            fingerprints: Vec::new(),
            exclusive,
        }
    }

    /// Checks a file; `map` is that of its process, unless something of its walk is missing.
    pub(super) fn check(&self, planned: &PlannedFile, map: Option<&Map>, saves_for_all: bool) -> Diagnostics {
        let (catalogue, definition) = (planned.catalogue.as_deref(), planned.definition.as_deref());
        let mut found = Diagnostics::new();
        self.surrounded(&planned.path, &planned.fragments, catalogue, definition, |around| {
            let cases = planned.rows.table().map(Arc::as_ref);
            let around = Surroundings { map, cases, saves_for_all, ..around.clone() };
            check::check(&planned.scenario(&self.sources), &around, &mut found);
        });
        found
    }

    /// Gives what a file is checked against.
    pub(super) fn surrounded(
        &self,
        path: &str,
        fragments: &Fragments,
        catalogue: Option<&Catalogue>,
        definition: Option<&Definition>,
        check: impl FnOnce(&Surroundings<'_>),
    ) {
        let file = |path: &str| match self.files.load(path) {
            Ok(file) => {
                let (bytes, marks) = (file.bytes.len() as u64, catalogue::marks_of(&file.bytes));
                FileFact::Present { media: file.media, bytes, marks }
            }
            Err(error) => {
                let near = matches!(error, FileError::Missing(_)).then(|| self.nearest_file(path)).flatten();
                FileFact::Unusable { reason: error.to_string(), near }
            }
        };
        check(&Surroundings {
            sources: &self.sources,
            catalogue,
            catalogues: self.catalogues.keys().map(String::as_str).collect(),
            definition,
            map: None,
            processes: self.definitions.keys().map(String::as_str).collect(),
            folder: folder_of(path),
            fragments,
            file: &file,
            cases: None,
            vars: self.settings.iter().flat_map(|settings| settings.shared.names()).collect(),
            secrets: self
                .settings
                .iter()
                .flat_map(|settings| &settings.shared.secrets)
                .map(|secret| secret.name.value.as_str())
                .collect(),
            environments: Self::environments(self.settings.as_ref()),
            today: self.today,
            saves_for_all: false,
            run_values: self.run_values.as_ref().map(|names| names.iter().map(String::as_str).collect()),
        });
    }

    /// What scenarios may name here.
    pub fn known(&self) -> Known<'_> {
        Known {
            catalogues: self.catalogues.iter().map(|(name, catalogue)| (name.as_str(), catalogue.as_ref())).collect(),
            processes: self.definitions.iter().map(|(name, definition)| (name.as_str(), definition.as_ref())).collect(),
            environments: Self::environments(self.settings.as_ref()),
            tags: self.offered.tags.keys().map(String::as_str).collect(),
        }
    }

    /// The files below a folder of the project, relative to it: what there is to name from there.
    pub fn listed(&self, folder: &str) -> Vec<String> {
        files_below(&self.root.join(folder))
    }

    /// How many scenario files cannot be run because of their problems.
    pub fn invalid(&self) -> usize {
        self.invalid.len()
    }

    /// The names that `requires` can be given.
    fn environments(settings: Option<&Settings>) -> Vec<&str> {
        let named = settings.into_iter().flat_map(|settings| &settings.environments);
        let named = named.map(|environment| environment.name.value.as_str()).filter(|name| *name != SIMULATOR);
        named.chain([SIMULATOR]).collect()
    }
}
