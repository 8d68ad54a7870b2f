//! The server for editors, as an editor meets it: the real binary over standard input and output.

use serde_json::{Value, json};

use crate::client::Client;
use crate::project::{TestProject, shipped};

const SCENARIO: &str = "\
scenario: Größe 😀 tut nichts zur Sache
process: face-onboarding
vars:
  applicant: \"{{ fake.name() }}\"
steps:
  - activity: introduction
  - activity: capture-consent
    with: { consent: true }
  - id: selfie
    activity: capture-face
    with: { image: clear.jpg }
    on: { quality-failure: { goto: selfie, at-most: 3 } }
    save: { state: $.state }
  - activity: confirm-face
    with: { confirmed: true }
  - check: { \"{{ vars.applicant ~ vars.state }}\": { exists: true } }
";

/// A file that is not there yet.
const NEW: &str = "scenarios/new.yaml";

/// An editor with a project open.
struct Editor {
    client: Client,
    project: TestProject,
    version: i64,
}

impl Editor {
    fn open(project: TestProject) -> Self {
        let mut client = Client::start(&mut project.command(&["lsp"]), Value::Null);
        let root = format!("file://{}", project.path("").display());
        let answer = client.request("initialize", json!({ "processId": null, "rootUri": root, "capabilities": {} }));
        assert_eq!(answer["capabilities"]["hoverProvider"], true);
        client.notify("initialized", json!({}));
        Self { client, project, version: 0 }
    }

    fn uri(&self, name: &str) -> String {
        format!("file://{}", self.project.path(name).canonicalize().unwrap_or(self.project.path(name)).display())
    }

    /// Opens or changes a file in the editor, which is not saved, and gives what is then found in it.
    fn write(&mut self, name: &str, text: &str) -> Vec<Value> {
        let uri = self.uri(name);
        self.tell(&uri, text);
        self.client.diagnostics(&uri, self.version)
    }

    fn tell(&mut self, uri: &str, text: &str) {
        self.version += 1;
        let (version, text) = (self.version, text.replace('¦', ""));
        if !self.client.has_opened(uri) {
            let document = json!({ "uri": uri, "languageId": "yaml", "version": version, "text": text });
            self.client.notify("textDocument/didOpen", json!({ "textDocument": document }));
        } else {
            let change =
                json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": [{ "text": text }] });
            self.client.notify("textDocument/didChange", change);
        }
    }

    /// Where `¦` stands in the text of a file.
    fn place(&self, name: &str, text: &str) -> Value {
        let (before, _) = text.split_once('¦').unwrap_or_else(|| panic!("no place is marked: {text}"));
        let line = before.matches('\n').count();
        let character = before.rsplit('\n').next().unwrap_or_default().encode_utf16().count();
        let position = json!({ "line": line, "character": character });
        json!({ "textDocument": { "uri": self.uri(name) }, "position": position })
    }

    /// Asks about where `¦` stands in a text.
    fn ask(&mut self, method: &str, name: &str, text: &str) -> Value {
        let uri = self.uri(name);
        self.tell(&uri, text);
        self.client.request(method, self.place(name, text))
    }

    fn offered(&mut self, text: &str) -> Vec<String> {
        let items = self.ask("textDocument/completion", NEW, text);
        items.as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    }

    fn hover(&mut self, text: &str) -> String {
        let hover = self.ask("textDocument/hover", NEW, text);
        hover["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }

    /// Where what is marked is declared: the file's name, and the line from 1.
    fn declared(&mut self, text: &str) -> Option<(String, u64)> {
        let location = self.ask("textDocument/definition", NEW, text);
        let root = self.project.path("").canonicalize().unwrap();
        let uri = location["uri"].as_str()?;
        let name = uri.strip_prefix(&format!("file://{}/", root.display())).unwrap_or(uri);
        Some((name.to_owned(), location["range"]["start"]["line"].as_u64().unwrap() + 1))
    }
}

/// A text with a mark in the first place where something stands.
fn marked(text: &str, at: &str) -> String {
    let plain = at.replace('¦', "");
    assert!(text.contains(&plain), "{plain} does not stand in {text}");
    text.replacen(&plain, at, 1)
}

/// Where a problem is, as lines and characters from 0, with its id.
fn place(one: &Value) -> (u64, u64, u64, &str) {
    let number = |value: &Value| value.as_u64().unwrap();
    let (start, end) = (&one["range"]["start"], &one["range"]["end"]);
    (number(&start["line"]), number(&start["character"]), number(&end["character"]), one["code"].as_str().unwrap())
}

#[test]
fn problems_are_told_as_one_types() {
    let mut editor = Editor::open(TestProject::bare());
    assert_eq!(editor.write(NEW, SCENARIO), [] as [Value; 0]);
    let found = editor.write(NEW, &SCENARIO.replace("capture-face", "capture-fase"));
    let unknown = found.iter().find(|one| one["code"] == "scenario/unknown-activity").unwrap();
    assert_eq!(place(unknown), (9, 14, 26, "scenario/unknown-activity"));
    assert_eq!((&unknown["severity"], &unknown["source"]), (&json!(1), &json!("flowproof")));
    assert!(unknown["message"].as_str().unwrap().contains("did you mean `capture-face`?"), "{unknown}");
    assert_eq!(editor.write(NEW, SCENARIO), [] as [Value; 0]);
    // Characters are counted as editors do.
    let found = editor.write(NEW, &SCENARIO.replace("{ goto: selfie", "{ name: 😀ö, goto: selfi"));
    let goto = found.iter().find(|one| one["code"] == "scenario/unknown-step").unwrap();
    assert_eq!(place(goto), (11, 46, 51, "scenario/unknown-step"));
    assert!(editor.client.shut_down().success());
}

#[test]
fn other_places_of_a_problem_and_warnings_are_told() {
    let mut editor = Editor::open(TestProject::bare());
    let twice = SCENARIO.replace("process: face-onboarding\n", "process: face-onboarding\nprocess: face-onboarding\n");
    let found = editor.write(NEW, &twice);
    let one = found.iter().find(|one| one["code"] == "yaml/duplicate-key").unwrap();
    assert_eq!(place(one).0, 2);
    let related = &one["relatedInformation"][0];
    assert_eq!((&related["message"], &related["location"]["range"]["start"]["line"]), (&json!("first"), &json!(1)));
    assert_eq!(related["location"]["uri"], editor.uri(NEW));
    let found = editor.write(NEW, &SCENARIO.replace(", at-most: 3", ""));
    let severities: Vec<_> =
        found.iter().map(|one| (one["code"].as_str().unwrap(), one["severity"].as_u64().unwrap())).collect();
    assert!(severities.contains(&("scenario/unbounded-branch", 2)), "{severities:?}");
    // A syntax error hides nothing for good.
    let found = editor.write(NEW, &SCENARIO.replace("{ consent: true }", "{ consent: true"));
    assert!(found.iter().any(|one| one["code"] == "yaml/syntax"), "{found:?}");
    assert_eq!(editor.write(NEW, SCENARIO), [] as [Value; 0]);
}

#[test]
fn what_is_open_wins_over_what_is_on_disk() {
    let catalogue = std::fs::read_to_string(shipped().join("catalogues/trustx.yaml")).unwrap();
    let settings = "flowproof: 1\ncatalogues: { mine: mine.yaml }\nprocesses: { face-onboarding: processes/face-onboarding.bpmn }\n";
    let project = TestProject::bare()
        .file("flowproof.yaml", settings)
        .file("mine.yaml", &catalogue)
        .file("scenarios/old.yaml", SCENARIO.replace("process: face-onboarding", "process: nowhere"));
    let mut editor = Editor::open(project);
    assert_eq!(editor.write(NEW, SCENARIO), [] as [Value; 0]);
    // A file that is not open is looked at as it is on disk.
    let uri = editor.uri("scenarios/old.yaml");
    assert_eq!(editor.client.diagnostics(&uri, 0)[0]["code"], "scenario/unknown-process");
    // The catalogue is changed and not saved: what depends on it is checked again.
    assert_eq!(editor.write("mine.yaml", &catalogue.replace("capture-face", "capture-a-face")), [] as [Value; 0]);
    let uri = editor.uri(NEW);
    let found = editor.client.diagnostics(&uri, 0);
    assert!(found.iter().any(|one| one["code"] == "scenario/unknown-activity"), "{found:?}");
    // So is a fragment that exists in the editor alone.
    let using = "scenario: Uses a part\nprocess: face-onboarding\nsteps:\n  - use: part.yaml\n";
    let found = editor.write(NEW, using);
    assert!(found.iter().any(|one| one["code"] == "file/unreadable"), "{found:?}");
    editor.write("scenarios/part.yaml", "fragment: A part\nsteps:\n  - activity: introduction\n");
    assert_eq!(editor.client.diagnostics(&uri, 0), [] as [Value; 0]);
    // When it is closed without being saved, it is gone.
    let part = editor.uri("scenarios/part.yaml");
    editor.client.notify("textDocument/didClose", json!({ "textDocument": { "uri": part } }));
    let found = editor.client.diagnostics(&uri, 0);
    assert!(found.iter().any(|one| one["code"] == "file/unreadable"), "{found:?}");
}

#[test]
fn problems_are_mended() {
    let mut editor = Editor::open(TestProject::bare());
    let wrong = SCENARIO.replace("activity: introduction", "activity: introdction");
    editor.write(NEW, &wrong);
    let uri = editor.uri(NEW);
    let actions = |editor: &mut Editor, line: u64| {
        let place = json!({ "line": line, "character": 16 });
        let range = json!({ "start": place, "end": place });
        let document = json!({ "uri": uri });
        let params = json!({ "textDocument": document, "range": range, "context": { "diagnostics": [] } });
        editor.client.request("textDocument/codeAction", params).as_array().unwrap().clone()
    };
    let offered = actions(&mut editor, 5);
    assert_eq!(offered.len(), 1, "{offered:?}");
    let action = &offered[0];
    assert_eq!((&action["title"], &action["kind"]), (&json!("write `introduction`"), &json!("quickfix")));
    assert_eq!(
        (&action["isPreferred"], &action["diagnostics"][0]["code"]),
        (&json!(true), &json!("scenario/unknown-activity"))
    );
    let edit = &action["edit"]["changes"][&uri][0];
    let range = json!({ "start": { "line": 5, "character": 14 }, "end": { "line": 5, "character": 25 } });
    assert_eq!(edit, &json!({ "range": range, "newText": "introduction" }));
    assert_eq!(actions(&mut editor, 6), [] as [Value; 0], "nothing is wrong there");
    // What is asked right after a change is about the text as it is then.
    editor.tell(&uri, &format!("# Moved down.\n{wrong}"));
    assert_eq!(actions(&mut editor, 6)[0]["edit"]["changes"][&uri][0]["range"]["start"]["line"], 6);
    editor.tell(&uri, SCENARIO);
    assert_eq!(actions(&mut editor, 5), [] as [Value; 0]);
}

#[test]
fn files_get_their_canonical_form() {
    let mut editor = Editor::open(TestProject::bare());
    let text = "scenario: Größe 😀\nsteps:\n    - expect: { status: 200 }  # fine\n      request: GET /x\nprocess: face-onboarding";
    editor.write(NEW, text);
    let ask = |editor: &mut Editor| {
        let document = json!({ "uri": editor.uri(NEW) });
        let options = json!({ "tabSize": 2, "insertSpaces": true });
        editor.client.request("textDocument/formatting", json!({ "textDocument": document, "options": options }))
    };
    let edits = ask(&mut editor);
    assert_eq!(
        edits[0]["range"],
        json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 5, "character": 0 } })
    );
    let canonical = edits[0]["newText"].as_str().unwrap().to_owned();
    let lines: Vec<&str> = canonical.lines().collect();
    assert_eq!(
        lines,
        [
            "scenario: Größe 😀",
            "process: face-onboarding",
            "steps:",
            "  - request: GET /x",
            "    expect: { status: 200 }  # fine",
        ]
    );
    editor.write(NEW, &canonical);
    assert_eq!(ask(&mut editor), json!([]), "it has that form now");
    editor.write(NEW, "scenario: [\n");
    assert_eq!(ask(&mut editor), json!([]), "what cannot be read is left alone");
}

