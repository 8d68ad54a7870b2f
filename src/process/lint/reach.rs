use std::collections::HashSet;

use super::subject::{Subject, called, finding};
use crate::diagnostic::{Diagnostic, Diagnostics, Id, WitnessKind};
use crate::process::{Kind, NodeIndex};

/// Nodes that are never reached, or from which no end can be.
pub(super) fn check(subject: &Subject<'_>, found: &mut Diagnostics) {
    let definition = subject.definition;
    if subject.drawn.ends().is_empty() {
        let one = Diagnostic::new(Id::LINT_NO_END, "the process has no end, so no instance of it can be completed");
        found.push(one.at(definition.id().span).of(definition).help("let each way lead to an end event"));
        return;
    }
    let starts: HashSet<NodeIndex> = subject.drawn.starts().iter().copied().collect();
    for node in definition.nodes() {
        // What stands in or on the border of what is never reached is told with it.
        let around = node.boundary().map(|boundary| boundary.host).or(node.scope);
        let is_told = around.is_some_and(|around| !subject.of_drawn.is_reachable(around));
        if !subject.of_drawn.is_reachable(node.index) && !is_told {
            let one = finding(Id::LINT_UNREACHABLE, node, format!("{} is never reached", called(node)));
            found.push(one.help("let a flow lead to it, or remove it"));
        }
        // Without a way out, a gateway and an event have a finding of their own.
        let lost = node.outgoing.is_empty() && matches!(node.kind, Kind::ExclusiveGateway | Kind::Boundary(_));
        // It is told where the way without an end begins, not of every node on it.
        let mut before = subject.drawn.entering(node.index).iter().map(|arc| subject.drawn.arcs()[*arc].from);
        let begins = starts.contains(&node.index) || before.any(|node| subject.of_drawn.has(node));
        if subject.of_drawn.is_reachable(node.index) && !subject.of_drawn.can_end(node.index) && begins && !lost {
            let message = format!("no end can be reached from {}, so the instance hangs there", called(node));
            let walk = subject.walk_to(node.index);
            let one = finding(Id::LINT_DEAD_END, node, message).shown_by(subject.witness(WitnessKind::Walk, &walk));
            found.push(one.help(format!("a walk that leads there: {}", subject.told(&walk))));
        }
    }
}
