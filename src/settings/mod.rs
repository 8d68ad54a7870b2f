//! The settings of a project, `flowproof.yaml`: environments, catalogues, processes, defaults.

mod around;
mod environment;
mod faults;
mod model;
mod profile;
mod shared;

pub use around::Around;
pub use environment::{Environment, SIMULATOR, Target, Tls};
pub use model::{Defaults, ProcessUse, SHAPE, Settings};
pub use profile::Profile;
pub use shared::Shared;
