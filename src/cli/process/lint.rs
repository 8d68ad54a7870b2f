use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::super::problems::Format;
use super::super::terminal::{complain, print_error, print_result};
use super::super::{Exit, world};
use super::named::unknown;
use crate::diagnostic::{Diagnostic, Diagnostics, Id, Severity};
use crate::process::{Definition, lint_with};
use crate::project::{Project, SETTINGS};
use crate::report::count;
use crate::settings::ProcessUse;
use crate::source::FileId;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  flowproof process lint                            the processes of flowproof.yaml
  flowproof process lint face-onboarding            one of them
  flowproof process lint journey.bpmn --least info  a file, with everything that is worth knowing
  flowproof process lint --format sarif > processes.sarif
  flowproof process lint --no-accept                with what flowproof.yaml accepts for a while

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
    /// Tell also what `accept` of flowproof.yaml says does not count
    #[arg(long)]
    no_accept: bool,
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
    let listed = project.settings.iter().flat_map(|settings| &settings.processes);
    let names: Vec<String> = match arguments.processes.as_slice() {
        [] => listed.map(|process| process.name.value.clone()).collect(),
        named => named.to_vec(),
    };
    if names.is_empty() {
        complain(&format!(
            "there is no process to look at: name a BPMN file, or list it under `processes` of {SETTINGS}"
        ));
        return Exit::Nothing;
    }
    let (mut found, mut unreadable) = (Diagnostics::new(), false);
    let (mut looked_at, mut accepted) = (BTreeSet::new(), 0);
    for name in &names {
        let process = process_of(&project, &current, name);
        let known = process.as_ref().and_then(|process| project.definitions.get(process)).cloned();
        let file = match (&known, &process) {
            (Some(definition), _) => Some(definition.file()),
            // Why it cannot be read is told of the settings.
            (None, Some(_)) => continue,
            (None, None) if !current.join(name).is_file() => {
                complain(&unknown(name, &project));
                return Exit::Invalid;
            }
            (None, None) => add(&mut project, name, &current.join(name)),
        };
        let Some(file) = file else { continue };
        let (definition, mut all) = Definition::read(&project.sources, file);
        unreadable |= all.has_errors();
        looked_at.insert(file);
        if let Some(definition) = definition.map(Arc::new) {
            all.extend(lint_with(&definition, &project.knowledge(&definition)));
        }
        match process.filter(|_| !arguments.no_accept) {
            Some(process) => {
                let rest = project.without_accepted(&process, all, world::today());
                accepted += rest.accepted;
                found.extend(rest.found);
            }
            None => found.extend(all),
        }
    }
    unreadable |= project.found.has_errors();
    // What reading a definition has told is told of it already.
    let is_told = |one: &Diagnostic| one.primary.as_ref().is_some_and(|label| looked_at.contains(&label.span.file));
    found.extend(std::mem::take(&mut project.found).into_iter().filter(|one| !is_told(one)));
    let all = found.sorted();
    let unsound = all.iter().any(Diagnostic::is_error);
    let (shown, hidden): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.severity >= arguments.least.into());
    arguments.format.show(&shown, &project, &current);
    let mut told =
        format!("{} looked at, {}", count(looked_at.len() as u64, "definition"), count(shown.len() as u64, "finding"));
    if accepted > 0 {
        told += &format!(", {accepted} accepted");
    }
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

/// The process of the settings that has this name, or this file.
fn process_of(project: &Project, current: &Path, name: &str) -> Option<String> {
    let canonical = |path: PathBuf| path.canonicalize().ok();
    let file = canonical(current.join(name));
    let is_meant = |process: &&ProcessUse| {
        process.name.value == name || file.is_some() && canonical(project.root.join(&process.file.value)) == file
    };
    let processes = project.settings.iter().flat_map(|settings| &settings.processes);
    processes.filter(is_meant).map(|process| process.name.value.clone()).next()
}

/// Adds a file that is none of the settings.
pub(super) fn add(project: &mut Project, name: &str, path: &Path) -> Option<FileId> {
    match std::fs::read_to_string(path) {
        Ok(text) => Some(project.sources.add(name, text)),
        Err(error) => {
            project.found.push(Diagnostic::new(Id::UNREADABLE_FILE, format!("`{name}` cannot be read: {error}")));
            None
        }
    }
}
