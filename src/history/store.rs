use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

/// The version of the tables. It grows when an older flowproof could not use them any more.
const VERSION: i64 = 1;

/// How long is waited for another process that writes at the moment.
const PATIENCE: Duration = Duration::from_secs(5);

/// What brings the tables from each version to the next.
const MIGRATIONS: [&str; VERSION as usize] = ["
    CREATE TABLE environment (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE scenario (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE cause (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, problem TEXT NOT NULL, step TEXT, shape TEXT NOT NULL);
    CREATE TABLE run (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, started INTEGER NOT NULL, environment INTEGER NOT NULL,
        seed TEXT NOT NULL, part_by TEXT, part INTEGER, parts INTEGER, flowproof TEXT NOT NULL, revision TEXT, branch TEXT,
        scenarios INTEGER NOT NULL, millis REAL, summary TEXT,
        UNIQUE (name, started)
    );
    CREATE INDEX run_started ON run (started);
    -- The key is the order in which it is read: all of one scenario on one environment, from the oldest.
    CREATE TABLE result (
        scenario INTEGER NOT NULL, environment INTEGER NOT NULL, started INTEGER NOT NULL, run INTEGER NOT NULL,
        state INTEGER NOT NULL, verdict INTEGER NOT NULL, flaky INTEGER NOT NULL, attempts INTEGER NOT NULL,
        millis REAL NOT NULL, steps INTEGER NOT NULL, requests INTEGER NOT NULL,
        fingerprint BLOB, cause INTEGER, message TEXT,
        PRIMARY KEY (scenario, environment, started, run)
    ) WITHOUT ROWID;
    CREATE INDEX result_run ON result (run, state, flaky);
"];

/// A history on disk.
#[derive(Debug)]
pub struct Store {
    pub(super) connection: Connection,
    path: PathBuf,
}

/// Why a history cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// It was made by a newer flowproof.
    #[error("the history `{path}` was written by a newer flowproof (version {found}; this one knows up to {VERSION})")]
    Newer {
        /// The file.
        path: String,
        /// Its version.
        found: i64,
    },
    /// It is no database, or a broken one.
    #[error("the history `{path}` is damaged ({reason}); move it away, and a new one is begun")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It cannot be read or written.
    #[error("the history `{path}` cannot be used: {reason}")]
    Unusable {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
}

impl Store {
    /// Opens a history, or begins one; folders that are missing are made.
    ///
    /// # Errors
    /// If it cannot be used.
    pub fn open(path: &Path) -> Result<Self, HistoryError> {
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        made.map_err(|error| HistoryError::Unusable { path: shown(path), reason: error.to_string() })?;
        Self::open_with(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)
    }

    /// Opens a history that is there; `None` if there is none.
    ///
    /// # Errors
    /// If it cannot be used.
    pub fn open_existing(path: &Path) -> Result<Option<Self>, HistoryError> {
        if !path.exists() {
            return Ok(None);
        }
        Self::open_with(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map(Some)
    }

    fn open_with(path: &Path, flags: OpenFlags) -> Result<Self, HistoryError> {
        let told = |error| explain(path, &error);
        let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(told)?;
        let mut store = Self { connection, path: path.to_owned() };
        store.prepare().map_err(told)?;
        store.migrate()?;
        Ok(store)
    }

    fn prepare(&self) -> rusqlite::Result<()> {
        self.connection.busy_timeout(PATIENCE)?;
        self.connection.set_prepared_statement_cache_capacity(64);
        // Takes effect where the file is made.
        self.connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        let began = Instant::now();
        // To change the mode, nobody else may have the file open, and for this SQLite does not wait.
        while let Err(error) = self.connection.pragma_update(None, "journal_mode", "WAL") {
            if error.sqlite_error_code() != Some(ErrorCode::DatabaseBusy) || began.elapsed() > PATIENCE {
                return Err(error);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        // What was committed is whole after a crash; after a loss of power the last runs may be missing.
        self.connection.pragma_update(None, "synchronous", "NORMAL")
    }

    fn migrate(&mut self) -> Result<(), HistoryError> {
        let path = self.path.clone();
        let told = |error: rusqlite::Error| explain(&path, &error);
        let version = |connection: &Connection| connection.query_row("PRAGMA user_version", [], |row| row.get(0));
        if version(&self.connection).map_err(told)? == VERSION {
            return Ok(());
        }
        let change = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(told)?;
        // Another process may have done it meanwhile.
        let found: i64 = version(&change).map_err(told)?;
        let done = usize::try_from(found).ok().filter(|done| *done <= MIGRATIONS.len());
        let Some(done) = done else { return Err(HistoryError::Newer { path: shown(&path), found }) };
        for migration in &MIGRATIONS[done..] {
            change.execute_batch(migration).map_err(told)?;
        }
        change.pragma_update(None, "user_version", VERSION).map_err(told)?;
        change.commit().map_err(told)
    }

    /// What a failed statement says of the file.
    pub(super) fn told(&self, error: &rusqlite::Error) -> HistoryError {
        explain(&self.path, error)
    }

    /// How many results it holds.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn results(&self) -> Result<u64, HistoryError> {
        let count = self.connection.query_row("SELECT count(*) FROM result", [], |row| row.get::<_, i64>(0));
        count.map(i64::unsigned_abs).map_err(|error| self.told(&error))
    }
}

fn explain(path: &Path, error: &rusqlite::Error) -> HistoryError {
    // The statement that failed stands behind the first line.
    let reason = error.to_string().lines().next().unwrap_or_default().trim_end_matches(" in").to_owned();
    let path = shown(path);
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => HistoryError::Damaged { path, reason },
        // Tables of somebody else.
        _ if reason.contains("no such table")
            || reason.contains("no such column")
            || reason.contains("already exists") =>
        {
            HistoryError::Damaged { path, reason }
        }
        _ => HistoryError::Unusable { path, reason },
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
