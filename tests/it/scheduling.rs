//! When scenarios have their turn: again after an error, not any more after failures or when the time is up, not beside others.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Condvar, Mutex};

use serde_json::Value;

use crate::loopback::{Simulator, Turn, answering_in_threads, http, json, scripted};
use crate::project::{Ran, TestProject, assert_told, events};

/// A project whose environment is a simulator behind a server that does what `turn` says with each request. Its pauses are virtual.
fn behind(simulator: &Simulator, turn: impl Fn(usize, &str) -> Turn + Send + 'static) -> TestProject {
    against(scripted(Some(simulator.address), turn), "")
}

fn against(address: SocketAddr, more: &str) -> TestProject {
    let settings =
        format!("flowproof: 1\ndefault: target\nenvironments:\n  target: {{ base-url: \"http://{address}\" }}\n{more}");
    TestProject::new().file("flowproof.yaml", settings)
}

fn asks(path: &str) -> String {
    format!("scenario: It asks for {path}\nsteps:\n  - request: GET {path}\n")
}

fn fine() -> Turn {
    Turn::Say(json("200 OK", "", "{}"))
}

/// Names of events of one scenario, in order.
fn told_of(ran: &Ran, id: &str) -> Vec<String> {
    let of = ran.events().filter(|event| event["scenario"] == id);
    of.map(|event| event["event"].as_str().unwrap().to_owned()).collect()
}

fn finished(ran: &Ran, id: &str) -> Value {
    let all: Vec<Value> =
        events(ran, "scenario-finished").into_iter().filter(|event| event["scenario"] == id).collect();
    assert_eq!(all.len(), 1, "{id} ends once:\n{}", ran.events);
    all[0].clone()
}

const MADE_UP: &str = "scenario: It sends what it makes up\nvars: { name: \"{{ fake.name() }}\" }\nsteps:\n  - request: POST /people\n    with: { json: { name: \"{{ vars.name }}\", attempt: \"{{ run.attempt }}\" } }\n";

#[test]
fn an_errored_scenario_is_run_again_as_a_whole() {
    let simulator = Simulator::start();
    let project = behind(&simulator, |number, _| if number == 0 { Turn::Cut } else { fine() });
    let project = project.file("scenarios/a.yaml", MADE_UP);
    let ran = project.run(&["--retries", "2"]);
    assert_told(&ran, 0, &["1 scenario passed (1 flaky)", "attempt 1 errored: POST /people: ", "run again once"]);
    let told = told_of(&ran, "scenarios/a.yaml");
    let begun = ["scenario-started", "scenario-retried", "scenario-finished"];
    let told: Vec<&str> = told.iter().map(String::as_str).filter(|name| begun.contains(name)).collect();
    assert_eq!(told, ["scenario-started", "scenario-retried", "scenario-started", "scenario-finished"]);
    let attempts: Vec<Value> = events(&ran, "scenario-started").iter().map(|event| event["attempt"].clone()).collect();
    assert_eq!(attempts, [1, 2]);
    let retried = &events(&ran, "scenario-retried")[0];
    assert_eq!(
        (&retried["attempt"], &retried["verdict"], &retried["requests"], &retried["mutations"]),
        (&1.into(), &"errored".into(), &1.into(), &1.into())
    );
    assert_eq!(retried["problems"][0]["id"], "run/cut");
    let end = finished(&ran, "scenarios/a.yaml");
    assert_eq!((&end["verdict"], &end["flaky"], &end["attempts"]), (&"passed".into(), &true.into(), &2.into()));
    // The data is the same; what must be unique is not.
    let sent = events(&ran, "exchanged");
    let of = |index: usize| &sent[index]["exchange"]["request"];
    assert_eq!(of(0)["body"]["value"]["name"], of(1)["body"]["value"]["name"]);
    assert_eq!([0, 1].map(|index| of(index)["body"]["value"]["attempt"].clone()), [Value::from(1), Value::from(2)]);
    let id = |index: usize| of(index)["id"].as_str().unwrap().split_once('-').unwrap().1.to_owned();
    assert_eq!([id(0), id(1)], ["1-1", "1.2-1"]);
    let bytes = retried["uploaded"].as_u64().unwrap();
    assert_eq!((end["uploaded"].as_u64().unwrap(), end["mutations"].as_u64()), (bytes, Some(1)));
    let summary = &events(&ran, "run-finished")[0]["summary"];
    assert_eq!((&summary["reruns"], &summary["mutations"]), (&1.into(), &2.into()));
    assert_eq!(summary["uploaded"].as_u64().unwrap(), 2 * bytes);
}

