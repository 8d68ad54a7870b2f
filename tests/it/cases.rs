use serde_json::{Value, json};

use crate::project::{Ran, TestProject};

/// A scenario of one check whose rows stand elsewhere.
fn scenario(cases: &str) -> String {
    format!(
        "scenario: \"{{{{ case.kind }}}} is a photo\"\ncases: {cases}\nsteps:\n  - check: {{ \"{{{{ case.kind }}}}\": photo }}\n"
    )
}

fn verdicts(ran: &Ran) -> Vec<(String, String)> {
    ran.verdicts()
}

fn started(ran: &Ran, id: &str) -> Value {
    ran.events().find(|event| event["event"] == "scenario-started" && event["scenario"] == id).unwrap()
}

fn finished(ran: &Ran, id: &str) -> Value {
    ran.events().find(|event| event["event"] == "scenario-finished" && event["scenario"] == id).unwrap()
}

#[test]
fn each_row_is_a_scenario_and_fails_alone() {
    let sources = [
        ("csv", "data/rows.csv", "id,kind\na,photo\nb,scan\nc,photo\n"),
        (
            "json",
            "data/rows.json",
            r#"[{"id": "a", "kind": "photo"}, {"id": "b", "kind": "scan"}, {"id": "c", "kind": "photo"}]"#,
        ),
        ("yaml", "data/rows.yaml", "- { id: a, kind: photo }\n- { id: b, kind: scan }\n- { id: c, kind: photo }\n"),
    ];
    let mut project = TestProject::bare();
    for (name, file, text) in sources {
        project =
            project.file(&format!("scenarios/{file}"), text).file(&format!("scenarios/{name}.yaml"), scenario(file));
    }
    let inline = scenario("[{ id: a, kind: photo }, { id: b, kind: scan }, { id: c, kind: photo }]");
    let project = project.file("scenarios/inline.yaml", inline);
    let ran = project.run(&[]);
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    let mut expected = Vec::new();
    for name in ["csv", "inline", "json", "yaml"] {
        for (id, verdict) in [("a", "passed"), ("b", "failed"), ("c", "passed")] {
            expected.push((format!("scenarios/{name}.yaml#{id}"), verdict.to_owned()));
        }
    }
    assert_eq!(verdicts(&ran), expected);
    let began = started(&ran, "scenarios/csv.yaml#b");
    assert_eq!(began["title"], "scan is a photo");
    let case = json!({ "number": 2, "at": "scenarios/data/rows.csv:3:1", "values": { "id": "b", "kind": "scan" } });
    assert_eq!(began["case"], case);
    for told in [
        "case 2 at scenarios/data/rows.csv:3:1: id \"b\", kind \"scan\"",
        ", of the case `b` at scenarios/data/rows.csv:3:1",
        "4 failed, 8 passed of 12 scenarios",
    ] {
        assert!(ran.stdout.contains(told), "`{told}` is not told:\n{}", ran.stdout);
    }
}

#[test]
fn rows_without_an_id_are_numbered_and_have_data_of_their_own() {
    let text = "scenario: A name\ncases: [{ a: 1 }, { a: 2 }]\nvars: { name: \"{{ fake.name() }}\" }\nsteps:\n  - check: { \"{{ vars.name }}{{ case.a }}\": \"\" }\n";
    let project = TestProject::bare().file("scenarios/a.yaml", text);
    let named = |seed| {
        let ran = project.run(&["--seed", seed]);
        assert_eq!(ran.code, Some(1), "{}", ran.all());
        let judged = ran.events().filter(|event| event["event"] == "expectation-judged");
        let mut names: Vec<_> =
            judged.map(|event| (event["scenario"].to_string(), event["expectation"]["actual"].to_string())).collect();
        names.sort();
        names
    };
    let names = named("1");
    assert_eq!((names[0].0.as_str(), names[1].0.as_str()), ("\"scenarios/a.yaml#1\"", "\"scenarios/a.yaml#2\""));
    assert_ne!(names[0].1.trim_end_matches("1\""), names[1].1.trim_end_matches("2\""));
    assert_eq!(names, named("1"));
    assert_ne!(names, named("2"));
}

#[test]
fn files_of_rows_are_checked_before_anything_runs() {
    let project = TestProject::bare()
        .file("scenarios/a.yaml", scenario("rows.csv"))
        .file("scenarios/b.yaml", scenario("rows.csv"))
        .file("scenarios/outside.yaml", scenario("../../rows.csv"))
        .file("scenarios/none.yaml", scenario("none.csv"))
        .file("scenarios/empty.yaml", scenario("empty.csv"))
        .file("scenarios/empty.csv", "kind\n")
        .file("scenarios/rows.csv", "kind\nphoto,1\n");
    let ran = project.run(&[]);
    assert_eq!(ran.code, Some(2), "{}", ran.all());
    insta::assert_snapshot!(ran.stderr);
    // A table without rows is no mistake of the run's, but nothing is selected by it.
    let ran = project.run(&["scenarios/empty.yaml"]);
    assert_eq!(ran.code, Some(4), "{}", ran.all());
}

fn standing(line: &str, kind: &str) -> String {
    format!(
        "scenario: A photo\n{line}\nvars: {{ kind: {kind} }}\nsteps:\n  - check: {{ \"{{{{ vars.kind }}}}\": photo }}\n"
    )
}

