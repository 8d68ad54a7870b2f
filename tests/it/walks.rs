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

/// A step that leads back to itself is judged by the way that first leads to it.
#[test]
fn a_way_back_does_not_hide_where_it_came_from() {
    let again = "    id: selfie\n    on: { quality-failure: { goto: selfie, at-most: 2 } }\n";
    let (code, told) = check(&format!("{SELFIE}{again}"));
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("the process cannot stand at `capture-face` here"), "{told}");
    let whole =
        SELFIE.replace("  - activity: capture-face", "  - activity: capture-consent\n  - activity: capture-face");
    assert_eq!(check(&format!("{whole}{again}")).0, Some(0));
}

/// A failure that is known, or that nobody runs into, does not keep the others from being run.
#[test]
fn what_is_known_to_fail_is_a_warning() {
    for standing in ["known-failure: { ticket: FP-1, until: 2999-01-31 }\n", "skip: the diagram is being changed\n"] {
        let (code, told) = check(&SELFIE.replace("steps:\n", &format!("{standing}steps:\n")));
        assert_eq!(code, Some(0), "{told}");
        assert!(told.starts_with("warning[scenario/walk]: the process cannot stand at `capture-face` here"), "{told}");
    }
    let rows = "cases: [{ id: a }, { id: b }]\nskip: { reason: not this one, cases: [a] }\nsteps:\n";
    assert_eq!(check(&SELFIE.replace("steps:\n", rows)).0, Some(2), "the other row is run");
}

/// What the diagram at hand does not tell is not judged by it.
#[test]
fn walks_of_other_processes_are_left_alone() {
    let other = "session: { create-token: { process: another } }\n";
    let with = |session: &str, actors: &str| {
        let steps = SELFIE.replace("  - activity: introduction\n", "");
        check(&steps.replace("steps:\n", &format!("{session}{actors}steps:\n")))
    };
    assert_eq!(with("", "").0, Some(2));
    assert_eq!(with(other, "").0, Some(0));
    let second = "actors: { second: { session: { from: create-instance } } }\n";
    let by_second = |session: &str| {
        let steps =
            SELFIE.replace("  - activity: introduction\n", "").replace("    with:", "    as: second\n    with:");
        check(&steps.replace("steps:\n", &format!("{session}{second}steps:\n")))
    };
    assert_eq!(by_second("").0, Some(2));
    assert_eq!(by_second(other).0, Some(0), "its token is the main actor's");
    let given = "session: { until: create-token, create-instance: { token: abc } }\n";
    assert_eq!(with(given, "").0, Some(2), "what is not opened is given nothing");
    let given = "session: { create-instance: { token: \"{{ env.TOKEN }}\" } }\n";
    assert_eq!(with(given, "").0, Some(0), "the token may be for another process");
}
