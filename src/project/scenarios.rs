use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::cores::on_all_cores;
use super::discover::{shown, yaml_files};
use super::wanted::{Part, Wanted, narrow};
use super::{Project, Selection};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::plan::{Plan, PlannedFile, Rows};
use crate::proof::Map;
use crate::scenario::Scenario;
use crate::source::{FileId, Span, folder_of};
use crate::yaml::{self, Node};

/// How many files are read before they are checked: enough to keep all cores busy, and few enough that what is known of
/// them before they are checked is little.
const BATCH: usize = 64;

/// How many files stay in memory as they were read; what comes after is read again when it is run, so that memory does not
/// grow with the number of scenarios.
const WHOLE: usize = 256;

/// A file that may hold a scenario.
struct Found {
    /// Its path below the project's root.
    id: String,
    file: FileId,
    /// Whether it was asked for by its own path.
    named: bool,
    /// What of it is meant; everything, if there is none.
    parts: Vec<Part>,
}

/// What a file was found to be.
enum Parsed {
    Scenario(Box<Scenario>),
    /// A fragment, and where its first key stands.
    Fragment(Span),
    /// A scenario that cannot be read.
    Invalid,
    /// No scenario: data of other files, or what was told to be none.
    Other,
}

/// A scenario file that is to be checked.
struct Candidate {
    one: Found,
    planned: PlannedFile,
    /// The diagram that it is followed through; none, if something of its walk could not be read.
    map: Option<Arc<Map>>,
    has_schemas: bool,
    /// Whether nothing is wrong with it so far.
    sound: bool,
}

impl Project {
    /// Reads the scenarios below some paths and keeps those that are selected.
    pub fn add_scenarios(&mut self, paths: &[PathBuf], current: &Path, selection: &Selection) {
        self.read_around();
        // What of each file is meant; everything where no part of it is named.
        let mut wanted: BTreeMap<PathBuf, Vec<Part>> = BTreeMap::new();
        let mut named = HashSet::new();
        for path in paths {
            let Wanted { path: absolute, part } = Wanted::read(path, current);
            let absolute = absolute.canonicalize().unwrap_or(absolute);
            match yaml_files(&absolute) {
                Ok(files) => {
                    if !absolute.is_dir() {
                        named.insert(absolute);
                    }
                    for file in files {
                        let known = wanted.contains_key(&file);
                        let parts = wanted.entry(file).or_default();
                        match &part {
                            Some(part) if !known || !parts.is_empty() => parts.push(part.clone()),
                            _ => parts.clear(),
                        }
                    }
                }
                Err(error) => {
                    let message = format!("`{}` cannot be read: {error}", path.display());
                    self.found.push(Diagnostic::new(Id::UNREADABLE_FILE, message));
                }
            }
        }
        for path in self.texts.scenarios_below(&self.root) {
            wanted.entry(path.clone()).or_default();
        }
        let mut planned = Vec::new();
        let mut wanted = wanted.into_iter().peekable();
        while wanted.peek().is_some() {
            let batch = wanted.by_ref().take(BATCH);
            let batch = batch.filter_map(|(path, parts)| self.find(&path, named.contains(&path), parts)).collect();
            if self.add_batch(batch, selection, &mut planned).is_break() {
                // What is meant is not known, so nothing is.
                planned.clear();
                break;
            }
        }
        self.plan = Plan::new(planned);
        self.check_quarantine();
    }

    fn find(&mut self, path: &Path, named: bool, parts: Vec<Part>) -> Option<Found> {
        let id = shown(&self.root, path);
        if !named && self.around.contains_key(&id) {
            return None;
        }
        let file = self.read_text(&id, None)?;
        Some(Found { id, file, named, parts })
    }

    /// Adds files that were read. Parsing and checking, which need nothing but what was read before, are done on all cores.
    fn add_batch(
        &mut self,
        batch: Vec<Found>,
        selection: &Selection,
        planned: &mut Vec<PlannedFile>,
    ) -> ControlFlow<()> {
        let parsed = on_all_cores(&batch, |one| self.parse(one));
        let mut candidates = Vec::new();
        for (one, (parsed, found)) in batch.into_iter().zip(parsed) {
            let sound = !found.has_errors();
            self.found.extend(found);
            match parsed {
                Parsed::Scenario(scenario) => candidates.extend(self.candidate(one, *scenario, sound, selection)),
                Parsed::Fragment(span) if one.named => self.library.named.push((one.id, span)),
                Parsed::Fragment(_) => self.library.seen.push(one.id),
                Parsed::Invalid => drop(self.invalid.insert(one.file)),
                Parsed::Other => {}
            }
        }
        let checked = on_all_cores(&candidates, |one| self.check(&one.planned, one.map.as_deref(), false));
        for (candidate, found) in candidates.into_iter().zip(checked) {
            let keeps = planned.len() < WHOLE;
            planned.extend(self.select(candidate, found, selection, keeps)?);
        }
        ControlFlow::Continue(())
    }

