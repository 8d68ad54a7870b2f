use std::path::Path;

use rusqlite::{OptionalExtension, params};
use serde::Serialize;

use super::failures::moment;
use super::flaky::chance;
use super::row::{Print, State, print, verdict_from};
use super::series::{Point, Series};
use super::{HistoryError, Store};
use crate::event::{Cause, Verdict};
use crate::plan::median;

/// How many results of a scenario are looked at where the next run is decided.
const LOOKED_AT: usize = 20;

/// What is known of the scenarios of one environment: asked scenario by scenario, each time for its last results alone.
#[derive(Debug)]
pub struct Past {
    store: Store,
    /// `None` if nothing was run there yet.
    environment: Option<i64>,
}

/// What a scenario came to in a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PastResult {
    /// The run.
    pub run: String,
    /// When it began, ISO 8601.
    pub at: String,
    /// The environment.
    pub environment: String,
    /// What the scenario came to.
    pub verdict: Verdict,
    /// Whether it passed only when it was run again.
    pub flaky: bool,
    /// How long it took.
    pub millis: f64,
    /// How many attempts it took.
    pub attempts: u32,
    /// What was wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// The first sentence of what was wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Whether it was made of something else than in the result before; nothing where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed: Option<bool>,
}

/// What the next run has to know of a scenario.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Glance {
    /// Whether it failed when it was last run.
    pub failed: bool,
    /// Whether that counts: the failure is not known, and the scenario not in quarantine.
    pub counts: bool,
    /// Whether it was flaky in one of its last runs.
    pub flaky: bool,
    /// How long it usually takes: the median of those in which it passed, in milliseconds.
    pub millis: Option<f64>,
    /// What it was made of when it was last run.
    fingerprint: Option<Print>,
}

impl Glance {
    /// Whether it was made of the same, by a fingerprint in hexadecimal.
    pub fn is_of(&self, fingerprint: &str) -> bool {
        self.fingerprint.is_some() && self.fingerprint == print(fingerprint)
    }
}

impl Past {
    /// Opens what was run on an environment; `None` if there is no history.
    ///
    /// # Errors
    /// If the history cannot be used.
    pub fn open(path: &Path, environment: &str) -> Result<Option<Self>, HistoryError> {
        let Some(store) = Store::open_existing(path)? else { return Ok(None) };
        let environment = store.environment(Some(environment))?.flatten();
        Ok(Some(Self { store, environment }))
    }

    /// Whether nothing was run there yet.
    pub fn is_empty(&self) -> bool {
        self.environment.is_none()
    }

    /// The last results of a scenario, from the newest.
    ///
    /// # Errors
    /// If the history cannot be read.
    pub fn results(&self, scenario: &str, most: usize) -> Result<Vec<PastResult>, HistoryError> {
        match self.environment {
            Some(environment) => self.store.results_of(scenario, Some(environment), most),
            None => Ok(Vec::new()),
        }
    }

    /// What the next run has to know of a scenario.
    ///
    /// # Errors
    /// If the history cannot be read.
    pub fn glance(&self, scenario: &str) -> Result<Glance, HistoryError> {
        let Some(environment) = self.environment else { return Ok(Glance::default()) };
        let sql = "SELECT r.run, r.started, r.state, r.flaky, r.attempts, r.millis, r.fingerprint
                   FROM result r WHERE r.scenario = (SELECT id FROM scenario WHERE name = ?1) AND r.environment = ?2
                   ORDER BY r.started DESC LIMIT ?3";
        let read = || -> rusqlite::Result<Vec<Point>> {
            let mut statement = self.store.connection.prepare_cached(sql)?;
            let points = statement.query_map(params![scenario, environment, LOOKED_AT as i64], |row| {
                Ok(Point {
                    run: row.get(0)?,
                    started: row.get(1)?,
                    state: State::from_number(row.get(2)?),
                    flaky: row.get(3)?,
                    attempts: row.get(4)?,
                    millis: row.get(5)?,
                    fingerprint: row.get(6)?,
                    cause: None,
                })
            })?;
            points.collect()
        };
        let mut points = read().map_err(|error| self.store.told(&error))?;
        points.reverse();
        Ok(glance(Series { points, ..Series::default() }))
    }
}

