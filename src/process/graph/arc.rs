use crate::process::{Definition, FlowIndex, Kind, Node, NodeIndex, Trigger};

/// A definition as nodes and arcs: each sequence flow is an arc, and so is the way from an activity to an event on its border.
#[derive(Clone, Debug)]
pub struct Graph {
    arcs: Vec<Arc>,
    /// The arcs out of each node, in the order of `arcs`.
    leaving: Vec<Vec<usize>>,
    /// The arcs into each node.
    entering: Vec<Vec<usize>>,
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
        let flows = definition.flows().iter().filter(|flow| !dead.contains(&flow.index));
        let flows = flows.map(|flow| Arc { from: flow.source, to: flow.target, way: Way::Flow(flow.index) });
        let events = definition.nodes().iter().filter_map(|node| {
            let boundary = node.boundary()?;
            let idle = matches!(boundary.trigger, Trigger::Timer { .. })
                && definition[boundary.host].kind != Kind::ExternalTask
                && folding == Folding::WithoutIdleTimers;
            (!idle).then_some(Arc { from: boundary.host, to: node.index, way: Way::Event(node.index) })
        });
        let arcs: Vec<Arc> = flows.chain(events).collect();
        let mut leaving = vec![Vec::new(); definition.nodes().len()];
        let mut entering = leaving.clone();
        for (at, arc) in arcs.iter().enumerate() {
            leaving[arc.from.position()].push(at);
            entering[arc.to.position()].push(at);
        }
        let indices = |wanted: fn(&Node) -> bool| {
            definition.nodes().iter().filter(|node| wanted(node)).map(|node| node.index).collect::<Vec<_>>()
        };
        let mut starts = indices(is_start);
        if starts.is_empty() {
            // BPMN 2.0.2, section 10.5.2: without a start event, every node without an incoming flow begins.
            starts = indices(|node| node.incoming.is_empty() && node.boundary().is_none());
        }
        Self { arcs, leaving, entering, starts, ends: indices(is_end) }
    }

    /// All arcs: flows in document order, then events in document order.
    pub fn arcs(&self) -> &[Arc] {
        &self.arcs
    }

    /// How many nodes there are.
    pub fn nodes(&self) -> usize {
        self.leaving.len()
    }

    /// The arcs out of a node, by their places in [`Graph::arcs`].
    pub fn leaving(&self, node: NodeIndex) -> &[usize] {
        &self.leaving[node.position()]
    }

    /// The arcs into a node, by their places in [`Graph::arcs`].
    pub fn entering(&self, node: NodeIndex) -> &[usize] {
        &self.entering[node.position()]
    }

    /// Where walks begin.
    pub fn starts(&self) -> &[NodeIndex] {
        &self.starts
    }

    /// Where walks end.
    pub fn ends(&self) -> &[NodeIndex] {
        &self.ends
    }
}

fn is_start(node: &Node) -> bool {
    match &node.kind {
        Kind::Start => true,
        Kind::Unsupported(tag) => tag.starts_with("startEvent"),
        _ => false,
    }
}

/// A node ends its token if it is drawn so, or if no flow leaves it (BPMN 2.0.2, section 10.5.3). An event on a border and a
/// gateway without a way out are mistakes instead.
fn is_end(node: &Node) -> bool {
    match &node.kind {
        Kind::End => true,
        Kind::Boundary(_) | Kind::ExclusiveGateway | Kind::Start => false,
        Kind::ExternalTask | Kind::AutomaticTask | Kind::Unsupported(_) => node.outgoing.is_empty(),
    }
}
