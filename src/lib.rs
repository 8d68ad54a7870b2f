//! flowproof proves process flows: YAML scenarios walk a process over HTTP, activity by activity, and every answer is judged.
//!
//! The crate is a pure core with thin effects around it. [`source`] and [`diagnostic`] hold texts, positions and problems;
//! [`process`] reads process diagrams and executes them step by step.

pub mod diagnostic;
pub mod process;
pub mod source;
