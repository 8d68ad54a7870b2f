use super::subject::{Subject, called};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::process::{Kind, Node, Trigger};

/// Where the process waits, and for how long.
pub(super) fn check(subject: &Subject<'_>, found: &mut Diagnostics) {
    let definition = subject.definition;
    for node in definition.nodes().iter().filter(|node| node.is_task()) {
        let is_timer =
            |event: &&Node| matches!(event.boundary().map(|boundary| &boundary.trigger), Some(Trigger::Timer { .. }));
        let timers: Vec<&Node> = node.boundaries.iter().map(|event| &definition[*event]).filter(is_timer).collect();
        match (node.kind == Kind::ExternalTask, timers.first()) {
            (false, Some(timer)) => {
                let message = format!(
                    "the timer {} can never happen: the process does not wait at {}",
                    called(timer),
                    called(node)
                );
                let one = Diagnostic::new(Id::LINT_IDLE_TIMER, message).at(timer.span);
                found.push(one.help("put it on an activity at which the process waits, or remove it"));
            }
            (true, None) => {
                let message = format!("the process can wait at {} for ever", called(node));
                let one = Diagnostic::new(Id::LINT_NO_TIMER, message).at(node.span);
                found.push(
                    one.help("put a timer on its border, so that an instance that nobody goes on with comes to an end"),
                );
            }
            _ => {}
        }
    }
}
