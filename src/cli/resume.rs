use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde::{Deserialize, Serialize};

use super::run::{RunArguments, is_flaky};
use super::schedule::ScheduleArguments;
use super::selection::{SelectionArguments, count};
use super::terminal::note;
use super::{home, writing};
use crate::engine::Options;
use crate::event::{EventKind, Summary};
use crate::plan::Plan;
use crate::project::Project;
use crate::report::{Hold, Place, StoredRun};
use crate::source::Sources;

/// Which run goes on.
#[derive(Debug, Args)]
pub(super) struct ResumeArguments {
    /// Go on with a stored run that was cut off: its scenarios, environment, profile, seed and schedule; RUN is its id, a beginning of
    /// it, or `latest`
    #[arg(
        long,
        value_name = "RUN",
        conflicts_with_all = [
            "paths", "tag", "filter", "failed", "flaky", "changed", "affected_by", "seed", "dry_run", "step", "watch", "no_store"
        ]
    )]
    pub resume: Option<String>,
    /// What is known of it.
    #[arg(skip)]
    pub taken: Option<Resumed>,
}

/// Most scenarios that are named.
const MOST_NAMED: usize = 5;

/// What was to be run, as it is stored when a run begins. It has no value that could be secret.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Beginning {
    /// The paths that were named, below the project's root where they are.
    paths: Vec<PathBuf>,
    tags: Vec<String>,
    filter: Option<String>,
    env: String,
    profile: Option<String>,
    /// The names of variables that were given values.
    vars: Vec<String>,
    /// How many ran at a time, where that was said.
    #[serde(default)]
    jobs: Option<u32>,
    /// How it was scheduled.
    #[serde(default)]
    schedule: ScheduleArguments,
    /// The ids of the scenarios that were to be run.
    scenarios: Vec<String>,
}

impl Beginning {
    /// What is to be run now.
    pub fn of(arguments: &RunArguments, env: &str, plan: &Plan, root: &Path, current: &Path) -> Self {
        let current = current.canonicalize().unwrap_or_else(|_| current.to_owned());
        let selection = &arguments.selection;
        let below = |path: &PathBuf| {
            let path = current.join(path);
            path.strip_prefix(root).map(Path::to_owned).unwrap_or(path)
        };
        Self {
            paths: selection.paths.iter().map(below).collect(),
            tags: selection.tag.clone(),
            filter: selection.filter.clone(),
            env: env.to_owned(),
            profile: arguments.profile.clone(),
            vars: arguments.var.iter().map(|(name, _)| name.clone()).collect(),
            jobs: arguments.jobs,
            schedule: arguments.schedule.clone(),
            scenarios: plan.ids().collect(),
        }
    }

    /// Stores it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn store(&self, place: &Place) -> std::io::Result<()> {
        writing::replace(&place.plan(), &serde_json::to_vec(self)?)
    }

    fn read(place: &Place) -> Result<Self, String> {
        let path = place.plan();
        let text = fs::read(&path).map_err(|error| format!("`{}` cannot be read: {error}", path.display()))?;
        serde_json::from_slice(&text)
            .map_err(|error| format!("`{}` does not say what was to be run: {error}", path.display()))
    }
}

/// A run that goes on.
#[derive(Debug)]
pub(super) struct Resumed {
    /// Where it is stored.
    pub place: Place,
    run: String,
    seed: u64,
    /// The scenarios that had ended, with their fingerprints.
    kept: BTreeMap<String, Option<String>>,
    so_far: Summary,
    /// How many of them were flaky in a way that counts.
    pub flaky: usize,
    /// How often it was cut off.
    times: u32,
    beginning: Beginning,
    _hold: Hold,
}

impl Resumed {
    /// Takes the run that is asked for, and lets the arguments say what they said when it began.
    ///
    /// # Errors
    /// If there is no such run, or it cannot go on.
    pub fn take(arguments: &mut RunArguments, current: &Path) -> Result<Option<Self>, String> {
        let Some(name) = &arguments.resume.resume else { return Ok(None) };
        let root = Project::root(current);
        let place = home::runs(&root).find(name).map_err(|error| error.to_string())?;
        let run = place.run.clone();
        let in_way = |error: std::io::Error| format!("run {run} cannot go on: {error}");
        let hold = place.hold().map_err(in_way)?;
        let hold = hold.ok_or_else(|| format!("run {run} is still being written by another process"))?;
        place.mend().map_err(in_way)?;
        let beginning = Beginning::read(&place)?;
        let stored = StoredRun::open(&[place.events()]).map_err(|error| error.to_string())?;
        let Some(head) = stored.heads.first() else { return Err(format!("run {run} has not begun")) };
        if stored.millis.is_some() {
            return Err(format!(
                "run {run} has come to its end, so there is nothing to go on with; `flowproof report {run}` tells of it"
            ));
        }
        let again = stored.happenings.iter().filter(|event| matches!(event.kind, EventKind::RunResumed { .. }));
        let times = u32::try_from(again.count()).unwrap_or(u32::MAX).saturating_add(1);
        let (kept, flaky) = kept(&stored).map_err(|error| error.to_string())?;
        let resumed = Self {
            run: head.run.clone(),
            seed: head.seed,
            kept,
            flaky,
            so_far: stored.selected.clone(),
            times,
            beginning,
            place,
            _hold: hold,
        };
        resumed.restore(arguments, &root, head.partition.as_ref().map(|partition| partition.part))?;
        Ok(Some(resumed))
    }

