use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::super::terminal::{complain, print_error, print_result, show_diagnostics};
use super::super::{Exit, home, simulate, world, writing};
use super::prove::{Proof, prove};
use crate::catalogue::marks_of;
use crate::diagnostic::suggest;
use crate::engine::Files;
use crate::format::canonical;
use crate::process::{Definition, Diff, MoveKind};
use crate::project::{Project, SETTINGS};
use crate::proof::coverage::Coverage;
use crate::proof::generate::{Criterion, Fixture, Generated, Missing, ScenarioFile, Wanted, Writing, generate};
use crate::proof::{Borrowed, Map};
use crate::report::{StoredRun, count};
use crate::schema::Kind;
use crate::simulator::Stage;
use crate::source::{folder_of, normal_path, relative_path};

/// Where scenarios are written, unless something else is said.
const FOLDER: &str = "scenarios/generated";
/// What `--without` calls the timers of elements at which the process does not wait.
const IDLE_TIMERS: &str = "timers-of-automatic";
/// Most names that are listed of those for which one reason holds.
const MAX_LISTED: usize = 8;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  flowproof process generate                        what proves every flow and event of the only process
  flowproof process generate face-onboarding --criterion activities
  flowproof process generate journey --uncovered events.ndjson
                                                    what a run has left out that was stored with --report
  flowproof process generate journey --affected-by journey-before.bpmn
                                                    what a new version touches
  flowproof process generate journey --without timers-of-automatic --without Event_0x7nx42
  flowproof process generate journey --dry-run      tell what would be written, and write nothing

The fewest walks through the diagram that prove it, each as a scenario that drives the simulator there by `simulate`. They are
executed at once. What no walk can prove is told with the reason: two conditions that exclude each other, a timer that cannot
fire. Exit code 1: a scenario does not pass; 2: something cannot be read, or files are there already (--force).
")]
pub(super) struct GenerateArguments {
    /// The process of flowproof.yaml; may be left out where there is one
    #[arg(value_name = "PROCESS")]
    process: Option<String>,
    /// The folder that they are written to [default: scenarios/generated/PROCESS]
    #[arg(long, value_name = "DIR")]
    into: Option<String>,
    /// What must be proven: every flow and event, or every activity and the events on its border
    #[arg(long, value_enum, default_value_t = Proven::AllFlows)]
    criterion: Proven,
    /// Only what a run has not proven: a stored run by its id or `latest`, an event file, or the JSON of a coverage
    #[arg(long, value_name = "RUN|FILE", conflicts_with = "affected_by")]
    uncovered: Option<String>,
    /// Only what is new or other than in this version
    #[arg(long, value_name = "OLD")]
    affected_by: Option<PathBuf>,
    /// Not these elements, by id; `timers-of-automatic`: the timers of elements at which the process does not wait
    #[arg(long, value_name = "ELEMENT", value_delimiter = ',')]
    without: Vec<String>,
    /// Cut walks of more flows and events than this, as far as they go in circles; there are more of them then
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    longest: Option<u32>,
    /// The catalogue that is used, where the project has several
    #[arg(long, value_name = "NAME")]
    catalogue: Option<String>,
    /// Replace files that are there
    #[arg(long)]
    force: bool,
    /// Write nothing, and execute nothing
    #[arg(long)]
    dry_run: bool,
}

/// What must be proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Proven {
    /// Every flow, and every event on the border of an activity
    AllFlows,
    /// Every activity, and every event on its border
    Activities,
}

pub(super) fn execute(arguments: &GenerateArguments) -> Exit {
    let current = world::current_folder();
    let mut project = Project::open(None, &current);
    if project.found.has_errors() {
        show_diagnostics(project.found.sorted(), &project.sources);
        return Exit::Invalid;
    }
    // What is wrong with other scenarios is for `check` to tell.
    project.add_all_scenarios();
    make(arguments, &mut project, &current).unwrap_or_else(|(exit, message)| {
        complain(&message);
        exit
    })
}

type Refused = (Exit, String);

fn invalid(message: impl ToString) -> Refused {
    (Exit::Invalid, message.to_string())
}