#[test]
fn changes_on_disk_are_heard_of() {
    let project = TestProject::bare();
    let mut client = Client::start(&mut project.command(&["lsp"]), Value::Null);
    let root = format!("file://{}", project.path("").display());
    let capabilities = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    client.request(
        "initialize",
        json!({ "workspaceFolders": [{ "uri": root, "name": "x" }], "capabilities": capabilities }),
    );
    client.notify("initialized", json!({}));
    let asked = client.told("client/registerCapability");
    assert_eq!(asked["registrations"][0]["method"], "workspace/didChangeWatchedFiles", "{asked}");
    let mut editor = Editor { client, project, version: 0 };
    let using = "scenario: Uses a part\nprocess: face-onboarding\nsteps:\n  - use: part.yaml\n";
    assert!(!editor.write(NEW, using).is_empty());
    let part = "fragment: A part\nsteps:\n  - activity: introduction\n";
    std::fs::write(editor.project.path("scenarios/part.yaml"), part).unwrap();
    let uri = editor.uri(NEW);
    editor.client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [] }));
    assert_eq!(editor.client.diagnostics(&uri, 0), [] as [Value; 0]);
}

/// Files of other programs are none of ours, also where they are no YAML before they are rendered.
#[test]
fn other_files_are_left_alone() {
    let mut editor = Editor::open(TestProject::bare());
    assert_eq!(editor.write("chart/values.yaml", "name: {{ .Values.name }}: x\n"), [] as [Value; 0]);
    assert_eq!(editor.ask("textDocument/completion", "chart/values.yaml", "name: ¦\n"), json!([]));
}

