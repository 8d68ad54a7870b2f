use crate::project::TestProject;

const SOUND: &str = "scenario: Sound\nprocess: face-onboarding\nsteps:\n  - activity: introduction\n";

#[test]
fn what_is_broken_keeps_nothing_else_from_running() {
    let project = TestProject::bare()
        .file("scenarios/sound.yaml", SOUND)
        .file("scenarios/malformed.yaml", "scenario: [\n")
        .file("scenarios/unknown-key.yaml", format!("{SOUND}wat: 1\n"))
        .file(
            "scenarios/no-image.yaml",
            format!("{SOUND}  - activity: capture-face\n    with: {{ image: none.jpg }}\n"),
        )
        .file("scenarios/bytes.yaml", [b's', 0xff, 0xfe, b'\n'])
        .file("scenarios/data.yaml", "- just: data\n");
    let ran = project.run(&[]);
    assert_eq!(ran.code, Some(2), "{}", ran.all());
    assert_eq!(ran.verdicts(), [("scenarios/sound.yaml".to_owned(), "passed".to_owned())]);
    for told in ["malformed.yaml:", "`wat`", "there is no file `scenarios/none.jpg`", "is not UTF-8: byte 1"] {
        assert!(ran.stderr.contains(told), "`{told}` is not told:\n{}", ran.stderr);
    }
}

#[test]
fn nothing_selected_is_an_exit_code_of_its_own() {
    let project = TestProject::bare().file("scenarios/sound.yaml", SOUND);
    assert_eq!(project.run(&["--tag", "unheard"]).code, Some(4));
    std::fs::create_dir(project.path("empty")).unwrap();
    assert_eq!(project.run(&["empty"]).code, Some(4));
}

#[test]
fn wrong_arguments_are_explained() {
    let project = TestProject::bare().file("scenarios/sound.yaml", SOUND);
    let ran = project.run(&["--env", "simulater"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("did you mean `simulator`?"), "{}", ran.stderr);
    let ran = project.run(&["nowhere"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("there is no file `nowhere`"), "{}", ran.stderr);
    assert_eq!(project.run(&["--report", "junite=x"]).code, Some(2));
    assert_eq!(project.run(&["--wat"]).code, Some(2));
}

#[test]
fn broken_settings_are_shown_and_named() {
    let project =
        TestProject::bare().file("flowproof.yaml", "flowproof: 1\nproceses: {}\n").file("scenarios/sound.yaml", SOUND);
    let ran = project.run(&[]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("did you mean `processes`?"), "{}", ran.stderr);
}

#[test]
fn check_runs_nothing_and_tells_everything() {
    let project = TestProject::bare().file("scenarios/sound.yaml", SOUND);
    let output = project.command(&["check"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let project = project.file("scenarios/typo.yaml", SOUND.replace("introduction", "introducton"));
    let output = project.command(&["check"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("did you mean `introduction`?"));
}
