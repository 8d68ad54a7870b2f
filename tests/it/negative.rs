use crate::project::{Ran, TestProject};

fn run(body: &str) -> Ran {
    let text = format!("scenario: A walk\nprocess: face-onboarding\n{body}");
    let project = TestProject::bare().file("scenarios/notes.txt", "no picture\n").file("scenarios/a.yaml", text);
    project.run(&[])
}

fn assert_told(body: &str, code: i32, told: &[&str]) {
    let ran = run(body);
    assert_eq!(ran.code, Some(code), "{body}\n{}", ran.all());
    for told in told {
        assert!(ran.all().contains(told), "`{told}` is not told:\n{}", ran.all());
    }
}

/// The bodies of what one step sent, by the name of the exchange.
fn sent(ran: &Ran, name: &str) -> Vec<serde_json::Value> {
    let exchanges = ran.events().filter(|event| event["exchange"]["name"] == name);
    exchanges.map(|event| event["exchange"]["request"]["body"]["value"].clone()).collect()
}

#[test]
fn what_is_omitted_is_not_sent_though_it_has_a_default() {
    let body = "session: { until: create-token, create-token: { process: { omit: true } } }\nsteps: []\n";
    let ran = run(body);
    assert_eq!(ran.code, Some(3), "{}", ran.all());
    assert!(sent(&ran, "create-token")[0].get("processDefnName").is_none(), "{}", ran.events);
    let consent =
        "steps:\n  - activity: introduction\n  - { activity: capture-consent, with: { consent: { omit: true } } }\n";
    let ran = run(consent);
    assert_eq!(sent(&ran, "continue")[1]["variables"], serde_json::json!({}), "{}", ran.events);
}

#[test]
fn a_required_picture_may_be_left_out() {
    let body = "steps:\n  - activity: introduction\n  - activity: capture-consent\n  - activity: capture-face\n    \
                with: { image: { omit: true } }\n    expect: { outcome: refused, status: 400 }\n";
    assert_told(body, 0, &[]);
    assert_told(&body.replace("{ omit: true }", "clear.jpg"), 1, &["`capture-face` gave `success`"]);
    assert_told(
        &body.replace("    with: { image: { omit: true } }\n", ""),
        2,
        &["needs its input `image`", "omit: true"],
    );
}

#[test]
fn a_value_that_the_catalogue_would_refuse_is_sent_as_it_is() {
    let body = "session: { until: issue-bearer }\nsteps:\n  - activity: create-token\n    \
                with: { status: { invalid: ASLEEP }, max-count: { invalid: many } }\n    \
                expect: { outcome: refused, status: 400 }\n";
    let ran = run(body);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    assert_eq!(sent(&ran, "create-token")[0]["status"], "ASLEEP");
    assert_told(
        &body.replace("{ invalid: ASLEEP }", "ACTIVE").replace("{ invalid: many }", "1"),
        1,
        &["`create-token` gave `success`"],
    );
    assert_told(&body.replace("{ invalid: ASLEEP }", "ASLEEP"), 2, &["is no value of `status`", "{ invalid: … }"]);
}

#[test]
fn a_file_of_the_wrong_kind_is_sent_all_the_same() {
    let body = "steps:\n  - activity: introduction\n  - activity: capture-consent\n  - activity: capture-face\n    \
                with: { image: { invalid: notes.txt } }\n    expect: { outcome: refused, status: 400 }\n";
    assert_told(body, 0, &[]);
    assert_told(&body.replace("notes.txt", "clear.jpg"), 1, &["`capture-face` gave `success`"]);
    assert_told(&body.replace("{ invalid: notes.txt }", "notes.txt"), 2, &["is text/plain", "{ invalid: … }"]);
    // What is no text is no path; it is sent as JSON.
    assert_told(&body.replace("notes.txt", "[1, { a: 2 }]"), 0, &[]);
}

#[test]
fn answers_and_sessions_may_give_wrong_values_too() {
    let body = "answers:\n  introduction: {}\n  capture-consent: {}\n  capture-face:\n    \
                - { with: { image: { invalid: notes.txt } }, expect: refused }\n    - { with: { image: clear.jpg } }\n  \
                confirm-face: { with: { confirmed: true } }\n";
    assert_told(body, 0, &[]);
    assert_told(&body.replace("{ invalid: notes.txt }", "clear.jpg"), 1, &["`capture-face` gave `success`"]);
    let session = "session: { create-token: { type: { invalid: SOMETIMES } } }\nsteps: []\n";
    assert_told(session, 3, &["`create-token` must succeed to open the session, but gave `refused`"]);
}

/// A map that is only called like that is written as a template.
#[test]
fn a_map_that_looks_like_it_can_be_sent() {
    let body = "session: { until: issue-bearer }\nsteps:\n  - activity: create-token\n    \
                with: { parameters: \"{{ {'omit': true} }}\" }\n    expect: { outcome: success, body: { parameters: { eq: { omit: true } } } }\n";
    assert_told(body, 0, &[]);
    let nested = body.replace("\"{{ {'omit': true} }}\"", "{ first: { omit: true } }");
    assert_told(&nested, 1, &["parameters"]);
    assert_told(&body.replace("\"{{ {'omit': true} }}\"", "{ omit: true }"), 1, &["parameters"]);
}

#[test]
fn an_activity_may_be_sent_although_the_process_stands_elsewhere() {
    let body = "steps:\n  - activity: introduction\n  - activity: confirm-face\n    at: any\n    with: { confirmed: true }\n    \
                expect: { outcome: success, next: end }\nexpect: { walk: [introduction, confirm-face] }\n";
    assert_told(body, 0, &[]);
    assert_told(&body.replace("    at: any\n", ""), 2, &["the process cannot stand at `confirm-face` here"]);
    assert_told(&body.replace("next: end", "next: capture-face"), 1, &["expected at `capture-face`"]);
    let upload = "steps:\n  - activity: introduction\n  - activity: capture-face\n    at: any\n    with: { image: clear.jpg }\n    \
                  expect: { outcome: refused, code: 421 }\n  - activity: capture-consent\n    with: { consent: true }\n";
    assert_told(upload, 0, &[]);
    assert_told(&upload.replace("code: 421", "code: 420"), 1, &["421"]);
}

/// Whatever is sent, the simulator says no or yes, and lives.
#[test]
fn odd_values_are_refused_cleanly() {
    let values = [
        "5",
        "-0.5",
        "1e300",
        "\"\"",
        "\"\\u0000\"",
        "[[[]]]",
        "{ a: { b: [null] } }",
        "false",
        "\"${x}\"",
        "9223372036854775807",
    ];
    let mut body = "session: { until: issue-bearer }\nsteps:\n".to_owned();
    for value in values {
        for input in [
            "name",
            "process",
            "process-version",
            "ui-url",
            "status",
            "type",
            "max-count",
            "not-before",
            "max-duration",
            "parameters",
        ] {
            body += &format!(
                "  - {{ activity: create-token, with: {{ {input}: {{ invalid: {value} }} }}, expect: {{ status: {{ lt: 500 }} }} }}\n"
            );
        }
    }
    assert_told(&body, 0, &[]);
}
