use std::time::Duration;

use clap::Args;

use crate::engine::Schedule;
use crate::settings::{Defaults, MAX_RETRIES, parse_rate};
use crate::yaml::parse_duration;

/// How a run is scheduled, and when it ends early.
#[derive(Debug, Args)]
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
