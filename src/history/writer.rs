use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::row::{ResultRow, RunRow, verdict_number};
use super::{HistoryError, Origin, Policy, Recorded, Store};
use crate::event::{Cause, Summary};

/// Most results that are written at once.
const BATCH: usize = 500;
/// Longest time that a result waits for others.
const LATEST: Duration = Duration::from_secs(1);

/// What the writer is told.
pub(super) enum Message {
    /// A run begins.
    Run(Box<RunRow>),
    /// A scenario has ended.
    Result(Box<ResultRow>),
    /// The run has ended.
    End { summary: Box<Summary>, millis: f64 },
}

/// Writes what it is told until nobody tells more. After the first error the rest is taken and dropped, so that the run goes on.
pub(super) fn write(
    mut store: Store,
    receiver: &Receiver<Message>,
    origin: &Origin,
    policy: &Policy,
) -> Result<Recorded, HistoryError> {
    let mut writing = Writing { origin, run: None, waiting: Vec::new(), results: 0 };
    let written = writing.all(&mut store, receiver);
    if written.is_err() {
        receiver.iter().for_each(drop);
    }
    let told = written.and_then(|()| {
        let Some((run, row)) = writing.run else { return Ok(Recorded::default()) };
        super::prune::prune(&mut store.connection, policy, run)?;
        let changes = super::changes::changes(&store.connection, run)?;
        Ok(Recorded { run: Some(row.name), results: writing.results, changes })
    });
    told.map_err(|error| store.told(&error))
}

struct Writing<'a> {
    origin: &'a Origin,
    /// The run that is told of, and its number.
    run: Option<(i64, RunRow)>,
    waiting: Vec<ResultRow>,
    results: usize,
}

impl Writing<'_> {
    fn all(&mut self, store: &mut Store, receiver: &Receiver<Message>) -> rusqlite::Result<()> {
        let mut since = Instant::now();
        loop {
            let patience = match self.waiting.is_empty() {
                true => Duration::MAX,
                false => LATEST.saturating_sub(since.elapsed()),
            };
            match receiver.recv_timeout(patience) {
                Ok(Message::Run(row)) => {
                    self.flush(store)?;
                    let change = store.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                    let run = run(&change, &row, self.origin)?;
                    change.commit()?;
                    self.run = Some((run, *row));
                }
                Ok(Message::Result(row)) => {
                    if self.waiting.is_empty() {
                        since = Instant::now();
                    }
                    self.waiting.push(*row);
                    if self.waiting.len() >= BATCH {
                        self.flush(store)?;
                    }
                }
                Ok(Message::End { summary, millis }) => {
                    self.flush(store)?;
                    if let Some((run, _)) = &self.run {
                        let summary = serde_json::to_string(&summary).unwrap_or_default();
                        let ended = "UPDATE run SET millis = ?2, summary = ?3 WHERE id = ?1";
                        store.connection.execute(ended, params![run, millis, summary])?;
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.flush(store)?,
                Err(RecvTimeoutError::Disconnected) => return self.flush(store),
            }
        }
    }

    fn flush(&mut self, store: &mut Store) -> rusqlite::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let Some((number, row)) = self.run.as_mut() else {
            // Results of no run are nobody's.
            self.waiting.clear();
            return Ok(());
        };
        let change = store.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have removed it as too old.
        *number = run(&change, row, self.origin)?;
        let environment = id_of(&change, "environment", &row.environment)?;
        for one in &self.waiting {
            insert(&change, one, *number, environment, row.started)?;
        }
        change.commit()?;
        self.results += self.waiting.len();
        self.waiting.clear();
        Ok(())
    }
}

/// The number of a run, which is added if it is not there.
fn run(connection: &Connection, row: &RunRow, origin: &Origin) -> rusqlite::Result<i64> {
    let find = "SELECT id FROM run WHERE name = ?1 AND started = ?2";
    let known = connection.prepare_cached(find)?.query_row(params![row.name, row.started], |found| found.get(0));
    if let Some(known) = known.optional()? {
        return Ok(known);
    }
    let environment = id_of(connection, "environment", &row.environment)?;
    let part = row.partition.as_ref();
    connection.execute(
        "INSERT INTO run (name, started, environment, seed, part_by, part, parts, flowproof, revision, branch, scenarios)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            row.name,
            row.started,
            environment,
            row.seed.to_string(),
            part.map(|part| &part.by),
            part.map(|part| part.part),
            part.map(|part| part.of),
            row.flowproof,
            origin.revision,
            origin.branch,
            row.scenarios as i64,
        ],
    )?;
    Ok(connection.last_insert_rowid())
}

/// The number of a name in a table of names, to which it is added if it is not there.
fn id_of(connection: &Connection, table: &str, name: &str) -> rusqlite::Result<i64> {
    connection.prepare_cached(&format!("INSERT OR IGNORE INTO {table} (name) VALUES (?1)"))?.execute([name])?;
    connection.prepare_cached(&format!("SELECT id FROM {table} WHERE name = ?1"))?.query_row([name], |row| row.get(0))
}

fn cause_id(connection: &Connection, cause: &Cause) -> rusqlite::Result<i64> {
    let add = "INSERT OR IGNORE INTO cause (key, problem, step, shape) VALUES (?1, ?2, ?3, ?4)";
    connection.prepare_cached(add)?.execute(params![cause.key, cause.problem, cause.step, cause.shape])?;
    connection.prepare_cached("SELECT id FROM cause WHERE key = ?1")?.query_row([&cause.key], |row| row.get(0))
}

fn insert(connection: &Connection, one: &ResultRow, run: i64, environment: i64, started: i64) -> rusqlite::Result<()> {
    let scenario = id_of(connection, "scenario", &one.scenario)?;
    let cause = one.cause.as_ref().map(|cause| cause_id(connection, cause)).transpose()?;
    let add = "INSERT OR REPLACE INTO result
        (scenario, environment, started, run, state, verdict, flaky, attempts, millis, steps, requests, fingerprint, cause, message)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    connection.prepare_cached(add)?.execute(params![
        scenario,
        environment,
        started,
        run,
        one.state.number(),
        verdict_number(one.verdict),
        one.flaky,
        one.attempts,
        one.millis,
        one.steps as i64,
        one.requests as i64,
        one.fingerprint,
        cause,
        one.message,
    ])?;
    Ok(())
}
