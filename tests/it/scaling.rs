//! What is documented for CI systems does what it says: their jobs are done here, one after another.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_yaml::Value;

use crate::project::{TestProject, shipped};

/// A named block of the page.
fn text(name: &str) -> String {
    let page = std::fs::read_to_string(shipped().join("docs/scale.md")).unwrap();
    let (_, rest) = page.split_once(&format!("```yaml {name}\n")).unwrap_or_else(|| panic!("no block {name}"));
    rest.split("```").next().unwrap().to_owned()
}

/// The same, as YAML.
fn block(name: &str) -> Value {
    serde_yaml::from_str(&text(name)).unwrap()
}

/// A project of some scenarios, one of which fails.
fn project() -> TestProject {
    let scenario = |answer: u8| {
        format!(
            "scenario: One of many\ncases: [{{ id: a }}, {{ id: b }}, {{ id: c }}]\nsteps:\n  - check: {{ \"{{{{ 6 * 7 }}}}\": {answer} }}\n"
        )
    };
    let mut project = TestProject::new().file("flowproof.yaml", "flowproof: 1\n");
    for number in 1..=5 {
        project = project.file(&format!("scenarios/{number}.yaml"), scenario(42));
    }
    project.file("scenarios/wrong.yaml", scenario(41))
}

/// What a shell makes of a command line, with flowproof at hand.
fn shell(project: &TestProject, line: &str, variables: &[(&str, &str)]) -> i32 {
    let program = Path::new(env!("CARGO_BIN_EXE_flowproof")).parent().unwrap();
    let output = Command::new("sh")
        .args(["-c", line])
        .current_dir(project.path(""))
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", program.display()))
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let code = output.status.code().unwrap_or(-1);
    let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!([0, 1].contains(&code), "{line}\nexit code {code}\n{told}");
    code
}

fn lines(steps: &Value, key: &str) -> Vec<String> {
    let steps = steps.as_sequence().unwrap().iter();
    let lines = steps.filter_map(|step| if key.is_empty() { step.as_str() } else { step.get(key)?.as_str() });
    lines.filter(|line| !line.starts_with("cargo install")).map(str::to_owned).collect()
}

/// The merged run has all scenarios, and the verdicts of a run of one machine.
#[track_caller]
fn has_all(project: &TestProject, merged: &str) {
    let verdicts = |path: &str| {
        let text = std::fs::read_to_string(project.path(path)).unwrap();
        let events = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let ends = events.filter(|event| event["event"] == "scenario-finished");
        let mut ends: Vec<_> =
            ends.map(|event| (event["scenario"].to_string(), event["verdict"].to_string())).collect();
        ends.sort();
        ends
    };
    assert_eq!(shell(project, "flowproof run --report ndjson=whole.ndjson", &[]), 1);
    let whole = verdicts("whole.ndjson");
    assert_eq!(whole.len(), 18);
    assert_eq!(verdicts(merged), whole);
}

#[test]
fn the_jobs_of_github_actions_make_one_run() {
    let workflow = block(".github/workflows/nightly.yaml");
    let project = project();
    let jobs = &workflow["jobs"];
    let parts = jobs["part"]["strategy"]["matrix"]["part"].as_sequence().unwrap();
    let of_part = lines(&jobs["part"]["steps"], "run");
    let mut codes = Vec::new();
    for part in parts {
        let part = part.as_u64().unwrap().to_string();
        for line in &of_part {
            let line = line.replace("${{ matrix.part }}", &part).replace("${{ github.run_number }}", "42");
            assert!(!line.contains("${{"), "{line}");
            codes.push(shell(&project, &line, &[]));
        }
    }
    assert_eq!((codes.len(), codes.iter().max()), (parts.len(), Some(&1)), "{codes:?}");
    for line in lines(&jobs["night"]["steps"], "run") {
        shell(&project, &line, &[]);
    }
    has_all(&project, "night/events.ndjson");
    for report in ["night.html", "night.xml", "summary.md"] {
        assert!(project.path(&format!("night/{report}")).is_file(), "{report}");
    }
}

