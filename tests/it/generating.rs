//! `flowproof process generate`: what it writes, what it tells, and that what it writes passes.

use crate::project::{Ran, TestProject, assert_told, shipped};

/// The scenarios below a folder, by name.
fn written(project: &TestProject, folder: &str) -> Vec<(String, String)> {
    let mut files: Vec<_> = std::fs::read_dir(project.path(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    files
}

#[track_caller]
fn all_pass(ran: &Ran, count: usize) {
    assert_eq!(ran.code, Some(0), "{}{}", ran.stderr, ran.stdout);
    assert_eq!(ran.verdicts().len(), count);
    assert!(ran.verdicts().iter().all(|(_, verdict)| verdict == "passed"), "{:?}", ran.verdicts());
}

#[test]
fn a_process_is_proven_by_what_is_written() {
    let project = TestProject::shipped();
    let made = project.does(&["process", "generate", "face-onboarding"]);
    insta::assert_snapshot!("face_onboarding", made.shown());
    let files = written(&project, "scenarios/generated/face-onboarding");
    let all: Vec<String> = files.iter().map(|(name, text)| format!("── {name}\n{text}")).collect();
    insta::assert_snapshot!("face_onboarding_files", all.join(""));
    all_pass(&project.run(&["scenarios/generated/face-onboarding"]), files.len());
    // They are as `fmt` writes them.
    assert_eq!(project.does(&["fmt", "--check", "scenarios/generated"]).code, Some(0));
    // Once more elsewhere: the same.
    project.does(&["process", "generate", "face-onboarding", "--into", "scenarios/generated/again"]);
    assert_eq!(written(&project, "scenarios/generated/again"), files);
}

#[test]
fn the_large_process_is_proven_but_for_what_is_told() {
    let project = TestProject::shipped();
    let made = project.does(&["process", "generate", "identity-verification"]);
    insta::assert_snapshot!("identity_verification", made.shown());
    let files = written(&project, "scenarios/generated/identity-verification");
    all_pass(&project.run(&["scenarios/generated/identity-verification"]), files.len());
    assert!(!made.stdout.contains("undecided"));
}

#[test]
fn nothing_is_overwritten_but_on_purpose() {
    let project = TestProject::bare();
    let generate = ["process", "generate", "--criterion", "activities"];
    assert_eq!(project.does(&generate).code, Some(0));
    let files = written(&project, "scenarios/generated/face-onboarding");
    std::fs::write(project.path(&format!("scenarios/generated/face-onboarding/{}", files[0].0)), "mine").unwrap();
    let refused = project.does(&generate);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("is there already, and nothing was written; --force"), "{}", refused.stderr);
    assert_eq!(written(&project, "scenarios/generated/face-onboarding")[0].1, "mine");
    assert_eq!(project.does(&["process", "generate", "--criterion", "activities", "--force"]).code, Some(0));
    assert_eq!(written(&project, "scenarios/generated/face-onboarding"), files);
}

#[test]
fn what_a_run_left_out_is_generated() {
    let project = TestProject::shipped();
    all_pass(&project.run(&["scenarios/happy-path.yaml"]), 1);
    let made = project.does(&["process", "generate", "face-onboarding", "--uncovered", "events.ndjson"]);
    let proven = made.stdout.lines().find(|line| line.contains("flows and events proven")).unwrap_or_default();
    assert_eq!(made.code, Some(0), "{}{}", made.stderr, made.stdout);
    assert!(proven.starts_with("20 of 20 "), "{proven}");
    let made = project.does(&["process", "generate", "face-onboarding", "--uncovered", "nothing"]);
    assert_eq!(made.code, Some(2), "{}", made.stderr);
}

#[test]
fn what_a_new_version_touches_is_generated() {
    let project = TestProject::bare();
    let text = std::fs::read_to_string(project.path("processes/face-onboarding.bpmn")).unwrap();
    let before = text.replace("PT4M30S", "PT5M");
    std::fs::write(project.path("before.bpmn"), before).unwrap();
    let made = project.does(&["process", "generate", "--affected-by", "before.bpmn", "--dry-run"]);
    assert_told(&made, 0, &["4 scenarios would prove 4 of 4 flows and events"]);
    assert!(!project.path("scenarios/generated").exists());
}

#[test]
fn what_cannot_be_proven_is_told_with_its_reason() {
    let text = include_str!("../corpus/generate/excluded.bpmn");
    let project = TestProject::bare()
        .file("flowproof.yaml", "flowproof: 1\nprocesses: { excluded: excluded.bpmn }\n")
        .file("excluded.bpmn", text);
    insta::assert_snapshot!("excluded", project.does(&["process", "generate"]).shown());
    let without = ["process", "generate", "--force", "--without", "timers-of-automatic,Flow_late_again"];
    insta::assert_snapshot!("excluded_without", project.does(&without).shown());
}

#[test]
fn mistakes_are_told() {
    let project = TestProject::shipped();
    let told = |arguments: &[&str]| {
        let ran = project.does(&[&["process", "generate"], arguments].concat());
        assert_eq!(ran.code, Some(2), "{}", ran.stdout);
        ran.stderr
    };
    assert!(told(&[]).contains("say which process is meant: `face-onboarding` or `identity-verification`"));
    assert!(told(&["face-onbording"]).contains("did you mean `face-onboarding`?"));
    assert!(told(&["face-onboarding", "--without", "Flow_ende"]).contains("did you mean `Flow_end`?"));
    assert!(told(&["face-onboarding", "--into", "../elsewhere"]).contains("lies outside of the project"));
    assert!(told(&["face-onboarding", "--affected-by", "none.bpmn"]).contains("`none.bpmn` cannot be read"));
}

/// A real export of a designer: third-party data that is not part of the project.
#[test]
#[ignore = "needs third-party data"]
fn a_real_export_is_proven_but_for_what_is_told() {
    let text = std::fs::read(shipped().join("../shared/data/bpmn/onboarding-journey.bpmn")).unwrap();
    let image = std::fs::read(shipped().join("scenarios/faces/clear.jpg")).unwrap();
    let project = TestProject::new()
        .file("flowproof.yaml", "flowproof: 1\nprocesses: { journey: journey.bpmn }\n")
        .file("scenarios/clear.jpg", image)
        .file("journey.bpmn", text);
    let made = project.does(&["process", "generate"]);
    assert_told(&made, 0, &["417 of 453 flows and events proven", "36 infeasible:"]);
    assert!(!made.stdout.contains("undecided"), "{}", made.stdout);
    let files = written(&project, "scenarios/generated/journey");
    all_pass(&project.run(&["scenarios/generated"]), files.len());
    println!("{}", made.stdout);
}
