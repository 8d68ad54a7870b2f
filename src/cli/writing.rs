use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{fs, process};

/// Writes a file that is not there yet. Folders that are missing are made.
///
/// # Errors
/// `AlreadyExists` if it is there, which is left as it is.
pub(super) fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = prepare(path, |file| file.write_all(bytes))?;
    // A second name for what was written: unlike a renaming, it never replaces anything.
    let done = fs::hard_link(&beside, path).or_else(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Err(error),
        _ if path.symlink_metadata().is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
        // A file system without second names.
        _ => fs::rename(&beside, path),
    });
    // After a renaming it is gone already.
    let _ = fs::remove_file(&beside);
    done
}

/// Writes a file anew, or makes it. What a link leads to is written, and keeps its permissions.
///
/// # Errors
/// If it cannot be written; then it is what it was.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_with(path, |file| file.write_all(bytes))
}

/// The same, where a function writes what is to stand in it.
///
/// # Errors
/// If it cannot be written; then it is what it was.
pub(super) fn replace_with(path: &Path, write: impl FnOnce(&mut fs::File) -> io::Result<()>) -> io::Result<()> {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let beside = prepare(&path, write)?;
    let kept = fs::metadata(&path).map(|facts| fs::set_permissions(&beside, facts.permissions()));
    let done = kept.unwrap_or(Ok(())).and_then(|()| fs::rename(&beside, &path));
    if done.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&beside);
    }
    done
}

/// Writes everything to a file beside the one that is meant, so that nobody reads half of it.
fn prepare(path: &Path, write: impl FnOnce(&mut fs::File) -> io::Result<()>) -> io::Result<PathBuf> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = path.with_file_name(format!(".{name}.{}.part", process::id()));
    let written = fs::File::create(&beside).and_then(|mut file| write(&mut file).and_then(|()| file.sync_all()));
    match written {
        Ok(()) => Ok(beside),
        Err(error) => {
            // The part may not even be there.
            let _ = fs::remove_file(&beside);
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_overwritten_but_on_purpose() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.yaml");
        create(&path, b"one").unwrap();
        assert_eq!(create(&path, b"two").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        replace(&path, b"three").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"three");
        let names = fs::read_dir(folder.path().join("a")).unwrap().count();
        assert_eq!(names, 1, "no part is left behind");
    }

    #[test]
    fn what_cannot_be_written_is_told() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        assert!(create(&folder.path().join("file/inside"), b"").is_err());
        assert!(replace(&folder.path().join("file/inside"), b"").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_one() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "one").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        replace(&link, b"two").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"two");
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(create(&link, b"three").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    }
}
