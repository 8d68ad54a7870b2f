use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::loopback::{http, recording};
use crate::project::{Ran, TestProject, assert_told};

/// The events of a run on a day of November: each scenario with what it came to (`+` passed, `-` failed, `!` could not be carried
/// out, `~` passed when it was run again), what it is made of and how long it took.
fn night(run: &str, day: u32, environment: &str, results: &[(String, char, char, f64)]) -> String {
    let at = format!("2026-11-{day:02}T02:00:00.000Z");
    let mut text = String::new();
    let mut tell = |event: Value| writeln!(text, "{event}").unwrap();
    let target = json!({ "name": environment, "simulator": false, "base_url": "http://acme.example" });
    tell(json!({ "at": at, "event": "run-started", "version": 1, "flowproof": "0.1.0", "run": run, "seed": 7,
        "target": target, "scenarios": results.len(), "jobs": 4 }));
    let mut counts = [0; 4];
    for (id, mark, made_of, millis) in results {
        let begun = |attempt: u32| {
            json!({ "at": at, "scenario": id, "event": "scenario-started", "title": id, "attempt": attempt,
                "fingerprint": made_of.to_string().repeat(64) })
        };
        let step =
            json!({ "number": 1, "section": "steps", "kind": "activity", "subject": "capture-face", "visit": 1 });
        let problem = match mark {
            '!' => json!({ "id": "run/timeout", "verdict": "errored", "step": 1,
                "message": format!("POST /v1/{day}: no answer from http://acme.example within 30 s") }),
            _ => json!({ "id": "expect/outcome", "verdict": "failed", "step": 1,
                "message": "`capture-face` gave `quality-failure` (code 748), expected `success`" }),
        };
        tell(begun(1));
        tell(json!({ "at": at, "scenario": id, "event": "step-started", "step": step }));
        if *mark == '~' {
            tell(json!({ "at": at, "scenario": id, "event": "scenario-retried", "attempt": 1, "verdict": "failed",
                "pause": "PT1S", "millis": 5, "steps": 1, "expectations": 1, "requests": 1, "problems": [problem] }));
            tell(begun(2));
        }
        let (verdict, problems) = match mark {
            '+' | '~' => ("passed", json!([])),
            '!' => ("errored", json!([problem])),
            _ => ("failed", json!([problem])),
        };
        counts[["passed", "failed", "errored"].iter().position(|one| *one == verdict).unwrap()] += 1;
        counts[3] += usize::from(*mark == '~');
        tell(
            json!({ "at": at, "scenario": id, "event": "scenario-finished", "verdict": verdict, "flaky": *mark == '~',
            "millis": millis, "requests": 2, "attempts": if *mark == '~' { 2 } else { 1 }, "walk": [], "problems": problems }),
        );
    }
    let summary = json!({ "passed": counts[0], "flaky": counts[3], "failed": counts[1], "errored": counts[2], "skipped": 0,
        "aborted": 0, "steps": 9, "expectations": 9, "requests": 9 });
    tell(json!({ "at": at, "event": "run-finished", "summary": summary, "millis": 61_000.0 + f64::from(day) }));
    text
}

