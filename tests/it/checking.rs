use serde_json::Value;

use crate::project::TestProject;

/// Problems of many kinds: with a place, with two, with help, with a certain and an uncertain fix, behind letters of several
/// bytes; a warning; a file that is not there.
const BROKEN: &str = "\
scenario: Ünlücky
process: face-onbording
vars: { größe: 1 }
steps:
  - activity: capture-fase
  - activity: capture-consent
    with: { consnt: true }
  - check: { \"{{ vars.größe }}, 100%\": x }
  - check: { \"ü{{ vars.nothing }}\": x }
tags: [a, b]
tags: [c]
";

fn project() -> TestProject {
    TestProject::bare().file("scenarios/broken.yaml", BROKEN).file("scenarios/unread.yaml", UNREAD)
}

const UNREAD: &str = "scenario: Unread\nvars: { unread: 1 }\nsteps: [{ wait: 1s }]\n";

fn document(ran: &crate::project::Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stdout))
}

#[test]
fn problems_are_written_in_many_ways() {
    let project = project();
    for format in ["human", "concise", "json", "github", "sarif"] {
        let ran = project.does(&["check", "--format", format]);
        assert_eq!(ran.code, Some(2), "{}", ran.all());
        let shown = ran.shown().replace(env!("CARGO_PKG_VERSION"), "VERSION");
        insta::assert_snapshot!(format, shown);
    }
}

#[test]
fn nothing_wrong_is_a_document_too() {
    let project = TestProject::bare().file("scenarios/sound.yaml", "scenario: Sound\nsteps: [{ wait: 1s }]\n");
    for (format, expected) in [("concise", ""), ("github", "")] {
        let ran = project.does(&["check", "--format", format]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), expected));
    }
    assert_eq!(document(&project.does(&["check", "--format", "json"]))["problems"], serde_json::json!([]));
    assert_eq!(document(&project.does(&["check", "--format", "sarif"]))["runs"][0]["results"], serde_json::json!([]));
}

/// Lines and columns of the document lead to the bytes that its offsets name.
#[test]
fn places_of_the_json_document_agree() {
    let project = project();
    let document = document(&project.does(&["check", "--format", "json"]));
    let problems = document["problems"].as_array().unwrap();
    assert!(problems.len() > 5);
    let mut places: Vec<&Value> = problems.iter().map(|one| &one["place"]).filter(|place| !place.is_null()).collect();
    places.extend(problems.iter().flat_map(|one| one["related"].as_array().unwrap()));
    places.extend(
        problems
            .iter()
            .flat_map(|one| one["fixes"].as_array().unwrap())
            .flat_map(|fix| fix["edits"].as_array().unwrap()),
    );
    assert!(places.len() > 10);
    for place in places {
        let text = std::fs::read_to_string(project.path(place["path"].as_str().unwrap())).unwrap();
        for point in [&place["start"], &place["end"]] {
            let number = |key: &str| point[key].as_u64().unwrap() as usize;
            let line = text.lines().nth(number("line") - 1).unwrap_or_default();
            let before: usize = text.split_inclusive('\n').take(number("line") - 1).map(str::len).sum();
            let within: usize = line.chars().take(number("column") - 1).map(char::len_utf8).sum();
            assert_eq!(before + within, number("offset"), "{place}");
        }
    }
}

/// What code hosts require of a SARIF log: every result has a rule, a message and a region, paths are URIs.
#[test]
fn the_sarif_log_has_what_is_required() {
    let project = project().file("scenarios/with space/ü.yaml", "scenario: x\nsteps: [{ wiat: 1s }]\n");
    let log = document(&project.does(&["check", "--format", "sarif"]));
    assert_eq!((&log["version"], log["$schema"].is_string()), (&Value::from("2.1.0"), true));
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert!(run["tool"]["driver"]["name"].is_string() && !rules.is_empty());
    assert!(rules.iter().all(|rule| rule["shortDescription"]["text"].is_string() && rule["help"]["text"].is_string()));
    let results = run["results"].as_array().unwrap();
    for result in results {
        let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri.is_ascii() && !uri.contains(' '), "{uri}");
        let number = |key: &str| place["region"][key].as_u64().unwrap();
        assert!(number("startLine") >= 1 && number("startColumn") >= 1);
        assert!((number("startLine"), number("startColumn")) <= (number("endLine"), number("endColumn")));
    }
    assert!(results.iter().any(|one| one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        == "scenarios/with%20space/%C3%BC.yaml"));
    let fixed = results.iter().find(|one| one["fixes"].is_array()).unwrap();
    let change = &fixed["fixes"][0]["artifactChanges"][0];
    assert!(change["replacements"][0]["insertedContent"]["text"].is_string() && change["artifactLocation"].is_object());
}

