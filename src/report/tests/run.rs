use std::path::PathBuf;

use super::made::Made;
use super::storing::store;
use crate::event::{Event, EventKind, Verdict};
use crate::report::{ReportError, StoredRun};

fn written(folder: &tempfile::TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).expect("a file");
    path
}

fn ids(run: &StoredRun) -> Vec<(String, bool)> {
    let scenarios = run.scenarios().expect("the files");
    let scenarios = scenarios.map(|one| one.expect("events"));
    scenarios.map(|one| (one.id, one.finished)).collect()
}

#[test]
fn scenarios_come_by_id_with_all_their_events() {
    let mut made = Made::of(3);
    let mut late = made.scenario("c.yaml", "Third");
    late.step("introduction");
    late.ends(Verdict::Failed);
    made.passing("a.yaml", "First");
    made.skipped("b.yaml", "not today");
    let made = made.ended(12.5);
    // Scenarios that run at the same time are interleaved.
    let mut events = made.events.clone();
    events[1..].sort_by_key(|event| (matches!(event.kind, EventKind::RunFinished { .. }), event.at.clone()));
    events.swap(1, 4);
    let folder = tempfile::tempdir().expect("a folder");
    let lines: String = events.iter().map(|event| serde_json::to_string(event).expect("JSON") + "\n").collect();
    let run = StoredRun::open(&[written(&folder, "events.ndjson", &lines)]).expect("a run");
    assert_eq!(run.millis, Some(12.5));
    assert_eq!((run.summary.passed, run.summary.failed, run.summary.skipped), (1, 1, 1));
    for one in run.scenarios().expect("the file") {
        let one = one.expect("events");
        let own: Vec<&Event> =
            events.iter().filter(|event| event.scenario.as_deref() == Some(one.id.as_str())).collect();
        assert_eq!(one.events.iter().collect::<Vec<_>>(), own, "{}", one.id);
    }
    assert_eq!(ids(&run).iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["a.yaml", "b.yaml", "c.yaml"]);
}

#[test]
fn outlines_leave_out_what_nobody_needs_to_look_at() {
    let mut made = Made::of(2);
    made.passing("a.yaml", "First");
    let mut failing = made.scenario("b.yaml", "Second");
    failing.step("introduction");
    failing.ends(Verdict::Failed);
    let folder = tempfile::tempdir().expect("a folder");
    let path = written(&folder, "events.ndjson", &store(&made.ended(5.0)));
    let run = StoredRun::open(&[&path]).expect("a run");
    let outlines: Vec<_> = run.outlines().expect("the file").map(|one| one.expect("events").events).collect();
    let whole: Vec<_> = run.scenarios().expect("the file").map(|one| one.expect("events").events).collect();
    assert_eq!(outlines[0], [whole[0][0].clone(), whole[0][whole[0].len() - 1].clone()]);
    assert_eq!(outlines[1], whole[1]);
}

#[test]
fn what_was_cut_off_is_open_until_the_run_is_resumed() {
    let mut made = Made::of(2);
    made.passing("a.yaml", "First");
    made.scenario("b.yaml", "Second").step("introduction");
    let cut = store(&made);
    let folder = tempfile::tempdir().expect("a folder");
    let path = written(&folder, "events.ndjson", &format!("{cut}{{\"at\":\"2026"));
    let run = StoredRun::open(&[&path]).expect("a run");
    assert_eq!((run.millis, run.summary.finished()), (None, 1));
    assert_eq!(ids(&run), [("a.yaml".to_owned(), true), ("b.yaml".to_owned(), false)]);

    let mut made = made;
    made.tell(None, EventKind::RunResumed { kept: 1, jobs: 4 });
    made.passing("b.yaml", "Second");
    let path = written(&folder, "events.ndjson", &store(&made.ended(5.0)));
    let run = StoredRun::open(&[&path]).expect("a run");
    assert_eq!((run.millis, run.summary.passed, run.happenings.len()), (Some(5.0), 2, 1));
    let second = run.scenarios().expect("the file").last().expect("one").expect("events");
    let begun = second.events.iter().filter(|event| matches!(event.kind, EventKind::ScenarioStarted { .. }));
    assert_eq!((second.finished, begun.count()), (true, 1), "what was under way is told anew");
}

#[test]
fn parts_are_one_run_and_have_nothing_in_common() {
    let folder = tempfile::tempdir().expect("a folder");
    let part = |name: &str, ids: &[&str]| {
        let mut made = Made::of(ids.len());
        ids.iter().for_each(|id| made.passing(id, "One"));
        written(&folder, name, &store(&made.ended(ids.len() as f64)))
    };
    let (one, two) = (part("1", &["c.yaml", "a.yaml"]), part("2", &["b.yaml"]));
    let run = StoredRun::open(&[&one, &two]).expect("a run");
    assert_eq!((run.heads.len(), run.summary.passed, run.millis), (2, 3, Some(2.0)));
    assert_eq!(ids(&run).len(), 3);
    let error = StoredRun::open(&[one, part("3", &["a.yaml"])]).expect_err("a scenario in both");
    assert!(matches!(&error, ReportError::Twice { scenario, .. } if scenario == "a.yaml"), "{error}");
    let error = StoredRun::open(&[written(&folder, "empty", "")]).expect_err("no run");
    assert!(matches!(&error, ReportError::NoRun { .. }), "{error}");
}
