use std::io;
use std::path::{Path, PathBuf};
use std::{fs, io::ErrorKind};

use crate::report::Archive;

/// The folder below a project's root in which flowproof keeps what it remembers.
pub(super) const HOME: &str = ".flowproof";

/// Makes the folder in which a project's past is kept, out of version control.
///
/// # Errors
/// If it cannot be made.
pub(super) fn make(root: &Path) -> io::Result<PathBuf> {
    let home = root.join(HOME);
    fs::create_dir_all(&home)?;
    match fs::File::create_new(home.join(".gitignore")) {
        Ok(mut file) => io::Write::write_all(&mut file, b"*\n")?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    Ok(home)
}

/// The stored runs of a project.
pub(super) fn runs(root: &Path) -> Archive {
    Archive::of(root.join(HOME).join("runs"))
}
