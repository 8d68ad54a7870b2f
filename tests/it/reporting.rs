//! What is told of a run to other programs: of stored runs, in every format, in one piece or in parts.

use std::path::Path;

use serde_json::Value;

use crate::project::{Ran, TestProject, assert_told, shipped};

/// What is wrong in every way, beside what ships.
const MADE: &[(&str, &str)] = &[
    (
        "scenarios/made/failing.yaml",
        "scenario: It expects what does not come <&> # \"here\"\ntags: [face, nightly]\nowner: team-onboarding\ncovers: [REQ-12]\nprocess: face-onboarding\nsteps:\n  - activity: introduction\n  - activity: capture-consent\n  - activity: capture-face\n    with: { image: ../faces/clear.jpg }\n    expect: { outcome: quality-failure, code: 748 }\n",
    ),
    (
        "scenarios/made/known.yaml",
        "scenario: It fails as is known\nknown-failure: { ticket: FP-12, until: 2999-12-31 }\nsteps:\n  - check: { \"{{ 1 }}\": 2 }\n",
    ),
    (
        "scenarios/made/skipped.yaml",
        "scenario: It is not run\nskip: the camera is at the menders\nsteps:\n  - check: { \"{{ 1 }}\": 1 }\n",
    ),
    (
        "scenarios/made/errored.yaml",
        "scenario: It goes where it may not\nsteps:\n  - request: GET http://elsewhere.invalid/thing\n",
    ),
    (
        "scenarios/made/cases.yaml",
        "scenario: It counts\ncases:\n  - { id: one, number: 1 }\n  - { id: two, number: 2 }\nsteps:\n  - check: { \"{{ case.number }}\": 1 }\n",
    ),
];

const SELECTED: [&str; 3] = ["scenarios/made", "scenarios/happy-path.yaml", "scenarios/faces/blurred-then-clear.yaml"];

fn project() -> TestProject {
    MADE.iter().fold(TestProject::shipped(), |project, (name, text)| project.file(name, text))
}

