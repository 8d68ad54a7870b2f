use std::collections::BTreeSet;

use flowproof::diagnostic::Diagnostics;
use flowproof::source::Sources;
use flowproof::yaml;
use serde_json::Value;

use crate::project::{TestProject, shipped};

fn table() -> Vec<Value> {
    let mut sources = Sources::new();
    let text = std::fs::read_to_string(shipped().join("tests/mutations.yaml")).unwrap();
    let file = sources.add("mutations.yaml", text);
    let node = yaml::parse(&sources, file, &mut Diagnostics::new()).unwrap();
    node.to_json().as_array().unwrap().clone()
}

/// Every shipped scenario fails when its reason for being is taken away.
#[test]
fn what_is_changed_is_noticed() {
    let table = table();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let unnoticed = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(entry) = table.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                    if let Err(problem) = mutate(entry) {
                        unnoticed.lock().unwrap().push(problem);
                    }
                }
            });
        }
    });
    let unnoticed = unnoticed.into_inner().unwrap();
    assert!(unnoticed.is_empty(), "{} of {} changes:\n{}", unnoticed.len(), table.len(), unnoticed.join("\n"));
}

fn mutate(entry: &Value) -> Result<(), String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (scenario, change) = (text(&entry["scenario"]), &entry["change"]);
    let file = change["file"].as_str().unwrap_or(&scenario).to_owned();
    let (replace, with) = (text(&change["replace"]), text(&change["with"]));
    let project = TestProject::shipped();
    let before = std::fs::read_to_string(project.path(&file)).map_err(|error| format!("{file}: {error}"))?;
    let count = change["count"].as_u64().unwrap_or(1) as usize;
    if before.matches(&replace).count() != count {
        return Err(format!("{scenario}: `{replace}` does not stand {count} times in {file}"));
    }
    let project = project.file(&file, before.replace(&replace, &with));
    let ran = project.run(&[&scenario]);
    let expected = text(&entry["fails-with"]);
    match ran.code {
        Some(1..=3) if ran.all().contains(&expected) => Ok(()),
        Some(1..=3) => Err(format!(
            "{scenario}: `{expected}` is not told of `{replace}` → `{with}`:\n{}{}",
            ran.stdout, ran.stderr
        )),
        code => Err(format!("{scenario}: `{replace}` → `{with}` in {file} goes unnoticed (exit {code:?})")),
    }
}

#[test]
fn every_scenario_has_a_reason() {
    let told: BTreeSet<String> =
        table().iter().map(|entry| entry["scenario"].as_str().unwrap_or_default().to_owned()).collect();
    let ran = TestProject::shipped().run(&[]);
    let file = |scenario: &str| scenario.split('#').next().unwrap_or_default().to_owned();
    let shipped: BTreeSet<String> = ran.verdicts().iter().map(|(scenario, _)| file(scenario)).collect();
    assert!(shipped.len() >= 28);
    assert_eq!(told, shipped);
}
