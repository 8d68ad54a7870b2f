use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::super::problems::prefix;
use super::super::report::meant;
use super::super::simulate;
use super::super::terminal::{complain, note, print_result, show_diagnostics, warn};
use super::super::{Exit, world};
use super::deployed::Deployed;
use super::told::{Look, console, github};
use super::{lint, named};
use crate::diagnostic::Places;
use crate::process::Definition;
use crate::process::graph::Folding;
use crate::project::{Project, SETTINGS};
use crate::proof::Map;
use crate::proof::coverage::{Coverage, Floor, Observation, Survey};
use crate::report::{LATEST, StoredRun, StoredScenario, count};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  flowproof process coverage                            of the newest stored run
  flowproof process coverage face-onboarding --all      one process, with long lists
  flowproof process coverage --run 3d83 --run out/part-2.ndjson
                                                        of several runs, or parts of one, together
  flowproof process coverage --format json > coverage.json
  flowproof process coverage --at-least 90 --at-least error-events=75
  flowproof process coverage --not-below coverage.json  nothing that was covered may be lost
  flowproof process coverage --env staging              whether what is deployed there is the local file

Criteria: all-flows (sequence flows and events on borders, which is meant where none is named), activities, flows, error-events,
timer-events, decisions, conditions, mcdc, loops, pairs, ends, error-codes.

Exit code 1: there is less than --at-least or --not-below ask for, or another definition is deployed; 4: no scenario walked a process.
")]
pub(super) struct CoverageArguments {
    /// Processes of flowproof.yaml by name, or BPMN files; left out, those that scenarios of the run have walked
    #[arg(value_name = "NAME|FILE")]
    pub processes: Vec<String>,
    /// A stored run by its id, its beginning or `latest`, or a file of events; of several everything is added up
    #[arg(long, value_name = "RUN|FILE", default_value = LATEST)]
    pub run: Vec<String>,
    /// How it is written
    #[arg(long, value_enum, default_value_t = CoverageFormat::Human)]
    pub format: CoverageFormat,
    /// Show everything that is not covered, and what of conditions and loops was not seen
    #[arg(long)]
    pub all: bool,
    /// The least that must be covered, in percent, of all flows or of a criterion; may be repeated
    #[arg(long, value_name = "[CRITERION=]PERCENT")]
    pub at_least: Vec<Floor>,
    /// A stored coverage (--format json) or a run: what was covered there must still be
    #[arg(long, value_name = "FILE|RUN")]
    pub not_below: Option<String>,
    /// Compare what is deployed at this environment with the local definition, and tell nothing if it is another one
    #[arg(long)]
    pub env: Option<String>,
    /// Permit to read from an environment that is marked `production: true`
    #[arg(long, requires = "env")]
    pub allow_production: bool,
    /// Count only what scenarios have passed that passed themselves
    #[arg(long)]
    pub passed: bool,
    /// Leave out timers of activities at which the process does not wait: they never fire
    #[arg(long)]
    pub without_idle_timers: bool,
}

/// How a coverage is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CoverageFormat {
    /// Tables and lists, for people
    Human,
    /// A list with one document for each process
    Json,
    /// Workflow commands of GitHub
    Github,
}

/// Why there is nothing to tell.
pub(super) type Refusal = (Exit, String);

/// A definition that is looked at.
struct Subject {
    /// As it is called in the settings, or on the command line.
    name: String,
    /// Its name in the settings.
    process: Option<String>,
    definition: Arc<Definition>,
}

pub(super) fn execute(arguments: &CoverageArguments) -> Exit {
    let current = world::current_folder();
    let mut project = Project::open(None, &current);
    let told = tell(arguments, &mut project, &current);
    told.unwrap_or_else(|(exit, message)| {
        complain(&message);
        exit
    })
}

