use std::collections::BTreeMap;

use serde_json::json;

use super::shown::{Part, Shown};
use crate::project::Project;

pub(super) fn list(project: &Project) -> Shown {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for file in project.plan.files() {
        for tag in &file.scenario(&project.sources).tags {
            *counts.entry(tag.value.clone()).or_default() += file.len();
        }
    }
    let all: Vec<_> = counts.iter().map(|(tag, scenarios)| json!({ "tag": tag, "scenarios": scenarios })).collect();
    let rows = counts.iter().map(|(tag, scenarios)| vec![tag.clone(), scenarios.to_string()]).collect();
    Shown {
        json: json!({ "tags": all }),
        parts: vec![Part { heading: String::new(), columns: &["tag", "scenarios"], rows, gives: &[] }],
    }
}
