use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use clap::Args;
use serde_json::Value;

use super::audit::{Audit, KeepingArguments};
use super::dry_run::Format;
use super::notify::{self, News};
use super::past::{self, Known, PastArguments};
use super::reports::{ReportArguments, Reports, Told, detail, stages};
use super::resume::{Beginning, ResumeArguments, Resumed};
use super::schedule::ScheduleArguments;
use super::selection::SelectionArguments;
use super::target::{environment, prepare};
use super::terminal::{complain, show_diagnostics};
use super::variable::parse_variable;
use super::{Exit, dry_run, interrupt, watch, world};
use crate::diagnostic::suggest;
use crate::engine::{Cancel, Clock, Files, Gate, Listener, Options, Run, Saved, Why};
use crate::event::{Event, EventKind, Summary};
use crate::plan::{Fingerprints, Plan, PlannedFile};
use crate::project::{Project, SETTINGS};
use crate::prompt::Prompt;
use crate::report::{Look, Surroundings};
use crate::settings::{Defaults, Profile, Runs};
use crate::template::Data;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  flowproof run scenarios                          against the simulator
  flowproof run scenarios --env staging            against an environment of flowproof.yaml
  flowproof run scenarios --tag nightly --jobs 16
  flowproof run --profile nightly                  as a profile of flowproof.yaml says
  flowproof run --retries 2 --run-timeout 6h       unattended: again what errored, and not for ever
  flowproof run scenarios/happy-path.yaml:12       the scenario or case at a line
  flowproof run --filter \"'face' in tags and 748 in codes\"
  flowproof run --resume latest                    goes on with a run that was cut off
  flowproof run scenarios --report junit=out/junit.xml --report json=out/report.json
  flowproof run --failed                           what failed when it was last run
  flowproof run --affected-by main                 what a changed process may break
  flowproof run --partition hash:1/4               one part of four, for one machine of four

Looking inside:
  flowproof run scenarios/happy-path.yaml --dry-run    what would be sent, and sends nothing
  flowproof run scenarios/happy-path.yaml --trace      every exchange as it happens
  flowproof run scenarios/happy-path.yaml --step       stops before each step, at a prompt
  flowproof run scenarios --watch                      again, whenever a file changes
")]
pub(super) struct RunArguments {
    #[command(flatten)]
    pub selection: SelectionArguments,
    /// The environment of flowproof.yaml to run against
    #[arg(long, env = "FLOWPROOF_ENV")]
    pub env: Option<String>,
    /// A profile of flowproof.yaml; other arguments replace what it says
    #[arg(long, env = "FLOWPROOF_PROFILE", value_name = "NAME")]
    pub profile: Option<String>,
    /// Give a variable of scenarios or of flowproof.yaml another value, read as in YAML; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_variable)]
    pub var: Vec<(String, Value)>,
    /// How many scenarios run at a time [default: 8]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub jobs: Option<u32>,
    /// The seed of the run's data; the same seed gives the same data
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    #[command(flatten)]
    pub past: PastArguments,
    #[command(flatten)]
    pub schedule: ScheduleArguments,
    #[command(flatten)]
    pub reports: ReportArguments,
    #[command(flatten)]
    pub keeping: KeepingArguments,
    #[command(flatten)]
    pub resume: ResumeArguments,
    /// Show what would be sent, and send nothing
    #[arg(long, conflicts_with_all = ["report", "trace", "step"])]
    pub dry_run: bool,
    /// What --dry-run prints: for people or for programs
    #[arg(long, default_value = "text", requires = "dry_run")]
    pub format: Format,
    /// Show every exchange as it happens
    #[arg(long)]
    pub trace: bool,
    /// Stop before each step, at a prompt; scenarios run one at a time
    #[arg(long, conflicts_with = "jobs")]
    pub step: bool,
    /// Run again what a change of files affects, until Ctrl-C
    #[arg(long, conflicts_with_all = ["dry_run", "step"])]
    pub watch: bool,
    /// Permit an environment that is marked `production: true`
    #[arg(long)]
    pub allow_production: bool,
    /// Show every scenario, not only those that did not pass
    #[arg(long, short)]
    pub verbose: bool,
    /// Show no progress
    #[arg(long, short, conflicts_with = "verbose")]
    pub quiet: bool,
}

