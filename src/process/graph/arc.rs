use std::collections::HashMap;

use crate::process::{Boundary, Definition, FlowIndex, Kind, Node, NodeIndex, Thrown};

/// A definition as nodes and arcs: each sequence flow is an arc, and so is the way from an activity to an event on its border.
///
/// A subprocess has two places, since a walk that comes to it goes through it: what leads to it, and the events on its border,
/// stand at the first, the flows out of it at the second, and the nodes inside stand between them. Every other node has one.
#[derive(Clone, Debug)]
pub struct Graph {
    arcs: Vec<Arc>,
    /// The number of each arc.
    numbers: HashMap<Way, usize>,
    /// The places from which and to which each arc leads.
    ways: Vec<(usize, usize)>,
    /// The arcs out of each node, in the order of `arcs`.
    leaving: Vec<Vec<usize>>,
    /// The arcs into each node.
    entering: Vec<Vec<usize>>,
    /// The arcs out of each place, in the order of `arcs`.
    leaving_place: Vec<Vec<usize>>,
    /// The arcs into each place.
    entering_place: Vec<Vec<usize>>,
    /// The second place of each node; the first one is that of its index.
    second: Vec<usize>,
    starts: Vec<NodeIndex>,
    ends: Vec<NodeIndex>,
}

/// A way from one node to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Arc {
    /// The node that it leaves.
    pub from: NodeIndex,
    /// The node that it leads to.
    pub to: NodeIndex,
    /// What it is in the diagram.
    pub way: Way,
}

/// What an arc is in the diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Way {
    /// A sequence flow.
    Flow(FlowIndex),
    /// An activity is left by this event on its border.
    Event(NodeIndex),
    /// A subprocess begins with this node in it.
    Begin(NodeIndex),
    /// A subprocess ends with this node in it.
    Finish(NodeIndex),
    /// What this event throws is caught outside, or it is a link.
    Throw(NodeIndex),
}

/// What of a definition is taken for possible.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Folding {
    /// Everything that is drawn.
    Structural,
    /// Not the flows that no values of variables can open ([`Definition::dead_flows`]).
    #[default]
    Folded,
    /// Nor the timers of activities at which the process does not wait.
    WithoutIdleTimers,
}

impl Graph {
    /// The graph of a definition.
    pub fn of(definition: &Definition, folding: Folding) -> Self {
        let dead = match folding {
            Folding::Structural => Default::default(),
            Folding::Folded | Folding::WithoutIdleTimers => definition.dead_flows(),
        };
        let nodes = definition.nodes();
        let mut places = nodes.len();
        let second: Vec<usize> = nodes
            .iter()
            .map(|node| match node.children.is_empty() {
                true => node.index.position(),
                false => {
                    places += 1;
                    places - 1
                }
            })
            .collect();
        let flows = definition.flows().iter().filter(|flow| !dead.contains(&flow.index));
        let flows = flows.map(|flow| Arc { from: flow.source, to: flow.target, way: Way::Flow(flow.index) });
        let events = nodes.iter().filter_map(|node| {
            let boundary = node.boundary()?;
            let idle = boundary.trigger.is_timer()
                && !definition[boundary.host].may_wait()
                && folding == Folding::WithoutIdleTimers;
            (!idle).then_some(Arc { from: boundary.host, to: node.index, way: Way::Event(node.index) })
        });
        let arcs: Vec<Arc> = flows.chain(events).chain(inside(definition)).chain(thrown(definition)).collect();
        let ways: Vec<(usize, usize)> = arcs
            .iter()
            .map(|arc| match arc.way {
                Way::Flow(_) | Way::Throw(_) => (second[arc.from.position()], arc.to.position()),
                Way::Event(_) | Way::Begin(_) => (arc.from.position(), arc.to.position()),
                Way::Finish(_) => (second[arc.from.position()], second[arc.to.position()]),
            })
            .collect();
        let (leaving, entering) = sorted(nodes.len(), arcs.iter().map(|arc| (arc.from.position(), arc.to.position())));
        let (leaving_place, entering_place) = sorted(places, ways.iter().copied());
        let caught = |node: &Node| leaving[node.index.position()].iter().any(|at| is_throw(arcs[*at].way));
        let ends = definition.nodes_in(None).filter(|node| is_end(node) && !caught(node)).map(|node| node.index);
        // What a subprocess throws and nothing catches ends the process too.
        let uncaught = nodes.iter().filter(|node| node.scope.is_some() && ends_all(node) && !caught(node));
        let mut ends: Vec<NodeIndex> = ends.chain(uncaught.map(|node| node.index)).collect();
        ends.sort_unstable();
        let starts = entries(definition, None);
        let numbers = arcs.iter().enumerate().map(|(at, arc)| (arc.way, at)).collect();
        Self { arcs, numbers, ways, leaving, entering, leaving_place, entering_place, second, starts, ends }
    }

    /// All arcs: flows in document order, then events in document order, then what leads into and out of subprocesses, then
    /// what is thrown.
    pub fn arcs(&self) -> &[Arc] {
        &self.arcs
    }

