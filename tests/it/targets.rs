use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use crate::loopback::{answering, http, server};
use crate::project::{Ran, TestProject};

const SCENARIO: &str = "scenario: Something is asked\nsteps:\n  - request: GET /thing\n";

fn run_against(base_url: &str, settings: &str) -> Ran {
    let text =
        format!("flowproof: 1\ndefault: target\nenvironments:\n  target: {{ base-url: \"{base_url}\" }}\n{settings}");
    let project = TestProject::new()
        .file("flowproof.yaml", text)
        .file("scenarios/a.yaml", SCENARIO)
        .file("scenarios/b.yaml", SCENARIO);
    project.run(&[])
}

/// Both scenarios are errored, and it is said why.
fn assert_errored(ran: &Ran, told: &str) {
    assert_eq!(ran.code, Some(3), "{}", ran.all());
    assert_eq!(ran.verdicts().iter().filter(|(_, verdict)| verdict == "errored").count(), 2, "{}", ran.all());
    assert!(ran.stdout.contains(told), "`{told}` is not told:\n{}", ran.stdout);
    assert!(ran.stdout.contains("scenarios/a.yaml:3"), "the author's line is shown:\n{}", ran.stdout);
}

#[test]
fn nobody_listens() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_errored(&run_against(&format!("http://{free}"), ""), "run/connect");
}

#[test]
fn the_host_is_unknown() {
    let ran = run_against("http://nowhere.invalid", "");
    assert_eq!(ran.code, Some(3), "{}", ran.all());
    assert!(ran.stdout.contains("nowhere.invalid"), "{}", ran.stdout);
}

#[test]
fn the_connection_is_cut() {
    assert_errored(&run_against(&format!("http://{}", server(drop)), ""), "run/cut");
}

#[test]
fn half_an_answer_comes() {
    let address = answering("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"a\":");
    assert_errored(&run_against(&format!("http://{address}"), ""), "run/cut");
}

#[test]
fn something_else_than_http_comes() {
    let address = answering("SSH-2.0-OpenSSH_9.2\r\n");
    assert_errored(&run_against(&format!("http://{address}"), ""), "run/protocol");
}

#[test]
fn no_answer_comes() {
    let address = server(|stream| {
        std::mem::forget(stream);
    });
    assert_errored(&run_against(&format!("http://{address}"), "defaults: { timeout: 200ms }\n"), "run/timeout");
}

#[test]
fn far_too_much_comes() {
    let body = vec![b'x'; 11 << 20];
    assert_errored(
        &run_against(&format!("http://{}", answering(http("200 OK", "text/plain", &body))), ""),
        "run/protocol",
    );
}

#[test]
fn html_and_deep_json_do_not_end_an_activity_in_a_panic() {
    let page = http("502 Bad Gateway", "text/html", b"<html><title>Bad gateway</title>");
    let deep = http("200 OK", "application/json", "[".repeat(100_000).as_bytes());
    for (answer, told) in [(page, "<html><title>Bad gateway</title>"), (deep, "nested deeper than 128 levels")] {
        let address = answering(answer);
        let settings = format!(
            "flowproof: 1\ndefault: target\nenvironments:\n  target: {{ base-url: \"http://{address}\", key: \"{{{{ env.KEY }}}}\" }}\n\
             processes: {{ face-onboarding: processes/face-onboarding.bpmn }}\n"
        );
        let project = TestProject::bare().file("flowproof.yaml", settings);
        let project = project.file(
            "scenarios/a.yaml",
            "scenario: A walk\nprocess: face-onboarding\nsteps:\n  - activity: introduction\n",
        );
        let ran = project.run_with(&[], &[("KEY", "some-key-for-tests")]);
        assert_eq!(ran.code, Some(3), "{}", ran.all());
        assert!(ran.stdout.contains(told), "{}", ran.stdout);
    }
}

#[test]
fn a_redirect_is_an_answer_and_is_not_followed() {
    let elsewhere = server(|_| panic!("nobody may come here"));
    let address =
        answering(format!("HTTP/1.1 302 Found\r\nlocation: http://{elsewhere}/\r\ncontent-length: 0\r\n\r\n"));
    let ran = run_against(&format!("http://{address}"), "");
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    assert!(ran.stdout.contains("status is 302, expected 2xx"), "{}", ran.stdout);
}

#[test]
fn other_hosts_are_refused_before_a_byte_is_sent() {
    let text = "scenario: Elsewhere\nsteps:\n  - request: GET http://other.example/thing\n";
    let project = TestProject::bare().file("scenarios/a.yaml", text);
    let ran = project.run(&[]);
    assert_eq!(ran.code, Some(3), "{}", ran.all());
    assert!(ran.stdout.contains("other.example") && ran.stdout.contains("allowed-hosts"), "{}", ran.stdout);
}

#[test]
fn a_proxy_of_the_environment_does_not_capture_the_simulator() {
    let project = TestProject::bare()
        .file("scenarios/a.yaml", "scenario: A walk\nprocess: face-onboarding\nsteps:\n  - activity: introduction\n");
    let ran = project.run_with(&[], &[("HTTP_PROXY", "http://127.0.0.1:1"), ("http_proxy", "http://127.0.0.1:1")]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
}

#[test]
fn production_needs_to_be_allowed() {
    let settings =
        "flowproof: 1\ndefault: live\nenvironments:\n  live: { base-url: \"http://127.0.0.1:1\", production: true }\n";
    let project = TestProject::new().file("flowproof.yaml", settings).file("scenarios/a.yaml", SCENARIO);
    let ran = project.run(&[]);
    assert_eq!(ran.code, Some(2), "{}", ran.all());
    assert!(ran.stderr.contains("--allow-production"), "{}", ran.stderr);
    assert_eq!(project.run(&["--allow-production"]).code, Some(3));
}

#[test]
fn an_interrupted_run_does_its_after_and_writes_its_reports() {
    let (sender, asked) = std::sync::mpsc::channel();
    let address = server(move |mut stream| {
        let sender = sender.clone();
        std::thread::spawn(move || {
            let mut head = [0; 4096];
            let read = stream.read(&mut head).unwrap_or(0);
            let head = String::from_utf8_lossy(&head[..read]).into_owned();
            let waits = head.starts_with("GET /slow");
            let _ = sender.send(head);
            if waits {
                // Held open until the client goes.
                let _ = stream.read(&mut [0; 1]);
            } else {
                let _ = stream.write_all(&http("200 OK", "application/json", b"{}"));
            }
        });
    });
    let settings =
        format!("flowproof: 1\ndefault: target\nenvironments:\n  target: {{ base-url: \"http://{address}\" }}\n");
    let text = "scenario: Slow\nbefore:\n  - request: GET /before\nsteps:\n  - request: GET /slow\nafter:\n  - request: GET /after\n";
    let project = TestProject::new().file("flowproof.yaml", settings).file("scenarios/a.yaml", text);
    let child = project
        .command(&["run", "--report", "ndjson=events.ndjson"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let next = |wanted: &str| {
        while let Ok(head) = asked.recv_timeout(Duration::from_secs(60)) {
            if head.starts_with(wanted) {
                return true;
            }
        }
        false
    };
    assert!(next("GET /slow"));
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert!(next("GET /after"), "`after` runs");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let events = std::fs::read_to_string(project.path("events.ndjson")).unwrap();
    assert!(events.contains("\"verdict\":\"aborted\"") && events.contains("run-finished"), "{events}");
}
