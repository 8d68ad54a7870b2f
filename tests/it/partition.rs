use std::collections::BTreeSet;

use crate::project::{TestProject, assert_told, events};

fn project() -> TestProject {
    let rows: Vec<String> = (1..=9).map(|id| format!("{{ id: c{id}, kind: photo }}")).collect();
    let rows = rows.join(", ");
    TestProject::new()
        .file(
            "scenarios/rows.yaml",
            format!("scenario: Rows\ncases: [{rows}]\nsteps:\n  - check: {{ \"{{{{ case.kind }}}}\": photo }}\n"),
        )
        .file("scenarios/a.yaml", "scenario: A\nsteps:\n  - check: { \"{{ 1 }}\": 1 }\n")
        .file("scenarios/b.yaml", "scenario: B\nsteps:\n  - check: { \"{{ 1 }}\": 1 }\n")
}

fn ids(project: &TestProject, partition: &str) -> Vec<String> {
    let ran = project.run(&["--partition", partition]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    let ids: Vec<String> = ran.verdicts().into_iter().map(|(id, _)| id).collect();
    let started = &events(&ran, "run-started")[0];
    assert_eq!(started["scenarios"], ids.len());
    assert_eq!(started["partition"]["all"], 11);
    ids
}

#[test]
fn the_parts_together_are_the_whole() {
    let project = project();
    for by in ["hash", "time"] {
        let parts: Vec<Vec<String>> = (1..=3).map(|part| ids(&project, &format!("{by}:{part}/3"))).collect();
        assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), 11, "{by}: {parts:?}");
        assert_eq!(parts.iter().flatten().collect::<BTreeSet<_>>().len(), 11, "{by}: {parts:?}");
        assert!(parts.iter().all(|part| part.len() < 11), "{by}: {parts:?}");
    }
}

#[test]
fn a_part_by_hash_keeps_its_scenarios_when_others_come() {
    let project = project();
    let before = ids(&project, "hash:2/3");
    let project = project.file("scenarios/c.yaml", "scenario: C\nsteps:\n  - check: { \"{{ 1 }}\": 1 }\n");
    let ran = project.run(&["--partition", "hash:2/3"]);
    let after: Vec<String> = ran.verdicts().into_iter().map(|(id, _)| id).collect();
    assert!(before.iter().all(|id| after.contains(id)), "{before:?} {after:?}");
}

#[test]
fn parts_that_fit_together_have_one_basis() {
    let project = project();
    let basis = |arguments: &[&str]| {
        events(&project.run(arguments), "run-started")[0]["partition"]["basis"].as_str().unwrap().to_owned()
    };
    assert_eq!(basis(&["--partition", "hash:1/3"]), basis(&["--partition", "hash:3/3"]));
    assert_ne!(basis(&["--partition", "hash:1/3"]), basis(&["scenarios/a.yaml", "--partition", "hash:3/3"]));
}

#[test]
fn an_empty_part_is_no_error_and_an_empty_selection_is() {
    let project = project();
    let empty = (1..=400).find(|part| {
        let ran = project.run(&["scenarios/a.yaml", "--partition", &format!("hash:{part}/2")]);
        ran.verdicts().is_empty()
    });
    let ran = project.run(&["scenarios/a.yaml", "--partition", &format!("hash:{}/2", empty.unwrap())]);
    assert_told(&ran, 0, &["part ", " of 2 has no scenario"]);
    assert!(ran.stderr.contains("of 2 has none of the 1 selected scenario"), "{}", ran.stderr);
    assert_eq!(events(&ran, "run-finished").len(), 1, "who merges the parts finds it");
    assert_eq!(project.run(&["--tag", "unheard", "--partition", "hash:1/2"]).code, Some(4));
}

