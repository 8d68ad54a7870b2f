//! A project on disk: its settings, catalogues, process definitions, scenarios and the files that steps send.
//!
//! Loading reads everything that was asked for and reports every problem of every file; what is sound can be run although
//! something else is not.

mod accepted;
mod around;
mod cases;
mod cores;
mod discover;
mod disk;
mod fragments;
mod load;
mod maps;
mod quarantine;
mod reading;
mod repair;
mod scenarios;
mod select;
mod texts;
mod versions;
mod wanted;

pub use accepted::Unaccepted;
pub use discover::yaml_files;
pub use disk::{DiskFiles, MAX_FILE_BYTES};
pub use load::{Project, SETTINGS};
pub use repair::{Change, Repair, repair};
pub use select::{Offered, Selection};
pub use texts::Texts;
