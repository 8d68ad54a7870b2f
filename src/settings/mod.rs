//! The settings of a project, `flowproof.yaml`: environments, catalogues, processes, defaults.

mod environment;
mod model;

pub use environment::{Environment, Target, Tls};
pub use model::{Defaults, ProcessUse, SHAPE, Settings};
