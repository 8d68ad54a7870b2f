//! What a scenario does for which reason: conditions, branches, retries, polls, fragments.

use std::net::SocketAddr;

use serde_json::Value;

use crate::loopback::{Simulator, Turn, json, scripted};
use crate::project::{Ran, TestProject, assert_told, events};

/// Runs one scenario that walks the shipped process.
fn walk(body: &str) -> Ran {
    let text = format!("scenario: A walk\nprocess: face-onboarding\n{body}");
    TestProject::bare().file("scenarios/a.yaml", text).run(&[])
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

/// Runs one scenario against what listens at an address.
fn against(address: SocketAddr, body: &str) -> Ran {
    let settings = format!(
        "flowproof: 1\ndefault: target\nenvironments:\n  target: {{ base-url: \"http://{address}\", key: \"{{{{ env.KEY }}}}\" }}\n\
         processes: {{ face-onboarding: processes/face-onboarding.bpmn }}\n"
    );
    let project = TestProject::bare().file("flowproof.yaml", settings);
    let project = project.file("scenarios/a.yaml", format!("scenario: Something is asked\n{body}"));
    project.run_with(&[], &[("KEY", Simulator::KEY)])
}

const ASKED: &str = "steps:\n  - request: GET /thing\n    retry: { times: 3, backoff: fixed, every: 1ms }\n";

#[test]
fn a_broken_exchange_is_tried_again() {
    let turn = |number, _: &str| if number < 2 { Turn::Cut } else { Turn::Say(json("200 OK", "", "{}")) };
    let ran = against(scripted(None, turn), ASKED);
    assert_told(&ran, 0, &["1 scenario passed", "3 requests, 2 of them again after errors of transport"]);
    let attempts: Vec<_> = events(&ran, "exchanged").iter().map(|event| event["exchange"]["attempt"].clone()).collect();
    assert_eq!(attempts, [1, 2, 3]);
    let finished = &events(&ran, "run-finished")[0]["summary"];
    assert_eq!((&finished["retries"], &finished["flaky"]), (&2.into(), &0.into()));
    assert!(events(&ran, "retried").iter().all(|event| event["may_have_arrived"] == false));
    let ran = against(scripted(None, turn), &ASKED.replace("times: 3", "times: 1"));
    assert_told(&ran, 3, &["run/cut", "it was tried 2 times, each time in vain"]);
    let ran = against(scripted(None, turn), &ASKED.replace("every: 1ms", "every: 1ms, for: 503"));
    assert_told(&ran, 3, &["run/cut"]);
    assert_eq!(events(&ran, "exchanged").len(), 1);
}

#[test]
fn a_status_is_tried_again_only_where_it_is_named() {
    let turn = |number, _: &str| {
        let busy = json("503 Service Unavailable", "retry-after: 0\r\n", "{}");
        Turn::Say(if number < 2 { busy } else { json("200 OK", "", "{}") })
    };
    let named = ASKED.replace("every: 1ms", "every: 1ms, for: [transport, 503]");
    let ran = against(scripted(None, turn), &named);
    assert_told(&ran, 0, &[]);
    assert_eq!(events(&ran, "retried")[0]["reason"], "status 503");
    assert_told(&against(scripted(None, turn), ASKED), 1, &["status is 503, expected 2xx"]);
    let ran = against(scripted(None, turn), &named.replace("times: 3", "times: 1"));
    assert_told(&ran, 1, &["status is 503, expected 2xx"]);
}

#[test]
fn a_target_may_not_ask_for_too_much_patience() {
    let turn = |_, _: &str| Turn::Say(json("503 Service Unavailable", "retry-after: 3600\r\n", "{}"));
    let ran = against(scripted(None, turn), &ASKED.replace("every: 1ms", "every: 1ms, for: 503"));
    assert_told(&ran, 3, &["run/retry-after", "left alone for 3600s, and 600s are waited at most"]);
}

#[test]
fn what_changes_something_is_not_sent_twice_unasked() {
    let turn = |number, _: &str| if number == 0 { Turn::Cut } else { Turn::Say(json("200 OK", "", "{}")) };
    let posting = ASKED.replace("GET", "POST");
    let ran = against(scripted(None, turn), &posting);
    assert_told(
        &ran,
        3,
        &["run/cut", "it was not sent again: it may have arrived, and no position of a process tells"],
    );
    assert_eq!(events(&ran, "exchanged").len(), 1);
    let ran = against(scripted(None, turn), &posting.replace("every: 1ms", "every: 1ms, even-if-sent: true"));
    assert_told(&ran, 0, &[]);
    assert_eq!(events(&ran, "retried")[0]["may_have_arrived"], true);
    // Of what could not connect, nothing was sent.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ran = against(free, &posting);
    assert_told(&ran, 3, &["run/connect", "it was tried 4 times, each time in vain"]);
    assert!(events(&ran, "retried").iter().all(|event| event["may_have_arrived"] == false));
}

const WALKED: &str = r#"process: face-onboarding
steps:
  - activity: introduction
    retry: { times: 2, every: 10m, for: [transport, 503] }
    expect: { outcome: success, next: capture-consent }
"#;

/// The number of the request that `introduction` sends, and that of the reading of the position.
const CONTINUE: usize = 4;

#[test]
fn an_activity_is_sent_again_where_the_process_has_not_moved() {
    let simulator = Simulator::start();
    let lost = scripted(Some(simulator.address), |number, _| if number == CONTINUE { Turn::Cut } else { Turn::Pass });
    // Nobody waits ten minutes: the time is the simulator's.
    let ran = against(lost, &WALKED.replace("every: 10m", "every: 1m"));
    assert_told(&ran, 0, &[]);
    let waited = &events(&ran, "waited")[0];
    assert_eq!((&waited["duration"], &waited["simulated"]), (&"PT1M".into(), &true.into()));
    let names: Vec<_> =
        events(&ran, "exchanged").iter().skip(CONTINUE).map(|event| event["exchange"]["name"].clone()).collect();
    assert_eq!(names, ["continue", "start", "continue"]);
    assert_eq!(events(&ran, "retried")[0]["may_have_arrived"], true);
}

#[test]
fn an_activity_is_not_sent_again_where_it_has_arrived() {
    let simulator = Simulator::start();
    let lost =
        scripted(Some(simulator.address), |number, _| if number == CONTINUE { Turn::PassAndCut } else { Turn::Pass });
    let ran = against(lost, &WALKED.replace("every: 10m", "every: 1s"));
    let told = "it has arrived, for the process stood at `introduction` (Introduction) and stands at";
    assert_told(&ran, 3, &["run/cut", told]);
    let sent = events(&ran, "exchanged").iter().filter(|event| event["exchange"]["name"] == "continue").count();
    assert_eq!(sent, 1);
}

#[test]
fn a_pause_that_lets_a_timer_fire_has_moved_the_process() {
    let simulator = Simulator::start();
    let lost = scripted(Some(simulator.address), |number, _| if number == CONTINUE { Turn::Cut } else { Turn::Pass });
    assert_told(&against(lost, WALKED), 3, &["run/cut", "and stands at its end"]);
}

#[test]
fn the_position_that_cannot_be_read_is_a_try_as_well() {
    let simulator = Simulator::start();
    let busy = || Turn::Say(json("503 Service Unavailable", "retry-after: 60\r\n", "{}"));
    let recovering = move |until: usize| {
        scripted(Some(simulator.address), move |number, _| match number {
            number if (CONTINUE..until).contains(&number) => Turn::Cut,
            _ => Turn::Pass,
        })
    };
    let quick = WALKED.replace("every: 10m", "every: 1s");
    assert_told(&against(recovering(CONTINUE + 2), &quick), 0, &[]);
    let told = "it was not sent again: where the process stands cannot be read";
    assert_told(&against(recovering(CONTINUE + 3), &quick), 3, &["run/cut", told]);
    let asks = Simulator::start();
    let address = scripted(Some(asks.address), move |number, _| if number == CONTINUE { busy() } else { Turn::Pass });
    let ran = against(address, &quick);
    assert_told(&ran, 0, &[]);
    assert_eq!(events(&ran, "waited")[0]["duration"], "PT1M", "the target's wish goes before the own pause");
}

const POLLED: &str = r#"steps:
  - id: job
    request: GET /job
    poll:
      every: 1ms
      until: { body: { state: DONE } }
      stop-when: { body: { state: { in: [FAILED, GONE] } } }
      deadline: 1s
    save: { result: $.result }
  - check: { "{{ steps.job.result }}": 42 }
"#;

/// A job whose states come one after the other; the last one stays.
fn job(states: &'static [&'static str]) -> SocketAddr {
    scripted(None, |number, _| {
        let state = states[number.min(states.len() - 1)];
        Turn::Say(json("200 OK", "", &format!("{{\"state\":\"{state}\",\"result\":42}}")))
    })
}

