use std::collections::BTreeMap;

use super::condition::are_opposite;
use super::subject::{Subject, called, conflict, finding, listed, title};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::process::expression::{Binary, Expression, Term};
use crate::process::graph::Way;
use crate::process::{Definition, Flow, FlowIndex, Kind, Node};

/// What decides where the token goes.
pub(super) fn check(subject: &Subject<'_>, found: &mut Diagnostics) {
    let definition = subject.definition;
    for node in definition.nodes() {
        same_way_twice(definition, node, found);
        let told = found.len();
        match node.kind {
            Kind::ExclusiveGateway => refused(definition, node, found),
            Kind::InclusiveGateway | Kind::ParallelGateway => {}
            _ => continue,
        }
        if found.len() > told {
            continue;
        }
        if node.incoming.len() > 1 && node.outgoing.len() > 1 {
            let message = format!("{} joins {} flows and splits them again", called(node), node.incoming.len());
            let one = finding(Id::LINT_JOIN_AND_SPLIT, node, message);
            found.push(one.help("draw two gateways: who reads it, and what covers it, keeps the two apart"));
        }
        match node.outgoing.as_slice() {
            [only] if node.incoming.len() == 1 => {
                let message = format!("{} neither joins nor splits", called(node));
                let one = finding(Id::LINT_SUPERFLUOUS, node, message);
                found.push(
                    one.help(format!("lead its way straight to {}", called(&definition[definition[*only].target]))),
                );
            }
            [_] if node.default.is_some() => {
                let message = format!("the only flow out of {} is its default, which says nothing", called(node));
                found.push(finding(Id::LINT_SUPERFLUOUS, node, message).help("remove `default`"));
            }
            [_, _, ..] if node.kind != Kind::ParallelGateway => {
                constant(subject, node, found);
                can_be_stuck(definition, node, found);
            }
            _ => {}
        }
    }
}

/// What Camunda 7 refuses to deploy (`BpmnParse.validateExclusiveGateway`).
fn refused(definition: &Definition, node: &Node, found: &mut Diagnostics) {
    let refuse = |message: String, help: &str| finding(Id::LINT_GATEWAY, node, message).help(help);
    let is_open = |flow: &&FlowIndex| definition[**flow].condition.is_none();
    match node.outgoing.as_slice() {
        [] => found.push(refuse(
            format!("no flow leaves {}", called(node)),
            "let one lead on, or end there with an end event",
        )),
        [only] if !is_open(&only) => found.push(refuse(
            format!("the only flow out of {} has a condition: if it does not hold, there is no way on", called(node)),
            "remove the condition, or add a default flow",
        )),
        flows => {
            if let Some(default) = node.default.filter(|default| definition[*default].condition.is_some()) {
                let message =
                    format!("the default flow `{}` of {} has a condition", definition[default].id, called(node));
                found.push(refuse(message, "remove the condition: a default is taken where no other flow is"));
            }
            let open: Vec<&FlowIndex> =
                flows.iter().filter(|flow| node.default != Some(**flow)).filter(is_open).collect();
            let most = usize::from(node.default.is_none() && flows.len() > 1);
            if open.len() > most && flows.len() > 1 {
                let ids: Vec<String> = open.iter().map(|flow| format!("`{}`", definition[**flow].id)).collect();
                let beside = if node.default.is_some() { " beside its default" } else { "" };
                let message = format!("{} out of {} have no condition{beside}", ids.join(" and "), called(node));
                found.push(refuse(message, "give each flow but the default a condition"));
            }
        }
    }
}

fn same_way_twice(definition: &Definition, node: &Node, found: &mut Diagnostics) {
    let mut targets: BTreeMap<_, Vec<&Flow>> = BTreeMap::new();
    node.outgoing
        .iter()
        .map(|flow| &definition[*flow])
        .for_each(|flow| targets.entry(flow.target).or_default().push(flow));
    for (target, flows) in targets.into_iter().filter(|(_, flows)| flows.len() > 1) {
        let all = flows.len() == node.outgoing.len();
        let message = match all {
            true => format!(
                "every flow out of {} leads to {}: it decides nothing",
                called(node),
                called(&definition[target])
            ),
            false => format!("{} flows lead from {} to {}", flows.len(), called(node), called(&definition[target])),
        };
        let mut one = Diagnostic::new(Id::LINT_SAME_WAY, message).at(flows[0].span).of(flows[0]);
        for other in &flows[1..] {
            one = one.and(other.span, "another one");
        }
        let one = one.shown_by(conflict(flows.iter().copied()));
        found.push(one.help("keep one of them, and join the conditions if they differ"));
    }
}

