//! `flowproof process diff` and `run --affected-by`, as designers use them.

use std::process::Command;

use serde_json::Value;

use crate::project::{Ran, TestProject, shipped};

const FILE: &str = "processes/face-onboarding.bpmn";
/// Walks to its end.
const HAPPY: &str = "\
scenario: A clear face is kept
process: face-onboarding
steps:
  - activity: introduction
  - activity: capture-consent
  - id: selfie
    activity: capture-face
    with: { image: clear.jpg }
    on: { quality-failure: { goto: selfie, at-most: 3 } }
  - activity: confirm-face
    with: { confirmed: true }
";
/// Goes no further than consent.
const REFUSED: &str = "\
scenario: Without consent there is no face
process: face-onboarding
steps:
  - activity: introduction
  - activity: capture-consent
    with: { consent: false }
    expect: { outcome: consent-refused, next: end }
";
/// Never leaves the introduction.
const LATE: &str = "\
scenario: Whoever is too late is dropped
process: face-onboarding
steps:
  - wait: PT5M
";
/// Is about nothing of the process.
const OTHER: &str = "scenario: One is one\nsteps:\n  - check: { \"{{ 1 }}\": 1 }\n";

fn process() -> String {
    std::fs::read_to_string(shipped().join(FILE)).unwrap()
}

fn replaced(pairs: &[(&str, &str)]) -> String {
    pairs.iter().fold(process(), |text, (from, to)| {
        let replaced = text.replace(from, to);
        assert_ne!(replaced, text, "`{from}` is not there");
        replaced
    })
}

/// Asks for consent in another way.
fn condition() -> String {
    replaced(&[("${_consentGiven == true}", "${_consentGiven != false}")])
}

/// Lets somebody read something before the camera is opened.
fn inserted() -> String {
    replaced(&[
        (
            "sourceRef=\"Gateway_consent\" targetRef=\"Gateway_face_entry\"",
            "sourceRef=\"Gateway_consent\" targetRef=\"INT01_new\"",
        ),
        (
            "<bpmn:sequenceFlow id=\"Flow_start\"",
            "<bpmn:serviceTask id=\"INT01_new\" name=\"What a camera sees\" camunda:type=\"external\" camunda:skyId=\"INT01\" />\n\
             <bpmn:sequenceFlow id=\"Flow_read\" sourceRef=\"INT01_new\" targetRef=\"Gateway_face_entry\" />\n\
             <bpmn:sequenceFlow id=\"Flow_start\"",
        ),
    ])
}

fn project() -> TestProject {
    TestProject::bare()
        .file("scenarios/happy.yaml", HAPPY)
        .file("scenarios/refused.yaml", REFUSED)
        .file("scenarios/late.yaml", LATE)
        .file("scenarios/other.yaml", OTHER)
}

fn diff(project: &TestProject, arguments: &[&str]) -> Ran {
    project.does(&[&["process", "diff"], arguments].concat())
}

