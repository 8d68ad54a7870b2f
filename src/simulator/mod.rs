//! Executes process definitions behind the wire of a catalogue, without an engine.
//!
//! Inside, a world (one per scenario attempt) is a pure synchronous state machine with a clock of its own, which only
//! requests advance; outside, a server gives it HTTP.

mod book;
pub mod bound;
mod credential;
mod facts;
mod identifier;
mod variable;
