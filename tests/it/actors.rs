use serde_json::Value;

use crate::project::{Ran, TestProject};

const SETTINGS: &str = "flowproof: 1\nprocesses: { face-onboarding: processes/face-onboarding.bpmn }\n\
                        environments:\n  simulator: { kind: simulator, keys: { reviewer: key-of-the-reviewer } }\n";

/// Two customers with instances of one token; a third has no place.
const TWO: &str = "\
session: { create-token: { type: MULTI_USE_COUNT_LIMITED, max-count: 2 } }
actors:
  second: { session: { from: create-instance } }
  third: { session: none }
steps:
  - activity: introduction
  - { activity: introduction, as: second }
  - { activity: capture-consent, as: second, with: { consent: false }, expect: consent-refused }
  - { activity: create-instance, as: third, with: { token: \"{{ actors.main.token }}\" }, expect: { outcome: refused, code: 413 } }
  - check: { \"{{ actors.second.instance == session.instance }}\": false, \"{{ actors.second.token == session.token }}\": true }
    if: \"{{ actors is defined }}\"
expect:
  instance: ACTIVE
  walk: [introduction]
  actors:
    second: { instance: COMPLETED_ENDED_ERROR, walk: [introduction, capture-consent], visits: { introduction: 1 } }
";

/// The back office on the walk of the customer.
const JOINED: &str = "\
actors:
  reviewer: { joins: main }
steps:
  - activity: introduction
  - { activity: capture-consent, as: reviewer, expect: { outcome: success, next: capture-face } }
  - check: { \"{{ actors.reviewer.bearer != actors.main.bearer }}\": true, \"{{ session.instance == actors.reviewer.instance }}\": true }
    as: reviewer
expect: { walk: [introduction, capture-consent], outcomes: { capture-consent: [success] } }
";

fn run(body: &str) -> Ran {
    let text = format!("scenario: A walk\nprocess: face-onboarding\n{body}");
    TestProject::bare().file("flowproof.yaml", SETTINGS).file("scenarios/a.yaml", text).run(&[])
}

fn assert_told(body: &str, code: i32, told: &[&str]) {
    let ran = run(body);
    assert_eq!(ran.code, Some(code), "{body}\n{}", ran.all());
    for told in told {
        assert!(ran.stdout.contains(told), "`{told}` is not told:\n{}", ran.stdout);
    }
}

/// The steps with who did them.
fn steps(ran: &Ran) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let started = ran.events().filter(|event| event["event"] == "step-started").map(|event| event["step"].clone());
    let told = |step: Value| match step["actor"].as_str() {
        Some(actor) => format!("{} {} as {actor}", text(&step["section"]), text(&step["subject"])),
        None => format!("{} {}", text(&step["section"]), text(&step["subject"])),
    };
    started.map(told).collect()
}

#[test]
fn two_instances_of_one_token_are_walked_side_by_side() {
    let ran = run(TWO);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    assert_eq!(
        steps(&ran)[..8],
        [
            "session issue-bearer",
            "session create-token",
            "session create-instance",
            "session start",
            "steps introduction",
            "steps introduction as second",
            "session create-instance as second",
            "session start as second",
        ]
    );
    let end = ran.events().find(|event| event["event"] == "scenario-finished").unwrap();
    assert_eq!(end["walk"].as_array().map(Vec::len), Some(1));
    assert_eq!(end["others"][0]["actor"], "second");
    assert_eq!(end["others"][0]["walk"][1]["outcome"], "consent-refused");
}

#[test]
fn what_is_expected_of_another_walk_can_fail() {
    let changed = |from: &str, to: &str, told: &[&str]| {
        assert!(TWO.contains(from));
        assert_told(&TWO.replace(from, to), 1, told);
    };
    changed("COMPLETED_ENDED_ERROR", "ACTIVE", &["instance is \"COMPLETED_ENDED_ERROR\"", "expect as second"]);
    changed("walk: [introduction, capture-consent]", "walk: [introduction]", &["second walked introduction → capture"]);
    changed("walk: [introduction]", "walk: [introduction, capture-consent]", &["the walk was introduction, expected"]);
    changed("visits: { introduction: 1 }", "visits: { introduction: 2 }", &["visits of `introduction`"]);
    changed("max-count: 2", "max-count: 3", &["`create-instance` gave `success`", "as third"]);
}

#[test]
fn an_actor_that_joins_has_a_credential_of_its_own() {
    let ran = run(JOINED);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    assert!(!ran.all().contains("key-of-the-reviewer"), "its key is hidden");
    assert_eq!(steps(&ran)[5..7], ["steps capture-consent as reviewer", "session issue-bearer as reviewer"]);
    let end = ran.events().find(|event| event["event"] == "scenario-finished").unwrap();
    assert_eq!(end["walk"][1]["actor"], "reviewer");
    assert!(end["walk"][0]["actor"].is_null() && end["others"].is_null(), "{end}");
    // Without a key of its own it acts with the credential of the main actor.
    let shared =
        JOINED.replace("actors.reviewer.bearer != actors.main.bearer", "actors.reviewer.bearer == session.bearer");
    let text = format!("scenario: A walk\nprocess: face-onboarding\n{shared}");
    let ran = TestProject::bare().file("scenarios/a.yaml", text).run(&[]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    assert!(!steps(&ran).iter().any(|step| step.contains("issue-bearer as")), "{:?}", steps(&ran));
}

#[test]
fn a_key_that_is_refused_is_told_with_its_actor() {
    let body = JOINED.replace("{ joins: main }", "{ joins: main, key: \"{{ env.PATH }}\" }");
    assert_told(&body, 3, &["`issue-bearer` must succeed to open the session", "activity issue-bearer as reviewer"]);
    let body = JOINED.replace("{ joins: main }", "{ joins: main, session: none }");
    assert_told(&body, 3, &["bearer", "check as reviewer"]);
}

/// Each actor's credential is renewed, or not, for itself.
#[test]
fn credentials_are_renewed_one_by_one() {
    let body = "\
session: { until: create-instance }
actors:
  reviewer: { joins: main, session: { renew: never } }
steps:
  - { activity: read-instance, as: reviewer }
  - wait: PT31M
  - activity: read-instance
  - { activity: read-instance, as: reviewer, expect: { outcome: refused, code: 279 } }
";
    assert_told(body, 0, &[]);
    assert_told(&body.replace(", session: { renew: never }", ""), 1, &["`read-instance` gave `success`"]);
}

/// Time passes for everyone, whoever waits.
#[test]
fn a_wait_ends_the_visits_of_every_walk() {
    let body = "\
actors: { second: {} }
steps:
  - activity: introduction
  - { activity: introduction, as: second }
  - wait: PT5M
expect:
  outcomes: { capture-consent: [timeout] }
  actors: { second: { outcomes: { capture-consent: [timeout] }, instance: COMPLETED_TERMINATED } }
";
    assert_told(body, 0, &[]);
    assert_told(&body.replace("PT5M", "PT4M"), 1, &["`capture-consent` gave nothing, expected timeout", "as second"]);
}

#[test]
fn an_answer_may_be_given_by_one_who_has_joined() {
    let body = "\
actors:
  reviewer: { joins: main }
answers:
  introduction: {}
  capture-consent: { as: reviewer, with: { consent: false }, expect: consent-refused }
expect: { walk: [introduction, capture-consent] }
";
    let ran = run(body);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    assert!(steps(&ran).contains(&"steps capture-consent as reviewer".to_owned()), "{:?}", steps(&ran));
    assert_told(
        &body.replace("[introduction, capture-consent]", "[introduction]"),
        1,
        &["capture-consent as reviewer"],
    );
}

#[test]
fn actors_act_before_and_after_as_well() {
    let body = "\
session: none
actors:
  office: {}
  reviewer: { joins: office, session: { issue-bearer: {} } }
before:
  - { activity: introduction, as: office }
steps:
  - { activity: read-instance, as: reviewer, expect: { body: { status: ACTIVE } } }
after:
  - { request: \"GET /api/process-manager/processInstances/{{ session.instance }}\", as: reviewer }
expect: { actors: { office: { walk: [introduction] } } }
";
    assert_told(body, 3, &["`create-token`", "as office"]);
    let body = body.replace("session: none\n", "session: { until: issue-bearer }\n");
    let ran = run(&body);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    let told = steps(&ran);
    assert_eq!(
        told.last().unwrap(),
        "after GET /api/process-manager/processInstances/{{ session.instance }} as reviewer"
    );
    assert!(told.contains(&"session issue-bearer as reviewer".to_owned()), "{told:?}");
}