/// Paths lead from where the reader stands to the file.
#[test]
fn paths_are_relative_to_the_current_folder() {
    let project = TestProject::new()
        .file("inner/flowproof.yaml", "flowproof: 1\n")
        .file("inner/scenarios/a.yaml", "scenario: x\nsteps: [{ wiat: 1s }]\n");
    let ran = project.does(&["check", "inner/scenarios", "--format", "concise"]);
    assert!(ran.stdout.starts_with("inner/scenarios/a.yaml:2:11: error["), "{}", ran.stdout);
    let below = project
        .command(&["check", "a.yaml", "--format", "concise"])
        .current_dir(project.path("inner/scenarios"))
        .output();
    let below = String::from_utf8(below.unwrap().stdout).unwrap();
    assert!(below.starts_with("../scenarios/a.yaml:2:11: error["), "{below}");
}

/// Everything certain is repaired, also what another mistake hid; the rest is shown.
#[test]
fn certain_fixes_are_applied() {
    let text = "\
\u{feff}scenrio: Many slips\r
process: face-onbording\r
vars: { first-name: Ada }\r
steps:\r
  - activity: introducton\r
    id: first-step\r
  - activity: capture-consent\r
    with: { consnt: true }\r
    on: { refused: { goto: first-step, at-most: 2 } }\r
  - activity: capture-face\r
    with: { image: claer.jpg }\r
    if: first_name == \"Ada\"\r
  - check: { vars.first_name: {{ first_name | uper }}, \"{{ vars.first_name | lower }}\": { conatins: A } }\r
  - request: get /api\r
    expect: { status: 200, body: { $.a: { lenght: 3 } } }\r
  - activity: nonsense\r
";
    let project = TestProject::bare().file("scenarios/a.yaml", text);
    let ran = project.does(&["check", "--fix"]);
    let after = std::fs::read_to_string(project.path("scenarios/a.yaml")).unwrap();
    insta::assert_snapshot!(
        "fix",
        format!("{}── file ──\n{}", ran.shown(), after.replace("\r\n", "\n").trim_start_matches('\u{feff}'))
    );
    assert_eq!(ran.code, Some(2), "one activity is left that nobody can guess");
    assert!(after.starts_with("\u{feff}scenario:") && after.matches("\r\n").count() == text.matches("\r\n").count());

    let again = project.does(&["check", "--fix"]);
    assert!(!again.stderr.contains("repaired"), "{}", again.stderr);
    assert_eq!(std::fs::read_to_string(project.path("scenarios/a.yaml")).unwrap(), after);
    let parts = std::fs::read_dir(project.path("scenarios")).unwrap().count();
    assert_eq!(parts, 2, "nothing is left beside the file and the image");
}

/// A file that would have more problems stays as it is, others are repaired all the same.
#[test]
fn a_repair_never_makes_a_file_worse() {
    // Behind the misspelt key stand two steps that nobody can repair.
    let hidden = "scenario: Hidden\nstpes:\n  - activity: nonsense\n  - activity: rubbish\n  - {}\n";
    let project = TestProject::bare()
        .file("scenarios/hidden.yaml", hidden)
        .file("scenarios/plain.yaml", "scenario: Plain\nstpes:\n  - wait: 1s\n");
    let ran = project.does(&["check", "--fix"]);
    assert_eq!(ran.code, Some(2));
    assert_eq!(std::fs::read_to_string(project.path("scenarios/hidden.yaml")).unwrap(), hidden);
    assert_eq!(
        std::fs::read_to_string(project.path("scenarios/plain.yaml")).unwrap(),
        "scenario: Plain\nsteps:\n  - wait: 1s\n"
    );
}

#[test]
fn settings_and_fragments_are_repaired_too() {
    let project = TestProject::bare()
        .file(
            "flowproof.yaml",
            "flowproof: 1\nproceses: { face-onboarding: processes/face-onbording.bpmn }\ndefault: simulator\n",
        )
        .file("scenarios/walk.yaml", "fragment: A walk\nsteps:\n  - activty: introduction\n")
        .file("scenarios/a.yaml", "scenario: x\nprocess: face-onboarding\nsteps: [{ use: wlak.yaml }]\n");
    let ran = project.does(&["check", "--fix"]);
    insta::assert_snapshot!("fix_of_a_project", ran.shown());
}

#[cfg(unix)]
#[test]
fn a_repaired_file_keeps_its_permissions_and_its_link() {
    use std::os::unix::fs::PermissionsExt;
    let project = TestProject::bare().file("elsewhere/a.yaml", "scenario: x\nstpes: [{ wait: 1s }]\n");
    let target = project.path("elsewhere/a.yaml");
    std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("../elsewhere/a.yaml", project.path("scenarios/link.yaml")).unwrap();
    assert_eq!(project.does(&["check", "scenarios/link.yaml", "--fix"]).code, Some(0));
    assert!(std::fs::read_to_string(&target).unwrap().contains("steps:"));
    assert_eq!(target.metadata().unwrap().permissions().mode() & 0o777, 0o640);
    assert!(project.path("scenarios/link.yaml").symlink_metadata().unwrap().is_symlink());
}

/// An old suite adopts the check: what is known does not fail, what is new does, what is gone is told.
#[test]
fn a_baseline_keeps_old_problems_out_of_sight() {
    let project = project();
    let ran = project.does(&["check", "--write-baseline", "known.json"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "wrote 8 problems to known.json\n"), "{}", ran.stderr);
    let stored = std::fs::read_to_string(project.path("known.json")).unwrap();
    insta::assert_snapshot!("baseline", stored);

    let ran = project.does(&["check", "--baseline", "known.json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{}", ran.all());
    assert!(ran.stdout.contains("1 cannot be run, 8 problems known"), "{}", ran.stdout);
    assert_eq!(project.run(&[]).code, Some(2), "what has errors cannot be run");

    // Lines are moved, one problem goes, another comes.
    let moved =
        format!("# A remark\n{}", BROKEN.replace("    with: { consnt: true }\n", "").replace("tags: [c]", "tgas: [c]"));
    let project = project.file("scenarios/broken.yaml", moved);
    let ran = project.does(&["check", "--baseline", "known.json"]);
    insta::assert_snapshot!("baseline_later", ran.shown());
    assert_eq!(ran.code, Some(2));

    let elsewhere = project.does(&["check", "scenarios/unread.yaml", "--baseline", "known.json"]);
    assert!(!elsewhere.stderr.contains("gone"), "nobody looked at the other file: {}", elsewhere.stderr);
    std::fs::remove_file(project.path("scenarios/broken.yaml")).unwrap();
    let ran = project.does(&["check", "--baseline", "known.json"]);
    assert_eq!(ran.stderr.matches("gone: ").count(), 7, "{}", ran.stderr);
}

#[test]
fn what_is_no_baseline_is_told() {
    let project = project().file("broken.json", "{").file("other.json", "{ \"version\": 9, \"problems\": [] }");
    for (name, told) in [("none.json", "No such file"), ("broken.json", "EOF"), ("other.json", "has not the version 1")]
    {
        let ran = project.does(&["check", "--baseline", name]);
        assert_eq!(ran.code, Some(2));
        assert!(ran.stderr.contains(told) && ran.stderr.contains(name), "{}", ran.stderr);
    }
}
