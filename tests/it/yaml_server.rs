//! The schemas in the hands of the server that most editors use for YAML.

use std::process::Command;

use serde_json::{Value, json};

use crate::client::Client;
use crate::project::TestProject;

/// An editor whose server reads schemas that `flowproof schema` writes.
struct Editor {
    client: Client,
    project: TestProject,
    opened: usize,
}

impl Editor {
    /// With the schemas that know the project.
    fn of_project() -> Self {
        Self::start(&["schema", "--for", ".", "--output", "schemas"])
    }

    fn start(schema: &[&str]) -> Self {
        let script = std::env::var_os("YAML_LANGUAGE_SERVER")
            .expect("`YAML_LANGUAGE_SERVER` names bin/yaml-language-server of the npm package, as in .ci/run");
        let project = TestProject::shipped();
        let written = project.command(schema).output().unwrap();
        assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
        let schema = |kind: &str| format!("file://{}", project.path(&format!("schemas/{kind}.schema.json")).display());
        let yaml = json!({
            "validate": true, "hover": true, "completion": true,
            "schemaStore": { "enable": false },
            "schemas": { schema("scenario"): "scenarios/**/*.yaml", schema("fragment"): "parts/**/*.yaml" },
        });
        let mut client = Client::start(Command::new("node").arg(script).arg("--stdio"), json!({ "yaml": yaml }));
        let root = format!("file://{}", project.path("").display());
        let capabilities = json!({
            "workspace": { "configuration": true },
            "textDocument": { "completion": { "completionItem": { "documentationFormat": ["markdown"] } } },
        });
        client.request("initialize", json!({ "processId": null, "rootUri": root, "capabilities": capabilities }));
        client.notify("initialized", json!({}));
        client.notify("workspace/didChangeConfiguration", json!({ "settings": { "yaml": yaml } }));
        let mut editor = Self { client, project, opened: 0 };
        // Before it has read its settings, nothing is wrong with any file.
        while editor.found("scenarios", "scenario: x\nnonsense: 1\n").is_empty() {}
        editor
    }

    /// Opens a text as a file of a folder and gives its address and where `¦` stood in it.
    fn open(&mut self, folder: &str, text: &str) -> (String, Value) {
        self.opened += 1;
        let uri = format!("file://{}", self.project.path(&format!("{folder}/{}.yaml", self.opened)).display());
        let (before, _) = text.split_once('¦').unwrap_or((text, ""));
        let line = before.matches('\n').count();
        let character = before.rsplit('\n').next().unwrap_or_default().encode_utf16().count();
        let document = json!({ "uri": uri, "languageId": "yaml", "version": 1, "text": text.replace('¦', "") });
        self.client.notify("textDocument/didOpen", json!({ "textDocument": document }));
        (uri, json!({ "line": line, "character": character }))
    }

    /// What is found in a text: lines from 1, and messages.
    fn found(&mut self, folder: &str, text: &str) -> Vec<(u64, String)> {
        let (uri, _) = self.open(folder, text);
        let found = self.client.diagnostics(&uri, 1);
        let line = |one: &Value| one["range"]["start"]["line"].as_u64().unwrap() + 1;
        found.iter().map(|one| (line(one), one["message"].as_str().unwrap().to_owned())).collect()
    }

    /// What is offered where `¦` stands.
    fn offered(&mut self, text: &str) -> Vec<String> {
        let (uri, position) = self.open("scenarios", text);
        let place = json!({ "textDocument": { "uri": uri }, "position": position });
        let answer = self.client.request("textDocument/completion", place);
        let items = answer["items"].as_array().or(answer.as_array()).cloned().unwrap_or_default();
        items.iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    }

    fn hover(&mut self, text: &str) -> String {
        let (uri, position) = self.open("scenarios", text);
        let place = json!({ "textDocument": { "uri": uri }, "position": position });
        self.client.request("textDocument/hover", place)["contents"].to_string()
    }
}

#[test]
#[ignore = "needs node and yaml-language-server"]
fn valid_files_are_fine_and_typos_are_told_at_their_line() {
    let mut editor = Editor::of_project();
    for name in ["happy-path.yaml", "happy-path-answered.yaml", "screens.yaml"] {
        let text = std::fs::read_to_string(editor.project.path(&format!("scenarios/{name}"))).unwrap();
        assert_eq!(editor.found("scenarios", &text), [], "{name}");
    }
    let scenario = "scenario: A face\nprocess: face-onboarding\nsteps:\n  - activity: introduction\n  - activity: capture-face\n    with: { image: a.jpg }\n    expect: { outcome: quality-failure, code: 748 }\n";
    assert_eq!(editor.found("scenarios", scenario), []);
    for (right, wrong, line) in [
        ("activity: introduction", "activity: introdction", 4),
        ("activity: introduction", "activty: introduction", 4),
        ("outcome: quality-failure", "outcome: quality-failuer", 7),
        ("code: 748", "code: 747", 7),
        ("image: a.jpg", "imgae: a.jpg", 6),
        ("process: face-onboarding", "process: face-onbording", 2),
        ("steps:", "stpes:", 3),
    ] {
        assert!(scenario.contains(right), "{right}");
        let found = editor.found("scenarios", &scenario.replacen(right, wrong, 1));
        assert!(found.iter().any(|(at, _)| *at == line), "{wrong}: {found:?}");
    }
    let fragment = "fragment: Takes a face\ninputs:\n  image: { type: file }\nsteps:\n  - activity: capture-face\n    with: { image: \"{{ inputs.image }}\" }\n    on: { quality-failure: repeat }\n";
    assert_eq!(editor.found("parts", fragment), []);
    let found = editor.found("parts", &fragment.replace("quality-failure: repeat", "quality-failed: repeat"));
    assert!(found.iter().any(|(line, _)| *line == 7), "{found:?}");
    assert!(editor.client.shut_down().success());
}