#[test]
fn skipped_scenarios_say_why() {
    let settings = "flowproof: 1\nenvironments:\n  simulator: { kind: simulator }\n  staging: { base-url: \"http://127.0.0.1:1\" }\n";
    let project = TestProject::bare()
        .file("flowproof.yaml", settings)
        .file(
            "scenarios/skipped.yaml",
            standing("skip: \"the camera is being replaced\"\nowner: team-a\ncovers: [REQ-1]", "scan"),
        )
        .file("scenarios/elsewhere.yaml", standing("requires: staging", "scan"))
        .file("scenarios/here.yaml", standing("requires: [staging, simulator]", "photo"));
    let ran = project.run(&[]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    assert!(ran.stdout.contains("2 skipped, 1 passed of 3 scenarios"), "{}", ran.stdout);
    assert_eq!(finished(&ran, "scenarios/skipped.yaml")["reason"], "the camera is being replaced");
    assert_eq!(finished(&ran, "scenarios/elsewhere.yaml")["reason"], "requires staging, and the target is simulator");
    assert_eq!(finished(&ran, "scenarios/here.yaml")["verdict"], "passed");
    let began = started(&ran, "scenarios/skipped.yaml");
    assert_eq!((&began["owner"], &began["covers"]), (&json!("team-a"), &json!(["REQ-1"])));
    let ran = project.run(&["--env", "staging"]);
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    assert_eq!(finished(&ran, "scenarios/elsewhere.yaml")["verdict"], "failed");
    // Without the reason to skip it, it fails.
    let project = project.file("scenarios/skipped.yaml", standing("owner: team-a", "scan"));
    assert_eq!(project.run(&["scenarios/skipped.yaml"]).code, Some(1));
}

#[test]
fn a_known_failure_does_not_count_until_its_day_is_over() {
    let known = |until: &str| format!("known-failure: {{ ticket: FP-7, until: {until} }}");
    let run = |line: &str, kind: &str| TestProject::bare().file("scenarios/a.yaml", standing(line, kind)).run(&[]);
    let finding = |ran: &Ran| finished(ran, "scenarios/a.yaml")["known_failure"]["finding"].clone();
    let ran = run(&known("9999-12-31"), "scan");
    assert_eq!((ran.code, finding(&ran)), (Some(0), json!("confirmed")), "{}", ran.all());
    assert_eq!(finished(&ran, "scenarios/a.yaml")["verdict"], "failed");
    assert!(ran.stdout.contains("scenarios/a.yaml: FP-7, until 9999-12-31"), "{}", ran.stdout);
    assert!(ran.stdout.contains("1 failed as is known, 0 passed of 1 scenario"), "{}", ran.stdout);

    let ran = run(&known("9999-12-31"), "photo");
    assert_eq!((ran.code, finding(&ran)), (Some(0), json!("unexpected")), "{}", ran.all());
    assert!(ran.stdout.contains("passed although a failure is known"), "{}", ran.stdout);

    let ran = run(&known("2020-01-31"), "scan");
    assert_eq!((ran.code, finding(&ran)), (Some(1), json!("expired")), "{}", ran.all());
    assert!(ran.stdout.contains("FP-7 was known until 2020-01-31: the failure counts again"), "{}", ran.stdout);
    assert!(ran.stderr.contains("scenario/expired-failure"), "{}", ran.stderr);

    let ran = run(&known("2020-01-31"), "photo");
    assert_eq!((ran.code, finding(&ran)), (Some(1), json!("expired")), "{}", ran.all());

    // What cannot be carried out is another failure than the known one.
    let ran = run(&known("9999-12-31"), "\"{{ env.NOT_THERE }}\"");
    assert_eq!((ran.code, finding(&ran)), (Some(3), Value::Null), "{}", ran.all());
}

#[test]
fn one_case_can_be_known_to_fail_or_be_skipped() {
    let rows = "[{ id: a, kind: scan }, { id: b, kind: scan }, { id: c, kind: scan }, { id: d, kind: photo }]";
    let lines =
        "skip: { reason: No film, cases: [b] }\nknown-failure: { ticket: FP-7, until: 9999-12-31, cases: [a, c] }\n";
    let project = TestProject::bare().file("scenarios/a.yaml", format!("{}{lines}", scenario(rows)));
    let ran = project.run(&[]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    assert!(ran.stdout.contains("1 skipped, 2 failed as is known, 1 passed of 4 scenarios"), "{}", ran.stdout);
    // The same failure in a case that is not named counts.
    let project = project.file("scenarios/a.yaml", format!("{}{}", scenario(rows), lines.replace("a, c", "a, d")));
    assert_eq!(project.run(&[]).code, Some(1));
}

#[test]
fn templates_read_files_beside_the_scenario() {
    let text = "scenario: A file is read\ncases: [{ name: letter }]\nvars:\n  letter: \"{{ file(case.name ~ '.txt') }}\"\nsteps:\n  - check:\n      \"{{ vars.letter }}\": Dear Ada\n      \"{{ hash(file('clear.jpg')) }}\": { length: 64 }\n";
    let project = TestProject::bare().file("scenarios/a.yaml", text).file("scenarios/letter.txt", "Dear Ada");
    let ran = project.run(&[]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    let ran = project.file("scenarios/letter.txt", "Dear Grace").run(&[]);
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    let missing = text.replace("name: letter", "name: none");
    let ran = TestProject::bare().file("scenarios/a.yaml", missing).run(&[]);
    assert_eq!(ran.code, Some(3), "{}", ran.all());
    assert!(ran.stdout.contains("there is no file `scenarios/none.txt`"), "{}", ran.stdout);
}
