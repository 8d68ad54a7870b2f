use crate::project::{TestProject, shipped};

fn check(scenario: &str) -> (Option<i32>, String) {
    let project = TestProject::bare().file("scenarios/selfie.yaml", scenario);
    let output = project.command(&["check"]).output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

const SELFIE: &str = "\
scenario: A selfie without consent
process: face-onboarding
steps:
  - activity: introduction
  - activity: capture-face
    with: { image: clear.jpg }
";

#[test]
fn a_walk_that_is_not_in_the_diagram_is_shown_as_documented() {
    let (code, told) = check(SELFIE);
    assert_eq!(code, Some(2), "{told}");
    let frame = told.split("\n\n").next().unwrap();
    let page = std::fs::read_to_string(shipped().join("docs/language.md")).unwrap();
    assert!(page.contains(&format!("```text\n{frame}\n```")), "{told}");
    let whole =
        SELFIE.replace("  - activity: capture-face", "  - activity: capture-consent\n  - activity: capture-face");
    assert_eq!(check(&whole).0, Some(0));
}
