use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::engine::{FileError, Files, LoadedFile};
use crate::source::normal_path;

/// Largest file that a step can send, in bytes.
pub const MAX_FILE_BYTES: u64 = 64 << 20;

/// How many bytes of files are kept between their uses; a file beyond that is read again each time.
pub const MAX_KEPT_BYTES: u64 = 32 << 20;

/// The files of a project, read once and then shared, those of one content as one.
#[derive(Debug)]
pub struct DiskFiles {
    root: PathBuf,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    by_path: HashMap<String, LoadedFile>,
    /// The contents, by their hash.
    contents: HashMap<String, Arc<[u8]>>,
    bytes: u64,
}

impl Kept {
    /// Keeps a file where there is room, and gives it with the bytes that are shared.
    fn keep(&mut self, mut file: LoadedFile) -> LoadedFile {
        let bytes = file.bytes.len() as u64;
        match self.contents.get(&file.sha256) {
            Some(known) => file.bytes = known.clone(),
            None if self.bytes + bytes > MAX_KEPT_BYTES => return file,
            None => {
                self.bytes += bytes;
                self.contents.insert(file.sha256.clone(), file.bytes.clone());
            }
        }
        self.by_path.insert(file.path.clone(), file.clone());
        file
    }
}

impl DiskFiles {
    /// The files below a folder.
    pub fn below(root: &Path) -> Self {
        Self { root: root.to_owned(), kept: Mutex::default() }
    }
}

impl Files for DiskFiles {
    fn load(&self, path: &str) -> Result<LoadedFile, FileError> {
        let path = normal_path(path).ok_or_else(|| FileError::Outside(path.to_owned()))?;
        // A thread that panicked while it held the lock left a sound map behind.
        if let Some(file) = self.kept.lock().unwrap_or_else(PoisonError::into_inner).by_path.get(&path) {
            return Ok(file.clone());
        }
        let file = read(&self.root, &path)?;
        Ok(self.kept.lock().unwrap_or_else(PoisonError::into_inner).keep(file))
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

    fn loaded(path: &str, bytes: usize, hash: &str) -> LoadedFile {
        let (path, media, sha256) = (path.to_owned(), "image/jpeg".to_owned(), hash.to_owned());
        LoadedFile { path, media, bytes: vec![0; bytes].into(), sha256 }
    }

    #[test]
    fn one_content_is_kept_once_and_not_too_much_is() {
        let mut kept = Kept::default();
        let half = MAX_KEPT_BYTES as usize / 2;
        let first = kept.keep(loaded("a", half, "x"));
        let second = kept.keep(loaded("b", half, "x"));
        assert!(Arc::ptr_eq(&first.bytes, &second.bytes));
        assert_eq!(kept.bytes, half as u64);
        assert_eq!(kept.keep(loaded("c", half + 1, "y")).bytes.len(), half + 1);
        assert!(!kept.by_path.contains_key("c"), "there was no room");
        kept.keep(loaded("d", half, "z"));
        assert!(kept.by_path.contains_key("d") && kept.bytes == MAX_KEPT_BYTES);
    }

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
