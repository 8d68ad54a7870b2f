//! Judges what is posted to a world before it is believed.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::program::Program;
use super::told::{Known, told};
use crate::catalogue::Catalogue;
use crate::process;
use crate::script::{Entry, Visits};

/// What is wrong with entries: outcomes and codes that what they name cannot have, one line each. A key that names nothing
/// known is no problem: it may be a value that an element has only when it runs.
pub fn problems(entries: &[Entry], catalogue: &Catalogue, programs: &[Arc<Program>]) -> Vec<String> {
    let mut problems = Vec::new();
    for entry in entries {
        let meant = meant(&entry.key, catalogue, programs);
        let directives = match &entry.visits {
            Visits::Every(directive) => std::slice::from_ref(directive),
            Visits::Each(directives) => directives,
        };
        for directive in directives {
            let all: Vec<_> =
                meant.iter().map(|known| told(directive, &known.failures(|_| true), &entry.key)).collect();
            if let Some(problem) = all.first().and_then(|first| first.as_ref().err())
                && all.iter().all(Result::is_err)
                && !problems.contains(problem)
            {
                problems.push(problem.clone());
            }
            let without = !directive.results.is_empty() && !meant.is_empty() && !meant.iter().any(Known::has_results);
            problems.extend(without.then(|| format!("`{}` has no results", entry.key)));
            let paths =
                directive.set.keys().filter_map(|path| process::write(&mut Map::new(), path, Value::Null).err());
            problems.extend(paths.map(|problem| format!("`{}`: {problem}", entry.key)));
        }
    }
    problems
}

/// Everything that a key may mean.
fn meant<'a>(key: &str, catalogue: &'a Catalogue, programs: &[Arc<Program>]) -> Vec<Known<'a>> {
    let automatic = catalogue.automatic.iter().find(|automatic| automatic.name.value == key).map(Known::Automatic);
    let activity = catalogue.activity(key).map(Known::Activity);
    let elements = programs.iter().flat_map(|program| {
        let nodes = program.definition.nodes().iter().filter(|node| node.id == key || node.is_named(key));
        nodes.filter(|node| node.is_task()).map(|node| {
            let automatic = || program.automatic(node.index, catalogue).map(Known::Automatic);
            let activity = || program.activity(node.index, catalogue).map(Known::Activity);
            match node.kind {
                process::Kind::ExternalTask => activity(),
                _ => automatic(),
            }
            .unwrap_or(Known::Nothing)
        })
    });
    automatic.into_iter().chain(activity).chain(elements).collect()
}

/// Variables that are given by dotted names.
///
/// # Errors
/// A name is no path.
pub fn variables(given: &Map<String, Value>) -> Result<Map<String, Value>, String> {
    let mut variables = Map::new();
    for (path, value) in given {
        process::write(&mut variables, path, value.clone()).map_err(|problem| problem.to_string())?;
    }
    Ok(variables)
}

/// Puts variables over others, member by member.
pub fn merge(below: &mut Map<String, Value>, above: &Map<String, Value>) {
    for (name, value) in above {
        match (below.get_mut(name), value) {
            (Some(Value::Object(below)), Value::Object(above)) => merge(below, above),
            _ => {
                below.insert(name.clone(), value.clone());
            }
        }
    }
}
