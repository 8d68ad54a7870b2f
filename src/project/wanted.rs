use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Id, suggest};
use crate::plan::{PlannedFile, Rows};
use crate::source::Sources;

/// A path as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// The file or folder.
    pub path: PathBuf,
    /// What of the file is meant; everything, if nothing is said.
    pub part: Option<Part>,
}

/// A part of a file with scenarios.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// What stands at a line: a row of its cases, else the whole.
    Line(usize),
    /// A case, by its id: `a.yaml#passport`.
    Case(String),
}

impl Wanted {
    /// Reads `PATH`, `PATH:LINE` or `PATH#CASE`. A path that exists is that.
    pub fn read(asked: &Path, current: &Path) -> Self {
        let whole = || Self { path: current.join(asked), part: None };
        let Some(text) = asked.to_str().filter(|_| !current.join(asked).exists()) else { return whole() };
        if let Some((path, line)) = text.rsplit_once(':')
            && let Ok(line) = line.parse::<usize>()
        {
            return Self { path: current.join(path), part: Some(Part::Line(line)) };
        }
        // An id may hold the sign again.
        match text.split_once('#') {
            Some((path, case)) => Self { path: current.join(path), part: Some(Part::Case(case.to_owned())) },
            None => whole(),
        }
    }
}

/// Keeps the rows that parts mean.
pub(super) fn narrow(file: &mut PlannedFile, parts: &[Part], sources: &Sources) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut meant: Vec<u32> = Vec::new();
    let mut whole = parts.is_empty();
    for part in parts {
        match rows_of(file, part, sources) {
            Ok(Some(rows)) => meant.extend(rows),
            Ok(None) => whole = true,
            Err(problem) => problems.push(*problem),
        }
    }
    if !whole && let Some(table) = file.rows.table() {
        meant.sort_unstable();
        meant.dedup();
        file.rows = Rows::Some(table.clone(), meant);
    }
    problems
}

/// The rows that a part means; `None` for the whole.
fn rows_of(file: &PlannedFile, part: &Part, sources: &Sources) -> Result<Option<Vec<u32>>, Box<Diagnostic>> {
    let path = &file.path;
    let refuse =
        |message: String, help: Option<String>| Err(Box::new(Diagnostic::new(Id::UNKNOWN_LINE, message).help_if(help)));
    let table = file.rows.table();
    match part {
        Part::Line(line) => {
            let own = file.scenario(sources).file;
            let lines = sources.file(own).text().lines().count();
            if *line == 0 || *line > lines {
                return refuse(format!("`{path}` has {lines} lines, and line {line} was asked for"), None);
            }
            let Some(table) = table else { return Ok(None) };
            let at = |row: &u32| {
                let span = table.span(*row);
                let text = sources.file(span.file);
                let position = |offset: u32| text.position(offset as usize).line;
                span.file == own && (position(span.start)..=position(span.end)).contains(line)
            };
            let rows: Vec<u32> = (0..table.len() as u32).filter(at).collect();
            Ok(if rows.is_empty() { None } else { Some(rows) })
        }
        Part::Case(id) => {
            let Some(table) = table else {
                return refuse(format!("`{path}` has no cases, and the case `{id}` was asked for"), None);
            };
            let ids: Vec<String> = (0..table.len() as u32).map(|row| table.id(row)).collect();
            match ids.iter().position(|one| one == id) {
                Some(row) => Ok(Some(vec![row as u32])),
                None => {
                    let help = suggest(id, ids.iter().map(String::as_str));
                    refuse(format!("`{path}` has no case `{id}`"), help)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_may_name_a_line_or_a_case() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("odd#name:3"), "").unwrap();
        let read = |text: &str| {
            let wanted = Wanted::read(Path::new(text), folder.path());
            (wanted.path.strip_prefix(folder.path()).unwrap().to_str().unwrap().to_owned(), wanted.part)
        };
        assert_eq!(read("a.yaml"), ("a.yaml".to_owned(), None));
        assert_eq!(read("a.yaml:12"), ("a.yaml".to_owned(), Some(Part::Line(12))));
        assert_eq!(read("a.yaml#x#y"), ("a.yaml".to_owned(), Some(Part::Case("x#y".to_owned()))));
        assert_eq!(read("a.yaml:x"), ("a.yaml:x".to_owned(), None));
        assert_eq!(read("odd#name:3"), ("odd#name:3".to_owned(), None));
    }
}
