//! `flowproof process coverage`, as designers and pipelines use it.

use serde_json::Value;

use crate::loopback::{Simulator, engine};
use crate::project::{Ran, TestProject};

/// A project whose scenarios were run, and the run's id is `latest`.
fn proven(scenarios: &[&str]) -> TestProject {
    let project = TestProject::shipped();
    run(&project, scenarios);
    project
}

fn run(project: &TestProject, scenarios: &[&str]) {
    let all: Vec<&str> = ["run"].iter().chain(scenarios).copied().collect();
    let ran = project.does(&all);
    assert_eq!(ran.code, Some(0), "{}", ran.shown());
}

/// The coverage of a process, as data.
fn read(ran: &Ran, process: &str) -> Value {
    let all: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.shown()));
    all.into_iter().find(|one| one["process"] == process).expect("the process is covered")
}

#[test]
fn shipped_scenarios_cover_the_shipped_processes() {
    let project = proven(&["scenarios"]);
    let ran = project.does(&["process", "coverage", "--all"]);
    assert_eq!(ran.code, Some(0), "{}", ran.shown());
    insta::assert_snapshot!(ran.shown());
    let data = project.does(&["process", "coverage", "face-onboarding", "--format", "json"]);
    let mut data = read(&data, "face-onboarding");
    data["runs"] = "RUN".into();
    insta::assert_snapshot!("face_onboarding", serde_json::to_string_pretty(&data).unwrap());
}

#[test]
fn what_is_missing_is_told_where_the_nearest_scenario_turned_off() {
    let project = proven(&["scenarios/happy-path.yaml", "scenarios/faces/blurred-then-clear.yaml"]);
    let ran = project.does(&["process", "coverage"]);
    insta::assert_snapshot!(ran.shown());
    let github = project.does(&["process", "coverage", "--format", "github"]);
    let lines: Vec<&str> = github.stdout.lines().collect();
    assert!(lines[0].starts_with("::notice file=processes/face-onboarding.bpmn,line="), "{}", github.shown());
    assert!(lines.last().unwrap().starts_with("::notice title=coverage::face-onboarding: "), "{}", github.shown());
}

#[test]
fn the_ratchet_breaks_where_less_is_covered() {
    let project = proven(&["scenarios/happy-path.yaml", "scenarios/faces"]);
    let last = project.does(&["process", "coverage", "--format", "json"]);
    let project = project.file("last.json", &last.stdout);
    let same = project.does(&["process", "coverage", "--not-below", "last.json", "--at-least", "20"]);
    assert_eq!(same.code, Some(0), "{}", same.shown());
    let less = project.does(&["process", "coverage", "--at-least", "100", "--at-least", "activities=1"]);
    assert_eq!(less.code, Some(1), "{}", less.shown());
    assert!(less.stderr.contains("flows and border events are covered, which is less than 100 %"), "{}", less.shown());
    run(&project, &["scenarios/happy-path.yaml"]);
    let lost = project.does(&["process", "coverage", "--not-below", "last.json"]);
    assert_eq!(lost.code, Some(1), "{}", lost.shown());
    assert!(lost.stderr.contains("`face-onboarding` is covered less than it was\n  lost: "), "{}", lost.shown());
    // The same between two runs, and of both together nothing is lost.
    let runs: Vec<Value> = std::fs::read_dir(project.path(".flowproof/runs"))
        .unwrap()
        .map(|run| run.unwrap().file_name().to_string_lossy().into_owned().into())
        .collect();
    let latest = read(&project.does(&["process", "coverage", "--format", "json"]), "face-onboarding");
    let first = runs.iter().find(|run| **run != latest["runs"][0]).unwrap().as_str().unwrap();
    assert_eq!(project.does(&["process", "coverage", "--not-below", first]).code, Some(1));
    let both = project.does(&["process", "coverage", "--run", "latest", "--run", first, "--not-below", first]);
    assert_eq!(both.code, Some(0), "{}", both.shown());
}

