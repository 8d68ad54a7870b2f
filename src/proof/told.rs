use super::{Map, Place, Places};
use crate::diagnostic::one_of;

/// What places are called: the activities, each once, else the names of elements.
pub(super) fn names(map: &Map, places: &Places) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for node in places.nodes() {
        let name = match map.activity_at(node) {
            Some(activity) => activity.name.value.clone(),
            None => map.definition()[node].title().split_whitespace().collect::<Vec<_>>().join(" "),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Where the process stands, in words: "at `capture-face` or `confirm-face`, or at its end".
pub(super) fn whereabouts(map: &Map, places: &Places) -> String {
    let names = names(map, places);
    let mut told = Vec::new();
    if !names.is_empty() {
        told.push(format!("at {}", one_of(names.iter().map(String::as_str))));
    }
    if places.has(Place::Ended) {
        told.push("at its end".to_owned());
    }
    if places.has(Place::Nowhere) {
        told.push("nowhere, since no instance was started".to_owned());
    }
    if places.is_vague() {
        told.push("at an unknown place".to_owned());
    }
    if told.is_empty() { "nowhere".to_owned() } else { told.join(", or ") }
}