#[test]
fn a_file_without_a_name_is_checked() {
    let mut editor = Editor::open(TestProject::bare());
    editor.tell("untitled:Untitled-1", "scenario: New\nprocess: nowhere\nsteps: []\n");
    let found = editor.client.diagnostics("untitled:Untitled-1", 1);
    assert!(found.iter().any(|one| one["code"] == "scenario/unknown-process"), "{found:?}");
}

#[test]
fn names_are_completed() {
    let project = TestProject::bare().file(
        "parts/face.yaml",
        "fragment: Takes a face\ninputs:\n  picture: { type: file, required: true }\noutputs: { state: \"{{ vars.state }}\" }\nsteps:\n  - activity: capture-face\n    with: { image: \"{{ inputs.picture }}\" }\n    save: { state: $.state }\n",
    );
    let project = project.file("scenarios/using.yaml", "scenario: Uses it\nprocess: face-onboarding\nsteps:\n  - use: ../parts/face.yaml\n    with: { picture: clear.jpg }\n    save: [state]\n");
    let mut editor = Editor::open(project);
    let head = "scenario: A face\nprocess: face-onboarding\n";
    let step = format!("{head}steps:\n  - activity: capture-face\n    with: {{ image: clear.jpg }}\n");
    let step = step.as_str();
    for (text, wanted, unwanted) in [
        // Keys, by what stands around them.
        ("¦", "scenario", "activity"),
        (&format!("{head}¦\n"), "known-failure", "scenario"),
        (&format!("{head}steps:\n  - ¦\n"), "activity", "steps"),
        (&format!("{step}    ex¦\n"), "expect", "request"),
        (&format!("{step}    expect: {{ ¦ }}\n"), "outcome", "activity"),
        (&format!("{step}    expect:\n      code: {{ ¦ }}\n"), "close-to", "outcome"),
        // Names of the catalogue.
        (&format!("{head}steps:\n  - activity: ¦\n"), "capture-face", "quality-failure"),
        (&format!("{head}steps:\n  - activity: cap¦ture\n"), "capture-face", "quality-failure"),
        (&format!("{head}steps:\n  - activity: capture-face\n    with: {{ ¦\n"), "image", "consent"),
        (&format!("{head}steps:\n  - activity: capture-face\n    with: {{ image: ¦ }}\n"), "clear.jpg", "image"),
        (&format!("{step}    expect: ¦\n"), "quality-failure", "consent-refused"),
        (&format!("{step}    expect: {{ outcome: ¦ }}\n"), "liveness-failure", "consent-refused"),
        (&format!("{step}    expect:\n      outcome: [success, ¦]\n"), "liveness-failure", "consent-refused"),
        (&format!("{step}    expect: {{ outcome: quality-failure, code: ¦ }}\n"), "748", "success"),
        (&format!("{step}    expect:\n      next: ¦\n"), "end", "issue-bearer"),
        (&format!("{step}    on:\n      ¦\n"), "quality-failure", "consent-refused"),
        (&format!("{step}    on:\n      quality-failure: ¦\n"), "repeat", "success"),
        (&format!("{step}    simulate: {{ ¦ }}\n"), "face-quality", "issue-bearer"),
        (&format!("{step}    simulate: {{ face-quality: ¦ }}\n"), "quality-failure", "face-quality"),
        (&format!("{step}expect:\n  walk:\n    - ¦\n"), "introduction", "success"),
        (&format!("{step}expect:\n  visits:\n    ¦\n"), "introduction", "success"),
        (&format!("{step}expect:\n  outcomes: {{ capture-face: [¦] }}\n"), "liveness-failure", "introduction"),
        (&format!("{step}expect: {{ instance: ¦ }}\n"), "COMPLETED_ENDED_SUCCESS", "introduction"),
        (&format!("{head}session: {{ until: ¦ }}\n"), "start", "capture-face"),
        // Names of diagrams, of settings and of the file itself.
        ("scenario: A face\nprocess: ¦\n", "face-onboarding", "capture-face"),
        (&format!("{step}    element: ¦\n"), "CFE01_mD7", "CFE01"),
        (&format!("{head}answers:\n  ¦\n"), "capture-face", "issue-bearer"),
        (&format!("{head}answers:\n  ¦\n"), "CFE01_mD7", "issue-bearer"),
        (&format!("{head}answers:\n  CFE01_mD7: {{ expect: ¦ }}\n"), "quality-failure", "consent-refused"),
        (&format!("{head}requires: ¦\n"), "simulator", "face-onboarding"),
        (&format!("{step}    id: selfie\n    on: {{ quality-failure: {{ goto: ¦ }} }}\n"), "selfie", "capture-face"),
        // Fragments.
        (&format!("{head}steps:\n  - use: ¦\n"), "../parts/face.yaml", "clear.jpg"),
        (&format!("{head}steps:\n  - use: ../parts/face.yaml\n    with: {{ ¦ }}\n"), "picture", "image"),
        (&format!("{head}steps:\n  - use: ../parts/face.yaml\n    save: [¦]\n"), "state", "picture"),
        // Templates.
        (&format!("{head}vars: {{ applicant: x }}\nsteps:\n  - check: {{ \"{{{{ ¦ }}}}\": 1 }}\n"), "vars", "inputs"),
        (
            &format!("{head}vars: {{ applicant: x }}\nsteps:\n  - check: {{ \"{{{{ vars.¦ }}}}\": 1 }}\n"),
            "applicant",
            "vars",
        ),
        (&format!("{head}vars:\n  applicant: x\n  greeting: \"Grüße 😀 {{{{ vars.app¦ }}}}\"\n"), "applicant", "vars"),
        (&format!("{head}vars:\n  greeting: \"{{{{ fake.¦\n"), "name", "vars"),
        (&format!("{step}    save: {{ state: $.state }}\n  - check: {{ \"{{{{ vars.¦ }}}}\": 1 }}\n"), "state", "vars"),
        (&format!("{step}    id: selfie\n  - check: {{ \"{{{{ steps.¦ }}}}\": 1 }}\n"), "selfie", "vars"),
    ] {
        let offered = editor.offered(text);
        assert!(offered.iter().any(|label| label == wanted), "{text}\n{wanted}: {offered:?}");
        assert!(offered.iter().all(|label| label != unwanted), "{text}\n{unwanted}: {offered:?}");
    }
}

