//! The settings of a project, `flowproof.yaml`: environments, catalogues, processes, defaults.

mod around;
mod environment;
mod faults;
mod guards;
mod history;
mod listening;
mod model;
mod notify;
mod process;
mod profile;
mod quarantine;
mod runs;
mod shared;

pub use around::Around;
pub use environment::{Environment, SIMULATOR, Target, Tls};
pub use guards::{Breaker, BreakerUse, Guards, parse_rate};
pub use history::HistoryUse;
pub use listening::Listening;
pub use model::{Defaults, MAX_RETRIES, SHAPE, Settings};
pub use notify::{Notify, NotifyFormat, NotifyOn};
pub use process::{Accepted, ProcessUse};
pub use profile::Profile;
pub use quarantine::{QUARANTINE, Quarantine, Quarantined};
pub use runs::Runs;
pub use shared::Shared;
