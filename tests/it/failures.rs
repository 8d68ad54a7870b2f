use std::net::TcpListener;

use crate::loopback::{Turn, answering, http, json, scripted, server};
use crate::project::TestProject;
use crate::terminal::Terminal;

/// Shows a failing scenario as a person at a narrow terminal sees it, and as a file does.
#[track_caller]
fn show(name: &str, project: &TestProject) {
    let filters = [
        (r"127\.0\.0\.1:\d+", "127.0.0.1:00000"),
        (r"\b\d+ ms\b", "N ms"),
        (r"\b\d+\.\d+ s\b", "N s"),
        (r"after N ms +", "after N ms "),
        // Of the run and of the instance.
        (r"\b[0-9a-f]{8}-(\d+)", "00000000-$1"),
        (r"\b[A-Z0-9]{26}\b", "INSTANCE"),
        (r"\b[A-Z0-9]{12,25}…", "INSTANCE…"),
        (r"lookup address information: [^\n]*", "lookup address information: …"),
    ];
    let mut settings = insta::Settings::clone_current();
    filters.iter().for_each(|(pattern, shown)| settings.add_filter(pattern, *shown));
    settings.bind(|| {
        let (code, terminal) = Terminal::start(project, &["run", "-q", "--seed", "7"], 80).end();
        assert!(matches!(code, Some(1 | 3)), "{terminal}");
        let piped = project.command(&["run", "-q", "--seed", "7"]).output().unwrap();
        let piped = String::from_utf8_lossy(&piped.stdout).into_owned();
        insta::assert_snapshot!(name, format!("{terminal}\n{}\n\n{piped}", "=".repeat(80)));
    });
}

fn walking(scenario: &str) -> TestProject {
    let blurred = std::fs::read(crate::project::shipped().join("scenarios/faces/blurred.jpg")).unwrap();
    TestProject::bare().file("scenarios/blurred.jpg", blurred).file("scenarios/a.yaml", scenario)
}

fn asking(address: impl std::fmt::Display, scenario: &str) -> TestProject {
    let settings = format!(
        "flowproof: 1\ndefault: staging\nenvironments:\n  staging: {{ base-url: \"{address}\" }}\ndefaults: {{ timeout: 300ms }}\n"
    );
    TestProject::new().file("flowproof.yaml", settings).file("scenarios/a.yaml", scenario)
}

fn saying(body: &str) -> String {
    format!("http://{}", answering(json("200 OK", "", body)))
}

#[test]
fn another_outcome_comes() {
    show(
        "outcome",
        &walking(
            "scenario: A blurred selfie is accepted\nprocess: face-onboarding\nvars:\n  picture: blurred.jpg\nsteps:\n  - activity: introduction\n  - activity: capture-consent\n  - activity: capture-face\n    id: selfie\n    with: { image: \"{{ vars.picture }}\" }\n    expect:\n      outcome: success\n      body: { code: 12 }\n",
        ),
    );
}

#[test]
fn the_process_stands_elsewhere() {
    show(
        "position",
        &walking(
            "scenario: Whatever the quality is, it goes on\nprocess: face-onboarding\nsteps:\n  - activity: introduction\n  - activity: capture-consent\n  - activity: capture-face\n    with: { image: blurred.jpg }\n    on: { quality-failure: continue }\n  - activity: confirm-face\n    with: { confirmed: true }\n",
        ),
    );
}

#[test]
fn the_walk_is_another() {
    show(
        "walk",
        &walking(
            "scenario: One picture is enough\nprocess: face-onboarding\nanswers:\n  introduction: {}\n  capture-consent: {}\n  capture-face:\n    - { with: { image: blurred.jpg }, expect: quality-failure }\n    - { with: { image: clear.jpg } }\n  confirm-face: { with: { confirmed: true } }\nexpect:\n  walk: [introduction, capture-consent, capture-face, confirm-face]\n",
        ),
    );
}

#[test]
fn the_process_asks_for_more_than_is_answered() {
    show(
        "unanswered",
        &walking(
            "scenario: Nobody confirms\nprocess: face-onboarding\nanswers:\n  introduction: {}\n  capture-consent: {}\n  capture-face: { with: { image: clear.jpg } }\n",
        ),
    );
}

#[test]
fn a_large_body_differs_in_one_place() {
    let item = |id: usize| {
        format!(
            "{{\"id\":{id},\"name\":\"document {id}\",\"state\":\"{}\"}}",
            if id == 17 { "expired" } else { "valid" }
        )
    };
    let items: Vec<String> = (0..30).map(item).collect();
    let body = format!("{{\"applicant\":\"{}\",\"documents\":[{}],\"total\":30}}", "x".repeat(300), items.join(","));
    show(
        "body",
        &asking(
            saying(&body),
            "scenario: All documents are valid\nsteps:\n  - request: GET /documents\n    expect:\n      body:\n        $.documents[17]: { eq: { id: 17, name: document 17, state: valid } }\n        total: 31\n",
        ),
    );
}

#[test]
fn a_saved_value_is_another() {
    show(
        "saved",
        &asking(
            saying("{\"name\":\"Ada Lovelace\",\"id\":4711}"),
            "scenario: The name is kept\nvars:\n  wanted: Ada King\nsteps:\n  - request: GET /people/1\n    save: { name: $.name }\n  - check:\n      \"{{ vars.name }}\": \"{{ vars.wanted }}\"\n",
        ),
    );
}

#[test]
fn there_is_nothing_to_save() {
    show(
        "nothing-to-save",
        &asking(
            saying("{\"name\":\"Ada Lovelace\",\"id\":4711}"),
            "scenario: The number is kept\nsteps:\n  - request: GET /people/1\n    save: { number: $.number }\n  - check: { \"{{ vars.number }}\": 4711 }\n",
        ),
    );
}

