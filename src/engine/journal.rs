use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::Detail;
use super::delivery::Sent;
use super::halting::{Command, Halt};
use super::masking::masked;
use super::run::{Clock, stamp};
use crate::event::{Event, EventKind, Verdict};
use crate::redact::Redactor;

/// How many events of one scenario wait at most before they are handed on together: each handing over wakes a thread.
const HELD: usize = 256;

/// How many exchanges are kept until it is known whether anything is wrong; older ones are let go.
const UNTOLD: usize = 8;

/// What leaves a scenario while it runs.
pub(super) enum Message {
    /// What has happened.
    Events(Vec<Event>),
    /// It halts, and waits to be told what to do.
    Halted(Box<Halt>, oneshot::Sender<Command>),
}

/// Where one scenario's events go, and what is masked in them on the way.
pub(super) struct Journal {
    scenario: Arc<str>,
    sender: mpsc::Sender<Message>,
    clock: Clock,
    detail: Detail,
    /// Events on their way, with what is secret still in them: most are never looked at.
    held: Vec<(jiff::Timestamp, EventKind)>,
    /// Exchanges of steps that have not ended, by step.
    untold: Vec<(u32, Sent)>,
    /// What has happened so far.
    pub counts: Counts,
    /// The secrets known so far.
    pub redactor: Redactor,
}

/// What happened in a scenario, in numbers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub steps: u64,
    pub expectations: u64,
    pub retries: u64,
}

impl Journal {
    pub fn new(
        scenario: &str,
        sender: mpsc::Sender<Message>,
        clock: Clock,
        detail: Detail,
        redactor: Redactor,
    ) -> Self {
        let scenario = scenario.into();
        Self {
            scenario,
            sender,
            clock,
            detail,
            held: Vec::new(),
            untold: Vec::new(),
            counts: Counts::default(),
            redactor,
        }
    }

    /// Tells an event. What is secret in it is masked when it is handed on.
    pub async fn emit(&mut self, kind: EventKind) {
        match &kind {
            EventKind::StepStarted { .. } => self.counts.steps += 1,
            EventKind::ExpectationJudged { .. } => self.counts.expectations += 1,
            EventKind::Retried { .. } => self.counts.retries += 1,
            // Of an attempt that is followed by another it is enough to know why it was not the last.
            EventKind::ScenarioFinished { verdict: Verdict::Passed, .. } | EventKind::ScenarioRetried { .. }
                if self.detail == Detail::Problems =>
            {
                self.held.retain(|(_, kind)| {
                    matches!(
                        kind,
                        EventKind::Noted { .. } | EventKind::InstanceLeft { .. } | EventKind::InstanceWalked { .. }
                    )
                });
            }
            _ => {}
        }
        let first = matches!(kind, EventKind::ScenarioStarted { .. });
        let last = matches!(kind, EventKind::ScenarioFinished { .. } | EventKind::ScenarioRetried { .. });
        // Who watches wants to see at once what begins, and who follows every exchange wants to see that.
        let exchanged = self.detail == Detail::AtOnce && matches!(kind, EventKind::Exchanged { .. });
        self.held.push((self.clock.now(), kind));
        if first || last || exchanged || self.held.len() >= HELD {
            self.hand_on().await;
        }
    }

    /// Takes an exchange of a step: tells it, or keeps it until it is known whether the step has a problem.
    pub async fn exchanged(&mut self, step: u32, sent: Sent) {
        if self.detail != Detail::Problems {
            self.tell(step, &sent).await;
            return;
        }
        if self.untold.len() == UNTOLD {
            self.untold.remove(0);
        }
        self.untold.push((step, sent));
    }

    /// Takes note of the end of a step, and of whether there is a problem to be looked into.
    pub async fn ended(&mut self, step: u32, problem: bool) {
        let (ended, open) = std::mem::take(&mut self.untold).into_iter().partition(|(other, _)| *other == step);
        self.untold = open;
        let ended: Vec<(u32, Sent)> = ended;
        for (step, sent) in ended.iter().filter(|_| problem) {
            self.tell(*step, sent).await;
        }
        if self.detail != Detail::Problems {
            self.hand_on().await;
        }
    }

    async fn tell(&mut self, step: u32, sent: &Sent) {
        let exchange = Box::new(sent.record(&self.redactor));
        self.emit(EventKind::Exchanged { step, exchange }).await;
    }

    async fn hand_on(&mut self) {
        let events = self.held.drain(..).map(|(at, kind)| Event {
            at: stamp(at),
            scenario: Some(self.scenario.to_string()),
            kind: masked(kind, &self.redactor),
        });
        let events = Message::Events(events.collect());
        // The receiver is gone only when the run is being torn down.
        let _ = self.sender.send(events).await;
    }

    /// Hands on a message, after everything that has happened before it.
    pub async fn pass(&mut self, message: Message) {
        self.hand_on().await;
        let _ = self.sender.send(message).await;
    }

    /// Registers texts as secret.
    pub fn hide(&mut self, name: &str, texts: &[String]) {
        for text in texts {
            // What is too short to be a secret cannot be masked without masking ordinary words.
            let _ = self.redactor.add(name, text);
        }
    }
}
