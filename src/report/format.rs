use std::io::Write;
use std::path::Path;

use super::{ReportError, StoredRun, allure, ctrf, github, html, json, junit, stream, tap};

/// What a run can be told as, after it, to other programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportFormat {
    /// The event stream, a line of JSON per event.
    Ndjson,
    /// One JSON document.
    Json,
    /// JUnit XML, a test case per scenario.
    Junit,
    /// JUnit XML, a test case per step.
    JunitSteps,
    /// The Test Anything Protocol, version 14.
    Tap,
    /// The Common Test Report Format.
    Ctrf,
    /// The summary of a step of a GitHub workflow, in Markdown.
    Github,
    /// A folder of Allure results.
    Allure,
    /// One page for browsers.
    Html,
}

impl ReportFormat {
    /// All that there are.
    pub const ALL: [Self; 9] = [
        Self::Ndjson,
        Self::Json,
        Self::Junit,
        Self::JunitSteps,
        Self::Tap,
        Self::Ctrf,
        Self::Github,
        Self::Allure,
        Self::Html,
    ];

    /// Its name, as it is said on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Json => "json",
            Self::Junit => "junit",
            Self::JunitSteps => "junit-steps",
            Self::Tap => "tap",
            Self::Ctrf => "ctrf",
            Self::Github => "github",
            Self::Allure => "allure",
            Self::Html => "html",
        }
    }

    /// The one of a name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Whether it tells of what went well in detail, so that a run must tell everything.
    pub fn wants_everything(self) -> bool {
        self != Self::Github
    }

    /// What writes a run in this format.
    pub fn writer(self) -> Writer {
        match self {
            Self::Ndjson => Writer::File(stream::write),
            Self::Json => Writer::File(json::write),
            Self::Junit => Writer::File(junit::write),
            Self::JunitSteps => Writer::File(junit::write_steps),
            Self::Tap => Writer::File(tap::write),
            Self::Ctrf => Writer::File(ctrf::write),
            Self::Github => Writer::File(github::write),
            Self::Allure => Writer::Folder(allure::write),
            Self::Html => Writer::File(html::write),
        }
    }
}

/// A function that writes a run.
#[derive(Clone, Copy, Debug)]
pub enum Writer {
    /// To one file.
    File(fn(&StoredRun, &mut dyn Write) -> Result<(), ReportError>),
    /// To files in a folder.
    Folder(fn(&StoredRun, &Path) -> Result<(), ReportError>),
}

/// Writes a text of a report.
///
/// # Errors
/// If it cannot be written.
pub(super) fn put(out: &mut dyn Write, text: impl AsRef<[u8]>) -> Result<(), ReportError> {
    out.write_all(text.as_ref()).map_err(ReportError::Output)
}
