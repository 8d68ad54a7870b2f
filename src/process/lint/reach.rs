use super::subject::{Subject, called};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::process::Kind;

/// Nodes that are never reached, or from which no end can be.
pub(super) fn check(subject: &Subject<'_>, found: &mut Diagnostics) {
    let definition = subject.definition;
    if subject.drawn.ends().is_empty() {
        let one = Diagnostic::new(Id::LINT_NO_END, "the process has no end, so no instance of it can be completed");
        found.push(one.at(definition.id().span).help("let each way lead to an end event"));
        return;
    }
    for node in definition.nodes() {
        // An event on the border of what is never reached is told with it.
        let of_host = node.boundary().is_some_and(|boundary| !subject.of_drawn.is_reachable(boundary.host));
        if !subject.of_drawn.is_reachable(node.index) && !of_host {
            let one = Diagnostic::new(Id::LINT_UNREACHABLE, format!("{} is never reached", called(node)));
            found.push(one.at(node.span).help("let a flow lead to it, or remove it"));
        }
        // Without a way out, a gateway and an event have a finding of their own.
        let lost = node.outgoing.is_empty() && matches!(node.kind, Kind::ExclusiveGateway | Kind::Boundary(_));
        // It is told where the way without an end begins, not of every node on it.
        let mut before = subject.drawn.entering(node.index).iter().map(|arc| subject.drawn.arcs()[*arc].from);
        let begins = subject.drawn.starts().contains(&node.index) || before.any(|node| subject.of_drawn.has(node));
        if subject.of_drawn.is_reachable(node.index) && !subject.of_drawn.can_end(node.index) && begins && !lost {
            let message = format!("no end can be reached from {}, so the instance hangs there", called(node));
            let one = Diagnostic::new(Id::LINT_DEAD_END, message).at(node.span);
            found.push(one.help(format!("a walk that leads there: {}", subject.walk_to(node.index))));
        }
    }
}
