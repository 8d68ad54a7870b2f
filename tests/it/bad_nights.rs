//! Two thousand scenarios on a night that is bad in every way, and the same one each time: what must come of each of them is
//! known before.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

use flowproof::script::{Faults, Latency, Outage};
use serde_json::Value;

use crate::loopback::Simulator;
use crate::project::{Ran, TestProject, events};

/// How often a scenario that errors is run again.
const RETRIES: u32 = 3;

/// What goes wrong, as the settings below say it.
fn night() -> Faults {
    let down = |folder: &str| vec![globset::Glob::new(folder).unwrap().compile_matcher()];
    Faults {
        seed: 7,
        cut: 0.02,
        unavailable: 0.01,
        retry_after: Duration::from_secs(2),
        latency: Some(Latency { median: Duration::from_millis(80), p99: Duration::from_secs(5) }),
        delay: Duration::ZERO,
        outages: vec![
            Outage { scenarios: down("scenarios/outage.yaml#*"), attempts: Some(2), from: 1 },
            Outage { scenarios: down("scenarios/dead.yaml#*"), attempts: None, from: 1 },
        ],
    }
}

const SETTINGS: &str = r##"
flowproof: 1
default: bad-night
processes: { face-onboarding: processes/face-onboarding.bpmn }
environments:
  good-night: { kind: simulator }
  bad-night:
    kind: simulator
    breaker: { failures: 12, pause: 30s }
    faults:
      seed: 7
      cut: 2%
      unavailable: 1%
      retry-after: 2s
      latency: { median: 80ms, p99: 5s }
      outages:
        - { scenarios: "scenarios/outage.yaml#*", attempts: 2 }
        - { scenarios: "scenarios/dead.yaml#*" }
"##;

/// A file of scenarios that all do the same: its name, how many there are, its steps, and what comes of one that is let.
struct Kind {
    name: &'static str,
    share: usize,
    steps: &'static str,
    verdict: &'static str,
}

const ACCEPTED: &str = r#"
  - activity: introduction
  - activity: capture-consent
  - activity: capture-face
    with: { image: clear.jpg }
  - activity: confirm-face
    with: { confirmed: true }
expect: { instance: COMPLETED_ENDED_SUCCESS }
"#;
const BRIEF: &str = "\n  - activity: introduction\n";
const WRONG: &str = r#"
  - activity: introduction
  - check: { "{{ case.id | length }}": 99 }
"#;

/// Their shares are of twenty.
const KINDS: [Kind; 5] = [
    Kind { name: "accepted", share: 2, steps: ACCEPTED, verdict: "passed" },
    Kind { name: "brief", share: 12, steps: BRIEF, verdict: "passed" },
    Kind { name: "wrong", share: 2, steps: WRONG, verdict: "failed" },
    Kind { name: "outage", share: 3, steps: BRIEF, verdict: "passed" },
    Kind { name: "dead", share: 1, steps: BRIEF, verdict: "errored" },
];

/// A project of that many scenarios.
fn suite(scenarios: usize) -> TestProject {
    let mut project = TestProject::bare().file("flowproof.yaml", SETTINGS);
    for kind in &KINDS {
        let rows: String = (1..=scenarios * kind.share / 20).map(|row| format!("c{row:04}\n")).collect();
        let text = format!(
            "scenario: \"{} {{{{ case.id }}}}\"\nprocess: face-onboarding\ncases: {}.csv\nsteps:{}",
            kind.name, kind.name, kind.steps
        );
        project = project
            .file(&format!("scenarios/{}.csv", kind.name), format!("id\n{rows}"))
            .file(&format!("scenarios/{}.yaml", kind.name), text);
    }
    project
}

/// What came of a scenario.
#[derive(Debug, PartialEq, Eq)]
struct End {
    verdict: String,
    flaky: bool,
    attempts: u32,
}

/// What comes of every scenario, each told once.
#[track_caller]
fn ends(events: &[Value]) -> BTreeMap<String, End> {
    let mut ends = BTreeMap::new();
    for event in events {
        let text = |key: &str| event[key].as_str().unwrap().to_owned();
        let end = End {
            verdict: text("verdict"),
            flaky: event["flaky"].as_bool().unwrap(),
            attempts: event["attempts"].as_u64().unwrap_or(1) as u32,
        };
        assert!(ends.insert(text("scenario"), end).is_none(), "{} ends twice", event["scenario"]);
    }
    ends
}

/// What must come of every scenario: an attempt is lost with the first of its requests that something happens to.
fn expected(scenarios: usize) -> BTreeMap<String, End> {
    let project = suite(20);
    let ran = project.run(&["--env", "good-night"]);
    let requests: BTreeMap<String, u64> = events(&ran, "scenario-finished")
        .iter()
        .map(|event| (event["scenario"].as_str().unwrap().to_owned(), event["requests"].as_u64().unwrap()))
        .collect();
    let night = night();
    let mut ends = BTreeMap::new();
    for kind in &KINDS {
        let requests = requests[&format!("scenarios/{}.yaml#c0001", kind.name)];
        for row in 1..=scenarios * kind.share / 20 {
            let id = format!("scenarios/{}.yaml#c{row:04}", kind.name);
            let spared = |attempt: &u32| (1..=requests).all(|number| night.of(&id, *attempt, number).kind.is_none());
            let end = match (1..=RETRIES + 1).find(spared) {
                Some(attempts) => {
                    End { verdict: kind.verdict.to_owned(), flaky: kind.verdict == "passed" && attempts > 1, attempts }
                }
                None => End { verdict: "errored".to_owned(), flaky: false, attempts: RETRIES + 1 },
            };
            ends.insert(id, end);
        }
    }
    ends
}

fn finished(ran: &Ran) -> BTreeMap<String, End> {
    ends(&events(ran, "scenario-finished"))
}

