use std::collections::{BTreeMap, BTreeSet};

use super::Knowledge;
use super::counter::Counters;
use super::subject::{Subject, finding, listed, title};
use super::walks::{Walk, Walks};
use crate::diagnostic::{Diagnostics, Id, WitnessKind};
use crate::process::graph::{Arc, Components, Way};
use crate::process::{Kind, Node, NodeIndex};

/// Loops: sets of nodes that all lead to each other, and in which nothing counts how often.
pub(super) fn check(subject: &Subject<'_>, found: &mut Diagnostics) {
    let graph = &subject.folded;
    let waits = |node: NodeIndex| waits(&subject.definition[node]);
    // Without what is waited at, what is left goes round by itself.
    // Only what the definition itself counts is certain to be counted by every engine.
    let nothing = Knowledge::default();
    let drawn = Counters::of(subject.definition, &nothing);
    let automatic = uncounted(subject, &drawn, |arc| !waits(graph.arcs()[arc].from) && !waits(graph.arcs()[arc].to));
    for places in loops(subject, &automatic) {
        let nodes = nodes_at(subject, &places);
        let message = format!("{} nodes lead round in a circle in which the process never waits", nodes.len());
        let circle = circle(subject, &places, &automatic);
        let one = finding(Id::LINT_LIVELOCK, nodes[0], message);
        let one = one.shown_by(subject.witness(WitnessKind::Circle, &circle));
        let one = one.help(format!("the circle: {}", told_round(subject, &places, &circle)));
        found
            .push(one.help("see that something in it is counted and leads out, or let it pass an activity that waits"));
    }
    let all = uncounted(subject, &subject.counters, |_| true);
    for places in loops(subject, &all) {
        let nodes = nodes_at(subject, &places);
        let waiting: Vec<String> = nodes.iter().filter(|node| waits(node.index)).map(|node| title(node)).collect();
        if waiting.is_empty() {
            continue;
        }
        let inside: BTreeSet<usize> = places.iter().copied().collect();
        let leads_out =
            |place: &&usize| graph.leaving_place(**place).iter().any(|arc| !inside.contains(&graph.way(*arc).1));
        let exits: Vec<String> = places.iter().filter(leads_out).map(|place| title(subject.at(*place))).collect();
        let message = format!("{} can be gone through again and again", listed(&waiting));
        let circle = circle(subject, &places, &all);
        let one = finding(Id::LINT_LOOP, nodes[0], message);
        let one = one.shown_by(subject.witness(WitnessKind::Circle, &circle));
        let one = one.help(format!("a way round: {}", told_round(subject, &places, &circle)));
        let exits = if exits.is_empty() { "none".to_owned() } else { listed(&exits) };
        found.push(one.help(format!("ways out of the circle of {} nodes: {exits}", nodes.len())));
    }
}

/// Whether time passes at a node itself, or in a process that it calls.
fn waits(node: &Node) -> bool {
    node.waits() || matches!(node.kind, Kind::CallActivity(_))
}

/// The nodes at some places, in document order.
fn nodes_at<'a>(subject: &Subject<'a>, places: &[usize]) -> Vec<&'a Node> {
    let mut nodes: Vec<&Node> = places.iter().map(|place| subject.at(*place)).collect();
    nodes.sort_by_key(|node| node.index);
    nodes.dedup_by_key(|node| node.index);
    nodes
}

/// Of the arcs that a graph is to have, those on which nothing is counted that a condition in the same loop asks for.
fn uncounted(subject: &Subject<'_>, counters: &Counters<'_>, has: impl Fn(usize) -> bool) -> Vec<bool> {
    let (definition, graph) = (subject.definition, &subject.folded);
    let components = Components::of(graph, &has);
    let component = |node: NodeIndex| components.of_place(graph.last_place(node));
    let mut asked: BTreeSet<(usize, &str)> = BTreeSet::new();
    for flow in definition.flows() {
        if let Some(condition) = &flow.condition {
            let names = condition.value.template.mentions().into_iter().filter(|name| counters.has(name));
            asked.extend(names.map(|name| (component(flow.source), name)));
        }
    }
    let mut counted = BTreeSet::new();
    for (name, nodes) in counters.iter() {
        counted.extend(nodes.iter().copied().filter(|node| asked.contains(&(component(*node), name))));
    }
    // Where an event cancels an activity, it has counted nothing.
    let counts = |arc: &Arc| matches!(arc.way, Way::Flow(_)) && counted.contains(&arc.from);
    graph.arcs().iter().enumerate().map(|(at, arc)| has(at) && !counts(arc)).collect()
}

/// The places of the loops of a graph that has some arcs, in document order of their first nodes.
fn loops(subject: &Subject<'_>, has: &[bool]) -> Vec<Vec<usize>> {
    let graph = &subject.folded;
    let components = Components::of(graph, |arc| has[arc]);
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for place in (0..graph.places()).filter(|place| subject.of_folded.has_place(*place)) {
        members.entry(components.of_place(place)).or_default().push(place);
    }
    let to_itself = |place: usize| graph.leaving_place(place).iter().any(|arc| has[*arc] && graph.way(*arc).1 == place);
    let mut loops: Vec<Vec<usize>> =
        members.into_values().filter(|members| members.len() > 1 || to_itself(members[0])).collect();
    loops.sort();
    loops
}

/// A shortest way round from the first place of a loop to the last one before it comes back.
fn circle(subject: &Subject<'_>, places: &[usize], has: &[bool]) -> Walk {
    let (start, graph) = (places[0], &subject.folded);
    let inside: BTreeSet<usize> = places.iter().copied().collect();
    let walks = Walks::from([start], |place, visit| {
        let arcs = graph.leaving_place(place).iter().filter(|arc| has[**arc]).map(|arc| graph.way(*arc).1);
        arcs.filter(|to| inside.contains(to)).for_each(visit);
    });
    let back = graph.entering_place(start).iter().filter(|arc| has[**arc]).map(|arc| graph.way(*arc).0);
    let last = back.filter(|place| inside.contains(place)).min_by_key(|place| (walks.distance(*place), *place));
    walks.to(last.unwrap_or(start))
}

/// A way round as people read it: it comes back to where it begins.
fn told_round(subject: &Subject<'_>, places: &[usize], circle: &Walk) -> String {
    format!("{} → {}", subject.told(circle), title(subject.at(places[0])))
}