fn json(project: &TestProject, arguments: &[&str]) -> Value {
    let ran = diff(project, &[arguments, &["--format", "json"]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.shown());
    serde_json::from_str(&ran.stdout).unwrap()
}

/// The effect on each scenario, and by what it is known.
fn effects(document: &Value) -> Vec<(String, String, String)> {
    let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    let scenarios = document["scenarios"].as_array().unwrap().iter();
    scenarios.map(|one| (text(one, "id").replace("scenarios/", ""), text(one, "effect"), text(one, "by"))).collect()
}

#[track_caller]
fn assert_effects(document: &Value, expected: &[(&str, &str)], by: &str) {
    let expected: Vec<_> =
        expected.iter().map(|(id, effect)| ((*id).to_owned(), (*effect).to_owned(), by.to_owned())).collect();
    assert_eq!(effects(document), expected, "{document:#}");
}

#[test]
fn a_designer_sees_what_differs_and_what_it_breaks() {
    let new = inserted()
        .replace("${_consentGiven == true}", "${_consentGiven != false}")
        .replace("${0.5}", "${0.7}")
        .replace("<di:waypoint x=\"1400\" y=\"400\" />", "<di:waypoint x=\"1401\" y=\"400\" />");
    let project = project().file("new.bpmn", new);
    insta::assert_snapshot!("human", diff(&project, &["face-onboarding", "new.bpmn"]).shown());
    insta::assert_snapshot!("github", diff(&project, &["face-onboarding", "new.bpmn", "--format", "github"]).shown());
    insta::assert_snapshot!("back", diff(&project, &["new.bpmn", FILE]).shown());
}

#[test]
fn both_versions_are_painted() {
    let project = project().file("new.bpmn", inserted());
    assert_eq!(diff(&project, &["face-onboarding", "new.bpmn", "--draw", "out/pictures"]).code, Some(0));
    let picture = |name: &str| std::fs::read_to_string(project.path(&format!("out/pictures/{name}.svg"))).unwrap();
    let states = |text: &str| {
        let all = text.split("data-element=\"").skip(1).filter_map(|rest| rest.split('>').next());
        let painted =
            all.filter_map(|tag| Some((tag.split('"').next()?, tag.split("data-state=\"").nth(1)?.split('"').next()?)));
        painted.map(|(id, state)| format!("{id} {state}")).collect::<Vec<_>>()
    };
    assert_eq!(states(&picture("old")), ["Flow_consent_yes changed"]);
    let mut new = states(&picture("new"));
    new.sort();
    assert_eq!(new, ["Flow_consent_yes changed", "Flow_read added", "INT01_new added"]);
}

#[test]
fn the_same_is_no_difference() {
    let project = project().file("same.bpmn", process().replace("PT4M30S", "PT270S"));
    let ran = diff(&project, &["face-onboarding", "same.bpmn", "--exit-code"]);
    assert_eq!((ran.code, ran.stdout.contains("nothing differs")), (Some(0), true), "{}", ran.shown());
    let document = json(&project, &["face-onboarding", "same.bpmn"]);
    assert_eq!(document["changes"], serde_json::json!([]));
    assert_effects(&document, &[("happy.yaml", "none"), ("late.yaml", "none"), ("refused.yaml", "none")], "diagram");
}

#[test]
fn scenarios_are_affected_where_they_go() {
    let cases: [(&str, String, [&str; 3]); 8] = [
        ("inserted", inserted(), ["broken", "none", "none"]),
        ("condition", condition(), ["may-divert", "none", "may-divert"]),
        ("parameter", replaced(&[("${0.5}", "${0.7}")]), ["rerun", "none", "none"]),
        ("timer", replaced(&[("PT4M30S", "PT4M")]), ["rerun", "rerun", "rerun"]),
        ("name", replaced(&[("name=\"Decline\"", "name=\"Refuse\"")]), ["none", "none", "none"]),
        (
            "gone",
            replaced(&[("targetRef=\"CCO01_w8D\"", "targetRef=\"Gateway_face_entry\"")]),
            ["broken", "none", "broken"],
        ),
        (
            "refusal",
            replaced(&[(
                "name=\"Decline\" camunda:delegateExpression=\"${activity",
                "name=\"Decline\" camunda:delegateExpression=\"${other",
            )]),
            ["none", "none", "rerun"],
        ),
        (
            "layout",
            replaced(&[("<di:waypoint x=\"1400\" y=\"400\" />", "<di:waypoint x=\"9\" y=\"9\" />")]),
            ["none", "none", "none"],
        ),
    ];
    for (name, text, [happy, late, refused]) in cases {
        let project = project().file("new.bpmn", text);
        let document = json(&project, &["face-onboarding", "new.bpmn"]);
        println!("{name}");
        assert_effects(&document, &[("happy.yaml", happy), ("late.yaml", late), ("refused.yaml", refused)], "diagram");
    }
}

#[test]
fn a_broken_walk_says_how_far_it_goes() {
    let project = project().file("new.bpmn", inserted());
    let broken = |document: &Value| document["scenarios"][0].clone();
    let one = broken(&json(&project, &["face-onboarding", "new.bpmn"]));
    assert_eq!(one["walks"], serde_json::json!(["introduction", "capture-consent"]), "{one}");
    assert_eq!(
        (&one["then"], &one["stands"]),
        (&"capture-face".into(), &"at `introduction`, or at its end".into()),
        "{one}"
    );
    assert_eq!(project.run(&[]).code, Some(0));
    let one = broken(&json(&project, &["face-onboarding", "new.bpmn", "--run", "latest"]));
    assert_eq!(one["by"], "trace");
    assert_eq!(one["walks"], serde_json::json!(["Introduction", "Capture Consent"]), "{one}");
    assert_eq!(one["then"], "Capture Face Image");
    assert!(one["stands"].as_str().unwrap().contains("What a camera sees"), "{one}");
}

/// What was walked tells more than what may be: the picture was good, so no way back was taken.
#[test]
fn a_stored_run_tells_what_was_walked() {
    let new = replaced(&[(
        "sourceRef=\"CFQ01-e-ffq_teo\" targetRef=\"Gateway_face_entry\"",
        "sourceRef=\"CFQ01-e-ffq_teo\" targetRef=\"CTR01_b5K\"",
    )]);
    let project = project().file("new.bpmn", new);
    assert_effects(
        &json(&project, &["face-onboarding", "new.bpmn"]),
        &[("happy.yaml", "rerun"), ("late.yaml", "none"), ("refused.yaml", "none")],
        "diagram",
    );
    assert_eq!(project.run(&[]).code, Some(0));
    assert_effects(
        &json(&project, &["face-onboarding", "new.bpmn", "--run", "latest"]),
        &[("happy.yaml", "none"), ("late.yaml", "none"), ("refused.yaml", "none")],
        "trace",
    );
}

fn git(project: &TestProject, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=a", "-c", "user.email=a@example.org"]).args(arguments).current_dir(project.path(""));
    assert!(git.output().unwrap().status.success(), "git {arguments:?}");
}

/// A project whose process was changed after its first commit, which has the tag `first`.
fn changed(text: String) -> TestProject {
    let project = project();
    git(&project, &["init", "--quiet"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "--quiet", "--message", "first"]);
    git(&project, &["tag", "first"]);
    project.file(FILE, text)
}

#[test]
fn a_revision_of_git_is_an_old_version() {
    let project = changed(condition());
    for arguments in [
        &["face-onboarding"][..],
        &["face-onboarding", "--since", "first"],
        &[FILE, "--since", "HEAD"],
        &["first:face-onboarding", "face-onboarding"],
        &["first:processes/face-onboarding.bpmn", FILE],
    ] {
        let document = json(&project, arguments);
        assert_eq!(document["changes"][0]["element"], "Flow_consent_yes", "{arguments:?}");
        assert_eq!(document["changes"].as_array().unwrap().len(), 1);
        assert!(
            document["changes"][0]["old"]["at"].as_str().unwrap().starts_with(&format!(
                "{}:{FILE}:",
                if arguments.concat().contains("first") { "first" } else { "HEAD" }
            )),
            "{document:#}"
        );
    }
    assert_eq!(diff(&project, &["face-onboarding", "--exit-code"]).code, Some(1));
}

#[test]
fn versions_that_are_not_there_are_told() {
    let project = changed(condition()).file("no.bpmn", "<definitions");
    for (arguments, told) in [
        (&["face-onbording"][..], "did you mean `face-onboarding`?"),
        (&["face-onboarding", "--since", "v9"], "there is no `processes/face-onboarding.bpmn` in `v9`"),
        (&["face-onboarding", "no.bpmn"], "process/xml"),
        (&["first:nothing.bpmn", "face-onboarding"], "there is no `nothing.bpmn` in `first`"),
        (&["a", "b", "--since", "c"], "--since says what one version was, and two are named"),
        (&["face-onboarding", "--run", "nope"], "there is no stored run"),
    ] {
        let ran = diff(&project, arguments);
        assert_eq!(ran.code, Some(2), "{arguments:?} {}", ran.shown());
        assert!(ran.stderr.contains(told), "{arguments:?} {}", ran.shown());
    }
}

fn ran(project: &TestProject, arguments: &[&str]) -> (Option<i32>, Vec<String>) {
    // What the last one told is none of this one's.
    let _ = std::fs::remove_file(project.path("events.ndjson"));
    let ran = project.run(arguments);
    (ran.code, ran.verdicts().into_iter().map(|(id, _)| id.replace("scenarios/", "")).collect())
}

#[test]
fn what_an_old_version_affects_is_run() {
    let project = changed(condition()).file("old.bpmn", process());
    let both = (Some(0), vec!["happy.yaml".to_owned(), "refused.yaml".to_owned()]);
    for old in ["first", "HEAD", "old.bpmn", "first:face-onboarding"] {
        assert_eq!(ran(&project, &["--affected-by", old]), both, "{old}");
    }
    // Other selections narrow it, and what is asked for beside it is run as well.
    assert_eq!(
        ran(&project, &["--affected-by", "first", "--filter", "path is endingwith 'happy.yaml'"]).1,
        ["happy.yaml"]
    );
    assert_eq!(ran(&project, &["--affected-by", "first", "scenarios/happy.yaml"]).1, ["happy.yaml"]);
    assert_eq!(
        ran(&project, &["--affected-by", "first", "--changed"]).1,
        ["happy.yaml", "late.yaml", "other.yaml", "refused.yaml"]
    );
    assert_eq!(ran(&project, &["--affected-by", FILE]), (Some(4), Vec::new()));
    let unknown = project.run(&["--affected-by", "v9"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("there is no `processes/face-onboarding.bpmn` in `v9`"), "{}", unknown.stderr);
}

/// A scenario that was written for the new version is run, and one that is broken by it is refused as always.
#[test]
fn what_only_one_version_allows_is_told() {
    let fresh = HAPPY.replace("  - id: selfie", "  - activity: introduction\n  - id: selfie");
    let project = changed(inserted()).file("scenarios/fresh.yaml", fresh);
    let document = json(&project, &["face-onboarding"]);
    let effects: Vec<_> = effects(&document).into_iter().map(|(id, effect, _)| (id, effect)).collect();
    let expected = [("fresh.yaml", "rerun"), ("happy.yaml", "broken"), ("late.yaml", "none"), ("refused.yaml", "none")];
    assert_eq!(effects, expected.map(|(id, effect)| (id.to_owned(), effect.to_owned())));
    assert_eq!(document["scenarios"][0]["only_new"], true);
    let (code, ids) = ran(&project, &["--affected-by", "first"]);
    assert_eq!((code, ids), (Some(2), vec!["fresh.yaml".to_owned()]));
}
