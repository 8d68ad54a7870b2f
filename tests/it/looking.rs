use std::io::Write;
use std::process::{Output, Stdio};

use flowproof::project::{Project, Selection};
use serde_json::Value;

use crate::loopback::{Turn, json, scripted};
use crate::project::{TestProject, shipped};
use crate::terminal::Terminal;

const RETAKEN: &str = "scenario: A blurred selfie is retaken
process: face-onboarding
vars:
  picture: blurred.jpg
steps:
  - activity: introduction
  - activity: capture-consent
  - activity: capture-face
    id: selfie
    with: { image: \"{{ vars.picture }}\" }
    expect: success
    save: { step: $.stepId }
  - activity: confirm-face
    with: { confirmed: true }
    expect: { body: { $.processInstanceId: { type: string } }, answer: { state: { ne: \"{{ vars.step }}\" } } }
after:
  - check: { \"{{ vars.picture }}\": { exists: true } }
";

fn retaken() -> TestProject {
    let blurred = std::fs::read(shipped().join("scenarios/faces/blurred.jpg")).unwrap();
    TestProject::bare().file("scenarios/blurred.jpg", blurred).file("scenarios/a.yaml", RETAKEN)
}

/// A run with lines on its standard input.
fn run(project: &TestProject, arguments: &[&str], said: &str) -> (Option<i32>, String, String) {
    let all: Vec<&str> = ["run"].iter().chain(arguments).copied().collect();
    let mut command = project.command(&all);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(said.as_bytes());
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (status.code(), text(stdout), text(stderr))
}

/// Settings for snapshots without what differs from run to run.
fn settled() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    for (pattern, shown) in [
        (r"127\.0\.0\.1:\d+", "127.0.0.1:00000"),
        (r"\b\d+ ms\b", "N ms"),
        (r"\b[0-9a-f]{8}-(\d+)", "00000000-$1"),
        (r"\b[A-Z0-9]{26}\b", "INSTANCE"),
        (r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b", "UUID"),
    ] {
        settings.add_filter(pattern, shown);
    }
    settings
}

#[test]
fn a_dry_run_shows_everything_and_sends_nothing() {
    let asked = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = asked.local_addr().unwrap();
    let settings = format!(
        "flowproof: 1\ndefault: staging\nenvironments:\n  staging: {{ base-url: \"http://{address}\", key: \"{{{{ env.STAGING_KEY }}}}\", production: true }}\n\
         processes: {{ face-onboarding: processes/face-onboarding.bpmn }}\n"
    );
    let plain = "scenario: Orders of {{ case.country }}
vars:
  size: \"{{ case.items * 2 }}\"
cases:
  - { id: us, country: us, items: 2 }
  - { id: fr, country: fr, items: 3 }
steps:
  - request: POST /orders
    id: order
    if: \"{{ case.items > 2 }}\"
    with:
      headers: { x-token: \"{{ env.STAGING_KEY }}\" }
      json: { size: \"{{ vars.size }}\", country: \"{{ case.country }}\" }
    save: { number: $.number }
  - request: GET /orders/{{ vars.number }}
    expect: { status: 200, body: { size: \"{{ vars.size }}\" } }
  - check: { \"{{ steps.order.status + 1 }}\": 201 }
";
    let project = retaken().file("flowproof.yaml", settings).file("scenarios/b.yaml", plain);
    let shown = |arguments: &[&str]| {
        let all: Vec<&str> = ["run", "--dry-run", "--seed", "7"].iter().chain(arguments).copied().collect();
        project.command(&all).env("STAGING_KEY", "the-key-of-staging").output().unwrap()
    };
    let output = shown(&[]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(!text.contains("the-key-of-staging"), "{text}");
    settled().bind(|| insta::assert_snapshot!(text));
    let json: Value = serde_json::from_slice(&shown(&["--format", "json"]).stdout).unwrap();
    assert_eq!(json["scenarios"][2]["vars"]["size"], 6);
    let request = &json["scenarios"][2]["steps"][0]["requests"][0];
    assert_eq!(request["body"]["value"], serde_json::json!({ "size": 6, "country": "fr" }));
    assert_eq!(json["scenarios"][2]["steps"][1]["requests"][0]["path"], "/orders/‹saved by step order›");
    asked.set_nonblocking(true).unwrap();
    assert!(asked.accept().is_err(), "nobody came");
}

#[test]
fn every_shipped_scenario_can_be_rehearsed() {
    let project = TestProject::shipped();
    let output = project.command(&["run", "--dry-run", "--format", "json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let scenarios = json["scenarios"].as_array().unwrap();
    assert!(scenarios.len() > 50, "{}", scenarios.len());
    let sending = |scenario: &&Value| {
        let steps = scenario["steps"].as_array().unwrap();
        steps.iter().any(|step| !step["requests"].as_array().unwrap().is_empty())
    };
    assert!(scenarios.iter().filter(sending).count() > 50);
}

#[test]
fn a_dry_run_tells_what_cannot_work() {
    let project = TestProject::bare().file(
        "scenarios/a.yaml",
        "scenario: A secret is too short\nsecrets: { token: \"{{ env.SHORT }}\" }\nsteps:\n  - request: GET /thing\n",
    );
    let output = project.command(&["run", "--dry-run"]).env("SHORT", "abc").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("would fail: the secret `token` is too short"), "{text}");
}

#[test]
fn a_trace_shows_exchanges_with_the_names_of_scenarios() {
    let address = scripted(None, |_, line| match line.contains("/slow") {
        true => Turn::Cut,
        false => Turn::Say(json("200 OK", "", "{\"token\":\"some-token-of-a-partner\"}")),
    });
    let settings = format!("flowproof: 1\ndefault: t\nenvironments:\n  t: {{ base-url: \"http://{address}\" }}\n");
    let secret = "scenario: One\nsecrets: { key: \"{{ env.KEY }}\" }\nsteps:\n  - request: POST /one\n    with: { json: { key: \"{{ secrets.key }}\" } }\n";
    let project = TestProject::new()
        .file("flowproof.yaml", settings)
        .file("scenarios/a.yaml", secret)
        .file("scenarios/b.yaml", "scenario: Two\nsteps:\n  - request: GET /slow\n");
    let traced = |arguments: &[&str]| {
        let all: Vec<&str> = ["run", "--trace"].iter().chain(arguments).copied().collect();
        let output = project.command(&all).env("KEY", "some-token-of-a-partner").output().unwrap();
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let text = traced(&["--jobs", "2"]);
    assert!(text.contains("scenarios/a.yaml  step 1: request POST /one\n"), "{text}");
    assert!(text.contains("  scenarios/a.yaml  POST /one → 200 after "), "{text}");
    assert!(text.contains("    → {\"key\": \"[secret:KEY]\"}\n    ← {\"token\": \"[secret:KEY]\"}\n"), "{text}");
    assert!(text.contains("  scenarios/b.yaml  GET /slow → cut off after "), "{text}");
    let alone = traced(&["scenarios/a.yaml"]);
    assert!(alone.starts_with("step 1: request POST /one\n  POST /one → 200 after "), "{alone}");
}

#[test]
fn a_person_goes_step_by_step_at_a_terminal() {
    let project = retaken();
    let mut terminal = Terminal::start(&project, &["run", "--step", "scenarios/a.yaml"], 80);
    terminal.wait_for("step 5: activity introduction");
    terminal.wait_for("(flowproof) ");
    terminal.say("break selfie");
    terminal.wait_for("it stops at selfie, and at problems");
    terminal.say("continue");
    terminal.wait_for("step 7 (selfie): activity capture-face");
    terminal.wait_for("(flowproof) ");
    terminal.say("print vars.picture");
    terminal.wait_for("\"blurred.jpg\"");
    terminal.say("next");
    // The step fails, is done again with another picture, and passes.
    terminal.wait_for("step 7 has failed with quality-failure 748");
    terminal.wait_for("expected `success`");
    terminal.wait_for("(flowproof) ");
    terminal.say("set picture = \"clear.jpg\"");
    terminal.wait_for("\"clear.jpg\"");
    terminal.say("retry");
    terminal.wait_for("step 8 (selfie): activity capture-face");
    terminal.wait_for("(flowproof) ");
    terminal.say("");
    terminal.wait_for("step 8 gave success");
    terminal.wait_for("step 9: activity confirm-face");
    terminal.wait_for("(flowproof) ");
    terminal.say("show");
    terminal.wait_for("\"stepId\": \"face-capture\"");
    terminal.wait_for("curl -X POST");
    terminal.wait_for("(flowproof) ");
    terminal.say("continue");
    let (code, rest) = terminal.end();
    assert_eq!(code, Some(0), "{rest}");
    assert!(rest.contains("1 scenario passed"), "{rest}");
}

#[test]
fn control_c_at_the_prompt_ends_the_run_and_does_after() {
    let project = retaken();
    let mut terminal = Terminal::start(&project, &["run", "--step", "--report", "ndjson=events.ndjson"], 100);
    terminal.wait_for("(flowproof) ");
    terminal.control('c');
    let (code, rest) = terminal.end();
    assert_eq!(code, Some(130), "{rest}");
    let events = std::fs::read_to_string(project.path("events.ndjson")).unwrap();
    assert!(events.contains("\"section\":\"after\"") && events.contains("\"verdict\":\"aborted\""), "{events}");
}

#[test]
fn lines_from_a_file_are_said_at_the_prompt() {
    let said = "where\nbraek\nbreak quality-failure\nbreak\ncontinue\nprint response.code\nprint vars.nothing\nset a-b = 1\nretry\ndelete quality-failure\nset picture = \"clear.jpg\"\ncontinue\n";
    let (code, stdout, _) = run(&retaken(), &["--step", "-q", "--seed", "7"], said);
    assert_eq!(code, Some(0), "{stdout}");
    settled().bind(|| insta::assert_snapshot!(stdout));
}

#[test]
fn the_end_of_the_lines_ends_the_run() {
    let (code, stdout, _) = run(&retaken(), &["--step", "-q"], "next\n");
    assert_eq!(code, Some(130), "{stdout}");
    assert!(stdout.contains("step 6: activity capture-consent"), "{stdout}");
    assert!(!stdout.contains("step 7"), "{stdout}");
}

#[test]
fn where_the_process_leads_it_stops_before_each_answer() {
    let answered = "scenario: All is answered\nprocess: face-onboarding\nanswers:\n  introduction: {}\n  capture-consent: {}\n  capture-face: { with: { image: clear.jpg } }\n  confirm-face: { with: { confirmed: true } }\n";
    let project = TestProject::bare().file("scenarios/a.yaml", answered);
    let (code, stdout, _) = run(&project, &["--step", "-q"], "next\nretry\nbreak capture-face\ncontinue\ncontinue\n");
    assert_eq!(code, Some(0), "{stdout}");
    assert!(stdout.contains("there is no step before that could be done again"), "{stdout}");
    assert!(stdout.contains("step 7: activity capture-face  scenarios/a.yaml:6:"), "{stdout}");
    assert!(!stdout.contains("step 8"), "{stdout}");
}

#[test]
fn a_secret_is_not_printed() {
    let project = TestProject::bare().file(
        "scenarios/a.yaml",
        "scenario: A secret\nsecrets: { token: \"{{ env.TOKEN }}\" }\nsteps:\n  - check: { \"{{ secrets.token }}\": { exists: true } }\n",
    );
    let mut command = project.command(&["run", "--step"]);
    command.env("TOKEN", "a-token-of-somebody").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let said =
        b"print secrets.token\nprint secrets.token | upper\nset copy = secrets.token\nprint vars.copy\ncontinue\n";
    child.stdin.take().unwrap().write_all(said).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(!text.to_lowercase().contains("a-token-of-somebody"), "{text}");
    assert_eq!(text.matches("[secret:TOKEN]").count(), 3, "{text}");
}

#[test]
fn what_a_change_affects_is_run_again() {
    let asks = |title: &str| {
        format!("scenario: {title}\nvars: {{ one: 1 }}\nsteps:\n  - check: {{ \"{{{{ vars.one }}}}\": 1 }}\n")
    };
    let picture = "scenario: A picture is read\nvars: { read: \"{{ file('clear.jpg') | length }}\" }\nsteps:\n  - check: { \"{{ vars.read }}\": { gt: 0 } }\n";
    let project = TestProject::bare().file("scenarios/a.yaml", picture).file("scenarios/b.yaml", asks("It is one"));
    let mut terminal = Terminal::start(&project, &["run", "--watch", "-v"], 100);
    terminal.wait_for("2 scenarios passed");
    terminal.wait_for("; Ctrl-C ends");
    let write = |name: &str, text: &str| std::fs::write(project.path(name), text).unwrap();
    write("scenarios/b.yaml", &asks("It is one indeed"));
    terminal.wait_for("changed: scenarios/b.yaml");
    let told = terminal.wait_for("1 scenario passed");
    assert!(told.contains("It is one indeed"), "{told}");
    terminal.wait_for("; Ctrl-C ends");
    // Nothing depends on it, so it is not even told.
    write("notes.txt", "nothing");
    write("scenarios/clear.jpg", "another picture");
    let told = terminal.wait_for("1 scenario passed");
    assert!(told.contains("scenarios/clear.jpg") && told.contains("A picture is read"), "{told}");
    terminal.wait_for("; Ctrl-C ends");
    write("scenarios/b.yaml", "scenario: It is broken\nsteps:\n  - chek: {}\n");
    terminal.wait_for("scenarios/b.yaml:3:");
    terminal.wait_for("; Ctrl-C ends");
    write("scenarios/b.yaml", &asks("It is repaired"));
    let told = terminal.wait_for("1 scenario passed");
    assert!(told.contains("It is repaired"), "{told}");
    terminal.wait_for("; Ctrl-C ends");
    let settings = std::fs::read_to_string(project.path("flowproof.yaml")).unwrap();
    write("flowproof.yaml", &format!("{settings}# All depend on it.\n"));
    terminal.wait_for("changed: flowproof.yaml");
    terminal.wait_for("2 scenarios passed");
    terminal.wait_for("; Ctrl-C ends");
    terminal.interrupt();
    let (code, rest) = terminal.end();
    assert_eq!(code, Some(130), "{rest}");
}

/// Which scenarios a change affects, without anything that watches.
#[test]
fn a_change_affects_what_is_made_of_the_file() {
    let used = "scenario: A fragment is used\nsteps:\n  - use: parts/one.yaml\n";
    let cases =
        "scenario: There are {{ case.n }}\ncases: rows.csv\nsteps:\n  - check: { \"{{ case.n }}\": { ge: 0 } }\n";
    let walk = "scenario: It is begun\nprocess: face-onboarding\nsteps:\n  - activity: introduction\n";
    let fragment =
        "fragment: One\nsteps:\n  - request: GET /thing\n    with: { json: \"{{ file('parts/body.json') }}\" }\n";
    let on_disk = TestProject::bare()
        .file("scenarios/used.yaml", used)
        .file("scenarios/parts/one.yaml", fragment)
        .file("scenarios/parts/parts/body.json", "{}")
        .file("scenarios/cases.yaml", cases)
        .file("scenarios/rows.csv", "n\n1\n2\n")
        .file("scenarios/walk.yaml", walk);
    let root = on_disk.path("").canonicalize().unwrap();
    let mut project = Project::open(Some(&root), &root);
    project.add_scenarios(&["scenarios".into()], &root, &Selection::default());
    assert_eq!(project.plan.files().len(), 3);
    let affected = |changed: &str| {
        let changed = [changed.to_owned()].into();
        let plan = project.plan.affected(&changed, &project.of_all_scenarios(), &project.sources);
        plan.files().iter().map(|file| file.path.to_string()).collect::<Vec<_>>()
    };
    for (changed, wanted) in [
        ("scenarios/used.yaml", vec!["scenarios/used.yaml"]),
        ("scenarios/parts/one.yaml", vec!["scenarios/used.yaml"]),
        ("scenarios/parts/parts/body.json", vec!["scenarios/used.yaml"]),
        ("scenarios/rows.csv", vec!["scenarios/cases.yaml"]),
        ("processes/face-onboarding.bpmn", vec!["scenarios/walk.yaml"]),
        ("flowproof.yaml", vec!["scenarios/cases.yaml", "scenarios/used.yaml", "scenarios/walk.yaml"]),
        ("README.md", vec![]),
    ] {
        assert_eq!(affected(changed), wanted, "{changed}");
    }
}