#[test]
fn parts_of_a_run_add_up() {
    let project = TestProject::shipped();
    for part in ["1", "2"] {
        let partition = format!("hash:{part}/2");
        let report = format!("ndjson=part-{part}.ndjson");
        run(&project, &["scenarios/faces", "--seed", "1", "--partition", &partition, "--report", &report]);
    }
    run(&project, &["scenarios/faces", "--seed", "1"]);
    let figures = |arguments: &[&str]| {
        let all: Vec<&str> = ["process", "coverage", "--format", "json"].iter().chain(arguments).copied().collect();
        let coverage = read(&project.does(&all), "face-onboarding");
        (coverage["figures"].clone(), coverage["elements"].clone())
    };
    let parts = figures(&["--run", "part-1.ndjson", "--run", "part-2.ndjson"]);
    assert_eq!(parts, figures(&[]));
    let merged = project.does(&["report", "merge", "part-1.ndjson", "part-2.ndjson", "--output", "whole.ndjson"]);
    assert_eq!(merged.code, Some(0), "{}", merged.shown());
    assert_eq!(parts, figures(&["--run", "whole.ndjson"]));
    assert_ne!(parts, figures(&["--run", "part-1.ndjson"]));
}

#[test]
fn everything_that_is_told_one_by_one_covers_the_same_as_in_short() {
    let project = TestProject::shipped();
    run(&project, &["scenarios/faces", "--report", "ndjson=all.ndjson"]);
    run(&project, &["scenarios/faces"]);
    let elements = |run: &str| {
        let ran = project.does(&["process", "coverage", "--format", "json", "--run", run]);
        let coverage = read(&ran, "face-onboarding");
        [coverage["elements"].clone(), coverage["conditions"].clone(), coverage["loops"].clone()]
    };
    assert_eq!(elements("all.ndjson"), elements("latest"));
}