#[test]
#[ignore = "needs node and yaml-language-server"]
fn activities_inputs_outcomes_and_codes_are_completed() {
    let mut editor = Editor::of_project();
    let step =
        "scenario: A face\nprocess: face-onboarding\nsteps:\n  - activity: capture-face\n    with: { image: a.jpg }\n";
    for (text, wanted, unwanted) in [
        ("scenario: A face\nprocess: ¦\n", "face-onboarding", "capture-face"),
        ("scenario: A face\nsteps:\n  - activity: ¦\n", "capture-face", "quality-failure"),
        ("scenario: A face\nsteps:\n  - activity: cap¦\n", "capture-face", "quality-failure"),
        ("scenario: A face\nsteps:\n  - activity: capture-face\n    with:\n      ¦\n", "image", "consent"),
        (&format!("{step}    expect: ¦\n"), "quality-failure", "consent-refused"),
        (&format!("{step}    expect:\n      outcome: ¦\n"), "liveness-failure", "consent-refused"),
        (&format!("{step}    expect:\n      code: ¦\n"), "748", "quality-failure"),
        (&format!("{step}    on:\n      ¦\n"), "quality-failure", "consent-refused"),
        (&format!("{step}    expect:\n      next: ¦\n"), "confirm-face", "748"),
        (&format!("{step}    ¦\n"), "simulate", "request"),
        (&format!("{step}    simulate:\n      face-quality: ¦\n"), "quality-failure", "capture-face"),
        (&format!("{step}expect:\n  walk:\n    - ¦\n"), "introduction", "quality-failure"),
        (&format!("{step}expect:\n  instance: ¦\n"), "COMPLETED_ENDED_SUCCESS", "introduction"),
        ("scenario: A face\nanswers:\n  ¦\n", "capture-face", "issue-bearer"),
        ("scenario: A face\nanswers:\n  capture-face:\n    expect: ¦\n", "quality-failure", "consent-refused"),
    ] {
        let offered = editor.offered(text);
        assert!(offered.iter().any(|label| label == wanted), "{text}\n{wanted}: {offered:?}");
        assert!(offered.iter().all(|label| label != unwanted), "{text}\n{unwanted}: {offered:?}");
    }
}

#[test]
#[ignore = "needs node and yaml-language-server"]
fn the_schemas_of_all_projects_know_the_keys() {
    let mut editor = Editor::start(&["schema", "--output", "schemas"]);
    let scenario = "scenario: A face\nsteps:\n  - activity: anything\n    expect: { code: { one-of: [1, 2] } }\n";
    assert_eq!(editor.found("scenarios", scenario), []);
    for (wrong, line) in [(scenario.replace("expect", "expcet"), 4), (scenario.replace("one-of", "oneof"), 4)] {
        let found = editor.found("scenarios", &wrong);
        assert!(found.iter().any(|(at, _)| *at == line), "{wrong}: {found:?}");
    }
    let offered = editor.offered("scenario: A face\nsteps:\n  - activity: anything\n    ¦\n");
    assert!(offered.iter().any(|label| label == "expect"), "{offered:?}");
    assert!(editor.offered("scenario: A face\n¦\n").iter().any(|label| label == "known-failure"));
}

#[test]
#[ignore = "needs node and yaml-language-server"]
fn keys_and_activities_are_explained() {
    let mut editor = Editor::of_project();
    let scenario =
        "scenario: A face\nsteps:\n  - activity: capture-face\n    with: { image: a.jpg }\n    timeout: 5s\n";
    for (at, told) in [
        ("ti¦meout", "How long it may take"),
        ("st¦eps", "What it does, step by step"),
        ("capture-f¦ace", "liveness-failure"),
        ("im¦age", "`image`: file (image/jpeg, image/png); required."),
    ] {
        let text = scenario.replacen(&at.replace('¦', ""), at, 1);
        let hover = editor.hover(&text);
        assert!(hover.contains(told), "{at}: {hover}");
    }
}
