use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{definition, flow};
use crate::process::graph::{Folding, Graph, Way};
use crate::process::{Definition, MoveKind};
use crate::proof::coverage::{Criterion, Observation, State, Survey};

/// Gateways between a start and an end, with flows between them.
fn drawn(nodes: usize, flows: &[(usize, usize)]) -> Definition {
    let mut elements = String::new();
    for node in 0..nodes {
        let tag = match node {
            0 => "startEvent",
            node if node + 1 == nodes => "endEvent",
            _ => "exclusiveGateway",
        };
        elements += &format!(r#"<{tag} id="n{node}"/>"#);
    }
    for (at, (from, to)) in flows.iter().enumerate() {
        elements += &flow(&format!("f{at}"), &format!("n{from}"), &format!("n{to}"), &format!("x{at}"));
    }
    definition(&elements)
}

/// A walk that turns at each node as some numbers say.
fn walk(definition: &Definition, turns: &[usize]) -> Vec<MoveKind> {
    let graph = Graph::of(definition, Folding::Structural);
    let Some(mut at) = definition.start() else { return Vec::new() };
    let mut moves = vec![MoveKind::Entered { node: definition[at].id.clone(), visit: 1 }];
    for turn in turns {
        let out = graph.leaving(at);
        if out.is_empty() {
            break;
        }
        let arc = graph.arcs()[out[turn % out.len()]];
        let Way::Flow(flow) = arc.way else { break };
        moves.push(MoveKind::Completed { node: definition[at].id.clone() });
        moves.push(MoveKind::Taken { flow: definition[flow].id.clone() });
        at = arc.to;
        moves.push(MoveKind::Entered { node: definition[at].id.clone(), visit: 1 });
    }
    moves
}

proptest! {
    #[test]
    fn a_coverage_is_the_union_of_the_walks(
        (nodes, flows) in (3_usize..9).prop_flat_map(|nodes| {
            (Just(nodes), prop::collection::vec((0..nodes - 1, 1..nodes), 1..20))
        }),
        turns in prop::collection::vec(prop::collection::vec(0_usize..50, 0..12), 0..6),
    ) {
        let definition = drawn(nodes, &flows);
        let walks: Vec<Vec<MoveKind>> = turns.iter().map(|turns| walk(&definition, turns)).collect();
        let mut survey = Survey::of(&definition, Folding::Folded);
        for (number, moves) in walks.iter().enumerate() {
            survey.add(&Observation::of_moves(&number.to_string(), moves.clone()));
        }
        let missing = survey.missing().count() as u64;
        let complete = survey.is_complete();
        let coverage = survey.conclude("p", Vec::new());
        // Counted by hand: which scenario took which flow how often.
        let mut taken: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (number, moves) in walks.iter().enumerate() {
            for one in moves {
                if let MoveKind::Taken { flow } = one {
                    taken.entry(flow).or_default().push(number);
                }
            }
        }
        let none = Vec::new();
        for element in coverage.elements.iter().filter(|element| element.is_arc()) {
            let by = taken.get(element.id.as_str()).unwrap_or(&none);
            let scenarios: BTreeSet<usize> = by.iter().copied().collect();
            prop_assert_eq!(element.hits, by.len() as u64);
            prop_assert_eq!(element.scenarios, scenarios.len() as u64);
            prop_assert_eq!(element.by.iter().map(|one| *one as usize).collect::<BTreeSet<_>>(), scenarios);
            prop_assert_eq!(element.reason.is_some(), element.state == State::Infeasible);
            if element.reason.is_none() {
                prop_assert_eq!(element.state == State::Covered, !by.is_empty());
            }
        }
        for (number, scenario) in coverage.scenarios.iter().enumerate() {
            let sole = |(_, by): &(&&str, &Vec<usize>)| by.iter().all(|one| *one == number);
            let only: BTreeSet<&str> = taken.iter().filter(sole).map(|(flow, _)| *flow).collect();
            prop_assert_eq!(scenario.only.iter().map(String::as_str).collect::<BTreeSet<_>>(), only);
            prop_assert_eq!(scenario.redundant, scenario.only.is_empty());
        }
        if let Some(figure) = coverage.figure(Criterion::AllFlows) {
            prop_assert_eq!(figure.covered_of_all, taken.len() as u64);
            prop_assert_eq!(figure.all, flows.len() as u64);
            prop_assert_eq!(figure.of - figure.covered, missing);
            prop_assert_eq!(complete, missing == 0);
        }
        let stored = serde_json::to_string(&[&coverage]).expect("JSON");
        prop_assert_eq!(crate::proof::coverage::Coverage::read_all(&stored), Ok(vec![coverage]));
    }
}
