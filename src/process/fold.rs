use std::collections::BTreeSet;

use super::{Definition, FlowIndex, Kind, Node};

impl Definition {
    /// The flows that can never be taken, whatever the variables: at an exclusive gateway with several flows, those
    /// whose condition is the constant false, and all that stand behind one that always holds.
    pub fn dead_flows(&self) -> BTreeSet<FlowIndex> {
        self.nodes().iter().flat_map(|node| self.dead_flows_of(node)).collect()
    }

    /// The flows of a node that can be taken for some variables, in document order.
    pub fn live_flows<'a>(&'a self, node: &'a Node) -> impl Iterator<Item = FlowIndex> + 'a {
        let dead = self.dead_flows_of(node);
        node.outgoing.iter().copied().filter(move |flow| !dead.contains(flow))
    }

    fn dead_flows_of(&self, node: &Node) -> Vec<FlowIndex> {
        let mut dead = Vec::new();
        if node.kind != Kind::ExclusiveGateway || node.outgoing.len() < 2 {
            return dead;
        }
        let mut decided = false;
        for flow in node.outgoing.iter().copied().filter(|flow| node.default != Some(*flow)) {
            let verdict = match &self[flow].condition {
                Some(condition) => condition.constant(),
                None => Some(true),
            };
            if decided || verdict == Some(false) {
                dead.push(flow);
            }
            decided |= verdict == Some(true);
        }
        if decided {
            dead.extend(node.default);
        }
        dead
    }
}
