//! What is told of a run: consumers of its events.
//!
//! A report sees events and nothing else, so that a stored stream gives the same text as the run did. [`Ndjson`] stores the
//! stream, [`stored`] reads it again, [`Console`] tells a person. All of them take their writers from outside.

mod console;
mod failure;
mod frame;
mod history;
mod ledger;
mod look;
mod ndjson;
mod problem;
mod progress;
mod stored;
mod summary;
mod table;
mod text;

#[cfg(test)]
mod tests;

pub use console::Console;
pub use failure::ReportError;
pub use look::{Look, Surroundings};
pub use ndjson::Ndjson;
pub use stored::{MAX_LINE_BYTES, Stored, stored};
pub(crate) use table::{Cell, Table};
pub(crate) use text::{clean, count};
