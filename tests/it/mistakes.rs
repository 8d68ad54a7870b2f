use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use flowproof::catalogue::Catalogue;
use flowproof::diagnostic::{Diagnostic, Diagnostics, Style, frames, rules};
use flowproof::process::Definition;
use flowproof::project::{Project, Selection, Texts};
use flowproof::source::Sources;

use crate::project::shipped;

/// What is marked in a file: the places in which a problem must be told.
const MARK: &str = "<- here";
/// Where no mark can stand, the first line says where the problem is: `# line: [FILE:]NUMBER`.
const LINE: &str = "# line: ";

/// The name under which a project has a file of its root.
fn own_name(kind: &str) -> &'static str {
    if kind == "settings" { "flowproof.yaml" } else { "quarantine.yaml" }
}

/// What the check finds in a file; what kind of file it is, its folder tells.
fn problems(path: &Path, base: &Project) -> (Vec<Diagnostic>, Sources) {
    let kind = path.parent().unwrap().file_name().unwrap().to_str().unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    let text = || std::fs::read_to_string(path).unwrap();
    let mut sources = Sources::new();
    match kind {
        "process" => {
            let file = sources.add(name, text());
            let (_, found) = Definition::read(&sources, file);
            (found.sorted(), sources)
        }
        "catalogue" => {
            let file = sources.add(name, text());
            let mut found = Diagnostics::new();
            Catalogue::read(&sources, file, &mut found);
            (found.sorted(), sources)
        }
        "settings" | "quarantine" => {
            let mut texts = Texts::default();
            texts.set(shipped().join(own_name(kind)), text());
            let mut project = Project::open_with(None, shipped(), texts);
            project.today = base.today;
            project.add_scenarios(&[PathBuf::from("scenarios/none")], shipped(), &Selection::default());
            // No scenario is asked for, only the settings and what they name.
            let of_settings = |one: &Diagnostic| one.primary.is_some();
            (project.found.sorted().into_iter().filter(of_settings).collect(), project.sources)
        }
        _ => {
            let mut project = base.clone();
            project.add_scenarios(&[path.to_owned()], shipped(), &Selection::default());
            project.check_fragments();
            (project.found.sorted(), project.sources)
        }
    }
}

fn base() -> Project {
    let mut project = Project::open(None, shipped());
    assert!(project.found.is_empty(), "the project itself is sound");
    project.today = Some("2026-01-01".parse().unwrap());
    project
}

/// The lines in which a problem must be told: the end of the file's name, and the line.
fn marked(path: &Path) -> BTreeSet<(String, usize)> {
    let text = std::fs::read_to_string(path).unwrap();
    let own = path.file_name().unwrap().to_str().unwrap();
    let kind = path.parent().unwrap().file_name().unwrap().to_str().unwrap();
    let own = if matches!(kind, "settings" | "quarantine") { own_name(kind) } else { own };
    if let Some(place) = text.lines().next().and_then(|line| line.strip_prefix(LINE)) {
        let (file, line) = place.rsplit_once(':').unwrap_or((own, place));
        return BTreeSet::from([(file.to_owned(), line.trim().parse().unwrap())]);
    }
    let lines = text.lines().enumerate().filter(|(_, line)| line.contains(MARK));
    lines.map(|(at, _)| (own.to_owned(), at + 1)).collect()
}

fn line(one: &Diagnostic, sources: &Sources) -> (String, usize) {
    let label = one.primary.as_ref().unwrap_or_else(|| panic!("`{}` has no place", one.message));
    let file = sources.file(label.span.file);
    (file.name().to_owned(), file.position(label.span.start as usize).line)
}

/// Whether it says what to do, beside the place or below it.
fn advises(one: &Diagnostic) -> bool {
    !one.help.is_empty() || one.primary.as_ref().is_some_and(|label| !label.message.is_empty())
}

/// A file with one mistake has one problem, at the line that is marked, and is told what to do. A new case is a new file.
#[test]
fn one_mistake_is_one_problem_at_its_line() {
    let base = base();
    let mut wrong: BTreeMap<String, String> = BTreeMap::new();
    let (mut count, mut told) = (0, BTreeSet::new());
    insta::glob!("../corpus/invalid/one", "*/*.{yaml,bpmn}", |path| {
        let (found, sources) = problems(path, &base);
        let shown = frames(&found, &sources, Style::Plain);
        count += 1;
        told.extend(found.iter().map(|one| one.id.as_str()));
        let problem = match found.as_slice() {
            [one] if !advises(one) => Some("does not say what to do".to_owned()),
            [one] => {
                let marked = marked(path);
                let (name, line) = line(one, &sources);
                let right = marked.iter().any(|(file, number)| name.ends_with(file.as_str()) && *number == line);
                (!right || marked.len() != 1).then(|| format!("is told at {name}:{line}, marked is {marked:?}"))
            }
            many => Some(format!("has {} problems", many.len())),
        };
        let name = path.strip_prefix(shipped().join("tests/corpus/invalid/one")).unwrap_or(path);
        if let Some(problem) = problem {
            wrong.insert(name.display().to_string(), format!("{problem}\n{shown}"));
        }
        insta::assert_snapshot!(shown);
    });
    let wrong: Vec<String> = wrong.iter().map(|(name, problem)| format!("── {name} {problem}")).collect();
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 150, "{count} files");
    // What is said of the soundness of processes has examples on its pages, which are looked at elsewhere.
    let of_files = rules().iter().map(|rule| rule.id.as_str()).filter(|id| !id.starts_with("lint/"));
    let never: Vec<&str> = of_files.filter(|id| !told.contains(id)).collect();
    // Files that are too large, what is asked for on the command line, what a run or `process lint` alone can tell, and bounds that take thousands of lines.
    let elsewhere = [
        "file/too-large",
        "scenario/nesting",
        "select/filter",
        "select/line",
        "cases/limit",
        "template/undefined",
        "template/failed",
        "process/limit",
        "process/diagram",
        "accepted/expired",
        "accepted/unused",
        "catalogue/duplicate",
    ];
    assert_eq!(never, elsewhere, "these problems are told of no file here");
}

/// All mistakes of a file are told in one go, each at its line.
#[test]
fn several_mistakes_are_told_in_one_go() {
    let base = base();
    let (mut count, mut wrong) = (0, Vec::new());
    insta::glob!("../corpus/invalid/several", "*/*.{yaml,bpmn}", |path| {
        let (found, sources) = problems(path, &base);
        let shown = frames(&found, &sources, Style::Plain);
        let lines: BTreeSet<(String, usize)> = found
            .iter()
            .map(|one| {
                let (name, line) = line(one, &sources);
                (name.rsplit('/').next().unwrap_or_default().to_owned(), line)
            })
            .collect();
        let marked = marked(path);
        assert!(marked.len() > 2, "{} has few mistakes", path.display());
        if lines != marked {
            let only = |one: &BTreeSet<(String, usize)>, other| {
                one.difference(other).map(|(_, line)| *line).collect::<Vec<_>>()
            };
            let (missed, unmarked) = (only(&marked, &lines), only(&lines, &marked));
            wrong.push(format!("── {}: missed {missed:?}, not marked {unmarked:?}\n{shown}", path.display()));
        }
        insta::assert_snapshot!(shown);
        count += 1;
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 20, "{count} files");
}
