//! `flowproof process lint`, as designers use it.

use std::collections::BTreeMap;

use flowproof::process::{Definition, lint};
use flowproof::source::Sources;
use serde_json::{Value, json};

use crate::project::TestProject;

const UNSOUND: &str = r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p" isExecutable="true">
  <startEvent id="start" name="Begin" />
  <exclusiveGateway id="kind" name="Which kind?" />
  <exclusiveGateway id="round" />
  <endEvent id="done" />
  <endEvent id="never" name="Never" />
  <sequenceFlow id="f" sourceRef="start" targetRef="kind" />
  <sequenceFlow id="a" sourceRef="kind" targetRef="done"><conditionExpression>${type == "a"}</conditionExpression></sequenceFlow>
  <sequenceFlow id="b" sourceRef="kind" targetRef="round"><conditionExpression>${type == "b"}</conditionExpression></sequenceFlow>
  <sequenceFlow id="c" sourceRef="round" targetRef="round" />
</process></definitions>
"#;

#[test]
fn findings_say_what_is_wrong_and_how_one_gets_there() {
    let project = TestProject::new().file("unsound.bpmn", UNSOUND);
    let ran = project.does(&["process", "lint", "unsound.bpmn"]);
    assert_eq!(ran.code, Some(1));
    insta::assert_snapshot!(ran.shown());
}

#[test]
fn shipped_definitions_are_sound() {
    let project = TestProject::shipped();
    let ran = project.does(&["process", "lint"]);
    assert_eq!(ran.code, Some(0), "{}", ran.shown());
    assert!(!ran.stderr.contains("error["), "{}", ran.shown());
}

#[test]
fn programs_read_findings_from_standard_output() {
    let project = TestProject::new().file("unsound.bpmn", UNSOUND);
    let ran = project.does(&["process", "lint", "unsound.bpmn", "--format", "concise", "--least", "error"]);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{}", ran.shown());
    assert!(lines[0].starts_with("unsound.bpmn:4:25: error[lint/dead-end] "), "{}", ran.shown());
    assert!(lines[1].starts_with("unsound.bpmn:6:17: error[lint/unreachable] "), "{}", ran.shown());
    assert!(ran.stderr.contains("1 definition looked at, 2 findings"), "{}", ran.shown());
    for format in ["json", "sarif"] {
        let ran = project.does(&["process", "lint", "unsound.bpmn", "--format", format]);
        let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        assert!(document.to_string().contains("lint/dead-end"), "{document}");
    }
}

