use tokio::sync::mpsc;

use super::run::Clock;
use crate::event::{Event, EventKind, ExpectationRecord, Problem};
use crate::redact::Redactor;

/// Where one scenario's events go, and what is masked in them on the way.
pub(super) struct Journal {
    scenario: String,
    sender: mpsc::Sender<Event>,
    clock: Clock,
    /// The secrets known so far.
    pub redactor: Redactor,
}

impl Journal {
    pub fn new(scenario: &str, sender: mpsc::Sender<Event>, clock: Clock, redactor: Redactor) -> Self {
        Self { scenario: scenario.to_owned(), sender, clock, redactor }
    }

    /// Sends an event. Its texts must be masked already where they can hold what a target or an author gave.
    pub async fn emit(&self, kind: EventKind) {
        let event = Event { at: self.clock.stamp(), scenario: Some(self.scenario.clone()), kind };
        // The receiver is gone only when the run is being torn down.
        let _ = self.sender.send(event).await;
    }

    /// Registers texts as secret.
    pub fn hide(&mut self, name: &str, texts: &[String]) {
        for text in texts {
            // What is too short to be a secret cannot be masked without masking ordinary words.
            let _ = self.redactor.add(name, text);
        }
    }

    pub fn mask(&self, text: &str) -> String {
        self.redactor.mask(text).into_owned()
    }

    pub fn mask_problem(&self, mut problem: Problem) -> Problem {
        problem.message = self.mask(&problem.message);
        for note in &mut problem.notes {
            *note = self.mask(note);
        }
        self.mask_differences(&mut problem.differences);
        problem
    }

    pub fn mask_expectation(&self, mut record: ExpectationRecord) -> ExpectationRecord {
        record.expected = self.mask(&record.expected);
        record.message = self.mask(&record.message);
        record.actual = record.actual.map(|actual| self.redactor.mask_json(actual));
        self.mask_differences(&mut record.differences);
        record
    }

    fn mask_differences(&self, differences: &mut [crate::event::Difference]) {
        for difference in differences {
            difference.expected = difference.expected.take().map(|value| self.redactor.mask_json(value));
            difference.actual = difference.actual.take().map(|value| self.redactor.mask_json(value));
        }
    }
}
