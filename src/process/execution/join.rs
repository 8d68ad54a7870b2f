use std::collections::BTreeSet;

use super::run::{Run, Stepped};
use super::token::{FrameId, Stand, TokenId};
use crate::process::{Definition, FlowIndex, Kind, Node, NodeIndex};

/// Gateways that wait for several tokens.
impl Run<'_> {
    /// A token has come to a gateway that joins.
    pub fn join(&mut self, id: TokenId, node: &Node, by: FlowIndex) -> Stepped {
        let Some(token) = self.execution.tokens.get_mut(id) else { return Ok(()) };
        token.stand = Stand::Joins(by);
        let frame = token.frame;
        if node.kind == Kind::ParallelGateway {
            let come = self.joining(node.index, frame);
            if node.incoming.iter().all(|flow| come.iter().any(|(_, by)| by == flow)) {
                return self.merge(&come);
            }
        }
        Ok(())
    }

    /// Lets the first inclusive gateway go on to which nothing more can come. Whether there was one.
    pub fn join_inclusive(&mut self) -> Result<bool, super::Incident> {
        let tokens = &self.execution.tokens;
        let joining = tokens.all().filter(|(_, token)| matches!(token.stand, Stand::Joins(_)));
        let gateways: BTreeSet<(NodeIndex, FrameId)> = joining.map(|(_, token)| (token.node, token.frame)).collect();
        for (index, frame) in gateways {
            let node = &self.definition[index];
            if node.kind != Kind::InclusiveGateway {
                continue;
            }
            let come = self.joining(index, frame);
            let empty = node.incoming.iter().copied().filter(|flow| !come.iter().any(|(_, by)| by == flow));
            let before = before(self.definition, index, empty);
            let others = self.execution.tokens.within(frame).filter(|(_, token)| token.node != index);
            if !others.map(|(_, token)| token.node).any(|node| before.contains(&node)) {
                self.merge(&come)?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The tokens that wait at a gateway, with the flows they came by.
    fn joining(&self, node: NodeIndex, frame: FrameId) -> Vec<(TokenId, FlowIndex)> {
        let within = self.execution.tokens.within(frame).filter(|(_, token)| token.node == node);
        let come = within.filter_map(|(id, token)| match token.stand {
            Stand::Joins(by) => Some((id, by)),
            _ => None,
        });
        come.collect()
    }

    /// The first token of each flow becomes one.
    fn merge(&mut self, come: &[(TokenId, FlowIndex)]) -> Stepped {
        let mut flows = BTreeSet::new();
        let mut merged = come.iter().filter(|(_, by)| flows.insert(*by)).map(|(id, _)| *id);
        let Some(id) = merged.next() else { return Ok(()) };
        for other in merged.collect::<Vec<_>>() {
            self.execution.tokens.remove(other);
        }
        self.enter(id, false)
    }
}

/// The nodes from which some flows can be come by without passing the gateway that they lead to.
fn before(definition: &Definition, gateway: NodeIndex, flows: impl Iterator<Item = FlowIndex>) -> BTreeSet<NodeIndex> {
    let mut open: Vec<NodeIndex> = flows.map(|flow| definition[flow].source).collect();
    let mut seen = BTreeSet::new();
    while let Some(index) = open.pop() {
        if index == gateway || !seen.insert(index) {
            continue;
        }
        let node = &definition[index];
        open.extend(node.incoming.iter().map(|flow| definition[*flow].source));
        open.extend(node.boundary().map(|boundary| boundary.host));
    }
    seen
}
