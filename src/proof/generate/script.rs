use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::played::{Deed, Played, Stop};
use super::walker::Worked;
use crate::process::NodeIndex;
use crate::proof::Map;
use crate::script::Directive;

/// What is said below `simulate:`, in order.
pub(super) type Lines = Vec<(String, Value)>;

/// What a simulator is told so that a walk is taken: for the whole scenario, and at each stop.
pub(super) fn script(map: &Map, played: &Played) -> (Lines, Vec<Lines>) {
    let mut steps: Vec<Lines> = Vec::new();
    // What cannot be told at a step, since no step leads there: by element, visit by visit.
    let mut visits: BTreeMap<NodeIndex, Vec<Option<Directive>>> = BTreeMap::new();
    let mut whole: Vec<NodeIndex> = Vec::new();
    let mut tell_whole = |works: &[Worked], visits: &mut BTreeMap<NodeIndex, Vec<_>>| {
        for worked in works {
            visits.entry(worked.node).or_default().push(worked.told.clone());
            if worked.told.is_some() && !whole.contains(&worked.node) {
                whole.push(worked.node);
            }
        }
    };
    tell_whole(&played.begun, &mut visits);
    for stop in &played.stops {
        let Deed::Answer { told, .. } = &stop.deed else {
            tell_whole(&stop.works, &mut visits);
            steps.push(Vec::new());
            continue;
        };
        let mut lines: Lines = Vec::new();
        if let (Some(told), Some(activity)) = (told, map.activity_at(stop.node)) {
            lines.push((activity.name.value.clone(), written(told)));
        }
        for worked in &stop.works {
            let of_node = || stop.works.iter().filter(|other| other.node == worked.node);
            if of_node().all(|other| other.told.is_none()) {
                visits.entry(worked.node).or_default().push(None);
                continue;
            }
            let key = key(map, stop, worked.node);
            if lines.iter().all(|(known, _)| *known != key) {
                let all: Vec<Value> = of_node().map(|one| one.told.as_ref().map_or(json!({}), written)).collect();
                lines.push((key, if let [one] = all.as_slice() { one.clone() } else { Value::Array(all) }));
            }
        }
        steps.push(lines);
    }
    let lines = whole.into_iter().map(|node| {
        let told = &visits[&node];
        let until = told.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
        let all: Vec<Value> = told[..until].iter().map(|one| one.as_ref().map_or(json!({}), written)).collect();
        (map.definition()[node].id.clone(), Value::Array(all))
    });
    (lines.collect(), steps)
}

/// What an element is called where it is told something at a step: what it does, if that means it alone there, else its name, if
/// it alone has it, else its id.
fn key(map: &Map, stop: &Stop, node: NodeIndex) -> String {
    let definition = map.definition();
    if let Some(automatic) = map.automatic_at(node) {
        let same = |other: &&Worked| map.automatic_at(other.node).is_some_and(|one| one.name == automatic.name);
        if stop.works.iter().filter(same).count() == 1 {
            return automatic.name.value.clone();
        }
    }
    element(map, &definition[node].id)
}

/// The name of an element on one line, if it alone has it, else its id.
pub(super) fn element(map: &Map, id: &str) -> String {
    let definition = map.definition();
    let name = definition.node(id).and_then(|node| node.name.as_deref()).unwrap_or_default();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_known = map.catalogue().activity(&name).is_some()
        || map.catalogue().automatic.iter().any(|automatic| automatic.name.value == name);
    let alone = !name.is_empty() && !is_known && definition.nodes_named(&name).count() == 1;
    if alone { name } else { id.to_owned() }
}

/// A directive as scenarios write it.
fn written(directive: &Directive) -> Value {
    let Directive { outcome, code, error, set, results } = directive;
    match outcome {
        Some(outcome) if code.is_none() && error.is_none() && set.is_empty() && results.is_empty() => json!(outcome),
        _ => serde_json::to_value(directive).unwrap_or_default(),
    }
}
