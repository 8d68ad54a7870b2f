use std::path::Path;

use clap::{Args, ValueEnum};

use super::super::problems::Format;
use super::super::terminal::{complain, print_error, print_result};
use super::super::{Exit, world};
use super::named::unknown;
use crate::diagnostic::{Diagnostic, Diagnostics, Id, Severity};
use crate::process::{Definition, lint};
use crate::project::{Project, SETTINGS};
use crate::report::count;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  flowproof process lint                            the processes of flowproof.yaml
  flowproof process lint face-onboarding            one of them
  flowproof process lint journey.bpmn --least info  a file, with everything that is worth knowing
  flowproof process lint --format sarif > processes.sarif

`flowproof explain lint/dead-end` says more of a finding. Exit code 1: a definition is not sound; 2: one cannot be read.
")]
pub(super) struct LintArguments {
    /// Processes of flowproof.yaml by name, or BPMN files; left out, all of flowproof.yaml
    #[arg(value_name = "NAME|FILE")]
    processes: Vec<String>,
    /// How findings are written; all but `human` go to standard output
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// The least grave findings that are shown
    #[arg(long, value_enum, default_value_t = Least::Warning)]
    least: Least,
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Least {
    /// Worth knowing
    Info,
    /// Probably not what was meant
    Warning,
    /// Not sound
    Error,
}

impl From<Least> for Severity {
    fn from(least: Least) -> Self {
        match least {
            Least::Info => Self::Info,
            Least::Warning => Self::Warning,
            Least::Error => Self::Error,
        }
    }
}

pub(super) fn execute(arguments: &LintArguments) -> Exit {
    let current = world::current_folder();
    let mut project = Project::open(None, &current);
    let mut found = Diagnostics::new();
    let mut linted = 0;
    let names = match arguments.processes.as_slice() {
        [] => project.definitions.keys().cloned().collect(),
        named => named.to_vec(),
    };
    for name in &names {
        if let Some(definition) = project.definitions.get(name) {
            found.extend(lint(definition));
            linted += 1;
            continue;
        }
        let path = current.join(name);
        if !path.is_file() {
            complain(&unknown(name, &project));
            return Exit::Invalid;
        }
        if let Some(definition) = read(&mut project, name, &path) {
            found.extend(lint(&definition));
            linted += 1;
        }
    }
    if names.is_empty() {
        complain(&format!(
            "there is no process to look at: name a BPMN file, or list it under `processes` of {SETTINGS}"
        ));
        return Exit::Nothing;
    }
    let unreadable = project.found.has_errors();
    found.extend(std::mem::take(&mut project.found));
    let all = found.sorted();
    let unsound = all.iter().any(Diagnostic::is_error);
    let (shown, hidden): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.severity >= arguments.least.into());
    arguments.format.show(&shown, &project, &current);
    let mut told = format!("{} looked at, {}", count(linted, "definition"), count(shown.len() as u64, "finding"));
    if !hidden.is_empty() {
        told += &format!("; {} more with --least info", hidden.len());
    }
    match arguments.format {
        Format::Human => print_result(&format!("{told}\n")),
        _ => print_error(&format!("{told}\n")),
    }
    match (unreadable, unsound) {
        (true, _) => Exit::Invalid,
        (_, true) => Exit::Failed,
        _ => Exit::Success,
    }
}

/// Reads a definition that is none of the settings, with everything that is to be said of it.
pub(super) fn read(project: &mut Project, name: &str, path: &Path) -> Option<Definition> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            project.found.push(Diagnostic::new(Id::UNREADABLE_FILE, format!("`{name}` cannot be read: {error}")));
            return None;
        }
    };
    let file = project.sources.add(name, text);
    let (definition, found) = Definition::read(&project.sources, file);
    project.found.extend(found);
    definition
}
