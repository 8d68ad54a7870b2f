use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::extent::Extent;
use crate::process::expression::{Binary, Expression, Term};
use crate::process::graph::Way;
use crate::process::{Definition, NodeIndex};

/// Most nodes of a loop on which conditions are looked for.
const MOST_NODES: usize = 5_000;
/// Most loops of a definition of which that is done.
const MOST_LOOPS: usize = 1_000;

/// How often a way that leads back was taken by one scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoopCoverage {
    /// The id of the flow or border event that leads back.
    pub back: String,
    /// The id of the node where the loop begins again.
    pub to: String,
    /// Whether a scenario came to the loop and never took it.
    pub never: bool,
    /// Whether a scenario took it exactly once.
    pub once: bool,
    /// Whether a scenario took it twice or more.
    pub again: bool,
    /// The most times that a scenario took it.
    pub most: u64,
    /// The numbers by which it is counted, if conditions on the loop compare with some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bounds: Vec<Bound>,
}

/// A number with which a condition on a loop compares, and which numbers of rounds around it were seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// The comparison as it is written.
    pub comparison: String,
    /// The number.
    pub bound: u64,
    /// Whether a scenario went one round less.
    pub below: bool,
    /// Whether one went exactly so many rounds.
    pub at: bool,
    /// Whether one went one round more.
    pub above: bool,
}

/// A way that leads back, and what was seen of it so far.
#[derive(Debug)]
pub(super) struct Looping {
    /// The arc.
    pub arc: usize,
    seen: LoopCoverage,
}

impl Looping {
    /// The ways that lead back, where one goes through the diagram in document order.
    pub fn all(definition: &Definition, extent: &Extent) -> Vec<Self> {
        let looping = |(number, arc): (usize, usize)| {
            let one = extent.graph.arcs()[arc];
            let bounds = if number < MOST_LOOPS { bounds(definition, extent, arc) } else { Vec::new() };
            let seen = LoopCoverage {
                back: arc_id(definition, one.way).to_owned(),
                to: definition[one.to].id.clone(),
                never: false,
                once: false,
                again: false,
                most: 0,
                bounds,
            };
            Self { arc, seen }
        };
        back_arcs(extent).into_iter().enumerate().map(looping).collect()
    }

    /// Takes note of how often a scenario took it, if it came to the loop at all.
    pub fn note(&mut self, times: u64, came: bool) {
        if !came && times == 0 {
            return;
        }
        let seen = &mut self.seen;
        match times {
            0 => seen.never = true,
            1 => seen.once = true,
            _ => seen.again = true,
        }
        seen.most = seen.most.max(times);
        for bound in &mut seen.bounds {
            bound.below |= times + 1 == bound.bound;
            bound.at |= times == bound.bound;
            bound.above |= times == bound.bound + 1;
        }
    }

    pub fn conclude(self) -> LoopCoverage {
        self.seen
    }
}

/// What an arc is called in the diagram: the flow, or the event.
pub(super) fn arc_id(definition: &Definition, way: Way) -> &str {
    match way {
        Way::Flow(flow) => &definition[flow].id,
        Way::Event(node) | Way::Begin(node) | Way::Finish(node) | Way::Throw(node) => &definition[node].id,
    }
}

/// The arcs that lead to a node on the way to them, where one goes depth-first in document order; in the order of the graph.
fn back_arcs(extent: &Extent) -> Vec<usize> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        Unseen,
        OnTheWay,
        Done,
    }
    let graph = &extent.graph;
    let mut marks = vec![Mark::Unseen; graph.nodes()];
    let mut back = Vec::new();
    for start in graph.starts() {
        if marks[start.position()] != Mark::Unseen {
            continue;
        }
        marks[start.position()] = Mark::OnTheWay;
        // Nodes on the way, each with how many of its arcs were followed.
        let mut way = vec![(*start, 0)];
        while let Some((node, followed)) = way.last_mut() {
            let node = *node;
            let Some(arc) = extent.leaving(node).get(*followed).copied() else {
                marks[node.position()] = Mark::Done;
                way.pop();
                continue;
            };
            *followed += 1;
            let to = graph.arcs()[arc].to;
            match marks[to.position()] {
                Mark::Unseen => {
                    marks[to.position()] = Mark::OnTheWay;
                    way.push((to, 0));
                }
                Mark::OnTheWay => back.push(arc),
                Mark::Done => {}
            }
        }
    }
    back.sort_unstable();
    back
}

/// The numbers with which conditions on a loop compare something.
fn bounds(definition: &Definition, extent: &Extent, back: usize) -> Vec<Bound> {
    let arc = extent.graph.arcs()[back];
    let mut members = BTreeSet::from([arc.to]);
    let mut open: Vec<NodeIndex> = Vec::new();
    if members.insert(arc.from) {
        open.push(arc.from);
    }
    while let Some(node) = open.pop() {
        for before in extent.entering(node).iter().map(|arc| extent.graph.arcs()[*arc].from) {
            if members.insert(before) {
                open.push(before);
            }
        }
        if members.len() > MOST_NODES {
            return Vec::new();
        }
    }
    let mut found: Vec<Bound> = Vec::new();
    for flow in members.iter().flat_map(|node| &definition[*node].outgoing) {
        let Some(condition) = &definition[*flow].condition else { continue };
        for (comparison, bound) in condition.atoms().into_iter().filter_map(compared) {
            if found.iter().all(|known| known.comparison != comparison) {
                found.push(Bound { comparison, bound, below: false, at: false, above: false });
            }
        }
    }
    found
}

/// A comparison with a number that counts something.
fn compared(atom: &Expression) -> Option<(String, u64)> {
    let Term::Binary(sign, left, right) = &atom.term else { return None };
    let ordered =
        matches!(sign, Binary::Less | Binary::LessOrEqual | Binary::Greater | Binary::GreaterOrEqual | Binary::Equal);
    let number = match (&left.term, &right.term) {
        (Term::Literal(_), Term::Literal(_)) => None,
        (Term::Literal(Value::Number(number)), _) | (_, Term::Literal(Value::Number(number))) => number.as_u64(),
        _ => None,
    };
    number.filter(|number| ordered && *number > 0).map(|number| (super::condition::plain(atom), number))
}