#[test]
fn what_is_completed_replaces_the_word_that_was_begun() {
    let mut editor = Editor::open(TestProject::bare());
    let text = "scenario: x\nsteps:\n  - activity: \"cap¦tur\"\n";
    let items = editor.ask("textDocument/completion", NEW, text);
    let item = items.as_array().unwrap().iter().find(|item| item["label"] == "capture-face").unwrap();
    let range = json!({ "start": { "line": 2, "character": 15 }, "end": { "line": 2, "character": 21 } });
    assert_eq!(item["textEdit"], json!({ "range": range, "newText": "capture-face" }));
    assert!(item["documentation"]["value"].as_str().unwrap().contains("liveness-failure"), "{item}");
    let items = editor.ask("textDocument/completion", NEW, "scenario: x\nst¦");
    let item = items.as_array().unwrap().iter().find(|item| item["label"] == "steps").unwrap();
    assert_eq!(item["textEdit"]["newText"], "steps: ");
}

#[test]
fn names_are_explained() {
    let mut editor = Editor::open(TestProject::bare());
    for (at, told) in [
        (
            "capture-f¦ace",
            &[
                "**Capture",
                "`image`: file (image/jpeg, image/png)",
                "`quality-failure`: codes 748",
                "drawn as",
                "skyId: CFE01",
            ][..],
        ),
        ("quality-fail¦ure", &["748"]),
        ("{ im¦age: clear", &["file (image/jpeg, image/png)"]),
        ("pro¦cess:", &["The process definition that it walks"]),
        ("at-m¦ost", &["How often the branch may be taken"]),
        ("goto: sel¦fie", &["activity: capture-face"]),
        ("vars.appli¦cant", &["a variable", "{{ fake.name() }}"]),
        ("vars.st¦ate", &["a saved value", "state: $.state"]),
    ] {
        let hover = editor.hover(&marked(SCENARIO, at));
        for told in told {
            assert!(hover.contains(told), "{at}: {told}: {hover}");
        }
    }
    assert_eq!(editor.hover(&marked(SCENARIO, "tut ni¦chts")), "");
    for at in ["CFE01_m¦D7", "Capture Face I¦mage"] {
        let hover = editor.hover(&format!("scenario: x\nprocess: face-onboarding\nanswers:\n  {at}: {{}}\n"));
        assert!(hover.contains("`CFE01_mD7`") && hover.contains("liveness-failure"), "{at}: {hover}");
    }
}

