use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use flowproof::engine::{Cancel, Clock, Detail, FileError, Files, Gate, LoadedFile, Options, Run, Schedule, Target};
use flowproof::event::{Event, EventKind, Verdict};
use flowproof::http::ClientConfig;
use flowproof::project::{Project, Selection};
use flowproof::redact::Redactor;
use flowproof::settings::Guards;
use flowproof::template::Data;

use crate::project::TestProject;

/// Stands for a defect anywhere in a scenario's path.
struct Broken;

impl Files for Broken {
    fn load(&self, path: &str) -> Result<LoadedFile, FileError> {
        panic!("the defect was met at {path}")
    }
}

#[test]
fn a_defect_that_one_scenario_meets_leaves_the_others_alone() {
    let upload = "scenario: Meets it\nprocess: face-onboarding\nsession: none\nsteps:\n  - activity: upload-face\n    with: { image: clear.jpg }\n";
    let check = "scenario: Does not\nvars: { one: 1 }\nsteps:\n  - check: { \"{{ vars.one }}\": 1 }\n";
    let on_disk = TestProject::bare().file("scenarios/a.yaml", upload).file("scenarios/b.yaml", check);
    let root = on_disk.path("");
    let mut project = Project::open(Some(&root), &root);
    project.add_scenarios(&[PathBuf::from("scenarios")], &root, &Selection::default());
    assert!(project.found.is_empty());
    let config = ClientConfig::new(Target::base_url("http://127.0.0.1:1").unwrap());
    let run = Run {
        options: Options {
            run_id: "test".to_owned(),
            seed: 1,
            jobs: 1,
            timeout: Duration::from_secs(1),
            scenario_timeout: Duration::from_secs(10),
            vars: Default::default(),
            clock: Clock::new(|| jiff::Timestamp::UNIX_EPOCH),
            ids: Arc::new(uuid::Uuid::nil),
            detail: Detail::Everything,
            halts: false,
            schedule: Schedule::default(),
            kept: Arc::default(),
            so_far: Default::default(),
            resumed: 0,
        },
        target: Target::new("test", &config, None).unwrap(),
        sources: project.sources.clone(),
        files: Arc::new(Broken),
        shared: Arc::default(),
        environment: Data::from(serde_json::json!({})),
        redactor: Redactor::new(),
        saved: Default::default(),
        cancel: Cancel::default(),
        gate: Gate::new(&Guards::default(), false),
        listener: None,
        witness: None,
        quarantine: Arc::default(),
    };
    let mut ended = Vec::new();
    let summary = run.execute(&project.plan, &mut |event: &Event| {
        if let EventKind::ScenarioFinished { verdict, problems, .. } = &event.kind {
            let told = problems.first().map(|problem| (problem.id.clone(), problem.message.clone()));
            ended.push((event.scenario.clone().unwrap_or_default(), *verdict, told));
        }
    });
    assert_eq!((summary.passed, summary.errored), (1, 1), "{ended:?}");
    let (scenario, verdict, told) = &ended[0];
    assert_eq!((scenario.as_str(), *verdict), ("scenarios/a.yaml", Verdict::Errored));
    let (id, message) = told.clone().unwrap();
    assert_eq!(id, "run/panic");
    assert!(message.contains("the defect was met at scenarios/clear.jpg"), "{message}");
}
