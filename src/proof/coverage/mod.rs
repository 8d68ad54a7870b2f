//! What scenarios that were run have proven of a process definition.
//!
//! An [`Observation`] is what one scenario did to the process, taken from its events. A [`Survey`] adds observations up, one at a
//! time, and gives a [`Coverage`]: data that can be stored, compared, shown and painted.

mod common;
mod conclusion;
mod condition;
mod criterion;
mod element;
mod extent;
mod looping;
mod model;
mod observation;
mod ratchet;
mod scenario;
mod sighting;
mod survey;
mod tally;

pub use condition::{AtomCoverage, ConditionCoverage};
pub use criterion::{Criterion, Figure};
pub use element::{Element, ElementKind, Evidence, Nearest, Reason, State, Work};
pub use looping::{Bound, LoopCoverage};
pub use model::{CodeCoverage, Coverage, VERSION};
pub use observation::{Observation, Trail};
pub use ratchet::{Floor, Loss};
pub use scenario::ScenarioCoverage;
pub use survey::Survey;

#[cfg(test)]
mod tests;
