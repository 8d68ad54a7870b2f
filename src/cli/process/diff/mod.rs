mod github;
mod human;
mod json;
mod report;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};

use self::report::Report;
use super::super::affected::{Affected, Compared, judge};
use super::super::report::meant;
use super::super::terminal::{complain, note, print_result, show_diagnostics};
use super::super::version::Version;
use super::super::{Exit, problems, world, writing};
use crate::diagnostic::{Diagnostic, Places};
use crate::process::diagram::Diagram;
use crate::process::draw::draw;
use crate::process::{Definition, Diff, Findings, Side, lint};
use crate::project::{Project, Texts};
use crate::proof::{Effect, Evidence, Judged};
use crate::report::StoredRun;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  flowproof process diff face-onboarding                     what has changed since the last commit
  flowproof process diff face-onboarding --since main        or since a branch, a tag, a commit
  flowproof process diff old.bpmn new.bpmn                   two files
  flowproof process diff main:face-onboarding v2:face-onboarding
  flowproof process diff face-onboarding --run latest        judge scenarios by what they have walked
  flowproof process diff face-onboarding --draw pictures     both versions as pictures, what differs in colour
  flowproof process diff face-onboarding --format github     beside the lines of a pull request

A scenario is broken where its walk is no longer in the diagram, may divert where a gateway asks other conditions before its way,
and is to be run again where it goes through something that has changed. `flowproof run --affected-by main` runs those.

Exit code 0, with --exit-code 1 if anything differs; 2: something cannot be read.
")]
pub(in crate::cli) struct DiffArguments {
    /// What was and what is: processes of flowproof.yaml by name, BPMN files, or REVISION:NAME; of one alone, what it was in
    /// --since
    #[arg(required = true, num_args = 1..=2, value_name = "OLD|NEW")]
    versions: Vec<String>,
    /// The revision of git in which the old version is looked up, if only one is named [default: HEAD]
    #[arg(long, value_name = "REVISION")]
    since: Option<String>,
    /// Judge scenarios by what they have walked in a stored run, by its id, its beginning, `latest` or its file
    #[arg(long, value_name = "RUN")]
    run: Option<String>,
    /// The process of flowproof.yaml whose scenarios are judged, where the files do not tell
    #[arg(long, value_name = "NAME")]
    process: Option<String>,
    /// How the differences are written
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Paint both versions into a folder, as old.svg and new.svg
    #[arg(long, value_name = "FOLDER")]
    draw: Option<PathBuf>,
    /// End with exit code 1 if anything differs
    #[arg(long)]
    exit_code: bool,
}

/// How differences are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// One document, with places, findings and scenarios
    Json,
    /// Workflow commands of GitHub
    Github,
}

pub(super) fn execute(arguments: &DiffArguments) -> Exit {
    compare(arguments).unwrap_or_else(|(exit, message)| {
        if let Some(message) = message {
            complain(&message);
        }
        exit
    })
}

type Failure = (Exit, Option<String>);

fn invalid(error: impl ToString) -> Failure {
    (Exit::Invalid, Some(error.to_string()))
}

