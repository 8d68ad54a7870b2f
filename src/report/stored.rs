use std::io::{BufRead, Read};

use serde::Deserialize;

use super::ReportError;
use crate::event::{Event, VERSION};

/// Most bytes of one line of a stored stream.
pub const MAX_LINE_BYTES: u64 = 64 << 20;

/// Reads a stored stream, one event at a time. A last line without its line feed is what a crash leaves and is not read.
pub fn stored<R: BufRead>(reader: R) -> Stored<R> {
    Stored { lines: Lines::new(reader), ended: false }
}

/// The events of a stored stream; see [`stored`]. It ends with the first error.
#[derive(Debug)]
pub struct Stored<R> {
    lines: Lines<R>,
    ended: bool,
}

impl<R: BufRead> Iterator for Stored<R> {
    type Item = Result<Event, ReportError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let read = self.lines.read().and_then(|line| line.map(|line| line.parse()).transpose());
        self.ended = !matches!(read, Ok(Some(_)));
        read.transpose()
    }
}

/// The whole lines of a stored stream that hold something.
#[derive(Debug)]
pub(super) struct Lines<R> {
    reader: R,
    line: usize,
    offset: u64,
    text: Vec<u8>,
}

/// A line of a stored stream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// Its number, from 1.
    pub number: usize,
    /// Where it begins, in bytes.
    pub offset: u64,
    /// Its text, without the line feed.
    pub text: &'a [u8],
}

impl<'a> Line<'a> {
    /// Reads the line as JSON of some kind.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse<T: Deserialize<'a>>(self) -> Result<T, ReportError> {
        serde_json::from_slice(self.text)
            .map_err(|error| ReportError::NotAnEvent { line: self.number, reason: error.to_string() })
    }
}

impl<R: BufRead> Lines<R> {
    pub fn new(reader: R) -> Self {
        Self { reader, line: 0, offset: 0, text: Vec::new() }
    }

    /// The next one; a last line without its line feed is what a crash leaves and is not read.
    ///
    /// # Errors
    /// If it cannot be read, is too long, or was written by a newer flowproof.
    pub fn read(&mut self) -> Result<Option<Line<'_>>, ReportError> {
        loop {
            self.text.clear();
            let offset = self.offset;
            let read = self.reader.by_ref().take(MAX_LINE_BYTES + 1).read_until(b'\n', &mut self.text)? as u64;
            self.line += 1;
            self.offset += read;
            if read > MAX_LINE_BYTES {
                let reason = format!("it is longer than {MAX_LINE_BYTES} bytes");
                return Err(ReportError::NotAnEvent { line: self.line, reason });
            }
            if self.text.pop() != Some(b'\n') {
                return Ok(None);
            }
            if self.text.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            if self.line == 1
                && let Some(found) = newer(&self.text)
            {
                return Err(ReportError::Newer { found, known: VERSION });
            }
            return Ok(Some(Line { number: self.line, offset, text: &self.text }));
        }
    }
}

/// The version of a stream that is newer than this flowproof, if the line is the first of such a one.
fn newer(line: &[u8]) -> Option<u64> {
    #[derive(Deserialize)]
    struct First {
        event: String,
        version: u64,
    }
    let first: First = serde_json::from_slice(line).ok()?;
    (first.event == "run-started" && first.version > u64::from(VERSION)).then_some(first.version)
}
