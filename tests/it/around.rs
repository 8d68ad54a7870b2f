use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc::{Receiver, channel};

use serde_json::Value;

use crate::project::{Ran, TestProject};

const PREPARE: &str = "scenario: Something is prepared\nprocess: face-onboarding\nsession: { until: issue-bearer }\nsteps:\n  \
                       - activity: create-token\n    with: { description: Prepared }\n    save: { token: $.id }\n";
const USE: &str =
    "scenario: It is used\nsteps:\n  - check:\n      \"{{ run.token }}\": { matches: \"[A-Z2-7]{26}\" }\n";
const TIDY: &str = "scenario: It is tidied up\nsteps:\n  - check: { \"{{ run.token }}\": { type: string } }\n";

fn settings(lines: &str) -> String {
    format!("flowproof: 1\nprocesses: {{ face-onboarding: processes/face-onboarding.bpmn }}\n{lines}")
}

fn project() -> TestProject {
    TestProject::bare()
        .file("flowproof.yaml", settings("before: scenarios/prepare.yaml\nafter: tidy.yaml\n"))
        .file("scenarios/prepare.yaml", PREPARE)
        .file("tidy.yaml", TIDY)
        .file("scenarios/a.yaml", USE)
        .file("scenarios/b.yaml", USE)
}

/// Verdicts in the order in which scenarios ended.
fn order(ran: &Ran) -> Vec<(String, String)> {
    let ended = ran.events().filter(|event| event["event"] == "scenario-finished");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    ended.map(|event| (text(&event["scenario"]), text(&event["verdict"]))).collect()
}

fn named(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(id, verdict)| ((*id).to_owned(), (*verdict).to_owned())).collect()
}

#[test]
fn what_is_run_once_comes_first_and_last_and_counts_as_no_scenario() {
    let ran = project().run(&["--jobs", "1"]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    let expected = [
        ("flowproof.yaml#before", "passed"),
        ("scenarios/a.yaml", "passed"),
        ("scenarios/b.yaml", "passed"),
        ("flowproof.yaml#after", "passed"),
    ];
    assert_eq!(order(&ran), named(&expected));
    assert!(ran.stdout.contains("2 scenarios passed"), "{}", ran.stdout);
    let roles: Vec<Value> =
        ran.events().filter(|event| event["event"] == "scenario-started").map(|event| event["role"].clone()).collect();
    assert_eq!(roles, [Value::from("before"), Value::Null, Value::Null, Value::from("after")]);
    // Asked for by its name, it is a scenario like others.
    let ran = project().run(&["scenarios/prepare.yaml"]);
    assert!(ran.stdout.contains("1 scenario passed"), "{}", ran.stdout);
}

#[test]
fn a_value_of_the_run_tells_where_it_came_from() {
    let wrong = USE.replace("[A-Z2-7]{26}", "nothing");
    let ran = project().file("scenarios/a.yaml", wrong).run(&["scenarios/a.yaml"]);
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    let told = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains(", saved from `$.id` of the answer before the run at scenarios/prepare.yaml:7:"), "{told}");
}

#[test]
fn where_the_preparation_fails_nothing_is_run_but_what_tidies_up() {
    let failing = PREPARE.replace("    save", "    expect: refused\n    save");
    let tidy = "scenario: It is tidied up\nsteps:\n  - check: { \"{{ run.id }}\": { type: string } }\n";
    let ran = project().file("scenarios/prepare.yaml", failing).file("tidy.yaml", tidy).run(&[]);
    assert_eq!(ran.code, Some(3), "{}", ran.all());
    let expected = [
        ("flowproof.yaml#before", "errored"),
        ("scenarios/a.yaml", "skipped"),
        ("scenarios/b.yaml", "skipped"),
        ("flowproof.yaml#after", "passed"),
    ];
    assert_eq!(order(&ran), named(&expected));
    for told in [
        "expected `refused`",
        "the `before` of the run failed (×2)",
        "what is run around all scenarios failed, 2 skipped, 0 passed of 2 scenarios",
    ] {
        assert!(ran.stdout.contains(told), "`{told}` is not told:\n{}", ran.stdout);
    }
}

#[test]
fn what_fails_to_tidy_up_makes_the_run_errored() {
    let failing = "scenario: It is not tidied up\nsteps:\n  - check: { \"{{ run.token }}\": nothing }\n";
    let ran = project().file("tidy.yaml", failing).run(&[]);
    assert_eq!(ran.code, Some(3), "{}", ran.all());
    assert_eq!(order(&ran).last().unwrap(), &("flowproof.yaml#after".to_owned(), "errored".to_owned()));
    assert!(ran.stdout.contains("what is run around all scenarios failed, 2 passed of 2 scenarios"), "{}", ran.stdout);
    // A scenario that fails does not keep it from being run.
    let ran = project().file("scenarios/a.yaml", USE.replace("[A-Z2-7]{26}", "nothing")).run(&[]);
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    assert_eq!(order(&ran).last().unwrap(), &("flowproof.yaml#after".to_owned(), "passed".to_owned()));
}

