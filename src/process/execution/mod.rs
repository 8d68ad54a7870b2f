//! Execution of a definition as a pure step function: tokens, one virtual clock, data in and moves out.
//!
//! An [`Execution`] waits, has ended, or stands at an incident. [`Execution::apply`] takes one [`Input`], moves the tokens through
//! what the engine does by itself until they all stand again, and tells every move. What an automatic task does is asked from
//! [`Work`]. A clone is an independent execution, so that a generator can try both ways of a decision.
//!
//! Tokens move in frames: the process, a subprocess, or the instances of an activity. One token moves at a time, as far as it can,
//! the first of a split before the second, so that the same inputs always give the same moves.

mod arm;
mod call;
mod cancel;
mod enter;
mod happen;
mod incident;
mod instances;
mod join;
mod leave;
mod movement;
mod occurrence;
mod raise;
mod run;
mod short;
mod state;
mod subprocess;
mod token;
mod unset;
mod variables;
mod work;

pub use incident::{Direction, Incident};
pub use movement::{Move, MoveKind};
pub use occurrence::Occurrence;
pub use short::{lengthen, shorten};
pub use state::{ArmedTimer, Execution, Input, Refused, Settings, State, Waiting};
pub use variables::{WriteError, write};
pub use work::{Call, Effect, Work};