fn results(ran: &Ran) -> Vec<Value> {
    events(ran, "polled").iter().map(|event| event["poll"]["result"].clone()).collect()
}

#[test]
fn a_poll_ends_with_what_is_waited_for() {
    let ran = against(job(&["NEW", "BUSY", "DONE"]), POLLED);
    assert_told(&ran, 0, &["1 scenario passed"]);
    assert_eq!(results(&ran), ["waiting", "waiting", "reached"]);
    assert_eq!(events(&ran, "polled")[1]["poll"]["why"], "body state is \"BUSY\", expected \"DONE\"");
    let ran = against(job(&["DONE"]), &POLLED.replace(": 42", ": 43"));
    assert_told(&ran, 1, &["steps.job.result is 42, expected 43"]);
    let stricter = POLLED.replace("    save:", "    expect: { body: { result: 41 } }\n    save:");
    assert_told(&against(job(&["NEW", "DONE"]), &stricter), 1, &["body result is 42, expected 41"]);
}

#[test]
fn a_poll_that_is_known_bad_fails_at_once() {
    let ran = against(job(&["NEW", "FAILED", "DONE"]), POLLED);
    assert_told(
        &ran,
        1,
        &["expect/stop-when", "poll 2 gave what `stop-when` names: body state is \"FAILED\"", "poll 1"],
    );
    assert_eq!(results(&ran), ["waiting", "known-bad"]);
    // It goes before what is waited for.
    let both = POLLED.replace("in: [FAILED, GONE]", "in: [DONE]");
    assert_eq!(results(&against(job(&["DONE"]), &both)), ["known-bad"]);
}

