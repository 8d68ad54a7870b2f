use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fmt;

use sha2::{Digest, Sha256};

use super::{Plan, Planned, PlannedFile};
use crate::scenario::Variable;
use crate::settings::Shared;
use crate::source::{FileId, Sources, folder_of, normal_path};

/// What a scenario is made of, as a hash: it changes with everything that it depends on.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// Longest name of a file that is looked for in a text.
const MAX_NAME: usize = 200;

/// Takes the fingerprints of a plan's scenarios: of their own file, the fragments that they use, their row of a table, their
/// catalogue and process definition, the variables of the settings whose names they hold, and every file whose name stands in
/// one of their texts. Texts are hashed once, however many scenarios have them.
pub struct Fingerprints<'a> {
    sources: &'a Sources,
    shared: &'a Shared,
    /// The SHA-256 of a file of the project by its path, if there is one.
    file: &'a dyn Fn(&str) -> Option<String>,
    /// What runs around all scenarios.
    around: [u8; 32],
    texts: RefCell<HashMap<FileId, [u8; 32]>>,
    /// What was looked for by path, found or not.
    files: RefCell<HashMap<String, Option<String>>>,
}

impl<'a> Fingerprints<'a> {
    /// Of the scenarios of a plan.
    pub fn new(
        plan: &Plan,
        sources: &'a Sources,
        shared: &'a Shared,
        file: &'a dyn Fn(&str) -> Option<String>,
    ) -> Self {
        let mut all =
            Self { sources, shared, file, around: [0; 32], texts: RefCell::default(), files: RefCell::default() };
        let mut around = Sha256::new();
        for one in plan.before.iter().chain(&plan.after) {
            all.add_planned(&mut around, one);
        }
        all.around = around.finalize().into();
        all
    }

    /// Those of a file's scenarios, in their order.
    pub(super) fn of(&self, file: &PlannedFile) -> Vec<Fingerprint> {
        let mut digest = Sha256::new();
        digest.update(self.around);
        let own = file.held.file();
        let catalogue = file.catalogue.as_ref().map(|catalogue| catalogue.name.span.file);
        let definition = file.definition.as_ref().map(|definition| definition.file());
        for of_others in [catalogue, definition] {
            digest.update(of_others.map_or([0; 32], |file| self.text(file)));
        }
        let fragments: Vec<(FileId, &str)> = file.fragments.iter().map(|one| (one.file, one.folder())).collect();
        // Of a table its own row counts, and not those of others.
        let table = file.rows.table().map(|table| self.sources.file(table.file()).name());
        self.add_texts(&mut digest, own, file.folder(), &fragments, table);
        match file.rows.table() {
            None => vec![Fingerprint(digest.finalize().into()); file.len()],
            Some(table) => {
                let folder = folder_of(&file.path);
                let row = |row: u32| {
                    let mut digest = digest.clone();
                    let values = serde_json::to_string(&table.values(row)).unwrap_or_default();
                    digest.update(&values);
                    self.add_files(&mut digest, &values, folder, None);
                    Fingerprint(digest.finalize().into())
                };
                file.rows.numbers().map(row).collect()
            }
        }
    }

    fn add_planned(&self, digest: &mut Sha256, one: &Planned) {
        let fragments: Vec<(FileId, &str)> = one.fragments.iter().map(|one| (one.file, one.folder())).collect();
        self.add_texts(digest, one.scenario.file, one.folder(), &fragments, None);
    }

    /// A scenario's text and those of its fragments, with what their words name: files and variables of the settings.
    fn add_texts(
        &self,
        digest: &mut Sha256,
        own: FileId,
        folder: &str,
        fragments: &[(FileId, &str)],
        without: Option<&str>,
    ) {
        let mut read: Vec<&str> = Vec::new();
        for (file, folder) in std::iter::once(&(own, folder)).chain(fragments) {
            digest.update(self.sources.file(*file).name());
            digest.update(self.text(*file));
            let text = self.sources.file(*file).text();
            self.add_files(digest, text, folder, without);
            read.push(text);
        }
        self.add_shared(digest, read);
    }

    /// The variables and secrets of the settings whose names stand in texts, and those that they are made of. What a secret is
    /// does not count, only where it is taken from.
    fn add_shared(&self, digest: &mut Sha256, mut read: Vec<&'a str>) {
        let all: Vec<&Variable> = self.shared.vars.iter().chain(&self.shared.secrets).collect();
        let mut taken = vec![false; all.len()];
        while let Some(text) = read.pop() {
            for (variable, taken) in all.iter().zip(&mut taken).filter(|(_, taken)| !**taken) {
                if text.contains(&variable.name.value) {
                    *taken = true;
                    read.push(self.sources.text(variable.value.span()));
                }
            }
        }
        for (variable, _) in all.iter().zip(taken).filter(|(_, taken)| *taken) {
            digest.update(&variable.name.value);
            digest.update([0]);
            digest.update(self.sources.text(variable.value.span()));
            digest.update([0]);
        }
    }

    /// The files whose names stand in a text, relative to a folder, without one of them.
    fn add_files(&self, digest: &mut Sha256, text: &str, folder: &str, without: Option<&str>) {
        let mut seen = HashSet::new();
        for name in text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '/' | '-' | '_'))) {
            let ending = name.rsplit_once('.').filter(|_| name.len() <= MAX_NAME).map_or("", |(_, ending)| ending);
            if !ending.starts_with(|c: char| c.is_alphabetic()) || !seen.insert(name) {
                continue;
            }
            let path = normal_path(&format!("{folder}{name}"));
            if let Some(path) = path.filter(|path| Some(path.as_str()) != without) {
                let mut files = self.files.borrow_mut();
                let hash = files.entry(path).or_insert_with_key(|path| (self.file)(path));
                hash.iter().for_each(|hash| digest.update(format!("{name}\0{hash}")));
            }
        }
    }

    fn text(&self, file: FileId) -> [u8; 32] {
        let hash = || Sha256::digest(self.sources.file(file).text()).into();
        *self.texts.borrow_mut().entry(file).or_insert_with(hash)
    }
}
