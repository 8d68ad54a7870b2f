use std::sync::Arc;

use serde_json::{Value, json};

/// A file of the project that a step sends.
#[derive(Clone)]
pub struct LoadedFile {
    /// Its path below the project's root.
    pub path: String,
    /// Its content.
    pub bytes: Arc<[u8]>,
    /// Its media type, by its first bytes, else by its extension.
    pub media: String,
    /// The SHA-256 of its content, in lower-case hexadecimal.
    pub sha256: String,
}

impl std::fmt::Debug for LoadedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}, {} bytes)", self.path, self.media, self.bytes.len())
    }
}

/// Marks a JSON object that stands for a file in templates.
pub(super) const FILE: &str = "$file";

impl LoadedFile {
    /// What templates see of it.
    pub(super) fn describe(&self) -> Value {
        json!({ FILE: self.path, "media": self.media, "bytes": self.bytes.len(), "sha256": self.sha256 })
    }
}

/// Why a file cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// There is none.
    #[error("there is no file `{0}`")]
    Missing(String),
    /// It lies outside of the project.
    #[error("`{0}` lies outside of the project")]
    Outside(String),
    /// It is too large.
    #[error("`{path}` has {bytes} bytes, and {limit} are read at most")]
    TooLarge {
        /// Its path.
        path: String,
        /// Its size.
        bytes: u64,
        /// The bound.
        limit: u64,
    },
    /// It cannot be read.
    #[error("`{path}` cannot be read: {reason}")]
    Unreadable {
        /// Its path.
        path: String,
        /// Why.
        reason: String,
    },
}

/// Gives the files of a project. Implementations keep what they have read: fixtures are shared by many scenarios.
pub trait Files: Send + Sync {
    /// The file at a path below the project's root.
    ///
    /// # Errors
    /// Why it cannot be had.
    fn load(&self, path: &str) -> Result<LoadedFile, FileError>;
}
