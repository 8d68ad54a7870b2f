use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::shown::{Part, Shown};
use crate::catalogue::Catalogue;
use crate::plan::{Exercise, exercises};
use crate::project::Project;

/// Most scenarios that a line of the table names.
const MOST_NAMED: usize = 3;

/// Who is about an outcome.
#[derive(Default)]
struct Exercisers {
    /// The scenarios that fail if it does not come.
    expected: Vec<String>,
    /// The scenarios that take it among others.
    handled: Vec<String>,
}

/// An outcome of an activity with one of its codes, if it has any.
type Key<'a> = (&'a str, &'a str, Option<i64>);

pub(super) fn list(project: &Project) -> Shown {
    let (mut json, mut parts) = (Vec::new(), Vec::new());
    let several = project.catalogues.len() > 1;
    for (name, catalogue) in &project.catalogues {
        let exercisers = exercisers(catalogue, name, project);
        let mut rows = Vec::new();
        for activity in &catalogue.activities {
            for outcome in &activity.outcomes {
                let codes: Vec<Option<i64>> = match outcome.codes.as_slice() {
                    [] => vec![None],
                    codes => codes.iter().map(|code| Some(*code)).collect(),
                };
                // Where an outcome has several codes, a scenario may leave open which.
                let open = (outcome.codes.len() > 1).then_some(None);
                for (code, always) in codes.into_iter().map(|code| (code, true)).chain(open.map(|code| (code, false))) {
                    let key = (activity.name.value.as_str(), outcome.name.value.as_str(), code);
                    let of = exercisers.get(&key);
                    if !always && of.is_none() {
                        continue;
                    }
                    json.push(describe(name, key, of));
                    rows.push(row(key, of));
                }
            }
        }
        let heading = if several { name.clone() } else { String::new() };
        let columns = &["activity", "outcome", "code", "scenarios", ""];
        parts.push(Part { heading, columns, rows, gives: &[4] });
    }
    Shown { json: json!({ "outcomes": json }), parts }
}

fn exercisers<'a>(catalogue: &'a Catalogue, name: &str, project: &Project) -> BTreeMap<Key<'a>, Exercisers> {
    let mut all: BTreeMap<Key<'a>, Exercisers> = BTreeMap::new();
    let uses = |file: &&crate::plan::PlannedFile| {
        file.catalogue.as_ref().is_some_and(|one| std::ptr::eq(&**one, project.catalogues[name].as_ref()))
    };
    for file in project.plan.files().iter().filter(uses) {
        for Exercise { activity, outcome, code, expected } in exercises(
            &file.scenario(&project.sources),
            &file.fragments,
            file.folder(),
            Some(catalogue),
            file.definition.as_deref(),
        ) {
            let known = catalogue.activity(&activity);
            let Some((known, outcome)) = known.and_then(|known| Some((known, known.outcome(&outcome)?))) else {
                continue;
            };
            let of = all.entry((&known.name.value, &outcome.name.value, code)).or_default();
            let scenarios = if expected { &mut of.expected } else { &mut of.handled };
            if scenarios.last().map(String::as_str) != Some(&*file.path) {
                scenarios.push(file.path.to_string());
            }
        }
    }
    for of in all.values_mut() {
        let Exercisers { expected, handled } = of;
        handled.retain(|path| !expected.contains(path));
    }
    all
}

fn row((activity, outcome, code): Key<'_>, of: Option<&Exercisers>) -> Vec<String> {
    let expected = of.map(|of| of.expected.as_slice()).unwrap_or_default();
    let handled = of.map(|of| of.handled.as_slice()).unwrap_or_default();
    let (number, told) = match (expected, handled) {
        ([], []) => ("none".to_owned(), String::new()),
        ([], handled) => ("none".to_owned(), format!("one of several in {}", named(handled))),
        (expected, _) => (expected.len().to_string(), named(expected)),
    };
    vec![activity.to_owned(), outcome.to_owned(), code.map(|code| code.to_string()).unwrap_or_default(), number, told]
}

fn named(paths: &[String]) -> String {
    let more = paths.len().saturating_sub(MOST_NAMED);
    let named = paths.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{named} and {more} more") } else { named }
}

fn describe(catalogue: &str, (activity, outcome, code): Key<'_>, of: Option<&Exercisers>) -> Value {
    json!({
        "catalogue": catalogue,
        "activity": activity,
        "outcome": outcome,
        "code": code,
        "expected": of.map(|of| of.expected.as_slice()).unwrap_or_default(),
        "handled": of.map(|of| of.handled.as_slice()).unwrap_or_default(),
    })
}