/// Without a report, what nobody would see is not made; why a scenario is flaky is seen.
#[test]
fn why_a_scenario_is_flaky_is_told_to_who_watches() {
    let simulator = Simulator::start();
    let project = behind(&simulator, |number, _| if number % 2 == 0 { Turn::Cut } else { fine() });
    let project = project.file("scenarios/a.yaml", asks("/thing"));
    let ran = project.does(&["run", "--retries", "1"]);
    assert_told(&ran, 0, &["1 scenario passed (1 flaky)", "scenarios/a.yaml; attempt 1 errored: GET /thing: "]);
    assert_eq!(project.does(&["run", "--retries", "1", "--fail-on-flaky"]).code, Some(1));
}

#[test]
fn a_scenario_that_never_passes_ends_with_its_last_attempt() {
    let simulator = Simulator::start();
    let project = behind(&simulator, |_, _| Turn::Cut).file("scenarios/a.yaml", asks("/thing"));
    let ran = project.run(&["--retries", "2", "--fail-on-flaky"]);
    assert_told(&ran, 3, &["errored", "attempt 1 errored: GET /thing", "attempt 2 errored: GET /thing", "1 errored"]);
    let end = finished(&ran, "scenarios/a.yaml");
    assert_eq!((&end["verdict"], &end["flaky"], &end["attempts"]), (&"errored".into(), &false.into(), &3.into()));
    assert_eq!(events(&ran, "scenario-retried").len(), 2);
    let ran = project.run(&[]);
    assert_told(&ran, 3, &["1 errored"]);
    assert!(events(&ran, "scenario-retried").is_empty() && finished(&ran, "scenarios/a.yaml")["attempts"].is_null());
}

#[test]
fn a_failed_scenario_is_run_again_only_if_that_is_asked_for() {
    let simulator = Simulator::start();
    let once = |number: usize, _: &str| Turn::Say(json(if number == 0 { "404 Not Found" } else { "200 OK" }, "", "{}"));
    let ran = behind(&simulator, once).file("scenarios/a.yaml", asks("/thing")).run(&["--retries", "3"]);
    assert_told(&ran, 1, &["1 failed"]);
    let project = behind(&simulator, once).file("scenarios/a.yaml", asks("/thing"));
    let ran = project.run(&["--retries", "3", "--retry-failed"]);
    assert_told(&ran, 0, &["1 scenario passed (1 flaky)", "attempt 1 failed: status is 404, expected 2xx"]);
}

#[test]
fn settings_and_profiles_say_how_often() {
    let simulator = Simulator::start();
    let address = scripted(Some(simulator.address), |number, _| if number % 3 < 2 { Turn::Cut } else { fine() });
    let project = against(address, "defaults: { retries: 2 }\nprofiles: { once: { retries: 0 } }\n");
    let project = project.file("scenarios/a.yaml", asks("/thing"));
    assert_told(&project.run(&[]), 0, &["1 scenario passed (1 flaky)"]);
    assert_told(&project.run(&["--profile", "once"]), 3, &["1 errored"]);
    assert_told(&project.run(&["--profile", "once", "--retries", "1"]), 0, &["(1 flaky)"]);
}

