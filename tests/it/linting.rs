//! `flowproof process lint`, as designers use it.

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
