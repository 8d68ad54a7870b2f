use super::run::{Run, Stepped};
use super::token::{FrameId, Receiver, Stand, TokenId, Tokens};
use super::{Incident, MoveKind, Occurrence};
use crate::process::expression::Map;
use crate::process::{Definition, Node, NodeIndex, Trigger};

/// Events that happen from outside of the token, and what waits for them.
impl Run<'_> {
    /// The events that wait for something, in document order.
    pub fn receivers(&self, waits_for: impl Fn(&Node) -> bool) -> Vec<(NodeIndex, Receiver)> {
        receivers(&self.execution.tokens, self.definition, waits_for)
    }

    /// Lets something reach all that waited for it.
    pub fn reach_all(&mut self, all: &[(NodeIndex, Receiver)], occurrence: &Occurrence) -> Stepped {
        for (event, receiver) in all {
            // What it reached before may have ended this.
            if self.is_alive(*receiver) {
                let event = &self.definition[*event];
                self.tell(MoveKind::Caught { event: event.id.clone(), occurrence: occurrence.clone() });
                self.happen(event, *receiver)?;
            }
        }
        Ok(())
    }

    fn is_alive(&self, receiver: Receiver) -> bool {
        let stands = |id| self.token(id).is_some_and(|token| !matches!(token.stand, Stand::Comes(_)));
        match receiver {
            Receiver::At(id) | Receiver::Before(id, _) | Receiver::Inside(id) => stands(id),
            Receiver::In(frame) => self.execution.tokens.frame(frame).is_some_and(|frame| frame.takes_events()),
        }
    }

    /// An event happens.
    pub fn happen(&mut self, event: &Node, receiver: Receiver) -> Stepped {
        self.focus = self.token_of(receiver).or(self.focus);
        match receiver {
            Receiver::At(id) => self.complete(id, Map::new()),
            Receiver::Before(id, flow) => {
                self.disarm(id);
                let Some(token) = self.execution.tokens.get_mut(id) else { return Ok(()) };
                let gateway = token.node;
                token.node = event.index;
                self.tell(MoveKind::Completed { node: self.definition[gateway].id.clone() });
                self.tell(MoveKind::Taken { flow: self.definition[flow].id.clone() });
                self.enter(id, true)
            }
            Receiver::Inside(host) if event.interrupts() => self.interrupt(host, event.index),
            Receiver::Inside(host) => {
                let frame = self.token(host).map_or(Tokens::PROCESS, |token| token.frame);
                self.add(event.index, frame);
                Ok(())
            }
            Receiver::In(frame) => self.begin_event_subprocess(frame, event.index, event.interrupts()),
        }
    }

    /// Lets the first event happen whose condition holds. Whether there was one.
    ///
    /// One that does not interrupt happens when its condition comes to hold, not as long as it does. A condition without a value,
    /// since a variable is missing, does not hold yet.
    pub fn meet_conditions(&mut self) -> Result<bool, Incident> {
        let conditional = |node: &Node| matches!(node.trigger(), Some(Trigger::Conditional { .. }));
        for (index, receiver) in self.receivers(conditional) {
            let event = &self.definition[index];
            let Some(Trigger::Conditional { condition: Some(condition) }) = event.trigger() else { continue };
            let nothing = Map::new();
            let frame = self.frame_of(receiver);
            let holds = self.execution.see(frame, &nothing, |scope| condition.test(scope)).unwrap_or(false);
            if !holds {
                self.execution.met.remove(&(index, receiver));
            } else if self.execution.met.insert((index, receiver)) {
                self.tell(MoveKind::Caught { event: event.id.clone(), occurrence: Occurrence::Condition });
                self.happen(event, receiver)?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The frame whose variables what waits for an event sees.
    pub fn frame_of(&self, receiver: Receiver) -> FrameId {
        match receiver {
            Receiver::In(frame) => frame,
            _ => {
                let token = self.token_of(receiver).and_then(|id| self.token(id));
                token.map_or(Tokens::PROCESS, |token| token.frame)
            }
        }
    }

    /// The token that waits for an event.
    pub fn token_of(&self, receiver: Receiver) -> Option<TokenId> {
        match receiver {
            Receiver::At(id) | Receiver::Before(id, _) | Receiver::Inside(id) => Some(id),
            Receiver::In(frame) => self.execution.tokens.frame(frame).and_then(|frame| frame.holder),
        }
    }
}

/// The events that wait for something, in document order.
pub(super) fn receivers(
    tokens: &Tokens,
    definition: &Definition,
    waits_for: impl Fn(&Node) -> bool,
) -> Vec<(NodeIndex, Receiver)> {
    let mut all = Vec::new();
    for (id, token) in tokens.all() {
        let node = &definition[token.node];
        if token.stand == Stand::Listens && waits_for(node) {
            all.push((node.index, Receiver::At(id)));
        }
        if token.stand == Stand::Listens && node.is_gateway() {
            let behind = node.outgoing.iter().map(|flow| (definition[*flow].target, Receiver::Before(id, *flow)));
            all.extend(behind.filter(|(event, _)| waits_for(&definition[*event])));
        }
        if !matches!(token.stand, Stand::Comes(_) | Stand::Joins(_) | Stand::Acts) && !token.instance {
            let border = node.boundaries.iter().map(|event| (*event, Receiver::Inside(id)));
            all.extend(border.filter(|(event, _)| waits_for(&definition[*event])));
        }
    }
    for (id, frame) in tokens.frames().filter(|(_, frame)| frame.takes_events()) {
        let starts = event_starts(definition, frame.scope).map(|start| (start.index, Receiver::In(id)));
        all.extend(starts.filter(|(start, _)| waits_for(&definition[*start])));
    }
    all.sort_unstable();
    all
}

/// The start events of the event subprocesses of a scope, in document order.
pub(super) fn event_starts(definition: &Definition, scope: Option<NodeIndex>) -> impl Iterator<Item = &Node> {
    let subprocesses = definition.event_subprocesses(scope).map(|index| &definition[index]);
    let children = subprocesses.flat_map(|node| node.children.iter().map(|child| &definition[*child]));
    children.filter(|node| node.is_start())
}
