//! What a simulator is told: outcomes and variables per visit, and what is to go wrong on the way. The neutral types between
//! scenarios and settings, which declare it, and the simulator, which obeys it; JSON on the way.

mod faults;
mod model;

pub use faults::{Fault, FaultKind, Faults, Latency, Outage};
pub use model::{Directive, Entry, Script, Visits};