fn glance(series: Series) -> Glance {
    let judged = || series.points.iter().filter(|point| point.state != State::Unknown);
    let good = judged().filter(|point| point.state == State::Good).map(|point| point.millis);
    Glance {
        failed: judged().next_back().is_some_and(|point| point.state.is_failure()),
        counts: judged().next_back().is_some_and(|point| point.state == State::Bad),
        flaky: chance(&series, LOOKED_AT).last.is_some(),
        millis: median(good.collect()),
        fingerprint: series.points.iter().rev().find_map(|point| point.fingerprint),
    }
}

impl Store {
    /// The last results of a scenario on an environment, from the newest; on all of them where none is named.
    ///
    /// # Errors
    /// If the history cannot be read.
    pub fn history_of(
        &self,
        scenario: &str,
        environment: Option<&str>,
        most: usize,
    ) -> Result<Vec<PastResult>, HistoryError> {
        match self.environment(environment)? {
            Some(environment) => self.results_of(scenario, environment, most),
            None => Ok(Vec::new()),
        }
    }

    fn results_of(
        &self,
        scenario: &str,
        environment: Option<i64>,
        most: usize,
    ) -> Result<Vec<PastResult>, HistoryError> {
        let sql =
            "SELECT n.name, r.started, e.name, r.verdict, r.flaky, r.millis, r.attempts, r.message, r.fingerprint,
                       c.key, c.problem, c.step, c.shape
                   FROM result r JOIN run n ON n.id = r.run JOIN environment e ON e.id = r.environment
                       LEFT JOIN cause c ON c.id = r.cause
                   WHERE r.scenario = (SELECT id FROM scenario WHERE name = ?1) AND (?2 IS NULL OR r.environment = ?2)
                   ORDER BY r.started DESC LIMIT ?3";
        let read = || -> rusqlite::Result<Vec<PastResult>> {
            let mut statement = self.connection.prepare_cached(sql)?;
            // One more, to see whether the oldest has changed.
            let mut rows = statement.query(params![scenario, environment, most as i64 + 1])?;
            let mut results: Vec<PastResult> = Vec::new();
            let mut later: Option<Print> = None;
            while let Some(row) = rows.next()? {
                let fingerprint: Option<Print> = row.get(8)?;
                if let (Some(last), Some(later), Some(this)) = (results.last_mut(), later, fingerprint) {
                    last.changed = Some(later != this);
                }
                if results.len() == most {
                    break;
                }
                later = fingerprint;
                let cause = row.get::<_, Option<String>>(9)?.map(|_| super::changes::cause_of(row, 9)).transpose()?;
                results.push(PastResult {
                    run: row.get(0)?,
                    at: moment(row.get(1)?),
                    environment: row.get(2)?,
                    verdict: verdict_from(row.get(3)?),
                    flaky: row.get(4)?,
                    millis: row.get(5)?,
                    attempts: row.get(6)?,
                    cause,
                    message: row.get(7)?,
                    changed: None,
                });
            }
            Ok(results)
        };
        read().map_err(|error| self.told(&error))
    }

    /// The scenarios whose ids hold a text, at most so many; the one that is it stands alone.
    ///
    /// # Errors
    /// If the history cannot be read.
    pub fn scenarios_like(&self, text: &str, most: usize) -> Result<Vec<String>, HistoryError> {
        let read = || -> rusqlite::Result<Vec<String>> {
            let exact = "SELECT name FROM scenario WHERE name = ?1";
            let exact = self.connection.query_row(exact, [text], |row| row.get::<_, String>(0)).optional()?;
            if let Some(exact) = exact {
                return Ok(vec![exact]);
            }
            let sql = "SELECT name FROM scenario WHERE instr(name, ?1) > 0 ORDER BY name LIMIT ?2";
            let mut statement = self.connection.prepare(sql)?;
            statement.query_map(params![text, most as i64], |row| row.get(0))?.collect()
        };
        read().map_err(|error| self.told(&error))
    }
}