#[test]
fn each_attempt_has_a_world_of_its_own() {
    let simulator = Simulator::start();
    // The instance of the first attempt is left behind at its second activity.
    let asked = AtomicUsize::new(0);
    let address = scripted(Some(simulator.address), move |_, line| {
        let consent = line.contains("/continue") && asked.fetch_add(1, Ordering::Relaxed) == 1;
        if consent { Turn::Cut } else { Turn::Pass }
    });
    let settings = format!(
        "flowproof: 1\ndefault: target\nprocesses: {{ face-onboarding: processes/face-onboarding.bpmn }}\nenvironments:\n  target: {{ base-url: \"http://{address}\", key: \"{{{{ env.KEY }}}}\" }}\n"
    );
    let walk = "scenario: A walk\nprocess: face-onboarding\nsteps:\n  - activity: introduction\n  - activity: capture-consent\nexpect: { visits: { introduction: 1, capture-consent: 1 } }\n";
    let project = TestProject::bare().file("flowproof.yaml", settings).file("scenarios/a.yaml", walk);
    let ran = project.run_with(&["--retries", "1"], &[("KEY", Simulator::KEY)]);
    assert_told(&ran, 0, &["1 scenario passed (1 flaky)"]);
}

#[test]
fn no_scenario_begins_after_too_many_failures() {
    let simulator = Simulator::start();
    let turn = |_: usize, line: &str| match line {
        line if line.contains("/missing") => Turn::Say(json("404 Not Found", "", "{}")),
        line if line.contains("/cut") => Turn::Cut,
        _ => fine(),
    };
    // Without a history, scenarios are run in the order of their ids.
    let project = behind(&simulator, turn);
    let project = ["/fine", "/missing", "/fine", "/missing", "/fine"]
        .iter()
        .enumerate()
        .fold(project, |project, (number, path)| project.file(&format!("scenarios/{number}.yaml"), asks(path)));
    let verdicts = |ran: &Ran| ran.verdicts().into_iter().map(|(_, verdict)| verdict).collect::<Vec<_>>();
    let ran = project.run(&["--no-history", "--fail-fast", "--jobs", "1"]);
    assert_told(&ran, 1, &["1 failed, 3 aborted, 1 passed of 5 scenarios", "(`max-failures`: 1) before it began"]);
    assert_eq!(verdicts(&ran), ["passed", "failed", "aborted", "aborted", "aborted"]);
    let ran = project.run(&["--no-history", "--max-failures", "2", "--jobs", "1"]);
    assert_told(&ran, 1, &[]);
    assert_eq!(verdicts(&ran), ["passed", "failed", "passed", "failed", "aborted"]);
    assert_told(
        &project.run(&["--no-history", "--max-failures", "3", "--jobs", "1"]),
        1,
        &["2 failed, 3 passed of 5 scenarios"],
    );
    // A failure that is known is none; one that errored is.
    let known = asks("/missing") + "known-failure: { ticket: FP-1, until: 9999-01-31 }\n";
    let project = project.file("scenarios/1.yaml", known).file("scenarios/2.yaml", asks("/cut"));
    let ran = project.run(&["--no-history", "--fail-fast", "--jobs", "1"]);
    assert_told(&ran, 3, &[]);
    assert_eq!(verdicts(&ran), ["passed", "failed", "errored", "aborted", "aborted"]);
    assert_eq!(project.run(&["--no-history", "--fail-fast", "--max-failures", "2"]).code, Some(2));
}

/// A server that never answers what has `hang` in its path and answers everything else; it tells what it is asked for.
fn hanging() -> (SocketAddr, Receiver<String>) {
    let (sender, asked) = channel();
    let address = answering_in_threads(move |line| {
        let _ = sender.send(line.to_owned());
        (!line.contains("hang")).then(|| http("200 OK", "application/json", b"{}"))
    });
    (address, asked)
}

