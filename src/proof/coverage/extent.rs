use std::collections::{BTreeSet, HashMap, VecDeque};

use super::Reason;
use super::condition::written;
use crate::process::graph::{Coverable, Folding, Graph, Way};
use crate::process::{Definition, FlowIndex, NodeIndex};

/// What of a definition can be covered, and why the rest cannot.
#[derive(Debug)]
pub(super) struct Extent {
    /// Everything that is drawn.
    pub graph: Graph,
    /// The arcs of the graph by what they are in the diagram.
    arcs: HashMap<Way, usize>,
    /// By the arc's place in the graph: whether a walk can take it.
    alive: Vec<bool>,
    /// By the node's place: the arcs out of it and into it that a walk can take.
    leaving: Vec<Vec<usize>>,
    entering: Vec<Vec<usize>>,
    /// By the node's place: whether a walk can pass it.
    passable: Vec<bool>,
    /// By the node's place: whether a walk from a start comes here.
    reachable: Vec<bool>,
    dead: BTreeSet<FlowIndex>,
    /// By the node's place: the flow that closes off every way to it.
    closed_by: Vec<Option<FlowIndex>>,
}

/// Whether an arc is one that is counted: a flow, or the way to an event on a border. What leads into and out of a subprocess, and
/// to where something thrown is caught, is passed with the nodes at its ends.
pub(super) fn counts(way: Way) -> bool {
    matches!(way, Way::Flow(_) | Way::Event(_))
}

impl Extent {
    pub fn of(definition: &Definition, folding: Folding) -> Self {
        let (graph, folded) = (Graph::of(definition, Folding::Structural), Graph::of(definition, folding));
        let coverable = Coverable::of(&folded);
        let arcs: HashMap<Way, usize> = graph.arcs().iter().enumerate().map(|(at, arc)| (arc.way, at)).collect();
        let mut alive = vec![false; graph.arcs().len()];
        for arc in &coverable.arcs {
            alive[arcs[&folded.arcs()[*arc].way]] = true;
        }
        let nodes = definition.nodes();
        let (mut leaving, mut entering) = (vec![Vec::new(); nodes.len()], vec![Vec::new(); nodes.len()]);
        for (at, arc) in graph.arcs().iter().enumerate().filter(|(at, _)| alive[*at]) {
            leaving[arc.from.position()].push(at);
            entering[arc.to.position()].push(at);
        }
        let mut extent = Self {
            arcs,
            alive,
            leaving,
            entering,
            passable: nodes.iter().map(|node| coverable.has(node.index)).collect(),
            reachable: nodes.iter().map(|node| coverable.is_reachable(node.index)).collect(),
            dead: definition.dead_flows(),
            closed_by: vec![None; nodes.len()],
            graph,
        };
        extent.close(definition);
        extent
    }

    /// Finds for each node that is closed off the first flow behind which it lies.
    fn close(&mut self, definition: &Definition) {
        let mut open = VecDeque::new();
        for flow in &self.dead {
            let flow = &definition[*flow];
            let target = flow.target.position();
            if self.reachable[flow.source.position()] && !self.reachable[target] && self.closed_by[target].is_none() {
                self.closed_by[target] = Some(flow.index);
                open.push_back(flow.target);
            }
        }
        while let Some(node) = open.pop_front() {
            for arc in self.graph.leaving(node) {
                let to = self.graph.arcs()[*arc].to;
                if !self.reachable[to.position()] && self.closed_by[to.position()].is_none() {
                    self.closed_by[to.position()] = self.closed_by[node.position()];
                    open.push_back(to);
                }
            }
        }
    }

    /// The arc of a way; none for a way that the diagram does not have.
    pub fn arc(&self, way: Way) -> Option<usize> {
        self.arcs.get(&way).copied()
    }

    /// Whether a walk can take an arc.
    pub fn has(&self, arc: usize) -> bool {
        self.alive[arc]
    }

    /// Whether a walk can pass a node.
    pub fn has_node(&self, node: NodeIndex) -> bool {
        self.passable[node.position()]
    }

    /// The arcs that a walk can take, in order.
    pub fn alive(&self) -> impl Iterator<Item = usize> {
        self.alive.iter().enumerate().filter(|(_, alive)| **alive).map(|(arc, _)| arc)
    }

    /// Those of them that leave a node.
    pub fn leaving(&self, node: NodeIndex) -> &[usize] {
        &self.leaving[node.position()]
    }

    /// Those of them that lead to a node.
    pub fn entering(&self, node: NodeIndex) -> &[usize] {
        &self.entering[node.position()]
    }

    /// Why no walk can pass a node.
    pub fn why_node(&self, definition: &Definition, node: NodeIndex) -> Option<Reason> {
        if self.has_node(node) {
            return None;
        }
        if self.reachable[node.position()] {
            return Some(Reason::DeadEnd);
        }
        Some(match self.closed_by[node.position()] {
            Some(flow) => Reason::ClosedOff {
                by: definition[flow].id.clone(),
                condition: definition[flow].condition.as_ref().map(|condition| written(condition)),
            },
            None => Reason::Unreachable,
        })
    }

    /// Why no walk can take a flow.
    pub fn why_flow(&self, definition: &Definition, flow: FlowIndex) -> Option<Reason> {
        if self.arc(Way::Flow(flow)).is_some_and(|arc| self.has(arc)) {
            return None;
        }
        let flow = &definition[flow];
        if !self.dead.contains(&flow.index) || !self.reachable[flow.source.position()] {
            return self.why_node(definition, flow.source).or(Some(Reason::DeadEnd));
        }
        let node = &definition[flow.source];
        if let Some(condition) = flow.condition.as_ref().filter(|one| one.constant() == Some(false)) {
            return Some(Reason::NeverTrue { condition: written(condition) });
        }
        let holds = |flow: &FlowIndex| {
            definition[*flow].condition.as_ref().is_none_or(|condition| condition.constant() == Some(true))
        };
        let by = node.outgoing.iter().find(|flow| node.default != Some(**flow) && holds(flow));
        by.map(|by| Reason::Preceded { by: definition[*by].id.clone() })
    }
}