#[test]
fn names_lead_to_where_they_are_declared() {
    let catalogue = std::fs::read_to_string(shipped().join("catalogues/trustx.yaml")).unwrap();
    let settings = "flowproof: 1\ncatalogues: { mine: mine.yaml }\nprocesses: { face-onboarding: processes/face-onboarding.bpmn }\n";
    let project = TestProject::bare().file("flowproof.yaml", settings).file("mine.yaml", &catalogue).file(
        "scenarios/part.yaml",
        "fragment: A part\ninputs:\n  picture: { type: file }\noutputs:\n  done: true\nsteps:\n  - activity: capture-face\n    with: { image: \"{{ inputs.picture }}\" }\n",
    );
    let mut editor = Editor::open(project);
    let line = |text: &str, wanted: &str| text.lines().position(|line| line.contains(wanted)).unwrap() as u64 + 1;
    let diagram = std::fs::read_to_string(shipped().join("processes/face-onboarding.bpmn")).unwrap();
    let new = || NEW.to_owned();
    for (at, name, wanted) in [
        ("activity: capture-f¦ace", "mine.yaml".to_owned(), line(&catalogue, "  capture-face:")),
        ("process: face-onb¦oarding", "processes/face-onboarding.bpmn".to_owned(), 1),
        ("goto: sel¦fie", new(), line(SCENARIO, "id: selfie")),
        ("vars.appli¦cant", new(), line(SCENARIO, "applicant: ")),
        ("vars.st¦ate", new(), line(SCENARIO, "save: ")),
        ("image: cle¦ar.jpg", "scenarios/clear.jpg".to_owned(), 1),
    ] {
        assert_eq!(editor.declared(&marked(SCENARIO, at)), Some((name, wanted)), "{at}");
    }
    let answers = "scenario: x\nprocess: face-onboarding\nanswers:\n  CFE01_m¦D7: { with: { image: clear.jpg } }\n";
    let element = ("processes/face-onboarding.bpmn".to_owned(), line(&diagram, "id=\"CFE01_mD7\""));
    assert_eq!(editor.declared(answers), Some(element));
    let using = "scenario: x\nprocess: face-onboarding\nsteps:\n  - use: part.yaml\n    with: { picture: clear.jpg }\n    save: [done]\n";
    for (at, wanted) in [("use: par¦t.yaml", 1), ("pict¦ure: clear", 3), ("[do¦ne]", 5)] {
        assert_eq!(editor.declared(&marked(using, at)), Some(("scenarios/part.yaml".to_owned(), wanted)), "{at}");
    }
    assert_eq!(editor.declared(&marked(SCENARIO, "tut ni¦chts")), None);
}