/// Fourteen nights of a suite: one scenario is flaky, one became slower, one was broken by its author, and in the last two
/// nights many fail for one cause.
fn nights() -> TestProject {
    let mut project = TestProject::new();
    let mut paths = Vec::new();
    for day in 1..=14 {
        let noise = |number: u32| f64::from((day * 37 + number * 11) % 13);
        let mut results: Vec<(String, char, char, f64)> = (1..=8)
            .map(|number| {
                let mark = if day >= 13 { '-' } else { '+' };
                (format!("scenarios/face-{number}.yaml"), mark, 'a', 900.0 + noise(number))
            })
            .collect();
        let flaky = if day % 5 == 0 { '~' } else { '+' };
        results.push(("scenarios/flaky.yaml".to_owned(), flaky, 'a', 500.0 + noise(9)));
        let slower = if day > 9 { 1_400.0 } else { 700.0 };
        results.push(("scenarios/slower.yaml".to_owned(), '+', 'a', slower + noise(10)));
        let (mark, made_of) = if day == 14 { ('!', 'b') } else { ('+', 'a') };
        results.push(("scenarios/edited.yaml".to_owned(), mark, made_of, 800.0 + noise(11)));
        let fixed = if day < 14 { '-' } else { '+' };
        results.push(("scenarios/fixed.yaml".to_owned(), fixed, 'a', 300.0));
        let name = format!("night{day}.ndjson");
        project = project.file(&name, night(&format!("night{day:03}"), day, "staging", &results));
        paths.push(name);
    }
    let mut arguments = vec!["history", "import"];
    arguments.extend(paths.iter().map(String::as_str));
    let ran = project.does(&arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    assert_eq!(ran.stdout.lines().last(), Some("night14.ndjson: run night014, 12 results"));
    project
}

#[test]
fn nights_are_told_in_tables() {
    let project = nights();
    let mut told = String::new();
    for view in [
        "history --last 4",
        "history show last",
        "history show night013",
        "history show face-1 --last 3",
        "history failures",
        "history flaky",
        "history slow",
        "history show face",
        "history show unheard",
        "history failures --env stagin",
    ] {
        let ran = project.does(&view.split(' ').collect::<Vec<_>>());
        writeln!(told, "$ flowproof {view}\n{}", ran.shown()).unwrap();
    }
    insta::assert_snapshot!(told);
}

#[test]
fn nights_are_told_to_programs() {
    let project = nights();
    let json = |view: &[&str]| -> Value {
        let ran = project.does(&[&["history"], view, &["--format", "json"]].concat());
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.all()))
    };
    let runs = json(&["--last", "1"]);
    assert_eq!(runs["runs"][0]["facts"]["run"], "night014");
    assert_eq!((&runs["runs"][0]["newly_failing"], &runs["runs"][0]["fixed"]), (&json!(1), &json!(1)));
    let failures = json(&["failures"]);
    let first = &failures["failures"][0];
    assert_eq!((&first["scenarios"], &first["runs"], &first["target_changed"]), (&json!(8), &json!(2), &json!(8)));
    assert_eq!(first["cause"]["problem"], "expect/outcome");
    assert_eq!(first["passed"]["run"], "night012");
    assert_eq!(failures["failures"][1]["scenario_changed"], 1);
    assert_eq!(json(&["flaky"])["flaky"][0]["share"]["seen"], 2);
    let slow = json(&["slow"]);
    assert_eq!(
        (&slow["slower"][0]["scenario"], &slow["slower"][0]["since"]["run"]),
        (&json!("scenarios/slower.yaml"), &json!("night010"))
    );
    assert_eq!(slow["slower"].as_array().unwrap().len(), 1);
    assert_eq!(json(&["show", "scenarios/flaky.yaml"])["results"].as_array().unwrap().len(), 14);
}

#[test]
fn the_same_events_twice_are_one_run_and_others_are_refused() {
    let project = nights().file("none.ndjson", "").file("broken.ndjson", "{\"event\":\"x\"}\n");
    let ran = project.does(&["history", "import", "night14.ndjson", "night14.ndjson"]);
    assert_told(&ran, 0, &["run night014, 12 results"]);
    let ran = project.does(&["history", "--last", "2", "--format", "json"]);
    let runs: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(runs["runs"][1]["facts"]["run"], "night013");
    let ran = project.does(&["history", "import", "none.ndjson", "broken.ndjson", "nowhere.ndjson"]);
    assert_eq!(ran.code, Some(2));
    insta::assert_snapshot!(ran.stderr);
}

const PASSES: &str = "scenario: One\nsteps:\n  - check: { \"{{ 1 }}\": 1 }\n";
const FAILS: &str = "scenario: One\nsteps:\n  - check: { \"{{ 1 }}\": 2 }\n";

fn two() -> TestProject {
    TestProject::new().file("scenarios/a.yaml", PASSES).file("scenarios/b.yaml", FAILS)
}

