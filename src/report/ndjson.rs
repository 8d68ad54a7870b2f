use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use super::ReportError;
use crate::event::Event;

/// Stores the stream, a line of JSON per event.
///
/// A line is written at once and whole, so that after a crash the file is readable up to its last whole line.
pub struct Ndjson {
    name: String,
    out: Box<dyn Write + Send>,
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

    /// Stores through a writer; `name` is what errors call it.
    pub fn new(name: impl Into<String>, out: Box<dyn Write + Send>) -> Self {
        Self { name: name.into(), out, failed: None }
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
    pub fn finish(self) -> Result<(), ReportError> {
        match self.failed {
            None => Ok(()),
            Some(source) => Err(ReportError::Write { name: self.name, source }),
        }
    }

    fn line(&mut self, event: &Event) -> io::Result<()> {
        let mut line = serde_json::to_vec(event)?;
        line.push(b'\n');
        self.out.write_all(&line)?;
        self.out.flush()
    }
}