fn tell(arguments: &CoverageArguments, project: &mut Project, current: &Path) -> Result<Exit, Refusal> {
    let invalid = |message: String| (Exit::Invalid, message);
    let subjects = subjects(arguments, project, current)?;
    if project.found.has_errors() {
        show_diagnostics(std::mem::take(&mut project.found).sorted(), &project.sources);
        return Ok(Exit::Invalid);
    }
    let runs = open(&arguments.run, project, current)?;
    let mut coverages = survey(&subjects, &runs, arguments, project)?;
    if arguments.processes.is_empty() {
        coverages.retain(|coverage| !coverage.scenarios.is_empty());
    }
    if coverages.iter().all(|coverage| coverage.scenarios.is_empty()) {
        let named = runs.iter().flat_map(|run| &run.heads).map(|head| format!("`{}`", head.run));
        let named = named.collect::<Vec<_>>().join(", ");
        return Err((Exit::Nothing, format!("no scenario of {named} has walked {}", names(&subjects))));
    }
    let compared = match &arguments.env {
        Some(environment) => {
            let meant: Vec<&Subject> = of_subjects(&coverages, &subjects).map(|(_, subject)| subject).collect();
            compare(environment, arguments, &meant, project)?
        }
        None => false,
    };
    if !compared && runs.iter().flat_map(|run| &run.heads).any(|head| !head.target.simulator) {
        warn(
            "a run was not against a simulator: what it passed is inferred from where it was seen to stand, and holds only if \
             the local definition is deployed there; --env compares them",
        );
    }
    let last = match &arguments.not_below {
        Some(last) => Some(stored(last, &subjects, arguments, project, current)?),
        None => None,
    };
    match arguments.format {
        CoverageFormat::Human => {
            let look = Look { all: arguments.all, last: last.as_deref(), floors: &arguments.at_least };
            coverages.iter().for_each(|coverage| print_result(&console(coverage, &look)));
        }
        CoverageFormat::Json => {
            let text = serde_json::to_string(&coverages).map_err(|error| invalid(error.to_string()))?;
            print_result(&format!("{text}\n"));
        }
        CoverageFormat::Github => {
            let prefix = prefix(&project.root, current);
            let places = Places { sources: &project.sources, prefix: &prefix };
            for (coverage, subject) in of_subjects(&coverages, &subjects) {
                print_result(&github(coverage, &subject.definition, &places));
            }
        }
    }
    let mut exit = Exit::Success;
    for coverage in &coverages {
        for message in broken(coverage, &arguments.at_least, last.as_deref()) {
            complain(&message);
            exit = Exit::Failed;
        }
    }
    Ok(exit)
}

fn of_subjects<'a>(
    coverages: &'a [Coverage],
    subjects: &'a [Subject],
) -> impl Iterator<Item = (&'a Coverage, &'a Subject)> {
    let subject = |coverage: &Coverage| subjects.iter().find(|subject| subject.name == coverage.process);
    coverages.iter().filter_map(move |coverage| Some((coverage, subject(coverage)?)))
}

fn names(subjects: &[Subject]) -> String {
    let names: Vec<String> = subjects.iter().map(|subject| format!("`{}`", subject.name)).collect();
    names.join(", ")
}

fn subjects(arguments: &CoverageArguments, project: &mut Project, current: &Path) -> Result<Vec<Subject>, Refusal> {
    let names = match arguments.processes.as_slice() {
        [] => project.definitions.keys().cloned().collect(),
        named => named.to_vec(),
    };
    if names.is_empty() {
        let message =
            format!("there is no process to look at: name a BPMN file, or list it under `processes` of {SETTINGS}");
        return Err((Exit::Nothing, message));
    }
    let mut subjects = Vec::new();
    for name in names {
        if let Some(definition) = project.definitions.get(&name) {
            subjects.push(Subject { process: Some(name.clone()), name, definition: Arc::clone(definition) });
            continue;
        }
        let path = current.join(&name);
        if !path.is_file() {
            return Err((Exit::Invalid, named::unknown(&name, project)));
        }
        let Some(file) = lint::add(project, &name, &path) else { continue };
        let (definition, found) = Definition::read(&project.sources, file);
        project.found.extend(found);
        if let Some(definition) = definition {
            subjects.push(Subject { name, process: None, definition: Arc::new(definition) });
        }
    }
    Ok(subjects)
}

/// Compares definitions with those that are deployed. Gives whether there were any.
fn compare(
    environment: &str,
    arguments: &CoverageArguments,
    subjects: &[&Subject],
    project: &Project,
) -> Result<bool, Refusal> {
    let deployed = Deployed::on(environment, arguments.allow_production, project)?;
    let mut same = Vec::new();
    for subject in subjects {
        // A file that is none of the settings has no name there.
        let Some(process) = &subject.process else { continue };
        if deployed.compare(process, &subject.definition)? {
            same.push(format!("`{process}`"));
        }
    }
    match same.as_slice() {
        [] => note(&format!("`{environment}` plays the local definitions: there is nothing to compare")),
        same => note(&format!("the local definition is deployed at `{environment}`: {}", same.join(", "))),
    }
    Ok(!same.is_empty())
}

fn open(names: &[String], project: &Project, current: &Path) -> Result<Vec<StoredRun>, Refusal> {
    let open = |name: &String| -> Result<StoredRun, String> {
        let path: PathBuf = meant(name, &project.root, current)?;
        StoredRun::open(&[path]).map_err(|error| error.to_string())
    };
    names.iter().map(|name| open(name).map_err(|message| (Exit::Invalid, message))).collect()
}

