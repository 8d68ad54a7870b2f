use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use super::row::State;
use crate::event::Cause;

/// Most scenarios that are named of one cause.
pub const MOST_EXAMPLES: usize = 3;
/// A flaky scenario that was not in so many results before is newly so.
const LOOKED_BACK: i64 = 20;

/// What has changed in a run, scenario by scenario, since each was last run on the same environment. Those that were skipped or
/// stopped say nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// Whether none of its scenarios was run there before.
    pub first: bool,
    /// What fails and passed before, or is new, by cause, most first.
    pub newly_failing: Vec<Changed>,
    /// What passes and failed before.
    pub fixed: Changed,
    /// What is flaky and was not for long.
    pub newly_flaky: Changed,
    /// How many fail as they did before.
    pub still_failing: usize,
}

/// Scenarios that have changed in one way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// What is wrong with them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// How many there are.
    pub scenarios: usize,
    /// The first of them, by id.
    pub examples: Vec<String>,
}

impl Changed {
    fn add(&mut self, scenario: String) {
        self.scenarios += 1;
        if self.examples.len() < MOST_EXAMPLES {
            self.examples.push(scenario);
        }
    }
}

impl Changes {
    /// How many scenarios fail that did not before.
    pub fn newly_failing(&self) -> usize {
        self.newly_failing.iter().map(|one| one.scenarios).sum()
    }

    /// How many fail.
    pub fn failing(&self) -> usize {
        self.newly_failing() + self.still_failing
    }

    /// Whether something is not as it was.
    pub fn any(&self) -> bool {
        self.newly_failing() + self.fixed.scenarios + self.newly_flaky.scenarios > 0
    }
}

/// What the last result before another says, of the same scenario on the same environment.
const BEFORE: &str = "(SELECT p.state FROM result p WHERE p.scenario = r.scenario AND p.environment = r.environment
    AND p.started < r.started AND p.state < 3 ORDER BY p.started DESC LIMIT 1)";

/// How a state follows another.
fn is_new(state: State, before: Option<State>) -> bool {
    state == State::Bad && before != Some(State::Bad)
}

fn is_fixed(state: State, before: Option<State>) -> bool {
    state == State::Good && before.is_some_and(State::is_failure)
}

/// What has changed in a run.
pub(super) fn changes(connection: &Connection, run: i64) -> rusqlite::Result<Changes> {
    let sql = format!(
        "SELECT r.scenario, s.name, r.state, r.flaky, r.environment, r.started, {BEFORE}
         FROM result r JOIN scenario s ON s.id = r.scenario WHERE r.run = ?1 AND r.state < 3 ORDER BY s.name"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([run])?;
    let mut changes = Changes { first: true, ..Changes::default() };
    let mut failing: BTreeMap<Option<Cause>, Changed> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (scenario, name): (i64, String) = (row.get(0)?, row.get(1)?);
        let (state, flaky) = (State::from_number(row.get(2)?), row.get::<_, bool>(3)?);
        let (environment, started): (i64, i64) = (row.get(4)?, row.get(5)?);
        let before = row.get::<_, Option<i64>>(6)?.map(State::from_number);
        changes.first &= before.is_none();
        if flaky && !was_flaky(connection, scenario, environment, started)? {
            changes.newly_flaky.add(name.clone());
        }
        if is_new(state, before) {
            let cause = cause(connection, scenario, environment, started, run)?;
            failing.entry(cause).or_default().add(name);
        } else if is_fixed(state, before) {
            changes.fixed.add(name);
        } else if state == State::Bad {
            changes.still_failing += 1;
        }
    }
    changes.newly_failing = failing.into_iter().map(|(cause, changed)| Changed { cause, ..changed }).collect();
    changes.newly_failing.sort_by_key(|one| std::cmp::Reverse(one.scenarios));
    Ok(changes)
}

/// How many scenarios of a run fail that did not before, and how many are fixed; `None` where none was run before.
pub(super) fn counts(connection: &Connection, run: i64) -> rusqlite::Result<Option<(usize, usize)>> {
    let sql = format!("SELECT r.state, {BEFORE} FROM result r WHERE r.run = ?1 AND r.state < 3");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([run])?;
    let (mut new, mut fixed, mut compared) = (0, 0, false);
    while let Some(row) = rows.next()? {
        let state = State::from_number(row.get(0)?);
        let before = row.get::<_, Option<i64>>(1)?.map(State::from_number);
        compared |= before.is_some();
        new += usize::from(is_new(state, before));
        fixed += usize::from(is_fixed(state, before));
    }
    Ok(compared.then_some((new, fixed)))
}

fn was_flaky(connection: &Connection, scenario: i64, environment: i64, started: i64) -> rusqlite::Result<bool> {
    let sql =
        "SELECT max(flaky) FROM (SELECT flaky FROM result WHERE scenario = ?1 AND environment = ?2 AND started < ?3
               ORDER BY started DESC LIMIT ?4)";
    let flaky = connection
        .prepare_cached(sql)?
        .query_row(params![scenario, environment, started, LOOKED_BACK], |row| row.get::<_, Option<bool>>(0));
    Ok(flaky?.unwrap_or(false))
}

fn cause(
    connection: &Connection,
    scenario: i64,
    environment: i64,
    started: i64,
    run: i64,
) -> rusqlite::Result<Option<Cause>> {
    let sql = "SELECT c.key, c.problem, c.step, c.shape FROM result r JOIN cause c ON c.id = r.cause
               WHERE r.scenario = ?1 AND r.environment = ?2 AND r.started = ?3 AND r.run = ?4";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_row(params![scenario, environment, started, run], |row| cause_of(row, 0)).optional()
}

/// A cause that stands in four columns.
pub(super) fn cause_of(row: &rusqlite::Row<'_>, from: usize) -> rusqlite::Result<Cause> {
    Ok(Cause { key: row.get(from)?, problem: row.get(from + 1)?, step: row.get(from + 2)?, shape: row.get(from + 3)? })
}
