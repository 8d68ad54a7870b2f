use std::collections::BTreeSet;

use super::generated::Generated;
use super::played::{Deed, Played};
use super::script::element;
use super::walker::Worked;
use crate::catalogue::Activity;
use crate::process::NodeIndex;
use crate::process::graph::Way;
use crate::proof::Map;

/// Most that a title says; the rest is counted.
const MAX_SAID: usize = 2;
/// Longest part of a file's name that is made of a title.
const MAX_NAME: usize = 60;

/// What is not as on the happy path, in the order in which it happens.
pub(super) fn deviations(map: &Map, generated: &Generated, played: &Played) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    let say = |text: String, said: &mut Vec<String>| {
        if !said.contains(&text) {
            said.push(text);
        }
    };
    fails(map, &played.begun, &mut said);
    for stop in &played.stops {
        let at = place(map, stop.node);
        match &stop.deed {
            Deed::Wait(_) => say(format!("nobody answers {at}"), &mut said),
            Deed::Answer { outcome, .. } if outcome == Activity::SUCCESS => fails(map, &stop.works, &mut said),
            Deed::Answer { outcome, .. } => say(format!("{outcome} at {at}"), &mut said),
        }
    }
    if said.is_empty() {
        let happy: BTreeSet<usize> = generated.walks.first().into_iter().flat_map(|walk| walk.arcs.clone()).collect();
        for arc in played.arcs.iter().filter(|arc| !happy.contains(arc)) {
            if let Way::Flow(flow) = generated.graph.arcs()[*arc].way {
                let flow = &map.definition()[flow];
                let source = &map.definition()[flow.source];
                if source.outgoing.len() > 1 {
                    let way = flow.name.as_deref().map_or_else(|| place(map, flow.target), one_line);
                    say(format!("{}: {way}", place(map, source.index)), &mut said);
                }
            }
        }
    }
    said
}

/// What automatic elements fail.
fn fails(map: &Map, works: &[Worked], said: &mut Vec<String>) {
    for worked in works {
        let Some(told) = &worked.told else { continue };
        let what = told.outcome.as_ref().or(told.error.as_ref());
        if let Some(what) = what {
            let text = format!("{what} at {}", place(map, worked.node));
            if !said.contains(&text) {
                said.push(text);
            }
        }
    }
}

/// An element in a title.
fn place(map: &Map, node: NodeIndex) -> String {
    let node = &map.definition()[node];
    let title = one_line(node.title());
    match map.activity_at(node.index) {
        Some(activity) if map.elements_of(&activity.name.value, None).nodes().count() == 1 => {
            activity.name.value.clone()
        }
        _ => title,
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The title of a scenario.
pub(super) fn title(process: &str, deviations: &[String], is_first: bool) -> String {
    match deviations {
        [] if is_first => format!("All is well in {process}"),
        [] => format!("All is well in {process}, by another way"),
        said if said.len() <= MAX_SAID => capital(&said.join(", then ")),
        said => capital(&format!("{}, and {} more", said[..MAX_SAID].join(", then "), said.len() - MAX_SAID)),
    }
}

/// The name of a scenario's file, without its ending.
pub(super) fn file_name(at: usize, all: usize, deviations: &[String]) -> String {
    let digits = all.to_string().len().max(2);
    let text = deviations.first().map_or("all-is-well", String::as_str);
    let mut name = String::new();
    for part in text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()) {
        if name.len() + part.len() >= MAX_NAME {
            break;
        }
        if !name.is_empty() {
            name.push('-');
        }
        name += &part.to_lowercase();
    }
    format!("{:0digits$}-{name}", at + 1)
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

/// The element by which a step says which of several it means.
pub(super) fn means(map: &Map, node: NodeIndex) -> Option<String> {
    let activity = map.activity_at(node)?;
    let several = map.elements_of(&activity.name.value, None).nodes().count() > 1;
    several.then(|| element(map, &map.definition()[node].id))
}
