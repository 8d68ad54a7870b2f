//! Runs that were killed, and go on.

use std::net::SocketAddr;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::loopback::{answering_in_threads, json};
use crate::project::{TestProject, assert_told};

const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// A target that says of `/b` what nobody expects, and leaves the first request for `/d` without an answer while `held`.
struct Target {
    address: SocketAddr,
    /// Whether it holds what it is asked for `/d`.
    held: Arc<AtomicBool>,
    /// Each time that it holds it.
    holding: Receiver<()>,
    /// What it was asked for.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Target {
    fn start() -> Self {
        let held = Arc::new(AtomicBool::new(true));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (sender, holding) = channel();
        let sender = Mutex::new(sender);
        let (hold, log) = (Arc::clone(&held), Arc::clone(&asked));
        let address = answering_in_threads(move |line| {
            let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
            log.lock().unwrap().push(path.clone());
            if path == "/d" && hold.load(Ordering::SeqCst) {
                sender.lock().unwrap().send(()).unwrap();
                return None;
            }
            let status = if path == "/b" { "404 Not Found" } else { "200 OK" };
            Some(json(status, "", "{}"))
        });
        Self { address, held, holding, asked }
    }

    fn project(&self) -> TestProject {
        let settings = format!(
            "flowproof: 1\ndefault: target\nenvironments:\n  target: {{ base-url: \"http://{}\" }}\n  other: {{ base-url: \"http://{0}\" }}\nvars: {{ place: here }}\n",
            self.address
        );
        NAMES.iter().fold(TestProject::new().file("flowproof.yaml", settings), |project, name| {
            let text = format!("scenario: It asks for {name}\ntags: [{name}]\nsteps:\n  - request: GET /{name}\n");
            project.file(&format!("scenarios/{name}.yaml"), text)
        })
    }
}

/// The run in `.flowproof/runs`, and its events.
fn run_of(project: &TestProject) -> (String, String) {
    let entries = std::fs::read_dir(project.path(".flowproof/runs")).into_iter().flatten().flatten();
    let run = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).next().unwrap_or_default();
    let events = std::fs::read_to_string(project.path(&format!(".flowproof/runs/{run}/events.ndjson")));
    (run, events.unwrap_or_default())
}

