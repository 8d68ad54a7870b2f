use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::row::State;
use super::{HistoryError, MOST_EXAMPLES, Series, Store};
use crate::event::Cause;

/// A scenario that was not run for so long, while others were on its environment, is not told of any more.
const FORGOTTEN: i64 = 14 * 24 * 60 * 60 * 1000;

/// What fails at present.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Failures {
    /// By cause and environment, those of most scenarios first.
    pub causes: Vec<Failure>,
    /// How many failed when they were last run, which is too long ago to be told of.
    pub forgotten: usize,
}

/// Scenarios that fail for one cause on one environment.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// The environment.
    pub environment: String,
    /// What is wrong; nothing where that was not told.
    pub cause: Option<Cause>,
    /// How many scenarios fail so.
    pub scenarios: usize,
    /// How many of them do not count, because the failure is known or they are in quarantine.
    pub excused: usize,
    /// The first of them, by id.
    pub examples: Vec<String>,
    /// In how many runs one of them failed since it last passed.
    pub runs: usize,
    /// The first run in which one of them failed since it last passed.
    pub since: Since,
    /// The last run in which the scenario passed that failed first.
    pub passed: Option<Since>,
    /// How many were made of the same when they last passed as when they first failed: the target has changed.
    pub target_changed: usize,
    /// How many were not: the scenario has changed.
    pub scenario_changed: usize,
    /// How many never passed.
    pub never_passed: usize,
}

/// A run, and when it began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Since {
    /// The run.
    pub run: String,
    /// When it began, in milliseconds since 1970.
    #[serde(skip)]
    pub started: i64,
    /// The same as ISO 8601.
    pub at: String,
}

/// How a scenario came to fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Open {
    /// The places of the results in which it failed since it last passed.
    pub failed: Vec<usize>,
    /// The place of the one in which it last passed.
    pub passed: Option<usize>,
    /// Whether it was made of the same then.
    pub alike: Option<bool>,
}

/// The failure that is open at the end of a series: everything since the last good result.
pub(super) fn open(series: &Series) -> Option<Open> {
    let judged: Vec<usize> = (0..series.points.len()).filter(|at| series.points[*at].state != State::Unknown).collect();
    let passed = judged.iter().rposition(|at| series.points[*at].state == State::Good);
    let failed = judged[passed.map_or(0, |at| at + 1)..].to_vec();
    let first = &series.points[*failed.first()?];
    let passed = passed.map(|at| judged[at]);
    let alike = passed.and_then(|at| series.points[at].is_like(first));
    Some(Open { failed, passed, alike })
}

/// When a run began, and its number.
type Began = (i64, i64);

#[derive(Default)]
struct Gathered {
    scenarios: BTreeSet<i64>,
    excused: usize,
    runs: BTreeSet<i64>,
    /// The first failure, and when its scenario last passed.
    first: Option<(Began, Option<Began>)>,
    target_changed: usize,
    scenario_changed: usize,
    never_passed: usize,
}

impl Store {
    /// What fails at present: each scenario by its last result.
    ///
    /// # Errors
    /// If the history cannot be read.
    pub fn failures(&self, environment: Option<&str>) -> Result<Failures, HistoryError> {
        let Some(environment) = self.environment(environment)? else { return Ok(Failures::default()) };
        let mut gathered: BTreeMap<(i64, Option<i64>), Gathered> = BTreeMap::new();
        let mut newest: BTreeMap<i64, i64> = BTreeMap::new();
        self.each_series(environment, |series| newest_of(&series, &mut newest))?;
        let mut forgotten = 0;
        self.each_series(environment, |series| {
            let Some(open) = open(&series) else { return };
            let last = &series.points[open.failed[open.failed.len() - 1]];
            let newest = newest.get(&series.environment).copied().unwrap_or_default();
            if last.started < newest - FORGOTTEN {
                forgotten += 1;
                return;
            }
            let of = gathered.entry((series.environment, last.cause)).or_default();
            of.add(&series, &open);
        })?;
        let mut causes = Vec::new();
        for ((environment, cause), of) in gathered {
            causes.push(self.failure(environment, cause, of)?);
        }
        causes.sort_by(|left: &Failure, right| {
            right.scenarios.cmp(&left.scenarios).then_with(|| left.examples.cmp(&right.examples))
        });
        Ok(Failures { causes, forgotten })
    }

    fn failure(&self, environment: i64, cause: Option<i64>, of: Gathered) -> Result<Failure, HistoryError> {
        let (first, passed) = of.first.unwrap_or_default();
        let since = |(started, run): Began| -> Result<Since, HistoryError> {
            Ok(Since { run: self.run_name(run)?, started, at: moment(started) })
        };
        Ok(Failure {
            environment: self.environment_name(environment)?,
            cause: self.cause(cause)?,
            scenarios: of.scenarios.len(),
            excused: of.excused,
            examples: self.first_names(&of.scenarios)?,
            runs: of.runs.len(),
            since: since(first)?,
            passed: passed.map(since).transpose()?,
            target_changed: of.target_changed,
            scenario_changed: of.scenario_changed,
            never_passed: of.never_passed,
        })
    }

    /// The first names of some scenarios.
    fn first_names(&self, scenarios: &BTreeSet<i64>) -> Result<Vec<String>, HistoryError> {
        let mut names = scenarios.iter().map(|one| self.scenario_name(*one)).collect::<Result<Vec<_>, _>>()?;
        names.sort();
        names.truncate(MOST_EXAMPLES);
        Ok(names)
    }
}

fn newest_of(series: &Series, newest: &mut BTreeMap<i64, i64>) {
    if let Some(last) = series.points.last() {
        let newest = newest.entry(series.environment).or_insert(last.started);
        *newest = last.started.max(*newest);
    }
}

impl Gathered {
    fn add(&mut self, series: &Series, open: &Open) {
        let point = |at: usize| &series.points[at];
        let first = point(open.failed[0]);
        let last = point(open.failed[open.failed.len() - 1]);
        self.scenarios.insert(series.scenario);
        self.excused += usize::from(last.state == State::Excused);
        self.runs.extend(open.failed.iter().map(|at| point(*at).run));
        let passed = open.passed.map(|at| (point(at).started, point(at).run));
        if self.first.is_none_or(|((started, _), _)| first.started < started) {
            self.first = Some(((first.started, first.run), passed));
        }
        match (passed, open.alike) {
            (None, _) => self.never_passed += 1,
            (Some(_), Some(true)) => self.target_changed += 1,
            (Some(_), Some(false)) => self.scenario_changed += 1,
            (Some(_), None) => {}
        }
    }
}

/// A time in ISO 8601.
pub(super) fn moment(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis).map_or_else(|_| String::new(), |at| format!("{at:.0}"))
}