#[test]
fn the_environment_names_a_part_and_what_is_wrong_is_explained() {
    let project = project();
    let ran = project.run_with(&[], &[("FLOWPROOF_PARTITION", "hash:1/3")]);
    assert_eq!(events(&ran, "run-started")[0]["partition"]["of"], 3);
    let ran = project.run(&["--partition", "hash:0/4"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("parts are counted from 1, so of 4 the first is `hash:1/4`"), "{}", ran.stderr);
}

fn fingerprint(project: &TestProject, scenario: &str) -> String {
    let ran = project.run(&["scenarios"]);
    let started = events(&ran, "scenario-started").into_iter().find(|event| event["scenario"] == scenario);
    started.unwrap_or_else(|| panic!("{}", ran.all()))["fingerprint"].as_str().unwrap().to_owned()
}

/// Each change of a file changes the fingerprints of the scenarios that depend on it, and of no other.
#[test]
fn fingerprints_change_with_what_a_scenario_depends_on() {
    let walk = "scenario: Walk\nprocess: face-onboarding\nsteps:\n  - use: open.yaml\n  - activity: capture-face\n    with: { image: clear.jpg }\n  - check: { \"{{ vars.made }}\": made of us }\n";
    let files = [
        (
            "flowproof.yaml",
            "flowproof: 1\nprocesses: { face-onboarding: processes/face-onboarding.bpmn }\nvars: { country: us, other: x, made: \"made of {{ vars.country }}\" }\n",
        ),
        ("scenarios/walk.yaml", walk),
        ("scenarios/open.yaml", "fragment: Open\nsteps:\n  - activity: introduction\n  - activity: capture-consent\n"),
        (
            "scenarios/rows.yaml",
            "scenario: Rows\ncases: rows.csv\nsteps:\n  - check: { \"{{ case.kind }}\": { type: string } }\n",
        ),
        ("scenarios/rows.csv", "id,kind,note\na,photo,notes.txt\nb,scan,\n"),
        ("scenarios/notes.txt", "one"),
        ("scenarios/alone.yaml", "scenario: Alone\nsteps:\n  - check: { \"{{ 1 }}\": 1 }\n"),
    ];
    let mut project = TestProject::bare();
    for (name, text) in files {
        project = project.file(name, text);
    }
    let all = ["walk.yaml", "rows.yaml#a", "rows.yaml#b", "alone.yaml"];
    let taken = |project: &TestProject| all.map(|id| fingerprint(project, &format!("scenarios/{id}")));
    let before = taken(&project);
    assert_eq!(before, taken(&project), "nothing has changed");
    let bpmn = std::fs::read_to_string(project.path("processes/face-onboarding.bpmn")).unwrap();
    let image = [std::fs::read(project.path("scenarios/clear.jpg")).unwrap(), vec![0]].concat();
    let changes: [(&str, Vec<u8>, &[&str]); 9] = [
        ("scenarios/walk.yaml", walk.replace("Walk", "Walked").into(), &["walk.yaml"]),
        ("scenarios/open.yaml", files[2].1.replace("Open", "Opened").into(), &["walk.yaml"]),
        ("scenarios/clear.jpg", image, &["walk.yaml"]),
        ("processes/face-onboarding.bpmn", (bpmn + "<!-- -->").into(), &["walk.yaml"]),
        // What the scenario's variable is made of.
        ("flowproof.yaml", files[0].1.replace("country: us", "country: \"us\"").into(), &["walk.yaml"]),
        ("flowproof.yaml", files[0].1.replace("other: x", "other: y").into(), &[]),
        ("scenarios/rows.csv", files[4].1.replace("scan", "scanned").into(), &["rows.yaml#b"]),
        ("scenarios/notes.txt", "two".into(), &["rows.yaml#a"]),
        ("scenarios/rows.yaml", files[3].1.replace("Rows", "All rows").into(), &["rows.yaml#a", "rows.yaml#b"]),
    ];
    for (name, bytes, expected) in changes {
        let original = std::fs::read(project.path(name)).unwrap();
        project = project.file(name, bytes);
        let after = taken(&project);
        let changed: Vec<&str> =
            all.into_iter().zip(before.iter().zip(&after)).filter(|(_, (a, b))| a != b).map(|(id, _)| id).collect();
        assert_eq!(changed, expected, "{name}");
        project = project.file(name, original);
    }
}