/// What the settings define for all files is known in each of them, as the editor has the settings.
#[test]
fn variables_of_the_settings_are_known() {
    let settings =
        "flowproof: 1\nprocesses: { face-onboarding: processes/face-onboarding.bpmn }\nvars:\n  country: de\n";
    let mut editor = Editor::open(TestProject::bare().file("flowproof.yaml", settings));
    editor.write("flowproof.yaml", &settings.replace("country: de", "country: fr"));
    let text = "scenario: x\nsteps:\n  - check: { \"{{ vars.country }}\": fr }\n";
    assert_eq!(editor.write(NEW, text), [] as [Value; 0]);
    assert!(editor.hover(&marked(text, "vars.cou¦ntry")).contains("country: fr"));
    assert_eq!(editor.declared(&marked(text, "vars.cou¦ntry")), Some(("flowproof.yaml".to_owned(), 4)));
    let offered = editor.offered("scenario: x\nsteps:\n  - check: { \"{{ vars.¦ }}\": fr }\n");
    assert_eq!(offered, ["country"]);
}

/// What ships inside the program has no file that an editor could show.
#[test]
fn names_of_the_catalogue_that_ships_lead_nowhere() {
    let mut editor = Editor::open(TestProject::bare());
    assert_eq!(editor.declared(&marked(SCENARIO, "activity: capture-f¦ace")), None);
}

