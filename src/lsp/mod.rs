//! The editor's server: the Language Server Protocol over standard input and output.
//!
//! What is open in the editor wins over what is on disk. Whenever something has changed and nothing else waits to be heard, the
//! whole project is checked again, as `flowproof check` does it, and its problems are told. Questions are answered from the
//! text as it stands and from the project as it was last checked, so that they need not wait.
//!
//! What could stand at a place is found by the shapes by which files are read ([`crate::yaml::Shape`]): `spot` finds the
//! place, `subject` what is named there, `view` what of that the project has.

mod action;
mod answer;
mod documents;
mod file;
mod position;
mod problem;
mod server;
mod spot;
mod subject;
mod view;
mod wire;

pub use server::{Ended, serve};
pub use wire::MAX_MESSAGE_BYTES;
