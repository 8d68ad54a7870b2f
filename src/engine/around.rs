use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::LocalSet;

use super::Run;
use super::control::Control;
use super::journal::Message;
use super::origin::Origin;
use super::run::{Audience, BATCHES_WAITING, Numbers, finish, walk};
use super::standing::started;
use crate::event::{Event, Verdict};
use crate::plan::{Plan, Planned};
use crate::redact::Redactor;

/// What the `before` of a run has saved; every scenario reads it as `run.<name>`.
#[derive(Clone, Debug, Default)]
pub struct Saved(pub(super) BTreeMap<String, SavedValue>);

/// A value that was saved.
#[derive(Clone)]
pub(super) struct SavedValue {
    pub value: Value,
    pub secret: bool,
    /// Where it came from.
    pub origin: Origin,
}

impl std::fmt::Debug for SavedValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // It may be a secret.
        f.write_str("SavedValue(…)")
    }
}

/// What a scenario leaves behind.
pub(super) struct Walked {
    pub verdict: Verdict,
    /// What its steps saved; only of one that runs around others.
    pub saved: Saved,
    /// The secrets that are known now.
    pub redactor: Redactor,
    /// Whether it is one of the failures of the run that count.
    pub counts: bool,
    /// How long until it is to be run again, if it is.
    pub again: Option<Duration>,
}

impl Run {
    /// Runs one scenario while nothing else runs.
    pub(super) fn alone(&self, planned: &Planned, number: usize, audience: &mut Audience<'_>) -> Walked {
        std::thread::scope(|scope| {
            let (sender, mut receiver) = mpsc::channel::<Message>(BATCHES_WAITING);
            let walking = scope.spawn(move || self.walk_alone(planned, number, &sender));
            while let Some(message) = receiver.blocking_recv() {
                audience.take(message);
            }
            // What panics in a scenario is caught where it walks.
            walking.join().unwrap_or_else(|_| self.nothing(Verdict::Errored))
        })
    }

    fn walk_alone(&self, planned: &Planned, number: usize, sender: &mpsc::Sender<Message>) -> Walked {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else { return self.nothing(Verdict::Errored) };
        // Connections belong to the runtime that made them.
        let client = self.target.client.with_own_connections().unwrap_or_else(|_| self.target.client.clone());
        LocalSet::new()
            .block_on(&runtime, walk(planned, Numbers { scenario: number, attempt: 1 }, self, sender, &client))
    }

    /// Lets go of what was uploaded to a simulator for the whole run. A simulator that has gone by now keeps nothing either.
    pub(super) fn close_world(&self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let (true, Ok(runtime)) = (self.target.simulator, runtime) else { return };
        let client = self.target.client.with_own_connections().unwrap_or_else(|_| self.target.client.clone());
        let control = Control::new(client, &self.target.base_url, self.options.world());
        let _ = runtime.block_on(control.close(false, false));
    }

    /// What a scenario leaves behind that did nothing.
    pub(super) fn nothing(&self, verdict: Verdict) -> Walked {
        Walked { verdict, saved: Saved::default(), redactor: self.redactor.clone(), counts: false, again: None }
    }

    /// Tells that no scenario is run, and why.
    pub(super) fn skip_all(&self, plan: &Plan, reason: &str, audience: &mut Audience<'_>) {
        let kept = |planned: &Planned| self.options.kept.contains(&planned.id);
        for planned in plan.iter(&self.sources).filter(|planned| !kept(planned)) {
            let event = |kind| Event { at: self.options.clock.stamp(), scenario: Some(planned.id.clone()), kind };
            audience.tell(event(started(&planned, 1, &self.sources, &self.redactor)));
            audience.tell(event(finish(&planned, 1, Verdict::Skipped, Vec::new(), Some(reason.to_owned()))));
        }
    }
}