fn compare(arguments: &DiffArguments) -> Result<Exit, Failure> {
    let current = world::current_folder();
    let settings = Project::open(None, &current);
    let (old, new) = versions(arguments, &settings, &current).map_err(invalid)?;
    let run = arguments.run.as_ref().map(|run| meant(run, &settings.root, &current)).transpose().map_err(invalid)?;
    let run = run.map(|path| StoredRun::open(&[path])).transpose().map_err(invalid)?;
    let process = process(arguments, &old, &new, &settings).map_err(invalid)?;
    let mut project = match &process {
        Some((_, file)) => over(&settings, file, &old.text, &current),
        None => settings.clone(),
    };
    let problems_before = std::mem::take(&mut project.found);
    let read = |version: &Version, project: &mut Project| -> Result<(Arc<Definition>, Vec<Diagnostic>), Failure> {
        let definition = version.definition(project);
        let mut found = std::mem::take(&mut project.found);
        let Some(definition) = definition else {
            show_diagnostics(found.sorted(), &project.sources);
            return Err((Exit::Invalid, None));
        };
        found.extend(lint(&definition));
        Ok((Arc::new(definition), found.sorted()))
    };
    let ((old_definition, old_found), (new_definition, new_found)) =
        (read(&old, &mut project)?, read(&new, &mut project)?);
    project.found = problems_before;
    let diff = Diff::of(&project.sources, &old_definition, &new_definition);
    let findings = Findings::of(&diff, old_found, new_found);
    let scenarios = match &process {
        Some((name, file)) => {
            let compared = Compared {
                process: name,
                old: &old_definition,
                new: &new_definition,
                diff: &diff,
                read_with: Side::Old,
            };
            let mut all = judge(&mut project, &compared, run.as_ref()).map_err(invalid)?;
            all.extend(fresh(&all, name, &over(&settings, file, &new.text, &current)));
            all.sort_by(|one, other| one.id.cmp(&other.id));
            Some(all)
        }
        None => None,
    };
    let prefix = problems::prefix(&project.root, &current);
    let places = Places { sources: &project.sources, prefix: &prefix };
    let report = Report {
        old: &old.name,
        new: &new.name,
        diff: &diff,
        findings: &findings,
        scenarios: scenarios.as_deref(),
        places,
        by_run: run.is_some(),
    };
    print_result(&match arguments.format {
        Format::Human => human::written(&report),
        Format::Json => json::written(&report),
        Format::Github => github::written(&report),
    });
    if let Some(folder) = &arguments.draw {
        for (side, definition, name) in
            [(Side::Old, &old_definition, "old.svg"), (Side::New, &new_definition, "new.svg")]
        {
            let path = current.join(folder).join(name);
            // What is wrong with it was told with the findings.
            let (Some(diagram), _) = Diagram::read(&project.sources, definition.file()) else { continue };
            let picture = draw(&diagram, &diff.paint(side));
            writing::replace(&path, picture.as_bytes()).map_err(|error| {
                (Exit::Errored, Some(format!("`{}` cannot be written: {error}", folder.join(name).display())))
            })?;
        }
    }
    if scenarios.is_none() && !settings.definitions.is_empty() {
        note(
            "neither file is of a process of flowproof.yaml, so no scenario is judged; --process says whose are meant",
        );
    }
    Ok(if arguments.exit_code && !diff.is_empty() { Exit::Failed } else { Exit::Success })
}

/// The two versions that are named.
fn versions(arguments: &DiffArguments, project: &Project, current: &Path) -> Result<(Version, Version), String> {
    match (arguments.versions.as_slice(), &arguments.since) {
        ([old, new], None) => Ok((Version::of(old, project, current)?, Version::of(new, project, current)?)),
        ([_, _], Some(_)) => Err("--since says what one version was, and two are named".to_owned()),
        (named, since) => {
            let new = Version::of(&named[0], project, current)?;
            let revision = since.as_deref().unwrap_or("HEAD");
            Ok((Version::at(revision, &named[0], project, current)?, new))
        }
    }
}

/// The process of the settings whose scenarios are judged, with its file.
fn process(
    arguments: &DiffArguments,
    old: &Version,
    new: &Version,
    project: &Project,
) -> Result<Option<(String, String)>, String> {
    match &arguments.process {
        Some(name) => Ok(Version::of(name, project, &project.root)?.process.filter(|(own, _)| own == name)),
        None => Ok(new.process.clone().or(old.process.clone())),
    }
}

/// The project with its scenarios, read as if a version were the one that counts.
fn over(settings: &Project, file: &str, text: &str, current: &Path) -> Project {
    let mut texts = Texts::default();
    texts.set(settings.root.join(file), text.to_owned());
    let mut project = Project::open_with(None, current, texts);
    project.add_all_scenarios();
    project
}

/// The scenarios that can be run with the new version alone.
fn fresh(known: &[Affected], process: &str, project: &Project) -> Vec<Affected> {
    let known: BTreeSet<&str> = known.iter().map(|one| one.id.as_str()).collect();
    let all = project.plan.iter(&project.sources);
    let of_process = all.filter(|one| one.scenario.process.as_ref().is_some_and(|name| name.value == process));
    let fresh = of_process.filter(|one| !known.contains(one.id.as_str()));
    let judged = Judged { effect: Effect::Rerun(Vec::new()), evidence: Evidence::Diagram };
    fresh.map(|one| Affected { id: one.id.clone(), title: one.title(), judged: judged.clone(), fresh: true }).collect()
}