fn ids(ran: &Ran) -> Vec<String> {
    let ids = ran.verdicts().into_iter().map(|(id, _)| id.trim_start_matches("scenarios/").to_owned());
    ids.collect()
}

#[test]
fn runs_are_stored_and_the_next_one_is_compared() {
    let project = two();
    let ran = project.run(&[]);
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    assert!(!ran.stdout.contains("changed  "), "{}", ran.stdout);
    assert_eq!(std::fs::read_to_string(project.path(".flowproof/.gitignore")).unwrap(), "*\n");
    let project = project.file("scenarios/a.yaml", FAILS).file("scenarios/b.yaml", PASSES);
    let run = project.run(&[]);
    assert_told(&run, 1, &["changed  1 newly failing, 1 fixed (flowproof history show "]);
    let id = run.events().next().unwrap()["run"].as_str().unwrap().to_owned();
    let ran = project.does(&["history", "show", &id]);
    assert_told(&ran, 0, &["1 newly failing", "scenarios/a.yaml", "1 fixed", "scenarios/b.yaml"]);
    assert!(!project.run(&["--quiet"]).stdout.contains("changed  "));
    // What is tried out is not stored.
    let before = project.does(&["history", "--format", "json"]).stdout;
    project.run(&["--no-history"]);
    project.does(&["run", "--dry-run"]);
    assert_eq!(before, project.does(&["history", "--format", "json"]).stdout);
}

#[test]
fn scenarios_are_selected_by_what_they_came_to() {
    let project = two();
    let ran = project.run(&["--failed"]);
    assert_eq!(ran.code, Some(4), "{}", ran.all());
    assert!(ran.stderr.contains("nothing was run on `simulator` yet, so none is --failed"), "{}", ran.stderr);
    assert_eq!(ids(&project.run(&["--changed"])), ["a.yaml", "b.yaml"], "what never ran has changed");
    assert_eq!(ids(&project.run(&["--failed"])), ["b.yaml"]);
    assert_eq!(project.run(&["--changed"]).code, Some(4));
    assert_eq!(project.run(&["--failed", "scenarios/a.yaml"]).code, Some(4), "what is said must all hold");
    let project = project.file("scenarios/a.yaml", FAILS);
    assert_eq!(ids(&project.run(&["--failed", "--changed"])), ["a.yaml", "b.yaml"], "one of both");
    let project = project.file("scenarios/b.yaml", PASSES);
    // A run of one alone leaves what is known of the other.
    assert_eq!(ids(&project.run(&["scenarios/b.yaml"])), ["b.yaml"]);
    assert_eq!(ids(&project.run(&["--failed"])), ["a.yaml"]);
    // What was run elsewhere is nothing here.
    let project = project.file("flowproof.yaml", "flowproof: 1\nenvironments: { other: { kind: simulator } }\n");
    assert_eq!(project.run(&["--failed", "--env", "other"]).code, Some(4));
    let ran = project.run(&["--failed", "--no-history"]);
    assert_eq!(ran.code, Some(2), "{}", ran.all());
}

#[test]
fn flaky_scenarios_are_selected() {
    let results =
        |mark| vec![("scenarios/a.yaml".to_owned(), mark, 'a', 5.0), ("scenarios/b.yaml".to_owned(), '+', 'a', 5.0)];
    let project = two()
        .file("one.ndjson", night("one", 1, "simulator", &results('~')))
        .file("two.ndjson", night("two", 2, "simulator", &results('+')));
    assert_eq!(project.does(&["history", "import", "one.ndjson", "two.ndjson"]).code, Some(0));
    assert_eq!(ids(&project.run(&["--flaky"])), ["a.yaml"]);
}

