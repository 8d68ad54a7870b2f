//! What is told of a run: consumers of its events.
//!
//! A report sees events and nothing else, so that a stored stream gives the same text as the run did. [`Ndjson`] stores the
//! stream, [`stored`] reads it again, [`Console`] tells a person, [`Trace`] shows every exchange. All of them take their writers from outside.

mod console;
mod exchange;
mod failure;
mod focus;
mod frame;
mod history;
mod ledger;
mod look;
mod ndjson;
mod problem;
mod progress;
mod rehearsal;
mod run;
mod stored;
mod summary;
mod table;
mod text;
mod trace;

#[cfg(test)]
mod tests;

pub use console::Console;
pub(crate) use exchange::exchange_text;
pub use failure::ReportError;
pub use look::{Look, Surroundings};
pub use ndjson::Ndjson;
pub(crate) use problem::problem_text;
pub use rehearsal::rehearsal_text;
pub use run::{Head, StoredRun, StoredScenario};
pub use stored::{MAX_LINE_BYTES, Stored, stored};
pub(crate) use table::{Cell, Table};
pub(crate) use text::{clean, count};
pub use trace::Trace;
