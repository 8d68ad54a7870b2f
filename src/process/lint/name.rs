use std::collections::BTreeMap;

use super::subject::{Subject, called, conflict, finding, title};
use crate::diagnostic::{Diagnostic, Diagnostics, Element, Id};
use crate::process::{Kind, Node};

/// What people are told about nodes and flows by.
pub(super) fn check(subject: &Subject<'_>, found: &mut Diagnostics) {
    let definition = subject.definition;
    for node in definition.nodes().iter().filter(|node| needs_name(node) && Element::from(*node).name.is_none()) {
        let what = if node.is_activity() { "activity" } else { "decision" };
        let one = finding(Id::LINT_UNNAMED, node, format!("the {what} `{}` has no name", node.id));
        found.push(one.help("reports tell of it by its id alone"));
    }
    for flow in definition.flows().iter().filter(|flow| flow.condition.is_some()) {
        if Element::from(flow).name.is_none() {
            let message = format!(
                "the flow `{}` out of {} has a condition and no name",
                flow.id,
                called(&definition[flow.source])
            );
            let one = Diagnostic::new(Id::LINT_UNNAMED, message).at(flow.span).of(flow);
            found.push(one.help("name the answer that it stands for: a diagram shows no conditions"));
        }
    }
    let mut by_name: BTreeMap<String, Vec<&Node>> = BTreeMap::new();
    for node in definition.nodes().iter().filter(|node| node.is_activity() && Element::from(*node).name.is_some()) {
        by_name.entry(title(node)).or_default().push(node);
    }
    for (name, nodes) in by_name.into_iter().filter(|(_, nodes)| nodes.len() > 1) {
        let message = format!("{} activities are called \u{201c}{name}\u{201d}", nodes.len());
        let one = finding(Id::LINT_SAME_NAME, nodes[1], message).and(nodes[0].span, "first here");
        let one = one.shown_by(conflict(nodes));
        found.push(one.help("reports cannot tell them apart; name what differs"));
    }
}

/// Whether people ask for it by name: what is done, and what is decided.
fn needs_name(node: &Node) -> bool {
    let decides = matches!(node.kind, Kind::ExclusiveGateway | Kind::InclusiveGateway) && node.outgoing.len() > 1;
    node.is_activity() && !node.is_event_subprocess() || decides
}
