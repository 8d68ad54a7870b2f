use serde::Serialize;

use super::kind::Kind;
use crate::event::Verdict;

/// What a scenario came to in an earlier run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PastRun {
    /// The unique id of the run.
    pub run: String,
    /// When it began, UTC, ISO 8601.
    pub at: String,
    /// What the scenario came to.
    pub verdict: Verdict,
    /// Whether it passed only when it was run again.
    pub flaky: bool,
    /// How long it took, in milliseconds.
    pub millis: f64,
}

/// Most earlier runs of a scenario that are shown.
pub(super) const MOST_PAST: usize = 20;

impl PastRun {
    /// How lists show what it came to.
    pub(super) fn kind(&self) -> Kind {
        Kind::simply(self.verdict, self.flaky)
    }
}
