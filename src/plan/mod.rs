//! What will be run: each scenario with the catalogue and the process definition that it uses.

mod planned;

pub use planned::Planned;
