//! Execution of a definition as a pure step function: one token, one virtual clock, data in and moves out.
//!
//! An [`Execution`] stands at a wait state, at an end, or at an incident. [`Execution::apply`] takes one [`Input`], moves
//! the token through automatic nodes until it stands again, and tells every move. What an automatic task does is asked
//! from [`Work`]. A clone is an independent execution, so that a generator can try both ways of a decision.

mod incident;
mod movement;
mod run;
mod state;
mod unset;
mod variables;
mod work;

pub use incident::{Direction, Incident};
pub use movement::{Move, MoveKind};
pub use state::{ArmedTimer, Execution, Input, Refused, Settings, State};
pub use variables::{WriteError, write};
pub use work::{Call, Effect, Work};
