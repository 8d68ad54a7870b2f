use std::sync::Arc;

use tokio::net::TcpListener;

use super::arguments::SimulateArguments;
use super::terminal::{complain, print_error, show_diagnostics};
use super::{Exit, simulator, world};
use crate::catalogue::Catalogue;
use crate::diagnostic::one_of;
use crate::project::Project;
use crate::simulator::Simulator;

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
    let config = simulator::config(&catalogue, project.definitions.into_iter(), arguments.key.clone());
    let key = arguments.key.first().unwrap_or(&catalogue.session.simulated.key);
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
