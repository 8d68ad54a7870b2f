use std::path::Path;

use clap::ValueEnum;

use super::terminal::{print_result, show_diagnostics};
use crate::diagnostic::{Diagnostic, Places, concise, github, json, sarif};
use crate::project::Project;

/// How problems are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Frames around the lines, for people
    Human,
    /// A line each: `path:line:column: severity[id] message`
    Concise,
    /// One document, with places, help and fixes
    Json,
    /// Workflow commands of GitHub
    Github,
    /// SARIF 2.1.0
    Sarif,
}

impl Format {
    /// Shows problems; all but those for people go to standard output.
    pub fn show(self, found: &[Diagnostic], project: &Project, current: &Path) {
        let prefix = prefix(&project.root, current);
        let places = Places { sources: &project.sources, prefix: &prefix };
        match self {
            Self::Human => show_diagnostics(found.to_vec(), &project.sources),
            Self::Concise => print_result(&concise(found, &places)),
            Self::Json => print_result(&json(found, &places)),
            Self::Github => print_result(&github(found, &places)),
            Self::Sarif => print_result(&sarif(found, &places)),
        }
    }
}

/// What leads from the current folder to the project's, so that other programs find the files.
pub(super) fn prefix(root: &Path, current: &Path) -> String {
    let current = current.canonicalize().unwrap_or_else(|_| current.to_owned());
    if let Ok(below) = root.strip_prefix(&current) {
        return below.components().map(|part| part.as_os_str().to_string_lossy() + "/").collect();
    }
    match current.strip_prefix(root) {
        Ok(below) => "../".repeat(below.components().count()),
        Err(_) => format!("{}/", root.display()),
    }
}
