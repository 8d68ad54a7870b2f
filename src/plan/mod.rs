//! What will be run: each scenario, row by row, with the catalogue and the process definition that it uses.

mod affected;
mod exercise;
mod filter;
mod fingerprint;
mod held;
mod listening;
mod order;
mod partition;
#[expect(clippy::module_inception, reason = "the room's main noun is its own name")]
mod plan;
mod planned;
mod rehearsal;

pub use exercise::{Exercise, exercises};
pub use filter::Filter;
pub use fingerprint::{Fingerprint, Fingerprints};
pub use held::Held;
pub use order::Urgent;
pub use partition::{MAX_PARTS, Partition, PartitionBy, median};
pub use plan::{Plan, PlannedFile, Rows};
pub use planned::Planned;
pub use rehearsal::{Rehearsal, RehearsedRequest, RehearsedStep};
