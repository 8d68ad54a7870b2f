use std::collections::BTreeSet;

use serde_json::json;

use super::shown::{Part, Shown};
use crate::catalogue::Catalogue;
use crate::process::{Definition, NodeIndex};
use crate::project::Project;

pub(super) fn list(project: &Project) -> Shown {
    let catalogues: Vec<&Catalogue> = project.catalogues.values().map(AsRef::as_ref).collect();
    let (mut json, mut parts) = (Vec::new(), Vec::new());
    for (name, definition) in &project.definitions {
        let file = project.sources.file(definition.file()).name();
        let waits = waits(definition);
        let named = |node: &crate::process::Node| {
            let of = |catalogue: &Catalogue| {
                let activity = catalogue.activity_of(&node.attribute_texts(), node.name.as_deref());
                activity.map(|activity| activity.name.value.clone())
            };
            catalogues.iter().find_map(|catalogue| of(catalogue))
        };
        let waits: Vec<_> = waits.into_iter().map(|node| (named(node), node)).collect();
        let (elements, flows) = (definition.nodes().len(), definition.flows().len());
        let scenarios: usize = project
            .plan
            .files()
            .iter()
            .filter(|planned| {
                planned.scenario(&project.sources).process.as_ref().is_some_and(|process| &process.value == name)
            })
            .map(crate::plan::PlannedFile::len)
            .sum();
        json.push(json!({
            "name": name,
            "file": file,
            "elements": elements,
            "flows": flows,
            "scenarios": scenarios,
            "activities": waits.iter().map(|(activity, node)| {
                json!({ "activity": activity, "element": node.id, "name": node.name })
            }).collect::<Vec<_>>(),
        }));
        let rows = waits.iter().map(|(activity, node)| {
            let activity = activity.clone().unwrap_or_else(|| "(in no catalogue)".to_owned());
            vec![activity, node.title().to_owned(), node.id.clone()]
        });
        let counts =
            format!("{elements} elements, {flows} flows, {}", super::super::selection::count(scenarios, "scenario"));
        let heading = format!("{name}  {file}  {counts}");
        parts.push(Part { heading, columns: &["activity", "name", "element"], rows: rows.collect(), gives: &[1, 2] });
    }
    Shown { json: json!({ "processes": json }), parts }
}

/// Where the process waits for somebody, in the order in which it is walked, breadth first.
fn waits(definition: &Definition) -> Vec<&crate::process::Node> {
    let mut found = Vec::new();
    let mut seen: BTreeSet<NodeIndex> = BTreeSet::new();
    let mut open: std::collections::VecDeque<NodeIndex> = definition.start().into_iter().collect();
    while let Some(index) = open.pop_front() {
        if !seen.insert(index) {
            continue;
        }
        let node = &definition[index];
        if node.waits() {
            found.push(node);
        }
        open.extend(definition.beginnings(Some(index)).into_iter().filter(|_| !node.children.is_empty()));
        // What happens on the way comes before what is done about a failure of it.
        open.extend(node.outgoing.iter().map(|flow| definition[*flow].target));
        open.extend(node.boundaries.iter().copied());
    }
    found
}
