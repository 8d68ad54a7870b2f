use crate::loopback::Simulator;
use crate::project::{Ran, TestProject, shipped};

const FORM: &str = r#"{ "components": [
    { "type": "text", "id": "name", "validate": { "required": true, "missingMessage": { "values": { "en": "Who are you?" } } } }
] }"#;

/// The definition of a process, uploaded and deployed; then a form, which the process shows.
const SCENARIO: &str = "\
scenario: A process that was just uploaded shows a form that was just uploaded
process: asking
session: none
steps:
  - activity: issue-bearer
  - activity: create-definition
    with: { name: uploaded, definition: asking.bpmn }
    expect: { outcome: success, body: { version: 1, status: EDITABLE } }
  - activity: deploy-definition
    expect: { outcome: success, body: { status: DEPLOYED_ACTIVE } }
  - activity: find-definition
    with: { name: uploaded }
    expect: { outcome: success, body: { '$.content[0].version': 1, totalElements: 1 } }
  - activity: read-definition-file
    expect: { outcome: success, body: { '$': { contains: customDataFormV1 } } }
  - activity: create-form
    with: { name: who, form: who.json }
  - activity: create-token
    with: { process: uploaded, process-version: 1 }
  - activity: create-instance
  - activity: start
    expect: { outcome: success, next: custom-data-form }
  - activity: custom-data-form
    expect:
      outcome: validation-failure
      code: 771
      body: { errors: { eq: { name: Who are you? } }, message: 'name: Who are you?' }
      next: custom-data-form
  - activity: custom-data-form
    with: { values: { name: Ada } }
    expect: { outcome: success, next: end }
  - activity: read-instance
    expect: { outcome: success, body: { processDefnName: uploaded, processDefnVersion: 1 } }
";

fn run(scenario: &str) -> Ran {
    let process = std::fs::read(shipped().join("tests/corpus/simulator/asking.bpmn")).unwrap();
    let project = TestProject::new()
        .file("flowproof.yaml", "flowproof: 1\nprocesses: { asking: asking.bpmn }\n")
        .file("asking.bpmn", &process)
        .file("scenarios/asking.bpmn", &process)
        .file("scenarios/who.json", FORM)
        .file("scenarios/a.yaml", scenario);
    project.run(&[])
}

#[test]
fn processes_and_forms_are_uploaded_and_used() {
    let ran = run(SCENARIO);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
}

#[test]
fn what_is_not_uploaded_as_it_must_be_is_noticed() {
    for (from, to, told) in [
        ("definition: asking.bpmn", "definition: who.json", "`refused`"),
        (
            "  - activity: deploy-definition\n    expect: { outcome: success, body: { status: DEPLOYED_ACTIVE } }\n",
            "",
            "`refused`",
        ),
        ("with: { name: uploaded }", "with: { name: other }", "gave `not-found`"),
        (
            "with: { name: who, form: who.json }",
            "with: { name: other, form: who.json }",
            "expected `validation-failure`",
        ),
        ("form: who.json", "form: asking.bpmn", "`refused`"),
        ("process-version: 1", "process-version: 2", "`refused`"),
        ("values: { name: Ada }", "values: { nam: Ada }", "expected `success`"),
        ("{ name: Who are you? }", "{ name: Where are you? }", "Where are you?"),
        ("contains: customDataFormV1", "contains: customDataFormV2", "customDataFormV2"),
    ] {
        assert_eq!(SCENARIO.matches(from).count(), 1, "{from}");
        let ran = run(&SCENARIO.replace(from, to));
        assert_eq!(ran.code, Some(1), "{from} → {to}\n{}", ran.all());
        assert!(ran.stdout.contains(told), "`{told}` is not told:\n{}", ran.stdout);
    }
}

const PREPARE: &str = "\
scenario: The process is uploaded for all
process: asking
session: { until: issue-bearer }
steps:
  - activity: create-definition
    with: { name: uploaded, definition: scenarios/asking.bpmn }
  - activity: deploy-definition
";

/// Starts what was uploaded by somebody else.
const START: &str = "\
scenario: It is started
process: asking
session: { create-token: { process: uploaded, process-version: 1 } }
steps:
  - activity: custom-data-form
    with: { values: { name: Ada } }
    expect: { outcome: success, next: end }
";

fn prepared(settings: &str) -> TestProject {
    let process = std::fs::read(shipped().join("tests/corpus/simulator/asking.bpmn")).unwrap();
    TestProject::new()
        .file("flowproof.yaml", format!("flowproof: 1\nprocesses: {{ asking: scenarios/asking.bpmn }}\n{settings}"))
        .file("prepare.yaml", PREPARE)
        .file("scenarios/asking.bpmn", process)
        .file("scenarios/a.yaml", START)
        .file("scenarios/b.yaml", START)
}

#[test]
fn what_a_run_uploads_first_is_there_for_all_of_its_scenarios() {
    let ran = prepared("before: prepare.yaml\n").run(&[]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    let ran = prepared("").run(&[]);
    assert_eq!(ran.code, Some(3), "{}", ran.all());
    assert!(ran.stdout.contains("`create-token` must succeed"), "{}", ran.stdout);
}

#[test]
fn a_separate_simulator_keeps_nothing_of_a_run() {
    let environments = |address: std::net::SocketAddr| {
        format!(
            "default: apart\nenvironments:\n  apart: {{ base-url: 'http://{address}', key: \"{{{{ env.KEY }}}}\" }}\n"
        )
    };
    let simulator = Simulator::of(prepared(""));
    let key = [("KEY", Simulator::KEY)];
    let with = format!("before: prepare.yaml\n{}", environments(simulator.address));
    for _ in 0..2 {
        let ran = prepared(&with).run_with(&[], &key);
        assert_eq!(ran.code, Some(0), "{}", ran.all());
    }
    let ran = prepared(&environments(simulator.address)).run_with(&[], &key);
    assert_eq!(ran.code, Some(3), "{}", ran.all());
}
