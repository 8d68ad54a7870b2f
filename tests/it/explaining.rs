use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowproof::diagnostic::{Diagnostic, Example, Id, Style, frames, id_of, page, rules};
use flowproof::process::diagram::Diagram;
use flowproof::process::{Definition, lint_with};
use flowproof::project::{Project, Selection, Texts};
use flowproof::source::Sources;

use crate::project::{TestProject, shipped};

/// The problems of an example, as a file of the shipped project; what they are of is told by its first key.
fn problems(id: Id, example: &Example, base: &Project) -> (Vec<Diagnostic>, Sources) {
    if example.language == "xml" {
        let mut sources = Sources::new();
        let file = sources.add("example.bpmn", example.text);
        if id == Id::PROCESS_DIAGRAM {
            return (Diagram::read(&sources, file).1.sorted(), sources);
        }
        let (definition, mut found) = Definition::read(&sources, file);
        if let Some(definition) = definition.filter(|_| id.as_str().starts_with("lint/")).map(Arc::new) {
            let findings = lint_with(&definition, &base.knowledge(&definition)).into_iter();
            // An example has coordinates where it is about them alone.
            found.extend(findings.filter(|one| id == Id::LINT_NOT_DRAWN || one.id != Id::LINT_NOT_DRAWN));
        }
        return (found.sorted(), sources);
    }
    let text = example.text.to_owned();
    let project = if text.starts_with("flowproof:") {
        let mut texts = Texts::default();
        texts.set(shipped().join("flowproof.yaml"), text);
        Project::open_with(None, shipped(), texts)
    } else if text.starts_with("quarantine:") {
        let mut texts = Texts::default();
        texts.set(shipped().join("quarantine.yaml"), text);
        let mut project = Project::open_with(None, shipped(), texts);
        project.today = base.today;
        project.add_all_scenarios();
        project
    } else {
        let path = "scenarios/example.yaml";
        let mut project = base.clone();
        project.texts.set(shipped().join(path), text);
        project.add_scenarios(&[PathBuf::from(path)], shipped(), &Selection::default());
        project.check_fragments();
        project
    };
    (project.found.sorted(), project.sources)
}

fn base() -> Project {
    let mut project = Project::open(None, Path::new(shipped()));
    project.today = Some("2026-01-01".parse().unwrap());
    project
}

/// The wrong example of a page raises the id of the page alone, the right one nothing.
#[test]
fn examples_show_what_they_are_to_show() {
    let base = base();
    let (mut shown, mut other) = (0, Vec::new());
    for rule in rules() {
        let page = page(rule.id);
        if let Some(wrong) = &page.wrong {
            let (found, sources) = problems(rule.id, wrong, &base);
            let ids: Vec<_> = found.iter().map(|one| one.id).collect();
            if ids != [rule.id] {
                other.push(format!("── {} wrong\n{}", rule.id, frames(&found, &sources, Style::Plain)));
            }
            shown += 1;
        }
        if let Some(right) = &page.right {
            let (found, sources) = problems(rule.id, right, &base);
            if !found.is_empty() {
                other.push(format!("── {} right\n{}", rule.id, frames(&found, &sources, Style::Plain)));
            }
        }
    }
    assert!(other.is_empty(), "{}", other.join("\n"));
    assert!(shown >= 50, "{shown} examples");
}

/// What a page says that `--fix` does is done by it.
#[test]
fn certain_fixes_of_examples_mend_them() {
    let base = base();
    let mut mended = 0;
    for rule in rules() {
        let Some(wrong) = page(rule.id).wrong.filter(|one| one.text.starts_with("scenario:")) else { continue };
        let (found, sources) = problems(rule.id, &wrong, &base);
        let Some(fix) = found.iter().find_map(Diagnostic::certain_fix) else { continue };
        let (text, _) = flowproof::diagnostic::mended(fix.edits[0].span.file, [fix], &sources).unwrap();
        let text: &'static str = text.leak();
        let (left, sources) = problems(rule.id, &Example { text, ..wrong }, &base);
        let again = left.iter().any(|one| one.id == rule.id);
        assert!(!again, "{}:\n{text}\n{}", rule.id, frames(&left, &sources, Style::Plain));
        mended += 1;
    }
    assert!(mended > 12, "{mended} examples");
}

#[test]
fn ids_are_explained() {
    let project = TestProject::new();
    let told = project.does(&["explain", "scenario/unknown-activity"]);
    assert_eq!(told.code, Some(0));
    insta::assert_snapshot!(told.stdout);
    assert_eq!(
        project.does(&["explain", "error[scenario/unknown-activity]:"]).stdout,
        told.stdout,
        "as a frame has it"
    );

    let all = project.does(&["explain"]);
    assert_eq!(all.stdout.lines().count(), rules().len());
    assert!(all.stdout.lines().all(|line| line.split_whitespace().next().and_then(id_of).is_some()));

    for (asked, near) in
        [("scenario/unknown-activty", "scenario/unknown-activity"), ("unread-variable", "scenario/unread-variable")]
    {
        let told = project.does(&["explain", asked]);
        assert_eq!((told.code, told.stdout.as_str()), (Some(2), ""));
        assert!(told.stderr.contains(&format!("did you mean `{near}`?")), "{}", told.stderr);
    }
    assert!(project.does(&["explain", "nonsense"]).stderr.contains("`flowproof explain` lists all"));
}
