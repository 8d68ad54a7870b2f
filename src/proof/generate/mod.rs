//! Scenarios for what of a definition is not proven yet: few walks, each driven by what a simulator is told.
//!
//! The situations that a process can come into, as far as the variables matter on which it decides, are found by executing it
//! ([`Stage`] plays the automatic elements). Through them lead the fewest walks, by the same flow that covers a graph; each is
//! executed, and what walks it was told by is what a scenario says. What no situation gives is infeasible, with the reason.

mod cells;
mod choice;
mod generated;
mod plan;
mod played;
mod reading;
mod reason;
mod script;
mod space;
mod stage;
mod text;
mod title;
mod walker;
mod wanted;

pub use generated::{Generated, Missing, generate};
pub use played::Played;
pub use stage::Stage;
pub use text::{Fixture, ScenarioFile, Writing};
pub use wanted::{Criterion, Wanted};
