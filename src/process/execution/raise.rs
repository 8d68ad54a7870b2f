use super::happen::event_starts;
use super::run::{Run, Stepped};
use super::token::{FrameId, TokenId};
use super::{Incident, MoveKind, Occurrence};
use crate::process::{Node, NodeIndex, Trigger};

/// What catches something that goes outwards through the scopes.
enum Catcher {
    /// An event on the border of the activity of a token.
    Border(TokenId, NodeIndex),
    /// An event subprocess of a frame.
    In(FrameId, NodeIndex),
}

/// Errors and escalations.
impl Run<'_> {
    /// A BPMN error goes outwards: the innermost scope that catches it does, an event subprocess before an event on the border, one of
    /// its code before one of every code.
    pub fn raise(&mut self, id: TokenId, code: &str, message: Option<String>) -> Stepped {
        let Some(token) = self.token(id) else { return Ok(()) };
        let node = &self.definition[token.node];
        self.focus = Some(id);
        let is_error = |trigger: &Trigger| match trigger {
            Trigger::Error { code, .. } => Some(code.clone()),
            _ => None,
        };
        let catcher = self.catcher(id, Some(code), is_error);
        let event = catcher.as_ref().map(|catcher| &self.definition[self.event_of(catcher)]);
        let boundary = event.map(|event| event.id.clone());
        self.tell(MoveKind::Error { node: node.id.clone(), code: code.to_owned(), boundary });
        let (Some(catcher), Some(event)) = (catcher, event) else {
            return Err(Incident::UnhandledError { node: node.id.clone(), code: code.to_owned(), message });
        };
        if let Some(Trigger::Error { code_variable, message_variable, .. }) = event.trigger() {
            let frame = self.frame_of_catcher(&catcher);
            if let Some(name) = code_variable {
                self.execution.put(frame, name, code.into());
            }
            if let Some(name) = message_variable {
                self.execution.put(frame, name, message.into());
            }
        }
        match catcher {
            Catcher::Border(host, event) => self.interrupt(host, event),
            Catcher::In(frame, event) => self.begin_event_subprocess(frame, event, true),
        }
    }

    /// An escalation goes outwards like an error, but what nothing catches is nothing to worry about.
    pub fn escalate(&mut self, id: TokenId, code: Option<&str>) -> Stepped {
        let is_escalation = |trigger: &Trigger| match trigger {
            Trigger::Escalation { code, .. } => Some(code.clone()),
            _ => None,
        };
        let Some(catcher) = self.catcher(id, code, is_escalation) else { return Ok(()) };
        let event = &self.definition[self.event_of(&catcher)];
        let occurrence = Occurrence::Escalation { code: code.map(str::to_owned) };
        self.tell(MoveKind::Caught { event: event.id.clone(), occurrence });
        if let Some(Trigger::Escalation { code_variable: Some(name), .. }) = event.trigger() {
            let frame = self.frame_of_catcher(&catcher);
            self.execution.put(frame, name, code.into());
        }
        match catcher {
            Catcher::Border(host, index) if event.interrupts() => self.interrupt(host, index),
            Catcher::Border(_, index) => {
                let frame = self.frame_of_catcher(&catcher);
                self.add(index, frame);
                Ok(())
            }
            Catcher::In(frame, index) => self.begin_event_subprocess(frame, index, event.interrupts()),
        }
    }

    /// What catches a code that is thrown at a token. `of` gives the code that a trigger catches: `Some(None)` is every code.
    fn catcher(
        &self,
        mut id: TokenId,
        code: Option<&str>,
        of: impl Fn(&Trigger) -> Option<Option<String>>,
    ) -> Option<Catcher> {
        let first = |events: &mut dyn Iterator<Item = &Node>| {
            let all: Vec<(NodeIndex, Option<String>)> =
                events.filter_map(|event| Some((event.index, of(event.trigger()?)?))).collect();
            let coded = all.iter().find(|(_, own)| own.is_some() && own.as_deref() == code);
            coded.or_else(|| all.iter().find(|(_, own)| own.is_none())).map(|(event, _)| *event)
        };
        loop {
            let token = self.token(id)?;
            let node = &self.definition[token.node];
            // The events on the border of an activity are those of all its instances.
            if node.is_activity() && !token.instance {
                let mut events = node.boundaries.iter().map(|event| &self.definition[*event]);
                if let Some(event) = first(&mut events) {
                    return Some(Catcher::Border(id, event));
                }
            }
            let frame = self.execution.tokens.frame(token.frame)?;
            // An event subprocess does not catch what it throws itself.
            if !node.is_event_subprocess() && frame.takes_events() {
                let mut starts = event_starts(self.definition, frame.scope);
                if let Some(event) = first(&mut starts) {
                    return Some(Catcher::In(token.frame, event));
                }
            }
            id = frame.holder?;
        }
    }

    fn event_of(&self, catcher: &Catcher) -> NodeIndex {
        match catcher {
            Catcher::Border(_, event) | Catcher::In(_, event) => *event,
        }
    }

    fn frame_of_catcher(&self, catcher: &Catcher) -> FrameId {
        match catcher {
            Catcher::Border(host, _) => self.token(*host).map_or(super::token::Tokens::PROCESS, |token| token.frame),
            Catcher::In(frame, _) => *frame,
        }
    }
}
