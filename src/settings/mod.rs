//! The settings of a project, `flowproof.yaml`: environments, catalogues, processes, defaults.

mod around;
mod environment;
mod model;

pub use around::Around;
pub use environment::{Environment, Target, Tls};
pub use model::{Defaults, ProcessUse, SHAPE, Settings};
