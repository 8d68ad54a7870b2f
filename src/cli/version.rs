use std::path::Path;

use super::process::unknown;
use super::revision::file_at;
use crate::process::Definition;
use crate::project::Project;
use crate::source::normal_path;

/// A version of a process definition: a file as it is, or as it was in a revision.
#[derive(Debug)]
pub(super) struct Version {
    /// What it is called in messages.
    pub name: String,
    /// What it says.
    pub text: String,
    /// The process of the settings that it is a version of, by name and file.
    pub process: Option<(String, String)>,
}

impl Version {
    /// What a word means: a process of the settings, a file, or one of these in a revision of git, as `REV:NAME`.
    ///
    /// # Errors
    /// If it means nothing, or cannot be read.
    pub fn of(word: &str, project: &Project, current: &Path) -> Result<Self, String> {
        if let Some(process) = of_settings(word, project) {
            return Self::in_project(process, project);
        }
        let path = current.join(word);
        if path.is_file() {
            let text = read(&path, word)?;
            let process = of_file(&path, project);
            return Ok(Self { name: word.to_owned(), text, process });
        }
        match word.split_once(':') {
            Some((revision, rest)) if !revision.is_empty() && !rest.is_empty() => {
                Self::at(revision, rest, project, current)
            }
            _ => Err(unknown(word, project)),
        }
    }

    /// What a word means in a revision of git.
    ///
    /// # Errors
    /// If it means nothing, or is not there.
    pub fn at(revision: &str, word: &str, project: &Project, current: &Path) -> Result<Self, String> {
        let file = of_settings(word, project).or_else(|| of_file(&current.join(word), project));
        let name = format!("{revision}:{word}");
        if let Some(process) = file {
            let text = file_at(&project.root, revision, &process.1)?;
            let name = format!("{revision}:{}", process.1);
            return Ok(Self { name, text: without_mark(text), process: Some(process) });
        }
        let path = normal_path(word).ok_or_else(|| unknown(word, project))?;
        let text = file_at(current, revision, &path)?;
        Ok(Self { name, text: without_mark(text), process: None })
    }

    /// A process of the settings as it is.
    fn in_project(process: (String, String), project: &Project) -> Result<Self, String> {
        let text = read(&project.root.join(&process.1), &process.1)?;
        Ok(Self { name: process.1.clone(), text, process: Some(process) })
    }

    /// Reads it; everything that is wrong with it goes to the problems of the project.
    pub fn definition(&self, project: &mut Project) -> Option<Definition> {
        let file = project.sources.add(self.name.as_str(), self.text.as_str());
        let (definition, found) = Definition::read(&project.sources, file);
        project.found.extend(found);
        definition
    }
}

/// The process of the settings with a name.
fn of_settings(name: &str, project: &Project) -> Option<(String, String)> {
    let processes = project.settings.iter().flat_map(|settings| &settings.processes);
    let mut named = processes.filter(|process| process.name.value == name);
    named.next().map(|process| (process.name.value.clone(), process.file.value.clone()))
}

/// The process of the settings whose file it is.
fn of_file(path: &Path, project: &Project) -> Option<(String, String)> {
    let path = path.canonicalize().ok()?;
    let processes = project.settings.iter().flat_map(|settings| &settings.processes);
    let mut own =
        processes.filter(|process| project.root.join(&process.file.value).canonicalize().is_ok_and(|own| own == path));
    own.next().map(|process| (process.name.value.clone(), process.file.value.clone()))
}

fn read(path: &Path, name: &str) -> Result<String, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("`{name}` cannot be read: {error}"))?;
    Ok(without_mark(text))
}

fn without_mark(text: String) -> String {
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}