/// The coverage of each definition by the scenarios of some runs, which are gone through once.
fn survey(
    subjects: &[Subject],
    runs: &[StoredRun],
    arguments: &CoverageArguments,
    project: &Project,
) -> Result<Vec<Coverage>, Refusal> {
    let unreadable = |error: crate::report::ReportError| (Exit::Invalid, error.to_string());
    let folding = if arguments.without_idle_timers { Folding::WithoutIdleTimers } else { Folding::Folded };
    let real = runs.iter().flat_map(|run| &run.heads).any(|head| !head.target.simulator);
    // Only what another engine has shown has to be inferred.
    let catalogue = if real { simulate::choose(project, None).ok() } else { None };
    let map = |subject: &Subject| Some(Map::new(Arc::clone(&subject.definition), catalogue.clone()?));
    let maps: Vec<Option<Map>> = subjects.iter().map(map).collect();
    let mut surveys: Vec<Survey<'_>> = subjects
        .iter()
        .zip(&maps)
        .map(|(subject, map)| {
            let survey = Survey::of(&subject.definition, folding);
            match map {
                Some(map) => survey.inferring(map),
                None => survey,
            }
        })
        .collect();
    let mut streams = Vec::new();
    for run in runs {
        streams.push(run.scenarios().map_err(unreadable)?.peekable());
    }
    let mut silent = 0;
    // Each stream is ordered by id, so that what several runs tell of one scenario comes together.
    loop {
        let mut next: Option<String> = None;
        for stream in &mut streams {
            if let Some(Ok(scenario)) = stream.peek()
                && next.as_ref().is_none_or(|next| scenario.id < *next)
            {
                next = Some(scenario.id.clone());
            }
            if let Some(Err(_)) = stream.peek()
                && let Some(Err(error)) = stream.next()
            {
                return Err(unreadable(error));
            }
        }
        let Some(id) = next else { break };
        let mut all: Option<Observation> = None;
        for stream in &mut streams {
            while let Some(Ok(StoredScenario { events, .. })) =
                stream.next_if(|scenario| matches!(scenario, Ok(scenario) if scenario.id == id))
            {
                let one = Observation::of_events(&id, &events);
                if arguments.passed && !one.passed() {
                    continue;
                }
                match &mut all {
                    Some(all) => all.join(one),
                    None => all = Some(one),
                }
            }
        }
        let Some(observation) = all else { continue };
        silent += usize::from(observation.is_silent());
        for (subject, survey) in subjects.iter().zip(&mut surveys) {
            let is_meant = match (&subject.process, &observation.process) {
                (Some(own), Some(named)) => own == named,
                _ => true,
            };
            if is_meant {
                survey.add(&observation);
            }
        }
    }
    if silent > 0 {
        note(&format!("of {} it is not known which way they went", count(silent as u64, "scenario")));
    }
    let runs: Vec<String> = runs.iter().flat_map(|run| &run.heads).map(|head| head.run.clone()).collect();
    let concluded = surveys.into_iter().zip(subjects);
    Ok(concluded.map(|(survey, subject)| survey.conclude(&subject.name, runs.clone())).collect())
}

/// The coverage that is compared with: a stored one, or that of a run.
fn stored(
    name: &str,
    subjects: &[Subject],
    arguments: &CoverageArguments,
    project: &Project,
    current: &Path,
) -> Result<Vec<Coverage>, Refusal> {
    let path = current.join(name);
    let text = std::fs::read_to_string(&path).ok().filter(|text| text.trim_start().starts_with('['));
    match text {
        Some(text) => Coverage::read_all(&text)
            .map_err(|error| (Exit::Invalid, format!("`{name}` is no stored coverage: {error}"))),
        None => survey(subjects, &open(&[name.to_owned()], project, current)?, arguments, project),
    }
}

/// What is asked for and does not hold, each in some lines.
fn broken(coverage: &Coverage, floors: &[Floor], last: Option<&[Coverage]>) -> Vec<String> {
    let name = &coverage.process;
    let mut told = Vec::new();
    for floor in floors.iter().filter(|floor| !floor.holds(coverage)) {
        let Some(figure) = coverage.figure(floor.criterion) else { continue };
        told.push(format!(
            "`{name}`: {} of {} {} are covered, which is less than {} %",
            figure.covered,
            figure.of,
            floor.criterion.title(),
            floor.percent
        ));
    }
    let before: BTreeMap<&str, &Coverage> =
        last.unwrap_or_default().iter().map(|coverage| (coverage.process.as_str(), coverage)).collect();
    let Some(before) = before.get(name.as_str()) else { return told };
    let loss = coverage.since(before);
    if !loss.any() {
        return told;
    }
    let mut lines = vec![format!("`{name}` is covered less than it was")];
    lines.extend(loss.lost.iter().map(|element| format!("  lost: {}", super::told::arc(coverage, element))));
    if loss.fell {
        lines.extend(
            loss.fresh.iter().map(|element| format!("  new and uncovered: {}", super::told::arc(coverage, element))),
        );
    }
    told.push(lines.join("\n"));
    told
}
