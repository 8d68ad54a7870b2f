use std::collections::BTreeMap;

use super::subject::{Subject, called, conflict, finding};
use crate::diagnostic::{Diagnostics, Id};
use crate::process::{Definition, Kind, Node, NodeIndex, Trigger};

/// Events on the borders of activities.
pub(super) fn check(subject: &Subject<'_>, found: &mut Diagnostics) {
    let definition = subject.definition;
    let handlers: Vec<&Node> = definition.nodes().iter().filter(|node| node.is_event_subprocess()).collect();
    for node in definition.nodes() {
        if let Some(boundary) = node.boundary()
            && node.outgoing.is_empty()
            && !matches!(boundary.trigger, Trigger::Unsupported(_))
        {
            let message =
                format!("no flow leaves the event {} of {}", called(node), called(&definition[boundary.host]));
            let one = finding(Id::LINT_EVENT_WITHOUT_WAY, node, message);
            found.push(one.help("the activity is cancelled, and the token is lost; let a flow lead on"));
        }
        let events: Vec<&Node> = node.boundaries.iter().map(|event| &definition[*event]).collect();
        same_code(node, &events, found);
        catch_all(node, &events, found);
        same_target(definition, node, &events, found);
        if node.kind == Kind::AutomaticTask && !is_caught(definition, &handlers, node) {
            let message = format!("an error of {} is caught by nothing", called(node));
            let one = finding(Id::LINT_UNCAUGHT, node, message);
            found.push(one.help("the engine ends such an instance without a word; put an error event on its border"));
        }
    }
}

/// Whether an event on the border of a node, or around it, catches some error.
fn is_caught(definition: &Definition, handlers: &[&Node], node: &Node) -> bool {
    let catches =
        |nodes: &[NodeIndex]| nodes.iter().any(|node| definition[*node].trigger().is_some_and(Trigger::is_error));
    let mut around = std::iter::successors(node.scope, |scope| definition[*scope].scope);
    catches(&node.boundaries)
        || around.any(|scope| catches(&definition[scope].boundaries))
        || handlers.iter().any(|handler| is_around(definition, handler.scope, node) && catches(&handler.children))
}

/// Whether a node stands in a scope, at whatever depth.
fn is_around(definition: &Definition, scope: Option<NodeIndex>, node: &Node) -> bool {
    scope.is_none() || std::iter::successors(node.scope, |scope| definition[*scope].scope).any(|one| Some(one) == scope)
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
        let one = finding(Id::LINT_SAME_ERROR, events[1], message).and(events[0].span, "the first one");
        let one = one.shown_by(conflict(events.iter().copied()));
        found.push(one.help("remove the others, or let them catch other errors"));
    }
}

/// An event that catches every error beside those that catch one: it takes whatever code is added later.
fn catch_all(host: &Node, events: &[&Node], found: &mut Diagnostics) {
    let all = events.iter().copied().find(|event| code(event) == Some(None));
    let one = events.iter().copied().find(|event| matches!(code(event), Some(Some(_))));
    if let (Some(all), Some(one)) = (all, one) {
        let message = format!("{} catches every error of {} that no other event catches", called(all), called(host));
        let finding =
            finding(Id::LINT_CATCH_ALL, all, message).and(one.span, "catches one").shown_by(conflict([one, all]));
        found.push(
            finding.help("an error that is added later is taken for one of these; name the codes that are meant"),
        );
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
            let one = finding(Id::LINT_SAME_END, timer, message).and(error.span, "the error");
            let one = one.shown_by(conflict([*error, *timer]));
            found.push(one.help("lead them apart where they mean different things"));
        }
    }
}
