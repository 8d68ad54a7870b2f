use serde::{Deserialize, Serialize};

use super::Evidence;
use crate::event::Verdict;

/// What one scenario adds to a coverage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScenarioCoverage {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it came to. What a scenario has passed counts although it failed later.
    pub verdict: Verdict,
    /// How it is known what it passed.
    pub evidence: Evidence,
    /// How many arcs it passed.
    pub arcs: u64,
    /// The flows and border events that no other scenario passed, in the order of the diagram's arcs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// Whether every arc that it passed was passed by another one as well.
    pub redundant: bool,
}
