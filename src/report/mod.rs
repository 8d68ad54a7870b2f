//! What is told of a run: consumers of its events.
//!
//! A report sees events and nothing else, so that a stored stream gives the same text as the run did. [`Ndjson`] stores the
//! stream, [`stored`] reads it again, [`Console`] tells a person, [`Trace`] shows every exchange. A [`ReportFormat`] tells other
//! programs of a [`StoredRun`], scenario by scenario, after it. All of them take their writers from outside.

mod allure;
mod archive;
mod audit;
mod console;
mod ctrf;
mod exchange;
mod failure;
mod focus;
mod format;
mod frame;
mod github;
mod history;
mod html;
mod json;
mod junit;
mod ledger;
mod look;
mod merge;
mod ndjson;
mod problem;
mod progress;
mod rehearsal;
mod run;
mod stored;
mod story;
mod stream;
mod summary;
mod table;
mod tap;
mod temporary;
mod text;
mod trace;

#[cfg(test)]
mod tests;

pub use archive::{Archive, ArchiveError, Hold, LATEST, Place};
pub use audit::{Leaked, Whereabouts, audit};
pub use console::Console;
pub(crate) use exchange::exchange_text;
pub use failure::ReportError;
pub use format::{ReportFormat, Writer};
pub use github::annotations;
pub use html::{PastRun, Stage, html};
pub use look::{Look, Surroundings};
pub use merge::{Merge, MergeError};
pub use ndjson::Ndjson;
pub(crate) use problem::problem_text;
pub use rehearsal::rehearsal_text;
pub use run::{Head, StoredRun, StoredScenario};
pub use stored::{MAX_LINE_BYTES, Stored, stored};
pub(crate) use table::{Cell, Table};
pub use temporary::Temporary;
pub(crate) use text::{clean, count, duration, wrap};
pub use trace::Trace;
