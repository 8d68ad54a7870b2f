//! What a scenario does for which reason: conditions, branches, retries, polls, fragments.

use serde_json::Value;

use crate::project::{Ran, TestProject};

/// Runs one scenario that walks the shipped process.
fn walk(body: &str) -> Ran {
    let text = format!("scenario: A walk\nprocess: face-onboarding\n{body}");
    TestProject::bare().file("scenarios/a.yaml", text).run(&[])
}

/// Requires an exit code and what is told.
#[track_caller]
fn assert_told(ran: &Ran, code: i32, told: &[&str]) {
    assert_eq!(ran.code, Some(code), "{}", ran.all());
    for told in told {
        assert!(ran.stdout.contains(told), "`{told}` is not told:\n{}", ran.stdout);
    }
}

/// The events of one name.
fn events(ran: &Ran, name: &str) -> Vec<Value> {
    ran.events().filter(|event| event["event"] == name).collect()
}

const CONDITIONS: &str = r#"
vars: { slow: false, count: 2 }
steps:
  - activity: introduction
  - id: pause
    if: "{{ vars.slow }}"
    wait: 30m
  - id: read
    if: "{{ vars.count > 1 }}"
    request: "GET /api/process-manager/processInstances/{{ session.instance }}"
    save: { state: $.status }
  - if: "{{ steps.pause is not defined and steps.read is defined }}"
    check: { "{{ steps.read.state }}": ACTIVE }
"#;

#[test]
fn a_step_is_done_where_its_condition_holds() {
    let ran = walk(CONDITIONS);
    assert_told(&ran, 0, &[]);
    let skipped = events(&ran, "step-skipped");
    assert_eq!(skipped.len(), 1);
    assert_eq!((&skipped[0]["step"]["id"], &skipped[0]["condition"]), (&"pause".into(), &"{{ vars.slow }}".into()));
    assert!(events(&ran, "waited").is_empty());
    let ran = walk(&CONDITIONS.replace("slow: false", "slow: true"));
    assert_eq!(events(&ran, "waited").len(), 1, "{}", ran.all());
}

#[test]
fn a_check_behind_a_condition_can_fail() {
    assert_told(&walk(&CONDITIONS.replace(": ACTIVE", ": ENDED")), 1, &["steps.read.state is \"ACTIVE\""]);
    assert_told(&walk(&CONDITIONS.replace(": ACTIVE", ": ENDED").replace("count: 2", "count: 1")), 0, &[]);
}

#[test]
fn a_condition_that_is_no_condition_points_at_itself() {
    let ran = walk("vars: { x: some }\nsteps:\n  - if: \"{{ vars.x }}\"\n    wait: 1s\n");
    assert_told(
        &ran,
        3,
        &["run/if", "`if` gives \"some\", which is neither `true` nor `false`", "scenarios/a.yaml:5:9"],
    );
}

#[test]
fn what_a_skipped_step_would_have_given_is_told() {
    let body = CONDITIONS
        .replace("count: 2", "count: 1")
        .replace("steps.pause is not defined and steps.read is defined", "true");
    let told = "there is no `steps.read`: the step was skipped, because its `if` is false (scenarios/a.yaml:11:9)";
    assert_told(&walk(&body), 3, &["`steps.read` is not defined", told]);
    let saved = body.replace("steps.read.state }}\": ACTIVE", "vars.state }}\": ACTIVE");
    assert_told(&walk(&saved), 3, &["there is no `vars.state`: the step was skipped"]);
}

const RETAKE: &str = r#"
simulate: { face-quality: [748, 748, success] }
steps:
  - activity: introduction
  - activity: capture-consent
  - activity: capture-face
    with: { image: clear.jpg }
    on:
      quality-failure:
        steps:
          - wait: 10s
          - id: again
            check: { "{{ 1 }}": 1 }
        repeat: true
        at-most: 2
  - activity: confirm-face
    with: { confirmed: true }
expect: { outcomes: { capture-face: [quality-failure, quality-failure, success] } }
"#;

#[test]
fn a_branch_does_its_steps_first() {
    let ran = walk(RETAKE);
    assert_told(&ran, 0, &[]);
    let taken = events(&ran, "branch-taken");
    assert_eq!(taken.iter().map(|event| &event["action"]).collect::<Vec<_>>(), ["steps, repeat"; 2]);
    let inner: Vec<_> =
        events(&ran, "step-started").into_iter().filter(|event| !event["step"]["within"].is_null()).collect();
    let told: Vec<_> =
        inner.iter().map(|event| (event["step"]["kind"].clone(), event["step"]["within"].clone())).collect();
    assert_eq!(
        told,
        [("wait", 7), ("check", 7), ("wait", 10), ("check", 10)].map(|(kind, within)| (kind.into(), within.into()))
    );
    assert_told(&walk(&RETAKE.replace("at-most: 2", "at-most: 1")), 1, &["was to be taken 1 times at most"]);
}

#[test]
fn a_failure_inside_of_a_branch_is_the_scenarios() {
    let ran = walk(&RETAKE.replace("\"{{ 1 }}\": 1", "\"{{ 1 }}\": 2"));
    assert_told(&ran, 1, &["scenarios/a.yaml:15:", "in step 9 (again): check, within step 7"]);
    let ended = walk(&RETAKE.replace("repeat: true\n        at-most: 2", "end: failed"));
    assert_told(&ended, 1, &["the outcome `quality-failure` ends the scenario as failed"]);
    assert_eq!(events(&ended, "waited").len(), 1, "its steps come first");
    let ended = walk(&RETAKE.replace("repeat: true\n        at-most: 2", "end: passed"));
    assert_told(&ended, 1, &["expected quality-failure → quality-failure → success"]);
}

#[test]
fn answers_have_branches_with_steps_as_well() {
    let body = r#"
simulate: { face-quality: [748, success] }
answers:
  introduction: {}
  capture-consent: {}
  capture-face:
    with: { image: clear.jpg }
    on: { quality-failure: { steps: [{ wait: 10s }] } }
  confirm-face: { with: { confirmed: true } }
expect: { visits: { capture-face: 2 } }
"#;
    let ran = walk(body);
    assert_told(&ran, 0, &[]);
    assert_eq!(events(&ran, "waited").len(), 1);
    let ended = walk(&body.replace("{ steps: [{ wait: 10s }] }", "{ steps: [{ wait: 10s }], end: failed }"));
    assert_told(&ended, 1, &["ends the scenario as failed"]);
}

#[test]
fn after_runs_though_the_steps_are_used_up() {
    let body = "steps:\n  - activity: start\n    on: { success: repeat }\nafter:\n  - wait: 1s\n";
    let ran = walk(body);
    assert_told(&ran, 3, &["more than 1000 steps"]);
    assert_eq!(events(&ran, "waited").len(), 1);
}