/// How many scenarios run at a time where nothing is said.
const JOBS: usize = 8;

pub(super) fn execute(mut arguments: RunArguments) -> Exit {
    if arguments.watch {
        return watch::execute(&arguments);
    }
    let current = world::current_folder();
    arguments.resume.taken = match Resumed::take(&mut arguments, &current) {
        Ok(taken) => taken,
        Err(message) => {
            complain(&message);
            return Exit::Invalid;
        }
    };
    let arguments = &arguments;
    let cancel = Cancel::default();
    if !arguments.dry_run {
        interrupt::listen(&cancel);
    }
    match open(arguments, &current) {
        Ok((mut project, profile)) => prove(arguments, profile.as_ref(), &mut project, &current, &cancel),
        Err(exit) => exit,
    }
}

/// Opens the project, with the scenarios that are meant and the profile that is asked for.
///
/// # Errors
/// If there is no such profile, which is told.
pub(super) fn open(arguments: &RunArguments, current: &Path) -> Result<(Project, Option<Profile>), Exit> {
    let project = arguments.selection.open(current);
    let profile = match profile(arguments, &project) {
        Ok(profile) => profile,
        Err(message) => {
            show_diagnostics(project.found.sorted(), &project.sources);
            complain(&message);
            return Err(Exit::Invalid);
        }
    };
    let tags = profile.iter().flat_map(|profile| &profile.tags).map(|tag| tag.value.clone());
    let tags: Vec<String> = tags.collect();
    Ok((arguments.selection.select(project, &tags, current), profile))
}

/// Shows what is wrong with the files, and runs what is sound.
pub(super) fn prove(
    arguments: &RunArguments,
    profile: Option<&Profile>,
    project: &mut Project,
    current: &Path,
    cancel: &Cancel,
) -> Exit {
    project.refuse_fragments();
    let invalid = project.found.has_errors();
    show_diagnostics(std::mem::take(&mut project.found).sorted(), &project.sources);
    let outcome = if project.plan.is_empty() {
        if !invalid {
            complain(&arguments.selection.nothing(project));
        }
        Exit::Nothing
    } else {
        run(arguments, profile, project, current, cancel).unwrap_or_else(|message| {
            complain(&message);
            Exit::Invalid
        })
    };
    if invalid { outcome.max(Exit::Invalid) } else { outcome }
}

