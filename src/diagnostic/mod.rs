//! Problems as data: a stable id, a severity, places in the author's files, what to do.
//!
//! A diagnostic is built anywhere and rendered in one place; the model knows no output format. Nothing here prints.

mod baseline;
mod concise;
mod fix;
mod frame;
mod github;
mod id;
mod json;
mod model;
mod nearest;
mod page;
mod places;
mod sarif;

pub use baseline::{Baseline, Sifted, fingerprint};
pub use concise::concise;
pub use fix::{Edit, Fix, mended};
pub use frame::{Style, frame, frames};
pub use github::github;
pub(crate) use github::{command_data, command_property};
pub use id::{Id, Rule, rules};
pub use json::json;
pub use model::{Diagnostic, Diagnostics, Element, Label, Severity, Witness, WitnessKind};
pub use nearest::{nearest, one_of, suggest};
pub use page::{Example, Page, id_of, page};
pub use places::Places;
pub use sarif::sarif;
