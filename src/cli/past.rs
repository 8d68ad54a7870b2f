use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use clap::Args;

use super::affected::affected_by;
use super::home::{self, HOME};
use super::revision::origin;
use super::selection::count;
use super::terminal::{note, warn};
use crate::history::{Glance, History, HistoryError, Origin, Past, Policy, Recorded, Store};
use crate::plan::{Partition, PartitionBy, Plan, Urgent};
use crate::project::Project;
use crate::report::{PastRun, Place, StoredRun, stored};

/// What a run is by what was run before, and by what others run.
#[derive(Debug, Args)]
pub(super) struct PastArguments {
    /// Only scenarios that failed when they were last run on the environment
    #[arg(long, conflicts_with = "no_history")]
    pub failed: bool,
    /// Only scenarios that were flaky in one of their last runs on the environment
    #[arg(long, conflicts_with = "no_history")]
    pub flaky: bool,
    /// Only scenarios that were not run on the environment as they are now
    #[arg(long, conflicts_with = "no_history")]
    pub changed: bool,
    /// Only scenarios that are affected by what has changed in the processes of flowproof.yaml since an old version: a revision
    /// of git, or a BPMN file
    #[arg(long, value_name = "OLD")]
    pub affected_by: Option<String>,
    /// Run part I of N of the selected scenarios; other machines run the others. BY is `hash`, which is stable, or `time`,
    /// which is balanced by history
    #[arg(long, env = "FLOWPROOF_PARTITION", value_name = "BY:I/N")]
    pub partition: Option<Partition>,
    /// Neither read nor write the history
    #[arg(long)]
    pub no_history: bool,
}

impl PastArguments {
    /// Whether scenarios are selected by what they came to.
    pub fn selects(&self) -> bool {
        self.by_past() || self.affected_by.is_some()
    }

    /// Whether the history is asked for them.
    fn by_past(&self) -> bool {
        self.failed || self.flaky || self.changed
    }

    fn by_time(&self) -> bool {
        self.partition.is_some_and(|partition| partition.by == PartitionBy::Time)
    }

    /// What was asked for, as it is written.
    fn asked(&self) -> String {
        let affected = self.affected_by.is_some();
        let all = [
            ("--failed", self.failed),
            ("--flaky", self.flaky),
            ("--changed", self.changed),
            ("--affected-by", affected),
        ];
        all.into_iter().filter(|(_, asked)| *asked).map(|(name, _)| name).collect::<Vec<_>>().join(" ")
    }
}

/// The file that holds a project's history.
pub(super) fn history_file(project: &Project) -> PathBuf {
    let named = project.settings.as_ref().and_then(|settings| settings.history.path.as_ref());
    match named {
        Some(path) => project.root.join(&path.value),
        None => project.root.join(HOME).join("history.db"),
    }
}

/// What is known of the scenarios of a plan by what they came to on an environment.
pub(super) struct Known {
    glances: HashMap<String, Glance>,
    /// Whether there is a history that can be used, so that what comes is stored in it.
    usable: bool,
    /// Whether something was run there before.
    any: bool,
    /// The scenarios that an old version of a process affects, where that is asked for.
    affected: BTreeSet<String>,
}

impl Known {
    /// Looks at what the scenarios of a plan came to. A history that cannot be used is told, and nothing is known.
    ///
    /// # Errors
    /// If that is what was asked for.
    pub fn of(
        plan: &Plan,
        arguments: &PastArguments,
        project: &Project,
        environment: &str,
        current: &Path,
    ) -> Result<Self, String> {
        let affected = match &arguments.affected_by {
            Some(old) => affected_by(&mut project.clone(), old, current)?,
            None => BTreeSet::new(),
        };
        Ok(Self { affected, ..Self::of_past(plan, arguments, project, environment)? })
    }

