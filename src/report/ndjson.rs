use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::ReportError;
use crate::event::{Event, EventKind};

/// Bytes that are held until a scenario begins or ends.
const BUFFER: usize = 256 << 10;

/// Stores the stream, a line of JSON per event.
///
/// A line is written whole, so that after a crash the file is readable up to its last whole line.
pub struct Ndjson {
    name: String,
    out: Box<dyn Write + Send>,
    /// Whether each line is written at once, not only when a scenario begins or ends.
    at_once: bool,
    failed: Option<io::Error>,
}

impl Ndjson {
    /// Stores in a new file; one that was there is overwritten, folders that are missing are made.
    ///
    /// # Errors
    /// If the folder or the file cannot be made.
    pub fn create(path: &Path) -> Result<Self, ReportError> {
        let name = path.display().to_string();
        let made = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| File::create(path));
        match made {
            Ok(file) => Ok(Self::new(name, Box::new(file))),
            Err(source) => Err(ReportError::Write { name, source }),
        }
    }

    /// Stores at the end of a file, scenario by scenario: what one tells between its beginning and its end is written with
    /// its end, unless it is much.
    pub fn record(name: impl Into<String>, file: File) -> Self {
        Self { at_once: false, ..Self::new(name, Box::new(BufWriter::with_capacity(BUFFER, file))) }
    }

    /// Stores through a writer; `name` is what errors call it.
    pub fn new(name: impl Into<String>, out: Box<dyn Write + Send>) -> Self {
        Self { name: name.into(), out, at_once: true, failed: None }
    }

    /// Stores an event. After the first line that cannot be written nothing more is; [`Ndjson::finish`] tells of it.
    pub fn event(&mut self, event: &Event) {
        if self.failed.is_none() {
            self.failed = self.line(event).err();
        }
    }

    /// Ends the report.
    ///
    /// # Errors
    /// If an event could not be written.
    pub fn finish(mut self) -> Result<(), ReportError> {
        match self.failed.or(self.out.flush().err()) {
            None => Ok(()),
            Some(source) => Err(ReportError::Write { name: self.name, source }),
        }
    }

    fn line(&mut self, event: &Event) -> io::Result<()> {
        let mut line = serde_json::to_vec(event)?;
        line.push(b'\n');
        self.out.write_all(&line)?;
        let turns = matches!(
            event.kind,
            EventKind::ScenarioStarted { .. } | EventKind::ScenarioFinished { .. } | EventKind::ScenarioRetried { .. }
        );
        if self.at_once || turns || event.scenario.is_none() { self.out.flush() } else { Ok(()) }
    }
}