    fn restore(&self, arguments: &mut RunArguments, root: &Path, part: Option<u32>) -> Result<(), String> {
        let run = &self.run;
        let beginning = &self.beginning;
        if arguments.env.as_ref().is_some_and(|env| *env != beginning.env) {
            return Err(format!(
                "run {run} is against `{}` and cannot go on against another environment",
                beginning.env
            ));
        }
        if arguments.profile.is_some() && arguments.profile != beginning.profile {
            let profile = beginning.profile.as_deref().map_or("no profile".to_owned(), |name| format!("`{name}`"));
            return Err(format!("run {run} has {profile} and cannot go on with another"));
        }
        if let Some(partition) = arguments.past.partition.take()
            && Some(partition.part) != part
        {
            return Err(format!("run {run} is not part `{partition}` and cannot go on as it"));
        }
        let given: BTreeSet<&str> = arguments.var.iter().map(|(name, _)| name.as_str()).collect();
        let before: BTreeSet<&str> = beginning.vars.iter().map(String::as_str).collect();
        if let Some(name) = before.difference(&given).next() {
            return Err(format!("run {run} was given `--var {name}=…`, which is not stored: give it again"));
        }
        if let Some(name) = given.difference(&before).next() {
            return Err(format!("run {run} began without `--var {name}=…`, which would change its data"));
        }
        arguments.selection = SelectionArguments {
            paths: beginning.paths.iter().map(|path| root.join(path)).collect(),
            tag: beginning.tags.clone(),
            filter: beginning.filter.clone(),
        };
        arguments.env = Some(beginning.env.clone());
        arguments.jobs = arguments.jobs.or(beginning.jobs);
        arguments.schedule = arguments.schedule.over(&beginning.schedule);
        arguments.profile.clone_from(&beginning.profile);
        Ok(())
    }

    /// The scenarios that were to be run, of those that are there.
    ///
    /// # Errors
    /// If some are gone, which are named.
    pub fn plan(&self, all: &Plan) -> Result<Plan, String> {
        let wanted: BTreeSet<&str> = self.beginning.scenarios.iter().map(String::as_str).collect();
        let there: BTreeSet<String> = all.ids().collect();
        let gone: Vec<&str> = wanted.iter().copied().filter(|id| !there.contains(*id)).collect();
        if !gone.is_empty() {
            let told = format!("run {} cannot go on: {} of it", self.run, count(gone.len(), "scenario"));
            return Err(format!("{told} can no longer be run: {}", named(&gone)));
        }
        Ok(all.keep(|_, id| wanted.contains(id)))
    }

    /// Tells which scenarios that are kept have changed since they were run.
    pub fn compare(&self, plan: &Plan, sources: &Sources) {
        let changed = plan.iter(sources).filter(|planned| {
            let now = planned.fingerprint.map(|fingerprint| fingerprint.to_string());
            matches!((self.kept.get(&planned.id), now), (Some(Some(before)), Some(now)) if *before != now)
        });
        let changed: Vec<String> = changed.map(|planned| planned.id).collect();
        if !changed.is_empty() {
            let told = count(changed.len(), "scenario");
            let ids: Vec<&str> = changed.iter().map(String::as_str).collect();
            note(&format!("kept as it was, though the files have changed since: {told}: {}", named(&ids)));
        }
    }

    /// Lets a run be what it was.
    pub fn continued(&self, options: Options) -> Options {
        Options {
            run_id: self.run.clone(),
            seed: self.seed,
            kept: Arc::new(self.kept.keys().cloned().collect()),
            so_far: self.so_far.clone(),
            resumed: self.times,
            ..options
        }
    }
}

/// The scenarios that had ended, with their fingerprints, and how many of them were flaky.
fn kept(stored: &StoredRun) -> Result<(BTreeMap<String, Option<String>>, usize), crate::report::ReportError> {
    let (mut kept, mut flaky) = (BTreeMap::new(), 0);
    for scenario in stored.scenarios()? {
        let scenario = scenario?;
        let around = |kind: &EventKind| matches!(kind, EventKind::ScenarioFinished { role: Some(_), .. });
        if !scenario.finished || scenario.events.iter().any(|event| around(&event.kind)) {
            continue;
        }
        flaky += scenario.events.iter().filter(|event| is_flaky(event)).count();
        let fingerprint = scenario.events.into_iter().find_map(|event| match event.kind {
            EventKind::ScenarioStarted { fingerprint, .. } => fingerprint,
            _ => None,
        });
        kept.insert(scenario.id, fingerprint);
    }
    Ok((kept, flaky))
}

fn named(ids: &[&str]) -> String {
    let more = ids.len().saturating_sub(MOST_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let shown: Vec<String> = ids.iter().take(MOST_NAMED).map(|id| format!("`{id}`")).collect();
    shown.join(", ") + &more
}
