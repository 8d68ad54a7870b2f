use std::io::{BufRead, Read};

use serde::Deserialize;

use super::ReportError;
use crate::event::{Event, VERSION};

/// Most bytes of one line of a stored stream.
pub const MAX_LINE_BYTES: u64 = 64 << 20;

/// Reads a stored stream, one event at a time. A last line without its line feed is what a crash leaves and is not read.
pub fn stored<R: BufRead>(reader: R) -> Stored<R> {
    Stored { reader, line: 0, ended: false }
}

/// The events of a stored stream; see [`stored`]. It ends with the first error.
#[derive(Debug)]
pub struct Stored<R> {
    reader: R,
    line: usize,
    ended: bool,
}

impl<R: BufRead> Stored<R> {
    fn read(&mut self) -> Result<Option<Event>, ReportError> {
        loop {
            let mut line = Vec::new();
            let read = self.reader.by_ref().take(MAX_LINE_BYTES + 1).read_until(b'\n', &mut line)?;
            self.line += 1;
            let refuse = |reason: String| Err(ReportError::NotAnEvent { line: self.line, reason });
            if read as u64 > MAX_LINE_BYTES {
                return refuse(format!("it is longer than {MAX_LINE_BYTES} bytes"));
            }
            if line.pop() != Some(b'\n') {
                return Ok(None);
            }
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            if self.line == 1
                && let Some(found) = newer(&line)
            {
                return Err(ReportError::Newer { found, known: VERSION });
            }
            return match serde_json::from_slice(&line) {
                Ok(event) => Ok(Some(event)),
                Err(error) => refuse(error.to_string()),
            };
        }
    }
}

impl<R: BufRead> Iterator for Stored<R> {
    type Item = Result<Event, ReportError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let read = self.read();
        self.ended = !matches!(read, Ok(Some(_)));
        read.transpose()
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