#[test]
fn what_failed_is_run_first_and_parts_are_balanced_by_time() {
    let ids = ["a", "b", "c", "d"].map(|id| format!("scenarios/{id}.yaml"));
    let millis = [100.0, 4_000.0, 100.0, 1_000.0];
    let marks = ['+', '+', '-', '+'];
    let results: Vec<_> =
        ids.iter().zip(millis).zip(marks).map(|((id, millis), mark)| (id.clone(), mark, 'a', millis)).collect();
    let mut project = TestProject::new().file("one.ndjson", night("one", 1, "simulator", &results));
    for id in &ids {
        project = project.file(id, PASSES);
    }
    assert_eq!(project.does(&["history", "import", "one.ndjson"]).code, Some(0));
    let begun = |ran: &Ran| -> Vec<String> {
        let begun = ran.events().filter(|event| event["event"] == "scenario-started");
        begun.map(|event| event["scenario"].as_str().unwrap()[10..11].to_owned()).collect()
    };
    let parts = ["time:1/2", "time:2/2"].map(|part| {
        let ran = project.does(&["run", "--dry-run", "--format", "json", "--partition", part]);
        let told: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.all()));
        let scenarios = told["scenarios"].as_array().unwrap().iter();
        scenarios.map(|one| one["id"].as_str().unwrap()[10..11].to_owned()).collect::<String>()
    });
    assert_eq!(parts, ["b", "acd"]);
    assert_eq!(begun(&project.run(&["--jobs", "1", "--partition", "time:1/1"])), ["c", "b", "d", "a"]);
}

