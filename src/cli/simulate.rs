use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;

use super::target::actor_keys;
use super::terminal::{complain, print_error, show_diagnostics};
use super::{Exit, simulator, world};
use crate::catalogue::Catalogue;
use crate::diagnostic::{one_of, suggest};
use crate::project::{Project, SETTINGS};
use crate::script::Faults;
use crate::settings::Target;
use crate::simulator::Simulator;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  flowproof simulate                               the processes of flowproof.yaml
  flowproof simulate onboarding=journey.bpmn       one more, under a name
  flowproof simulate --env bad-night               with what the settings say of it
")]
pub(super) struct SimulateArguments {
    /// Process definitions beside those of flowproof.yaml
    #[arg(value_name = "NAME=FILE", value_parser = parse_process)]
    pub processes: Vec<(String, PathBuf)>,
    /// The address to listen at; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8642")]
    pub listen: std::net::SocketAddr,
    /// An API key to accept instead of the catalogue's; may be repeated
    #[arg(long, value_name = "KEY")]
    pub key: Vec<String>,
    /// A simulator of flowproof.yaml: its faults, and its keys beside the others
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// The catalogue to play, where the settings have several
    #[arg(long, value_name = "NAME")]
    pub catalogue: Option<String>,
}

fn parse_process(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, path)) if !name.is_empty() && !path.is_empty() => Ok((name.to_owned(), path.into())),
        _ => Err("write it as NAME=FILE, such as `onboarding=processes/onboarding.bpmn`".to_owned()),
    }
}

pub(super) fn execute(arguments: &SimulateArguments) -> Exit {
    let current = world::current_folder();
    let mut project = Project::open(None, &current);
    for (name, path) in &arguments.processes {
        project.add_definition(name, &current.join(path).to_string_lossy());
    }
    if project.found.has_errors() {
        show_diagnostics(project.found.sorted(), &project.sources);
        return Exit::Invalid;
    }
    let catalogue = match choose(&project, arguments.catalogue.as_deref()) {
        Ok(catalogue) => catalogue,
        Err(message) => {
            complain(&message);
            return Exit::Invalid;
        }
    };
    if project.definitions.is_empty() {
        complain(
            "there is no process to simulate: name one as NAME=FILE, or list it under `processes` of flowproof.yaml",
        );
        return Exit::Invalid;
    }
    let names: Vec<&str> = project.definitions.keys().map(String::as_str).collect();
    let names = names.join(", ");
    let key = arguments.key.first().unwrap_or(&catalogue.session.simulated.key).clone();
    let (keys, faults) = match arguments.env.as_deref().map(|name| environment(name, &project)).transpose() {
        Ok(None) => (arguments.key.clone(), None),
        Ok(Some((keys, faults))) => ([vec![key.clone()], arguments.key.clone(), keys].concat(), faults),
        Err(message) => {
            complain(&message);
            return Exit::Invalid;
        }
    };
    let config = simulator::config(&catalogue, project.definitions.into_iter(), keys, faults);
    let served = serve(Simulator::new(config), arguments.listen, |address| {
        print_error(&format!("simulating {names} at http://{address}\nkey: {key}\nstop with Ctrl-C\n"));
    });
    match served {
        Ok(()) => Exit::Success,
        Err(error) => {
            complain(&format!("cannot serve at {}: {error}", arguments.listen));
            Exit::Errored
        }
    }
}

/// The keys and faults of a simulator of the settings.
fn environment(name: &str, project: &Project) -> Result<(Vec<String>, Option<Faults>), String> {
    let simulators = project.settings.iter().flat_map(|settings| &settings.environments);
    let mut simulators = simulators.filter_map(|one| match &one.target {
        Target::Simulator { keys, faults } => Some((one.name.value.as_str(), keys, faults)),
        Target::Engine { .. } => None,
    });
    let names: Vec<&str> = simulators.clone().map(|(name, ..)| name).collect();
    let Some((_, keys, faults)) = simulators.find(|(known, ..)| *known == name) else {
        let help = suggest(name, names).unwrap_or_else(|| "it has none".to_owned());
        return Err(format!("there is no environment `{name}` with `kind: simulator` in {SETTINGS}: {help}"));
    };
    let keys = actor_keys(name, keys, project)?;
    Ok((keys.into_values().map(|key| key.expose().to_owned()).collect(), faults.clone()))
}

fn serve(
    simulator: Simulator,
    at: std::net::SocketAddr,
    ready: impl FnOnce(std::net::SocketAddr),
) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(at).await?;
        ready(listener.local_addr()?);
        Arc::new(simulator).serve(listener, async { drop(tokio::signal::ctrl_c().await) }).await
    })
}

/// The catalogue to play.
pub(super) fn choose(project: &Project, name: Option<&str>) -> Result<Arc<Catalogue>, String> {
    let names = || one_of(project.catalogues.keys().map(String::as_str));
    match name {
        Some(name) => project
            .catalogues
            .get(name)
            .cloned()
            .ok_or_else(|| format!("there is no catalogue `{name}`; there is {}", names())),
        None => match project.catalogues.values().collect::<Vec<_>>().as_slice() {
            [one] => Ok(Arc::clone(one)),
            _ => Err(format!("say which catalogue is meant: {}", names())),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_malformed_is_refused() {
        assert!(parse_process("=x").is_err() && parse_process("x").is_err());
    }
}
