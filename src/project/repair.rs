use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Project, Texts};
use crate::diagnostic::{Diagnostic, Fix, mended};
use crate::source::FileId;

/// How often what was mended is looked at again, since one mistake can hide another.
const MAX_PASSES: usize = 10;

/// What a repair comes to. Nothing is written: that is left to who asked for it.
pub struct Repair {
    /// The project as it is after it.
    pub project: Project,
    /// The files that are to be written, by path.
    pub changed: BTreeMap<String, Change>,
}

/// The change of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Its text before; a file with another is not to be written.
    pub before: String,
    /// Its text afterwards.
    pub after: String,
    /// What was mended, in order: the place and what was done there.
    pub done: Vec<String>,
}

/// Applies every fix that is certain, again and again until there is none left. `look` gives the project with some texts in
/// the place of files. A file in which there would be more problems than before stays as it is.
pub fn repair(project: Project, look: impl Fn(Texts) -> Project) -> Repair {
    let before = problems(&project);
    let mut changed: BTreeMap<String, Change> = BTreeMap::new();
    let mut spoilt: BTreeSet<String> = BTreeSet::new();
    let mut project = project;
    for _ in 0..MAX_PASSES {
        if !pass(&project, &spoilt, &mut changed) {
            break;
        }
        project = look(texts(&project.root, &changed));
    }
    loop {
        let after = problems(&project);
        let total = |counts: &BTreeMap<String, usize>| counts.values().sum::<usize>();
        let count = |counts: &BTreeMap<String, usize>, path: &str| counts.get(path).copied().unwrap_or_default();
        let mut worse: Vec<String> =
            changed.keys().filter(|path| count(&after, path) > count(&before, path)).cloned().collect();
        if worse.is_empty() && total(&after) > total(&before) {
            worse = changed.keys().cloned().collect();
        }
        if worse.is_empty() {
            return Repair { project, changed };
        }
        changed.retain(|path, _| !worse.contains(path));
        spoilt.extend(worse);
        project = look(texts(&project.root, &changed));
    }
}

/// Applies what can be applied at once, and tells whether that was anything.
fn pass(project: &Project, spoilt: &BTreeSet<String>, changed: &mut BTreeMap<String, Change>) -> bool {
    let mut by_file: BTreeMap<FileId, Vec<(&Diagnostic, &Fix)>> = BTreeMap::new();
    for one in project.found.iter() {
        let Some(fix) = one.certain_fix() else { continue };
        let Some(edit) = fix.edits.first() else { continue };
        by_file.entry(edit.span.file).or_default().push((one, fix));
    }
    let mut any = false;
    for (id, fixes) in by_file {
        let file = project.sources.file(id);
        // What is inside of the program cannot be written.
        if spoilt.contains(file.name()) || !project.has_text(file.name()) {
            continue;
        }
        let Some((text, applied)) = mended(id, fixes.iter().map(|(_, fix)| *fix), &project.sources) else { continue };
        let change = changed
            .entry(file.name().to_owned())
            .or_insert_with(|| Change { before: file.text().to_owned(), ..Change::default() });
        change.after = text;
        for (one, fix) in applied.into_iter().filter_map(|at| fixes.get(at)) {
            let place = project.sources.locate(fix.edits[0].span);
            change.done.push(format!("{place}: {} ({})", fix.title, one.id));
        }
        any = true;
    }
    any
}

fn texts(root: &Path, changed: &BTreeMap<String, Change>) -> Texts {
    let mut texts = Texts::default();
    changed.iter().for_each(|(path, change)| texts.set(root.join(path), change.after.clone()));
    texts
}

/// How many problems each file has.
fn problems(project: &Project) -> BTreeMap<String, usize> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for one in project.found.iter() {
        let file = one.primary.as_ref().map(|label| project.sources.file(label.span.file).name().to_owned());
        *counts.entry(file.unwrap_or_default()).or_default() += 1;
    }
    counts
}