/// Starts a run, lets it get as far as `/d`, and kills it there, when what came before is stored.
fn killed(project: &TestProject, target: &Target, arguments: &[&str]) -> String {
    let mut child = begun(project, arguments);
    target.holding.recv().unwrap();
    while !run_of(project).1.contains("\"scenario\":\"scenarios/d.yaml\",\"event\":\"scenario-started\"") {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    target.held.store(false, Ordering::SeqCst);
    target.asked.lock().unwrap().clear();
    run_of(project).0
}

fn begun(project: &TestProject, arguments: &[&str]) -> Child {
    let mut command = project.command(&[&["run", "--jobs", "1"], arguments].concat());
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// What a report says of the run that is newest.
fn document(project: &TestProject) -> Value {
    let told = project.does(&["report", "latest", "json"]);
    assert_eq!(told.code, Some(0), "{}", told.all());
    serde_json::from_str(&told.stdout).unwrap()
}

fn verdicts(document: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("unfinished").to_owned();
    let scenarios = document["scenarios"].as_array().unwrap().iter();
    scenarios.map(|one| (text(&one["id"]), text(&one["verdict"]))).collect()
}

#[test]
fn a_run_that_was_killed_goes_on_as_if_it_had_not_been() {
    let target = Target::start();
    let project = target.project();
    let run = killed(&project, &target, &["--seed", "7"]);
    let path = project.path(&format!(".flowproof/runs/{run}/events.ndjson"));
    let before = document(&project);
    assert_eq!(verdicts(&before).iter().filter(|(_, verdict)| verdict == "unfinished").count(), 1);
    // A line that was not written to its end.
    let whole = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{whole}{{\"at\":\"2026-11")).unwrap();

    let ran =
        project.does(&["run", "--resume", &run[..4], "--report", "ndjson=events.ndjson", "--report", "tap=out/t.tap"]);
    assert_told(&ran, 1, &["seed    7 ", "It asks for b", "1 failed, 5 passed of 6 scenarios"]);
    let mut asked = target.asked.lock().unwrap().clone();
    // Scenarios that run at a time ask in any order.
    asked.sort();
    assert_eq!(asked, ["/_flowproof", "/d", "/e", "/f"], "what had ended is kept");
    let stored = std::fs::read_to_string(&path).unwrap();
    assert!(stored.starts_with(&whole), "what was stored stays");
    assert_eq!(stored, ran.events, "other streams are of the whole run");
    let document = document(&project);
    assert_eq!(document["summary"]["failed"], 1);
    assert_eq!(document["run"]["happenings"][0]["event"], "run-resumed");
    assert_eq!(document["run"]["happenings"][0]["kept"], 3);

    let whole = project.does(&["run", "--seed", "7"]);
    assert_eq!(whole.code, Some(1));
    let uninterrupted = self::document(&project);
    assert_eq!(verdicts(&document), verdicts(&uninterrupted));
    assert_eq!(document["summary"], uninterrupted["summary"]);
    let tap = std::fs::read_to_string(project.path("out/t.tap")).unwrap();
    assert_eq!(
        tap.matches("\nok ").count() + tap.matches("\nnot ok ").count(),
        6,
        "none is lost and none is told twice"
    );
}

#[test]
fn failures_before_the_cut_count() {
    let target = Target::start();
    let wrong = "scenario: It asks for e\nsteps:\n  - request: GET /e\n    expect: { status: 201 }\n";
    let project = target.project().file("scenarios/e.yaml", wrong);
    killed(&project, &target, &["--max-failures", "2"]);
    let ran = project.does(&["run", "--resume", "latest", "--jobs", "1"]);
    assert_told(&ran, 1, &["2 failed", "1 aborted", "3 passed"]);
    assert_eq!(*target.asked.lock().unwrap(), ["/_flowproof", "/d", "/e"], "the second failure ends the run");
}

#[test]
fn a_run_that_had_failed_often_enough_does_not_go_on() {
    let target = Target::start();
    let project = target.project();
    killed(&project, &target, &[]);
    let ran = project.does(&["run", "--resume", "latest", "--max-failures", "1"]);
    assert_told(&ran, 1, &["1 failed", "3 aborted", "2 passed"]);
    assert_eq!(*target.asked.lock().unwrap(), ["/_flowproof"]);
}

#[test]
fn a_run_may_be_killed_more_than_once() {
    let target = Target::start();
    let project = target.project();
    let run = killed(&project, &target, &["--tag", "a,b,c,d"]);
    target.held.store(true, Ordering::SeqCst);
    let mut child = begun(&project, &["--resume", "latest"]);
    target.holding.recv().unwrap();
    let busy = project.does(&["run", "--resume", &run]);
    assert_eq!(busy.code, Some(2));
    assert!(busy.stderr.contains("still being written by another process"), "{}", busy.stderr);
    child.kill().unwrap();
    child.wait().unwrap();
    target.held.store(false, Ordering::SeqCst);
    let ran = project.does(&["run", "--resume", &run]);
    assert_told(&ran, 1, &["1 failed, 3 passed of 4 scenarios"]);
    let over = project.does(&["run", "--resume", &run]);
    assert_eq!(over.code, Some(2));
    assert!(over.stderr.contains("has come to its end"), "{}", over.stderr);
}

#[test]
fn what_would_change_the_run_is_refused_or_told() {
    let target = Target::start();
    let project = target.project();
    let run = killed(&project, &target, &["--var", "place=a-secret-place"]);
    let beginning = std::fs::read_to_string(project.path(&format!(".flowproof/runs/{run}/run.json"))).unwrap();
    assert!(beginning.contains("\"place\"") && !beginning.contains("a-secret-place"), "{beginning}");
    let refused = |arguments: &[&str], told: &str| {
        let ran = project.does(&[&["run", "--resume", "latest"], arguments].concat());
        assert_eq!(ran.code, Some(2), "{}", ran.all());
        assert!(ran.stderr.contains(told), "`{told}` is not told: {}", ran.stderr);
    };
    refused(&[], "was given `--var place=…`, which is not stored: give it again");
    refused(&["--var", "place=x", "--var", "other=y"], "began without `--var other=…`");
    refused(&["--var", "place=x", "--env", "other"], "is against `target` and cannot go on against another");
    refused(&["--var", "place=x", "--partition", "hash:1/2"], "is not part `hash:1/2`");
    refused(&["--seed", "7"], "cannot be used with");
    let unknown = project.does(&["run", "--resume", "zzz"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("there is no stored run `zzz`"), "{}", unknown.stderr);

    let moved = project.path("scenarios/e.yaml");
    let text = std::fs::read_to_string(&moved).unwrap();
    std::fs::remove_file(&moved).unwrap();
    refused(&["--var", "place=x"], "cannot go on: 1 scenario of it can no longer be run");
    refused(&["--var", "place=x"], "`scenarios/e.yaml`");
    std::fs::write(&moved, text).unwrap();
    let project = project
        .file("scenarios/a.yaml", "scenario: It asks for something else\nsteps:\n  - request: GET /g\n")
        .file("scenarios/new.yaml", "scenario: It is new\nsteps:\n  - request: GET /new\n");
    let ran = project.does(&["run", "--resume", "latest", "--var", "place=x"]);
    assert_told(&ran, 1, &["1 failed, 5 passed of 6 scenarios"]);
    assert!(
        ran.stderr.contains("though the files have changed since: 1 scenario: `scenarios/a.yaml`"),
        "{}",
        ran.stderr
    );
}
