use std::sync::Arc;

use super::{Held, Planned};
use crate::catalogue::Catalogue;
use crate::event::Role;
use crate::process::Definition;
use crate::scenario::{Case, Fragments, Scenario, Table};
use crate::source::{Sources, folder_of};

/// What will be run, in order. A scenario is held once, however many cases it has: each is made when its turn comes.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    files: Vec<PlannedFile>,
    /// How many scenarios there are up to and including each file.
    ends: Vec<usize>,
    /// What is run once before all of them.
    pub before: Option<Planned>,
    /// What is run once after all of them, whatever happened.
    pub after: Option<Planned>,
}

/// The scenarios of one file.
#[derive(Clone, Debug)]
pub struct PlannedFile {
    /// Its path below the project's root.
    pub path: Arc<str>,
    /// What it says.
    pub held: Held,
    /// The catalogue that it uses.
    pub catalogue: Option<Arc<Catalogue>>,
    /// The process definition that it walks.
    pub definition: Option<Arc<Definition>>,
    /// The fragments that it uses, and those that these use.
    pub fragments: Arc<Fragments>,
    /// Which of its cases are meant.
    pub rows: Rows,
}

/// Which cases of a scenario are meant.
#[derive(Clone, Debug)]
pub enum Rows {
    /// It has none and is one scenario itself.
    Single,
    /// It is not meant at all.
    None,
    /// All of them.
    All(Arc<Table>),
    /// These, from 0.
    Some(Arc<Table>, Vec<u32>),
}

impl Rows {
    /// How many scenarios they make.
    pub fn len(&self) -> usize {
        match self {
            Self::Single => 1,
            Self::None => 0,
            Self::All(table) => table.len(),
            Self::Some(_, rows) => rows.len(),
        }
    }

    /// Whether they make none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The table, if there is one.
    pub fn table(&self) -> Option<&Arc<Table>> {
        match self {
            Self::Single | Self::None => None,
            Self::All(table) | Self::Some(table, _) => Some(table),
        }
    }

    fn case(&self, at: usize) -> Option<Case> {
        let row = match self {
            Self::Single | Self::None => return None,
            Self::All(_) => u32::try_from(at).ok(),
            Self::Some(_, rows) => rows.get(at).copied(),
        };
        Some(Case { table: self.table()?.clone(), row: row? })
    }
}

impl PlannedFile {
    /// The folder of the file below the project's root, with a closing `/`.
    pub fn folder(&self) -> &str {
        folder_of(&self.path)
    }

    /// How many scenarios it makes.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it makes none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What it says.
    pub fn scenario(&self, sources: &Sources) -> Arc<Scenario> {
        self.held.scenario(sources)
    }

    /// Its scenarios.
    pub fn iter<'a>(&'a self, sources: &'a Sources) -> impl Iterator<Item = Planned> + 'a {
        (0..self.len()).map(|at| self.planned(at, sources))
    }

    fn planned(&self, at: usize, sources: &Sources) -> Planned {
        let case = self.rows.case(at);
        let id = match &case {
            Some(case) => format!("{}#{}", self.path, case.id()),
            None => self.path.to_string(),
        };
        Planned {
            id,
            path: self.path.clone(),
            scenario: self.scenario(sources),
            catalogue: self.catalogue.clone(),
            definition: self.definition.clone(),
            fragments: self.fragments.clone(),
            case,
            role: None,
        }
    }

    /// The file as what is run once around all others, under an id of its own.
    pub fn around(&self, role: Role, id: String, sources: &Sources) -> Planned {
        Planned { id, role: Some(role), ..self.planned(0, sources) }
    }
}

impl Plan {
    /// The scenarios of files, ordered by path, those of one file by row.
    pub fn new(mut files: Vec<PlannedFile>) -> Self {
        files.retain(|file| !file.is_empty());
        files.sort_by(|left, right| left.path.cmp(&right.path));
        let ends = files.iter().scan(0, |end, file| {
            *end += file.len();
            Some(*end)
        });
        Self { ends: ends.collect(), files, before: None, after: None }
    }

    /// How many scenarios there are.
    pub fn len(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The files.
    pub fn files(&self) -> &[PlannedFile] {
        &self.files
    }

    /// The scenario at a place.
    pub fn get(&self, at: usize, sources: &Sources) -> Option<Planned> {
        let file = self.ends.partition_point(|end| *end <= at);
        let before = file.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.files.get(file).map(|file| file.planned(at - before, sources))
    }

    /// All of them.
    pub fn iter<'a>(&'a self, sources: &'a Sources) -> impl Iterator<Item = Planned> + 'a {
        self.files.iter().flat_map(|file| file.iter(sources))
    }
}