fn make(arguments: &GenerateArguments, project: &mut Project, current: &Path) -> Result<Exit, Refused> {
    let process = process(arguments.process.as_deref(), project).map_err(invalid)?.to_owned();
    let definition = Arc::clone(&project.definitions[&process]);
    let catalogue = simulate::choose(project, arguments.catalogue.as_deref()).map_err(invalid)?;
    let wanted = wanted(arguments, project, &definition, current)?;
    let folder = folder(arguments, &process, project, current).map_err(invalid)?;
    let stage = Stage::new(Arc::clone(&catalogue), Arc::clone(&definition));
    let map = Map::new(Arc::clone(&definition), Arc::clone(&catalogue));
    let generated = generate(&map, &stage, &wanted);
    let schema = format!("schemas/{}", Kind::Scenario.file_name());
    let schema = project.root.join(&schema).is_file().then(|| relative_path(&folder, &schema));
    let several = project.catalogues.len() > 1;
    let borrowed = borrowed(project, &process, &folder);
    let writing = Writing {
        map: &map,
        process: &process,
        catalogue: several.then_some(arguments.catalogue.as_deref()).flatten(),
        schema: schema.as_deref(),
        folder: &folder,
        borrowed: &borrowed,
    };
    let (mut files, fixtures) = writing.files(&generated);
    for file in &mut files {
        // What cannot be brought into the canonical form is right all the same.
        if let Ok(Some(text)) = canonical(&file.text) {
            file.text = text;
        }
    }
    if arguments.dry_run {
        for file in &files {
            print_result(&format!("{folder}{}\n{}\n", file.name, file.text));
        }
        print_result(&told(&generated, None));
        return Ok(Exit::Success);
    }
    let paths = write(arguments, project, &folder, &files, &fixtures)?;
    let proof = if paths.is_empty() { Proof::default() } else { prove(&paths, current)? };
    for file in &files {
        let failed = proof.failed.iter().find(|(scenario, _)| scenario.ends_with(&format!("/{}", file.name)));
        let mark = failed.map(|(_, verdict)| format!("  {verdict}")).unwrap_or_default();
        print_result(&format!("{folder}{}{mark}\n", file.name));
    }
    print_result(&told(&generated, Some((&proof, &definition))));
    if proof.failed.is_empty() && proof.run == files.len() {
        return Ok(Exit::Success);
    }
    print_error(&format!("see why: flowproof run {folder}\n"));
    Ok(Exit::Failed)
}

/// The process that is meant.
fn process<'a>(name: Option<&str>, project: &'a Project) -> Result<&'a str, String> {
    let names: Vec<&str> = project.definitions.keys().map(String::as_str).collect();
    match (name, names.as_slice()) {
        (_, []) => {
            Err(format!("there is no process to generate scenarios of: list it under `processes` of {SETTINGS}"))
        }
        (None, [one]) => Ok(one),
        (None, _) => Err(format!("say which process is meant: {}", crate::diagnostic::one_of(names))),
        (Some(name), _) => names.iter().copied().find(|known| *known == name).ok_or_else(|| {
            let help = suggest(name, names.iter().copied()).unwrap_or_default();
            format!("there is no process `{name}` in {SETTINGS}: {help}")
        }),
    }
}

fn wanted(
    arguments: &GenerateArguments,
    project: &mut Project,
    definition: &Definition,
    current: &Path,
) -> Result<Wanted, Refused> {
    let only = match (&arguments.uncovered, &arguments.affected_by) {
        (Some(run), _) => Some(uncovered(run, project, definition, current).map_err(invalid)?),
        (None, Some(old)) => Some(affected(old, project, definition, current)?),
        (None, None) => None,
    };
    let (idle, without): (Vec<&String>, Vec<&String>) = arguments.without.iter().partition(|name| *name == IDLE_TIMERS);
    let ids = || {
        definition
            .nodes()
            .iter()
            .map(|node| node.id.as_str())
            .chain(definition.flows().iter().map(|flow| flow.id.as_str()))
    };
    if let Some(unknown) = without.iter().find(|name| !ids().any(|id| id == name.as_str())) {
        let help = suggest(unknown, ids().chain([IDLE_TIMERS])).unwrap_or_default();
        return Err(invalid(format!("the process has no element `{unknown}` to do without: {help}")));
    }
    Ok(Wanted {
        criterion: match arguments.criterion {
            Proven::AllFlows => Criterion::AllFlows,
            Proven::Activities => Criterion::Activities,
        },
        only,
        without: without.into_iter().cloned().collect(),
        without_idle_timers: !idle.is_empty(),
        longest: arguments.longest.map(|longest| longest as usize),
    })
}

