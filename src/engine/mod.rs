//! Runs scenarios: one state machine each, many at a time, every answer judged, every happening an event.
//!
//! A [`Run`] spreads scenarios over single-threaded runtimes, one per core, that pull from one queue. A [`Target`] is what
//! they talk to. Nothing here prints; everything leaves as an [`Event`](crate::event::Event).

mod activity;
mod actor;
mod answering;
mod around;
mod awaiting;
mod block;
mod breaker;
mod budget;
mod cancel;
mod closing;
mod conclude;
mod condition;
mod control;
mod delivery;
mod deployed;
mod exchange;
mod file;
mod fragment;
mod gate;
mod halting;
mod held;
mod interaction;
mod journal;
mod judge;
mod leaving;
mod listener;
mod masking;
mod memory;
mod opening;
mod origin;
mod pace;
mod poll;
mod position;
mod problem;
mod queue;
mod rehearsing;
mod request;
mod retry;
mod run;
mod saving;
mod schedule;
mod seat;
mod shared;
mod standing;
mod target;
mod wait;
mod walker;

pub use around::Saved;
pub use cancel::{Cancel, Urgency, Why};
pub use file::{FileError, Files, LoadedFile};
pub use gate::Gate;
pub use halting::{Command, Halt, Moment, Onlooker};
pub use listener::Listener;
pub use run::{Clock, Detail, Options, Run, Witness};
pub use schedule::Schedule;
pub use target::{Target, TargetError};
