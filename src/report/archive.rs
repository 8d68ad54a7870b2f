use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;

use super::stored::{MAX_LINE_BYTES, stored};
use crate::event::EventKind;

/// The stored runs of a project: a folder with one folder for each.
#[derive(Clone, Debug)]
pub struct Archive {
    folder: PathBuf,
}

/// The folder of a stored run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The run's id.
    pub run: String,
    folder: PathBuf,
}

/// Keeps a stored run from being written to by others, and from being removed, as long as it is there.
#[derive(Debug)]
pub struct Hold(#[expect(dead_code, reason = "the lock goes with the file")] File);

/// Why a stored run is not found.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// There are none.
    #[error("there is no stored run in `{}`; `flowproof run` stores one", .0.display())]
    Empty(PathBuf),
    /// There is none of that name.
    #[error("there is no stored run `{name}` in `{}`; the newest are {}", folder.display(), newest.join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
        /// Where was looked.
        folder: PathBuf,
        /// The ids of some that are there.
        newest: Vec<String>,
    },
    /// There are several whose ids begin so.
    #[error("several stored runs begin with `{name}`: {}", runs.join(", "))]
    Several {
        /// What was asked for.
        name: String,
        /// Their ids.
        runs: Vec<String>,
    },
}

/// The name of the newest run.
pub const LATEST: &str = "latest";

/// Most runs that an error names.
const MOST_NAMED: usize = 5;

impl Archive {
    /// The runs that are stored in a folder, which need not be there.
    pub fn of(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Makes the place of a new run.
    ///
    /// # Errors
    /// If its folder cannot be made, or there is one.
    pub fn begin(&self, run: &str) -> io::Result<(Place, Hold)> {
        fs::create_dir_all(&self.folder)?;
        let place = self.place(run);
        fs::create_dir(&place.folder)?;
        let hold = place.hold()?;
        Ok((place, hold.ok_or(io::ErrorKind::ResourceBusy)?))
    }

    /// All runs, the newest first.
    pub fn runs(&self) -> Vec<Place> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let places = entries.map(|entry| self.place(&entry.file_name().to_string_lossy()));
        let mut runs: Vec<_> = places.filter_map(|place| Some((place.began()?, place))).collect();
        runs.sort_by(|left, right| right.0.cmp(&left.0).then_with(|| left.1.run.cmp(&right.1.run)));
        runs.into_iter().map(|(_, place)| place).collect()
    }

    /// The run that is meant: by its id, by a beginning that no other has, or the newest as `latest`.
    ///
    /// # Errors
    /// If there is none, or there are several.
    pub fn find(&self, name: &str) -> Result<Place, ArchiveError> {
        let runs = self.runs();
        let ids = |runs: &[Place]| runs.iter().take(MOST_NAMED).map(|place| format!("`{}`", place.run)).collect();
        let Some(newest) = runs.first() else { return Err(ArchiveError::Empty(self.folder.clone())) };
        if name == LATEST {
            return Ok(newest.clone());
        }
        if let Some(exact) = runs.iter().find(|place| place.run == name) {
            return Ok(exact.clone());
        }
        let near: Vec<Place> = runs.iter().filter(|place| place.run.starts_with(name)).cloned().collect();
        match near.as_slice() {
            [one] if !name.is_empty() => Ok(one.clone()),
            [_, _, ..] if !name.is_empty() => Err(ArchiveError::Several { name: name.to_owned(), runs: ids(&near) }),
            _ => Err(ArchiveError::Unknown { name: name.to_owned(), folder: self.folder.clone(), newest: ids(&runs) }),
        }
    }

    /// Removes the oldest runs until so many are left. One that is being written stays.
    ///
    /// # Errors
    /// The first that cannot be removed.
    pub fn prune(&self, keep: usize) -> io::Result<()> {
        for place in self.runs().into_iter().skip(keep) {
            let Ok(Some(_hold)) = place.hold() else { continue };
            match fs::remove_dir_all(&place.folder) {
                // Another run prunes at the same time.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                other => other?,
            }
        }
        Ok(())
    }

    fn place(&self, run: &str) -> Place {
        Place { run: run.to_owned(), folder: self.folder.join(run) }
    }
}

impl Place {
    /// The file that its events are in.
    pub fn events(&self) -> PathBuf {
        self.folder.join("events.ndjson")
    }

    /// The file that says what was to be run.
    pub fn plan(&self) -> PathBuf {
        self.folder.join("run.json")
    }

    /// Holds it; `None` if another process does.
    ///
    /// # Errors
    /// If that cannot be known.
    pub fn hold(&self) -> io::Result<Option<Hold>> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(self.folder.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Hold(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Cuts off what a crash has left behind the last whole line of its events.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn mend(&self) -> io::Result<()> {
        let file = OpenOptions::new().read(true).write(true).open(self.events())?;
        let mut whole = 0;
        let mut reader = BufReader::new(&file);
        loop {
            let mut line = Vec::new();
            let read = io::Read::take(&mut reader, MAX_LINE_BYTES + 1).read_until(b'\n', &mut line)? as u64;
            if line.last() != Some(&b'\n') {
                break;
            }
            whole += read;
        }
        file.set_len(whole)
    }

    /// When it began, by its first event; nothing if it has none.
    fn began(&self) -> Option<String> {
        let first = stored(BufReader::new(File::open(self.events()).ok()?)).next()?.ok()?;
        matches!(first.kind, EventKind::RunStarted { .. }).then_some(first.at)
    }
}
