use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior, params};

use super::{HistoryError, Store};

/// Most results that a history holds, about 200 MB of them; the oldest runs go first.
pub const MAX_RESULTS: i64 = 2_000_000;

/// How much of the past is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Runs that are so much older than the newest are removed.
    pub keep: Duration,
    /// Most runs that are kept.
    pub runs: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self { keep: Duration::from_secs(90 * 24 * 60 * 60), runs: 1_000 }
    }
}

/// Removes what is too old, and never the run that was stored last.
pub(super) fn prune(connection: &mut Connection, policy: &Policy, last: i64) -> rusqlite::Result<()> {
    let old = old(connection, policy, last)?;
    if old.is_empty() {
        return Ok(());
    }
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    remove(&change, &old)?;
    change.commit()?;
    // Gives free pages back, a part of them each time.
    connection.execute_batch("PRAGMA incremental_vacuum(1000)")
}

/// Removes runs with everything that belongs to no other.
fn remove(connection: &Connection, runs: &[i64]) -> rusqlite::Result<()> {
    for run in runs {
        connection.prepare_cached("DELETE FROM result WHERE run = ?1")?.execute([run])?;
        connection.prepare_cached("DELETE FROM run WHERE id = ?1")?.execute([run])?;
    }
    connection.execute_batch(
        "DELETE FROM scenario WHERE NOT EXISTS (SELECT 1 FROM result WHERE result.scenario = scenario.id);
         DELETE FROM cause WHERE id NOT IN (SELECT cause FROM result WHERE cause IS NOT NULL);",
    )
}

impl Store {
    /// Removes a run so that nothing of it is left in the file.
    ///
    /// # Errors
    /// If the history cannot be written.
    pub fn forget(&mut self, run: &str) -> Result<(), HistoryError> {
        let mut forget = || -> rusqlite::Result<()> {
            // What is deleted is overwritten.
            self.connection.pragma_update(None, "secure_delete", true)?;
            let change = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let find = "SELECT id FROM run WHERE name = ?1";
            let found = change.prepare(find)?.query_map([run], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
            remove(&change, &found)?;
            change.commit()?;
            // The log holds what was written before; it is emptied.
            self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        };
        forget().map_err(|error| self.told(&error))
    }
}

/// The runs that are to be removed, from the newest.
fn old(connection: &Connection, policy: &Policy, last: i64) -> rusqlite::Result<Vec<i64>> {
    let keep = i64::try_from(policy.keep.as_millis()).unwrap_or(i64::MAX);
    let mut statement = connection.prepare("SELECT id, started, scenarios FROM run ORDER BY started DESC, id DESC")?;
    let mut rows = statement.query(params![])?;
    let (mut old, mut runs, mut results, mut newest) = (Vec::new(), 0, 0, None);
    while let Some(row) = rows.next()? {
        let (id, started, scenarios): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        runs += 1;
        results += scenarios;
        let newest = *newest.get_or_insert(started);
        let too_old = started < newest.saturating_sub(keep);
        if id != last && (too_old || runs > policy.runs || results > MAX_RESULTS) {
            old.push(id);
        }
    }
    Ok(old)
}
