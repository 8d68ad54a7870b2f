//! Executes process definitions behind the wire of a catalogue, without an engine.
//!
//! Inside, a [`World`] (one per scenario attempt) is a pure synchronous state machine with a clock of its own, which only
//! requests advance; outside, [`Simulator`] gives it HTTP. What an element does comes from the catalogue, from what the
//! world was told, and from facts of what was uploaded; no engine is known here.

mod behaviour;
mod body;
mod book;
pub mod bound;
mod clock;
mod control;
mod credential;
mod form;
mod identifier;
mod instance;
mod library;
mod log;
mod posted;
mod program;
mod refusal;
mod role;
mod server;
mod setup;
mod stage;
mod token;
mod told;
mod world;

pub use control::{HANDSHAKE, VERSION, WORLD_HEADER};
pub use log::{Closing, Moved};
pub use refusal::Reason;
pub use server::Simulator;
pub use setup::{Entropy, Setup, SimulatorConfig};
pub use stage::Stage;
pub use world::World;
