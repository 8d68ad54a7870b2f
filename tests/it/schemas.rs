use crate::project::TestProject;
#[cfg(feature = "json-schema")]
use crate::project::shipped;

#[cfg(not(feature = "json-schema"))]
const NAMED: &str = "scenario: An answer is what was agreed\nprocess: face-onboarding\nsteps:\n  - activity: introduction\n    expect: { schema: answer.json, body: { status: { schema: { type: string } } } }\n";

#[cfg(not(feature = "json-schema"))]
#[test]
fn a_default_build_refuses_schemas_and_says_how_to_have_them() {
    let project = TestProject::bare().file("scenarios/named.yaml", NAMED);
    let ran = project.run(&[]);
    assert_eq!(ran.code, Some(2), "{}", ran.all());
    assert_eq!(ran.stderr.matches("build it with `--features json-schema`").count(), 2, "{}", ran.stderr);
    assert_eq!(ran.verdicts(), []);
}

/// A schema of a project that is read in part would refuse what is right.
#[test]
fn a_schema_that_knows_names_needs_a_project_that_can_be_read() {
    let project = TestProject::bare().file("broken/flowproof.yaml", "flowproof: 1\nprocesses: { gone: gone.bpmn }\n");
    let schema = |arguments: &[&str]| {
        let output = project.command(&[&["schema"], arguments].concat()).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (code, printed, told) = schema(&["--for", "broken"]);
    assert_eq!((code, printed.as_str()), (Some(2), ""), "{told}");
    assert!(told.contains("there is no file `gone.bpmn`") && told.contains("flowproof.yaml:2:"), "{told}");
    let (code, _, told) = schema(&["--for", "nowhere"]);
    assert!(code == Some(2) && told.contains("is no folder"), "{told}");
    let (code, printed, told) = schema(&["--for", ".", "--output", "out"]);
    assert_eq!((code, printed.as_str()), (Some(0), ""), "{told}");
    let names: Vec<bool> = ["scenario", "fragment", "catalogue"]
        .map(|kind| project.path(&format!("out/{kind}.schema.json")).is_file())
        .into();
    assert_eq!(names, [true, true, false], "the others are those of all projects");
    let (_, printed, _) = schema(&["scenario", "--for", "."]);
    assert!(printed.contains("capture-face") && printed.contains("face-onboarding"));
    let (_, printed, _) = schema(&["scenario"]);
    assert!(!printed.contains("capture-face"));
}

#[cfg(feature = "json-schema")]
#[test]
fn the_documented_schemas_judge() {
    let page = std::fs::read_to_string(shipped().join("docs/language.md")).unwrap();
    let mut project = TestProject::bare();
    for block in page.split("\n```json ").skip(1).filter_map(|rest| rest.split("```").next()) {
        let (name, text) = block.split_once('\n').unwrap();
        project = project.file(&format!("scenarios/{name}"), text);
    }
    let example =
        page.split("```yaml\n# Needs a build with JSON Schema.\n").nth(1).and_then(|rest| rest.split("```").next());
    let project = project.file("scenarios/agreed.yaml", example.unwrap());
    let ran = project.run(&[]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    let project = project.file("scenarios/states.schema.json", r#"{ "$defs": { "state": { "maxLength": 3 } } }"#);
    let ran = project.run(&[]);
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    assert!(
        ran.stderr.contains("expected `maxLength` 3") || ran.stdout.contains("expected `maxLength` 3"),
        "{}",
        ran.all()
    );
}

/// Wherever a matcher may stand, its schema is read.
#[cfg(feature = "json-schema")]
#[test]
fn schemas_are_read_wherever_they_are_named() {
    const EXPECT: &str = "{ outcome: success, code: { exists: false }, status: ANY, headers: { content-type: ANY }, \
        body: { $: { all: [ANY, { not: { schema: none.json } }] } }, schema: any.json, instance: ANY, time: ANY }";
    const STEPS: &str = "\
scenario: In steps
process: face-onboarding
before:
  - activity: read-instance
    expect: { schema: any.json }
steps:
  - activity: introduction
    expect: EXPECT
  - activity: capture-consent
    with: { consent: false }
    on: { consent-refused: { steps: [{ check: { \"{{ 1 }}\": ANY } }], continue: true } }
  - check: { \"{{ 1 + 1 }}\": ANY }
after:
  - activity: read-instance
    poll: { until: { schema: any.json }, stop-when: { schema: none.json }, deadline: 5s }
expect: { instance: ANY, visits: { introduction: ANY } }
";
    const ANSWERS: &str = "\
scenario: In answers
process: face-onboarding
answers:
  introduction: { expect: EXPECT }
  capture-consent:
    with: { consent: false }
    expect: { schema: any.json }
    on: { consent-refused: { end: passed } }
";
    let whole = |text: &str| text.replace("EXPECT", EXPECT).replace("ANY", "{ schema: any.json }");
    let project = TestProject::bare()
        .file("scenarios/any.json", "true")
        .file("scenarios/none.json", "false")
        .file("scenarios/steps.yaml", whole(STEPS))
        .file("scenarios/answers.yaml", whole(ANSWERS));
    let ran = project.run(&[]);
    assert!(!ran.all().contains("was not loaded"), "{}", ran.all());
    assert_eq!(ran.code, Some(0), "{}", ran.all());
}

/// The schemas that ship, against the files that ship and the files that are wrong.
#[cfg(feature = "json-schema")]
mod files {
    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};

    use flowproof::catalogue::Catalogue;
    use flowproof::diagnostic::{Diagnostics, Id};
    use flowproof::scenario::{Fragment, Scenario};
    use flowproof::schema::Kind;
    use flowproof::settings::{Quarantine, Settings};
    use flowproof::source::Sources;
    use serde_json::Value;

    use crate::project::{TestProject, shipped};

    fn validators() -> BTreeMap<&'static str, jsonschema::Validator> {
        let validator = |kind: &Kind| {
            let schema: Value = serde_json::from_str(kind.text()).unwrap();
            (kind.name(), jsonschema::draft202012::new(&schema).unwrap())
        };
        Kind::ALL.iter().map(validator).collect()
    }

    /// The kind of a text by its first key, and the text as JSON.
    fn read(text: &str) -> Option<(&'static str, Value)> {
        let (mut sources, mut found) = (Sources::new(), Diagnostics::new());
        let file = sources.add("a.yaml", text);
        let node = flowproof::yaml::parse(&sources, file, &mut found)?;
        let kind = match node.as_mapping()?.first()?.key.value.as_str() {
            "scenario" => "scenario",
            "fragment" => "fragment",
            "catalogue" => "catalogue",
            "flowproof" => "settings",
            "quarantine" => "quarantine",
            _ => return None,
        };
        Some((kind, node.to_json()))
    }

    fn yaml_files(folder: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let below = |path: PathBuf| if path.is_dir() { yaml_files(&path) } else { vec![path] };
        entries.flat_map(below).filter(|path| path.extension().is_some_and(|extension| extension == "yaml")).collect()
    }

    #[test]
    fn every_file_that_ships_fits_its_schema() {
        let validators = validators();
        let mut texts =
            vec![("flowproof.yaml".to_owned(), std::fs::read_to_string(shipped().join("flowproof.yaml")).unwrap())];
        for folder in ["scenarios", "catalogues", "tests/export"] {
            for path in yaml_files(&shipped().join(folder)) {
                texts.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
            }
        }
        for page in ["README.md", "docs/language.md", "docs/catalogue.md", "docs/settings.md", "docs/nights.md"] {
            let text = std::fs::read_to_string(shipped().join(page)).unwrap();
            let blocks = text.split("```yaml").skip(1).filter_map(|rest| rest.split("```").next()?.split_once('\n'));
            texts.extend(blocks.map(|(_, block)| (format!("{page}: {block}"), block.to_owned())));
        }
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (name, text) in &texts {
            let Some((kind, value)) = read(text) else { continue };
            *counts.entry(kind).or_default() += 1;
            let errors = validators[kind].iter_errors(&value);
            let errors: Vec<_> = errors.map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert!(errors.is_empty(), "{name}\n{errors:#?}");
        }
        for (kind, least) in [("scenario", 40), ("fragment", 1), ("catalogue", 2), ("settings", 2), ("quarantine", 1)] {
            assert!(counts.get(kind).is_some_and(|count| *count >= least), "{kind}: {counts:?}");
        }
    }

    #[test]
    fn every_event_of_a_run_fits_the_schema() {
        let validators = validators();
        let project = TestProject::shipped().file("scenarios/failing.yaml", "scenario: Fails\nprocess: face-onboarding\nsteps:\n  - activity: introduction\n    expect: { headers: { x-nothing: x } }\n");
        let ran = project.run(&[]);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        for event in ran.events() {
            let errors: Vec<_> = validators["events"].iter_errors(&event).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{event}\n{errors:#?}");
            *kinds.entry(event["event"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        assert!(kinds.len() >= 10, "{kinds:?}");
        let mut broken = ran.events().find(|event| event["event"] == "step-finished").unwrap();
        broken["verdict"] = "fine".into();
        assert!(!validators["events"].is_valid(&broken));
    }

    /// What the reader says of a text of a kind.
    fn found(kind: &str, text: &str) -> Diagnostics {
        let (mut sources, mut found) = (Sources::new(), Diagnostics::new());
        let file = sources.add("a.yaml", text);
        match kind {
            "scenario" => drop(Scenario::read(&sources, file, &mut found)),
            "catalogue" => drop(Catalogue::read(&sources, file, &mut found)),
            "settings" => drop(Settings::read(&sources, file, &mut found)),
            "quarantine" => drop(Quarantine::read(&sources, file, &mut found)),
            _ => {
                let node = flowproof::yaml::parse(&sources, file, &mut found).unwrap();
                drop(Fragment::decode(&node, "a.yaml", &sources, file, &mut found));
            }
        }
        found
    }

    /// Problems that a schema can know of.
    fn told(found: &Diagnostics) -> Vec<&str> {
        let known = [Id::UNKNOWN_KEY, Id::MISSING_KEY, Id::WRONG_TYPE, Id::WRONG_ID, Id::EXPECT_MATCHER];
        // What is merged is merged before a schema sees it.
        let of_schema = |message: &&str| !message.starts_with("`<<`");
        found.iter().filter(|one| known.contains(&one.id)).map(|one| one.message.as_str()).filter(of_schema).collect()
    }

    /// The schema that a project's own scenarios are written by.
    #[test]
    fn the_schema_of_a_project_knows_its_names() {
        let printed = TestProject::shipped().command(&["schema", "--for", "."]).output().unwrap();
        assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
        let schema: Value = serde_json::from_slice(&printed.stdout).unwrap();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let mut scenarios = 0;
        for path in yaml_files(&shipped().join("scenarios")) {
            let text = std::fs::read_to_string(&path).unwrap();
            let Some(("scenario", value)) = read(&text) else { continue };
            let errors = validator.iter_errors(&value);
            let errors: Vec<_> = errors.map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert!(errors.is_empty(), "{}\n{errors:#?}", path.display());
            scenarios += 1;
        }
        assert!(scenarios > 40, "{scenarios}");
        let text = "{ scenario: x, process: face-onboarding, requires: oak-test, \
            session: { until: start }, simulate: { face-quality: { outcome: quality-failure, code: 748 } }, steps: [\
            { activity: capture-face, with: { image: a.jpg }, element: CFE01_mD7, expect: { outcome: quality-failure, code: 748 }, \
              on: { liveness-failure: repeat } }], \
            expect: { walk: [capture-face], outcomes: { capture-face: success } } }";
        let valid = |text: &str| validator.is_valid(&read(text).unwrap().1);
        assert!(valid(text));
        for (right, wrong) in [
            ("process: face-onboarding", "process: face-onbording"),
            ("oak-test", "oak-tset"),
            ("until: start", "until: strat"),
            ("face-quality", "face-qualiti"),
            (
                "simulate: { face-quality: { outcome: quality-failure",
                "simulate: { face-quality: { outcome: quality-failed",
            ),
            ("quality-failure, code: 748 } }", "quality-failure, code: 747 } }"),
            ("activity: capture-face", "activity: capture-fase"),
            ("image: a.jpg", "imgae: a.jpg"),
            ("CFE01_mD7", "CFE01_mD8"),
            ("expect: { outcome: quality-failure", "expect: { outcome: quality-failuer"),
            ("code: 748 }, on", "code: 747 }, on"),
            ("liveness-failure: repeat", "livenes-failure: repeat"),
            ("walk: [capture-face]", "walk: [capture-fase]"),
            ("capture-face: success", "capture-face: sucess"),
        ] {
            let text = text.replace("  ", " ").replace("  ", " ");
            assert!(text.contains(right), "{right}: {text}");
            assert!(!valid(&text.replacen(right, wrong, 1)), "{wrong}");
        }
    }

    /// Every schema that has examples, by its place.
    fn exemplified(schema: &Value, at: &str, all: &mut Vec<(String, Vec<Value>)>) {
        match schema {
            Value::Object(members) => {
                if let Some(examples) = members.get("examples").and_then(Value::as_array) {
                    all.push((at.to_owned(), examples.clone()));
                }
                for (name, inside) in members.iter().filter(|(name, _)| *name != "examples") {
                    exemplified(inside, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), all);
                }
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, inside)| exemplified(inside, &format!("{at}/{index}"), all));
            }
            _ => {}
        }
    }

    #[test]
    fn every_example_is_what_its_key_takes() {
        for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Events) {
            let schema: Value = serde_json::from_str(kind.text()).unwrap();
            let mut all = Vec::new();
            exemplified(&schema, "", &mut all);
            assert!(all.len() > if kind == Kind::Quarantine { 5 } else { 10 }, "{}: {}", kind.name(), all.len());
            for (place, examples) in all {
                let mut one = schema.pointer(&place).unwrap().clone();
                one["$defs"] = schema["$defs"].clone();
                let validator = jsonschema::draft202012::new(&one).unwrap();
                for example in examples {
                    assert!(validator.is_valid(&example), "{} {place}: {example}", kind.name());
                }
            }
        }
    }

    #[test]
    fn what_the_reader_refuses_the_schema_refuses() {
        let validators = validators();
        let mut refused = 0;
        for path in yaml_files(&shipped().join("tests/corpus/invalid")) {
            let text = std::fs::read_to_string(&path).unwrap();
            let Some((kind, value)) = read(&text) else { continue };
            let (found, valid) = (found(kind, &text), validators[kind].is_valid(&value));
            let told = told(&found);
            assert!(told.is_empty() || !valid, "{} is valid by the schema, and has {told:#?}", path.display());
            refused += usize::from(!valid);
        }
        assert!(refused >= 20, "{refused}");
    }

    /// Every place of a value, as JSON pointer.
    fn places(value: &Value, at: &str, places: &mut Vec<String>) {
        places.push(at.to_owned());
        let step = |key: &str| format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        match value {
            Value::Object(members) => members.iter().for_each(|(key, inside)| self::places(inside, &step(key), places)),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(at, inside)| self::places(inside, &step(&at.to_string()), places));
            }
            _ => {}
        }
    }

    /// A file with something wrong at one place: a key more, a key less, a value of another kind.
    fn changed(value: &Value, place: &str) -> Vec<Value> {
        let mut all = Vec::new();
        let mut change = |change: &mut dyn FnMut(&mut Value)| {
            let mut changed = value.clone();
            change(changed.pointer_mut(place).unwrap());
            all.push(changed);
        };
        let members = value.pointer(place).and_then(Value::as_object).cloned().unwrap_or_default();
        if value.pointer(place).is_some_and(Value::is_object) {
            change(&mut |inside| inside["zzz"] = "x".into());
        }
        for key in members.keys() {
            change(&mut |inside| drop(inside.as_object_mut().unwrap().shift_remove(key)));
        }
        for other in [serde_json::json!({ "zzz": [1] }), serde_json::json!([[1]]), "x".into(), true.into(), Value::Null]
        {
            change(&mut |inside| *inside = other.clone());
        }
        all
    }

    /// Reader and schema are made from one table; here they are held to agree, wherever one thing is wrong.
    #[test]
    fn reader_and_schema_refuse_the_same() {
        let validators = validators();
        let mut texts = vec![std::fs::read_to_string(shipped().join("flowproof.yaml")).unwrap()];
        for page in ["docs/language.md", "docs/catalogue.md", "docs/settings.md", "docs/nights.md"] {
            let text = std::fs::read_to_string(shipped().join(page)).unwrap();
            let blocks = text.split("```yaml").skip(1).filter_map(|rest| rest.split("```").next()?.split_once('\n'));
            texts.extend(blocks.map(|(_, block)| block.to_owned()));
        }
        let (mut tried, mut wrong) = (0, Vec::new());
        for (kind, value) in texts.iter().filter_map(|text| read(text)) {
            let mut all = Vec::new();
            places(&value, "", &mut all);
            for (place, changed) in
                all.iter().flat_map(|place| changed(&value, place).into_iter().map(move |one| (place, one)))
            {
                tried += 1;
                let text = changed.to_string();
                let (found, valid) = (found(kind, &text), validators[kind].is_valid(&changed));
                let told = told(&found);
                let value = changed.pointer(place);
                if valid && !told.is_empty() {
                    wrong.push(format!("{kind} {place}: {value:?}: the reader alone says {told:?}"));
                } else if !valid && !found.has_errors() {
                    let error = validators[kind].iter_errors(&changed).next().unwrap();
                    wrong.push(format!(
                        "{kind} {place}: {value:?}: the schema alone says {}: {error}",
                        error.instance_path()
                    ));
                }
            }
        }
        assert!(tried > 2_000, "{tried}");
        assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
    }
}
