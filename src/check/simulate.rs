use super::Surroundings;
use super::names::is_element;
use crate::catalogue::{Catalogue, Failure};
use crate::diagnostic::{Diagnostic, Diagnostics, Id, one_of};
use crate::process::Definition;
use crate::scenario::{Simulate, SimulateEntry};

/// The outcome that lets a check pass.
const SUCCESS: &str = "success";

/// Checks what a simulator is told.
pub(super) fn check(simulate: &Simulate, around: &Surroundings<'_>, found: &mut Diagnostics) {
    let Some(catalogue) = around.catalogue else { return };
    for entry in &simulate.entries {
        let key = entry.key.value.as_str();
        let automatic = catalogue.automatic.iter().find(|automatic| automatic.name.value == key);
        if let Some(automatic) = automatic {
            directives(entry, &automatic.failures, found);
            if automatic.results_in.is_none() {
                results(entry, found);
            }
            continue;
        }
        let failures = failures(key, catalogue, around.definition);
        if !failures.is_empty() {
            directives(entry, &failures, found);
            continue;
        }
        let known = catalogue.activity(key).is_some()
            || is_element(key, around)
            || around.definition.is_some_and(|definition| is_input_value(key, catalogue, definition))
            || around.definition.is_some_and(|definition| is_awaited(key, definition));
        if !known && around.definition.is_some() {
            let message = format!("nothing of the process is called `{key}`");
            let names = catalogue.automatic.iter().map(|automatic| automatic.name.value.as_str());
            let one = Diagnostic::new(Id::UNKNOWN_SIMULATED, message).at(entry.key.span);
            found.push(one.meant(entry.key.span, key, names));
        }
    }
}

/// Whether the key is the value of an input parameter by which the catalogue lets elements be named.
fn is_input_value(key: &str, catalogue: &Catalogue, definition: &Definition) -> bool {
    let keys: Vec<&String> = catalogue.automatic.iter().flat_map(|automatic| &automatic.keys).collect();
    let mut inputs = definition.nodes().iter().flat_map(|node| &node.inputs);
    inputs.any(|input| keys.contains(&&input.name) && input.value.as_plain_text() == Some(key))
}

/// Whether the key is the name of a message or signal for which the process waits.
fn is_awaited(key: &str, definition: &Definition) -> bool {
    definition.nodes().iter().any(|node| node.awaited() == Some(key))
}

/// The failures of the automatic elements that a key means: by id, by name, or by the value of an input parameter.
fn failures(key: &str, catalogue: &Catalogue, definition: Option<&Definition>) -> Vec<Failure> {
    let nodes = definition.into_iter().flat_map(Definition::nodes);
    let automatic = nodes.filter_map(|node| {
        let automatic = catalogue.automatic_of(&node.attribute_texts(), node.name.as_deref())?;
        let of_value = || {
            let mut inputs = node.inputs.iter().filter(|input| automatic.keys.contains(&input.name));
            inputs.any(|input| input.value.as_plain_text() == Some(key))
        };
        (node.id == key || node.is_named(key) || of_value()).then_some(automatic)
    });
    automatic.flat_map(|automatic| automatic.failures.clone()).collect()
}

/// Reports results of what has none.
fn results(entry: &SimulateEntry, found: &mut Diagnostics) {
    for (name, _) in entry.visits.all().iter().flat_map(|directive| &directive.results) {
        let message = format!("`{}` has no results", entry.key.value);
        let one = Diagnostic::new(Id::UNKNOWN_SIMULATED, message).at(name.span);
        found.push(one.help("process variables are written with `set`"));
    }
}

fn directives(entry: &SimulateEntry, failures: &[Failure], found: &mut Diagnostics) {
    for directive in entry.visits.all() {
        let names = || failures.iter().map(|failure| failure.name.value.as_str());
        let failure = match &directive.outcome {
            Some(outcome) if outcome.value == SUCCESS => {
                if let Some(code) = &directive.code {
                    let one = Diagnostic::new(Id::CONTRADICTION, "what succeeds gives no code").at(code.span);
                    found.push(one.and(outcome.span, "it succeeds").help("remove one of the two"));
                }
                continue;
            }
            Some(outcome) => match failures.iter().find(|failure| failure.name.value == outcome.value) {
                Some(failure) => Some(failure),
                None => {
                    let message = format!("`{}` has no outcome `{}`", entry.key.value, outcome.value);
                    let one = Diagnostic::new(Id::UNKNOWN_OUTCOME, message).at(outcome.span);
                    found.push(one.meant(outcome.span, outcome, names().chain([SUCCESS])));
                    continue;
                }
            },
            None => None,
        };
        let Some(code) = &directive.code else { continue };
        let codes: Vec<i64> = match failure {
            Some(failure) => failure.codes.clone(),
            None => failures.iter().flat_map(|failure| failure.codes.iter().copied()).collect(),
        };
        if !codes.contains(&code.value) {
            let message = format!("`{}` never gives the code {}", entry.key.value, code.value);
            let known: Vec<String> = codes.iter().map(i64::to_string).collect();
            let help = format!("expected {}", one_of(known.iter().map(String::as_str)));
            found.push(Diagnostic::new(Id::UNKNOWN_CODE, message).label(code.span, help));
        }
    }
}
