//! Tables of cases: each row makes a scenario of its own.
//!
//! A table keeps its rows as compact text and gives the values of one row when its scenario begins, so that a hundred
//! thousand rows cost little more than their file.

mod builder;
mod csv;
mod json;
mod table;
mod tree;
mod using;

#[cfg(test)]
mod tests;

pub use table::{Case, Column, MAX_ROWS, MAX_TABLE_BYTES, Table};
pub(super) use using::FORMATS;
pub use using::{Cases, CasesFile, CasesFormat};
