use rusqlite::{OptionalExtension, Row, params};
use serde::Serialize;

use super::failures::moment;
use super::{Changes, HistoryError, Store};
use crate::event::{Cause, PartitionRecord, Summary, Verdict};

/// A run.
#[derive(Clone, Debug, Serialize)]
pub struct RunFacts {
    /// Its id.
    pub run: String,
    /// Its number in the history.
    #[serde(skip)]
    pub id: i64,
    /// When it began, ISO 8601.
    pub at: String,
    /// What it ran against.
    pub environment: String,
    /// The seed of its data.
    pub seed: u64,
    /// The part of the scenarios that it was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition: Option<PartitionRecord>,
    /// The version of flowproof.
    pub flowproof: String,
    /// The revision of the scenarios.
    pub revision: Option<String>,
    /// Its branch.
    pub branch: Option<String>,
    /// How many scenarios it was to run.
    pub scenarios: usize,
    /// How long it took; nothing if it was cut off before its end.
    pub millis: Option<f64>,
    /// The run in numbers; counted from what is stored where it was cut off.
    pub summary: Summary,
}

/// A run as it stands among others.
#[derive(Clone, Debug, Serialize)]
pub struct RunShown {
    /// The run.
    pub facts: RunFacts,
    /// How many scenarios fail that did not when each was last run; nothing if none was run there before.
    pub newly_failing: Option<usize>,
    /// How many pass that failed then.
    pub fixed: Option<usize>,
}

const COLUMNS: &str = "r.id, r.name, r.started, e.name, r.seed, r.part_by, r.part, r.parts, r.flowproof, r.revision,
    r.branch, r.scenarios, r.millis, r.summary FROM run r JOIN environment e ON e.id = r.environment";

impl Store {
    /// The last runs, from the newest.
    ///
    /// # Errors
    /// If the history cannot be read.
    pub fn runs(&self, environment: Option<&str>, most: usize) -> Result<Vec<RunShown>, HistoryError> {
        let Some(environment) = self.environment(environment)? else { return Ok(Vec::new()) };
        let sql = format!(
            "SELECT {COLUMNS} WHERE ?1 IS NULL OR r.environment = ?1 ORDER BY r.started DESC, r.id DESC LIMIT ?2"
        );
        let read = || -> rusqlite::Result<Vec<RunShown>> {
            let mut statement = self.connection.prepare_cached(&sql)?;
            let found = statement.query_map(params![environment, most as i64], facts)?;
            let found = found.collect::<rusqlite::Result<Vec<_>>>()?;
            let shown = found.into_iter().map(|facts| {
                let (newly_failing, fixed) = super::changes::counts(&self.connection, facts.id)?.unzip();
                Ok(RunShown { facts: self.counted(facts)?, newly_failing, fixed })
            });
            shown.collect()
        };
        read().map_err(|error| self.told(&error))
    }

    /// The newest run whose id begins so; `last` means the newest of all.
    ///
    /// # Errors
    /// If the history cannot be read.
    pub fn run(&self, name: &str) -> Result<Option<RunFacts>, HistoryError> {
        let sql = format!(
            "SELECT {COLUMNS} WHERE ?1 = 'last' OR substr(r.name, 1, length(?1)) = ?1
             ORDER BY r.name = ?1 DESC, r.started DESC, r.id DESC LIMIT 1"
        );
        let read = || -> rusqlite::Result<Option<RunFacts>> {
            let found = self.connection.prepare_cached(&sql)?.query_row([name], facts).optional()?;
            found.map(|facts| self.counted(facts)).transpose()
        };
        read().map_err(|error| self.told(&error))
    }

    /// What has changed in a run since each of its scenarios was last run.
    ///
    /// # Errors
    /// If the history cannot be read.
    pub fn changes(&self, run: &RunFacts) -> Result<Changes, HistoryError> {
        super::changes::changes(&self.connection, run.id).map_err(|error| self.told(&error))
    }

