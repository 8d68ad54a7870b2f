use std::net::SocketAddr;
use std::sync::mpsc;

use serde_json::{Value, json};

use crate::loopback::{calling_back, post};
use crate::project::{Ran, TestProject};

fn project(engine: SocketAddr, scenario: &str) -> TestProject {
    let settings =
        format!("flowproof: 1\ndefault: engine\nenvironments:\n  engine: {{ base-url: \"http://{engine}\" }}\n");
    TestProject::new().file("flowproof.yaml", settings).file("scenarios/a.yaml", scenario)
}

/// A step that is done when the engine has called all that it calls: it does one thing at a time.
const ALL_CALLED: &str = "  - request: POST /start\n    with: { json: { callback: nowhere } }\n";

/// Runs a scenario that tells an engine where to call, and then does some steps.
fn run(call: impl Fn(&str, &Value) + Send + 'static, steps: &str) -> Ran {
    let start = "  - request: POST /start\n    with: { json: { callback: \"{{ listener.url }}/hooks/consent\" } }\n";
    let call = move |url: &str, asked: &Value| {
        if url != "nowhere" {
            call(url, asked);
        }
    };
    project(calling_back(call), &format!("scenario: The engine calls\nsteps:\n{start}{steps}")).run(&[])
}

/// An engine that calls once.
fn calls(body: Value) -> impl Fn(&str, &Value) + Send + 'static {
    move |url, _| assert_eq!(post(url, body.to_string().as_bytes()), 204)
}

const AWAIT: &str = "  - id: consent
    await: /hooks/consent
    expect: { body: { $.status: ok }, headers: { x-engine: made-up } }
    save: { number: $.id, kind: { header: content-type } }
  - check:
      \"{{ steps.consent.number }}\": 17
      \"{{ vars.kind }}\": application/json
";

#[test]
fn a_call_is_judged_and_saved() {
    let ran = run(calls(json!({ "status": "ok", "id": 17 })), AWAIT);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    let called: Vec<Value> = ran.events().filter(|event| event["event"] == "called").collect();
    let [called] = called.as_slice() else { panic!("{}", ran.events) };
    let call = &called["call"];
    assert_eq!((&call["method"], &call["path"]), (&json!("POST"), &json!("/hooks/consent")));
    assert_eq!(call["body"]["value"], json!({ "status": "ok", "id": 17 }));
}

#[test]
fn a_call_that_differs_fails() {
    let ran = run(calls(json!({ "status": "refused", "id": 17 })), AWAIT);
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    assert!(ran.stdout.contains("body $.status is \"refused\", expected \"ok\""), "{}", ran.stdout);
    let header = AWAIT.replace("x-engine: made-up", "x-engine: other");
    let ran = run(calls(json!({ "status": "ok", "id": 17 })), &header);
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    assert!(ran.stdout.contains("header `x-engine`"), "{}", ran.stdout);
}

#[test]
fn a_call_that_does_not_come_fails_and_what_came_is_told() {
    let steps = "  - await: { path: /hooks/consent, deadline: 200ms }\n";
    let ran = run(|_, _| {}, steps);
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    assert!(ran.stdout.contains("no call to `/hooks/consent` came within 200ms"), "{}", ran.stdout);
    assert!(ran.stdout.contains("run/await") && ran.stdout.contains("scenarios/a.yaml:5"), "{}", ran.stdout);
    assert!(ran.stdout.contains("nothing was called at all"), "{}", ran.stdout);
    let steps =
        format!("{ALL_CALLED}  - await: {{ path: /hooks/consent, where: {{ $.event: given }}, deadline: 200ms }}\n");
    let elsewhere = |url: &str, _: &Value| {
        assert_eq!(post(&url.replace("consent", "other?x=1"), b"{}"), 204);
        assert_eq!(post(url, b"{\"event\": \"asked\"}"), 204);
    };
    let ran = run(elsewhere, &steps);
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    assert!(ran.stdout.contains("POST /hooks/other?x=1 came: it has another path"), "{}", ran.stdout);
    assert!(ran.stdout.contains("POST /hooks/consent came: body $.event is \"asked\""), "{}", ran.stdout);
}

