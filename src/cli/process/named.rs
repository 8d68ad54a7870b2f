use std::path::Path;

use crate::diagnostic::suggest;
use crate::project::{Project, SETTINGS};
use crate::source::FileId;

/// A process definition that a command is to look at.
pub(super) struct Chosen {
    /// Its name in the settings, else that of its file without folders and ending.
    pub name: String,
    pub file: FileId,
}

/// The definitions that are named: by the settings, or as files; without names all of the settings.
///
/// # Errors
/// If a name is neither, or a file cannot be read.
pub(super) fn choose(names: &[String], project: &mut Project, current: &Path) -> Result<Vec<Chosen>, String> {
    if names.is_empty() {
        let all = project.definitions.iter();
        return Ok(all.map(|(name, definition)| Chosen { name: name.clone(), file: definition.file() }).collect());
    }
    let mut chosen = Vec::new();
    for name in names {
        if let Some(definition) = project.definitions.get(name) {
            chosen.push(Chosen { name: name.clone(), file: definition.file() });
            continue;
        }
        let path = current.join(name);
        if !path.is_file() {
            return Err(unknown(name, project));
        }
        let text = std::fs::read_to_string(path).map_err(|error| format!("`{name}` cannot be read: {error}"))?;
        let file = project.sources.add(name, text);
        let stem = Path::new(name).file_stem().map(|stem| stem.to_string_lossy().into_owned());
        chosen.push(Chosen { name: stem.unwrap_or_else(|| name.clone()), file });
    }
    Ok(chosen)
}

/// What is said of a name that is neither a process nor a file.
pub(in crate::cli) fn unknown(name: &str, project: &Project) -> String {
    let known = project.definitions.keys().map(String::as_str);
    let help = suggest(name, known).unwrap_or_else(|| format!("{SETTINGS} names no process"));
    format!("there is neither a process nor a file `{name}`: {help}")
}