#[track_caller]
fn as_it_must(expected: &BTreeMap<String, End>, ran: &Ran) {
    let came = finished(ran);
    let wrong: Vec<_> = expected
        .iter()
        .filter(|(id, end)| came.get(*id) != Some(end))
        .map(|(id, end)| (id, end, came.get(id)))
        .collect();
    assert!(wrong.is_empty() && came.len() == expected.len(), "{wrong:#?}\n{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.code, Some(3));
}

const ARGUMENTS: [&str; 6] = ["--retries", "3", "--jobs", "16", "--seed", "1"];

/// Runs the suite, kills it when half of the scenarios have ended, and resumes it.
fn killed_and_resumed(project: &TestProject, half: usize) -> Ran {
    let mut command = project.command(&[&["run", "--report", "ndjson=/dev/stdout"], ARGUMENTS.as_slice()].concat());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert_eq!(lines.filter(|line| line.contains(r#""event":"scenario-finished""#)).take(half).count(), half);
    // What is not read fills the pipe, so that it cannot have come to its end.
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success());
    project.run(&["--resume", "latest"])
}

#[test]
fn a_bad_night_gives_the_verdicts_that_it_must_and_so_it_does_if_it_is_killed_and_resumed() {
    let expected = expected(2_000);
    assert_eq!(expected.len(), 2_000);
    let count = |of: fn(&End) -> bool| expected.values().filter(|end| of(end)).count();
    // Each of them must come up, or nothing is shown.
    assert!(count(|end| end.flaky) > 300 && count(|end| end.verdict == "errored") >= 100);
    assert!(count(|end| end.verdict == "failed") > 150 && count(|end| end.verdict == "passed" && !end.flaky) > 900);
    let project = suite(2_000);
    let ran = project.run(&ARGUMENTS);
    as_it_must(&expected, &ran);
    let flaky = format!("{} flaky", count(|end| end.flaky));
    assert!(ran.stdout.contains(&flaky), "{}", ran.stdout);
    let [opened, closed] = ["breaker-opened", "breaker-closed"].map(|name| events(&ran, name).len());
    assert!(opened > 0 && closed > 0, "the breaker opened {opened} times and closed {closed} times");

    let ran = killed_and_resumed(&project, 1_000);
    as_it_must(&expected, &ran);
    assert_eq!(events(&ran, "run-resumed").len(), 1);
    assert!(events(&ran, "run-resumed")[0]["kept"].as_u64().unwrap() >= 900);
}

/// The JSON report of a stored run, without what depends on the clock or on chance.
fn told(project: &TestProject, events: &str) -> String {
    let told = project.does(&["report", events, "json=told.json"]);
    assert_eq!(told.code, Some(0), "{}", told.shown());
    let mut told: Value = serde_json::from_slice(&std::fs::read(project.path("told.json")).unwrap()).unwrap();
    told.as_object_mut().unwrap().shift_remove("run").unwrap();
    for scenario in told["scenarios"].as_array_mut().unwrap() {
        let scenario = scenario.as_object_mut().unwrap();
        assert!(scenario.shift_remove("timing").is_some());
        // Of what passed at once there is none.
        scenario.shift_remove("evidence");
    }
    told.to_string()
}

/// Of long texts, only where they begin to differ is worth being shown.
#[track_caller]
fn are_equal(one: &str, other: &str) {
    if let Some(at) = one.bytes().zip(other.bytes()).position(|(one, other)| one != other) {
        let around = |text: &str| text[at.saturating_sub(300)..].chars().take(500).collect::<String>();
        panic!("they differ at byte {at}:\n{}\n\n{}", around(one), around(other));
    }
    assert_eq!(one.len(), other.len());
}

#[test]
fn eight_parts_that_are_merged_are_the_one_run() {
    // All talk to one target, whose address stands in messages.
    let simulator = Simulator::with(suite(20), &["--env", "bad-night"]);
    let served = format!("  served: {{ base-url: \"http://{}\", key: \"{{{{ env.KEY }}}}\" }}\n", simulator.address);
    let project = suite(400).file("flowproof.yaml", SETTINGS.to_owned() + &served);
    let run = |further: &[&str]| {
        let arguments = [["run", "--env", "served"].as_slice(), &ARGUMENTS, further].concat();
        let ran = project.command(&arguments).env("KEY", Simulator::KEY).output().unwrap();
        assert!(matches!(ran.status.code(), Some(1 | 3)), "{}", String::from_utf8_lossy(&ran.stderr));
    };
    run(&["--report", "ndjson=events.ndjson"]);
    let expected = told(&project, "events.ndjson");
    assert_eq!(expected.matches("\"id\":\"scenarios/").count(), 400);
    let parts: Vec<String> = (1..=8).map(|part| format!("part-{part}.ndjson")).collect();
    for (part, path) in (1..).zip(&parts) {
        run(&["--partition", &format!("hash:{part}/8"), "--report", &format!("ndjson={path}")]);
    }
    let merge = |parts: &[String]| {
        let parts = parts.iter().map(String::as_str);
        let arguments: Vec<&str> = ["report", "merge", "--output", "merged.ndjson"].into_iter().chain(parts).collect();
        project.does(&arguments)
    };
    let merged = merge(&parts);
    assert_eq!(merged.code, Some(0), "{}", merged.shown());
    are_equal(&told(&project, "merged.ndjson"), &expected);
    // Parts in another order are the same run; with one missing it is another, which is not passed over in silence.
    let reversed: Vec<String> = parts.iter().rev().cloned().collect();
    assert_eq!(merge(&reversed).code, Some(0));
    assert_eq!(told(&project, "merged.ndjson"), expected);
    assert_ne!(merge(&parts[1..]).code, Some(0));
}
