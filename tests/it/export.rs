use std::io::BufRead;
use std::path::PathBuf;

use crate::project::{TestProject, shipped};

/// A real export of a designer: third-party data that is not part of the project.
fn export() -> PathBuf {
    shipped().join("../shared/data/bpmn/onboarding-journey.bpmn").canonicalize().unwrap()
}

fn project(settings: &str) -> TestProject {
    let mut project = TestProject::new().file("flowproof.yaml", settings);
    let image = std::fs::read(shipped().join("scenarios/faces/clear.jpg")).unwrap();
    project = project.file("scenarios/clear.jpg", image);
    for entry in std::fs::read_dir(shipped().join("tests/export")).unwrap() {
        let entry = entry.unwrap();
        let name = format!("scenarios/{}", entry.file_name().to_string_lossy());
        project = project.file(&name, std::fs::read(entry.path()).unwrap());
    }
    project
}

fn with_export() -> TestProject {
    let text = std::fs::read(export()).unwrap();
    project("flowproof: 1\nprocesses: { journey: journey.bpmn }\n").file("journey.bpmn", text)
}

#[test]
#[ignore = "needs third-party data"]
fn the_export_is_walked_from_start_to_end() {
    let ran = with_export().run(&[]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stderr, ran.stdout);
    assert!(ran.verdicts().len() >= 8);
    let moves = ran.events().filter(|event| event["event"] == "token-moved").count();
    assert!(moves > 1_000, "{moves} moves");
}

#[test]
#[ignore = "needs third-party data"]
fn a_separate_simulator_loads_the_export_and_is_walked_over_http() {
    let argument = format!("journey={}", export().display());
    let simulating = TestProject::new();
    let mut child = simulating
        .command(&["simulate", &argument, "--listen", "127.0.0.1:0", "--key", "a-key-for-the-test"])
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().rsplit(' ').next().unwrap();
    let settings = format!(
        "flowproof: 1\ndefault: apart\nprocesses: {{ journey: journey.bpmn }}\n\
         environments: {{ apart: {{ base-url: \"{address}\", key: \"{{{{ env.KEY }}}}\" }} }}\n"
    );
    let project = with_export().file("flowproof.yaml", settings);
    let ran = project.run_with(&[], &[("KEY", "a-key-for-the-test")]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(ran.code, Some(0), "{}{}", ran.stderr, ran.stdout);
}

/// Each walk fails when what it is about is changed, and says so.
#[test]
#[ignore = "needs third-party data"]
fn changed_walks_are_noticed() {
    let changes = [
        ("passport", "- confirm-face\n", "- back-office-review\n", "the walk was"),
        ("passport", "docTypeMismatch: false", "docTypeMismatch: null", "${idv.docTypeMismatch}"),
        ("face-recapture", "[748, 802, success]", "[802, 748, success]", "code is 802, expected 748"),
        ("face-recapture", "with: { confirmed: false }", "with: { confirmed: true }", "cannot give `recapture`"),
        (
            "capture-timeout",
            "wait: PT4M30S",
            "wait: PT4M29S",
            "after waiting, the process still stands at `capture-face`",
        ),
        ("capture-timeout", "COMPLETED_TERMINATED", "COMPLETED_ENDED_SUCCESS", "instance is \"COMPLETED_TERMINATED\""),
        ("rejected", "decision: REJECTED", "decision: APPROVED", "cannot give `rejected`"),
        ("rejected", "COMPLETED_ENDED_ERROR", "COMPLETED_ENDED_SUCCESS", "instance is \"COMPLETED_ENDED_ERROR\""),
        ("pause", "pauseBypass: \"\"", "pauseBypass: \"yes\"", "instance is \"ACTIVE\", expected \"PAUSED\""),
        ("documents", "country: AU", "country: us", "gave `refused`"),
        ("documents", "{ change-document: true }", "{ image: clear.jpg }", "cannot give `document-changed`"),
        ("documents", "[detected, detected, success]", "[detected, detected, detected]", "expected `success`"),
        ("review", "overallDecision: REVIEW", "overallDecision: PASS", "back-office-review"),
        (
            "licence-two-sided",
            "docTypeScanBackRequired: true",
            "docTypeScanBackRequired: false",
            "`capture-document-back` was never asked for",
        ),
        ("licence-two-sided", "[quality-failure, success]", "[success, success]", "expected `quality-failure`"),
    ];
    let project = with_export();
    for (name, replace, with, told) in changes {
        let file = format!("scenarios/{name}.yaml");
        let before = std::fs::read_to_string(project.path(&file)).unwrap();
        assert_eq!(before.matches(replace).count(), 1, "{name}: {replace}");
        std::fs::write(project.path(&file), before.replace(replace, with)).unwrap();
        let ran = project.run(&[&file]);
        std::fs::write(project.path(&file), before).unwrap();
        // What can be known before is not even run.
        assert!(matches!(ran.code, Some(1 | 2)), "{name}: {replace} → {with}\n{}{}", ran.stderr, ran.stdout);
        assert!(ran.stdout.contains(told) || ran.stderr.contains(told), "`{told}` is not told:\n{}", ran.all());
    }
}