fn run(
    arguments: &RunArguments,
    profile: Option<&Profile>,
    project: &Project,
    current: &Path,
    cancel: &Cancel,
) -> Result<Exit, String> {
    // Where only a part is run again, the others may have them.
    if !arguments.watch {
        check_variables(&arguments.var, project)?;
    }
    let environment = environment(arguments, profile, project)?;
    if environment.production && !arguments.allow_production && !arguments.dry_run {
        let name = &environment.name.value;
        return Err(format!("`{name}` is marked `production: true`; say --allow-production to run against it"));
    }
    let defaults = project.settings.as_ref().map(|settings| settings.defaults.clone()).unwrap_or_default();
    let defaults = profile.map_or(defaults.clone(), |profile| profile.over(defaults));
    let shared = project.settings.as_ref().map(|settings| settings.shared(&environment, profile)).unwrap_or_default();
    let resumed = arguments.resume.taken.as_ref();
    let mut plan = match resumed {
        Some(resumed) => resumed.plan(&project.plan)?,
        None => project.plan.clone(),
    };
    (plan.before, plan.after) = project.around(&environment)?;
    let file = |path: &str| project.files.load(path).ok().map(|file| file.sha256);
    plan.take_fingerprints(&Fingerprints::new(&plan, &project.sources, &shared, &file));
    if let Some(resumed) = resumed {
        resumed.compare(&plan, &project.sources);
    }
    let runs = project.settings.as_ref().map(|settings| settings.runs).unwrap_or_default();
    let known = Known::of(&plan, &arguments.past, project, &environment.name.value, current)?;
    let plan = match known.plan(plan, &arguments.past, &environment.name.value) {
        Ok(plan) => plan,
        Err(nothing) => {
            complain(&nothing);
            return Ok(Exit::Nothing);
        }
    };
    let prepared = prepare(&environment, project, &defaults, !arguments.dry_run)?;
    let mut guards = environment.guards.clone();
    guards.per_second = arguments.schedule.rate.or(guards.per_second);
    let options = options(arguments, &defaults, &runs);
    let options = match resumed {
        Some(resumed) => resumed.continued(options),
        None => options,
    };
    let listener = listener(project, &plan, arguments.dry_run)?;
    let audit = Arc::new(Audit::new(&project.root, &options.run_id, &arguments.keeping));
    let run = Run {
        gate: Gate::new(&guards, prepared.target.simulator),
        quarantine: Arc::clone(&project.quarantine),
        options,
        target: prepared.target.clone(),
        sources: project.sources.clone(),
        files: project.files.clone(),
        shared: Arc::new(shared),
        environment: Data::from(world::environment_data()),
        redactor: prepared.redactor.clone(),
        saved: Saved::default(),
        cancel: cancel.clone(),
        listener,
        witness: Some(audit.clone()),
    };
    let look = Look::fitting(Surroundings::of_process(), arguments.quiet, arguments.verbose);
    // What is written line by line leaves no room for a bar.
    let look = Look { progress: look.progress && !arguments.trace && !arguments.step, ..look };
    if arguments.dry_run {
        return Ok(dry_run::show(&run, &plan, arguments.format, &look));
    }
    let beginning = Beginning::of(arguments, &environment.name.value, &plan, &project.root, current);
    let history = (!arguments.past.no_history).then(|| past::history_file(project));
    let told = Told {
        run: &run.options.run_id,
        beginning: &beginning,
        runs,
        root: &project.root,
        current,
        history,
        stages: stages(project, &arguments.reports.report),
    };
    let reports = Reports::open(arguments, told, look);
    let mut reports = reports.map_err(|error| error.to_string())?;
    let mut flaky = resumed.map_or(0, |resumed| resumed.flaky);
    // What is tried out again and again, or step by step, says nothing of how scenarios come out.
    let mut history = if arguments.watch || arguments.step { None } else { known.record(project) };
    if let (Some(history), Some(resumed)) = (&mut history, resumed) {
        past::catch_up(history, &resumed.place);
    }
    let mut millis = None;
    let mut tell = |event: &Event| {
        if let Some(history) = &mut history {
            history.event(event);
        }
        if let EventKind::RunFinished { millis: took, .. } = &event.kind {
            millis = Some(*took);
        }
        flaky += usize::from(is_flaky(event));
        reports.event(event);
    };
    let summary = match arguments.step {
        true => run.execute(&plan, &mut Prompt::of_process(look, &mut tell)),
        false => run.execute(&plan, &mut tell),
    };
    let recorded = history.and_then(past::finish);
    let changes = recorded.as_ref().map(|recorded| &recorded.changes);
    if let Some(changes) = changes.filter(|changes| !changes.first && changes.any()) {
        reports.changed(format!(
            "{} (flowproof history show {})",
            notify::told(changes).join(", "),
            run.options.run_id
        ));
    }
    let written = reports.finish();
    let mut exit = exit_of(&summary, arguments.schedule.fail_on_flaky && flaky > 0);
    match run.cancel.why() {
        Some(Why::Interrupted) => exit = exit.max(Exit::Interrupted),
        // What did not get its time could not be carried out.
        Some(Why::Timeout(_)) => exit = exit.max(Exit::Errored),
        Some(Why::Failures(_)) | None => {}
    }
    if let Err(error) = written {
        complain(&error.to_string());
        exit = exit.max(Exit::Errored);
    }
    let written: Vec<_> = arguments.reports.report.iter().filter_map(|wanted| wanted.place(current)).collect();
    let run_id = &run.options.run_id;
    if !audit.conclude(&run.redactor, &written, current) {
        // What the events leak stands in the history as well, and would be posted.
        if recorded.is_some() {
            past::forget(project, run_id);
        }
        return Ok(exit.max(Exit::Failed));
    }
    let (environment, partition) = (&environment.name.value, plan.partition.as_ref());
    notify::notify(
        &News { run: run_id, environment, summary: &summary, millis, partition, changes },
        project,
        &run.redactor,
    );
    Ok(exit)
}

