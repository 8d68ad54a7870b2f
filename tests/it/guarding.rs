//! What keeps a run from doing harm to its target: rate, budget, breaker.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use serde_json::{Value, json};

use crate::loopback::{Simulator, Turn, answering_in_threads, http, json as answer, scripted};
use crate::project::{Ran, TestProject, assert_told, events};

/// A project that runs against an address, with more lines about its environment.
fn against(address: SocketAddr, more: &str) -> TestProject {
    let settings =
        format!("flowproof: 1\ndefault: target\nenvironments:\n  target:\n    base-url: \"http://{address}\"\n{more}");
    TestProject::new().file("flowproof.yaml", settings)
}

/// A scenario for each request, in their order.
fn asking(project: TestProject, requests: &[&str]) -> TestProject {
    requests.iter().enumerate().fold(project, |project, (number, request)| {
        let text = format!("scenario: It sends {request}\nsteps:\n  - request: {request}\n");
        project.file(&format!("scenarios/{number:02}.yaml"), text)
    })
}

fn verdicts(ran: &Ran) -> Vec<String> {
    ran.verdicts().into_iter().map(|(_, verdict)| verdict).collect()
}

/// The id of the first problem of each scenario that has one, by scenario.
fn problems(ran: &Ran) -> Vec<String> {
    let mut ended = events(ran, "scenario-finished");
    ended.sort_by_key(|event| event["scenario"].to_string());
    ended.iter().filter_map(|event| event["problems"][0]["id"].as_str().map(str::to_owned)).collect()
}

fn count(asked: &Arc<AtomicUsize>) -> impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static {
    let asked = Arc::clone(asked);
    move |line| {
        if !line.contains("/_flowproof") {
            asked.fetch_add(1, Ordering::SeqCst);
        }
        Some(http("200 OK", "application/json", b"{}"))
    }
}

#[test]
fn what_would_exceed_the_budget_of_changes_is_not_sent_and_nothing_after_it() {
    let asked = Arc::default();
    let address = answering_in_threads(count(&asked));
    let requests = ["POST /a", "GET /b", "PUT /c", "GET /d", "DELETE /e", "GET /f"];
    let project = asking(against(address, "    budget: { mutations: 2 }\n"), &requests);
    let ran = project.run(&["--jobs", "1", "--retries", "3"]);
    let key = "the budget of the run is spent: `budget.mutations` of the environment permits 2 requests";
    assert_told(&ran, 3, &[key, "budget  2 of 2 requests that may change something"]);
    assert_eq!(verdicts(&ran), ["passed", "passed", "passed", "passed", "errored", "errored"]);
    assert_eq!(problems(&ran), ["run/budget", "run/budget"]);
    assert_eq!(asked.load(Ordering::SeqCst), 4);
    assert!(events(&ran, "scenario-retried").is_empty(), "another attempt would change nothing");
    let summary = &events(&ran, "run-finished")[0]["summary"];
    assert_eq!((&summary["mutations"], &summary["requests"]), (&2.into(), &4.into()));
    // With one more it is enough.
    let project = asking(against(address, "    budget: { mutations: 3 }\n"), &requests);
    assert_told(&project.run(&["--jobs", "1"]), 0, &["budget  3 of 3 requests"]);
}

#[test]
fn the_budget_of_bytes_is_kept_to_the_last() {
    let address = answering_in_threads(count(&Arc::default()));
    // `{"text":"0123456789"}` has 21 bytes.
    let text = "scenario: It uploads\nsteps:\n  - request: POST /text\n    with: { json: { text: \"0123456789\" } }\n";
    let project = |upload: &str| {
        let project = against(address, &format!("    budget: {{ upload: {upload} }}\n"));
        project.file("scenarios/a.yaml", text).file("scenarios/b.yaml", text)
    };
    let ran = project("42B").run(&["--jobs", "1"]);
    assert_told(&ran, 0, &["budget  42 of 42 bytes of bodies"]);
    assert_eq!(events(&ran, "run-started")[0]["guards"], json!({ "upload": 42, "breaker": 20 }));
    let ran = project("0.041kB").run(&["--jobs", "1"]);
    assert_told(&ran, 3, &["`budget.upload` of the environment permits 41 bytes of bodies, and 21 were sent"]);
    assert_eq!(verdicts(&ran), ["passed", "errored"]);
}

