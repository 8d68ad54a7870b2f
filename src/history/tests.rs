use std::path::Path;

use super::*;
use crate::event::Event;

/// A stream of a run in which each scenario came to a verdict: `+` passed, `-` failed, `~` passed when it was run again,
/// `0` skipped. Behind it stands what it is made of, if anything.
fn stream(run: &str, day: u32, results: &[(&str, &str)]) -> Vec<Event> {
    let at = format!("2026-11-{day:02}T02:00:00.000Z");
    let mut lines = vec![format!(
        r#"{{"at":"{at}","event":"run-started","version":1,"flowproof":"0.1.0","run":"{run}","seed":7,"target":{{"name":"staging","simulator":false,"base_url":"http://x"}},"scenarios":{},"jobs":1}}"#,
        results.len()
    )];
    for (id, result) in results {
        let (mark, print) = result.split_at(1);
        let print = if print.is_empty() { String::new() } else { format!(r#","fingerprint":"{:0<64}""#, print) };
        let begun = |attempt: u32| {
            format!(
                r#"{{"at":"{at}","scenario":"{id}","event":"scenario-started","title":"t","attempt":{attempt}{print}}}"#
            )
        };
        let step = format!(
            r#"{{"at":"{at}","scenario":"{id}","event":"step-started","step":{{"number":1,"section":"steps","kind":"activity","subject":"capture","visit":1}}}}"#
        );
        let problem =
            format!(r#"[{{"id":"expect/body","verdict":"failed","message":"`a` is {day}, expected 0","step":1}}]"#);
        let (verdict, flaky, problems) = match mark {
            "+" => ("passed", false, "[]"),
            "-" => ("failed", false, problem.as_str()),
            "~" => ("passed", true, "[]"),
            _ => ("skipped", false, "[]"),
        };
        lines.extend([begun(1), step]);
        if flaky {
            lines.push(format!(
                r#"{{"at":"{at}","scenario":"{id}","event":"scenario-retried","attempt":1,"verdict":"failed","pause":"PT1S","millis":9.0,"steps":1,"expectations":1,"requests":1,"problems":{problem}}}"#
            ));
            lines.push(begun(2));
        }
        let attempts = 1 + u32::from(flaky);
        lines.push(format!(
            r#"{{"at":"{at}","scenario":"{id}","event":"scenario-finished","verdict":"{verdict}","flaky":{flaky},"millis":{day}.5,"requests":2,"attempts":{attempts},"walk":[],"problems":{problems}}}"#
        ));
    }
    let passed = results.iter().filter(|(_, result)| result.starts_with(['+', '~'])).count();
    let failed = results.iter().filter(|(_, result)| result.starts_with('-')).count();
    let mut summary = serde_json::to_value(crate::event::Summary::default()).unwrap();
    summary["passed"] = passed.into();
    summary["failed"] = failed.into();
    lines.push(format!(r#"{{"at":"{at}","event":"run-finished","summary":{summary},"millis":1000.0}}"#));
    lines.iter().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

fn record(path: &Path, events: &[Event]) -> Recorded {
    record_with(path, events, Policy::default())
}

fn record_with(path: &Path, events: &[Event], policy: Policy) -> Recorded {
    let origin = Origin { revision: Some("abc".to_owned()), branch: None };
    let mut history = History::open(path, origin, policy).unwrap();
    events.iter().for_each(|event| history.event(event));
    history.finish().unwrap()
}

/// A history of runs on following days.
fn history(days: &[&[(&str, &str)]]) -> (tempfile::TempDir, std::path::PathBuf, Vec<Recorded>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("below/history.db");
    let stored = days.iter().zip(1..).map(|(results, day)| record(&path, &stream(&format!("run{day}"), day, results)));
    let stored = stored.collect();
    (folder, path, stored)
}

#[test]
fn what_has_changed_is_told_scenario_by_scenario() {
    let (_folder, _, stored) = history(&[
        &[("a", "+"), ("b", "-"), ("c", "+"), ("d", "+")],
        // A part of them alone, of which one is skipped.
        &[("a", "-"), ("d", "0")],
        &[("a", "-"), ("b", "+"), ("c", "~"), ("d", "-"), ("e", "-")],
    ]);
    assert!(stored[0].changes.first && stored[0].changes.newly_failing() == 1, "{:?}", stored[0]);
    assert_eq!(stored[1].changes.newly_failing[0].examples, ["a"]);
    let last = &stored[2].changes;
    assert_eq!((stored[2].results, last.first, last.still_failing), (5, false, 1));
    // `d` and `e` have one cause, although its numbers differ from run to run.
    assert_eq!(last.newly_failing.len(), 1, "{last:?}");
    assert_eq!(last.newly_failing[0].examples, ["d", "e"]);
    let cause = last.newly_failing[0].cause.as_ref().unwrap();
    assert_eq!(cause.to_string(), "capture: `a` is #, expected #");
    assert_eq!(
        (last.fixed.examples.as_slice(), last.newly_flaky.examples.as_slice()),
        (&["b".to_owned()][..], &["c".to_owned()][..])
    );
}

#[test]
fn storing_the_same_run_again_changes_nothing() {
    let (_folder, path, _) = history(&[&[("a", "+"), ("b", "-")], &[("a", "-"), ("b", "-")]]);
    let again = record(&path, &stream("run1", 1, &[("a", "+"), ("b", "-")]));
    assert_eq!(again.results, 2);
    let store = Store::open(&path).unwrap();
    assert_eq!(store.results().unwrap(), 4);
    let runs = store.runs(None, 10).unwrap();
    let names: Vec<&str> = runs.iter().map(|run| run.facts.run.as_str()).collect();
    assert_eq!(names, ["run2", "run1"]);
    assert_eq!((runs[0].newly_failing, runs[0].fixed, runs[1].newly_failing), (Some(1), Some(0), None));
    assert_eq!((runs[1].facts.summary.passed, runs[1].facts.millis), (1, Some(1000.0)));
    assert_eq!(runs[0].facts.revision.as_deref(), Some("abc"));
}

#[test]
fn failures_are_open_since_the_run_after_the_last_good_one() {
    let (_folder, path, _) = history(&[
        &[("a", "+1"), ("b", "+1"), ("c", "+1"), ("e", "-1"), ("gone", "-1")],
        &[("a", "-1"), ("b", "+1"), ("c", "+1"), ("e", "-1")],
        &[("a", "-1"), ("b", "0"), ("c", "-1")],
        &[("a", "-2"), ("b", "-2"), ("c", "+1"), ("e", "-1")],
    ]);
    let store = Store::open(&path).unwrap();
    let found = store.failures(Some("staging")).unwrap();
    let [one] = found.causes.as_slice() else { panic!("{found:#?}") };
    // `a` fails since run 2 as it was made in run 1; `b` was made anew; `e` never passed; `gone` is among those that never did.
    assert_eq!((one.scenarios, one.target_changed, one.scenario_changed, one.never_passed), (4, 1, 1, 2));
    assert_eq!((one.since.run.as_str(), one.passed.as_ref()), ("run1", None), "that of `e`");
    assert_eq!((one.runs, &one.examples[..]), (4, &["a".to_owned(), "b".to_owned(), "e".to_owned()][..]));
    assert_eq!(store.failures(Some("nowhere")).unwrap().causes.len(), 0);
    // What is not run any more is not told of for ever.
    record(&path, &stream("late", 28, &[("a", "+2"), ("b", "-2"), ("c", "+1"), ("e", "+1")]));
    let found = store.failures(None).unwrap();
    assert_eq!((found.forgotten, &found.causes[0].examples[..]), (1, &["b".to_owned()][..]));
    let since = &found.causes[0];
    assert_eq!((since.since.run.as_str(), since.passed.as_ref().map(|one| one.run.as_str())), ("run4", Some("run2")));
}

#[test]
fn a_failure_between_passes_of_the_same_is_chance_and_one_of_a_changed_scenario_is_none() {
    let mut days: Vec<Vec<(&str, &str)>> =
        (0..10).map(|_| vec![("alone", "+1"), ("again", "+1"), ("changed", "+1"), ("broken", "+1")]).collect();
    days[4] = vec![("alone", "-1"), ("again", "~1"), ("changed", "-2"), ("broken", "-1")];
    days[5][3].1 = "-1";
    let days: Vec<&[(&str, &str)]> = days.iter().map(Vec::as_slice).collect();
    let (_folder, path, _) = history(&days);
    let store = Store::open(&path).unwrap();
    let found = store.flaky(None, 50).unwrap();
    let told: Vec<_> = found.iter().map(|one| (one.scenario.as_str(), one.again, one.alone, one.share.of)).collect();
    assert_eq!(told, [("again", 1, 0, 10), ("alone", 0, 1, 10)]);
    assert!(found[0].cause.is_some() && found[0].last == "run5" && found[0].share.most < 0.5);
    assert_eq!(store.flaky(None, 3).unwrap().len(), 0, "of the last three none is");
}

#[test]
fn what_became_slower_is_found_and_chance_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    for day in 1..=28 {
        let mut events = stream(&format!("run{day}"), day, &[("slower", "+1"), ("steady", "+1"), ("rare", "+1")]);
        for event in &mut events {
            let id = event.scenario.clone().unwrap_or_default();
            if let crate::event::EventKind::ScenarioFinished { millis, .. } = &mut event.kind {
                let noise = f64::from(day * 37 % 11);
                *millis = if id == "slower" && day > 20 { 300.0 } else { 200.0 } + noise;
            }
        }
        events.retain(|event| event.scenario.as_deref() != Some("rare") || day > 20);
        record(&path, &events);
    }
    let slow = Store::open(&path).unwrap().slow(None).unwrap();
    assert_eq!(slow.judged, 2, "one was not run often enough");
    let [one] = slow.slower.as_slice() else { panic!("{slow:#?}") };
    assert_eq!((one.scenario.as_str(), one.since.run.as_str(), one.scenario_changed), ("slower", "run21", Some(false)));
    assert!(one.after - one.before > 90.0 && one.p < 0.001 && one.effect > 0.99, "{one:?}");
}

#[test]
fn the_next_run_learns_what_it_asks() {
    let (_folder, path, _) =
        history(&[&[("a", "+1"), ("b", "-2"), ("c", "~3")], &[("a", "-1"), ("c", "+3")], &[("a", "01"), ("c", "+3")]]);
    let past = Past::open(&path, "staging").unwrap().unwrap();
    let [a, b, c, d] = ["a", "b", "c", "d"].map(|id| past.glance(id).unwrap());
    // What was skipped says nothing: the result before counts.
    assert_eq!(
        [a, b, c, d].map(|one| (one.failed, one.flaky)),
        [(true, false), (true, false), (false, true), (false, false)]
    );
    assert_eq!([a, b, c, d].map(|one| one.millis), [Some(1.5), None, Some(2.5), None]);
    let made_of = |text: &str| format!("{text:0<64}");
    assert!(!d.is_of(&made_of("1")) && !a.is_of("short"));
    assert!(a.is_of(&made_of("1")));
    let results = past.results("a", 2).unwrap();
    let told: Vec<_> = results.iter().map(|one| (one.run.as_str(), one.verdict.as_str(), one.changed)).collect();
    assert_eq!(told, [("run3", "skipped", Some(false)), ("run2", "failed", Some(false))]);
    let elsewhere = Past::open(&path, "live").unwrap().unwrap();
    assert!(elsewhere.is_empty() && elsewhere.glance("a").unwrap() == Glance::default());
    assert!(Past::open(&path.with_file_name("none.db"), "staging").unwrap().is_none());
}

#[test]
fn old_runs_are_removed_by_number_and_age() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let few = Policy { runs: 3, ..Policy::default() };
    for day in 1..=6 {
        record_with(&path, &stream(&format!("run{day}"), day, &[("a", "+"), (&format!("only{day}"), "-")]), few);
    }
    let store = Store::open(&path).unwrap();
    let names = |store: &Store| store.runs(None, 99).unwrap().into_iter().map(|run| run.facts.run).collect::<Vec<_>>();
    assert_eq!(names(&store), ["run6", "run5", "run4"]);
    assert_eq!(store.results().unwrap(), 6);
    assert_eq!(store.scenarios_like("only", 99).unwrap(), ["only4", "only5", "only6"]);
    let week = Policy { keep: std::time::Duration::from_secs(7 * 86_400), ..Policy::default() };
    record_with(&path, &stream("late", 12, &[("a", "+")]), week);
    assert_eq!(names(&store), ["late", "run6", "run5"]);
    // An old run that is stored now is what was asked for.
    record_with(&path, &stream("run1", 1, &[("a", "+")]), week);
    assert_eq!(names(&store), ["late", "run6", "run5", "run1"]);
}

#[test]
fn a_run_that_was_cut_off_is_counted_as_far_as_it_came() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let events = stream("cut", 1, &[("a", "+"), ("b", "~"), ("c", "-")]);
    record(&path, &events[..events.len() - 2]);
    let store = Store::open(&path).unwrap();
    let run = store.run("cu").unwrap().unwrap();
    assert_eq!((run.millis, run.summary.passed, run.summary.flaky, run.summary.failed), (None, 2, 1, 0));
    assert!(store.run("other").unwrap().is_none() && store.run("last").unwrap().is_some());
    // It goes on: the same run.
    record(&path, &events);
    let run = store.run("cut").unwrap().unwrap();
    assert_eq!((run.millis, run.summary.failed, store.results().unwrap()), (Some(1000.0), 1, 3));
}

#[test]
fn what_is_no_history_is_told_and_never_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let told = |path: &Path| {
        let error = Store::open(path).unwrap_err().to_string();
        error.replace(&path.display().to_string(), "PATH")
    };
    std::fs::write(&path, "this is a text of some length, and no database at all ".repeat(40)).unwrap();
    let mut all = told(&path);
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("this is a text"));
    std::fs::remove_file(&path).unwrap();
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    all += &format!("\n{}", told(&path));
    std::fs::remove_file(&path).unwrap();
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE run (x)").unwrap();
    all += &format!("\n{}", told(&path));
    std::fs::create_dir(folder.path().join("folder")).unwrap();
    all += &format!("\n{}", told(&folder.path().join("folder")));
    insta::assert_snapshot!(all);
}

#[test]
fn of_a_run_that_is_forgotten_nothing_is_left() {
    let (_folder, path, _) = history(&[&[("a", "+")], &[("scenarios/leak.yaml", "-"), ("a", "+")]]);
    let holds = || {
        let files = ["", "-wal"].map(|end| format!("{}{end}", path.display()));
        let bytes = files.into_iter().flat_map(|file| std::fs::read(file).unwrap_or_default()).collect::<Vec<_>>();
        String::from_utf8_lossy(&bytes).contains("leak.yaml")
    };
    assert!(holds());
    Store::open(&path).unwrap().forget("run2").unwrap();
    assert!(!holds());
    assert_eq!(Store::open(&path).unwrap().runs(None, 9).unwrap().len(), 1);
}

/// What storing and each view cost with 200,000 results: `cargo test --release --lib -- --ignored --nocapture 200_000`.
#[test]
#[ignore = "needs a release build, and tells how long things take"]
fn what_200_000_results_cost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let ids: Vec<String> = (0..2_000).map(|at| format!("scenarios/onboarding/step-{at}.yaml")).collect();
    let mut took = std::time::Duration::ZERO;
    for day in 0..100 {
        let mark = |at: usize| match (at + day).is_multiple_of(61) {
            _ if day > 97 && at < 300 => "-1",
            true => "~1",
            false => "+1",
        };
        let results: Vec<(&str, &str)> = ids.iter().enumerate().map(|(at, id)| (id.as_str(), mark(at))).collect();
        let events = stream(&format!("run{day}"), day as u32 % 28 + 1, &results);
        let began = std::time::Instant::now();
        record(&path, &events);
        took += began.elapsed();
    }
    println!("storing: {:.1} us for each result", took.as_secs_f64() * 1e6 / 200_000.0);
    println!("size: {} KiB", std::fs::metadata(&path).unwrap().len() / 1024);
    let store = Store::open(&path).unwrap();
    let time = |name: &str, view: &dyn Fn() -> usize| {
        let began = std::time::Instant::now();
        let found = view();
        println!("{name}: {:.1} ms ({found})", began.elapsed().as_secs_f64() * 1e3);
    };
    time("runs", &|| store.runs(None, 20).unwrap().len());
    time("show run", &|| store.changes(&store.run("last").unwrap().unwrap()).unwrap().newly_failing());
    time("show scenario", &|| store.history_of(&ids[7], None, 30).unwrap().len());
    time("failures", &|| store.failures(None).unwrap().causes.len());
    time("flaky", &|| store.flaky(None, 50).unwrap().len());
    time("slow", &|| store.slow(None).unwrap().judged);
    let past = Past::open(&path, "staging").unwrap().unwrap();
    time("a glance at 2,000 scenarios", &|| ids.iter().filter(|id| past.glance(id).unwrap().failed).count());
    time("the last ten of 2,000 scenarios", &|| ids.iter().map(|id| past.results(id, 10).unwrap().len()).sum());
    assert_eq!(store.results().unwrap(), 200_000);
}
