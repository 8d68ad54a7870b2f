use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::arguments::RunArguments;
use super::simulator::Embedded;
use super::terminal::{complain, show_diagnostics};
use super::{Exit, interrupt, simulate, simulator, world};
use crate::diagnostic::suggest;
use crate::engine::{Cancel, Clock, Detail, Options, Run, Saved, Target, Urgency};
use crate::event::Summary;
use crate::http::{ClientConfig, Pem, ProxyRule};
use crate::plan::PlannedFile;
use crate::project::{Project, SETTINGS};
use crate::redact::{Redactor, Secret};
use crate::settings::{self, Defaults, Environment, Profile};
use crate::source::{Span, Spanned};
use crate::template::{Data, Scope, Template};

/// How many scenarios run at a time where nothing is said.
const JOBS: usize = 8;

pub(super) fn execute(arguments: &RunArguments) -> Exit {
    let current = world::current_folder();
    let project = arguments.selection.open(&current);
    let profile = match profile(arguments, &project) {
        Ok(profile) => profile,
        Err(message) => {
            show_diagnostics(project.found.sorted(), &project.sources);
            complain(&message);
            return Exit::Invalid;
        }
    };
    let tags = profile.iter().flat_map(|profile| &profile.tags).map(|tag| tag.value.clone());
    let tags: Vec<String> = tags.collect();
    let mut project = arguments.selection.select(project, &tags, &current);
    project.refuse_fragments();
    let invalid = project.found.has_errors();
    show_diagnostics(std::mem::take(&mut project.found).sorted(), &project.sources);
    let outcome = if project.plan.is_empty() {
        if !invalid {
            complain(&arguments.selection.nothing(&project));
        }
        Exit::Nothing
    } else {
        run(arguments, profile.as_ref(), &project, &current).unwrap_or_else(|message| {
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

fn run(arguments: &RunArguments, profile: Option<&Profile>, project: &Project, current: &Path) -> Result<Exit, String> {
    check_variables(&arguments.var, project)?;
    let environment = environment(arguments, profile, project)?;
    if environment.production && !arguments.allow_production {
        let name = &environment.name.value;
        return Err(format!("`{name}` is marked `production: true`; say --allow-production to run against it"));
    }
    let defaults = project.settings.as_ref().map(|settings| settings.defaults.clone()).unwrap_or_default();
    let defaults = profile.map_or(defaults.clone(), |profile| profile.over(defaults));
    let shared = project.settings.as_ref().map(|settings| settings.shared(&environment, profile));
    let mut plan = project.plan.clone();
    (plan.before, plan.after) = project.around(&environment)?;
    let mut prepared = prepare(&environment, project, &defaults)?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    let simulated = prepared._simulator.is_some();
    let shaken = runtime.block_on(prepared.target.handshake(simulated));
    // The connection that shook hands is closed with its runtime; scenarios make their own.
    drop(runtime);
    shaken.map_err(|error| prepared.redactor.mask(&error.to_string()).into_owned())?;
    let cancel = Cancel::default();
    interrupt::listen(&cancel);
    let options = Options {
        run_id: format!("{:08x}", world::random() as u32),
        seed: arguments.seed.unwrap_or_else(|| u64::from(world::random() as u32)),
        jobs: arguments.jobs.map(|jobs| jobs as usize).or(defaults.jobs).unwrap_or(JOBS),
        timeout: defaults.timeout,
        scenario_timeout: defaults.scenario_timeout,
        vars: arguments.var.iter().cloned().collect(),
        clock: Clock::new(jiff::Timestamp::now),
        ids: world::ids(),
        detail: if arguments.report.is_empty() { Detail::Problems } else { Detail::Everything },
    };
    let mut reports = super::reports::Reports::open(arguments, current).map_err(|error| error.to_string())?;
    let run = Run {
        options,
        target: prepared.target.clone(),
        sources: project.sources.clone(),
        files: project.files.clone(),
        shared: Arc::new(shared.unwrap_or_default()),
        environment: Data::from(world::environment_data()),
        redactor: prepared.redactor.clone(),
        saved: Saved::default(),
        cancel,
    };
    let summary = run.execute(&plan, &mut |event| reports.event(event));
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

/// The environment that is there without any settings.
const SIMULATOR: &str = "simulator";

fn simulator_environment() -> Environment {
    let mut sources = crate::source::Sources::new();
    let nowhere = Span::new(sources.add("", ""), 0, 0);
    Environment::simulator(Spanned::new(SIMULATOR.to_owned(), nowhere))
}

fn prepare(environment: &Environment, project: &Project, defaults: &Defaults) -> Result<Prepared, String> {
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
            let embedded =
                Embedded::start(config).map_err(|error| format!("the simulator cannot be started: {error}"))?;
            let key = secret(name, own)?;
            let mut client = client(&embedded.base_url, defaults)?;
            client.proxy = ProxyRule::Never;
            let redactor = with_keys(Redactor::new().with("key", &key), &keys);
            let mut target = Target::new(name, &client, Some(key)).map_err(|error| error.to_string())?;
            target.keys = keys;
            Ok(Prepared { target, redactor, _simulator: Some(embedded) })
        }
        settings::Target::Engine { base_url, key, keys, allowed_hosts, tls, proxy, correlation } => {
            let scope = environment_scope();
            let keys = actor_keys(name, keys, project)?;
            let key = key.as_ref().map(|key| secret(name, &text(key, &scope, project)?)).transpose()?;
            let redactor = key.as_ref().map_or_else(Redactor::new, |key| Redactor::new().with("key", key));
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
            let mut target = Target::new(name, &client, key).map_err(|error| error.to_string())?;
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
