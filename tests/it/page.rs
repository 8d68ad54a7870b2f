//! The page of a run, in a browser.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use flowproof::event::Verdict;
use flowproof::process::Definition;
use flowproof::process::diagram::Diagram;
use flowproof::project::Project;
use flowproof::report::{PastRun, Stage, StoredRun, html};
use serde_json::Value;

use crate::project::{TestProject, shipped};

/// What would act if it were read as HTML.
const HOSTILE: &str = "</script></style><img src=x onerror=owned=1><script>owned=1</script>\u{202e}\"'`";

/// Texts of events that are chosen from a few.
const CHOSEN: [&str; 14] = [
    "at", "event", "kind", "verdict", "held", "phase", "section", "result", "finding", "role", "run", "method", "by",
    "file",
];

/// A project in which three scenarios fail, two of them for the same reason.
fn project() -> TestProject {
    TestProject::shipped()
        .file(
            "scenarios/broken/code.yaml",
            "scenario: Wrong code {{ case.id }}
tags: [broken]
owner: team-capture
process: face-onboarding
cases: [{ id: 1, image: ../faces/blurred.jpg }, { id: 2, image: ../faces/blurred.jpg }]
steps:
  - activity: introduction
  - activity: capture-consent
  - activity: capture-face
    with: { image: \"{{ case.image }}\" }
    expect: { outcome: quality-failure, code: 802 }
",
        )
        .file(
            "scenarios/broken/state.yaml",
            "scenario: It is said to have ended too early
process: face-onboarding
steps:
  - activity: introduction
    expect: { answer: { state: COMPLETED_ENDED_SUCCESS } }
",
        )
}

fn past(id: &str) -> Vec<PastRun> {
    let verdicts = [Verdict::Passed, Verdict::Passed, Verdict::Errored, Verdict::Passed, Verdict::Failed];
    let length = id.len() % 4 + 2;
    let runs = verdicts.into_iter().cycle().take(length).enumerate().map(|(day, verdict)| PastRun {
        run: format!("{:08x}", day * 4_711),
        at: format!("2026-11-{:02}T02:00:00.000Z", day + 10),
        verdict,
        flaky: day == 1,
        millis: 120.0 + day as f64,
    });
    runs.collect()
}

/// The processes of a project.
fn stages(root: &Path) -> Vec<Stage> {
    let project = Project::open(None, root);
    let stage = |(name, definition): (&String, &Arc<Definition>)| {
        let diagram = Diagram::read(&project.sources, definition.file()).0.unwrap();
        Stage::new(name, Arc::clone(definition), diagram)
    };
    project.definitions.iter().map(stage).collect()
}

/// Makes a page where it can be looked at later.
fn page(events: &Path, stages: &[Stage], name: &str) -> PathBuf {
    let run = StoredRun::open(&[events]).unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("page");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    let mut file = std::fs::File::create(&path).unwrap();
    html(&run, &past, stages, &mut file).unwrap();
    path
}

/// Puts what is hostile into every text of a stream that is not one of a few.
fn poison(value: &mut Value) {
    match value {
        Value::String(text) => text.push_str(HOSTILE),
        Value::Array(items) => items.iter_mut().for_each(poison),
        Value::Object(members) => {
            let free =
                members.iter_mut().filter(|(name, value)| !(CHOSEN.contains(&name.as_str()) && value.is_string()));
            free.for_each(|(_, value)| poison(value));
        }
        _ => {}
    }
}

/// A run and what is stored of it give the same page.
#[test]
fn a_page_is_made_by_a_run_and_later() {
    let project = project();
    let path = "scenarios/broken";
    let ran = project.does(&["run", path, "--report", "html=out/page.html", "--report", "ndjson=events.ndjson"]);
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    let written = std::fs::read_to_string(project.path("out/page.html")).unwrap();
    assert!(written.contains("All 3 scenarios failed") && written.contains("expected 802"), "{written}");
    assert!(written.contains("<h2>Process face-onboarding</h2>") && written.contains("data-state=\"covered\""));
    assert_eq!(written.matches("class=\"bpmn\"").count(), 1, "the other process was not gone through");
    assert_eq!(project.does(&["report", "events.ndjson", "html"]).stdout, written);
    assert_eq!(project.does(&["report", "latest", "html=again.html"]).code, Some(0));
    assert_eq!(std::fs::read_to_string(project.path("again.html")).unwrap(), written);
    // Elsewhere nobody knows the process.
    let elsewhere = TestProject::new().file("events.ndjson", std::fs::read(project.path("events.ndjson")).unwrap());
    let told = elsewhere.does(&["report", "events.ndjson", "html"]).stdout;
    assert!(told.contains("There is no picture of face-onboarding") && !told.contains("class=\"bpmn\""));
}

#[test]
#[ignore = "needs Chromium, and playwright-core and axe-core of npm"]
fn the_page_works_in_a_browser() {
    let project = project();
    let ran = project.run(&["--seed", "1"]);
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    let stages = stages(&project.path("."));
    let page_of_run = page(&project.path("events.ndjson"), &stages, "page.html");
    let poisoned = ran.events().filter(|event| event["scenario"].as_str().is_none_or(|id| id.contains("/broken/")));
    let lines = poisoned.map(|mut event| {
        poison(&mut event);
        format!("{event}\n")
    });
    std::fs::write(project.path("hostile.ndjson"), lines.collect::<String>()).unwrap();
    let hostile = page(&project.path("hostile.ndjson"), &stages, "hostile.html");
    // As an engine tells it that does not tell moves.
    let told =
        ran.events().filter(|event| !["token-moved", "instance-walked"].map(Value::from).contains(&event["event"]));
    std::fs::write(project.path("engine.ndjson"), told.map(|event| format!("{event}\n")).collect::<String>()).unwrap();
    let engine = page(&project.path("engine.ndjson"), &stages, "engine.html");
    let done = Command::new("node")
        .arg(shipped().join("tests/browser/page.mjs"))
        .args([page_of_run.as_path(), &hostile, hostile.parent().unwrap(), &engine])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&done.stdout) + String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{told}");
    assert!(told.matches("ok - ").count() >= 15, "{told}");
}
