use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Removes a file when it is let go.
#[derive(Debug)]
pub struct Temporary(PathBuf);

impl Temporary {
    /// Makes a file that nobody else has, in the folder for such.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn create(run: &str) -> io::Result<(Self, File)> {
        let path = std::env::temp_dir().join(format!("flowproof-{run}-{}.ndjson", std::process::id()));
        let file = OpenOptions::new().create_new(true).write(true).open(&path)?;
        Ok((Self(path), file))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // It stays if it cannot be removed; nothing depends on it.
        let _ = fs::remove_file(&self.0);
    }
}
