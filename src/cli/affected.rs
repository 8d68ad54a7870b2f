use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::version::Version;
use crate::diagnostic::Diagnostic;
use crate::plan::PlannedFile;
use crate::process::{Definition, Diff, Side};
use crate::project::Project;
use crate::proof::{Effect, Evidence, Judged, Map, Trace, Versions, WalkTouched};
use crate::report::{ReportError, StoredRun};

/// Two versions of a process of the settings.
pub(super) struct Compared<'a> {
    /// The name of the process.
    pub process: &'a str,
    pub old: &'a Arc<Definition>,
    pub new: &'a Arc<Definition>,
    pub diff: &'a Diff,
    /// The version with which the scenarios of the project were read.
    pub read_with: Side,
}

/// What a new version does to a scenario.
pub(super) struct Affected {
    pub id: String,
    pub title: String,
    pub judged: Judged,
    /// Whether only the new version has its walk.
    pub fresh: bool,
}

/// What is known of the scenarios of a file.
struct Facts {
    maps: [Arc<Map>; 2],
    touched: [WalkTouched; 2],
    problems: Vec<Diagnostic>,
    fresh: bool,
}

/// Judges the scenarios of a process, by what a stored run has walked where it has.
///
/// # Errors
/// If the run cannot be read.
pub(super) fn judge(
    project: &mut Project,
    compared: &Compared<'_>,
    run: Option<&StoredRun>,
) -> Result<Vec<Affected>, ReportError> {
    let mut all = BTreeMap::new();
    let mut files = Vec::new();
    for file in project.plan.files().to_vec() {
        let scenario = file.scenario(&project.sources);
        if scenario.process.as_ref().is_none_or(|process| process.value != compared.process) {
            continue;
        }
        let Some(facts) = Facts::of(project, &file, compared) else { continue };
        let judged = facts.judge(compared.diff, None);
        for planned in file.iter(&project.sources) {
            let (id, title) = (planned.id.clone(), planned.title());
            let one = Affected { id: id.clone(), title, judged: judged.clone(), fresh: facts.fresh };
            all.insert(id, (one, files.len()));
        }
        files.push(facts);
    }
    for scenario in run.map(StoredRun::scenarios).transpose()?.into_iter().flatten() {
        let scenario = scenario?;
        if let Some((one, at)) = all.get_mut(&scenario.id).filter(|(one, _)| !one.fresh) {
            one.judged = files[*at].judge(compared.diff, Some(&Trace::of(&scenario.events)));
        }
    }
    Ok(all.into_values().map(|(one, _)| one).collect())
}

impl Facts {
    fn of(project: &mut Project, file: &PlannedFile, compared: &Compared<'_>) -> Option<Self> {
        let maps = [project.map_of(file, compared.old)?, project.map_of(file, compared.new)?];
        let touched = [project.touched(file, &maps[0]), project.touched(file, &maps[1])];
        let other = if compared.read_with == Side::Old { compared.new } else { compared.old };
        let problems = project.problems_with(file, other).sorted();
        let fresh = compared.read_with == Side::New && problems.iter().any(Diagnostic::is_error);
        Some(Self { maps, touched, problems: if fresh { Vec::new() } else { problems }, fresh })
    }

    fn judge(&self, diff: &Diff, trace: Option<&Trace>) -> Judged {
        if self.fresh {
            return Judged { effect: Effect::Rerun(Vec::new()), evidence: Evidence::Diagram };
        }
        let [old, new] = &self.maps;
        Versions { old, new, diff }.judge(&self.touched[0], &self.touched[1], &self.problems, trace)
    }
}

/// The scenarios of a project that an old version of its processes does not answer for any more: `old` is a file, or a revision
/// of git in which all of them are looked up.
///
/// # Errors
/// Why it cannot be told.
pub(super) fn affected_by(project: &mut Project, old: &str, current: &Path) -> Result<BTreeSet<String>, String> {
    let mut ids = BTreeSet::new();
    for (process, before) in versions(project, old, current)? {
        let Some(new) = project.definitions.get(&process).cloned() else { continue };
        let told = std::mem::take(&mut project.found);
        let definition = before.definition(project);
        project.found = told;
        let old = Arc::new(definition.ok_or_else(|| format!("`{}` is no BPMN process", before.name))?);
        let diff = Diff::of(&project.sources, &old, &new);
        let compared = Compared { process: &process, old: &old, new: &new, diff: &diff, read_with: Side::New };
        let judged = judge(project, &compared, None).map_err(|error| error.to_string())?;
        ids.extend(judged.into_iter().filter(|one| one.judged.effect != Effect::None).map(|one| one.id));
    }
    Ok(ids)
}

/// The old versions that are meant, by the names of their processes.
fn versions(project: &Project, old: &str, current: &Path) -> Result<Vec<(String, Version)>, String> {
    let names: Vec<String> = project.definitions.keys().cloned().collect();
    if !current.join(old).is_file() && (!old.contains(':') || old.ends_with(':')) {
        let revision = old.trim_end_matches(':');
        let mut found = Vec::new();
        for name in names {
            // A process that is new has no old version; a revision that is none has none of any.
            match Version::at(revision, &name, project, current) {
                Ok(version) => found.push((name, version)),
                Err(error) if found.is_empty() && project.definitions.len() == 1 => return Err(error),
                Err(_) => {}
            }
        }
        if found.is_empty() {
            return Err(format!("`{old}` is neither a file nor a revision with a process of the settings"));
        }
        return Ok(found);
    }
    let version = Version::of(old, project, current)?;
    if let Some((name, _)) = &version.process {
        return Ok(vec![(name.clone(), version)]);
    }
    // A file from elsewhere is of the process that names itself alike.
    let mut probe = project.clone();
    let definition = version.definition(&mut probe).ok_or_else(|| format!("`{old}` is no BPMN process"))?;
    let alike = |other: &Definition| other.id().value == definition.id().value && other.name() == definition.name();
    let mut same = names.into_iter().filter(|name| project.definitions.get(name).is_some_and(|other| alike(other)));
    match (same.next(), same.next()) {
        (Some(name), None) => Ok(vec![(name, version)]),
        _ => Err(format!(
            "`{old}` is an old version of no process of the settings, by its id `{}` and its name",
            definition.id().value
        )),
    }
}
