use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::engine::{FileError, Files, LoadedFile};
use crate::source::normal_path;

/// Largest file that a step can send, in bytes.
pub const MAX_FILE_BYTES: u64 = 64 << 20;

/// The files of a project, each read once and then shared.
#[derive(Debug)]
pub struct DiskFiles {
    root: PathBuf,
    read: Mutex<HashMap<String, LoadedFile>>,
}

impl DiskFiles {
    /// The files below a folder.
    pub fn below(root: &Path) -> Self {
        Self { root: root.to_owned(), read: Mutex::default() }
    }
}

impl Files for DiskFiles {
    fn load(&self, path: &str) -> Result<LoadedFile, FileError> {
        let path = normal_path(path).ok_or_else(|| FileError::Outside(path.to_owned()))?;
        // A thread that panicked while it held the lock left a sound map behind.
        if let Some(file) = self.read.lock().unwrap_or_else(PoisonError::into_inner).get(&path) {
            return Ok(file.clone());
        }
        let file = read(&self.root, &path)?;
        self.read.lock().unwrap_or_else(PoisonError::into_inner).insert(path, file.clone());
        Ok(file)
    }
}

fn read(root: &Path, path: &str) -> Result<LoadedFile, FileError> {
    let on_disk = root.join(path);
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => FileError::Missing(path.to_owned()),
        _ => FileError::Unreadable { path: path.to_owned(), reason: error.to_string() },
    };
    let resolved = on_disk.canonicalize().map_err(unreadable)?;
    // A link must not lead out of the project either.
    if !resolved.starts_with(root.canonicalize().map_err(unreadable)?) {
        return Err(FileError::Outside(path.to_owned()));
    }
    let bytes = resolved.metadata().map_err(unreadable)?.len();
    if bytes > MAX_FILE_BYTES {
        return Err(FileError::TooLarge { path: path.to_owned(), bytes, limit: MAX_FILE_BYTES });
    }
    let bytes = std::fs::read(&resolved).map_err(unreadable)?;
    let sha256 = data_encoding::HEXLOWER.encode(&Sha256::digest(&bytes));
    Ok(LoadedFile { path: path.to_owned(), media: media_type(path, &bytes).to_owned(), bytes: bytes.into(), sha256 })
}

fn media_type(path: &str, bytes: &[u8]) -> &'static str {
    use imagesize::ImageType;
    match imagesize::image_type(bytes) {
        Ok(ImageType::Jpeg) => return "image/jpeg",
        Ok(ImageType::Png) => return "image/png",
        Ok(ImageType::Gif) => return "image/gif",
        Ok(ImageType::Webp) => return "image/webp",
        Ok(ImageType::Bmp) => return "image/bmp",
        Ok(ImageType::Tiff) => return "image/tiff",
        _ => {}
    }
    match path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "json" => "application/json",
        "xml" | "bpmn" => "application/xml",
        "pdf" => "application/pdf",
        "txt" | "yaml" | "yml" | "csv" => "text/plain",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_stay_below_the_root() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("project")).unwrap();
        std::fs::write(folder.path().join("secret.txt"), "x").unwrap();
        std::fs::write(folder.path().join("project/a.json"), "{}").unwrap();
        let files = DiskFiles::below(&folder.path().join("project"));
        let loaded = files.load("./b/../a.json").unwrap();
        assert_eq!(
            (loaded.path.as_str(), loaded.media.as_str(), &*loaded.bytes),
            ("a.json", "application/json", &b"{}"[..])
        );
        assert_eq!(files.load("missing.jpg").unwrap_err(), FileError::Missing("missing.jpg".into()));
        for outside in ["../secret.txt", "/etc/hosts", "a/../../secret.txt"] {
            assert_eq!(files.load(outside).unwrap_err(), FileError::Outside(outside.into()), "{outside}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_leads_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("project")).unwrap();
        std::fs::write(folder.path().join("secret.txt"), "x").unwrap();
        std::os::unix::fs::symlink(folder.path().join("secret.txt"), folder.path().join("project/link")).unwrap();
        let files = DiskFiles::below(&folder.path().join("project"));
        assert_eq!(files.load("link").unwrap_err(), FileError::Outside("link".into()));
    }
}
