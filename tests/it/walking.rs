use serde_json::Value;

use crate::loopback::Simulator;
use crate::project::{TestProject, shipped};

fn project(body: &str) -> TestProject {
    TestProject::bare().file("scenarios/a.yaml", format!("scenario: A walk\nprocess: face-onboarding\n{body}"))
}

/// Runs one scenario and requires its exit code and what is told.
fn assert_told(body: &str, code: i32, told: &[&str]) {
    let ran = project(body).run(&[]);
    assert_eq!(ran.code, Some(code), "{body}\n{}", ran.all());
    for told in told {
        assert!(ran.stdout.contains(told), "`{told}` is not told:\n{}", ran.stdout);
    }
}

#[test]
fn a_process_that_stands_elsewhere_is_the_failure_that_is_shown() {
    // The diagram has a way to both; which of them is taken shows at the run alone.
    let body = "steps:\n  - activity: introduction\n  - activity: capture-consent\n  - activity: capture-face\n    with: { image: clear.jpg }\n    \
                simulate: { face-quality: 748 }\n    expect: { outcome: [success, quality-failure] }\n  - activity: confirm-face\n    with: { confirmed: true }\n";
    assert_told(
        body,
        1,
        &[
            "the process is not at `confirm-face`: it stands at `capture-face`",
            "it would accept `activity: capture-face`",
        ],
    );
}

#[test]
fn all_expectations_of_a_step_are_told() {
    let body = "steps:\n  - activity: introduction\n    expect: { outcome: refused, status: 404, next: introduction, body: { status: ENDED } }\n";
    let told = ["expected `refused`", "status is 200, expected 404", "expected at `introduction`", "ENDED"];
    assert_told(body, 1, &told);
}

#[test]
fn branches_are_bounded() {
    let body = "steps:\n  - activity: introduction\n  - activity: capture-consent\n  - activity: capture-face\n    with: { image: clear.jpg }\n    \
                simulate: { face-quality: 748 }\n    on: { quality-failure: { repeat: true, at-most: 2 } }\n";
    assert_told(body, 1, &["was to be taken 2 times at most", "quality-failure 748 ×3"]);
    assert_told(&body.replace("{ repeat: true, at-most: 2 }", "{ end: failed }"), 1, &["ends the scenario as failed"]);
    assert_told(&body.replace("{ repeat: true, at-most: 2 }", "{ end: passed }"), 0, &["1 scenario passed"]);
}

#[test]
fn answers_must_be_enough_and_all_needed() {
    let body = "answers:\n  introduction: {}\n  capture-consent: {}\n";
    assert_told(body, 1, &["the process stands at `capture-face`", "no answer is given for it"]);
    let list = "answers:\n  introduction: {}\n  capture-consent: {}\n  capture-face: [{ with: { image: clear.jpg } }]\n  confirm-face: { with: { confirmed: false }, expect: recapture }\n";
    assert_told(list, 1, &["for the 2nd time"]);
    let refused = "answers:\n  introduction: {}\n  capture-consent: { with: { consent: false }, expect: consent-refused }\n  capture-face: { with: { image: clear.jpg } }\n";
    assert_told(refused, 1, &["the answer for `capture-face` was never asked for"]);
    assert_told(&refused.replace("clear.jpg } }", "clear.jpg }, optional: true }"), 0, &[]);
}

#[test]
fn after_always_runs_and_only_errs() {
    let after = "after:\n  - request: GET /api/process-manager/processInstances/{{ session.instance }}\n";
    let asked = |body: &str, code: i32| {
        let ran = project(&format!("{body}{after}")).run(&[]);
        assert_eq!(ran.code, Some(code), "{}", ran.all());
        assert!(ran.events().any(|event| event["step"]["section"] == "after"), "{}", ran.events);
    };
    asked("steps:\n  - activity: introduction\n", 0);
    asked("steps:\n  - activity: introduction\n    expect: { status: 404 }\n", 1);
    asked(
        "before:\n  - activity: introduction\n    expect: { status: 404 }\nsteps:\n  - check: { 1: 1 }\n"
            .replace("{ 1: 1 }", "{ \"{{ 1 }}\": 1 }")
            .as_str(),
        3,
    );
    let failing = "steps:\n  - activity: introduction\nafter:\n  - request: GET /nowhere\n";
    assert_told(failing, 3, &["of `after`"]);
}

#[test]
fn a_value_tells_where_it_came_from() {
    let body = "steps:\n  - activity: introduction\n    save: { state: $.status }\n  - check: { \"{{ vars.state }}\": ENDED }\n";
    assert_told(body, 1, &[", saved from `$.status` of the answer in step 5 at scenarios/a.yaml:5:"]);
    let nothing =
        "steps:\n  - activity: introduction\n    save: { state: $.stat }\n  - check: { \"{{ vars.state }}\": ENDED }\n";
    assert_told(nothing, 1, &["there is nothing at `$.stat` in the answer"]);
}

/// What was sent to create tokens, by scenario, without the ids that must never be the same twice.
fn sent(events: impl Iterator<Item = Value>) -> Vec<(String, String)> {
    let tokens = events.filter(|event| event["exchange"]["name"] == "create-token");
    let mut sent: Vec<_> = tokens
        .map(|event| {
            let mut body = event["exchange"]["request"]["body"]["value"].clone();
            body.as_object_mut().map(|body| (body.remove("name"), body.remove("uiUrl")));
            (event["scenario"].to_string(), body.to_string())
        })
        .collect();
    sent.sort();
    sent
}

/// Verdicts and data depend on the seed and the scenario alone, not on how many run at a time.
#[test]
fn jobs_change_nothing_and_seeds_change_the_data() {
    let project = TestProject::shipped();
    let runs: Vec<_> = ["1", "3", "16"].iter().map(|jobs| project.run(&["--seed", "7", "--jobs", jobs])).collect();
    for ran in &runs {
        assert_eq!(ran.code, Some(0), "{}", ran.all());
        assert_eq!(ran.verdicts(), runs[0].verdicts());
        assert_eq!(sent(ran.events()), sent(runs[0].events()));
    }
    let other = project.run(&["--seed", "8"]);
    assert_eq!(other.verdicts(), runs[0].verdicts());
    assert_ne!(sent(other.events()), sent(runs[0].events()), "some scenario makes up data");
}

#[test]
fn a_separate_simulator_serves_as_well() {
    let simulator = Simulator::of(TestProject::shipped());
    let settings = std::fs::read_to_string(shipped().join("flowproof.yaml")).unwrap();
    let apart = format!("  apart: {{ base-url: \"http://{}\", key: \"{{{{ env.KEY }}}}\" }}\n", simulator.address);
    let settings = settings.replace("environments:\n", &format!("environments:\n{apart}"));
    let project = TestProject::shipped().file("flowproof.yaml", settings);
    let ran = project.run_with(&["--env", "apart"], &[("KEY", Simulator::KEY)]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
}