#[test]
fn a_history_that_cannot_be_used_keeps_nobody_from_running() {
    let project = two().file(".flowproof/history.db", "no database ".repeat(100));
    let ran = project.run(&["scenarios/a.yaml"]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    assert_eq!(ran.stderr.matches("the run goes on without it").count(), 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("is damaged (file is not a database); move it away"), "{}", ran.stderr);
    assert_eq!(project.run(&["--failed"]).code, Some(2), "what was asked for cannot be known");
    assert_eq!(project.does(&["history"]).code, Some(2));
    let ran = project.run(&["scenarios/a.yaml", "--no-history"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(std::fs::read_to_string(project.path(".flowproof/history.db")).unwrap().starts_with("no database"));
}

#[test]
fn several_processes_store_at_the_same_time() {
    let rows: Vec<String> = (0..200).map(|row| format!("{{ id: r{row} }}")).collect();
    let project = TestProject::new().file(
        "scenarios/rows.yaml",
        format!(
            "scenario: Rows\ncases: [{}]\nsteps:\n  - check: {{ \"{{{{ case.id }}}}\": {{ type: string }} }}\n",
            rows.join(", ")
        ),
    );
    let running: Vec<_> = (0..6)
        .map(|_| {
            let mut command = project.command(&["run", "--quiet"]);
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for one in running {
        let output = one.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), told.as_str()), (Some(0), ""));
    }
    let ran = project.does(&["history", "--format", "json"]);
    let runs: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.all()));
    let runs = runs["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 6);
    assert!(runs.iter().all(|run| run["facts"]["summary"]["passed"] == 200), "{runs:?}");
    let ran = project.does(&["history", "show", "scenarios/rows.yaml#r17", "--format", "json"]);
    let results: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(results["results"].as_array().unwrap().len(), 6);
}

#[test]
fn settings_say_where_and_how_much() {
    let project = two().file("flowproof.yaml", "flowproof: 1\nhistory: { path: kept/runs.db, runs: 2 }\n");
    for _ in 0..3 {
        project.run(&[]);
    }
    assert!(project.path("kept/runs.db").is_file() && !project.path(".flowproof/history.db").exists());
    let runs: Value = serde_json::from_str(&project.does(&["history", "--format", "json"]).stdout).unwrap();
    assert_eq!(runs["runs"].as_array().unwrap().len(), 2);
}

#[test]
fn without_a_history_views_say_so() {
    let ran = two().does(&["history", "failures"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.stderr.contains("there is no history yet"), "{}", ran.stderr);
}

/// A project that posts summaries to a server, with what that gets of two runs: one in which nothing was before, one in which
/// one scenario is fixed and another broken.
fn posted(notify: &str) -> (Vec<Value>, Ran) {
    let (address, got) = recording(http("200 OK", "text/plain", b"ok"));
    let settings = format!("flowproof: 1\nnotify: {notify}\n");
    let hook = format!("http://{address}/services/T0/secret-part");
    let environment = [("HOOK", hook.as_str())];
    let project = two().file("flowproof.yaml", settings);
    project.run_with(&[], &environment);
    let project = project.file("scenarios/a.yaml", FAILS).file("scenarios/b.yaml", PASSES);
    let ran = project.run_with(&[], &environment);
    let got = got.lock().unwrap();
    let bodies = got.iter().map(|request| {
        let text = std::str::from_utf8(request).unwrap();
        assert!(text.starts_with("POST /services/T0/secret-part HTTP/1.1"), "{text}");
        serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap()
    });
    (bodies.collect(), ran)
}

#[test]
fn what_has_changed_is_posted() {
    let (bodies, ran) = posted("{ url: \"{{ env.HOOK }}\" }");
    assert_eq!(ran.stderr, "");
    assert_eq!(bodies.len(), 2);
    let last = &bodies[1];
    assert_eq!(
        (&last["environment"], &last["failing"], &last["summary"]["passed"]),
        (&json!("simulator"), &json!(1), &json!(1))
    );
    assert_eq!(last["changes"]["newly_failing"][0]["examples"], json!(["scenarios/a.yaml"]));
    assert_eq!(last["changes"]["fixed"]["examples"], json!(["scenarios/b.yaml"]));
    let (bodies, _) = posted("[{ url: \"{{ env.HOOK }}\", format: slack, on: failure }]");
    let text = bodies[1]["text"].as_str().unwrap();
    let (told, rest) = text.split_once(" (2 scenarios, run ").unwrap();
    assert_eq!(told, "*flowproof* on simulator: 1 newly failing, 1 fixed");
    assert!(rest.contains("\n• 1 × ") && rest.ends_with(": scenarios/a.yaml\nfixed: scenarios/b.yaml"), "{rest}");
}

#[test]
fn what_is_as_it_was_is_not_posted_unless_it_is_asked_for() {
    for (on, expected) in [("change", 0), ("failure", 0), ("always", 1)] {
        let (address, got) = recording(http("200 OK", "text/plain", b"ok"));
        let settings = format!("flowproof: 1\nnotify: {{ url: \"{{{{ env.HOOK }}}}\", on: {on} }}\n");
        let project = TestProject::new().file("flowproof.yaml", settings).file("scenarios/a.yaml", PASSES);
        project.run_with(&["--quiet"], &[("HOOK", &format!("http://{address}/"))]);
        assert_eq!(got.lock().unwrap().len(), expected, "{on}");
    }
}

#[test]
fn a_hook_that_fails_is_told_without_its_url_and_changes_nothing() {
    let (address, _) = recording(http("500 Internal Server Error", "text/plain", b"no"));
    let project = two().file("flowproof.yaml", "flowproof: 1\nnotify: { url: \"{{ env.HOOK }}\", on: always }\n");
    let hook = format!("http://{address}/services/T0/secret-part");
    let refused = "http://127.0.0.1:1/services/T0/secret-part";
    for (hook, told) in [
        (hook.as_str(), "the summary was not posted to `notify[0]`: it answers with status 500"),
        (refused, "no connection was made"),
        ("ftp://secret-part", "the request cannot be sent"),
        ("secret-part", "its `url` is none"),
    ] {
        let ran = project.run_with(&["scenarios/a.yaml"], &[("HOOK", hook)]);
        assert_eq!(ran.code, Some(0), "{}", ran.all());
        assert!(ran.stderr.contains(told) && !ran.all().contains("secret-part"), "{}", ran.all());
    }
    let ran = project.run(&["scenarios/a.yaml"]);
    assert!(
        ran.code == Some(0) && ran.stderr.contains("was not posted") && ran.stderr.contains("HOOK"),
        "{}",
        ran.stderr
    );
}
