use std::io;

/// Why a report could not be written or a stored stream could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The report cannot be written.
    #[error("the report `{name}` cannot be written: {source}")]
    Write {
        /// The file's path, or `stdout`.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// What a report is written to does not take it.
    #[error("the report cannot be written: {0}")]
    Output(#[source] io::Error),
    /// The stream cannot be read.
    #[error("the events cannot be read: {0}")]
    Read(#[from] io::Error),
    /// A line of the stream is no event.
    #[error("line {line} is not an event of flowproof: {reason}")]
    NotAnEvent {
        /// The line, from 1.
        line: usize,
        /// Why.
        reason: String,
    },
    /// The stream was written by a newer flowproof.
    #[error("the events have version {found}, and this flowproof reads up to version {known}; a newer one wrote them")]
    Newer {
        /// Its version.
        found: u64,
        /// The version that is known.
        known: u32,
    },
    /// A file holds no run.
    #[error("`{name}` does not begin as the events of a run do; `flowproof run --report ndjson=PATH` writes them")]
    NoRun {
        /// The file's path.
        name: String,
    },
    /// Two parts of a run tell of the same scenario.
    #[error("`{}` and `{}` both tell of `{scenario}`: parts of one run have no scenario in common", files[0], files[1])]
    Twice {
        /// The scenario's id.
        scenario: String,
        /// The files' paths.
        files: [String; 2],
    },
}

impl ReportError {
    /// The same, with the name of what could not be written.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        match self {
            Self::Output(source) => Self::Write { name: name.to_owned(), source },
            other => other,
        }
    }
}