#[test]
fn nothing_that_is_malformed_ends_it() {
    let project = TestProject::bare();
    let mut client = Client::start(&mut project.command(&["lsp"]), Value::Null);
    let early = client.ask("textDocument/hover", json!({}));
    assert_eq!(early["error"]["code"], -32002, "{early}");
    client.notify("textDocument/didOpen", json!({}));
    assert_eq!(client.ask("initialize", json!({ "capabilities": "none" }))["error"]["code"], -32602);
    client.request("initialize", json!({ "capabilities": {} }));
    client.send_raw(b"Content-Length: 7\r\n\r\n{\"id\": ");
    client.send_raw(b"Content-Length: 2\r\n\r\n[]");
    client.send_raw(b"nonsense\r\n\r\n");
    for params in [
        Value::Null,
        json!([]),
        json!({ "textDocument": { "uri": 7 } }),
        json!({ "textDocument": { "uri": "file:///nowhere.yaml" }, "position": { "line": -1, "character": 0 } }),
    ] {
        for method in ["textDocument/hover", "textDocument/completion", "textDocument/definition"] {
            assert_eq!(client.ask(method, params.clone())["error"]["code"], -32602, "{method} {params}");
        }
        for method in ["textDocument/didOpen", "textDocument/didChange", "textDocument/didClose", "$/cancelRequest"] {
            client.notify(method, params.clone());
        }
    }
    let place =
        json!({ "textDocument": { "uri": "file:///nowhere.yaml" }, "position": { "line": 4_000_000, "character": 9 } });
    assert_eq!(client.request("textDocument/hover", place), Value::Null, "it is not open");
    assert_eq!(client.ask("textDocument/nonsense", json!({}))["error"]["code"], -32601);
    assert_eq!(client.ask("initialize", json!({ "capabilities": {} }))["error"]["code"], -32600);
    assert!(client.shut_down().success());
}