/// Each step gets its own call, in whichever order they come, and each call serves one step.
#[test]
fn calls_are_kept_until_their_step_and_used_once() {
    let both = |url: &str, _: &Value| {
        assert_eq!(post(url, b"{\"event\": \"second\", \"n\": 2}"), 204);
        assert_eq!(post(url, b"{\"event\": \"first\", \"n\": 1}"), 204);
    };
    let steps = "  - await: { path: /hooks/consent, where: { $.event: first } }
    expect: { body: { n: 1 } }
  - await: /hooks/consent
    expect: { body: { n: 2 } }
";
    let ran = run(both, steps);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    let again = format!("{steps}  - await: {{ path: /hooks/consent, deadline: 200ms }}\n");
    let ran = run(both, &again);
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    assert!(ran.stdout.contains("nothing was called at all"), "{}", ran.stdout);
}

/// All are told of the same path, and each gets the call that is its own.
#[test]
fn scenarios_do_not_see_each_others_calls() {
    let rows: Vec<String> = (0..24).map(|row| format!("{{ id: c{row} }}")).collect();
    let scenario = format!(
        "scenario: The engine calls each\ncases: [{}]\nsteps:\n  - request: POST /start\n    with: {{ json: {{ callback: \"{{{{ listener.url }}}}/done\", id: \"{{{{ case.id }}}}\" }} }}\n  - await: /done\n    expect: {{ body: {{ id: \"{{{{ case.id }}}}\" }} }}\n",
        rows.join(", ")
    );
    let engine =
        calling_back(|url, asked| assert_eq!(post(url, json!({ "id": asked["id"] }).to_string().as_bytes()), 204));
    let ran = project(engine, &scenario).run(&["--jobs", "8"]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    assert_eq!(ran.verdicts().len(), 24);
    // The same with calls that all say the same fails all others.
    let engine = calling_back(|url, _| assert_eq!(post(url, b"{\"id\": \"c0\"}"), 204));
    let ran = project(engine, &scenario).run(&["--jobs", "8"]);
    assert_eq!(ran.verdicts().iter().filter(|(_, verdict)| verdict == "passed").count(), 1, "{}", ran.all());
}

#[test]
fn secrets_and_personal_data_of_a_call_are_masked() {
    let scenario = "\
scenario: The engine tells secrets
secrets: { pin: \"{{ env.PIN }}\" }
steps:
  - request: POST /start
    with: { json: { callback: \"{{ listener.url }}/done\", pin: \"{{ secrets.pin }}\" } }
  - await: /done
    expect: { body: { pin: other, firstName: Someone } }
    save: { pin: $.pin }
";
    let tell = |url: &str, asked: &Value| {
        let url = format!("{url}?pin={}", asked["pin"].as_str().unwrap());
        assert_eq!(post(&url, json!({ "pin": asked["pin"], "firstName": "Ottilie" }).to_string().as_bytes()), 204);
    };
    let engine = calling_back(tell);
    let settings = format!(
        "flowproof: 1\ndefault: engine\npersonal: [firstName]\nenvironments:\n  engine: {{ base-url: \"http://{engine}\" }}\n"
    );
    let project = TestProject::new().file("flowproof.yaml", settings).file("scenarios/a.yaml", scenario);
    let ran = project.run_with(&[], &[("PIN", "0815-planted-4711")]);
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    assert!(ran.events.contains("\"called\""), "{}", ran.events);
    assert!(!ran.all().contains("planted") && !ran.all().contains("Ottilie"), "{}", ran.all());
    assert!(ran.events.contains("[secret:"), "{}", ran.events);
}

#[test]
fn what_is_too_much_is_refused_and_named() {
    let (sender, statuses) = mpsc::channel();
    let flood = move |url: &str, _: &Value| {
        let stranger = url.replacen("-", "x", 1);
        sender.send(post(&stranger, b"{}")).unwrap();
        sender.send(post(url, &vec![b' '; 1024 * 1024 + 1])).unwrap();
        for _ in 0..101 {
            sender.send(post(&url.replace("consent", "other"), b"{}")).unwrap();
        }
    };
    let ran = run(flood, &format!("{ALL_CALLED}  - await: {{ path: /hooks/consent, deadline: 200ms }}\n"));
    let statuses: Vec<u16> = statuses.iter().take(103).collect();
    assert_eq!(statuses[..2], [404, 413]);
    assert_eq!((&statuses[2..102], statuses[102]), (&[204; 100][..], 429));
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    assert!(ran.stdout.contains("95 more came"), "{}", ran.stdout);
    assert!(ran.stdout.contains("1 were answered 429: 100 that no step has taken are kept at most"), "{}", ran.stdout);
    assert!(ran.stdout.contains("1 were answered 413: a body may have 1024 KiB at most"), "{}", ran.stdout);
}

#[test]
fn a_public_url_is_told_and_the_address_is_bound_only_if_needed() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let settings = |rest: &str| format!("flowproof: 1\nlistener: {{ {rest} }}\n");
    let listening = |rest: &str, steps: &str| {
        TestProject::new()
            .file("flowproof.yaml", settings(rest))
            .file("scenarios/a.yaml", format!("scenario: It is told\nsteps:\n{steps}"))
    };
    let check = "  - check: { \"{{ listener.url }}\": { matches: \"https://ci\\\\.example\\\\.com/hooks/.+\" } }\n";
    let ran = listening("public-url: \"https://ci.example.com/hooks/\"", check).run(&[]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    let ran = listening(&format!("listen: \"{address}\""), check).run(&[]);
    assert_eq!(ran.code, Some(2), "{}", ran.all());
    assert!(ran.stderr.contains(&format!("cannot listen on {address}")), "{}", ran.stderr);
    let ran = listening(&format!("listen: \"{address}\""), "  - check: { \"{{ run.seed }}\": { ge: 0 } }\n").run(&[]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
}

#[test]
fn mistakes_are_found_before_a_run() {
    let scenario = "\
scenario: Much is wrong
steps:
  - await: hooks/consent
  - await: /hooks/consent?x=1
  - await: { path: /hooks/consent, dedline: 1s }
  - await: /hooks/consent
    expect: { status: 200 }
  - await: /hooks/consent
    timeout: 5s
  - check: { \"{{ listener.uri }}\": { exists: true } }
";
    let settings = "flowproof: 1\nlistener: { listen: \"0.0.0.0:8089\", public-url: \"ci.example.com\" }\n";
    let project = TestProject::new().file("flowproof.yaml", settings).file("scenarios/a.yaml", scenario);
    insta::assert_snapshot!(project.does(&["check", "scenarios"]).shown());
}

#[test]
fn it_is_planned_and_formatted() {
    let scenario = "\
scenario: The engine calls
steps:
  - save: { id: $.id }
    await: { deadline: 90s, where: { $.event: given }, path: /hooks/consent }
  - check: { \"{{ vars.id }}\": 17 }
";
    let project = TestProject::new().file("scenarios/a.yaml", scenario);
    let ran = project.does(&["run", "--dry-run", "scenarios"]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    assert!(ran.stdout.contains("await /hooks/consent"), "{}", ran.stdout);
    assert_eq!(project.does(&["fmt", "scenarios"]).code, Some(0));
    let formatted = std::fs::read_to_string(project.path("scenarios/a.yaml")).unwrap();
    let expected =
        "  - await: { path: /hooks/consent, where: { $.event: given }, deadline: 90s }\n    save: { id: $.id }\n";
    assert!(formatted.contains(expected), "{formatted}");
}
