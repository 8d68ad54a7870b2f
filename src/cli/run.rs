use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::arguments::RunArguments;
use super::reports::Reports;
use super::simulator::Embedded;
use super::terminal::{complain, show_diagnostics};
use super::{Exit, dry_run, interrupt, simulate, simulator, watch, world};
use crate::diagnostic::suggest;
use crate::engine::{Cancel, Clock, Detail, Options, Run, Saved, Target, Urgency};
use crate::event::{Event, Summary};
use crate::http::{ClientConfig, Pem, ProxyRule};
use crate::plan::PlannedFile;
use crate::project::{Project, SETTINGS};
use crate::prompt::Prompt;
use crate::redact::{Redactor, Secret};
use crate::report::{Look, Surroundings};
use crate::settings::{self, Defaults, Environment, Profile, SIMULATOR};
use crate::source::{Span, Spanned};
use crate::template::{Data, Scope, Template};

/// How many scenarios run at a time where nothing is said.
const JOBS: usize = 8;

pub(super) fn execute(arguments: &RunArguments) -> Exit {
    if arguments.watch {
        return watch::execute(arguments);
    }
    let current = world::current_folder();
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

/// What the environment is made of, as long as the run lasts.
struct Prepared {
    target: Target,
    redactor: Redactor,
    /// Kept: it stops when it is dropped.
    _simulator: Option<Embedded>,
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
    let shared = project.settings.as_ref().map(|settings| settings.shared(&environment, profile));
    let mut plan = project.plan.clone();
    (plan.before, plan.after) = project.around(&environment)?;
    let prepared = prepare(&environment, project, &defaults, !arguments.dry_run)?;
    let run = Run {
        options: options(arguments, &defaults),
        target: prepared.target.clone(),
        sources: project.sources.clone(),
        files: project.files.clone(),
        shared: Arc::new(shared.unwrap_or_default()),
        environment: Data::from(world::environment_data()),
        redactor: prepared.redactor.clone(),
        saved: Saved::default(),
        cancel: cancel.clone(),
    };
    let look = Look::fitting(Surroundings::of_process(), arguments.quiet, arguments.verbose);
    // What is written line by line leaves no room for a bar.
    let look = Look { progress: look.progress && !arguments.trace && !arguments.step, ..look };
    if arguments.dry_run {
        return Ok(dry_run::show(&run, &plan, arguments.format, &look));
    }
    let mut reports = Reports::open(arguments, look, current).map_err(|error| error.to_string())?;
    let mut tell = |event: &Event| reports.event(event);
    let summary = match arguments.step {
        true => run.execute(&plan, &mut Prompt::of_process(look, &mut tell)),
        false => run.execute(&plan, &mut tell),
    };
    let written = reports.finish();
    let mut exit = exit_of(&summary);
    if run.cancel.urgency() >= Urgency::Drain {
        exit = exit.max(Exit::Interrupted);
    }
    if let Err(error) = written {
        complain(&error.to_string());
        exit = exit.max(Exit::Errored);
    }
    Ok(exit)
}

fn options(arguments: &RunArguments, defaults: &Defaults) -> Options {
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
        detail: match arguments {
            arguments if arguments.trace || arguments.step => Detail::AtOnce,
            arguments if arguments.report.is_empty() => Detail::Problems,
            _ => Detail::Everything,
        },
        halts: arguments.step,
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

fn exit_of(summary: &Summary) -> Exit {
    match summary {
        summary if summary.errored + summary.around > 0 => Exit::Errored,
        summary if summary.failed + summary.aborted > summary.known => Exit::Failed,
        summary if summary.expired > 0 => Exit::Failed,
        _ => Exit::Success,
    }
}

/// The environment that is asked for: by name, else the profile's, else the settings' default, else the simulator.
fn environment(arguments: &RunArguments, profile: Option<&Profile>, project: &Project) -> Result<Environment, String> {
    let settings = project.settings.as_ref();
    let default = || settings.and_then(|settings| settings.default.as_ref()).map(|name| name.value.clone());
    let of_profile = || profile.and_then(|profile| profile.env.as_ref()).map(|name| name.value.clone());
    let name = arguments.env.clone().or_else(of_profile).or_else(default).unwrap_or_else(|| SIMULATOR.to_owned());
    if let Some(found) = settings.and_then(|settings| settings.environment(&name)) {
        return Ok(found.clone());
    }
    if name == SIMULATOR {
        return Ok(simulator_environment());
    }
    let known = settings.into_iter().flat_map(|settings| &settings.environments).map(|one| one.name.value.as_str());
    let help = suggest(&name, known.chain([SIMULATOR])).unwrap_or_default();
    Err(format!("there is no environment `{name}` in flowproof.yaml: {help}"))
}

/// Stands for the address of a simulator that is not started.
const NOWHERE: &str = "http://simulator";

fn simulator_environment() -> Environment {
    let mut sources = crate::source::Sources::new();
    let nowhere = Span::new(sources.add("", ""), 0, 0);
    Environment::simulator(Spanned::new(SIMULATOR.to_owned(), nowhere))
}

/// The target of an environment, which has shaken hands if it is to be `used`. One that is not is never spoken to.
fn prepare(environment: &Environment, project: &Project, defaults: &Defaults, used: bool) -> Result<Prepared, String> {
    let mut prepared = target_of(environment, project, defaults, used)?;
    if !used {
        return Ok(prepared);
    }
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    let shaken = runtime.block_on(prepared.target.handshake(prepared._simulator.is_some()));
    // The connection that shook hands is closed with its runtime; scenarios make their own.
    drop(runtime);
    shaken.map_err(|error| prepared.redactor.mask(&error.to_string()).into_owned())?;
    Ok(prepared)
}

fn target_of(
    environment: &Environment,
    project: &Project,
    defaults: &Defaults,
    used: bool,
) -> Result<Prepared, String> {
    let name = &environment.name.value;
    match &environment.target {
        settings::Target::Simulator { keys } => {
            let keys = actor_keys(name, keys, project)?;
            let catalogue = simulate::choose(project, None)?;
            let definitions =
                project.definitions.iter().map(|(name, definition)| (name.clone(), Arc::clone(definition)));
            let own = &catalogue.session.simulated.key;
            let accepted = keys.values().map(|key| key.expose().to_owned()).chain([own.clone()]).collect();
            let config = simulator::config(&catalogue, definitions, accepted);
            let start = || Embedded::start(config).map_err(|error| format!("the simulator cannot be started: {error}"));
            let embedded = used.then(start).transpose()?;
            let key = secret(name, own)?;
            let base_url = embedded.as_ref().map_or(NOWHERE, |embedded| &embedded.base_url);
            let mut client = client(base_url, defaults)?;
            client.proxy = ProxyRule::Never;
            let redactor = with_keys(Redactor::new().with("key", &key), &keys);
            let mut target = Target::new(name, &client, Some(key)).map_err(|error| error.to_string())?;
            target.keys = keys;
            target.simulator = !used;
            Ok(Prepared { target, redactor, _simulator: embedded })
        }
        settings::Target::Engine { base_url, key, keys, allowed_hosts, tls, proxy, correlation } => {
            let scope = environment_scope();
            let keys = actor_keys(name, keys, project)?;
            let mut redactor = Redactor::new();
            let mut own = None;
            if let Some(template) = key {
                let value = secret(name, &text(template, &scope, project)?)?;
                redactor = redactor.with(template.environment_name(value.expose(), &scope).unwrap_or("key"), &value);
                own = Some(value);
            }
            let redactor = with_keys(redactor, &keys);
            let mut client = client(&text(base_url, &scope, project)?, defaults)?;
            client.allowed_hosts = allowed_hosts.iter().map(|host| host.value.clone()).collect();
            client.ca = tls.ca.iter().map(|path| pem(path, project)).collect::<Result<_, _>>()?;
            client.client_certificate = tls.client_certificate.as_ref().map(|path| pem(path, project)).transpose()?;
            if let Some(proxy) = proxy {
                let url =
                    proxy.value.parse().map_err(|error| format!("`{}` is no URL of a proxy: {error}", proxy.value))?;
                client.proxy = ProxyRule::Through { url, except: String::new() };
            }
            let mut target = Target::new(name, &client, own).map_err(|error| error.to_string())?;
            target.correlation = *correlation;
            target.keys = keys;
            Ok(Prepared { target, redactor, _simulator: None })
        }
    }
}

fn environment_scope() -> Scope {
    Scope::new(jiff::Timestamp::now(), world::ids()).with("env", world::environment_data()).taint("env")
}

/// The keys of actors by their names.
fn actor_keys(
    environment: &str,
    keys: &[(Spanned<String>, Template)],
    project: &Project,
) -> Result<BTreeMap<String, Secret>, String> {
    let scope = environment_scope();
    keys.iter()
        .map(|(actor, key)| {
            let name = format!("{environment}.{}", actor.value);
            Ok((actor.value.clone(), secret(&name, &text(key, &scope, project)?)?))
        })
        .collect()
}

/// Lets a redactor know the keys of actors.
fn with_keys(redactor: Redactor, keys: &BTreeMap<String, Secret>) -> Redactor {
    keys.iter().fold(redactor, |redactor, (actor, key)| redactor.with(&format!("{actor}_key"), key))
}

fn client(base_url: &str, defaults: &Defaults) -> Result<ClientConfig, String> {
    let mut config = ClientConfig::new(Target::base_url(base_url).map_err(|error| error.to_string())?);
    config.timeout = defaults.timeout;
    Ok(config)
}

fn secret(environment: &str, text: &str) -> Result<Secret, String> {
    Secret::new(text).map_err(|_| format!("the key of `{environment}` is too short to be masked in outputs"))
}

fn text(template: &Template, scope: &Scope, project: &Project) -> Result<String, String> {
    let evaluated = template.evaluate(scope).map_err(|error| {
        let frame = crate::diagnostic::frame(error.diagnostic(), &project.sources, crate::diagnostic::Style::Plain);
        frame
            .strip_prefix("error")
            .map_or(frame.clone(), |rest| rest.trim_start_matches(|c| c != ':').trim_start_matches(": ").to_owned())
    })?;
    Ok(evaluated.value.as_str().map_or_else(|| evaluated.value.to_string(), str::to_owned))
}

fn pem(path: &Spanned<String>, project: &Project) -> Result<Pem, String> {
    let text = std::fs::read(project.root.join(&path.value));
    let text = text.map_err(|error| format!("`{}` cannot be read: {error}", path.value))?;
    Ok(Pem { name: path.value.clone(), text })
}
