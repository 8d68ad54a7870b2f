use std::sync::Arc;

use super::{Fingerprint, Fingerprints, Held, Planned, Urgent};
use crate::catalogue::Catalogue;
use crate::event::{PartitionRecord, Role};
use crate::process::Definition;
use crate::scenario::{Case, Fragments, Scenario, Table};
use crate::source::{Sources, folder_of};

/// What will be run, in order. A scenario is held once, however many cases it has: each is made when its turn comes.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    files: Vec<PlannedFile>,
    /// How many scenarios there are up to and including each file.
    ends: Vec<usize>,
    /// The places of scenarios in the order in which they are run, where it is another than that of files and rows.
    order: Option<Arc<[u32]>>,
    /// The part of the selected scenarios that it is, if it is one of several.
    pub partition: Option<PartitionRecord>,
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
    /// What each of its scenarios is made of; empty until that is taken.
    pub fingerprints: Vec<Fingerprint>,
    /// The groups in which only one scenario may run at a time.
    pub exclusive: Arc<[String]>,
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

    /// The numbers of the rows that are meant, from 0; none where there are no cases.
    pub fn numbers(&self) -> impl Iterator<Item = u32> + '_ {
        let count = if self.table().is_some() { self.len() } else { 0 };
        (0..count).filter_map(|at| self.number(at))
    }

    fn number(&self, at: usize) -> Option<u32> {
        match self {
            Self::Single | Self::None => None,
            Self::All(_) => u32::try_from(at).ok(),
            Self::Some(_, rows) => rows.get(at).copied(),
        }
    }

    fn case(&self, at: usize) -> Option<Case> {
        Some(Case { row: self.number(at)?, table: self.table()?.clone() })
    }

    /// Those of them at places that are kept.
    fn keep(&self, mut kept: impl FnMut(usize) -> bool) -> Self {
        match self {
            Self::Single if kept(0) => Self::Single,
            Self::Single | Self::None => Self::None,
            Self::All(table) | Self::Some(table, _) => {
                let rows = self.numbers().enumerate().filter(|(at, _)| kept(*at)).map(|(_, row)| row);
                Self::Some(table.clone(), rows.collect())
            }
        }
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
        Planned {
            id: self.id(at),
            path: self.path.clone(),
            scenario: self.scenario(sources),
            catalogue: self.catalogue.clone(),
            definition: self.definition.clone(),
            fragments: self.fragments.clone(),
            case,
            role: None,
            fingerprint: self.fingerprints.get(at).copied(),
        }
    }

    /// The id of the scenario at a place.
    fn id(&self, at: usize) -> String {
        match self.rows.case(at) {
            Some(case) => format!("{}#{}", self.path, case.id()),
            None => self.path.to_string(),
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
        Self { ends: ends.collect(), files, ..Self::default() }
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
        self.find(at).map(|(file, at)| file.planned(at, sources))
    }

    /// The id of the scenario at a place.
    pub fn id(&self, at: usize) -> Option<String> {
        self.find(at).map(|(file, at)| file.id(at))
    }

    /// The groups of the scenario at a place, in which only one may run at a time.
    pub fn exclusive(&self, at: usize) -> &[String] {
        self.find(at).map_or(&[], |(file, _)| &*file.exclusive)
    }

    /// The place of the scenario that has its turn after `turn` others.
    pub fn ordered(&self, turn: usize) -> Option<usize> {
        match &self.order {
            Some(order) => order.get(turn).map(|place| *place as usize),
            None => (turn < self.len()).then_some(turn),
        }
    }

    fn find(&self, at: usize) -> Option<(&PlannedFile, usize)> {
        let file = self.ends.partition_point(|end| *end <= at);
        let before = file.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.files.get(file).map(|file| (file, at - before))
    }

    /// The ids of all scenarios, in the order of files and rows.
    pub fn ids(&self) -> impl Iterator<Item = String> + '_ {
        self.files.iter().flat_map(|file| (0..file.len()).map(|at| file.id(at)))
    }

    /// The same plan with those scenarios alone that are kept, each told by its place and id. It has no order of its own.
    pub fn keep(&self, mut kept: impl FnMut(usize, &str) -> bool) -> Self {
        let mut place = 0;
        let files = self.files.iter().map(|file| {
            let kept: Vec<bool> = (0..file.len()).map(|at| kept(place + at, &file.id(at))).collect();
            place += file.len();
            let fingerprints = file.fingerprints.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(one, _)| *one);
            PlannedFile { rows: file.rows.keep(|at| kept[at]), fingerprints: fingerprints.collect(), ..file.clone() }
        });
        let (before, after, partition) = (self.before.clone(), self.after.clone(), self.partition.clone());
        Self { before, after, partition, ..Self::new(files.collect()) }
    }

    /// Takes the fingerprints of all scenarios.
    pub fn take_fingerprints(&mut self, all: &Fingerprints<'_>) {
        for file in &mut self.files {
            file.fingerprints = all.of(file);
        }
    }

    /// The fingerprints that were taken, in the order of files and rows.
    pub fn fingerprints(&self) -> impl Iterator<Item = Fingerprint> + '_ {
        self.files.iter().flat_map(|file| file.fingerprints.iter().copied())
    }

    /// Lets those scenarios be run first that are most urgent, each told by its id.
    pub fn order_by(&mut self, urgent: impl Fn(&str) -> Urgent) {
        let urgent: Vec<Urgent> = self.ids().map(|id| urgent(&id)).collect();
        self.order = super::order::order(&urgent);
    }

    /// All of them, in the order of files and rows.
    pub fn iter<'a>(&'a self, sources: &'a Sources) -> impl Iterator<Item = Planned> + 'a {
        self.files.iter().flat_map(|file| file.iter(sources))
    }
}