    /// The place in [`Graph::arcs`] of what is an arc in the diagram; `None` for what is folded away.
    pub fn arc(&self, way: Way) -> Option<usize> {
        self.numbers.get(&way).copied()
    }

    /// How many nodes there are.
    pub fn nodes(&self) -> usize {
        self.second.len()
    }

    /// The arcs out of a node, by their places in [`Graph::arcs`]. A walk that has come to a subprocess cannot take the flows out
    /// of it at once; see [`Graph::after`].
    pub fn leaving(&self, node: NodeIndex) -> &[usize] {
        &self.leaving[node.position()]
    }

    /// The arcs into a node, by their places in [`Graph::arcs`].
    pub fn entering(&self, node: NodeIndex) -> &[usize] {
        &self.entering[node.position()]
    }

    /// The arcs that a walk can take after an arc, by their places in [`Graph::arcs`].
    pub fn after(&self, arc: usize) -> &[usize] {
        &self.leaving_place[self.ways[arc].1]
    }

    /// Where walks begin.
    pub fn starts(&self) -> &[NodeIndex] {
        &self.starts
    }

    /// Where walks end.
    pub fn ends(&self) -> &[NodeIndex] {
        &self.ends
    }

    /// How many places there are: one for each node, and another for each subprocess.
    pub fn places(&self) -> usize {
        self.leaving_place.len()
    }

    /// The place at which a walk comes to a node.
    pub fn first_place(&self, node: NodeIndex) -> usize {
        node.position()
    }

    /// The place from which a walk goes on by the flows out of a node.
    pub fn last_place(&self, node: NodeIndex) -> usize {
        self.second[node.position()]
    }

    /// The places from which and to which an arc leads.
    pub fn way(&self, arc: usize) -> (usize, usize) {
        self.ways[arc]
    }

    /// The arcs out of a place.
    pub fn leaving_place(&self, place: usize) -> &[usize] {
        &self.leaving_place[place]
    }

    /// The arcs into a place.
    pub fn entering_place(&self, place: usize) -> &[usize] {
        &self.entering_place[place]
    }
}

/// Which arcs leave what, and which lead to it, in order.
fn sorted(count: usize, ways: impl Iterator<Item = (usize, usize)>) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
    let mut leaving = vec![Vec::new(); count];
    let mut entering = leaving.clone();
    for (at, (from, to)) in ways.enumerate() {
        leaving[from].push(at);
        entering[to].push(at);
    }
    (leaving, entering)
}

fn is_throw(way: Way) -> bool {
    matches!(way, Way::Throw(_))
}

/// Ways into subprocesses and out of them.
fn inside(definition: &Definition) -> Vec<Arc> {
    let mut arcs = Vec::new();
    for holder in definition.nodes().iter().filter(|node| !node.children.is_empty()) {
        let begin = |node| Arc { from: holder.index, to: node, way: Way::Begin(node) };
        arcs.extend(entries(definition, Some(holder.index)).into_iter().map(begin));
        let ends =
            holder.children.iter().map(|child| &definition[*child]).filter(|node| is_end(node) && !ends_all(node));
        arcs.extend(ends.map(|node| Arc { from: node.index, to: holder.index, way: Way::Finish(node.index) }));
    }
    arcs
}

/// Ways from what throws to what catches it.
fn thrown(definition: &Definition) -> Vec<Arc> {
    let throws = definition.nodes().iter().filter_map(|node| {
        let to = match node.thrown()? {
            Thrown::Link { .. } => definition.link_target(node.index)?,
            Thrown::Error { code } => definition.catcher(node.scope, code.as_deref().unwrap_or_default())?,
            _ => return None,
        };
        Some(Arc { from: node.index, to, way: Way::Throw(node.index) })
    });
    throws.collect()
}

/// The nodes at which walks through a process or a subprocess begin, in document order. Beside those with which it begins, an
/// event subprocess does so while the scope around it is alive, and what undoes another activity when that is undone.
fn entries(definition: &Definition, scope: Option<NodeIndex>) -> Vec<NodeIndex> {
    let beside = definition.nodes_in(scope).filter(|node| node.is_event_subprocess() || node.compensates);
    let mut entries = definition.beginnings(scope);
    entries.extend(beside.map(|node| node.index));
    entries.sort_unstable();
    entries
}

/// A node ends its token if it is drawn so, or if no flow leaves it (BPMN 2.0.2, section 10.5.3). An event on a border and a
/// gateway without a way out are mistakes instead, and a link goes on elsewhere.
fn is_end(node: &Node) -> bool {
    match &node.kind {
        Kind::End | Kind::Terminate | Kind::EndThrow(_) => true,
        Kind::Start | Kind::StartOn { .. } | Kind::Throw(Thrown::Link { .. }) => false,
        Kind::Boundary(Boundary { .. }) => false,
        _ => !node.is_gateway() && node.outgoing.is_empty(),
    }
}

/// Whether what a node throws ends more than its scope.
fn ends_all(node: &Node) -> bool {
    matches!(node.kind, Kind::EndThrow(Thrown::Error { .. }))
}
