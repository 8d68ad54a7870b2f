use serde::Serialize;

use super::row::State;
use super::{HistoryError, Series, Share, Store, share};
use crate::event::Cause;

/// A scenario that passes and fails by chance.
#[derive(Clone, Debug, Serialize)]
pub struct Flaky {
    /// The scenario.
    pub scenario: String,
    /// The environment.
    pub environment: String,
    /// How often.
    pub share: Share,
    /// How often it passed only when it was run again.
    pub again: usize,
    /// How often it failed between two runs in which it passed, made of the same.
    pub alone: usize,
    /// What was wrong with it the last time.
    pub cause: Option<Cause>,
    /// The last run in which it was so.
    pub last: String,
}

/// How often the last results of a scenario were by chance, and the last of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Chance {
    pub of: usize,
    pub again: usize,
    pub alone: usize,
    /// The place of the last one.
    pub last: Option<usize>,
}

/// What is by chance: a scenario that passed only when it was run again, and one that failed alone, between two runs in which it
/// passed, while what it is made of stayed the same.
pub(super) fn chance(series: &Series, most: usize) -> Chance {
    let judged: Vec<usize> = (0..series.points.len()).filter(|at| series.points[*at].state != State::Unknown).collect();
    let from = judged.len().saturating_sub(most);
    let mut chance = Chance { of: judged.len() - from, ..Chance::default() };
    for (number, at) in judged.iter().enumerate().skip(from) {
        let point = &series.points[*at];
        let good_and_alike = |other: Option<&usize>| {
            other.is_some_and(|other| {
                let other = &series.points[*other];
                other.state == State::Good && other.is_like(point) == Some(true)
            })
        };
        let alone = point.state.is_failure()
            && good_and_alike(number.checked_sub(1).and_then(|before| judged.get(before)))
            && good_and_alike(judged.get(number + 1));
        chance.again += usize::from(point.flaky);
        chance.alone += usize::from(alone);
        if point.flaky || alone {
            chance.last = Some(*at);
        }
    }
    chance
}

impl Store {
    /// The scenarios that are flaky by their last `most` results, the surest first.
    ///
    /// # Errors
    /// If the history cannot be read.
    pub fn flaky(&self, environment: Option<&str>, most: usize) -> Result<Vec<Flaky>, HistoryError> {
        let Some(environment) = self.environment(environment)? else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        self.each_series(environment, |series| {
            let chance = chance(&series, most);
            if let Some(last) = chance.last {
                let point = &series.points[last];
                found.push((series.scenario, series.environment, chance, point.run, point.cause));
            }
        })?;
        let mut all = Vec::new();
        for (scenario, environment, Chance { of, again, alone, .. }, run, cause) in found {
            let (scenario, environment) = (self.scenario_name(scenario)?, self.environment_name(environment)?);
            let (cause, last) = (self.cause(cause)?, self.run_name(run)?);
            all.push(Flaky { scenario, environment, share: share(again + alone, of), again, alone, cause, last });
        }
        all.sort_by(|left, right| {
            right.share.least.total_cmp(&left.share.least).then_with(|| left.scenario.cmp(&right.scenario))
        });
        Ok(all)
    }
}