/// The elements that a run has not proven, or a coverage says are not.
fn uncovered(
    name: &str,
    project: &Project,
    definition: &Definition,
    current: &Path,
) -> Result<BTreeSet<String>, String> {
    let path = current.join(name);
    if path.is_file()
        && let Ok(all) = Coverage::read_all(&std::fs::read_to_string(&path).map_err(|error| error.to_string())?)
    {
        let id = definition.id().value;
        let coverage = all.iter().find(|coverage| coverage.definition == id);
        let coverage = coverage.ok_or_else(|| format!("`{name}` tells nothing of the process `{id}`"))?;
        return Ok(coverage.uncovered().map(|element| element.id.clone()).collect());
    }
    let path = match path.is_file() {
        true => path,
        false => home::runs(&project.root).find(name).map_err(|error| error.to_string())?.events(),
    };
    let run = StoredRun::open(&[path]).map_err(|error| error.to_string())?;
    let mut passed = BTreeSet::new();
    let retold = run.retell(|event| passed.extend(super::prove::moved(event).and_then(|one| passed_by(&one))));
    retold.map_err(|error| error.to_string())?;
    if passed.is_empty() {
        return Err(format!(
            "`{name}` tells of no moves, so that what it has proven is not known; run once more with --report \
             ndjson=events.ndjson and say --uncovered events.ndjson"
        ));
    }
    let events = definition.nodes().iter().filter(|node| node.boundary().is_some()).map(|node| &node.id);
    let all = events.chain(definition.flows().iter().map(|flow| &flow.id));
    Ok(all.filter(|id| !passed.contains(*id)).cloned().collect())
}

/// The element that a move passes.
fn passed_by(one: &MoveKind) -> Option<String> {
    match one {
        MoveKind::Taken { flow } => Some(flow.clone()),
        MoveKind::Entered { node, .. } => Some(node.clone()),
        _ => None,
    }
}

/// The elements that are new or other than in an older version.
fn affected(
    old: &Path,
    project: &mut Project,
    definition: &Definition,
    current: &Path,
) -> Result<BTreeSet<String>, Refused> {
    let text = std::fs::read_to_string(current.join(old))
        .map_err(|error| invalid(format!("`{}` cannot be read: {error}", old.display())))?;
    let file = project.sources.add(old.to_string_lossy(), text);
    let (before, found) = Definition::read(&project.sources, file);
    let Some(before) = before else {
        show_diagnostics(found.sorted(), &project.sources);
        return Err(invalid(format!("`{}` is no process definition", old.display())));
    };
    let diff = Diff::of(&project.sources, &before, definition);
    let changed = diff.changes.iter().filter(|change| change.is_executed());
    Ok(changed.map(|change| change.element.clone()).collect())
}

/// The folder below the project's root, with a closing `/`.
fn folder(arguments: &GenerateArguments, process: &str, project: &Project, current: &Path) -> Result<String, String> {
    let Some(into) = &arguments.into else { return Ok(format!("{FOLDER}/{process}/")) };
    let outside = || format!("`{into}` lies outside of the project, where scenarios cannot be");
    let root = project.root.canonicalize().unwrap_or_else(|_| project.root.clone());
    let from = current.canonicalize().unwrap_or_else(|_| current.to_owned());
    let below = from.join(into);
    let below = below.strip_prefix(&root).map_err(|_| outside())?;
    let path = normal_path(&below.to_string_lossy()).ok_or_else(outside)?;
    Ok(if path.is_empty() { path } else { format!("{path}/") })
}

/// What other scenarios give, those of the same process first; not what was generated here before.
fn borrowed(project: &Project, process: &str, folder: &str) -> Borrowed {
    let mut borrowed = Borrowed::default();
    for same in [true, false] {
        for planned in project.plan.files().iter().filter(|planned| !planned.path.starts_with(folder)) {
            let scenario = planned.scenario(&project.sources);
            if scenario.process.as_ref().is_some_and(|name| name.value == process) == same {
                borrowed.add(&scenario, folder_of(&planned.path));
            }
        }
    }
    // What a picture says of itself would decide where the walk does.
    let is_marked = |path: &str| project.files.load(path).is_ok_and(|file| !marks_of(&file.bytes).is_empty());
    borrowed.forget_files(is_marked);
    borrowed
}

