use proptest::prelude::*;

use super::circulation::{Road, cheapest};
use super::{Components, Cover, Coverable, Folding, Graph};
use crate::process::{Definition, NodeIndex};
use crate::source::Sources;

/// A definition with nodes `0` to `nodes - 1`, the first a start, the last an end, the others gateways, and flows between them.
fn definition(nodes: usize, flows: &[(usize, usize)]) -> Definition {
    let mut xml = String::from(
        r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p" isExecutable="true">"#,
    );
    for node in 0..nodes {
        let tag = match node {
            0 => "startEvent",
            node if node + 1 == nodes => "endEvent",
            _ => "exclusiveGateway",
        };
        xml += &format!(r#"<{tag} id="n{node}"/>"#);
    }
    for (at, (from, to)) in flows.iter().enumerate() {
        xml += &format!(
            r#"<sequenceFlow id="f{at}" sourceRef="n{from}" targetRef="n{to}"><conditionExpression>${{x{at}}}</conditionExpression></sequenceFlow>"#
        );
    }
    xml += "</process></definitions>";
    let mut sources = Sources::new();
    let file = sources.add("a.bpmn", xml);
    Definition::read(&sources, file).0.expect("a definition")
}

fn flows(nodes: usize) -> impl Strategy<Value = Vec<(usize, usize)>> {
    prop::collection::vec((0..nodes - 1, 1..nodes), 1..20)
}

/// Whether one node leads to another, by the graph's arcs that can be covered.
fn closure(graph: &Graph, coverable: &Coverable) -> Vec<Vec<bool>> {
    let nodes = graph.nodes();
    let mut leads = vec![vec![false; nodes]; nodes];
    (0..nodes).for_each(|node| leads[node][node] = true);
    for arc in &coverable.arcs {
        let arc = graph.arcs()[*arc];
        leads[arc.from.position()][arc.to.position()] = true;
    }
    for middle in 0..nodes {
        for from in 0..nodes {
            for to in 0..nodes {
                leads[from][to] |= leads[from][middle] && leads[middle][to];
            }
        }
    }
    leads
}

/// The fewest walks by Dilworth's theorem: as many as there are arcs none of which can come after another, found as the arcs
/// between components less a greatest matching of those that can.
fn fewest(graph: &Graph, coverable: &Coverable) -> usize {
    let leads = closure(graph, coverable);
    let between: Vec<_> = coverable
        .arcs
        .iter()
        .map(|arc| graph.arcs()[*arc])
        .filter(|arc| !leads[arc.to.position()][arc.from.position()])
        .collect();
    let after =
        |one: usize, other: usize| one != other && leads[between[one].to.position()][between[other].from.position()];
    let mut matched: Vec<Option<usize>> = vec![None; between.len()];
    fn augment(
        one: usize,
        count: usize,
        after: &dyn Fn(usize, usize) -> bool,
        matched: &mut Vec<Option<usize>>,
        seen: &mut Vec<bool>,
    ) -> bool {
        (0..count).any(|other| {
            if !after(one, other) || std::mem::replace(&mut seen[other], true) {
                return false;
            }
            let free = match matched[other] {
                None => true,
                Some(before) => augment(before, count, after, matched, seen),
            };
            if free {
                matched[other] = Some(one);
            }
            free
        })
    }
    let count = between.len();
    let pairs = (0..count).filter(|one| augment(*one, count, &after, &mut matched, &mut vec![false; count])).count();
    // All in one component: one walk.
    (count - pairs).max(1)
}

#[track_caller]
fn is_a_cover(graph: &Graph, coverable: &Coverable, cover: &Cover) {
    let mut taken = vec![false; graph.arcs().len()];
    for walk in &cover.walks {
        let arc = |at: usize| graph.arcs()[at];
        assert!(graph.starts().contains(&arc(walk[0]).from) && graph.ends().contains(&arc(walk[walk.len() - 1]).to));
        assert!(walk.windows(2).all(|pair| arc(pair[0]).to == arc(pair[1]).from), "{walk:?}");
        walk.iter().for_each(|at| taken[*at] = true);
    }
    let taken: Vec<usize> = (0..taken.len()).filter(|at| taken[*at]).collect();
    assert_eq!(taken, coverable.arcs);
}

#[test]
fn a_diamond_needs_a_walk_for_each_side() {
    let definition = definition(4, &[(0, 1), (1, 2), (1, 3), (2, 3)]);
    let graph = Graph::of(&definition, Folding::Folded);
    let coverable = Coverable::of(&graph);
    let cover = Cover::of(&graph, &coverable);
    is_a_cover(&graph, &coverable, &cover);
    assert_eq!((cover.walks.len(), cover.len()), (2, 5));
}

#[test]
fn what_cannot_end_or_is_never_reached_is_not_covered() {
    // 2 leads only to itself, 3 is never reached.
    let definition = definition(5, &[(0, 1), (1, 2), (2, 2), (1, 4), (3, 4)]);
    let graph = Graph::of(&definition, Folding::Folded);
    let coverable = Coverable::of(&graph);
    assert_eq!(coverable.arcs, [0, 3]);
    let node = NodeIndex::new;
    assert!(coverable.is_reachable(node(2)) && !coverable.can_end(node(2)));
    assert!(!coverable.is_reachable(node(3)) && coverable.can_end(node(3)));
}

#[test]
fn a_loop_is_one_component() {
    let definition = definition(5, &[(0, 1), (1, 2), (2, 3), (3, 1), (3, 4)]);
    let graph = Graph::of(&definition, Folding::Folded);
    let components = Components::of(&graph, |_| true);
    let of = |node: usize| components.component(NodeIndex::new(node));
    assert_eq!(components.len(), 3);
    assert!(of(1) == of(2) && of(2) == of(3) && of(0) != of(1) && of(4) != of(1));
    assert!(of(0) > of(1) && of(1) > of(4), "a component stands behind those that it leads to");
    assert_eq!(Components::of(&graph, |arc| arc != 3).len(), 5, "without the way back there is no loop");
}

#[test]
fn a_long_chain_is_no_deep_recursion() {
    let nodes = 50_000;
    let flows: Vec<(usize, usize)> = (0..nodes - 1).map(|node| (node, node + 1)).collect();
    let definition = definition(nodes, &flows);
    let graph = Graph::of(&definition, Folding::Folded);
    assert_eq!(Components::of(&graph, |_| true).len(), nodes);
    let cover = Cover::of(&graph, &Coverable::of(&graph));
    assert_eq!((cover.walks.len(), cover.len()), (1, nodes - 1));
}

#[test]
fn what_cannot_be_brought_anywhere_is_told() {
    assert_eq!(cheapest(2, &[Road { from: 0, to: 1, cost: 1 }], &[-1, 1]), None);
    assert_eq!(cheapest(2, &[Road { from: 0, to: 1, cost: 1 }], &[2, -2]), Some(vec![2]));
}

proptest! {
    #[test]
    fn covers_are_covers_with_the_fewest_walks(flows in flows(7)) {
        let definition = definition(7, &flows);
        let graph = Graph::of(&definition, Folding::Folded);
        let coverable = Coverable::of(&graph);
        let cover = Cover::of(&graph, &coverable);
        if coverable.arcs.is_empty() {
            prop_assert!(cover.is_empty());
        } else {
            is_a_cover(&graph, &coverable, &cover);
            prop_assert_eq!(cover.walks.len(), fewest(&graph, &coverable));
        }
    }

    /// Against the cheapest of all ways to send along roads, found by improving as long as a cycle saves something.
    #[test]
    fn nothing_is_cheaper(roads in prop::collection::vec((0..6usize, 0..6usize, 0..9i64), 4..16), moves in prop::collection::vec((0..6usize, 0..6usize), 1..6)) {
        let roads: Vec<Road> = roads.into_iter().map(|(from, to, cost)| Road { from, to, cost }).collect();
        let mut surplus = vec![0; 6];
        for (from, to) in moves {
            surplus[from] += 1;
            surplus[to] -= 1;
        }
        let cost = |flow: &[i64]| flow.iter().zip(&roads).map(|(sent, road)| sent * road.cost).sum::<i64>();
        match (cheapest(6, &roads, &surplus), shortest_paths(6, &roads, &surplus)) {
            (None, None) => {}
            (Some(flow), Some(least)) => {
                let mut left = surplus.clone();
                for (sent, road) in flow.iter().zip(&roads) {
                    prop_assert!(*sent >= 0);
                    left[road.from] -= sent;
                    left[road.to] += sent;
                }
                prop_assert!(left.iter().all(|left| *left == 0));
                prop_assert_eq!(cost(&flow), least);
            }
            (flow, least) => prop_assert!(false, "{flow:?} and {least:?}"),
        }
    }
}

/// What it costs at least, by one unit after the other on a cheapest way of what is left (Bellman and Ford).
fn shortest_paths(nodes: usize, roads: &[Road], surplus: &[i64]) -> Option<i64> {
    let mut sent = vec![0i64; roads.len()];
    let mut surplus = surplus.to_vec();
    while let Some(from) = (0..nodes).find(|node| surplus[*node] > 0) {
        let mut distance = vec![None; nodes];
        let mut by = vec![None; nodes];
        distance[from] = Some(0);
        for _ in 0..nodes {
            for (at, road) in roads.iter().enumerate() {
                let ways = [(road.from, road.to, road.cost, 1), (road.to, road.from, -road.cost, -1)];
                for (one, other, cost, more) in ways {
                    if more < 0 && sent[at] == 0 {
                        continue;
                    }
                    if let Some(so_far) = distance[one]
                        && distance[other].is_none_or(|known| so_far + cost < known)
                    {
                        (distance[other], by[other]) = (Some(so_far + cost), Some((at, one, more)));
                    }
                }
            }
        }
        let to = (0..nodes).filter(|node| surplus[*node] < 0 && distance[*node].is_some());
        let to = to.min_by_key(|node| distance[*node])?;
        let mut node = to;
        while node != from {
            let (at, before, more) = by[node]?;
            sent[at] += more;
            node = before;
        }
        surplus[from] -= 1;
        surplus[to] += 1;
    }
    Some(sent.iter().zip(roads).map(|(sent, road)| sent * road.cost).sum())
}
