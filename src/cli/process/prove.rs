use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::super::target::{prepare, simulator_environment};
use super::super::terminal::show_diagnostics;
use super::super::{Exit, world};
use crate::engine::{Cancel, Clock, Detail, Files, Gate, Options, Run, Saved, Schedule};
use crate::event::{Event, EventKind, Summary, Verdict};
use crate::plan::Fingerprints;
use crate::process::{Move, MoveKind};
use crate::project::{Project, Selection};
use crate::template::Data;

/// How many scenarios run at a time.
const JOBS: usize = 8;

/// What came of scenarios that were executed on a simulator in this process.
#[derive(Debug, Default)]
pub(super) struct Proof {
    /// How many were run.
    pub run: usize,
    /// Those that did not pass, with what they came to.
    pub failed: Vec<(String, Verdict)>,
    /// How many steps they executed.
    pub steps: u64,
    /// The flows that were taken and the nodes that were entered.
    pub passed: BTreeSet<String>,
}

/// Executes scenarios. Nothing of it is kept.
///
/// # Errors
/// If one is not sound, or the simulator cannot be started.
pub(super) fn prove(paths: &[PathBuf], current: &Path) -> Result<Proof, (Exit, String)> {
    let mut project = Project::open(None, current);
    project.add_scenarios(paths, current, &Selection::default());
    let invalid = project.found.has_errors();
    if invalid {
        show_diagnostics(std::mem::take(&mut project.found).sorted(), &project.sources);
        return Err((Exit::Failed, "what was generated is not sound".to_owned()));
    }
    let errored = |message: String| (Exit::Errored, message);
    let environment = simulator_environment();
    let defaults = project.settings.as_ref().map(|settings| settings.defaults.clone()).unwrap_or_default();
    let shared = project.settings.as_ref().map(|settings| settings.shared(&environment, None)).unwrap_or_default();
    let mut plan = project.plan.clone();
    let file = |path: &str| project.files.load(path).ok().map(|file| file.sha256);
    plan.take_fingerprints(&Fingerprints::new(&plan, &project.sources, &shared, &file));
    let prepared = prepare(&environment, &project, &defaults, true).map_err(errored)?;
    let run = Run {
        gate: Gate::new(&environment.guards, prepared.target.simulator),
        quarantine: Arc::clone(&project.quarantine),
        options: Options {
            run_id: "generated".to_owned(),
            seed: 0,
            jobs: JOBS,
            timeout: defaults.timeout,
            scenario_timeout: defaults.scenario_timeout,
            vars: Default::default(),
            clock: Clock::new(jiff::Timestamp::now),
            ids: world::ids(),
            detail: Detail::default(),
            halts: false,
            schedule: Schedule::default(),
            kept: Arc::default(),
            so_far: Summary::default(),
            resumed: 0,
        },
        target: prepared.target.clone(),
        sources: project.sources.clone(),
        files: project.files.clone(),
        shared: Arc::new(shared),
        environment: Data::from(world::environment_data()),
        redactor: prepared.redactor.clone(),
        saved: Saved::default(),
        cancel: Cancel::default(),
        listener: None,
        witness: None,
    };
    let mut proof = Proof::default();
    run.execute(&plan, &mut |event: &Event| {
        if let EventKind::ScenarioFinished { verdict, steps, .. } = &event.kind {
            proof.run += 1;
            proof.steps += steps;
            if *verdict != Verdict::Passed {
                proof.failed.push((event.scenario.clone().unwrap_or_default(), *verdict));
            }
        }
        match moved(event) {
            Some(MoveKind::Taken { flow }) => drop(proof.passed.insert(flow)),
            Some(MoveKind::Entered { node, .. }) => drop(proof.passed.insert(node)),
            _ => {}
        }
    });
    Ok(proof)
}

/// The move that an event tells of.
pub(super) fn moved(event: &Event) -> Option<MoveKind> {
    match &event.kind {
        EventKind::TokenMoved { movement, .. } => Move::deserialize(movement).ok().map(|one| one.kind),
        _ => None,
    }
}
