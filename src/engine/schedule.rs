use std::time::Duration;

use crate::event::{Problem, Verdict};
use crate::template::stream_key;

/// Which scenarios are run again, and when no more are begun.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// How often a scenario that errored is run again as a whole.
    pub retries: u32,
    /// Whether one that failed is run again as well.
    pub retry_failed: bool,
    /// How many scenarios may fail or error; then no other is begun.
    pub max_failures: Option<usize>,
    /// How long the run may take; then it drains.
    pub timeout: Option<Duration>,
}

/// The pause before a scenario is first run again.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest that the growing pause becomes.
const MAX_PAUSE: Duration = Duration::from_secs(60);

/// What guards the target keeps a scenario from being carried out, also if it is run again.
pub(super) const GUARDED: [&str; 2] = ["run/budget", "run/breaker"];

impl Schedule {
    /// Whether a scenario is run again after an attempt, from 1, that came to a verdict.
    pub(super) fn again(&self, attempt: u32, verdict: Verdict, problems: &[Problem]) -> bool {
        let covered = match verdict {
            Verdict::Errored => true,
            Verdict::Failed => self.retry_failed,
            Verdict::Passed | Verdict::Skipped | Verdict::Aborted => false,
        };
        covered && attempt <= self.retries && !problems.iter().any(|problem| GUARDED.contains(&problem.id.as_str()))
    }
}

/// The pause after an attempt of a scenario, from 1: twice as long each time, and half to one and a half of that, so that scenarios
/// which broke together do not come back together. It depends on the seed, the scenario and the attempt alone.
pub(super) fn pause(seed: u64, scenario: &str, attempt: u32) -> Duration {
    let factor = 1_u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX);
    let pause = FIRST_PAUSE.saturating_mul(factor).min(MAX_PAUSE);
    let jitter = stream_key(seed, scenario, &format!("attempt {attempt}")) as f64 / u64::MAX as f64;
    pause.mul_f64(0.5 + jitter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pauses_grow_and_differ_within_bounds(seed: u64, scenario in "[a-z]{1,9}", attempt in 1_u32..100) {
            let whole = Duration::from_secs(1 << (attempt - 1).min(6)).min(MAX_PAUSE);
            let pause = pause(seed, &scenario, attempt);
            prop_assert!(pause >= whole.mul_f64(0.5) && pause <= whole.mul_f64(1.5), "{attempt}: {pause:?}");
            prop_assert_eq!(pause, super::pause(seed, &scenario, attempt));
        }
    }

    #[test]
    fn scenarios_that_broke_together_come_back_apart() {
        let pauses: std::collections::BTreeSet<_> = (0..100).map(|number| pause(7, &number.to_string(), 1)).collect();
        assert_eq!(pauses.len(), 100);
        assert_ne!(pause(7, "a", 1), pause(8, "a", 1));
    }

    #[test]
    fn what_errored_is_run_again_and_what_failed_if_it_is_asked_for() {
        let twice = Schedule { retries: 2, ..Schedule::default() };
        let again = |attempt, verdict| twice.again(attempt, verdict, &[]);
        assert!(again(1, Verdict::Errored) && again(2, Verdict::Errored) && !again(3, Verdict::Errored));
        assert!(!again(1, Verdict::Failed) && !again(1, Verdict::Passed) && !again(1, Verdict::Aborted));
        let failed = Schedule { retry_failed: true, ..twice };
        assert!(failed.again(2, Verdict::Failed, &[]) && !failed.again(3, Verdict::Failed, &[]));
        assert!(!Schedule::default().again(1, Verdict::Errored, &[]));
    }
}
