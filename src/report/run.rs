use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::stored::{Line, Lines};
use super::{ReportError, stream};
use crate::event::{Event, EventKind, GuardsRecord, PartRecord, PartitionRecord, Role, Summary, TargetRecord, Verdict};

/// A run that was stored, in one file or, as parts of it, in several.
///
/// It is read twice: once to learn where the events of each scenario stand, then scenario by scenario in the order of their
/// ids. What is in memory are some 400 bytes for each scenario, and the events of one.
#[derive(Debug)]
pub struct StoredRun {
    /// What the first event of each file says, in the order of the files.
    pub heads: Vec<Head>,
    /// What happened to the run itself, in order: that it was resumed, what its breaker did.
    pub happenings: Vec<Event>,
    /// The run in numbers, counted over its events.
    pub summary: Summary,
    /// The same without what ran once around all scenarios.
    pub selected: Summary,
    /// How long it took in milliseconds: the longest of its parts. `None` if one was cut off before its end.
    pub millis: Option<f64>,
    /// What each file is a part of, or is made of.
    pub(super) parts: Vec<Vec<PartRecord>>,
    /// When and after how many milliseconds each file's run ended, unless it was cut off.
    pub(super) ends: Vec<Option<(String, f64)>>,
    pub(super) files: Vec<PathBuf>,
    places: BTreeMap<Name, Places>,
}

/// Names the events of a scenario: its id, and the number of the file. What runs around all scenarios does so in each part.
type Name = (String, usize);

/// The first event of a stored run.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// When it began, UTC, ISO 8601 with milliseconds.
    pub at: String,
    /// The version of flowproof.
    pub flowproof: String,
    /// The unique id of the run.
    pub run: String,
    /// The seed of its data.
    pub seed: u64,
    /// What it talked to.
    pub target: TargetRecord,
    /// How many scenarios were selected.
    pub scenarios: usize,
    /// How many ran at a time.
    pub jobs: usize,
    /// The part of the selected scenarios that it ran.
    pub partition: Option<PartitionRecord>,
    /// What kept it from doing harm.
    pub guards: GuardsRecord,
}

/// A scenario of a stored run, with everything that happened in it.
#[derive(Clone, Debug)]
pub struct StoredScenario {
    /// Its id.
    pub id: String,
    /// Its events of all attempts, in the order in which they happened.
    pub events: Vec<Event>,
    /// Whether its end was told. A run that was cut off leaves some without.
    pub finished: bool,
}

/// A scenario of a stored run as it is stored.
pub(super) struct RawScenario<'a> {
    pub id: &'a str,
    /// The number of its file.
    pub file: usize,
    /// Whether it ran around the others.
    pub around: bool,
    /// Its lines, each with its line feed.
    pub text: Vec<u8>,
    pub finished: bool,
}

/// Where the events of a scenario stand.
#[derive(Debug, Default)]
struct Places {
    ranges: Ranges,
    /// Those of the events with which attempts begin and end.
    bounds: Ranges,
    finished: bool,
    /// Whether it passed at once, or was skipped.
    sound: bool,
    /// Whether it runs around the others.
    around: bool,
    /// What it adds to the run while that is open: it has not ended, or it runs around the others.
    pending: Option<Box<Summary>>,
}

/// Offsets and lengths in bytes; neighbours are joined.
#[derive(Debug, Default)]
struct Ranges(Vec<(u64, u64)>);

impl Ranges {
    fn add(&mut self, line: Line<'_>) {
        let length = line.text.len() as u64 + 1;
        match self.0.last_mut() {
            Some((offset, so_far)) if *offset + *so_far == line.offset => *so_far += length,
            _ => self.0.push((line.offset, length)),
        }
    }
}

impl Places {
    fn add(&mut self, label: &Label<'_>, line: Line<'_>) {
        self.ranges.add(line);
        if matches!(label.event.as_ref(), "scenario-started" | "scenario-retried" | "scenario-finished") {
            self.bounds.add(line);
        }
        self.around |= label.role.is_some();
        if label.event == "scenario-finished" {
            self.finished = true;
            let clean = matches!(label.verdict, Some(Verdict::Passed | Verdict::Skipped));
            self.sound = clean && label.flaky != Some(true);
        }
    }
}

