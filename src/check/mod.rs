//! What can be decided of a scenario without running it, once the catalogue, the process definition and the files around it
//! are known: names, inputs, outcomes, variables. What depends on an answer is left to the run.

mod cases;
mod flow;
mod fragments;
mod inputs;
mod names;
mod outcomes;
mod readings;
mod scenario;
mod secrets;
mod simulate;
mod surroundings;
mod variables;

pub use fragments::check_fragment;
pub use scenario::check;
pub use surroundings::{FileFact, Surroundings};
pub use variables::{FRAGMENT_ROOTS, ROOTS};
