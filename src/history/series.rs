use std::collections::VecDeque;

use rusqlite::params;

use super::row::{Print, State};
use super::{HistoryError, Store};

/// Most results of a scenario that a view looks at, the newest.
const MOST: usize = 200;

/// What a scenario came to on one environment, run by run.
#[derive(Clone, Debug, Default)]
pub(super) struct Series {
    /// The scenario, by its number.
    pub scenario: i64,
    /// The environment, by its number.
    pub environment: i64,
    /// From the oldest.
    pub points: Vec<Point>,
}

/// What a scenario came to in one run.
#[derive(Clone, Debug)]
pub(super) struct Point {
    /// The run, by its number.
    pub run: i64,
    /// When that began, in milliseconds since 1970.
    pub started: i64,
    /// What it came to.
    pub state: State,
    /// Whether it passed only when it was run again.
    pub flaky: bool,
    /// How many attempts it took.
    pub attempts: u32,
    /// How long it took.
    pub millis: f64,
    /// What it was made of.
    pub fingerprint: Option<Print>,
    /// What was wrong with it, by its number.
    pub cause: Option<i64>,
}

impl Point {
    /// Whether it was made of the same as another, as far as both say so.
    pub fn is_like(&self, other: &Self) -> Option<bool> {
        Some(self.fingerprint? == other.fingerprint?)
    }
}

impl Store {
    /// Gives the series of every scenario, one after the other.
    ///
    /// # Errors
    /// If the history cannot be read.
    pub(super) fn each_series(
        &self,
        environment: Option<i64>,
        mut each: impl FnMut(Series),
    ) -> Result<(), HistoryError> {
        let sql = "SELECT scenario, environment, run, started, state, flaky, attempts, millis, fingerprint, cause
                   FROM result WHERE ?1 IS NULL OR environment = ?1 ORDER BY scenario, environment, started, run";
        let mut read = || -> rusqlite::Result<()> {
            let mut statement = self.connection.prepare_cached(sql)?;
            let mut rows = statement.query(params![environment])?;
            let (mut of, mut points): (Option<(i64, i64)>, VecDeque<Point>) = (None, VecDeque::new());
            loop {
                let row = rows.next()?;
                let next = row.map(|row| Ok::<_, rusqlite::Error>((row.get(0)?, row.get(1)?))).transpose()?;
                if let Some((scenario, environment)) = of.filter(|of| Some(*of) != next) {
                    each(Series { scenario, environment, points: points.drain(..).collect() });
                }
                of = next;
                let Some(row) = row else { return Ok(()) };
                if points.len() == MOST {
                    points.pop_front();
                }
                points.push_back(Point {
                    run: row.get(2)?,
                    started: row.get(3)?,
                    state: State::from_number(row.get(4)?),
                    flaky: row.get(5)?,
                    attempts: row.get(6)?,
                    millis: row.get(7)?,
                    fingerprint: row.get(8)?,
                    cause: row.get(9)?,
                });
            }
        };
        read().map_err(|error| self.told(&error))
    }
}
