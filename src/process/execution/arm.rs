use super::happen::event_starts;
use super::run::{Run, Stepped};
use super::token::{Armed, FrameId, Receiver, TokenId};
use super::{ArmedTimer, Incident, MoveKind};
use crate::process::{Node, NodeIndex, Timer, Trigger};

/// Timers.
impl Run<'_> {
    /// Lets the timers on the border of an activity run. Those of its instances are one.
    pub fn arm_border(&mut self, id: TokenId, node: &Node) -> Stepped {
        if self.token(id).is_some_and(|token| token.instance) {
            return Ok(());
        }
        for boundary in &node.boundaries {
            let event = &self.definition[*boundary];
            if let Some(Trigger::Timer { duration }) = event.trigger() {
                self.arm(Receiver::Inside(id), event, duration)?;
            }
        }
        Ok(())
    }

    /// Lets the timers run with which event subprocesses of a scope begin.
    pub fn arm_scope(&mut self, frame: FrameId, scope: Option<NodeIndex>) -> Stepped {
        let starts: Vec<NodeIndex> = event_starts(self.definition, scope).map(|start| start.index).collect();
        for start in starts {
            let event = &self.definition[start];
            if let Some(Trigger::Timer { duration }) = event.trigger() {
                self.arm(Receiver::In(frame), event, duration)?;
            }
        }
        Ok(())
    }

    /// Lets a timer run.
    pub fn arm(&mut self, receiver: Receiver, event: &Node, timer: &Timer) -> Stepped {
        let now = self.execution.clock;
        let timer = self.read(receiver, event, timer)?;
        let (due, again) = match timer {
            Timer::After(after) => (now.saturating_add(after), None),
            Timer::At(at) => (now.max(at), None),
            Timer::Every { times: Some(0), .. } | Timer::Computed(_) => return Ok(()),
            Timer::Every { period, times } => {
                (now.saturating_add(period), Some((period, times.map(|times| times.saturating_sub(1)))))
            }
        };
        let timer = ArmedTimer { boundary: event.index, due };
        self.execution.timers.push(Armed { timer, receiver, again });
        Ok(())
    }

    /// A timer with its expression evaluated.
    fn read(&self, receiver: Receiver, event: &Node, timer: &Timer) -> Result<Timer, Incident> {
        let Timer::Computed(template) = timer else { return Ok(timer.clone()) };
        let failed = |reason: String| Incident::Timer { boundary: event.id.clone(), reason };
        let token = self.token_of(receiver).and_then(|id| self.token(id));
        let locals = token.map(|token| token.locals.clone()).unwrap_or_default();
        let value = self.execution.see(self.frame_of(receiver), &locals, |scope| template.evaluate(scope));
        let value = value.map_err(|error| failed(error.to_string()))?;
        let text = value.as_str().ok_or_else(|| failed(format!("`{value}` is no text")))?;
        Timer::computed(text).map_err(failed)
    }

    /// A timer has run down.
    pub fn fire(&mut self, armed: Armed) -> Stepped {
        let event = &self.definition[armed.timer.boundary];
        let is_this = |other: &Armed| (other.timer, other.receiver) == (armed.timer, armed.receiver);
        if let Some(at) = self.execution.timers.iter().position(is_this) {
            self.execution.timers.remove(at);
        }
        self.tell(MoveKind::TimerFired { boundary: event.id.clone() });
        if let Some((period, left)) = armed.again.filter(|(_, left)| *left != Some(0) && !event.interrupts()) {
            let timer = ArmedTimer { due: armed.timer.due.saturating_add(period), ..armed.timer };
            let again = Some((period, left.map(|left| left.saturating_sub(1))));
            self.execution.timers.push(Armed { timer, again, ..armed });
        }
        self.happen(event, armed.receiver)
    }

    /// Stops the timers that wait with a token.
    pub fn disarm(&mut self, id: TokenId) {
        let is_of = |receiver: &Receiver| matches!(receiver, Receiver::At(own) | Receiver::Before(own, _) | Receiver::Inside(own) if *own == id);
        self.execution.timers.retain(|armed| !is_of(&armed.receiver));
        self.execution.met.retain(|(_, receiver)| !is_of(receiver));
    }

    /// Stops the timers with which event subprocesses of a frame begin.
    pub fn disarm_frame(&mut self, id: FrameId) {
        self.execution.timers.retain(|armed| armed.receiver != Receiver::In(id));
        self.execution.met.retain(|(_, receiver)| *receiver != Receiver::In(id));
    }
}
