//! JSON Schemas of the files that authors write and of the event stream, for editors and other programs.
//!
//! They are made from the shapes by which the files are read ([`crate::yaml::Shape`]) and from the types of the events, and
//! committed: the program carries the committed texts, and a test holds them to their sources. Those of scenarios and
//! fragments can be narrowed to what a project knows ([`of_project`]).

mod kind;
mod project;
#[cfg(test)]
mod tests;
mod writer;

pub use kind::Kind;
pub use project::{Known, of_project};
pub use writer::{DIALECT, schema, sentence};
