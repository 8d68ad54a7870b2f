use super::MoveKind;
use super::run::{Run, Stepped};
use super::token::{FrameId, Stand, TokenId};
use crate::process::NodeIndex;

/// Ending what has not come to its end.
impl Run<'_> {
    /// Removes a token and all that are inside its activity, the innermost first.
    pub fn cancel(&mut self, id: TokenId) -> Stepped {
        let Some(token) = self.token(id) else { return Ok(()) };
        let (node, stand) = (&self.definition[token.node], token.stand);
        // The instances of an activity tell of it, each for itself.
        let mut told = !matches!(stand, Stand::Comes(_) | Stand::Joins(_)) && node.is_cancellable();
        if let Stand::Holds(frame) = stand {
            told &= self.execution.tokens.frame(frame).is_none_or(|frame| frame.instances.is_none());
            self.cancel_within(frame, None)?;
            self.disarm_frame(frame);
            self.execution.tokens.close(frame);
        }
        self.disarm(id);
        if told {
            if self.execution.settings.map_outputs_on_cancel {
                self.map_outputs(id, node)?;
            }
            self.tell(MoveKind::Cancelled { node: node.id.clone() });
        }
        self.execution.tokens.remove(id);
        Ok(())
    }

    /// Cancels the other tokens of the frame of a token.
    pub fn cancel_beside(&mut self, id: TokenId) -> Stepped {
        match self.token(id).map(|token| token.frame) {
            Some(frame) => self.cancel_within(frame, Some(id)),
            None => Ok(()),
        }
    }

    /// Cancels the tokens of a frame, but one.
    pub fn cancel_within(&mut self, frame: FrameId, but: Option<TokenId>) -> Stepped {
        let inside: Vec<TokenId> = self.execution.tokens.within(frame).map(|(id, _)| id).collect();
        inside.into_iter().filter(|id| Some(*id) != but).try_for_each(|id| self.cancel(id))
    }

    /// An event on the border of an activity takes its place.
    pub fn interrupt(&mut self, host: TokenId, event: NodeIndex) -> Stepped {
        let Some(frame) = self.token(host).map(|token| token.frame) else { return Ok(()) };
        self.focus = Some(host);
        self.cancel(host)?;
        self.add(event, frame);
        Ok(())
    }
}