    fn of_past(plan: &Plan, arguments: &PastArguments, project: &Project, environment: &str) -> Result<Self, String> {
        let nothing = |usable| Self { glances: HashMap::new(), usable, any: false, affected: BTreeSet::new() };
        if arguments.no_history {
            return Ok(nothing(false));
        }
        let look = || {
            let Some(past) = Past::open(&history_file(project), environment)?.filter(|past| !past.is_empty()) else {
                return Ok(nothing(true));
            };
            let glances = plan.ids().map(|id| past.glance(&id).map(|glance| (id, glance)));
            Ok(Self { glances: glances.collect::<Result<_, _>>()?, usable: true, any: true, affected: BTreeSet::new() })
        };
        look().or_else(|error: HistoryError| {
            if arguments.by_past() || arguments.by_time() {
                return Err(error.to_string());
            }
            warn(&format!("{error}; the run goes on without it"));
            Ok(nothing(false))
        })
    }

    fn glance(&self, id: &str) -> Glance {
        self.glances.get(id).copied().unwrap_or_default()
    }

    /// What is to be run of a plan: what is asked for of it, in the order in which it is urgent.
    ///
    /// # Errors
    /// Why nothing is.
    pub fn plan(&self, plan: Plan, arguments: &PastArguments, environment: &str) -> Result<Plan, String> {
        let selected = self.select(plan, arguments, environment)?;
        let mut plan = self.part(selected, arguments, environment);
        if plan.is_empty() {
            (plan.before, plan.after) = (None, None);
        }
        self.order(&mut plan);
        Ok(plan)
    }

    fn select(&self, plan: Plan, arguments: &PastArguments, environment: &str) -> Result<Plan, String> {
        if !arguments.selects() {
            return Ok(plan);
        }
        let fingerprints: Vec<String> = plan.fingerprints().map(|one| one.to_string()).collect();
        let selected = plan.keep(|at, id| {
            let glance = self.glance(id);
            let changed = || fingerprints.get(at).is_none_or(|fingerprint| !glance.is_of(fingerprint));
            (arguments.failed && glance.failed)
                || (arguments.flaky && glance.flaky)
                || (arguments.changed && changed())
                || self.affected.contains(id)
        });
        if !selected.is_empty() {
            return Ok(selected);
        }
        let (asked, all) = (arguments.asked(), count(plan.len(), "scenario"));
        Err(match self.any || arguments.affected_by.is_some() {
            true => format!("no scenario was selected: of {all}, none is {asked} on `{environment}`"),
            false => format!("no scenario was selected: nothing was run on `{environment}` yet, so none is {asked}"),
        })
    }

    fn part(&self, plan: Plan, arguments: &PastArguments, environment: &str) -> Plan {
        let Some(partition) = arguments.partition else { return plan };
        if partition.by == PartitionBy::Time && !self.any {
            note(&format!(
                "nothing was run on `{environment}` yet, so every scenario is taken to need the same time; restore a history before"
            ));
        }
        let part = partition.of(&plan, |id| self.glance(id).millis);
        if part.is_empty() && !plan.is_empty() {
            let (of, all) = (partition.of, count(plan.len(), "selected scenario"));
            note(&format!("part {} of {of} has none of the {all}, so there is nothing to do", partition.part));
        }
        part
    }

    fn order(&self, plan: &mut Plan) {
        if self.any {
            plan.order_by(|id| {
                let Glance { counts, millis, .. } = self.glance(id);
                Urgent { failed: counts, millis }
            });
        }
    }

    /// Begins to store a run. A history that cannot be used is told, and nothing is stored.
    pub fn record(&self, project: &Project) -> Option<History> {
        if !self.usable {
            return None;
        }
        match open(project, origin(&project.root)) {
            Ok(history) => Some(history),
            Err(reason) => {
                warn(&format!("{reason}; the run goes on without it"));
                None
            }
        }
    }
}

/// Opens a project's history to store in it.
pub(super) fn open(project: &Project, origin: Origin) -> Result<History, String> {
    let file = history_file(project);
    if file.starts_with(project.root.join(HOME)) {
        let made = home::make(&project.root);
        made.map_err(|error| format!("the history `{}` cannot be used: {error}", file.display()))?;
    }
    History::open(&file, origin, policy(project)).map_err(|error| error.to_string())
}

/// How much of the past a project keeps.
fn policy(project: &Project) -> Policy {
    let said = project.settings.as_ref().map(|settings| &settings.history);
    let own = Policy::default();
    Policy {
        keep: said.and_then(|history| history.keep).unwrap_or(own.keep),
        runs: said.and_then(|history| history.runs).unwrap_or(own.runs),
    }
}