#[test]
fn a_run_that_takes_too_long_drains() {
    let (address, asked) = hanging();
    let project = against(address, "after: tidy.yaml\n")
        .file("tidy.yaml", asks("/tidy"))
        .file("scenarios/a.yaml", asks("/hang") + "after:\n  - request: GET /after\n")
        .file("scenarios/b.yaml", asks("/b"));
    let ran = project.run(&["--run-timeout", "300ms", "--jobs", "1"]);
    assert_told(
        &ran,
        3,
        &["the time for the run was over (`run-timeout`: 300ms)", "2 aborted, 0 passed of 2 scenarios"],
    );
    assert_eq!(finished(&ran, "scenarios/a.yaml")["problems"][0]["id"], "run/run-timeout");
    assert!(finished(&ran, "scenarios/b.yaml")["reason"].as_str().unwrap().ends_with("before it began"));
    let asked: Vec<String> = asked.try_iter().collect();
    let paths: Vec<&str> =
        asked.iter().filter_map(|line| line.split(' ').nth(1)).filter(|path| *path != "/_flowproof").collect();
    assert_eq!(paths, ["/hang", "/after", "/tidy"]);
    assert_eq!(events(&ran, "run-finished").len(), 1);
    // A run that has the time does not notice.
    let project = project.file("scenarios/a.yaml", asks("/a"));
    assert_told(&project.run(&["--run-timeout", "10m"]), 0, &["2 scenarios passed"]);
}

/// Sends the signal of Ctrl-C to a process.
fn interrupt(id: u32) {
    assert!(std::process::Command::new("kill").args(["-INT", &id.to_string()]).status().unwrap().success());
}

#[cfg(unix)]
#[test]
fn an_interruption_ends_the_pause_before_another_attempt() {
    let address = scripted(None, |_, _| Turn::Cut);
    let project = against(address, "").file("scenarios/a.yaml", asks("/thing"));
    let mut child = project
        .command(&["run", "--retries", "20", "--report", "ndjson=events.ndjson"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let events = || std::fs::read_to_string(project.path("events.ndjson")).unwrap_or_default();
    while !events().contains("scenario-retried") {
        std::thread::yield_now();
    }
    interrupt(child.id());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let events = events();
    let ended: Vec<Value> = events
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|event| event["event"] == "scenario-finished")
        .collect();
    assert_eq!(ended.len(), 1);
    assert_eq!(ended[0]["verdict"], "aborted");
}

/// A server on which `/camera` is answered once `/free` was asked for `frees` times; it counts how many were there at once.
fn camera(frees: usize) -> (SocketAddr, Arc<AtomicUsize>) {
    let most = Arc::new(AtomicUsize::new(0));
    let (now, told) = (AtomicUsize::new(0), Arc::clone(&most));
    let freed = (Mutex::new(0_usize), Condvar::new());
    let address = answering_in_threads(move |line| {
        if line.contains("/free") {
            *freed.0.lock().unwrap() += 1;
            freed.1.notify_all();
        } else if line.contains("/camera") {
            told.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            let waited = freed.1.wait_while(freed.0.lock().unwrap(), |freed| *freed < frees);
            drop(waited.unwrap());
            now.fetch_sub(1, Ordering::SeqCst);
        }
        Some(http("200 OK", "application/json", b"{}"))
    });
    (address, most)
}

#[test]
fn scenarios_of_an_exclusive_group_never_run_together_and_hold_up_no_other() {
    let scenarios = |exclusive: &str| {
        let project = against(camera(1).0, "");
        let camera = asks("/camera") + exclusive;
        let project = project.file("scenarios/1.yaml", &camera).file("scenarios/2.yaml", &camera);
        project.file("scenarios/3.yaml", asks("/free")).file("scenarios/4.yaml", &camera)
    };
    let (address, most) = camera(1);
    let settings =
        format!("flowproof: 1\ndefault: target\nenvironments: {{ target: {{ base-url: \"http://{address}\" }} }}\n");
    let project = scenarios("exclusive: [desk, camera, camera]\n").file("flowproof.yaml", settings);
    // The first waits for the third, which has its turn because the second has to wait.
    assert_told(&project.run(&["--jobs", "2"]), 0, &["4 scenarios passed"]);
    assert_eq!(most.load(Ordering::SeqCst), 1);
    // Without the group both lanes wait for a third that has no turn.
    let ran = scenarios("timeout: 300ms\n").run(&["--jobs", "2"]);
    assert_told(&ran, 3, &["the scenario takes longer than 300ms"]);
}