#[test]
fn a_skipped_step_has_saved_nothing() {
    show(
        "skipped",
        &asking(
            saying("{\"id\":4711}"),
            "scenario: The number is read\nvars: { wanted: false }\nsteps:\n  - request: GET /people/1\n    if: \"{{ vars.wanted }}\"\n    save: { number: $.id }\n  - request: GET /numbers/{{ vars.number }}\n",
        ),
    );
}

#[test]
fn the_answer_is_a_picture() {
    let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
    picture.extend((0..9000).map(|index: u32| (index % 251) as u8));
    let address = answering(http("200 OK", "image/png", &picture));
    show(
        "picture",
        &asking(
            format!("http://{address}"),
            "scenario: A portrait is described\nsteps:\n  - request: GET /portrait\n    expect: { body: { kind: portrait } }\n",
        ),
    );
}

#[test]
fn an_error_page_comes() {
    let page = format!("<html><title>Bad gateway</title><body>{}</body></html>", "nothing here ".repeat(500));
    let address = answering(http("502 Bad Gateway", "text/html", page.as_bytes()));
    show(
        "error-page",
        &asking(format!("http://{address}"), "scenario: People are listed\nsteps:\n  - request: GET /people\n"),
    );
}

#[test]
fn the_host_is_unknown() {
    show("dns", &asking("http://nowhere.invalid", "scenario: Something is asked\nsteps:\n  - request: GET /thing\n"));
}

#[test]
fn nobody_listens_however_often_it_is_tried() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    show(
        "connect",
        &asking(
            format!("http://{free}"),
            "scenario: Something is sent\nsteps:\n  - request: POST /thing\n    with: { json: { a: 1 } }\n    retry: { times: 2, every: 1ms, for: [transport] }\n",
        ),
    );
}

#[test]
fn it_speaks_no_tls() {
    let address = answering(http("400 Bad Request", "text/plain", b"no"));
    show(
        "tls",
        &asking(format!("https://{address}"), "scenario: Something is asked\nsteps:\n  - request: GET /thing\n"),
    );
}

#[test]
fn no_answer_comes_in_time() {
    let address = server(std::mem::forget);
    show(
        "timeout",
        &asking(format!("http://{address}"), "scenario: Something is asked\nsteps:\n  - request: GET /thing\n"),
    );
}

#[test]
fn something_else_than_http_comes() {
    let address = answering("SSH-2.0-OpenSSH_9.2\r\n");
    show(
        "protocol",
        &asking(format!("http://{address}"), "scenario: Something is asked\nsteps:\n  - request: GET /thing\n"),
    );
}

#[test]
fn what_is_polled_is_known_to_be_bad() {
    // It is asked twice, in two runs.
    let state = |number: usize| if number.is_multiple_of(2) { "PENDING" } else { "REFUSED" };
    let address =
        scripted(None, move |number, _| Turn::Say(json("200 OK", "", &format!("{{\"state\":\"{}\"}}", state(number)))));
    let scenario = "scenario: The check is done at last\nsteps:\n  - request: GET /checks/1\n    poll:\n      every: 100ms\n      until: { body: { state: DONE } }\n      stop-when: { body: { state: REFUSED } }\n      deadline: 60s\n";
    show("poll", &asking(format!("http://{address}"), scenario));
}

#[test]
fn a_fragment_fails_where_it_is_used() {
    let project = asking(
        saying("{\"name\":\"Ada Lovelace\"}"),
        "scenario: Two people are asked for\nvars: { who: Grace Hopper }\nsteps:\n  - use: person.yaml\n    with: { name: \"{{ vars.who }}\" }\n",
    );
    let fragment = "fragment: A person is there\ninputs:\n  name: { type: text }\nsteps:\n  - request: GET /people\n    expect: { body: { name: \"{{ inputs.name }}\" } }\n";
    show("fragment", &project.file("scenarios/person.yaml", fragment));
}

/// The request is repeated by a line for a shell, in which a secret stands as the variable that it came from.
#[test]
fn a_secret_is_an_environment_name_in_the_command_line() {
    let address = scripted(None, |_, _| Turn::Say(json("401 Unauthorized", "", "{\"error\":\"no such key\"}")));
    let project = asking(
        format!("http://{address}"),
        "scenario: A partner is known\nsecrets:\n  token: \"{{ env.PARTNER_API_KEY }}\"\nsteps:\n  - request: POST /partners\n    with:\n      headers: { authorization: \"Bearer {{ secrets.token }}\" }\n      json: { note: it's }\n",
    );
    let output = project.command(&["run", "-q"]).env("PARTNER_API_KEY", "a-key-of-a-partner").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(!text.contains("a-key-of-a-partner"), "{text}");
    let line = text.split("repeat it:").nth(1).unwrap();
    let line: String = line
        .lines()
        .skip(1)
        .take_while(|line| !line.is_empty())
        .map(|line| line.trim_start().trim_end_matches('\\'))
        .collect();
    assert!(line.contains("\"$PARTNER_API_KEY\""), "{line}");
    // The shell makes of it what was sent.
    let said = std::process::Command::new("sh")
        .args(["-c", &line.replacen("curl", "printf '%s\\n'", 1)])
        .env("PARTNER_API_KEY", "a-key-of-a-partner")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let words: Vec<&str> = said.lines().collect();
    assert!(words.contains(&"authorization: Bearer a-key-of-a-partner"), "{words:?}");
    assert!(words.contains(&"{\"note\":\"it's\"}"), "{words:?}");
}
