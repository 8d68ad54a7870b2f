use crate::project::{Ran, TestProject};

const ROWS: &str = "\
scenario: \"A {{ case.kind }} of {{ case.id }}\"
tags: [cases, nightly]
owner: team-a
cases:
  - { id: ada, kind: photo }
  - id: grace
    kind: scan
  - { id: joan, kind: photo }
steps:
  - check: { \"{{ case.kind }}\": { type: string } }
";
const FACE: &str = "\
scenario: A blurred picture is refused
tags: [face]
covers: [REQ-1]
process: face-onboarding
vars: { country: de, unread: \"{{ vars.country }}\" }
steps:
  - activity: introduction
  - activity: capture-consent
  - activity: capture-face
    with: { image: clear.jpg }
    simulate: { face-quality: 748 }
    expect: { outcome: quality-failure, code: 748 }
  - check: { \"{{ vars.country }}{{ vars.unread }}\": dede }
";

fn project() -> TestProject {
    TestProject::bare().file("scenarios/rows.yaml", ROWS).file("scenarios/face.yaml", FACE)
}

fn ids(ran: &Ran) -> Vec<String> {
    ran.verdicts().into_iter().map(|(id, _)| id).collect()
}

#[track_caller]
fn assert_selects(arguments: &[&str], expected: &[&str]) {
    let ran = project().run(arguments);
    assert_eq!(
        ids(&ran),
        expected.iter().map(|id| format!("scenarios/{id}")).collect::<Vec<_>>(),
        "{arguments:?}: {}",
        ran.all()
    );
    assert_eq!(ran.code, Some(if expected.is_empty() { 4 } else { 0 }), "{arguments:?}: {}", ran.all());
}

const ALL: [&str; 4] = ["face.yaml", "rows.yaml#ada", "rows.yaml#grace", "rows.yaml#joan"];

#[test]
fn paths_lines_and_cases_select() {
    assert_selects(&[], &ALL);
    assert_selects(&["scenarios/face.yaml"], &ALL[..1]);
    assert_selects(&["scenarios/rows.yaml:5"], &ALL[1..2]);
    assert_selects(&["scenarios/rows.yaml:7"], &ALL[2..3]);
    assert_selects(&["scenarios/rows.yaml:8", "scenarios/rows.yaml:5"], &["rows.yaml#ada", "rows.yaml#joan"]);
    // A line that is in no row means the whole, and so does the file itself beside a part of it.
    assert_selects(&["scenarios/rows.yaml:1", "scenarios/rows.yaml:5"], &ALL[1..]);
    assert_selects(&["scenarios/rows.yaml:5", "scenarios/rows.yaml"], &ALL[1..]);
    assert_selects(&["scenarios", "scenarios/rows.yaml:5"], &ALL);
    assert_selects(&["scenarios/rows.yaml#grace", "scenarios/face.yaml:3"], &["face.yaml", "rows.yaml#grace"]);
}

#[test]
fn tags_select_and_exclude() {
    assert_selects(&["--tag", "face"], &ALL[..1]);
    assert_selects(&["--tag", "face,nightly"], &ALL);
    assert_selects(&["--tag", "face", "--tag", "cases"], &ALL);
    assert_selects(&["--tag", "!face"], &ALL[1..]);
    assert_selects(&["--tag", "nightly,!cases"], &[]);
}

#[test]
fn filters_see_all_that_is_known_of_a_scenario() {
    for (filter, expected) in [
        ("'face' in tags", &ALL[..1]),
        ("case.kind == 'photo'", &["rows.yaml#ada", "rows.yaml#joan"]),
        ("case.kind is defined and case.id != 'ada'", &ALL[2..]),
        ("title is endingwith 'grace'", &ALL[2..3]),
        ("id == 'scenarios/rows.yaml#joan'", &ALL[3..]),
        ("path is startingwith 'scenarios/f'", &ALL[..1]),
        ("owner == 'team-a'", &ALL[1..]),
        ("owner is none", &ALL[..1]),
        ("'REQ-1' in covers and process == 'face-onboarding'", &ALL[..1]),
        ("'capture-face' in activities", &ALL[..1]),
        ("'quality-failure' in outcomes and 748 in codes", &ALL[..1]),
        ("802 in codes", &[]),
        ("skip is none and catalogue == 'trustx'", &ALL),
        // What a scenario does not have is not what is asked for.
        ("case.slow", &[]),
    ] {
        assert_selects(&["--filter", filter], expected);
    }
}

#[test]
fn what_cannot_be_selected_is_explained() {
    let all: [&[&str]; 12] = [
        &["--filter", "'face' in tag and"],
        &["--filter", "tagz == 1 or now() == 2"],
        &["--filter", "case.kind"],
        &["--filter", "title ~ 1"],
        &["--filter", "owner + 1 == 2"],
        &["--tag", "fce"],
        &["--tag", "unheard"],
        &["--filter", "802 in codes", "--tag", "face"],
        &["scenarios/rows.yaml#adda"],
        &["scenarios/face.yaml#x", "scenarios/rows.yaml:99"],
        &["nowhere"],
        &["--var", "contry=us"],
    ];
    let project = project();
    std::fs::create_dir(project.path("empty")).unwrap();
    let mut told = String::new();
    for arguments in all.into_iter().chain([&["empty"][..]]) {
        let ran = project.run(arguments);
        assert_eq!(ran.events, "", "{arguments:?} runs something");
        told += &format!("$ flowproof run {}\n{}exit {}\n\n", arguments.join(" "), ran.stderr, ran.code.unwrap());
    }
    insta::assert_snapshot!(told);
}

#[test]
fn a_given_variable_replaces_the_scenarios_own() {
    let project = project();
    let told = |value: &str| {
        let ran = project.run(&["scenarios/face.yaml", "--var", value]);
        assert_eq!(ran.code, Some(1), "{}", ran.all());
        ran.stdout
    };
    let text = told("country=us");
    assert!(text.contains("\"usus\", expected \"dede\""), "{text}");
    assert!(text.contains(", given by `--var`"), "{text}");
    assert!(told("country=748").contains("\"748748\""));
    assert_eq!(project.run(&["scenarios/face.yaml", "--var", "country=de"]).code, Some(0));
    assert_eq!(project.run(&["--var", "country"]).code, Some(2));
}

#[test]
fn check_selects_as_run_does() {
    let project = project();
    let check = |arguments: &[&str]| {
        let output = project.command(&[&["check"], arguments].concat()).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    assert_eq!(check(&["--tag", "cases"]), (Some(0), "3 scenarios checked, 0 cannot be run\n".to_owned()));
    assert_eq!(check(&["scenarios/rows.yaml:5"]).1, "1 scenario checked, 0 cannot be run\n");
    assert_eq!(check(&["--tag", "unheard"]).0, Some(4));
}