/// Everything below `/dead` is unavailable.
fn half_dead(simulator: &Simulator) -> SocketAddr {
    scripted(Some(simulator.address), |_, line| match line.contains("/dead") {
        true => Turn::Say(answer("503 Service Unavailable", "retry-after: 86400\r\n", "{}")),
        false => Turn::Say(answer("200 OK", "", "{}")),
    })
}

/// On a simulator pauses are virtual: an hour is over at once, and what the target asks to be left alone for is too.
#[test]
fn the_breaker_opens_and_closes_and_changes_no_verdict() {
    let simulator = Simulator::start();
    let requests = ["GET /a", "GET /dead", "GET /dead", "GET /dead", "GET /dead", "GET /b", "GET /dead", "GET /c"];
    let expected = ["passed", "failed", "failed", "failed", "failed", "passed", "failed", "passed"];
    let breaker = "    breaker: { failures: 2, pause: 1h }\n";
    for jobs in ["1", "3"] {
        let project = asking(against(half_dead(&simulator), breaker), &requests);
        let ran = project.run(&["--jobs", jobs]);
        assert_eq!(ran.code, Some(1), "{}", ran.all());
        assert_eq!(verdicts(&ran), expected, "{jobs} jobs");
        if jobs == "1" {
            let told = |name: &str| {
                let events = events(&ran, name).into_iter();
                let told = events.map(|event| {
                    assert!(event["scenario"].is_null());
                    json!([event["failures"], event["pause"], event["reason"], event["after"]])
                });
                told.collect::<Vec<Value>>()
            };
            let opened = [
                json!([2, "PT1H", "status 503", null]),
                json!([3, "PT1H", "status 503", null]),
                json!([4, "PT1H", "status 503", null]),
            ];
            assert_eq!(told("breaker-opened"), opened);
            assert_eq!(told("breaker-closed"), [json!([null, null, null, "PT3H"])]);
            assert_told(&ran, 1, &["the target did not answer, and was left alone for a while", "status 503 (×3)"]);
        }
    }
    // A simulator has none unless that is said.
    let ran = asking(against(half_dead(&simulator), ""), &requests).run(&["--jobs", "1"]);
    assert_eq!(verdicts(&ran), expected);
    assert!(events(&ran, "breaker-opened").is_empty());
}

#[test]
fn a_target_that_never_answers_is_given_up() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let requests = ["GET /"; 6];
    let project = |breaker: &str| asking(against(free, breaker), &requests);
    let ran = project("    breaker: { failures: 3, give-up: 0s }\n").run(&["--jobs", "1"]);
    assert_told(&ran, 3, &["the target was given up: 3 requests in a row had no usable answer, the last: "]);
    let connect = ["run/connect"; 3].into_iter().chain(["run/breaker"; 3]);
    assert_eq!(problems(&ran), connect.collect::<Vec<_>>());
    assert_eq!(events(&ran, "run-finished")[0]["summary"]["requests"], 3);
    let ran = project("    breaker: false\n").run(&["--jobs", "1"]);
    assert_eq!(problems(&ran), ["run/connect"; 6]);
    assert!(events(&ran, "run-started")[0]["guards"]["breaker"].is_null());
}