/// Conditions whose value is always the same, and what they keep from being reached.
fn constant(subject: &Subject<'_>, node: &Node, found: &mut Diagnostics) {
    let definition = subject.definition;
    let dead: Vec<FlowIndex> = node.outgoing.iter().copied().filter(|flow| subject.dead.contains(flow)).collect();
    let verdict = |flow: &FlowIndex| definition[*flow].condition.as_ref().and_then(|condition| condition.constant());
    let Some(first) = node.outgoing.iter().find(|flow| verdict(flow).is_some()) else { return };
    let flow = &definition[*first];
    let Some(condition) = &flow.condition else { return };
    let always = if verdict(first) == Some(true) { "always" } else { "never" };
    let message = format!("the flow `{}` out of {} can {always} be taken", flow.id, called(node));
    let mut one = Diagnostic::new(Id::LINT_CONSTANT, message).at(condition.span).of(flow);
    let others: Vec<String> =
        dead.iter().filter(|flow| *flow != first).map(|flow| format!("`{}`", definition[*flow].id)).collect();
    if !others.is_empty() {
        one = one.help(format!("so {} never can", others.join(", ")));
    }
    // What is never reached itself loses nothing more.
    let lost = if subject.of_folded.is_reachable(node.index) { lost_behind(subject, &dead) } else { Vec::new() };
    if !lost.is_empty() {
        one = one.help(format!("behind it, {} cannot be reached: {}", count(lost.len()), listed(&lost)));
    }
    found.push(one.help("put the real condition in its place, or remove the flow"));
}

/// What is reached in the drawing through dead flows alone: it hangs on one of these.
fn lost_behind(subject: &Subject<'_>, dead: &[FlowIndex]) -> Vec<String> {
    let lost = |node| subject.of_drawn.is_reachable(node) && !subject.of_folded.is_reachable(node);
    let mut open: Vec<_> =
        dead.iter().map(|flow| subject.definition[*flow].target).filter(|node| lost(*node)).collect();
    let mut seen: std::collections::BTreeSet<_> = open.iter().copied().collect();
    while let Some(node) = open.pop() {
        for arc in subject.drawn.leaving(node) {
            let arc = subject.drawn.arcs()[*arc];
            let closed = matches!(arc.way, Way::Flow(flow) if subject.dead.contains(&flow));
            if !closed && lost(arc.to) && seen.insert(arc.to) {
                open.push(arc.to);
            }
        }
    }
    seen.into_iter().map(|node| title(&subject.definition[node])).collect()
}

fn count(nodes: usize) -> String {
    format!("{nodes} node{}", if nodes == 1 { "" } else { "s" })
}

/// A split without default whose conditions may all be false.
fn can_be_stuck(definition: &Definition, node: &Node, found: &mut Diagnostics) {
    let flows: Vec<&Flow> = node.outgoing.iter().map(|flow| &definition[*flow]).collect();
    if node.default.is_some() || flows.iter().any(|flow| flow.condition.is_none()) {
        return;
    }
    let conditions: Vec<_> = flows.iter().filter_map(|flow| flow.condition.as_ref()).collect();
    if conditions.iter().any(|condition| condition.constant() == Some(true)) {
        return;
    }
    let expressions: Vec<&Expression> = conditions.iter().filter_map(|condition| condition.sole()).collect();
    let complete = expressions
        .iter()
        .enumerate()
        .any(|(at, one)| expressions[at + 1..].iter().any(|other| are_opposite(one, other)));
    if complete || expressions.len() < conditions.len() {
        return;
    }
    let message = format!(
        "{} has no default: if none of its {} conditions holds, the instance is stuck",
        called(node),
        conditions.len()
    );
    let mut one = finding(Id::LINT_NO_DEFAULT, node, message);
    if let Some(example) = missed(&expressions) {
        one = one.help(format!("as it is where {example}"));
    }
    found.push(one.help("make the most general flow the default"));
}

/// A case in which no condition holds, where all compare one thing with texts or numbers.
fn missed(conditions: &[&Expression]) -> Option<String> {
    let mut subject = None;
    for condition in conditions {
        let thing = match &condition.term {
            Term::Binary(Binary::Equal, left, right) if right.is_constant() => left,
            Term::Binary(Binary::Equal, left, right) if left.is_constant() => right,
            _ => return None,
        };
        let thing = thing.to_string();
        if subject.get_or_insert_with(|| thing.clone()) != &thing {
            return None;
        }
    }
    subject.map(|thing| format!("`{thing}` is none of the values that it is compared with"))
}
