//! Scenarios whose verdict is told and does not count, until a day.

use serde_json::{Value, json};

use crate::project::{Ran, TestProject, assert_told, events};

const FAILS: &str = "scenario: It fails\nvars: { one: 1 }\nsteps:\n  - check: { \"{{ vars.one }}\": 2 }\n";
const PASSES: &str = "scenario: It passes\nvars: { one: 1 }\nsteps:\n  - check: { \"{{ vars.one }}\": 1 }\n";
const ERRORS: &str =
    "scenario: It cannot be carried out\nvars: { one: \"x\" }\nsteps:\n  - if: \"{{ vars.one }}\"\n    wait: 1s\n";

fn project(quarantine: &str) -> TestProject {
    TestProject::bare()
        .file("quarantine.yaml", format!("quarantine: 1\nscenarios:\n{quarantine}"))
        .file("scenarios/errors.yaml", ERRORS)
        .file("scenarios/fails.yaml", FAILS)
        .file("scenarios/passes.yaml", PASSES)
}

fn quarantine(ran: &Ran, id: &str) -> Value {
    let ended = events(ran, "scenario-finished");
    ended.iter().find(|event| event["scenario"] == id).unwrap()["quarantine"].clone()
}

const ALL: &str =
    "  - { scenario: \"scenarios/*\", reason: The camera service restarts, until: 2999-01-31, ticket: X-1 }\n";

#[test]
fn what_is_in_quarantine_is_run_and_does_not_count() {
    let ran = project(ALL).run(&[]);
    let told = [
        "did not pass, in quarantine",
        "scenarios/errors.yaml errored: The camera service restarts (X-1), until 2999-01-31",
        "scenarios/fails.yaml failed: The camera service restarts (X-1), until 2999-01-31",
        "2 did not pass in quarantine, 1 passed of 3 scenarios",
    ];
    assert_told(&ran, 0, &told);
    assert!(!ran.stdout.contains("vars.one is 1, expected 2"), "nobody needs to look:\n{}", ran.stdout);
    let expected = json!({ "reason": "The camera service restarts (X-1)", "until": "2999-01-31", "expired": false });
    assert_eq!(quarantine(&ran, "scenarios/fails.yaml"), expected);
    assert_eq!(quarantine(&ran, "scenarios/passes.yaml"), expected);
    let summary = &events(&ran, "run-finished")[0]["summary"];
    assert_eq!(
        (&summary["failed"], &summary["quarantined"], &summary["quarantined_errors"]),
        (&1.into(), &1.into(), &1.into())
    );
    // All of it is shown to who asks.
    assert_told(&project(ALL).run(&["--verbose"]), 0, &["vars.one is 1, expected 2"]);
    // What is not named counts.
    let one = ALL.replace("scenarios/*", "scenarios/errors.yaml");
    assert_told(&project(&one).run(&[]), 1, &["1 failed, 1 did not pass in quarantine, 1 passed of 3 scenarios"]);
    let one = ALL.replace("scenarios/*", "scenarios/fails.yaml");
    assert_told(&project(&one).run(&[]), 3, &["1 errored"]);
    assert_told(&project(ALL).run(&["--fail-fast", "--jobs", "1"]), 0, &["1 passed of 3 scenarios"]);
}

#[test]
fn after_its_day_it_counts_again_and_the_run_says_so() {
    let expired = ALL.replace("2999", "2020").replace("scenarios/*", "scenarios/passes.yaml");
    let project = project(&expired);
    let ran = project.run(&["scenarios/passes.yaml"]);
    assert_told(
        &ran,
        1,
        &["scenarios/passes.yaml: it was in quarantine until 2020-01-31: The camera service", "1 scenario passed"],
    );
    assert!(ran.stderr.contains("quarantine/expired"), "{}", ran.stderr);
    assert_eq!(quarantine(&ran, "scenarios/passes.yaml")["expired"], true);
    let ran = project
        .file("quarantine.yaml", format!("quarantine: 1\nscenarios:\n{}", ALL.replace("2999", "2020")))
        .run(&["scenarios/fails.yaml"]);
    assert_told(&ran, 1, &["vars.one is 1, expected 2", "1 failed"]);
}

#[test]
fn the_settings_may_name_another_file() {
    let settings = "flowproof: 1\nquarantine: tests/night.yaml\n";
    let text = format!("quarantine: 1\nscenarios:\n{ALL}");
    let project = TestProject::new()
        .file("flowproof.yaml", settings)
        .file("scenarios/fails.yaml", FAILS)
        .file("tests/night.yaml", &text)
        .file("quarantine.yaml", "quarantine: 1\nscenarios: []\n");
    assert_told(&project.run(&[]), 0, &["1 did not pass in quarantine"]);
    let listed = project.does(&["list"]);
    assert!(listed.stdout.contains("is in quarantine until 2999-01-31: The camera"), "{}", listed.stdout);
    let project = project.file("flowproof.yaml", settings.replace("night", "nigt"));
    let ran = project.run(&[]);
    assert!(ran.code == Some(2) && ran.stderr.contains("did you mean `tests/night.yaml`?"), "{}", ran.all());
}

#[test]
fn entries_about_no_scenario_are_warned_of_wherever_that_is_certain() {
    let cases = "scenario: Rows\ncases: [{ id: one }, { id: two }]\nsteps:\n  - check: { \"{{ case.id }}\": { type: string } }\n";
    let entry = |name: &str| format!("  - {{ scenario: \"{name}\", reason: x, until: 2999-01-31 }}\n");
    let told = |name: &str, arguments: &[&str]| {
        let ran = project(&entry(name)).file("scenarios/rows.yaml", cases).does(arguments);
        assert_eq!(ran.code, Some(0), "{}", ran.all());
        ran.stderr
    };
    let check = &["check"][..];
    for known in ["scenarios/rows.yaml", "scenarios/rows.yaml#two", "scenarios/r*", "scenarios/rows.yaml#t*", "**/*"] {
        assert_eq!(told(known, check), "", "{known}");
    }
    for (unknown, near) in
        [("scenarios/row.yaml", "scenarios/rows.yaml"), ("scenarios/rows.yaml#tow", "scenarios/rows.yaml#two")]
    {
        let stderr = told(unknown, check);
        assert!(
            stderr.contains("quarantine/unknown-scenario") && stderr.contains(&format!("did you mean `{near}`?")),
            "{stderr}"
        );
    }
    assert!(told("elsewhere/*", check).contains("there is no scenario `elsewhere/*`"));
    // Of a file that was not read, or in part, nobody knows the cases.
    for arguments in [&["check", "scenarios/passes.yaml"][..], &["check", "scenarios/rows.yaml#one"]] {
        assert_eq!(told("scenarios/rows.yaml#tow", arguments), "", "{arguments:?}");
    }
}