/// Writes all files or none that is there already; gives the paths of the scenarios.
fn write(
    arguments: &GenerateArguments,
    project: &Project,
    folder: &str,
    files: &[ScenarioFile],
    fixtures: &[Fixture],
) -> Result<Vec<PathBuf>, Refused> {
    let root = project.root.join(folder);
    let scenarios: Vec<PathBuf> = files.iter().map(|file| root.join(&file.name)).collect();
    let there = scenarios.iter().find(|path| path.symlink_metadata().is_ok());
    if let Some(there) = there.filter(|_| !arguments.force) {
        let shown = there.strip_prefix(&project.root).unwrap_or(there).display();
        let message = format!(
            "`{shown}` is there already, and nothing was written; --force replaces it, --into DIR goes elsewhere"
        );
        return Err(invalid(message));
    }
    let failed = |path: &Path, error: std::io::Error| {
        (Exit::Errored, format!("`{}` cannot be written: {error}", path.display()))
    };
    for (path, file) in scenarios.iter().zip(files) {
        let written = match arguments.force {
            true => std::fs::create_dir_all(&root).and_then(|()| writing::replace(path, file.text.as_bytes())),
            false => writing::create(path, file.text.as_bytes()),
        };
        written.map_err(|error| failed(path, error))?;
    }
    for fixture in fixtures {
        let path = root.join(&fixture.name);
        match writing::create(&path, content(&fixture.media)) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(failed(&path, error)),
            _ => {}
        }
    }
    Ok(scenarios)
}

/// A file of a kind, for want of a real one.
fn content(media: &str) -> &'static [u8] {
    match media {
        "" | "image/jpeg" => include_bytes!("../../../scenarios/faces/clear.jpg"),
        _ => b"a file for tests\n",
    }
}

/// What was found and proven, in words.
fn told(generated: &Generated, proof: Option<(&Proof, &Definition)>) -> String {
    let wanted = generated.wanted.len();
    let walks = generated.walks.len();
    let arcs: usize = generated.walks.iter().map(|walk| walk.arcs.len()).sum();
    let mut told = String::new();
    if let Some((proof, _)) = proof {
        let passed = proof.run - proof.failed.len();
        told += &format!(
            "{passed} of {} passed on the simulator, {}\n",
            count(walks as u64, "scenario"),
            count(proof.steps, "step")
        );
        let covered = generated.wanted.iter().filter(|id| proof.passed.contains(*id)).count();
        told += &format!(
            "{covered} of {} proven",
            count(wanted as u64, "flow and event").replace("flow and events", "flows and events")
        );
    } else {
        let open = generated.infeasible.len() + generated.undecided.len();
        told +=
            &format!("{} would prove {} of {wanted} flows and events", count(walks as u64, "scenario"), wanted - open);
    }
    told += &format!(", by walks over {arcs} of them in all");
    if let Some(least) = generated.least.filter(|least| *least < walks) {
        told += &format!("; the diagram alone, whatever the variables, would need {least} at least");
    }
    told.push('\n');
    missing("infeasible", &generated.infeasible, &mut told);
    missing("undecided", &generated.undecided, &mut told);
    told
}

/// What is missing, those for one reason together.
fn missing(kind: &str, all: &[Missing], told: &mut String) {
    if all.is_empty() {
        return;
    }
    *told += &format!("{} {kind}:\n", all.len());
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for one in all {
        match reasons.iter_mut().find(|(reason, _)| *reason == one.reason) {
            Some((_, elements)) => elements.push(&one.element),
            None => reasons.push((&one.reason, vec![&one.element])),
        }
    }
    for (reason, elements) in reasons {
        let more = elements.len().saturating_sub(MAX_LISTED);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let listed = elements.iter().take(MAX_LISTED).copied().collect::<Vec<_>>().join(", ");
        *told += &format!("  {listed}{more}: {reason}\n");
    }
}
