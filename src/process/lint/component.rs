use std::collections::BTreeMap;

use super::subject::{Subject, title};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::process::NodeIndex;
use crate::process::graph::{Components, Way};

/// Loops: sets of nodes that all lead to each other.
pub(super) fn check(subject: &Subject<'_>, found: &mut Diagnostics) {
    let definition = subject.definition;
    // Without what is waited at, what is left goes round by itself.
    let automatic = |arc: usize| {
        let arc = subject.folded.arcs()[arc];
        !definition[arc.from].waits() && !definition[arc.to].waits()
    };
    for members in loops(subject, &Components::of(&subject.folded, automatic), automatic) {
        let message = format!("{} nodes lead round in a circle in which the process never waits", members.len());
        let one = Diagnostic::new(Id::LINT_LIVELOCK, message).at(definition[members[0]].span);
        let one = one.help(format!("the circle: {}", circle(subject, &members, automatic)));
        found
            .push(one.help("see that something in it is counted and leads out, or let it pass an activity that waits"));
    }
    let all = |_: usize| true;
    for members in loops(subject, &Components::of(&subject.folded, all), all) {
        let waits: Vec<String> =
            members.iter().filter(|node| definition[**node].waits()).map(|node| title(&definition[*node])).collect();
        if waits.is_empty() {
            continue;
        }
        let inside = |node: NodeIndex| members.contains(&node);
        let leads_out = members
            .iter()
            .filter(|node| subject.folded.leaving(**node).iter().any(|arc| !inside(subject.folded.arcs()[*arc].to)));
        let exits: Vec<String> = leads_out.map(|node| title(&definition[*node])).collect();
        let message = format!("{} can be gone through again and again", waits.join(", "));
        let one = Diagnostic::new(Id::LINT_LOOP, message).at(definition[members[0]].span);
        found.push(one.help(format!("ways out of the circle of {} nodes: {}", members.len(), listed(&exits))));
    }
}

/// The components that are a circle, in document order of their first nodes, their nodes in document order.
fn loops(subject: &Subject<'_>, components: &Components, has: impl Fn(usize) -> bool) -> Vec<Vec<NodeIndex>> {
    let mut members: BTreeMap<usize, Vec<NodeIndex>> = BTreeMap::new();
    for node in subject.definition.nodes().iter().map(|node| node.index).filter(|node| subject.of_folded.has(*node)) {
        members.entry(components.component(node)).or_default().push(node);
    }
    let to_itself = |node: NodeIndex| {
        subject.folded.leaving(node).iter().any(|arc| has(*arc) && subject.folded.arcs()[*arc].to == node)
    };
    let mut loops: Vec<Vec<NodeIndex>> =
        members.into_values().filter(|members| members.len() > 1 || to_itself(members[0])).collect();
    loops.sort();
    loops
}

/// A way round, from its first node back to it.
fn circle(subject: &Subject<'_>, members: &[NodeIndex], has: impl Fn(usize) -> bool) -> String {
    let start = members[0];
    let mut before: BTreeMap<NodeIndex, NodeIndex> = BTreeMap::new();
    let mut open = std::collections::VecDeque::from([start]);
    while let Some(node) = open.pop_front() {
        for at in subject.folded.leaving(node).iter().filter(|at| has(**at)) {
            let arc = subject.folded.arcs()[*at];
            if matches!(arc.way, Way::Flow(_) | Way::Event(_))
                && members.contains(&arc.to)
                && !before.contains_key(&arc.to)
            {
                before.insert(arc.to, node);
                open.push_back(arc.to);
            }
        }
    }
    let mut walk = vec![start];
    let mut node = start;
    while let Some(previous) = before.get(&node) {
        walk.push(*previous);
        node = *previous;
        if node == start {
            break;
        }
    }
    walk.reverse();
    subject.told(&walk)
}

fn listed(titles: &[String]) -> String {
    const MOST: usize = 5;
    match titles.len().saturating_sub(MOST) {
        0 if titles.is_empty() => "none".to_owned(),
        0 => titles.join(", "),
        more => format!("{} and {more} more", titles[..MOST].join(", ")),
    }
}
