use std::sync::Arc;

use super::super::target::{named_environment, prepare};
use super::super::{Exit, simulate, world};
use super::coverage::Refusal;
use crate::diagnostic::Diagnostics;
use crate::engine::{Cancel, Clock, Detail, Gate, Options, Run, Saved, Schedule};
use crate::event::Summary;
use crate::plan::Planned;
use crate::process::{Definition, Diff};
use crate::project::Project;
use crate::scenario::{Fragments, Scenario};
use crate::settings::Environment;
use crate::template::Data;

/// Most differences that are told.
const MOST: usize = 10;

/// An environment whose definitions are looked at.
pub(super) struct Deployed<'a> {
    environment: Environment,
    project: &'a Project,
}

impl<'a> Deployed<'a> {
    /// # Errors
    /// If there is no such environment, or it may not be spoken to.
    pub fn on(name: &str, allow_production: bool, project: &'a Project) -> Result<Self, Refusal> {
        let environment = named_environment(name, project).map_err(|message| (Exit::Invalid, message))?;
        if environment.production && !allow_production {
            let message = format!("`{name}` is marked `production: true`; say --allow-production to read from it");
            return Err((Exit::Invalid, message));
        }
        Ok(Self { environment, project })
    }

    /// Compares what is deployed under a name with the local definition. Gives whether there was anything to compare: a simulator
    /// plays the local files.
    ///
    /// # Errors
    /// If it cannot be read, or if it differs in what is executed: in what.
    pub fn compare(&self, process: &str, local: &Definition) -> Result<bool, Refusal> {
        let at = &self.environment.name.value;
        let Some(text) = self.read(process)? else { return Ok(false) };
        let mut sources = self.project.sources.clone();
        let file = sources.add(format!("{process} as deployed at {at}"), text);
        let (deployed, _) = Definition::read(&sources, file);
        let Some(deployed) = deployed else {
            return Err((Exit::Errored, format!("what `{at}` has as `{process}` is no process definition")));
        };
        let diff = Diff::of(&sources, local, &deployed);
        let changes: Vec<_> = diff.changes.iter().filter(|change| change.is_executed()).collect();
        if changes.is_empty() {
            return Ok(true);
        }
        let mut told = format!("what is deployed at `{at}` as `{process}` is not the local definition:");
        for change in changes.iter().take(MOST) {
            told += format!("\n  {}: {} {}", change.called, change.class.name(), change.what).trim_end();
        }
        if changes.len() > MOST {
            told += &format!("\n  and {} more", changes.len() - MOST);
        }
        told += "\nits coverage is not told; take over what is deployed, or deploy the local file, and run again";
        Err((Exit::Failed, told))
    }

    fn read(&self, process: &str) -> Result<Option<String>, Refusal> {
        let errored = |message: String| (Exit::Errored, message);
        let project = self.project;
        let settings = project.settings.as_ref();
        let defaults = settings.map(|settings| settings.defaults.clone()).unwrap_or_default();
        let prepared = prepare(&self.environment, project, &defaults, true).map_err(errored)?;
        if prepared.target.simulator {
            return Ok(None);
        }
        let run = Run {
            gate: Gate::new(&self.environment.guards, false),
            quarantine: Arc::clone(&project.quarantine),
            options: options(&defaults),
            target: prepared.target.clone(),
            sources: project.sources.clone(),
            files: project.files.clone(),
            shared: Arc::new(settings.map(|settings| settings.shared(&self.environment, None)).unwrap_or_default()),
            environment: Data::from(world::environment_data()),
            redactor: prepared.redactor.clone(),
            saved: Saved::default(),
            cancel: Cancel::default(),
            listener: None,
            witness: None,
        };
        let planned = planned(process, project).map_err(|message| (Exit::Invalid, message))?;
        let told = |message| errored(format!("what is deployed as `{process}` cannot be read: {message}"));
        run.deployed(&planned).map(Some).map_err(told)
    }
}

fn options(defaults: &crate::settings::Defaults) -> Options {
    Options {
        run_id: format!("{:08x}", world::random() as u32),
        seed: 0,
        jobs: 1,
        timeout: defaults.timeout,
        scenario_timeout: defaults.scenario_timeout,
        vars: Default::default(),
        clock: Clock::new(jiff::Timestamp::now),
        ids: world::ids(),
        detail: Detail::Problems,
        halts: false,
        schedule: Schedule::default(),
        kept: Arc::default(),
        so_far: Summary::default(),
        resumed: 0,
    }
}

/// A scenario that is about a process and does nothing.
fn planned(process: &str, project: &Project) -> Result<Planned, String> {
    let mut sources = project.sources.clone();
    // A JSON text is one in YAML as well.
    let name = serde_json::Value::from(process);
    let text = format!("scenario: The deployed definition\nprocess: {name}\nsession: none\nsteps:\n  - wait: 0s\n");
    let file = sources.add("deployed.yaml", text);
    let scenario = Scenario::read(&sources, file, &mut Diagnostics::new());
    Ok(Planned {
        id: "deployed".to_owned(),
        path: "deployed.yaml".into(),
        scenario: Arc::new(scenario.ok_or_else(|| format!("`{process}` is no name of a process"))?),
        catalogue: Some(simulate::choose(project, None)?),
        definition: None,
        fragments: Arc::new(Fragments::default()),
        case: None,
        role: None,
        fingerprint: None,
    })
}
