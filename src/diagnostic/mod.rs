//! Problems as data: a stable id, a severity, places in the author's files, what to do.
//!
//! A diagnostic is built anywhere and rendered in one place; the model knows no output format. Nothing here prints.

mod frame;
mod id;
mod model;
mod nearest;

pub use frame::{Style, frame, frames};
pub use id::{Id, Rule, rules};
pub use model::{Diagnostic, Diagnostics, Label, Severity};
pub use nearest::{nearest, one_of, suggest};