/// Stores what a run that goes on had told before it was cut off: not all of it may have reached the history.
pub(super) fn catch_up(history: &mut History, place: &Place) {
    let Ok(file) = std::fs::File::open(place.events()) else { return };
    // What cannot be read was told when the run was taken up.
    stored(std::io::BufReader::new(file)).map_while(Result::ok).for_each(|event| history.event(&event));
}

/// Ends the storing of a run; what cannot be stored is told.
pub(super) fn finish(history: History) -> Option<Recorded> {
    match history.finish() {
        Ok(recorded) => Some(recorded),
        Err(error) => {
            warn(&format!("{error}; of this run not everything was stored"));
            None
        }
    }
}

/// Most earlier runs of a scenario that a report shows.
const MOST_EARLIER: usize = 20;

/// What gives the runs of a scenario before a run, the latest last; nothing where there is no history that can be used.
pub(super) fn earlier(history: Option<&Path>, run: &StoredRun) -> impl Fn(&str) -> Vec<PastRun> {
    let (at, target) = run.heads.first().map(|head| (head.at.clone(), head.target.name.clone())).unwrap_or_default();
    let runs: Vec<String> = run.heads.iter().map(|head| head.run.clone()).collect();
    let past = history.and_then(|history| Past::open(history, &target).ok().flatten());
    move |id| {
        // Some that came later may stand before them.
        let results = past.as_ref().and_then(|past| past.results(id, 2 * MOST_EARLIER).ok()).unwrap_or_default();
        let results = results.into_iter().filter(|one| one.at < at && !runs.contains(&one.run)).take(MOST_EARLIER);
        let mut earlier: Vec<PastRun> = results
            .map(|one| PastRun { run: one.run, at: one.at, verdict: one.verdict, flaky: one.flaky, millis: one.millis })
            .collect();
        earlier.reverse();
        earlier
    }
}

/// Removes a run from the history; if that cannot be done, it is told.
pub(super) fn forget(project: &Project, run: &str) {
    let forgotten = Store::open(&history_file(project)).and_then(|mut store| store.forget(run));
    if let Err(error) = forgotten {
        warn(&format!("{error}; what this run has leaked may stand in it"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The events of a run of one scenario on a day.
    fn events(run: &str, day: u32, verdict: &str) -> String {
        let at = format!("2026-11-{day:02}T02:00:00.000Z");
        format!(
            r#"{{"at":"{at}","event":"run-started","version":1,"flowproof":"0.1.0","run":"{run}","seed":7,"target":{{"name":"staging","simulator":false,"base_url":"http://x"}},"scenarios":1,"jobs":1}}
{{"at":"{at}","scenario":"a.yaml","event":"scenario-started","title":"t","attempt":1}}
{{"at":"{at}","scenario":"a.yaml","event":"scenario-finished","verdict":"{verdict}","flaky":false,"millis":{day}.5,"requests":0,"walk":[]}}
"#
        )
    }

    #[test]
    fn a_report_shows_what_was_run_before_and_not_what_came_later() {
        let folder = tempfile::tempdir().unwrap();
        let history = folder.path().join("history.db");
        for (day, verdict) in [(1, "passed"), (2, "failed"), (3, "passed"), (4, "failed")] {
            let text = events(&format!("run{day}"), day, verdict);
            std::fs::write(folder.path().join(format!("{day}.ndjson")), &text).unwrap();
            let mut stored_in = History::open(&history, Origin::default(), Policy::default()).unwrap();
            stored(text.as_bytes()).for_each(|event| stored_in.event(&event.unwrap()));
            stored_in.finish().unwrap();
        }
        let run = StoredRun::open(&[folder.path().join("3.ndjson")]).unwrap();
        let told: Vec<_> =
            earlier(Some(&history), &run)("a.yaml").into_iter().map(|one| (one.run, one.millis)).collect();
        assert_eq!(told, [("run1".to_owned(), 1.5), ("run2".to_owned(), 2.5)]);
        assert!(earlier(Some(&history), &run)("b.yaml").is_empty() && earlier(None, &run)("a.yaml").is_empty());
        assert!(earlier(Some(&folder.path().join("none.db")), &run)("a.yaml").is_empty());
    }
}
