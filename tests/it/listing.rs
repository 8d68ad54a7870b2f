use serde_json::Value;

use crate::project::TestProject;

/// Everything that a command gives: exit code, standard output, standard error.
fn listed(project: &TestProject, arguments: &[&str]) -> String {
    let output = project.command(&[&["list"], arguments].concat()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!(
        "$ flowproof list {}\nexit {}\n--- stdout\n{}--- stderr\n{}",
        arguments.join(" "),
        output.status.code().unwrap(),
        text(&output.stdout),
        text(&output.stderr)
    )
}

fn json(project: &TestProject, arguments: &[&str]) -> Value {
    let output = project.command(&[&["list"], arguments, &["--format", "json"]].concat()).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    serde_json::from_slice(&output.stdout).unwrap()
}

const CATALOGUE: &str = r#"
catalogue: mini
title: A small engine
session: { open: [begin], final: [] }
activities:
  begin:
    title: Begin
    requests: [{ exchange: begin }]
    outcomes: { success: { when: { status: 2xx } } }
  upload:
    title: Upload a picture
    element: [{ name: Upload }]
    inputs:
      picture: { type: file, media: [image/jpeg], required: true, title: What was taken }
      kind: { type: text, one-of: [face, hand], default: face }
      pin: { type: integer, secret: true }
    requests: [{ exchange: upload, with: {} }]
    outcomes:
      success: { when: { status: 2xx } }
      refused: { when: { status: 4xx }, codes: [1, 2], errors: [Refused] }
      broken: { when: { status: 5xx } }
automatic:
  check-picture:
    title: Check a picture
    element: [{ name: Check }]
    behaviour: check
    failures:
      bad: { error: Refused, codes: [1, 2], message: The picture is bad }
wire:
  exchanges:
    begin: { role: create-token, method: POST, path: /begin, answers: { created: &ok { status: 200, fields: {} } } }
    upload: { role: continue-instance, method: POST, path: /upload, answers: { screen: *ok, failure: *ok, end: *ok } }
"#;

/// A project with a bit of everything.
fn project() -> TestProject {
    TestProject::bare()
        .file(
            "scenarios/rows.yaml",
            "scenario: \"A {{ case.kind }}\"\ntags: [cases]\nowner: team-a\ncovers: [REQ-1]\nrequires: simulator\n\
             known-failure: { ticket: FP-1, until: 2999-01-31, cases: [b] }\nskip: { reason: No film, cases: [c] }\n\
             cases: [{ id: a, kind: photo }, { id: b, kind: scan }, { id: c, kind: film }]\n\
             steps:\n  - check: { \"{{ case.kind }}\": { type: string } }\n",
        )
        .file(
            "scenarios/face.yaml",
            "scenario: A blurred picture is refused, or the second one is\ntags: [face, cases]\nprocess: face-onboarding\n\
             steps:\n  - activity: introduction\n  - activity: capture-consent\n  - activity: capture-face\n    \
             with: { image: clear.jpg }\n    simulate: { face-quality: 748 }\n    expect: quality-failure\n  - id: again\n    \
             activity: capture-face\n    with: { image: clear.jpg }\n    on: { liveness-failure: { end: passed } }\n",
        )
}

#[test]
fn scenarios_and_tags_are_listed() {
    let project = project();
    let mut told = String::new();
    for arguments in [
        &[][..],
        &["scenarios", "--tag", "face"],
        &["--filter", "case.kind == 'scan'", "--format", "json"],
        &["tags"],
        &["tags", "--format", "json"],
        &["tags", "--tag", "unheard"],
        &["scenarios/none.yaml"],
    ] {
        told += &listed(&project, arguments);
        told += "\n";
    }
    insta::assert_snapshot!(told);
}

#[test]
fn outcomes_are_listed_with_those_who_expect_them() {
    let project = project();
    let told = listed(&project, &["outcomes"]);
    let lines = |what: &str| told.lines().filter(|line| line.starts_with(what)).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(format!("{}\n{}", told.lines().nth(3).unwrap(), lines("capture-face")));
    let all = json(&project, &["outcomes"]);
    let find = |activity: &str, outcome: &str, code: Value| {
        let all = all["outcomes"].as_array().unwrap();
        let is = |one: &&Value| one["activity"] == activity && one["outcome"] == outcome && one["code"] == code;
        let one = all.iter().find(is).unwrap_or_else(|| panic!("{activity} {outcome} {code}"));
        (one["expected"].clone(), one["handled"].clone())
    };
    let (file, none) = (serde_json::json!(["scenarios/face.yaml"]), serde_json::json!([]));
    assert_eq!(find("capture-face", "quality-failure", 748.into()), (file.clone(), none.clone()));
    assert_eq!(find("capture-face", "quality-failure", 802.into()), (none.clone(), none.clone()));
    // What is only branched on fails nothing when it does not come.
    assert_eq!(find("capture-face", "liveness-failure", 749.into()), (none.clone(), file.clone()));
    assert_eq!(find("capture-face", "success", Value::Null), (none.clone(), file.clone()));
    assert_eq!(find("start", "success", Value::Null), (file, none));
}

#[test]
fn activities_are_listed_with_inputs_and_outcomes() {
    let settings = "flowproof: 1\ncatalogues: { mini: mini.yaml }\n";
    let project = TestProject::new().file("flowproof.yaml", settings).file("mini.yaml", CATALOGUE);
    std::fs::create_dir(project.path("scenarios")).unwrap();
    let mut told = listed(&project, &["activities"]);
    told += &listed(&project, &["activities", "--format", "json"]);
    told += &listed(&project, &["outcomes"]);
    insta::assert_snapshot!(told);
}

#[test]
fn processes_are_listed_with_their_activities_in_order() {
    let project = project();
    let told = listed(&project, &["processes", "--filter", "path is startingwith 'scenarios/face'"]);
    let all = json(&project, &["processes"]);
    let face =
        all["processes"].as_array().unwrap().iter().find(|one| one["name"] == "face-onboarding").unwrap().clone();
    let names: Vec<&str> =
        face["activities"].as_array().unwrap().iter().map(|one| one["activity"].as_str().unwrap()).collect();
    assert_eq!(names, ["introduction", "capture-consent", "capture-face", "confirm-face"]);
    assert_eq!(face["scenarios"], 1);
    insta::assert_snapshot!(told);
}

/// What the documented walk can give: every one is expected by a shipped scenario, which fails if it does not come.
#[test]
fn every_outcome_of_the_walk_is_expected_by_a_shipped_scenario() {
    let walk = [
        ("create-token", "success", None),
        ("create-instance", "success", None),
        ("start", "success", None),
        ("introduction", "success", None),
        ("capture-consent", "success", None),
        ("capture-face", "success", None),
        ("capture-face", "quality-failure", Some(748)),
        ("capture-face", "quality-failure", Some(802)),
        ("capture-face", "liveness-failure", Some(749)),
        ("confirm-face", "success", None),
        ("confirm-face", "recapture", None),
        ("select-document-type", "success", None),
        ("capture-document-front", "success", None),
        ("capture-document-back", "success", None),
        ("confirm-document", "success", None),
        ("capture-consent", "consent-refused", None),
        ("capture-consent", "refused", None),
        ("capture-face", "attempts-exceeded", Some(750)),
        ("capture-face", "template-failure", Some(751)),
        ("capture-face", "refused", None),
        ("select-document-type", "refused", None),
        ("capture-document-front", "quality-failure", Some(761)),
        ("capture-document-front", "processing-failure", Some(762)),
        ("capture-document-front", "authenticity-failure", Some(763)),
        ("capture-document-front", "attempts-exceeded", Some(764)),
        ("capture-document-front", "type-mismatch", Some(765)),
        ("capture-document-front", "document-changed", None),
        ("capture-document-back", "quality-failure", Some(761)),
        ("capture-document-back", "authenticity-failure", Some(763)),
        ("confirm-document", "face-mismatch", Some(752)),
        ("confirm-document", "matches-exceeded", Some(753)),
        ("confirm-document", "recapture", None),
        ("custom-data-form", "validation-failure", Some(771)),
        ("custom-data-form", "attempts-exceeded", Some(770)),
        ("custom-data-form", "success", None),
        ("custom-page", "success", None),
        ("select-additional-document", "success", None),
        ("select-additional-document", "refused", None),
        ("capture-additional-document", "success", None),
        ("switch-to-mobile", "success", None),
        ("back-office-review", "rejected", None),
        ("back-office-review", "success", None),
        ("resume", "success", None),
    ];
    let all = json(&TestProject::shipped(), &["outcomes"]);
    let missing: Vec<_> = walk
        .into_iter()
        .filter(|(activity, outcome, code)| {
            let all = all["outcomes"].as_array().unwrap();
            let is = |one: &&Value| {
                one["activity"] == *activity && one["outcome"] == *outcome && one["code"].as_i64() == *code
            };
            all.iter().find(is).is_none_or(|one| one["expected"].as_array().unwrap().is_empty())
        })
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn what_is_broken_is_told_beside_the_list() {
    let project = project().file("scenarios/broken.yaml", "scenario: Broken\nstep: []\n");
    let told = listed(&project, &["--tag", "face"]);
    assert!(told.contains("exit 2") && told.contains("`step`") && told.contains("scenarios/face.yaml"), "{told}");
}