/// Where calls of the engine come in, if a scenario may await any.
fn listener(project: &Project, plan: &Plan, dry_run: bool) -> Result<Option<Arc<Listener>>, String> {
    if dry_run || !plan.listens(&project.sources) {
        return Ok(None);
    }
    let listening = project.settings.as_ref().map(|settings| settings.listener.clone()).unwrap_or_default();
    let started =
        Listener::start(&listening).map_err(|error| format!("cannot listen on {}: {error}", listening.listen));
    started.map(|listener| Some(Arc::new(listener)))
}

fn options(arguments: &RunArguments, defaults: &Defaults, runs: &Runs) -> Options {
    let jobs = arguments.jobs.map(|jobs| jobs as usize).or(defaults.jobs).unwrap_or(JOBS);
    Options {
        run_id: format!("{:08x}", world::random() as u32),
        seed: arguments.seed.unwrap_or_else(|| u64::from(world::random() as u32)),
        jobs: if arguments.step { 1 } else { jobs },
        timeout: defaults.timeout,
        scenario_timeout: defaults.scenario_timeout,
        vars: arguments.var.iter().cloned().collect(),
        clock: Clock::new(jiff::Timestamp::now),
        ids: world::ids(),
        detail: detail(arguments, runs),
        halts: arguments.step,
        schedule: arguments.schedule.schedule(defaults, arguments.watch),
        kept: Arc::default(),
        so_far: Summary::default(),
        resumed: 0,
    }
}

/// The profile that is asked for.
fn profile(arguments: &RunArguments, project: &Project) -> Result<Option<Profile>, String> {
    let Some(name) = &arguments.profile else { return Ok(None) };
    let settings = project.settings.as_ref();
    let found = settings.and_then(|settings| settings.profile(name)).cloned();
    let known = settings.into_iter().flat_map(|settings| &settings.profiles).map(|one| one.name.value.as_str());
    let help = || suggest(name, known).unwrap_or_else(|| "it has no profiles at all".to_owned());
    found.map(Some).ok_or_else(|| format!("there is no profile `{name}` in {SETTINGS}: {}", help()))
}

/// A variable that nothing has would be given in vain.
fn check_variables(given: &[(String, Value)], project: &Project) -> Result<(), String> {
    if given.is_empty() {
        return Ok(());
    }
    let files = project.plan.files().iter();
    let names =
        |file: &PlannedFile| file.scenario(&project.sources).vars.iter().map(|one| one.name.value.clone()).collect();
    let shared = project.settings.iter().flat_map(|settings| settings.shared.names()).map(str::to_owned);
    let known: BTreeSet<String> = files.flat_map::<Vec<_>, _>(names).chain(shared).collect();
    let Some((name, _)) = given.iter().find(|(name, _)| !known.contains(name)) else { return Ok(()) };
    let help = suggest(name, known.iter().map(String::as_str));
    let help = help.unwrap_or_else(|| "they have none at all".to_owned());
    Err(format!("neither a selected scenario nor {SETTINGS} has a variable `{name}`: {help}"))
}

/// Whether a scenario passed only when it was run again, and is not in quarantine for that.
/// Whether an event tells that a scenario was flaky, in a way that counts.
pub(super) fn is_flaky(event: &Event) -> bool {
    let EventKind::ScenarioFinished { flaky, quarantine, .. } = &event.kind else { return false };
    *flaky && quarantine.as_ref().is_none_or(|quarantine| quarantine.expired)
}

fn exit_of(summary: &Summary, flaky_counts: bool) -> Exit {
    match summary {
        summary if summary.errored + summary.around > summary.quarantined_errors => Exit::Errored,
        summary if summary.failed + summary.aborted > summary.known + summary.quarantined => Exit::Failed,
        summary if summary.expired > 0 => Exit::Failed,
        _ if flaky_counts => Exit::Failed,
        _ => Exit::Success,
    }
}