#[test]
fn it_ends_with_its_editor() {
    let project = TestProject::bare();
    let mut client = Client::start(&mut project.command(&["lsp"]), Value::Null);
    client.request("initialize", json!({ "capabilities": {} }));
    assert_eq!(client.wait().code(), Some(1), "nobody said `shutdown`");
    let mut client = Client::start(&mut project.command(&["lsp", "--stdio"]), Value::Null);
    client.notify("exit", Value::Null);
    assert_eq!(client.wait().code(), Some(1));
    let mut client = Client::start(&mut project.command(&["lsp"]), Value::Null);
    client.request("initialize", json!({ "capabilities": {} }));
    client.request("shutdown", Value::Null);
    assert_eq!(client.ask("textDocument/hover", json!({}))["error"]["code"], -32600);
    client.notify("exit", Value::Null);
    assert_eq!(client.wait().code(), Some(0));
}

/// Wherever the cursor is, whatever is asked is answered, also while a file is typed from its beginning.
#[test]
fn every_place_of_every_kind_of_file_is_answered() {
    let read = |name: &str| std::fs::read_to_string(shipped().join(name)).unwrap();
    let files = [
        ("scenarios/scripted.yaml", read("scenarios/happy-path.yaml")),
        ("scenarios/answered.yaml", read("scenarios/happy-path-answered.yaml")),
        ("scenarios/own.yaml", SCENARIO.to_owned()),
        ("flowproof.yaml", read("flowproof.yaml")),
    ];
    let mut editor = Editor::open(TestProject::bare());
    for (name, text) in &files {
        for (at, _) in text.char_indices().step_by(37) {
            for text in [format!("{}¦{}", &text[..at], &text[at..]), format!("{}¦", &text[..at])] {
                editor.ask("textDocument/completion", name, &text);
                let place = editor.place(name, &text);
                editor.client.request("textDocument/hover", place.clone());
                editor.client.request("textDocument/definition", place);
            }
        }
    }
    assert!(editor.client.shut_down().success());
}

/// The scenario that docs/editor.md shows is found by nobody to have a problem.
#[test]
fn the_documented_file_is_fine() {
    let page = std::fs::read_to_string(shipped().join("docs/editor.md")).unwrap();
    let mut blocks = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let example = blocks.next().unwrap();
    let image = std::fs::read(shipped().join("scenarios/faces/clear.jpg")).unwrap();
    let mut editor = Editor::open(TestProject::bare().file("scenarios/faces/clear.jpg", image));
    assert_eq!(editor.write(NEW, example), [] as [Value; 0]);
    assert!(!editor.write(NEW, &example.replace("confirm-face", "confirm-fase")).is_empty());
}
