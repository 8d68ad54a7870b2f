use serde::{Deserialize, Serialize};

/// What a scenario or a step came to. The order is that of gravity, so the worst of several is their maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every expectation holds.
    Passed,
    /// Was not run, for a reason that is told.
    Skipped,
    /// An expectation does not hold.
    Failed,
    /// The target could not be reached or broke the protocol, or the scenario could not be carried out.
    Errored,
    /// Was stopped before its end.
    Aborted,
}

impl Verdict {
    /// The word that is printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::Errored => "errored",
            Self::Aborted => "aborted",
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
