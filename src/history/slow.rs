use serde::Serialize;

use super::failures::moment;
use super::row::State;
use super::statistics::Shift;
use super::{HistoryError, Series, Since, Store, shift, significant};

/// Most results that are compared, the newest.
const MOST: usize = 60;

/// Which scenarios have become slower.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Slow {
    /// How many were passed often enough to be judged.
    pub judged: usize,
    /// Those that are slower, the most time lost first.
    pub slower: Vec<Slower>,
}

/// A scenario that has become slower, by more than chance explains.
#[derive(Clone, Debug, Serialize)]
pub struct Slower {
    /// The scenario.
    pub scenario: String,
    /// The environment.
    pub environment: String,
    /// The first run in which it was slower.
    pub since: Since,
    /// The median before, in milliseconds.
    pub before: f64,
    /// The median since.
    pub after: f64,
    /// How often a run since is slower than one before, less how often it is faster: from -1 to 1.
    pub effect: f64,
    /// How probable it is that so clear a change comes up by chance.
    pub p: f64,
    /// Whether the scenario itself has changed then.
    pub scenario_changed: Option<bool>,
}

/// The change of a series towards slower, if it is long enough to be judged. What was run again or did not pass took another time
/// for other reasons.
fn slower(series: &Series) -> Option<(Shift, usize, usize)> {
    let passed: Vec<usize> = (0..series.points.len())
        .filter(|at| series.points[*at].state == State::Good && series.points[*at].attempts <= 1)
        .collect();
    let passed = &passed[passed.len().saturating_sub(MOST)..];
    let millis: Vec<f64> = passed.iter().map(|at| series.points[*at].millis).collect();
    let shift = shift(&millis)?;
    Some((shift, passed[shift.at - 1], passed[shift.at]))
}

impl Store {
    /// Which scenarios have become slower.
    ///
    /// # Errors
    /// If the history cannot be read.
    pub fn slow(&self, environment: Option<&str>) -> Result<Slow, HistoryError> {
        let Some(environment) = self.environment(environment)? else { return Ok(Slow::default()) };
        let mut found = Vec::new();
        self.each_series(environment, |series| {
            if let Some((shift, last, first)) = slower(&series) {
                let (last, first) = (&series.points[last], &series.points[first]);
                let changed = first.is_like(last).map(|alike| !alike);
                found.push((series.scenario, series.environment, shift, first.run, first.started, changed));
            }
        })?;
        let p: Vec<f64> = found.iter().map(|(_, _, shift, ..)| shift.p).collect();
        let mut slow = Slow { judged: found.len(), slower: Vec::new() };
        for ((scenario, environment, shift, run, started, scenario_changed), _) in
            found.into_iter().zip(significant(&p)).filter(|(_, significant)| *significant)
        {
            slow.slower.push(Slower {
                scenario: self.scenario_name(scenario)?,
                environment: self.environment_name(environment)?,
                since: Since { run: self.run_name(run)?, started, at: moment(started) },
                before: shift.before,
                after: shift.after,
                effect: shift.effect,
                p: shift.p,
                scenario_changed,
            });
        }
        let lost = |one: &Slower| one.after - one.before;
        slow.slower
            .sort_by(|left, right| lost(right).total_cmp(&lost(left)).then_with(|| left.scenario.cmp(&right.scenario)));
        Ok(slow)
    }
}