#[test]
fn an_environment_can_prepare_in_its_own_way() {
    let lines = "default: simulator\nbefore: scenarios/prepare.yaml\nenvironments:\n  simulator: { kind: simulator, before: other.yaml }\n  \
                 second: { kind: simulator }\n";
    let other = PREPARE.replace("Something is prepared", "Prepared in another way");
    let project = project().file("flowproof.yaml", settings(lines)).file("other.yaml", other);
    let title = |ran: &Ran| ran.events().find(|event| event["event"] == "scenario-started").unwrap()["title"].clone();
    assert_eq!(title(&project.run(&[])), "Prepared in another way");
    assert_eq!(title(&project.run(&["--env", "second"])), "Something is prepared");
}

#[test]
fn what_is_wrong_around_is_explained() {
    let project = project()
        .file("scenarios/a.yaml", USE.replace("run.token", "run.tokn"))
        .file("tidy.yaml", "scenario: Tidy\ncases: [{ a: 1 }]\nsteps:\n  - check: { \"{{ case.a }}\": 1 }\n");
    let ran = project.run(&["scenarios/a.yaml"]);
    assert_eq!((ran.code, ran.events.as_str()), (Some(2), ""), "{}", ran.all());
    let mut told = ran.stderr;
    // What is sound is not run without its preparation.
    let project = project.file("tidy.yaml", TIDY).file("scenarios/prepare.yaml", "scenario: Nothing\n");
    let ran = project.run(&["scenarios/b.yaml"]);
    assert_eq!((ran.code, ran.events.as_str()), (Some(2), ""), "{}", ran.all());
    told += &ran.stderr;
    let project = project.file("flowproof.yaml", settings("before: nowhere.yaml\n")).file("scenarios/a.yaml", USE);
    let ran = project.run(&["scenarios/a.yaml"]);
    assert_eq!((ran.code, ran.events.as_str()), (Some(2), ""), "{}", ran.all());
    insta::assert_snapshot!(told + &ran.stderr);
}

#[test]
fn secrets_of_the_preparation_stay_secret() {
    let prepare = "scenario: A secret is prepared\nsecrets: { planted: \"{{ env.PLANTED }}\" }\nsteps:\n  - request: GET /nothing\n    \
                   expect: { status: 404 }\n    save: { token: \"{{ secrets.planted | upper }}\" }\n";
    let use_it = "scenario: It is used\nsteps:\n  - check: { \"x{{ run.token }}y\": nothing }\n";
    let project = project().file("scenarios/prepare.yaml", prepare).file("scenarios/a.yaml", use_it);
    let ran = project.run_with(&["scenarios/a.yaml"], &[("PLANTED", "planted-secret")]);
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    assert!(!ran.all().to_uppercase().contains("PLANTED-SECRET"), "{}", ran.all());
    assert!(ran.stdout.contains("x[secret:"), "{}", ran.stdout);
}

/// A server that never answers `/hang`, and tells when it is asked for it; it answers everything else.
fn hanging() -> (SocketAddr, Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, asked) = channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let sender = sender.clone();
            std::thread::spawn(move || {
                let mut head = [0; 4096];
                let read = stream.read(&mut head).unwrap_or(0);
                if String::from_utf8_lossy(&head[..read]).contains("/hang") {
                    let _ = sender.send(());
                    std::mem::forget(stream);
                } else {
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}");
                }
            });
        }
    });
    (address, asked)
}

/// Sends the signal of Ctrl-C to a process.
fn interrupt(id: u32) {
    assert!(std::process::Command::new("kill").args(["-INT", &id.to_string()]).status().unwrap().success());
}

#[cfg(unix)]
#[test]
fn what_tidies_up_runs_after_an_interruption() {
    let (address, asked) = hanging();
    let lines = format!(
        "default: engine\nbefore: prepare.yaml\nafter: tidy.yaml\nenvironments: {{ engine: {{ base-url: \"http://{address}\" }} }}\n"
    );
    let ask = |path: &str| format!("scenario: {path} is asked for\nsteps:\n  - request: GET {path}\n");
    let project = TestProject::bare()
        .file("flowproof.yaml", settings(&lines))
        .file("prepare.yaml", ask("/prepare"))
        .file("tidy.yaml", ask("/tidy"))
        .file("scenarios/a.yaml", ask("/hang"))
        .file("scenarios/b.yaml", ask("/b"));
    let mut child = project
        .command(&["run", "--jobs", "1", "--report", "ndjson=events.ndjson"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    asked.recv().unwrap();
    interrupt(child.id());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let events = std::fs::read_to_string(project.path("events.ndjson")).unwrap();
    let ended: Vec<(String, String)> = events
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|event| event["event"] == "scenario-finished")
        .map(|event| (event["scenario"].as_str().unwrap().to_owned(), event["verdict"].as_str().unwrap().to_owned()))
        .collect();
    let expected = [
        ("flowproof.yaml#before", "passed"),
        ("scenarios/a.yaml", "aborted"),
        ("scenarios/b.yaml", "aborted"),
        ("flowproof.yaml#after", "passed"),
    ];
    assert_eq!(ended, named(&expected));
}
