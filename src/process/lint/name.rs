use std::collections::BTreeMap;

use super::subject::{Subject, title};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::process::Node;

/// What people are told about nodes by.
pub(super) fn check(subject: &Subject<'_>, found: &mut Diagnostics) {
    let definition = subject.definition;
    let unnamed: Vec<&Node> =
        definition.nodes().iter().filter(|node| node.is_task() && title(node) == node.id).collect();
    if let Some(first) = unnamed.first() {
        let message = match unnamed.len() {
            1 => format!("the activity `{}` has no name", first.id),
            more => format!("{more} activities have no name"),
        };
        let one = Diagnostic::new(Id::LINT_UNNAMED, message)
            .label(first.span, if unnamed.len() > 1 { "the first one" } else { "" });
        found.push(one.help("reports tell of them by their ids alone"));
    }
    let mut by_name: BTreeMap<String, Vec<&Node>> = BTreeMap::new();
    for node in definition.nodes().iter().filter(|node| node.is_task() && title(node) != node.id) {
        by_name.entry(title(node)).or_default().push(node);
    }
    for (name, nodes) in by_name.into_iter().filter(|(_, nodes)| nodes.len() > 1) {
        let message = format!("{} activities are called \u{201c}{name}\u{201d}", nodes.len());
        let one = Diagnostic::new(Id::LINT_SAME_NAME, message).at(nodes[1].span).and(nodes[0].span, "first here");
        found.push(one.help("reports cannot tell them apart; name what differs"));
    }
}
