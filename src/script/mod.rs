//! What a simulator is told: outcomes and variables per visit. The neutral type between scenarios, which declare it, and
//! the simulator, which obeys it; JSON on the way.

mod model;

pub use model::{Directive, Entry, Script, Visits};