#[test]
fn a_poll_that_takes_too_long_fails() {
    let ran =
        against(job(&["BUSY"]), &POLLED.replace("every: 1ms", "every: 20ms").replace("deadline: 1s", "deadline: 30ms"));
    assert_told(
        &ran,
        1,
        &["expect/until", "`until` was not reached within 30ms, in", "body state is \"BUSY\", expected \"DONE\""],
    );
    assert_eq!(results(&ran).last(), Some(&"deadline".into()));
    let slow = scripted(None, |_, _| Turn::Say(json("503 Service Unavailable", "retry-after: 2\r\n", "{}")));
    let ran = against(slow, POLLED);
    assert_told(&ran, 1, &["within 1s, in 1 poll", "the target asks to be left alone for 2s"]);
}

#[test]
fn a_poll_that_cannot_be_judged_is_errored() {
    let undecidable = POLLED.replace("state: DONE", "state: \"{{ 1 / 0 }}\"");
    let ran = against(job(&["BUSY"]), &undecidable);
    assert_told(&ran, 3, &["unable to calculate 1 / 0"]);
    assert_eq!(events(&ran, "exchanged").len(), 1);
    let cut = scripted(None, |_, _| Turn::Cut);
    assert_told(&against(cut, POLLED), 3, &["run/cut"]);
}

const TERMINATED: &str = r#"
steps:
  - activity: read-instance
    poll: { every: 1m, until: { instance: COMPLETED_TERMINATED }, deadline: 10m }
expect: { outcomes: { introduction: [timeout] }, instance: COMPLETED_TERMINATED }
"#;

#[test]
fn polls_of_the_simulator_take_its_time_alone() {
    let ran = walk(TERMINATED);
    assert_told(&ran, 0, &[]);
    let polls: Vec<_> = events(&ran, "polled").iter().map(|event| event["poll"]["after"].clone()).collect();
    assert_eq!(polls, ["PT0S", "PT1M", "PT2M", "PT3M", "PT4M", "PT5M"]);
    let reads = events(&ran, "exchanged").iter().filter(|event| event["exchange"]["name"] == "read-instance").count();
    assert_eq!(reads, 7, "one for each poll, and one at the end");
    let ran = walk(&TERMINATED.replace("deadline: 10m", "deadline: 3m"));
    assert_told(
        &ran,
        1,
        &["was not reached within 180s, in 4 polls", "poll 4  after 3 min 0 s", "instance is \"ACTIVE\""],
    );
    let ran = walk(&TERMINATED.replace("[timeout]", "[timeout, timeout]"));
    assert_told(&ran, 1, &["`introduction` gave timeout, expected timeout → timeout"]);
}

#[test]
fn a_long_history_is_shown_by_its_ends() {
    let ran = walk(&TERMINATED.replace("every: 1m", "every: 1s").replace("deadline: 10m", "deadline: 30s"));
    assert_told(&ran, 1, &["poll 3", "21 more", "poll 25", "poll 31"]);
    assert!(!ran.stdout.contains("poll 10 "), "{}", ran.stdout);
}

const EARLIER: &str = r#"
steps:
  - activity: introduction
  - activity: capture-consent
  - activity: capture-face
    with: { image: clear.jpg }
    save: { silent: "{{ responses.upload is none }}", state: "{{ response.body.status }}" }
  - check: { "{{ vars.silent }}": true, "{{ vars.state }}": ACTIVE }
"#;

#[test]
fn the_earlier_answer_of_an_activity_can_be_saved() {
    assert_told(&walk(EARLIER), 0, &[]);
    assert_told(&walk(&EARLIER.replace("silent }}\": true", "silent }}\": false")), 1, &["vars.silent is true"]);
    assert_told(&walk(&EARLIER.replace("responses.upload is none", "responses.continue.status")), 3, &["undefined"]);
    let ran = walk(&EARLIER.replace("{{ vars.silent }}\": true", "{{ responses.upload }}\": null"));
    assert_eq!(ran.code, Some(2), "{}", ran.all());
    assert!(ran.stderr.contains("`responses` is there only where an answer is saved"), "{}", ran.stderr);
}
