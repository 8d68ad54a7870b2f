use std::collections::BTreeMap;

use super::subject::{Subject, called};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::process::{Definition, Kind, Node, Trigger};

/// Events on the borders of activities.
pub(super) fn check(subject: &Subject<'_>, found: &mut Diagnostics) {
    let definition = subject.definition;
    for node in definition.nodes() {
        if let Some(boundary) = node.boundary()
            && node.outgoing.is_empty()
        {
            let message =
                format!("no flow leaves the event {} of {}", called(node), called(&definition[boundary.host]));
            let one = Diagnostic::new(Id::LINT_EVENT_WITHOUT_WAY, message).at(node.span);
            found.push(one.help("the activity is cancelled, and the token is lost; let a flow lead on"));
        }
        let events: Vec<&Node> = node.boundaries.iter().map(|event| &definition[*event]).collect();
        same_code(node, &events, found);
        same_target(definition, node, &events, found);
        let catches = events.iter().any(|event| code(event).is_some());
        if node.kind == Kind::AutomaticTask && !catches {
            let message = format!("an error of {} is caught by nothing", called(node));
            let one = Diagnostic::new(Id::LINT_UNCAUGHT, message).at(node.span);
            found.push(one.help("the engine ends such an instance without a word; put an error event on its border"));
        }
    }
}

/// The code that an event catches: `Some(None)` is every code, `None` is no error event.
fn code(event: &Node) -> Option<Option<&str>> {
    match &event.boundary()?.trigger {
        Trigger::Error { code, .. } => Some(code.as_deref()),
        _ => None,
    }
}

fn same_code(host: &Node, events: &[&Node], found: &mut Diagnostics) {
    let mut by_code: BTreeMap<Option<&str>, Vec<&Node>> = BTreeMap::new();
    for event in events {
        if let Some(code) = code(event) {
            by_code.entry(code).or_default().push(event);
        }
    }
    for (code, events) in by_code.iter().filter(|(_, events)| events.len() > 1) {
        let what = code.map_or_else(|| "every error".to_owned(), |code| format!("the error `{code}`"));
        let message =
            format!("{} events of {} catch {what}, and only the first ever happens", events.len(), called(host));
        let mut one = Diagnostic::new(Id::LINT_SAME_ERROR, message).at(events[1].span);
        one = one.and(events[0].span, "the first one");
        found.push(one.help("remove the others, or let them catch other errors"));
    }
}

/// An error and a timer that lead to the same place: no test can tell them apart.
fn same_target(definition: &Definition, host: &Node, events: &[&Node], found: &mut Diagnostics) {
    let target = |event: &Node| match event.outgoing.as_slice() {
        [only] => Some(definition[*only].target),
        _ => None,
    };
    let is_timer =
        |event: &&&Node| matches!(event.boundary().map(|boundary| &boundary.trigger), Some(Trigger::Timer { .. }));
    for timer in events.iter().filter(is_timer) {
        let alike = events
            .iter()
            .find(|event| code(event).is_some() && target(event).is_some() && target(event) == target(timer));
        if let Some(error) = alike {
            let message = format!(
                "an error and the timeout of {} lead to the same place, so that nothing tells them apart",
                called(host)
            );
            let one = Diagnostic::new(Id::LINT_SAME_END, message).at(timer.span);
            found.push(one.and(error.span, "the error").help("lead them apart where they mean different things"));
        }
    }
}
