use std::collections::BTreeMap;
use std::sync::Arc;

use super::run::RunArguments;
use super::simulator::Embedded;
use super::{simulate, simulator, world};
use crate::diagnostic::suggest;
use crate::engine::Target;
use crate::http::{ClientConfig, Pem, ProxyRule};
use crate::project::Project;
use crate::redact::{Personal, Redactor, Secret};
use crate::settings::{self, Defaults, Environment, Profile, SIMULATOR};
use crate::source::{Span, Spanned};
use crate::template::{Scope, Template};

/// What the environment is made of, as long as the run lasts.
pub(super) struct Prepared {
    pub target: Target,
    pub redactor: Redactor,
    /// Kept: it stops when it is dropped.
    _simulator: Option<Embedded>,
}

/// The environment that is asked for: by name, else the profile's, else the settings' default, else the simulator.
pub(super) fn environment(
    arguments: &RunArguments,
    profile: Option<&Profile>,
    project: &Project,
) -> Result<Environment, String> {
    let settings = project.settings.as_ref();
    let default = || settings.and_then(|settings| settings.default.as_ref()).map(|name| name.value.clone());
    let of_profile = || profile.and_then(|profile| profile.env.as_ref()).map(|name| name.value.clone());
    let name = arguments.env.clone().or_else(of_profile).or_else(default).unwrap_or_else(|| SIMULATOR.to_owned());
    named_environment(&name, project)
}

/// The environment of a name.
pub(super) fn named_environment(name: &str, project: &Project) -> Result<Environment, String> {
    let settings = project.settings.as_ref();
    if let Some(found) = settings.and_then(|settings| settings.environment(name)) {
        return Ok(found.clone());
    }
    if name == SIMULATOR {
        return Ok(simulator_environment());
    }
    let known = settings.into_iter().flat_map(|settings| &settings.environments).map(|one| one.name.value.as_str());
    let help = suggest(name, known.chain([SIMULATOR])).unwrap_or_default();
    Err(format!("there is no environment `{name}` in flowproof.yaml: {help}"))
}

/// Stands for the address of a simulator that is not started.
const NOWHERE: &str = "http://simulator";

/// The simulator as it is without settings.
pub(super) fn simulator_environment() -> Environment {
    let mut sources = crate::source::Sources::new();
    let nowhere = Span::new(sources.add("", ""), 0, 0);
    Environment::simulator(Spanned::new(SIMULATOR.to_owned(), nowhere))
}

/// The target of an environment, which has shaken hands if it is to be `used`. One that is not is never spoken to.
pub(super) fn prepare(
    environment: &Environment,
    project: &Project,
    defaults: &Defaults,
    used: bool,
) -> Result<Prepared, String> {
    let mut prepared = target_of(environment, project, defaults, used)?;
    prepared.target.production = environment.production;
    let mut personal = Personal::default();
    let of_settings = project.settings.iter().flat_map(|settings| &settings.personal);
    let of_catalogues = project.catalogues.values().flat_map(|catalogue| &catalogue.personal);
    of_settings.chain(of_catalogues).for_each(|field| field.declare(&mut personal));
    prepared.redactor = prepared.redactor.declaring(&personal);
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
        settings::Target::Simulator { keys, faults } => {
            let keys = actor_keys(name, keys, project)?;
            let catalogue = simulate::choose(project, None)?;
            let definitions =
                project.definitions.iter().map(|(name, definition)| (name.clone(), Arc::clone(definition)));
            let own = &catalogue.session.simulated.key;
            let accepted = keys.values().map(|key| key.expose().to_owned()).chain([own.clone()]).collect();
            let config = simulator::config(&catalogue, definitions, accepted, faults.clone());
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
        settings::Target::Engine { base_url, key, keys, allowed_hosts, tls, proxy, correlation, end_instances } => {
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
            target.end_instances = *end_instances;
            target.keys = keys;
            Ok(Prepared { target, redactor, _simulator: None })
        }
    }
}

pub(super) fn environment_scope() -> Scope {
    Scope::new(jiff::Timestamp::now(), world::ids()).with("env", world::environment_data()).taint("env")
}

/// The keys of actors by their names.
pub(super) fn actor_keys(
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

pub(super) fn text(template: &Template, scope: &Scope, project: &Project) -> Result<String, String> {
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
