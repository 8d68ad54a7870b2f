//! flowproof proves process flows: YAML scenarios walk a process over HTTP, activity by activity, and every answer is judged.
//!
//! The crate is a pure core with thin effects around it. [`source`] and [`diagnostic`] hold texts, positions and problems;
//! [`yaml`] reads files into trees with places; [`template`] evaluates the `{{ … }}` in them; [`redact`] keeps secrets out of all that
//! is shown.

pub mod catalogue;
pub mod diagnostic;
pub mod event;
pub mod expect;
pub mod process;
pub mod query;
pub mod redact;
pub mod script;
pub mod simulator;
pub mod source;
pub mod template;
pub mod yaml;
