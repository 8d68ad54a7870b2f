use super::Graph;
use crate::process::NodeIndex;

/// Which nodes and arcs a walk from a start to an end can touch.
#[derive(Clone, Debug)]
pub struct Coverable {
    /// By the node's place: whether a walk from a start comes here.
    reachable: Vec<bool>,
    /// By the node's place: whether a walk from here comes to an end.
    ending: Vec<bool>,
    /// The arcs between nodes of which both is true, by their places in the graph, in order.
    pub arcs: Vec<usize>,
}

impl Coverable {
    /// What of a graph can be covered.
    pub fn of(graph: &Graph) -> Self {
        let reachable = spread(graph.nodes(), graph.starts(), |node, visit| {
            graph.leaving(node).iter().for_each(|arc| visit(graph.arcs()[*arc].to));
        });
        let ending = spread(graph.nodes(), graph.ends(), |node, visit| {
            graph.entering(node).iter().for_each(|arc| visit(graph.arcs()[*arc].from));
        });
        let both = |node: NodeIndex| reachable[node.position()] && ending[node.position()];
        let arcs = graph.arcs().iter().enumerate().filter(|(_, arc)| both(arc.from) && both(arc.to));
        let arcs = arcs.map(|(at, _)| at).collect();
        Self { reachable, ending, arcs }
    }

    /// Whether a walk from a start comes here.
    pub fn is_reachable(&self, node: NodeIndex) -> bool {
        self.reachable[node.position()]
    }

    /// Whether a walk from here comes to an end.
    pub fn can_end(&self, node: NodeIndex) -> bool {
        self.ending[node.position()]
    }

    /// Whether a walk from a start to an end can touch it.
    pub fn has(&self, node: NodeIndex) -> bool {
        self.is_reachable(node) && self.can_end(node)
    }
}

/// The nodes that some others lead to, those included.
fn spread(nodes: usize, from: &[NodeIndex], next: impl Fn(NodeIndex, &mut dyn FnMut(NodeIndex))) -> Vec<bool> {
    let mut seen = vec![false; nodes];
    let mut open = from.to_vec();
    from.iter().for_each(|node| seen[node.position()] = true);
    while let Some(node) = open.pop() {
        next(node, &mut |node| {
            if !std::mem::replace(&mut seen[node.position()], true) {
                open.push(node);
            }
        });
    }
    seen
}
