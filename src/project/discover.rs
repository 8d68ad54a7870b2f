use std::path::{Path, PathBuf};

/// The scenario files that a path means: itself, or every YAML file below it, sorted by path.
///
/// # Errors
/// The first folder that cannot be read.
pub fn yaml_files(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let (kind, path) = (entry.file_type()?, entry.path());
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if hidden {
                continue;
            }
            // Links to folders are not followed: they could lead in circles.
            if kind.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Most files that are listed of a folder; who looks for one in so many does not read a list.
const MAX_LISTED: usize = 2_000;

/// The files below a folder, relative to it, sorted; what cannot be read is left out.
pub(super) fn files_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while found.len() < MAX_LISTED
        && let Some(next) = folders.pop()
    {
        for entry in std::fs::read_dir(&next).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            if kind.is_dir() {
                folders.push(entry.path());
            } else {
                found.push(shown(folder, &entry.path()));
            }
        }
    }
    found.sort();
    found
}

/// The nearest folder at or above `start` that holds a file of this name.
pub(super) fn folder_with(start: &Path, name: &str) -> Option<PathBuf> {
    start.ancestors().find(|folder| folder.join(name).is_file()).map(Path::to_owned)
}

/// A path as it is shown and as ids are made: relative to the root, with `/`.
pub(super) fn shown(root: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(root).unwrap_or(path);
    relative.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