fn text(project: &TestProject, path: &str) -> String {
    std::fs::read_to_string(project.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Lets a snapshot forget when it was, how long it took, and what was made up.
fn settled() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    let filters = [
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", "[time]"),
        (r"http://127\.0\.0\.1:\d+", "http://simulator"),
        (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "[uuid]"),
        (r#""fingerprint":"[0-9a-f]{64}""#, r#""fingerprint":"[sha256]""#),
        (r"\b[0-9a-f]{8}(-\d+-\d+|-\d+|\b)", "[run]"),
        (r"\b[A-Z2-7]{26}\b", "[instance]"),
        (r#""(millis|start|stop|duration)":-?\d+(\.\d+)?(e-?\d+)?"#, "\"$1\":0"),
        (r#""steps":\[[\d.,e-]+\]"#, "\"steps\":[0]"),
        (r#" time="[\d.]+""#, " time=\"0.000\""),
        (r"duration_ms: [\d.e-]+", "duration_ms: 0"),
        (r" *\b\d+(\.\d+)? (ms|s|min \d+ s)\b", " 0 ms"),
        (r" \(\d[\d,.]* scenarios/(s|min)\)", ""),
    ];
    filters.into_iter().for_each(|(pattern, shown)| settings.add_filter(pattern, shown));
    settings
}

#[test]
fn every_format_tells_what_was_and_what_is_wrong() {
    let project = project();
    let names = ["json", "junit", "junit-steps", "tap", "ctrf", "github"];
    let mut arguments = vec!["run", "--seed", "7", "--report", "allure=out/allure"];
    let reports: Vec<String> = names.iter().map(|name| format!("{name}=out/{name}")).collect();
    reports.iter().for_each(|report| arguments.extend(["--report", report]));
    arguments.extend(SELECTED);
    let ran = project.does(&arguments);
    assert_eq!(ran.code, Some(3), "{}", ran.all());
    settled().bind(|| {
        for name in names {
            insta::assert_snapshot!(name, text(&project, &format!("out/{name}")));
        }
        insta::assert_snapshot!("allure", allure(&project.path("out/allure")));
        let annotations: Vec<&str> = ran.stdout.lines().filter(|line| line.starts_with("::")).collect();
        insta::assert_snapshot!("annotations", annotations.join("\n"));
    });
    // Made again of what was stored, they are the same.
    for name in names {
        let again = format!("{name}=again/{name}");
        assert_eq!(project.does(&["report", "latest", &again]).code, Some(0));
        assert_eq!(text(&project, &format!("again/{name}")), text(&project, &format!("out/{name}")), "{name}");
    }
    let told = project.does(&["report"]);
    assert_eq!(told.code, Some(0));
    let console: String =
        ran.stdout.lines().filter(|line| !line.starts_with("::")).map(|line| format!("{line}\n")).collect();
    assert_eq!(told.stdout, console);
}

/// The results in a folder, by name, each with the first line of what is attached.
fn allure(folder: &Path) -> String {
    let mut results: Vec<(String, String)> = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(entry.path()).unwrap();
        if name.ends_with("-result.json") {
            let result: Value = serde_json::from_str(&text).unwrap();
            for attached in attachments(&result) {
                assert!(folder.join(&attached).is_file(), "{attached} is there");
            }
            results.push((result["fullName"].as_str().unwrap().to_owned(), text));
        }
    }
    results.sort();
    results.into_iter().map(|(_, text)| text + "\n").collect()
}

fn attachments(value: &Value) -> Vec<String> {
    let own =
        value["attachments"].as_array().into_iter().flatten().map(|one| one["source"].as_str().unwrap().to_owned());
    let inner = value["steps"].as_array().into_iter().flatten().flat_map(attachments);
    own.chain(inner).collect()
}

#[test]
fn a_report_that_cannot_be_written_fails_the_run() {
    let project = project().file("file", "").file("folder/inside", "");
    let ran = project.does(&["run", "scenarios/happy-path.yaml", "--report", "tap=file/t.tap"]);
    assert_eq!(ran.code, Some(2), "it is known before: {}", ran.all());
    let ran = project.does(&["run", "scenarios/happy-path.yaml", "--report", "tap=folder"]);
    assert_eq!(ran.code, Some(3), "{}", ran.all());
    assert!(ran.stderr.contains("the report `") && ran.stderr.contains("folder` cannot be written"), "{}", ran.stderr);
    assert!(project.path("folder/inside").exists());
    let ran = project.does(&["report", "tap=folder"]);
    assert_eq!(ran.code, Some(3), "{}", ran.all());
    let ran = project.does(&["run", "--report", "junit5=x"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("did you mean `junit`?"), "{}", ran.stderr);
}

fn runs(project: &TestProject) -> Vec<String> {
    let entries = std::fs::read_dir(project.path(".flowproof/runs")).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn runs_are_stored_until_there_are_too_many_of_them() {
    let project = TestProject::bare()
        .file("flowproof.yaml", "flowproof: 1\nruns: { keep: 2 }\n")
        .file("scenarios/a.yaml", "scenario: It holds\nsteps:\n  - check: { \"{{ 1 }}\": 1 }\n");
    assert_eq!(project.does(&["run", "--no-store"]).code, Some(0));
    assert_eq!(project.does(&["run", "--dry-run"]).code, Some(0));
    assert!(!project.path(".flowproof/runs").exists());
    let told = project.does(&["report"]);
    assert_eq!(told.code, Some(2));
    assert!(told.stderr.contains("there is no stored run"), "{}", told.stderr);
    for _ in 0..3 {
        assert_eq!(project.does(&["run"]).code, Some(0));
    }
    assert_eq!(text(&project, ".flowproof/.gitignore"), "*\n");
    let ids = runs(&project);
    assert_eq!(ids.len(), 2);
    let told = project.does(&["report", &ids[0][..6], "json"]);
    let report: Value = serde_json::from_str(&told.stdout).unwrap();
    assert_eq!(report["run"]["parts"][0]["id"], ids[0]);
    let told = project.does(&["report", "nothing-like-it"]);
    assert_eq!(told.code, Some(2));
    assert!(
        told.stderr.contains("there is no stored run `nothing-like-it`") && told.stderr.contains(&ids[0]),
        "{}",
        told.stderr
    );
    // One that is being written is not removed, however old it is.
    let oldest = project.does(&["report", "latest", "json"]);
    let latest: Value = serde_json::from_str(&oldest.stdout).unwrap();
    let older = ids.iter().find(|id| latest["run"]["parts"][0]["id"] != **id).unwrap();
    let lock =
        std::fs::File::options().write(true).open(project.path(&format!(".flowproof/runs/{older}/lock"))).unwrap();
    lock.lock().unwrap();
    for _ in 0..3 {
        assert_eq!(project.does(&["run"]).code, Some(0));
    }
    let left = runs(&project);
    assert!(left.contains(older) && left.len() == 3, "{left:?}");
    drop(lock);
    assert_eq!(project.does(&["run"]).code, Some(0));
    assert_eq!(runs(&project).len(), 2);
}

#[test]
fn what_passes_is_stored_in_detail_where_it_is_wanted() {
    let project = project();
    let stored = |arguments: &[&str]| {
        let ran = project.does(&[&["run", "scenarios/happy-path.yaml"], arguments].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.all());
        let report: Value = serde_json::from_str(&project.does(&["report", "json"]).stdout).unwrap();
        report["scenarios"][0]["attempts"][0]["steps"].as_array().unwrap().len()
    };
    assert_eq!(stored(&[]), 0);
    assert!(stored(&["--report", "tap=out/t.tap"]) > 5);
}

#[test]
fn a_run_goes_on_where_nothing_can_be_stored() {
    let project = project().file(".flowproof", "a file where the folder would be");
    let ran = project.does(&["run", "scenarios/happy-path.yaml", "--report", "tap=out/t.tap"]);
    assert_told(&ran, 0, &["1 scenario passed"]);
    assert_eq!(ran.stderr.matches("the events of this run are not kept").count(), 1, "{}", ran.stderr);
    assert!(text(&project, "out/t.tap").contains("\nok 1 - scenarios/happy-path.yaml"));
}

/// The document without what depends on the clock or on chance.
fn lasting(document: &str) -> String {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(members) => {
                for name in ["run", "timing", "evidence"] {
                    members.remove(name);
                }
                members.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut value: Value = serde_json::from_str(document).unwrap();
    strip(&mut value);
    value.to_string()
}

fn part(project: &TestProject, part: u32, of: u32) -> Ran {
    let (partition, report) = (format!("hash:{part}/{of}"), format!("ndjson=parts/{part}.ndjson"));
    let arguments =
        ["run", "--seed", "7", "--tag", "face", "scenarios", "--partition", &partition, "--report", &report];
    project.does(&arguments)
}

#[test]
fn parts_make_the_same_document_as_the_whole() {
    let project = project();
    let whole = project.does(&["run", "--seed", "7", "--tag", "face", "scenarios", "--report", "json=whole.json"]);
    assert_eq!(whole.code, Some(1), "{}", whole.all());
    for number in 1..=8 {
        part(&project, number, 8);
    }
    let merged = project.does(&["report", "merge", "parts", "--output", "merged.ndjson"]);
    assert_eq!(merged.code, Some(0), "{}", merged.all());
    assert_eq!(project.does(&["report", "merged.ndjson", "json=merged.json"]).code, Some(0));
    let documents = ["whole.json", "merged.json"].map(|path| lasting(&text(&project, path)));
    assert!(documents[0].matches("\"verdict\":\"passed\"").count() > 10);
    assert_eq!(documents[0], documents[1]);

    // Whatever is put together first, the whole is the same.
    let merge = |output: &str, paths: &[&str]| {
        let arguments = [&["report", "merge", "--output", output, "--allow-missing"], paths].concat();
        assert_eq!(project.does(&arguments).code, Some(0));
    };
    merge("left/a.ndjson", &["parts/3.ndjson", "parts/1.ndjson", "parts/8.ndjson"]);
    merge("left/b.ndjson", &["parts/2.ndjson", "left/a.ndjson"]);
    merge("right/a.ndjson", &["parts/7.ndjson", "parts/5.ndjson", "parts/4.ndjson", "parts/6.ndjson"]);
    merge("again.ndjson", &["right/a.ndjson", "left/b.ndjson"]);
    assert!(text(&project, "again.ndjson") == text(&project, "merged.ndjson"), "merging is associative");
    // The console counts all of them.
    assert_told(&project.does(&["report", "again.ndjson"]), 0, &["1 failed, "]);
}

#[test]
fn what_is_missing_of_a_whole_is_named() {
    let project = TestProject::bare();
    let names = ["a", "b", "c", "d", "e", "f"];
    let project = names.iter().fold(project, |project, name| {
        project.file(
            &format!("scenarios/{name}.yaml"),
            "scenario: It holds\ntags: [face]\nsteps:\n  - check: { \"{{ 1 }}\": 1 }\n",
        )
    });
    for number in 1..=3 {
        part(&project, number, 3);
    }
    let merge =
        |arguments: &[&str]| project.does(&[&["report", "merge", "--output", "out.ndjson"], arguments].concat());
    let ran = merge(&["parts/1.ndjson", "parts/3.ndjson"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("part 2 of 3 is missing") && !project.path("out.ndjson").exists(), "{}", ran.stderr);
    let ran = merge(&["parts/1.ndjson", "parts/3.ndjson", "--allow-missing"]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    let ran = merge(&["out.ndjson", "parts/2.ndjson"]);
    assert_eq!(ran.code, Some(1), "what it is written to is no part: {}", ran.all());

    let third = text(&project, "parts/3.ndjson");
    let (before, rest) = third.split_once("\"basis\":\"").unwrap();
    let (basis, after) = rest.split_once('"').unwrap();
    std::fs::create_dir(project.path("odd")).unwrap();
    std::fs::write(project.path("odd/3.ndjson"), format!("{before}\"basis\":\"{basis}0\"{after}")).unwrap();
    let ran = merge(&["parts/1.ndjson", "parts/2.ndjson", "odd/3.ndjson"]);
    assert_eq!(ran.code, Some(2), "{}", ran.all());
    let told = format!("known times of the first is {basis}, of the second {basis}0");
    assert!(ran.stderr.contains(&told), "{}", ran.stderr);

    let ran = merge(&["parts/1.ndjson", "parts/2.ndjson", "parts/1.ndjson"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("part 1 of 3 is there twice"), "{}", ran.stderr);

    let cut = text(&project, "parts/2.ndjson");
    let cut = cut.rsplit_once("{\"at\"").unwrap().0.to_owned();
    std::fs::write(project.path("parts/2.ndjson"), cut).unwrap();
    let ran = merge(&["parts"]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr.contains("part 2 of 3 (run ") && ran.stderr.contains("did not come to its end"),
        "{}",
        ran.stderr
    );

    for (name, arguments, told) in [
        (
            "other/seed.ndjson",
            &["--seed", "8", "--partition", "hash:2/3"][..],
            "the seed of the first is 7, of the second 8",
        ),
        (
            "other/of.ndjson",
            &["--seed", "7", "--partition", "hash:2/4"],
            "the number of parts of the first is 3, of the second 4",
        ),
        ("other/whole.ndjson", &["--seed", "7"], "parts of one run"),
    ] {
        let report = format!("ndjson={name}");
        project.does(&[&["run", "scenarios", "--report", &report], arguments].concat());
        let ran = merge(&["parts/1.ndjson", name]);
        assert_eq!(ran.code, Some(2), "{name}");
        assert!(ran.stderr.contains(told), "{name}: {}", ran.stderr);
    }
    let ran = merge(&["other/whole.ndjson"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("is a whole run and no part of one"), "{}", ran.all());
    assert_eq!(merge(&["scenarios"]).code, Some(2), "a folder without parts");
}

#[test]
fn a_format_that_is_mistyped_is_no_run() {
    let project = TestProject::bare();
    part(&project, 1, 1);
    for (word, near) in [("htm", "html"), ("lates", "latest"), ("junti", "junit")] {
        let ran = project.does(&["report", word]);
        assert_eq!(ran.code, Some(2), "{}", ran.all());
        assert!(ran.stderr.contains(&format!("did you mean `{near}`?")), "{}", ran.stderr);
    }
    assert!(!project.does(&["report", "zzzzzzzz"]).stderr.contains("did you mean"));
}

#[test]
fn a_workflow_of_github_says_where_its_summary_is() {
    let project = project();
    let arguments = ["run", "scenarios/made/failing.yaml", "--report", "github"];
    let summary = project.path("summary.md");
    std::fs::write(&summary, "said before\n").unwrap();
    let workspace = project.path("").canonicalize().unwrap();
    let mut command = project.command(&arguments);
    command.env("GITHUB_STEP_SUMMARY", &summary).env("GITHUB_WORKSPACE", workspace.parent().unwrap());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let written = text(&project, "summary.md");
    assert!(written.starts_with("said before\n## ❌ 1 of 1 scenario did not pass\n"), "{written}");
    let folder = workspace.file_name().unwrap().to_string_lossy().into_owned();
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(stdout.contains(&format!("::error file={folder}/scenarios/made/failing.yaml,line=11,")), "{stdout}");
}

/// The reports of a run with everything that can be wrong.
fn made() -> TestProject {
    let project = project();
    let mut arguments = vec![
        "run",
        "--report",
        "junit=out/junit.xml",
        "--report",
        "junit-steps=out/steps.xml",
        "--report",
        "ctrf=out/ctrf.json",
    ];
    arguments.extend(SELECTED);
    assert_eq!(project.does(&arguments).code, Some(3));
    project
}

#[test]
#[ignore = "needs JUNIT_XSD, the path of junit-10.xsd of the xunit plugin of Jenkins, and xmllint"]
fn junit_is_as_its_schema_says() {
    let schema = std::env::var("JUNIT_XSD").unwrap();
    let project = made();
    let check = |path: &str| {
        let path = project.path(path);
        std::process::Command::new("xmllint").args(["--noout", "--schema", &schema]).arg(path).output().unwrap()
    };
    for path in ["out/junit.xml", "out/steps.xml"] {
        let output = check(path);
        assert!(output.status.success(), "{path}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let broken = text(&project, "out/junit.xml").replacen("<testcase name=", "<testcase title=", 1);
    std::fs::write(project.path("out/broken.xml"), broken).unwrap();
    assert!(!check("out/broken.xml").status.success(), "the schema is looked at");
}

#[test]
#[ignore = "needs CTRF, the folder of the npm package that holds the schema, and node"]
fn ctrf_is_as_its_schema_says() {
    let package = std::env::var("CTRF").unwrap();
    let project = made();
    let check = |path: &str| {
        let script = "const { readFileSync } = require('fs'); const { validate } = require(process.argv[1]);\
            const result = validate(JSON.parse(readFileSync(process.argv[2], 'utf8')));\
            if (!result.valid) { console.error(JSON.stringify(result)); process.exit(1); }";
        let path = project.path(path);
        std::process::Command::new("node").args(["-e", script, &package]).arg(path).output().unwrap()
    };
    let output = check("out/ctrf.json");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let broken = text(&project, "out/ctrf.json").replace("\"status\":\"failed\"", "\"status\":\"broken\"");
    std::fs::write(project.path("out/broken.json"), broken).unwrap();
    assert!(!check("out/broken.json").status.success(), "the schema is looked at");
}

#[test]
fn the_documented_document_has_the_keys_that_reports_have() {
    let page = std::fs::read_to_string(shipped().join("docs/reports.md")).unwrap();
    let example = page.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let documented: Value = serde_json::from_str(example).unwrap();
    let project = project();
    let ran = project.does(&["run", "scenarios/happy-path.yaml", "--report", "json=out/report.json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    let made: Value = serde_json::from_str(&text(&project, "out/report.json")).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&documented), keys(&made));
    assert_eq!(keys(&documented["run"]), keys(&made["run"]));
    assert_eq!(keys(&documented["summary"]), keys(&made["summary"]));
    let of =
        |value: &Value| keys(&value["scenarios"][0]).into_iter().filter(|key| key != "fingerprint").collect::<Vec<_>>();
    assert_eq!(of(&documented), of(&made));
}
