use super::subject::{Subject, called, finding};
use crate::diagnostic::{Diagnostics, Id};
use crate::process::{Definition, Node, Trigger};

/// Where the process waits, and for how long.
pub(super) fn check(subject: &Subject<'_>, found: &mut Diagnostics) {
    let definition = subject.definition;
    for node in definition.nodes().iter().filter(|node| node.is_activity()) {
        match timers(definition, node).next() {
            Some(timer) if !node.may_wait() => {
                let message = format!(
                    "the timer {} can never happen: the process does not wait at {}",
                    called(timer),
                    called(node)
                );
                let one = finding(Id::LINT_IDLE_TIMER, timer, message);
                found.push(one.help("put it on an activity at which the process waits, or remove it"));
            }
            None if node.waits() && !is_timed(definition, node) => {
                let message = format!("the process can wait at {} for ever", called(node));
                let one = finding(Id::LINT_NO_TIMER, node, message);
                found.push(
                    one.help("put a timer on its border, so that an instance that nobody goes on with comes to an end"),
                );
            }
            _ => {}
        }
    }
}

/// The timers on the border of a node. One whose time cannot be read is told of as such.
fn timers<'a>(definition: &'a Definition, node: &Node) -> impl Iterator<Item = &'a Node> {
    let is_timer = |event: &&Node| {
        matches!(event.trigger(), Some(Trigger::Timer { .. }))
            || matches!(event.trigger(), Some(Trigger::Unsupported(what)) if what.contains("timer"))
    };
    node.boundaries.iter().map(|event| &definition[*event]).filter(is_timer)
}

/// Whether a subprocess around a node has a timer.
fn is_timed(definition: &Definition, node: &Node) -> bool {
    let around = std::iter::successors(node.scope, |scope| definition[*scope].scope);
    around.into_iter().any(|scope| timers(definition, &definition[scope]).next().is_some())
}
