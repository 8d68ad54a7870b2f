use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// The shipped project's root.
pub fn shipped() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A project in a folder of its own.
pub struct TestProject {
    folder: tempfile::TempDir,
}

/// What a run of the program gave.
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    /// The stored event stream; empty if the run stored none.
    pub events: String,
}

impl TestProject {
    /// An empty one.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A copy of what ships: settings, processes, scenarios.
    pub fn shipped() -> Self {
        let project = Self::new();
        for part in ["flowproof.yaml", "processes", "scenarios"] {
            copy(&shipped().join(part), &project.path(part));
        }
        project
    }

    /// One that has the shipped process and images, and no scenario.
    pub fn bare() -> Self {
        let project = Self::new();
        copy(&shipped().join("processes"), &project.path("processes"));
        copy(&shipped().join("scenarios/faces/clear.jpg"), &project.path("scenarios/clear.jpg"));
        project.file("flowproof.yaml", "flowproof: 1\nprocesses: { face-onboarding: processes/face-onboarding.bpmn }\n")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file.
    pub fn file(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    /// The program in this project, with an environment that is the test's alone.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flowproof"));
        command.args(arguments).current_dir(self.folder.path()).env_clear().env("PATH", "/usr/bin:/bin");
        command
    }

    /// What the program does with some arguments.
    pub fn does(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap(), &self.path("events.ndjson"))
    }

    /// Runs `flowproof run` with an event file, and further arguments.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, &[])
    }

    /// The same with environment variables.
    pub fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Ran {
        let all: Vec<&str> = ["run", "--report", "ndjson=events.ndjson"].iter().chain(arguments).copied().collect();
        let output = self.command(&all).envs(environment.iter().copied()).output().unwrap();
        Ran::of(output, &self.path("events.ndjson"))
    }
}

impl Ran {
    /// What the program gave, and the events that it stored.
    pub fn of(output: Output, events: &Path) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            events: std::fs::read_to_string(events).unwrap_or_default(),
        }
    }

    /// The exit code, standard output and standard error, for a snapshot.
    pub fn shown(&self) -> String {
        format!("exit code {}\n── stdout ──\n{}── stderr ──\n{}", self.code.unwrap_or(-1), self.stdout, self.stderr)
    }

    /// Everything that came out.
    pub fn all(&self) -> String {
        format!("{}\n{}\n{}", self.stdout, self.stderr, self.events)
    }

    pub fn events(&self) -> impl Iterator<Item = Value> + '_ {
        self.events.lines().map(|line| serde_json::from_str(line).unwrap())
    }

    /// The verdicts by scenario.
    pub fn verdicts(&self) -> Vec<(String, String)> {
        let ended = self.events().filter(|event| event["event"] == "scenario-finished");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut verdicts: Vec<_> = ended.map(|event| (text(&event["scenario"]), text(&event["verdict"]))).collect();
        verdicts.sort();
        verdicts
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(from, to).unwrap();
    }
}

/// Requires an exit code and what is told.
#[track_caller]
pub fn assert_told(ran: &Ran, code: i32, told: &[&str]) {
    assert_eq!(ran.code, Some(code), "{}", ran.all());
    for told in told {
        assert!(ran.stdout.contains(told), "`{told}` is not told:\n{}", ran.stdout);
    }
}

/// The events of one name.
pub fn events(ran: &Ran, name: &str) -> Vec<Value> {
    ran.events().filter(|event| event["event"] == name).collect()
}
