use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

use super::stored::stored;
use super::stream::{parts, write_merged};
use super::{ReportError, StoredRun};
use crate::event::{EventKind, PartRecord, PartitionRecord, TargetRecord};

/// The parts of a run, which fit together.
#[derive(Debug)]
pub struct Merge {
    run: StoredRun,
    parts: Vec<PartRecord>,
    of: u32,
}

/// Why files are not the parts of one run.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// A file cannot be read, or is no run.
    #[error("`{}`: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ReportError,
    },
    /// The parts cannot be read together.
    #[error(transparent)]
    Together(#[from] ReportError),
    /// There are no files.
    #[error("there is nothing to merge: no file ends with `.ndjson` in what was named")]
    Nothing,
    /// A run is no part of one.
    #[error("`{}` is a whole run and no part of one, which `flowproof run --partition` makes", path.display())]
    Whole {
        /// The file.
        path: PathBuf,
    },
    /// Two files are parts of different runs.
    #[error(
        "`{}` and `{}` are not parts of one run: {what} of the first is {}, of the second {}",
        paths[0].display(),
        paths[1].display(),
        values[0],
        values[1]
    )]
    Other {
        /// The files.
        paths: Box<[PathBuf; 2]>,
        /// In what they differ.
        what: &'static str,
        /// What each says of it.
        values: Box<[String; 2]>,
    },
    /// A part is there more than once.
    #[error("part {part} of {of} is there twice: in `{}` and in `{}`", paths[0].display(), paths[1].display())]
    Twice {
        /// Which part.
        part: u32,
        /// Of how many.
        of: u32,
        /// The files.
        paths: Box<[PathBuf; 2]>,
    },
}

/// What a file says at its beginning.
struct Preface {
    path: PathBuf,
    seed: u64,
    target: TargetRecord,
    parts: Vec<PartRecord>,
}

impl Merge {
    /// Reads the parts of a run.
    ///
    /// # Errors
    /// If a file cannot be read, if they are not parts of one run, or if one is there twice.
    pub fn of(paths: &[PathBuf]) -> Result<Self, MergeError> {
        let read =
            |path: &PathBuf| Preface::read(path).map_err(|source| MergeError::Read { path: path.clone(), source });
        let prefaces = paths.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let Some(first) = prefaces.first() else { return Err(MergeError::Nothing) };
        let mut seen: BTreeMap<u32, &Path> = BTreeMap::new();
        let mut of = 0;
        for preface in &prefaces {
            first.fits(preface)?;
            for part in &preface.parts {
                let Some(partition) = &part.partition else {
                    return Err(MergeError::Whole { path: preface.path.clone() });
                };
                of = partition.of;
                if let Some(other) = seen.insert(partition.part, &preface.path) {
                    let paths = Box::new([other.to_owned(), preface.path.clone()]);
                    return Err(MergeError::Twice { part: partition.part, of, paths });
                }
            }
        }
        let run = StoredRun::open(paths)?;
        Ok(Self { parts: parts(&run), run, of })
    }

    /// What is missing of the whole, each in a sentence.
    pub fn gaps(&self) -> Vec<String> {
        let number = |part: &PartRecord| part.partition.as_ref().map_or(0, |partition| partition.part);
        let missing = (1..=self.of).filter(|wanted| self.parts.iter().all(|part| number(part) != *wanted));
        let missing = missing.map(|part| format!("part {part} of {} is missing", self.of));
        let unfinished = self.parts.iter().filter(|part| !part.finished);
        let unfinished = unfinished
            .map(|part| format!("part {} of {} (run {}) did not come to its end", number(part), self.of, part.run));
        missing.chain(unfinished).collect()
    }

    /// How many parts there are, and how many scenarios came to their end.
    pub fn extent(&self) -> (usize, usize) {
        (self.parts.len(), self.run.selected.finished())
    }

    /// Writes one stream of all.
    ///
    /// # Errors
    /// If a part cannot be read, or the stream cannot be written.
    pub fn write(&self, out: &mut dyn Write) -> Result<(), ReportError> {
        write_merged(&self.run, out)
    }
}

impl Preface {
    fn read(path: &Path) -> Result<Self, ReportError> {
        let mut events = stored(BufReader::new(File::open(path)?));
        let first = events.next().transpose()?;
        let Some((at, EventKind::RunStarted { run, seed, target, scenarios, partition, .. })) =
            first.map(|event| (event.at, event.kind))
        else {
            return Err(ReportError::NoRun { name: path.display().to_string() });
        };
        let own = PartRecord { run, at, scenarios, partition, finished: true };
        let parts = match events.next() {
            Some(Ok(event)) => match event.kind {
                EventKind::RunMerged { parts } => parts,
                _ => vec![own],
            },
            Some(Err(_)) | None => vec![own],
        };
        Ok(Self { path: path.to_owned(), seed, target, parts })
    }

    /// # Errors
    /// If another is not of the same run.
    fn fits(&self, other: &Self) -> Result<(), MergeError> {
        let facts = [self.facts(), other.facts()];
        for ((what, value), (_, others)) in facts[0].iter().zip(&facts[1]) {
            if value != others {
                return Err(MergeError::Other {
                    paths: Box::new([self.path.clone(), other.path.clone()]),
                    what,
                    values: Box::new([value.clone(), others.clone()]),
                });
            }
        }
        Ok(())
    }

    /// What all parts of a run have in common. A simulator is another for each.
    fn facts(&self) -> Vec<(&'static str, String)> {
        let partition = self.parts.first().and_then(|part| part.partition.clone());
        let of = |fact: fn(&PartitionRecord) -> String| partition.as_ref().map(fact).unwrap_or_default();
        let address = if self.target.simulator { "a simulator" } else { &self.target.base_url };
        vec![
            ("the seed", self.seed.to_string()),
            ("the target", format!("`{}` ({address})", self.target.name)),
            ("the kind of partition", of(|partition| partition.by.clone())),
            ("the number of parts", of(|partition| partition.of.to_string())),
            ("the number of selected scenarios", of(|partition| partition.all.to_string())),
            // Parts by time that did not see the same history have scenarios in common, and others in none of them.
            ("the hash of selected scenarios and their known times", of(|partition| partition.basis.clone())),
        ]
    }
}
