//! Reads catalogue files. Every problem of a file is reported with its place; nothing that is not known is passed over.

mod activity;
mod automatic;
mod check;
mod file;
mod form;
mod reader;
mod session;
mod simulated;
mod value;
mod when;
mod wire;

pub use activity::INPUT;
pub use file::{SHAPE, VERSION};

use reader::Reader;
