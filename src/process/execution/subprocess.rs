use super::Incident;
use super::run::{Run, Stepped};
use super::token::{Frame, FrameId, Stand, Token, TokenId};
use crate::process::{Node, NodeIndex};

/// What holds nodes of its own.
impl Run<'_> {
    /// Begins a subprocess: with its start event, else with every node that no flow leads to.
    pub fn begin_subprocess(&mut self, id: TokenId, node: &Node) -> Stepped {
        let inside = || node.children.iter().map(|child| &self.definition[*child]);
        let mut begins: Vec<NodeIndex> = inside().filter(|node| node.is_start()).map(|node| node.index).collect();
        if begins.len() > 1 {
            let what = format!("{} with several start events", node.element);
            return Err(Incident::Unsupported { node: node.id.clone(), what });
        }
        if begins.is_empty() {
            let alone = |node: &&Node| node.begins_alone();
            begins = inside().filter(alone).map(|node| node.index).collect();
        }
        if begins.is_empty() {
            return self.complete(id, Default::default());
        }
        let frame = self.execution.tokens.open(Frame::of(id, Some(node.index)));
        if let Some(token) = self.execution.tokens.get_mut(id) {
            token.stand = Stand::Holds(frame);
        }
        self.arm_border(id, node)?;
        self.arm_scope(frame, Some(node.index))?;
        let ids: Vec<TokenId> =
            begins.into_iter().map(|begin| self.execution.tokens.add(Token::before(begin, frame))).collect();
        self.coming.extend(ids.into_iter().rev());
        Ok(())
    }

    /// The start event of an event subprocess has happened: it ends everything else in the scope around it, or it comes to it.
    pub fn begin_event_subprocess(&mut self, frame: FrameId, start: NodeIndex, interrupts: bool) -> Stepped {
        let Some(subprocess) = self.definition[start].scope else { return Ok(()) };
        if interrupts {
            self.cancel_within(frame, None)?;
            self.disarm_frame(frame);
            if let Some(frame) = self.execution.tokens.frame_mut(frame) {
                frame.interrupted = true;
            }
        }
        self.add(subprocess, frame);
        Ok(())
    }
}
