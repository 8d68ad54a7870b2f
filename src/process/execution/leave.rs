use super::run::{Run, Stepped};
use super::token::{Stand, Token, TokenId, Tokens};
use super::{Direction, Incident, MoveKind};
use crate::process::expression::Map;
use crate::process::{FlowIndex, Node};

/// Leaving a node.
impl Run<'_> {
    /// A node has done what it does: its results are mapped, and its token goes on.
    pub fn complete(&mut self, id: TokenId, locals: Map) -> Stepped {
        // What was thrown here may have cancelled it.
        let Some(token) = self.execution.tokens.get_mut(id) else { return Ok(()) };
        token.locals.extend(locals);
        let (node, instance) = (&self.definition[token.node], token.instance);
        self.focus = Some(id);
        self.map_outputs(id, node)?;
        self.disarm(id);
        self.tell(MoveKind::Completed { node: node.id.clone() });
        if instance { self.end_instance(id, node) } else { self.follow(id) }
    }

    /// Leaves something that is no gateway: by its only flow, whose condition must hold if it has one, or by each of several whose
    /// condition holds.
    pub fn follow(&mut self, id: TokenId) -> Stepped {
        let Some(token) = self.execution.tokens.get_mut(id) else { return Ok(()) };
        let node = &self.definition[token.node];
        if !node.outgoing.is_empty() {
            // The locals end with the activity; a condition on its flow sees what is around it alone.
            token.locals = Map::new();
        }
        match node.outgoing.as_slice() {
            [] => self.consume(id),
            [flow] if node.default == Some(*flow) || self.holds(id, *flow)? => self.split(id, vec![*flow]),
            [_] => Err(Incident::Stuck { node: node.id.clone() }),
            _ => {
                let open = self.open_flows(id, node)?;
                self.split(id, open)
            }
        }
    }

    /// Takes the first flow, in document order, whose condition holds; the default if none does.
    pub fn decide(&mut self, id: TokenId, node: &Node) -> Stepped {
        let mut chosen = None;
        for flow in node.outgoing.iter().copied().filter(|flow| node.default != Some(*flow)) {
            if self.holds(id, flow)? {
                chosen = Some(flow);
                break;
            }
        }
        let flow = chosen.or(node.default).ok_or_else(|| Incident::Stuck { node: node.id.clone() })?;
        self.tell(MoveKind::Completed { node: node.id.clone() });
        self.split(id, vec![flow])
    }

    /// Takes every flow whose condition holds; the default if none does.
    pub fn choose(&mut self, id: TokenId, node: &Node) -> Stepped {
        let open = self.open_flows(id, node)?;
        self.tell(MoveKind::Completed { node: node.id.clone() });
        self.split(id, open)
    }

    fn open_flows(&mut self, id: TokenId, node: &Node) -> Result<Vec<FlowIndex>, Incident> {
        let mut open = Vec::new();
        for flow in node.outgoing.iter().copied().filter(|flow| node.default != Some(*flow)) {
            if self.holds(id, flow)? {
                open.push(flow);
            }
        }
        if open.is_empty() {
            open.push(node.default.ok_or_else(|| Incident::Stuck { node: node.id.clone() })?);
        }
        Ok(open)
    }

    /// Gives each flow a token: the first one this, the others new ones. The first goes on as far as it can before the second.
    pub fn split(&mut self, id: TokenId, flows: Vec<FlowIndex>) -> Stepped {
        let Some(token) = self.execution.tokens.get_mut(id) else { return Ok(()) };
        let Some((first, others)) = flows.split_first() else { return self.consume(id) };
        let frame = token.frame;
        token.locals = Map::new();
        (token.node, token.stand) = (self.definition[*first].target, Stand::Comes(Some(*first)));
        let mut ids = vec![id];
        for flow in others {
            let stand = Stand::Comes(Some(*flow));
            ids.push(self.execution.tokens.add(Token { stand, ..Token::before(self.definition[*flow].target, frame) }));
        }
        self.coming.extend(ids.into_iter().rev());
        Ok(())
    }

    /// The token has come to its end; if it was the last one of what it moved in, that is completed.
    pub fn consume(&mut self, id: TokenId) -> Stepped {
        self.disarm(id);
        let Some(token) = self.execution.tokens.remove(id) else { return Ok(()) };
        self.tell(MoveKind::Ended { node: self.definition[token.node].id.clone() });
        self.execution.last = (Some(token.node), token.locals);
        if token.frame == Tokens::PROCESS || self.execution.tokens.within(token.frame).next().is_some() {
            return Ok(());
        }
        self.disarm_frame(token.frame);
        match self.execution.tokens.close(token.frame).and_then(|frame| frame.holder) {
            Some(holder) => self.complete(holder, Map::new()),
            None => Ok(()),
        }
    }

    pub fn map_outputs(&mut self, id: TokenId, node: &Node) -> Stepped {
        for parameter in &node.outputs {
            let value = self.evaluate(id, parameter, Direction::Output)?;
            if let Some(frame) = self.token(id).map(|token| token.frame) {
                self.execution.put(frame, &parameter.name, value);
            }
        }
        Ok(())
    }
}