    /// Counts what is stored of a run that did not come to its end.
    fn counted(&self, mut facts: RunFacts) -> rusqlite::Result<RunFacts> {
        if facts.millis.is_some() {
            return Ok(facts);
        }
        let sql = "SELECT verdict, flaky, count(*) FROM result WHERE run = ?1 GROUP BY verdict, flaky";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([facts.id])?;
        while let Some(row) = rows.next()? {
            let (flaky, count) = (row.get::<_, bool>(1)?, row.get::<_, i64>(2)?.unsigned_abs() as usize);
            let summary = &mut facts.summary;
            match super::row::verdict_from(row.get(0)?) {
                Verdict::Passed => summary.passed += count,
                Verdict::Failed => summary.failed += count,
                Verdict::Errored => summary.errored += count,
                Verdict::Skipped => summary.skipped += count,
                Verdict::Aborted => summary.aborted += count,
            }
            summary.flaky += if flaky { count } else { 0 };
        }
        Ok(facts)
    }

    /// The number of an environment: `Some(None)` where all are meant, `None` if there is no such one.
    #[expect(clippy::option_option, reason = "all of them is not none of them")]
    pub(super) fn environment(&self, name: Option<&str>) -> Result<Option<Option<i64>>, HistoryError> {
        let Some(name) = name else { return Ok(Some(None)) };
        let sql = "SELECT id FROM environment WHERE name = ?1";
        let found = self.connection.query_row(sql, [name], |row| row.get(0)).optional();
        found.map(|found| found.map(Some)).map_err(|error| self.told(&error))
    }

    /// The environments that something was run on.
    ///
    /// # Errors
    /// If the history cannot be read.
    pub fn environments(&self) -> Result<Vec<String>, HistoryError> {
        let read = || -> rusqlite::Result<Vec<String>> {
            let mut statement = self.connection.prepare("SELECT name FROM environment ORDER BY name")?;
            statement.query_map([], |row| row.get(0))?.collect()
        };
        read().map_err(|error| self.told(&error))
    }

    pub(super) fn environment_name(&self, id: i64) -> Result<String, HistoryError> {
        self.name("SELECT name FROM environment WHERE id = ?1", id)
    }

    pub(super) fn scenario_name(&self, id: i64) -> Result<String, HistoryError> {
        self.name("SELECT name FROM scenario WHERE id = ?1", id)
    }

    pub(super) fn run_name(&self, id: i64) -> Result<String, HistoryError> {
        self.name("SELECT name FROM run WHERE id = ?1", id)
    }

    /// A name that another process may have removed meanwhile.
    fn name(&self, sql: &str, id: i64) -> Result<String, HistoryError> {
        let found =
            self.connection.prepare_cached(sql).and_then(|mut one| one.query_row([id], |row| row.get(0)).optional());
        found.map(Option::unwrap_or_default).map_err(|error| self.told(&error))
    }

    pub(super) fn cause(&self, id: Option<i64>) -> Result<Option<Cause>, HistoryError> {
        let sql = "SELECT key, problem, step, shape FROM cause WHERE id = ?1";
        let find = |id: i64| {
            let mut statement = self.connection.prepare_cached(sql)?;
            statement.query_row([id], |row| super::changes::cause_of(row, 0)).optional()
        };
        id.map(find).transpose().map(Option::flatten).map_err(|error| self.told(&error))
    }
}

fn facts(row: &Row<'_>) -> rusqlite::Result<RunFacts> {
    let part: Option<String> = row.get(5)?;
    let partition = match part {
        Some(by) => Some(PartitionRecord { by, part: row.get(6)?, of: row.get(7)?, all: 0, basis: String::new() }),
        None => None,
    };
    let summary: Option<String> = row.get(13)?;
    Ok(RunFacts {
        id: row.get(0)?,
        run: row.get(1)?,
        at: moment(row.get(2)?),
        environment: row.get(3)?,
        seed: row.get::<_, String>(4)?.parse().unwrap_or_default(),
        partition,
        flowproof: row.get(8)?,
        revision: row.get(9)?,
        branch: row.get(10)?,
        scenarios: row.get::<_, i64>(11)?.unsigned_abs() as usize,
        millis: row.get(12)?,
        summary: summary.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default(),
    })
}