#[test]
fn what_cannot_be_looked_at_is_told() {
    let project = TestProject::shipped().file("broken.bpmn", "<definitions");
    let ran = project.does(&["process", "lint", "face-onbording"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("did you mean `face-onboarding`?"), "{}", ran.shown());
    let ran = project.does(&["process", "lint", "broken.bpmn"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("process/xml"), "{}", ran.shown());
    let ran = TestProject::new().does(&["process", "lint"]);
    assert_eq!(ran.code, Some(4), "{}", ran.shown());
}

/// What the rules say of a real export: what is known of it by other means.
#[test]
#[ignore = "needs third-party data"]
fn a_real_export_has_the_findings_that_are_known() {
    let project = TestProject::new();
    let path = crate::project::shipped().join("../shared/data/bpmn/onboarding-journey.bpmn");
    let ran = project.does(&["process", "lint", &path.to_string_lossy(), "--format", "concise", "--least", "info"]);
    let count = |id: &str| ran.stdout.matches(&format!("[{id}]")).count();
    assert_eq!((count("lint/constant-condition"), count("lint/livelock"), count("lint/idle-timer")), (13, 1, 21));
    assert_eq!((count("lint/unreachable"), count("lint/dead-end"), count("lint/gateway")), (0, 0, 0));
}

/// Modelers store files without line breaks as well.
#[test]
fn what_stands_in_one_long_line_can_be_read() {
    let many: String = (0..200).map(|at| format!("<endEvent id=\"end{at}\" name=\"End number {at}\" />")).collect();
    let one_line = UNSOUND
        .replace("\n  ", "")
        .replace("\n</", "</")
        .replace("<endEvent id=\"done\" />", &format!("{many}<endEvent id=\"done\" />"));
    assert_eq!(one_line.trim_end().lines().count(), 1);
    let project = TestProject::new().file("long.bpmn", &one_line);
    let ran = project.does(&["process", "lint", "long.bpmn", "--least", "error"]);
    assert!(ran.stderr.contains("`round`"), "{}", ran.shown());
    let longest = ran.stderr.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(longest <= 160, "{longest} characters:\n{}", ran.stderr.lines().next().unwrap());
    assert!(ran.stderr.contains("<exclusiveGateway id=\"round\" />"), "the place is shown: {}", ran.stderr);
}

#[test]
fn documents_tell_of_elements_and_of_what_shows_a_finding() {
    let project = TestProject::new().file("unsound.bpmn", UNSOUND);
    let document = |format: &str| -> Value {
        let ran = project.does(&["process", "lint", "unsound.bpmn", "--format", format, "--least", "info"]);
        serde_json::from_str(&ran.stdout).unwrap()
    };
    let problems: Vec<Value> = document("json")["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| json!({ "id": one["id"], "element": one["element"], "witness": one["witness"] }))
        .collect();
    insta::assert_snapshot!("json", format!("{:#}", Value::from(problems)));
    let sarif = document("sarif");
    let driver = &sarif["runs"][0]["tool"]["driver"];
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    for result in results {
        let rule = &driver["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(!rule["shortDescription"]["text"].as_str().unwrap().is_empty());
        assert!(result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"].is_string(), "{result:#}");
    }
    let dead_end = results.iter().find(|result| result["ruleId"] == "lint/dead-end").unwrap();
    insta::assert_snapshot!("sarif", format!("{dead_end:#}"));
    let ran = project.does(&["process", "lint", "unsound.bpmn", "--format", "github", "--least", "error"]);
    insta::assert_snapshot!("github", ran.stdout);
}

const ACCEPTING: &str = "flowproof: 1\nprocesses:\n  unsound:\n    file: unsound.bpmn\n    accept:\n";

fn accepting(entries: &str) -> TestProject {
    TestProject::new().file("unsound.bpmn", UNSOUND).file("flowproof.yaml", format!("{ACCEPTING}{entries}"))
}

#[test]
fn what_is_accepted_does_not_count_until_its_day_is_over() {
    let entries = "      - { rule: lint/dead-end, element: round, reason: Being drawn, until: 2999-01-31 }\n      - { rule: lint/unreachable, reason: Being drawn, until: 2999-01-31, ticket: X-1 }\n";
    let project = accepting(entries);
    for named in [&["process", "lint"][..], &["process", "lint", "unsound"], &["process", "lint", "unsound.bpmn"]] {
        let ran = project.does(named);
        assert_eq!(ran.code, Some(0), "{}", ran.shown());
        assert!(ran.stdout.contains("1 definition looked at, 2 findings, 2 accepted"), "{}", ran.shown());
    }
    let ran = project.does(&["process", "lint", "--no-accept"]);
    assert_eq!(ran.code, Some(1), "{}", ran.shown());
    assert!(ran.stderr.contains("lint/dead-end") && ran.stderr.contains("lint/unreachable"), "{}", ran.shown());
    // Another element of the same rule counts.
    let ran = accepting(&entries.replace("element: round", "element: kind")).does(&["process", "lint"]);
    assert_eq!(ran.code, Some(1), "{}", ran.shown());
    assert!(ran.stderr.contains("lint/dead-end") && ran.stderr.contains("accepted/unused"), "{}", ran.shown());
    let ran = accepting(&entries.replacen("2999", "2020", 1)).does(&["process", "lint"]);
    assert_eq!(ran.code, Some(1), "{}", ran.shown());
    insta::assert_snapshot!("expired", ran.stderr);
}

#[test]
fn what_is_wrong_about_an_entry_is_told() {
    let ran = accepting("      - { rule: lint/dead-ed, element: round, reason: x, until: soon }\n")
        .does(&["process", "lint"]);
    assert_eq!(ran.code, Some(2), "{}", ran.shown());
    assert!(ran.stderr.contains("did you mean `lint/dead-end`?"), "{}", ran.shown());
    assert!(ran.stderr.contains("2999-01-31") || ran.stderr.contains("soon"), "{}", ran.shown());
}

/// How often each rule finds something in models of many tools, none of which is copied here.
#[test]
#[ignore = "needs ../shared/data"]
fn reference_models_have_the_findings_that_they_had() {
    let folder = crate::project::shipped().join("../shared/data/bpmn");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder.join("miwg")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "bpmn"));
    assert_eq!(paths.len(), 21);
    paths.push(folder.join("onboarding-journey.bpmn"));
    paths.sort();
    let mut told = String::new();
    for path in paths {
        let mut sources = Sources::new();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let file = sources.add(&name, std::fs::read_to_string(&path).unwrap());
        let (definition, _) = Definition::read(&sources, file);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for finding in lint(&definition.unwrap()) {
            assert!(finding.element.is_some(), "{name}: {}", finding.message);
            *counts.entry(finding.id.as_str()).or_default() += 1;
        }
        let counts: Vec<String> = counts.iter().map(|(rule, count)| format!("{rule} {count}")).collect();
        told += &format!("{name}: {}\n", counts.join(", "));
    }
    insta::assert_snapshot!("reference", told);
}
