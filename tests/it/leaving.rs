//! Process instances that scenarios leave behind on a target that is no simulator.

use std::sync::mpsc::Receiver;

use crate::loopback::{Simulator, engine};
use crate::project::{Ran, TestProject, assert_told, events};

const LEFT: &str = "scenario: A customer goes away\nprocess: face-onboarding\nsteps:\n  - activity: introduction\n";

/// Runs a scenario against an engine, and gives the requests that came with them.
fn run(settings: &str, scenario: &str) -> (Ran, Receiver<String>) {
    let simulator = Simulator::start();
    let (address, asked) = engine(simulator.address);
    let settings = format!(
        "flowproof: 1\ndefault: engine\nprocesses: {{ face-onboarding: processes/face-onboarding.bpmn }}\n\
         environments:\n  engine: {{ base-url: \"http://{address}\", key: \"{{{{ env.KEY }}}}\"{settings} }}\n"
    );
    let project = TestProject::bare().file("flowproof.yaml", settings).file("scenarios/a.yaml", scenario);
    (project.run_with(&[], &[("KEY", Simulator::KEY)]), asked)
}

fn terminations(asked: &Receiver<String>) -> usize {
    asked.try_iter().filter(|head| head.lines().next().is_some_and(|line| line.contains("/terminate"))).count()
}

#[test]
fn instances_that_are_left_are_listed() {
    let (ran, asked) = run("", LEFT);
    assert_told(&ran, 0, &["process instances that were left", "scenarios/a.yaml: the instance ", " is ACTIVE"]);
    let left = events(&ran, "instance-left");
    assert_eq!(left.len(), 1);
    assert_eq!((&left[0]["state"], &left[0]["ended"]), (&"ACTIVE".into(), &false.into()));
    assert_eq!(left[0]["instance"].as_str().map(str::len), Some(26));
    assert_eq!(events(&ran, "run-finished")[0]["summary"]["left"], 1);
    assert_eq!(terminations(&asked), 0);
}

#[test]
fn instances_that_are_left_are_ended_where_that_is_said() {
    let (ran, asked) = run(", end-instances: true", LEFT);
    assert_told(&ran, 0, &[" is ACTIVE, and was ended"]);
    assert_eq!(events(&ran, "instance-left")[0]["ended"], true);
    assert_eq!(terminations(&asked), 1);
    // That it has ended is what the engine says itself.
    let read = "  - activity: terminate-instance\n  - activity: read-instance\n    expect: { instance: COMPLETED_TERMINATED }\n  - activity: terminate-instance\n    expect: { outcome: refused, code: 423 }\n";
    let (ran, asked) = run(", end-instances: true", &format!("{LEFT}{read}"));
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    assert_eq!((events(&ran, "instance-left").len(), terminations(&asked)), (0, 2));
}

#[test]
fn every_request_carries_its_correlation_id() {
    let text = "scenario: Everything is asked\nprocess: face-onboarding\nbefore:\n  - request: GET /before\n    expect: { status: 404 }\nsteps:\n  - activity: introduction\n  - request: GET /thing\n    expect: { status: 404 }\nafter:\n  - request: GET /after\n    expect: { status: 404 }\n";
    let (ran, asked) = run(", end-instances: true", text);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    let ids = |asked: &Receiver<String>| -> Vec<String> {
        let heads = asked.try_iter().filter(|head| !head.contains("/_flowproof"));
        let id = |head: String| head.lines().find_map(|line| line.strip_prefix("x-flowproof-id: ").map(str::to_owned));
        heads.map(|head| id(head).unwrap_or_default()).collect()
    };
    let sent = ids(&asked);
    let told: Vec<String> = events(&ran, "exchanged")
        .iter()
        .map(|event| event["exchange"]["request"]["id"].as_str().unwrap().to_owned())
        .collect();
    assert!(sent.len() > 7, "{sent:?}");
    assert_eq!(sent, told);
    let (ran, asked) = run(", correlation: false", LEFT);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    assert!(ids(&asked).iter().all(String::is_empty));
}