#[test]
fn a_real_tenant_is_inferred_from_where_it_was_seen_to_stand() {
    let simulator = Simulator::start();
    let (address, _asked) = engine(simulator.address);
    let settings = format!(
        "flowproof: 1\ndefault: engine\nprocesses: {{ face-onboarding: processes/face-onboarding.bpmn }}\n\
         environments:\n  engine: {{ base-url: \"http://{address}\", key: \"{{{{ env.KEY }}}}\" }}\n"
    );
    let happy = std::fs::read_to_string(crate::project::shipped().join("scenarios/happy-path.yaml")).unwrap();
    let project = TestProject::shipped().file("flowproof.yaml", settings);
    let project = project.file("scenarios/happy-path.yaml", happy);
    let ran = project.run_with(&["scenarios/happy-path.yaml"], &[("KEY", Simulator::KEY)]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    let told = project.does(&["process", "coverage"]);
    insta::assert_snapshot!(told.shown());
    // What is inferred is part of what a simulator tells of the same scenario.
    let inferred = read(&project.does(&["process", "coverage", "--format", "json"]), "face-onboarding");
    let project = proven(&["scenarios/happy-path.yaml"]);
    let observed = read(&project.does(&["process", "coverage", "--format", "json"]), "face-onboarding");
    let hit = |coverage: &Value| -> Vec<String> {
        let elements = coverage["elements"].as_array().unwrap().iter();
        let hit = elements.filter(|element| element["hits"] != 0);
        hit.map(|element| element["id"].as_str().unwrap().to_owned()).collect()
    };
    let (inferred, observed) = (hit(&inferred), hit(&observed));
    assert!(inferred.iter().all(|id| observed.contains(id)), "{inferred:?} {observed:?}");
    assert!(inferred.len() * 2 > observed.len(), "{inferred:?} {observed:?}");
}

#[test]
fn what_cannot_be_told_is_explained() {
    let project = TestProject::shipped();
    let none = project.does(&["process", "coverage"]);
    assert_eq!(none.code, Some(2), "{}", none.shown());
    assert!(none.stderr.contains("there is no stored run"), "{}", none.shown());
    run(&project, &["scenarios/happy-path.yaml"]);
    let other = project.does(&["process", "coverage", "identity-verification"]);
    assert_eq!(other.code, Some(4), "{}", other.shown());
    assert!(other.stderr.contains("has walked `identity-verification`"), "{}", other.shown());
    let wrong = project.does(&["process", "coverage", "face-onbording"]);
    assert_eq!(wrong.code, Some(2), "{}", wrong.shown());
    assert!(wrong.stderr.contains("did you mean `face-onboarding`?"), "{}", wrong.shown());
    let criterion = project.does(&["process", "coverage", "--at-least", "flow=3"]);
    assert!(criterion.stderr.contains("did you mean `flows`?"), "{}", criterion.shown());
    let project = project.file("last.json", "[{}]");
    let stored = project.does(&["process", "coverage", "--not-below", "last.json"]);
    assert_eq!(stored.code, Some(2), "{}", stored.shown());
    assert!(stored.stderr.contains("`last.json` is no stored coverage"), "{}", stored.shown());
}

/// Uploads a definition under the name of the process.
const UPLOAD: &str = "\
scenario: A definition is deployed
process: face-onboarding
session: none
steps:
  - activity: issue-bearer
  - activity: create-definition
    with: { name: face-onboarding, definition: deployed.bpmn }
  - activity: deploy-definition
";

#[test]
fn what_is_deployed_is_compared_before_it_is_believed() {
    let simulator = Simulator::start();
    let (address, _asked) = engine(simulator.address);
    let settings = format!(
        "flowproof: 1\ndefault: engine\nprocesses: {{ face-onboarding: processes/face-onboarding.bpmn }}\n\
         environments:\n  simulator: {{ kind: simulator }}\n  engine: {{ base-url: \"http://{address}\", key: \"{{{{ env.KEY }}}}\" }}\n"
    );
    let local = std::fs::read_to_string(crate::project::shipped().join("processes/face-onboarding.bpmn")).unwrap();
    let key = [("KEY", Simulator::KEY)];
    let deploy = |text: &str| {
        let project = TestProject::shipped().file("flowproof.yaml", &settings);
        let project = project.file("scenarios/deployed.bpmn", text).file("scenarios/upload.yaml", UPLOAD);
        let ran = project.run_with(&["scenarios/upload.yaml"], &key);
        assert_eq!(ran.code, Some(0), "{}", ran.all());
        let ran = project.run_with(&["scenarios/happy-path.yaml"], &key);
        assert_eq!(ran.code, Some(0), "{}", ran.all());
        project
    };
    let compare = |project: &TestProject, environment: &str| {
        let output = project.command(&["process", "coverage", "--env", environment]).envs(key).output().unwrap();
        Ran::of(output, &project.path("none"))
    };
    // A layout and a name are none of what is executed.
    let project = deploy(&local.replacen("name=\"", "name=\"The ", 1));
    let same = compare(&project, "engine");
    assert_eq!(same.code, Some(0), "{}", same.shown());
    assert!(
        same.stderr.contains("the local definition is deployed at `engine`: `face-onboarding`"),
        "{}",
        same.shown()
    );
    assert!(!same.stderr.contains("--env compares them"), "{}", same.shown());
    let simulated = compare(&project, "simulator");
    assert!(simulated.stderr.contains("`simulator` plays the local definitions"), "{}", simulated.shown());
    let unknown = compare(&project, "engin");
    assert_eq!(unknown.code, Some(2), "{}", unknown.shown());
    // A timer that waits longer is.
    assert!(local.contains(">PT4M30S<"));
    let project = deploy(&local.replacen(">PT4M30S<", ">PT9M<", 1));
    let other = compare(&project, "engine");
    assert_eq!((other.code, other.stdout.as_str()), (Some(1), ""), "{}", other.shown());
    let told = "what is deployed at `engine` as `face-onboarding` is not the local definition:\n  ";
    assert!(other.stderr.contains(told), "{}", other.shown());
}
