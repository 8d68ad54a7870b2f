use std::time::Duration;

use clap::Args;
use serde::{Deserialize, Serialize};

use crate::engine::Schedule;
use crate::settings::{Defaults, MAX_RETRIES, parse_rate};
use crate::yaml::parse_duration;

/// How a run is scheduled, and when it ends early.
#[derive(Clone, Debug, Default, Args, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ScheduleArguments {
    /// Run a scenario that errored again as a whole, so often at most [default: 0]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=MAX_RETRIES))]
    pub retries: Option<u32>,
    /// Run a scenario that failed again as well, not only one that errored
    #[arg(long)]
    pub retry_failed: bool,
    /// End with exit code 1 if a scenario passed only when it was run again
    #[arg(long)]
    pub fail_on_flaky: bool,
    /// Begin no scenario after the first that failed or errored
    #[arg(long, conflicts_with_all = ["max_failures", "watch"])]
    pub fail_fast: bool,
    /// Begin no scenario after so many failed or errored
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), conflicts_with = "watch")]
    pub max_failures: Option<u32>,
    /// Drain the run when it takes longer: scenarios that run go to their `after`, no other is begun
    #[arg(long, value_name = "TIME", value_parser = parse_duration, conflicts_with = "watch")]
    pub run_timeout: Option<Duration>,
    /// Most requests in a second, by all scenarios together; replaces what the environment says
    #[arg(long, value_name = "N", value_parser = parse_rate)]
    pub rate: Option<f64>,
}

impl ScheduleArguments {
    /// What is said here, and where nothing is, what was said before.
    pub fn over(&self, before: &Self) -> Self {
        let ends = self.fail_fast || self.max_failures.is_some();
        let (fail_fast, max_failures) = match ends {
            true => (self.fail_fast, self.max_failures),
            false => (before.fail_fast, before.max_failures),
        };
        Self {
            retries: self.retries.or(before.retries),
            retry_failed: self.retry_failed || before.retry_failed,
            fail_on_flaky: self.fail_on_flaky || before.fail_on_flaky,
            fail_fast,
            max_failures,
            run_timeout: self.run_timeout.or(before.run_timeout),
            rate: self.rate.or(before.rate),
        }
    }

    /// The schedule of a run; one of many that `watch` begins has no end of its own.
    pub fn schedule(&self, defaults: &Defaults, watch: bool) -> Schedule {
        let max_failures = if self.fail_fast { Some(1) } else { self.max_failures.map(|most| most as usize) };
        Schedule {
            retries: self.retries.unwrap_or(defaults.retries),
            retry_failed: self.retry_failed || defaults.retry_failed,
            max_failures,
            timeout: self.run_timeout.or(defaults.run_timeout).filter(|_| !watch),
        }
    }
}
