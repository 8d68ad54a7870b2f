//! What was run before: an embedded database of runs and of what each scenario came to in them.
//!
//! [`History`] is a consumer of events that stores while a run goes on; [`Past`] answers what is asked of one scenario;
//! [`Store`] gives the views that `flowproof history` shows. What a view decides is decided by pure functions over the
//! series of each scenario. Several processes may store at the same time, and one that is killed leaves what it has stored.

mod changes;
mod failures;
mod flaky;
mod past;
mod prune;
mod recorder;
mod row;
mod runs;
mod series;
mod slow;
mod statistics;
mod store;
mod writer;

pub use changes::{Changed, Changes, MOST_EXAMPLES};
pub use failures::{Failure, Failures, Since};
pub use flaky::Flaky;
pub use past::{Glance, Past, PastResult};
pub use prune::{MAX_RESULTS, Policy};
pub use recorder::{History, Origin, Recorded};
pub use row::State;
pub use runs::{RunFacts, RunShown};
pub use slow::{Slow, Slower};
pub use statistics::Share;
pub use store::{HistoryError, Store};

use series::Series;
use statistics::{share, shift, significant};

#[cfg(test)]
mod tests;
