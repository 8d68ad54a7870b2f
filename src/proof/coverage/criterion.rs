use serde::{Deserialize, Serialize};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Criterion {
    /// Activities that were entered.
    Activities,
    /// Sequence flows that were taken.
    Flows,
    /// Error events on the border of activities that caught something.
    ErrorEvents,
    /// Timers on the border of activities that fired.
    TimerEvents,
    /// Flows out of decisions that were taken.
    Decisions,
    /// Sequence flows, and ways from an activity to an event on its border: the headline.
    AllFlows,
    /// Conditions, each as true and as false.
    Conditions,
    /// Parts of conditions that were seen to decide alone.
    Mcdc,
    /// Ways that lead back, each not taken, taken once, and taken again by one scenario.
    Loops,
    /// Flows that follow upon each other. The same as [`Criterion::AllFlows`] unless some node both joins and splits.
    Pairs,
    /// Ends that were reached.
    Ends,
    /// Error codes that were caught.
    ErrorCodes,
}

impl Criterion {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 12] = [
        Self::AllFlows,
        Self::Activities,
        Self::Flows,
        Self::ErrorEvents,
        Self::TimerEvents,
        Self::Decisions,
        Self::Conditions,
        Self::Mcdc,
        Self::Loops,
        Self::Pairs,
        Self::Ends,
        Self::ErrorCodes,
    ];

    /// Its name in documents and arguments.
    pub fn name(self) -> &'static str {
        match self {
            Self::Activities => "activities",
            Self::Flows => "flows",
            Self::ErrorEvents => "error-events",
            Self::TimerEvents => "timer-events",
            Self::Decisions => "decisions",
            Self::AllFlows => "all-flows",
            Self::Conditions => "conditions",
            Self::Mcdc => "mcdc",
            Self::Loops => "loops",
            Self::Pairs => "pairs",
            Self::Ends => "ends",
            Self::ErrorCodes => "error-codes",
        }
    }

    /// What it counts, for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Activities => "activities",
            Self::Flows => "sequence flows",
            Self::ErrorEvents => "error events",
            Self::TimerEvents => "timers",
            Self::Decisions => "ways out of decisions",
            Self::AllFlows => "flows and border events",
            Self::Conditions => "verdicts of conditions",
            Self::Mcdc => "parts that decide alone",
            Self::Loops => "rounds of loops (0, 1, more)",
            Self::Pairs => "pairs of flows",
            Self::Ends => "ends",
            Self::ErrorCodes => "error codes",
        }
    }

    /// The criterion of a name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|criterion| criterion.name() == name)
    }
}

/// How much of something is covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// What is counted.
    pub criterion: Criterion,
    /// How many are covered, of those that can be.
    pub covered: u64,
    /// How many can be covered.
    pub of: u64,
    /// How many of the covered ones are only inferred from where the process was seen to stand.
    #[serde(default, skip_serializing_if = "super::model::is_zero")]
    pub inferred: u64,
    /// How many are covered of all that are drawn.
    pub covered_of_all: u64,
    /// How many are drawn.
    pub all: u64,
}

impl Figure {
    /// The share that is covered, in whole percent; 100 only if nothing is missing. `None` if there is nothing to cover.
    pub fn percent(&self) -> Option<u64> {
        (self.covered * 100).checked_div(self.of)
    }

    /// The share of all that are drawn.
    pub fn percent_of_all(&self) -> Option<u64> {
        (self.covered_of_all * 100).checked_div(self.all)
    }
}
