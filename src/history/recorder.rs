use std::collections::HashMap;
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::row::{ResultRow, RunRow, State, print};
use super::writer::{Message, write};
use super::{Changes, HistoryError, Policy, Store};
use crate::event::{Cause, Event, EventKind, Problem, StepRecord, Summary, Verdict};

/// How many results may wait to be stored before the run waits.
const WAITING: usize = 1024;
/// Most characters of a message that are stored.
const MOST_MESSAGE: usize = 300;

/// Where the scenarios come from that a run is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The revision of their repository.
    pub revision: Option<String>,
    /// Its branch.
    pub branch: Option<String>,
}

/// What was stored of a run.
#[derive(Debug, Default)]
pub struct Recorded {
    /// The run, as the views name it; nothing if no run was told.
    pub run: Option<String>,
    /// How many results were stored.
    pub results: usize,
    /// What has changed since each scenario was last run.
    pub changes: Changes,
}

/// Stores a run while it goes on: a consumer of its events.
///
/// Results are written by a thread of their own, many at once, so that no scenario waits for the disk; a run that is killed
/// leaves those in the history that were written, at most a second's less than had ended.
pub struct History {
    sender: Option<SyncSender<Message>>,
    writer: JoinHandle<Result<Recorded, HistoryError>>,
    /// The scenarios that run at the moment.
    live: HashMap<String, Live>,
}

#[derive(Default)]
struct Live {
    fingerprint: Option<String>,
    steps: Vec<StepRecord>,
    /// What the last attempt before failed with.
    before: Option<(Cause, String)>,
}

impl Live {
    fn cause(&self, problems: &[Problem]) -> Option<(Cause, String)> {
        let problem = problems.first()?;
        let step = self.steps.iter().find(|step| Some(step.number) == problem.step);
        Some((Cause::of(problem, step), problem.message.chars().take(MOST_MESSAGE).collect()))
    }
}

impl History {
    /// Stores into a history, which is begun if there is none.
    ///
    /// # Errors
    /// If it cannot be used.
    pub fn open(path: &Path, origin: Origin, policy: Policy) -> Result<Self, HistoryError> {
        let store = Store::open(path)?;
        let (sender, receiver) = sync_channel(WAITING);
        let writer = std::thread::spawn(move || write(store, &receiver, &origin, &policy));
        Ok(Self { sender: Some(sender), writer, live: HashMap::new() })
    }

    /// Takes an event.
    pub fn event(&mut self, event: &Event) {
        let id = event.scenario.as_deref().unwrap_or_default();
        match &event.kind {
            EventKind::RunStarted { flowproof, run, seed, target, scenarios, partition, .. } => {
                self.live.clear();
                let at = event.at.parse::<jiff::Timestamp>().unwrap_or_default();
                self.send(Message::Run(Box::new(RunRow {
                    name: run.clone(),
                    started: at.as_millisecond(),
                    environment: target.name.clone(),
                    seed: *seed,
                    partition: partition.clone(),
                    flowproof: flowproof.clone(),
                    scenarios: *scenarios,
                })));
            }
            EventKind::RunResumed { .. } => self.live.clear(),
            EventKind::ScenarioStarted { role: None, fingerprint, .. } => {
                let live = self.live.entry(id.to_owned()).or_default();
                live.fingerprint.clone_from(fingerprint);
                live.steps.clear();
            }
            EventKind::StepStarted { step, .. } => {
                if let Some(live) = self.live.get_mut(id) {
                    live.steps.push(step.clone());
                }
            }
            EventKind::ScenarioRetried { problems, .. } => {
                if let Some(live) = self.live.get_mut(id) {
                    live.before = live.cause(problems);
                }
            }
            EventKind::ScenarioFinished {
                role: None,
                verdict,
                flaky,
                attempts,
                millis,
                steps,
                requests,
                problems,
                known_failure,
                quarantine,
                ..
            } => {
                let live = self.live.remove(id).unwrap_or_default();
                let (cause, message) = live.cause(problems).or(live.before).unzip();
                self.send(Message::Result(Box::new(ResultRow {
                    scenario: id.to_owned(),
                    state: State::of(*verdict, known_failure.as_deref(), quarantine.as_deref()),
                    verdict: *verdict,
                    flaky: *flaky,
                    attempts: *attempts,
                    millis: *millis,
                    steps: *steps,
                    requests: *requests,
                    // What was stopped was not proven as it is.
                    fingerprint: live.fingerprint.as_deref().filter(|_| *verdict != Verdict::Aborted).and_then(print),
                    cause,
                    message,
                })));
            }
            EventKind::RunFinished { summary, millis } => self.end(summary, *millis),
            _ => {}
        }
    }

    fn end(&mut self, summary: &Summary, millis: f64) {
        self.send(Message::End { summary: Box::new(summary.clone()), millis });
    }

    fn send(&mut self, message: Message) {
        if let Some(sender) = &self.sender {
            // A writer that has stopped tells why in the end.
            let _ = sender.send(message);
        }
    }

    /// Ends the storing.
    ///
    /// # Errors
    /// If something could not be stored.
    pub fn finish(mut self) -> Result<Recorded, HistoryError> {
        drop(self.sender.take());
        match self.writer.join() {
            Ok(recorded) => recorded,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}