/// What tells where an event belongs.
#[derive(Deserialize)]
struct Label<'a> {
    event: Cow<'a, str>,
    #[serde(borrow)]
    scenario: Option<Cow<'a, str>>,
    role: Option<Role>,
    verdict: Option<Verdict>,
    flaky: Option<bool>,
}

impl StoredRun {
    /// Reads what is stored in files; several are the parts of one run.
    ///
    /// # Errors
    /// If one cannot be read or holds no run, or if two tell of the same scenario.
    pub fn open(paths: &[impl AsRef<Path>]) -> Result<Self, ReportError> {
        let mut run = Self {
            heads: Vec::new(),
            happenings: Vec::new(),
            summary: Summary::default(),
            selected: Summary::default(),
            millis: Some(0.0),
            parts: Vec::new(),
            ends: Vec::new(),
            files: paths.iter().map(|path| path.as_ref().to_owned()).collect(),
            places: BTreeMap::new(),
        };
        for file in 0..run.files.len() {
            run.index(file)?;
        }
        run.settle()?;
        Ok(run)
    }

    /// The scenarios that it tells of, ordered by id.
    ///
    /// # Errors
    /// If a file cannot be opened again. Each scenario may fail to be read.
    pub fn scenarios(&self) -> Result<impl Iterator<Item = Result<StoredScenario, ReportError>> + '_, ReportError> {
        Ok(self.raw(|_| true, |places| &places.ranges)?.map(|raw| raw.and_then(RawScenario::parse)))
    }

    /// The same, in a fraction of the time: of scenarios that passed at once or were skipped there is nothing between
    /// the events with which they begin and end.
    pub(super) fn outlines(
        &self,
    ) -> Result<impl Iterator<Item = Result<StoredScenario, ReportError>> + '_, ReportError> {
        let ranges: fn(&Places) -> &Ranges = |places| if places.sound { &places.bounds } else { &places.ranges };
        Ok(self.raw(|_| true, ranges)?.map(|raw| raw.and_then(RawScenario::parse)))
    }

    /// Those of them that ran once around all others.
    pub(super) fn around(&self) -> Result<impl Iterator<Item = Result<StoredScenario, ReportError>> + '_, ReportError> {
        Ok(self.raw(|places| places.around, |places| &places.ranges)?.map(|raw| raw.and_then(RawScenario::parse)))
    }

    /// All of them as they are stored.
    pub(super) fn stored(
        &self,
    ) -> Result<impl Iterator<Item = Result<RawScenario<'_>, ReportError>> + '_, ReportError> {
        self.raw(|_| true, |places| &places.ranges)
    }

    fn raw(
        &self,
        meant: fn(&Places) -> bool,
        ranges: fn(&Places) -> &Ranges,
    ) -> Result<impl Iterator<Item = Result<RawScenario<'_>, ReportError>> + '_, ReportError> {
        let mut files = self.files.iter().map(File::open).collect::<Result<Vec<_>, _>>()?;
        let meant = self.places.iter().filter(move |(_, places)| meant(places));
        Ok(meant.map(move |((id, file), places)| {
            let mut text = Vec::new();
            for (offset, length) in &ranges(places).0 {
                let file = &mut files[*file];
                file.seek(SeekFrom::Start(*offset))?;
                file.take(*length).read_to_end(&mut text)?;
            }
            Ok(RawScenario { id, file: *file, around: places.around, text, finished: places.finished })
        }))
    }

    /// Tells its events again: one beginning, what happened to it, its scenarios by id, and its end if it came to one.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn retell(&self, mut tell: impl FnMut(&Event)) -> Result<(), ReportError> {
        stream::begin(self).iter().for_each(&mut tell);
        for scenario in self.scenarios()? {
            scenario?.events.iter().for_each(&mut tell);
        }
        stream::end(self).iter().for_each(tell);
        Ok(())
    }

    /// How many scenarios it tells of, those around it included.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether it tells of none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    fn index(&mut self, file: usize) -> Result<(), ReportError> {
        let mut lines = Lines::new(BufReader::new(File::open(&self.files[file])?));
        let mut ended = None;
        let mut begun = false;
        let mut parts = Vec::new();
        while let Some(line) = lines.read()? {
            let label: Label<'_> = line.parse()?;
            match label.scenario {
                Some(ref id) => self.place((id.clone().into_owned(), file), &label, line)?,
                None => {
                    let event: Event = line.parse()?;
                    match event.kind {
                        EventKind::RunStarted { .. } if !begun => {
                            begun = true;
                            let head = Head::of(event);
                            parts.extend(head.iter().map(Head::part));
                            self.heads.extend(head);
                        }
                        EventKind::RunFinished { millis, .. } => ended = Some((event.at, millis)),
                        EventKind::RunMerged { parts: merged } => parts = merged,
                        EventKind::RunResumed { .. } => {
                            // What was under way is told again, from its beginning.
                            self.places.retain(|(_, of), places| *of != file || places.pending.is_none());
                            ended = None;
                            self.happenings.push(event);
                        }
                        _ => self.happenings.push(event),
                    }
                }
            }
        }
        if !begun {
            return Err(ReportError::NoRun { name: self.files[file].display().to_string() });
        }
        self.millis = self.millis.zip(ended.as_ref()).map(|(longest, (_, millis))| longest.max(*millis));
        self.ends.push(ended);
        self.parts.push(parts);
        Ok(())
    }

    fn place(&mut self, name: Name, label: &Label<'_>, line: Line<'_>) -> Result<(), ReportError> {
        let (finished, counts) = match label.event.as_ref() {
            "scenario-finished" => (true, true),
            "scenario-retried" | "instance-left" => (false, true),
            _ => (false, false),
        };
        let places = self.places.entry(name).or_default();
        if !places.finished {
            places.pending.get_or_insert_default();
        }
        places.add(label, line);
        if counts && let Some(pending) = &mut places.pending {
            pending.add(&line.parse()?);
        }
        if finished
            && !places.around
            && let Some(pending) = places.pending.take()
        {
            self.selected.merge(&pending);
        }
        Ok(())
    }

    /// Counts what ran around the parts, and sees that no two of them have the same scenario.
    fn settle(&mut self) -> Result<(), ReportError> {
        self.summary = self.selected.clone();
        let mut last: Option<(&str, usize, bool)> = None;
        for ((id, file), places) in &mut self.places {
            let around = places.around;
            if let Some((before, other, other_around)) = last
                && before == id
                && !(around && other_around)
            {
                let names = [other, *file].map(|file| self.files[file].display().to_string());
                return Err(ReportError::Twice { scenario: id.clone(), files: names });
            }
            last = Some((id, *file, around));
            if let Some(pending) = places.pending.take_if(|_| places.finished) {
                self.summary.merge(&pending);
            }
        }
        Ok(())
    }
}

impl RawScenario<'_> {
    fn parse(self) -> Result<StoredScenario, ReportError> {
        let mut events = Vec::new();
        let mut lines = Lines::new(self.text.as_slice());
        while let Some(line) = lines.read()? {
            events.push(line.parse()?);
        }
        Ok(StoredScenario { id: self.id.to_owned(), events, finished: self.finished })
    }
}

impl Head {
    /// The part that it is the head of. Whether it came to its end is not known by it.
    fn part(&self) -> PartRecord {
        let (run, at, partition) = (self.run.clone(), self.at.clone(), self.partition.clone());
        PartRecord { run, at, scenarios: self.scenarios, partition, finished: true }
    }

    fn of(event: Event) -> Option<Self> {
        let EventKind::RunStarted { flowproof, run, seed, target, scenarios, jobs, partition, guards, .. } = event.kind
        else {
            return None;
        };
        Some(Self { at: event.at, flowproof, run, seed, target, scenarios, jobs, partition, guards })
    }
}
