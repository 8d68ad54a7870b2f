use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use notify::{EventKind, RecursiveMode, Watcher};

use super::home::HOME;
use super::run::RunArguments;
use super::terminal::{complain, print_error};
use super::{Exit, interrupt, run, world};
use crate::engine::{Cancel, Urgency};
use crate::project::Project;
use crate::settings::Profile;

/// How long it must be quiet after a change until it is looked at: what is saved at once comes in several pieces.
const QUIET: Duration = Duration::from_millis(100);

/// Most paths that are named of one change.
const MOST_TOLD: usize = 5;

/// What wakes whoever watches.
enum Woken {
    /// Files that have changed.
    Changed(Vec<PathBuf>),
    /// The end was asked for.
    Ended,
}

/// A change that something has to be done about.
struct Change {
    /// What has changed, below the project's root.
    changed: BTreeSet<String>,
    /// The project as it is now, with what is to be run of it.
    project: Project,
    profile: Option<Profile>,
}

/// Runs scenarios, and again those that a change affects, until the end is asked for.
pub(super) fn execute(arguments: &RunArguments) -> Exit {
    let current = world::current_folder();
    let cancel = Cancel::default();
    interrupt::listen(&cancel);
    let (mut project, profile) = match run::open(arguments, &current) {
        Ok(opened) => opened,
        Err(exit) => return exit,
    };
    let (sender, receiver) = channel();
    // It watches as long as it is there; from before the first run, so that no change is missed.
    let _watcher = match watch(&project.root, sender.clone()) {
        Ok(watcher) => watcher,
        Err(error) => {
            complain(&format!("`{}` cannot be watched: {error}", project.root.display()));
            return Exit::Errored;
        }
    };
    wake_at_the_end(&cancel, sender);
    run::prove(arguments, profile.as_ref(), &mut project, &current, &cancel);
    let reports = arguments
        .reports
        .report
        .iter()
        .filter_map(|wanted| wanted.path.as_ref())
        .map(|path| current.join(path))
        .collect();
    loop {
        if cancel.urgency() > Urgency::None {
            return Exit::Interrupted;
        }
        print_error(&format!("watching {}; Ctrl-C ends\n", project.root.display()));
        let Some(mut change) = next_change(arguments, &current, &receiver, &reports) else {
            return Exit::Interrupted;
        };
        print_error(&format!("\nchanged: {}\n", told(&change.changed)));
        run::prove(arguments, change.profile.as_ref(), &mut change.project, &current, &cancel);
    }
}

/// Tells of every change below a folder.
fn watch(root: &Path, sender: Sender<Woken>) -> notify::Result<impl Watcher + use<>> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        if matches!(event.kind, EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_)) {
            // Nobody hears of what happens after the end.
            let _ = sender.send(Woken::Changed(event.paths));
        }
    })?;
    watcher.watch(root, RecursiveMode::Recursive)?;
    Ok(watcher)
}

fn wake_at_the_end(cancel: &Cancel, sender: Sender<Woken>) {
    let cancel = cancel.clone();
    std::thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else { return };
        runtime.block_on(cancel.reached(Urgency::Drain));
        let _ = sender.send(Woken::Ended);
    });
}

/// Waits for a change that affects a scenario, or that makes a problem. `None` when the end is asked for.
fn next_change(
    arguments: &RunArguments,
    current: &Path,
    receiver: &Receiver<Woken>,
    reports: &BTreeSet<PathBuf>,
) -> Option<Change> {
    loop {
        let mut paths = BTreeSet::new();
        match receiver.recv() {
            Ok(Woken::Changed(changed)) => paths.extend(changed),
            Ok(Woken::Ended) | Err(_) => return None,
        }
        loop {
            match receiver.recv_timeout(QUIET) {
                Ok(Woken::Changed(changed)) => paths.extend(changed),
                Ok(Woken::Ended) | Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => break,
            }
        }
        let is_own = |path: &Path| path.components().any(|part| part.as_os_str() == HOME);
        paths.retain(|path| !reports.contains(path) && !is_own(path) && !path.is_dir());
        if paths.is_empty() {
            continue;
        }
        // What is wrong with a profile was told; it waits for the next change.
        let Ok((mut project, profile)) = run::open(arguments, current) else { continue };
        let root = project.root.clone();
        let below = paths.iter().filter_map(|path| path.strip_prefix(&root).ok());
        let changed: BTreeSet<String> = below.map(|path| path.to_string_lossy().replace('\\', "/")).collect();
        let of_all = project.of_all_scenarios();
        project.plan = project.plan.affected(&changed, &of_all, &project.sources);
        if !project.plan.is_empty() || project.found.has_errors() {
            return Some(Change { changed, project, profile });
        }
    }
}

fn told(changed: &BTreeSet<String>) -> String {
    let more = changed.len().saturating_sub(MOST_TOLD);
    let named: Vec<&str> = changed.iter().take(MOST_TOLD).map(String::as_str).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", named.join(", "))
}