    fn parse(&self, one: &Found) -> (Parsed, Diagnostics) {
        let mut found = Diagnostics::new();
        let node = yaml::parse(&self.sources, one.file, &mut found);
        let first = node.as_ref().and_then(|node| node.as_mapping()).and_then(|entries| entries.first());
        match first.map(|entry| (entry.key.value.as_str(), entry.key.span)) {
            Some(("fragment", span)) => return (Parsed::Fragment(span), found),
            Some((kind @ ("catalogue" | "flowproof" | "quarantine"), span)) if one.named => {
                let message = format!("`{}` is no scenario: its first key is `{kind}`", one.id);
                let help = "a scenario begins with `scenario:`";
                found.push(Diagnostic::new(Id::FILE_KIND, message).at(span).help(help));
                return (Parsed::Other, found);
            }
            Some(("scenario", _)) => {}
            _ if !one.named && !found.has_errors() && !looks_like_a_scenario(node.as_ref()) => {
                return (Parsed::Other, found);
            }
            _ => {}
        }
        let scenario = node.and_then(|node| Scenario::decode(&node, &self.sources, one.file, &mut found));
        (scenario.map_or(Parsed::Invalid, |scenario| Parsed::Scenario(Box::new(scenario))), found)
    }

    /// Reads what a scenario needs beside its own file.
    fn candidate(
        &mut self,
        one: Found,
        mut scenario: Scenario,
        sound: bool,
        selection: &Selection,
    ) -> Option<Candidate> {
        self.offered.add(&scenario);
        if !selection.fits_tags(&scenario) {
            return None;
        }
        let before = self.found.errors();
        let has_schemas = scenario.load_schemas(folder_of(&one.id), &mut self.schemas, &mut self.found);
        let whole = sound && self.found.errors() == before;
        let rows = self.rows(&one.id, &scenario);
        let fragments = self.read_fragments(&one.id, &scenario.steps());
        let sound = sound && self.found.errors() == before;
        let planned = self.plan_file(one.id.clone(), scenario, fragments, rows.unwrap_or(Rows::Single));
        let map = self.maps.of(planned.definition.as_ref(), planned.catalogue.as_ref()).filter(|_| whole);
        Some(Candidate { one, planned, map, has_schemas, sound })
    }

    /// Gives what is selected of a checked file; nothing, if something is wrong with it. Breaks off if it cannot be told what is
    /// selected at all.
    fn select(
        &mut self,
        candidate: Candidate,
        checked: Diagnostics,
        selection: &Selection,
        keeps: bool,
    ) -> ControlFlow<(), Option<PlannedFile>> {
        let Candidate { one, mut planned, has_schemas, sound, .. } = candidate;
        let before = self.found.errors();
        self.found.extend(checked);
        self.check_uses(&planned);
        self.found.extend(narrow(&mut planned, &one.parts, &self.sources));
        let filtered = selection.filter.as_ref().map(|filter| filter.narrow(&mut planned, &self.sources));
        if let Some(Err(problem)) = filtered {
            self.found.push(*problem);
            self.invalid.insert(one.file);
            return ControlFlow::Break(());
        }
        // Schemas are of other files, which are not read twice.
        if !has_schemas && !keeps {
            planned.held.shrink();
        }
        if sound && self.found.errors() == before {
            return ControlFlow::Continue(Some(planned));
        }
        self.invalid.insert(one.file);
        ControlFlow::Continue(None)
    }
}

/// Whether a file without `scenario:` as its first key has it elsewhere, or what only a scenario has.
fn looks_like_a_scenario(node: Option<&Node>) -> bool {
    node.is_some_and(|node| ["scenario", "steps", "answers"].iter().any(|key| node.get(key).is_some()))
}