#[test]
fn what_guards_a_target_is_told_at_the_start() {
    let address = answering_in_threads(count(&Arc::default()));
    let more = "    production: true\n    allowed-hosts: [cdn.example.com]\n    rate: { per-second: 1000, in-flight: 4 }\n    budget: { mutations: 9, upload: 1MB }\n    breaker: { failures: 7 }\n";
    let project = asking(against(address, more), &["GET /a", "GET /b"]);
    let ran = project.run(&["--allow-production"]);
    assert_told(&ran, 0, &["2 scenarios passed"]);
    let guards = json!({
        "hosts": ["127.0.0.1", "cdn.example.com"], "production": true, "per_second": 1000.0, "in_flight": 4,
        "mutations": 9, "upload": 1_000_000, "breaker": 7
    });
    assert_eq!(events(&ran, "run-started")[0]["guards"], guards);
    let ran = project.run(&["--allow-production", "--rate", "500"]);
    assert_eq!(events(&ran, "run-started")[0]["guards"]["per_second"], 500.0);
    for wrong in ["0", "-1", "many"] {
        assert_eq!(project.run(&["--rate", wrong]).code, Some(2), "{wrong}");
    }
}

/// A server that answers when so many requests are there at once; it counts how many were, at most.
fn gathering(together: usize) -> (SocketAddr, Arc<AtomicUsize>) {
    let most = Arc::new(AtomicUsize::new(0));
    let (told, now) = (Arc::clone(&most), (Mutex::new(0_usize), Condvar::new()));
    let address = answering_in_threads(move |line| {
        if !line.contains("/_flowproof") {
            let mut there = now.0.lock().unwrap();
            *there += 1;
            told.fetch_max(*there, Ordering::SeqCst);
            now.1.notify_all();
            // Whoever came stays counted, so that the last of them frees all.
            drop(now.1.wait_while(there, |there| *there % together != 0).unwrap());
        }
        Some(http("200 OK", "application/json", b"{}"))
    });
    (address, most)
}

#[test]
fn no_more_requests_are_under_way_than_may_be() {
    // Without a bound four requests are there at once, or none would be answered.
    let (address, most) = gathering(4);
    let project = asking(against(address, ""), &["GET /"; 4]);
    assert_told(&project.run(&["--jobs", "4"]), 0, &["4 scenarios passed"]);
    assert_eq!(most.load(Ordering::SeqCst), 4);
    // With a bound they never are.
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let told = Arc::clone(&most);
    let address = answering_in_threads(move |line| {
        if !line.contains("/_flowproof") {
            told.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::yield_now();
            now.fetch_sub(1, Ordering::SeqCst);
        }
        Some(http("200 OK", "application/json", b"{}"))
    });
    let project = asking(against(address, "    rate: { in-flight: 2 }\n"), &["GET /"; 30]);
    assert_told(&project.run(&["--jobs", "16"]), 0, &["30 scenarios passed"]);
    assert!((1..=2).contains(&most.load(Ordering::SeqCst)), "{most:?}");
}

#[cfg(unix)]
#[test]
fn an_interruption_ends_the_pause_of_the_breaker() {
    let address = answering_in_threads(|line| match line.contains("/_flowproof") {
        true => Some(http("404 Not Found", "text/plain", b"")),
        false => Some(http("502 Bad Gateway", "text/plain", b"")),
    });
    let project = against(address, "    breaker: { failures: 1, pause: 24h, give-up: 48h }\n");
    let waits = "scenario: It waits\nsteps:\n  - request: GET /\nafter:\n  - request: GET /after\n";
    let project = project.file("scenarios/a.yaml", waits).file("scenarios/b.yaml", waits);
    let mut child = project
        .command(&["run", "--jobs", "1", "--report", "ndjson=events.ndjson"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let events = || std::fs::read_to_string(project.path("events.ndjson")).unwrap_or_default();
    // The first has begun its `after`, which waits for the target.
    while !events().contains("breaker-opened") {
        std::thread::yield_now();
    }
    assert!(std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let events = events();
    assert_eq!(events.matches("scenario-finished").count(), 2, "{events}");
    assert!(events.contains("run-finished"), "{events}");
}