#[test]
fn the_jobs_of_gitlab_make_one_run() {
    let pipeline = block(".gitlab-ci.yml");
    let project = project();
    let parts = pipeline["part"]["parallel"].as_u64().unwrap();
    for part in 1..=parts {
        for line in lines(&pipeline["part"]["script"], "") {
            let variables = [
                ("CI_NODE_INDEX", part.to_string()),
                ("CI_NODE_TOTAL", parts.to_string()),
                ("CI_PIPELINE_IID", "42".to_owned()),
            ];
            shell(&project, &line, &variables.each_ref().map(|(name, value)| (*name, value.as_str())));
        }
    }
    for line in lines(&pipeline["night"]["script"], "") {
        shell(&project, &line, &[]);
    }
    has_all(&project, "night/events.ndjson");
}

#[test]
fn the_pods_of_an_indexed_job_make_one_run_and_a_missing_one_is_named() {
    let job = block("nightly-job.yaml");
    let project = project();
    let container = &job["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(container["command"][0].as_str(), Some("sh"));
    let pods = job["spec"]["completions"].as_u64().unwrap();
    for pod in 0..pods {
        shell(&project, container["args"][0].as_str().unwrap(), &[("JOB_COMPLETION_INDEX", &pod.to_string())]);
    }
    let merge = ["report", "merge", "--output", "night.ndjson"];
    let path = |pod: u64| format!("out/part-{pod}.ndjson");
    let all: Vec<String> = (0..pods).map(path).collect();
    let with = |parts: &[String]| [merge.map(str::to_owned).to_vec(), parts.to_vec()].concat();
    let merged = project.does(&with(&all).iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(merged.code, Some(0), "{}", merged.shown());
    has_all(&project, "night.ndjson");
    let merged = project.does(&with(&all[1..]).iter().map(String::as_str).collect::<Vec<_>>());
    assert_ne!(merged.code, Some(0), "{}", merged.shown());
    assert!(merged.stderr.contains("part 1 of 4 is missing"), "{}", merged.shown());
}

/// What a program answers to a text.
fn asked(program: &str, arguments: &[&str], folder: &Path, text: &str) -> String {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{program}: {error}"));
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
#[ignore = "needs node with @actions/workflow-parser and esbuild in $NODE_PACKAGES"]
fn github_accepts_the_workflow() {
    let packages = std::env::var("NODE_PACKAGES").expect("NODE_PACKAGES names the folder of node_modules");
    let packages = Path::new(&packages);
    let check = std::fs::read_to_string(shipped().join("tests/it/scaling/workflow.mjs")).unwrap();
    let bundle = ["--bundle", "--platform=node", "--format=cjs", "--log-level=error"];
    let esbuild = packages.join("node_modules/.bin/esbuild");
    let program = asked(&esbuild.to_string_lossy(), &bundle, packages, &check);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("check.cjs"), program).unwrap();
    let found = |workflow: &str| -> serde_json::Value {
        serde_json::from_str(&asked("node", &["check.cjs"], folder.path(), workflow)).unwrap()
    };
    let workflow = text(".github/workflows/nightly.yaml");
    assert_eq!(found(&workflow), serde_json::json!({ "found": [], "jobs": ["part", "night"] }));
    let wrong = found(&workflow.replace("needs: part", "needs: parts"));
    assert!(wrong["found"].to_string().contains("parts"), "{wrong}");
}

#[test]
#[ignore = "needs python3 with kubernetes-validate in $PYTHON_PACKAGES"]
fn kubernetes_accepts_the_job() {
    let packages = std::env::var("PYTHON_PACKAGES").expect("PYTHON_PACKAGES names the folder of the packages");
    let check = "import sys\nsys.path.insert(0, sys.argv[1])\nimport kubernetes_validate, yaml\ntry:\n    kubernetes_validate.validate(yaml.safe_load(sys.stdin), '1.31', strict=True)\nexcept kubernetes_validate.ValidationError as error:\n    print(error)\n";
    let found = |job: &str| asked("python3", &["-c", check, &packages], shipped(), job);
    let job = text("nightly-job.yaml");
    assert_eq!(found(&job), "");
    assert!(found(&job.replace("completionMode:", "completionModes:")).contains("completionModes"));
}
