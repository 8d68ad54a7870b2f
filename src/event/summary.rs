use serde::{Deserialize, Serialize};

use super::{Event, EventKind, Finding, Verdict};

/// A run in numbers: a fold over its events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Summary {
    /// Scenarios that passed, flaky ones included.
    pub passed: usize,
    /// Scenarios that passed only when they were run again.
    pub flaky: usize,
    /// Scenarios with an expectation that does not hold.
    pub failed: usize,
    /// Those of them whose failure is known and does not count.
    #[serde(default)]
    pub known: usize,
    /// Scenarios whose failure was known for a time that is over, whether they failed or not.
    #[serde(default)]
    pub expired: usize,
    /// Scenarios that could not be carried out.
    pub errored: usize,
    /// Scenarios that were not run.
    pub skipped: usize,
    /// Scenarios that were stopped.
    pub aborted: usize,
    /// The `before` and `after` of the run that did not pass; they count nowhere else.
    #[serde(default)]
    pub around: usize,
    /// Steps that were executed.
    pub steps: u64,
    /// Expectations that were judged.
    pub expectations: u64,
    /// Requests that were sent.
    pub requests: u64,
    /// Requests among them that were sent again, after errors of transport.
    #[serde(default)]
    pub retries: u64,
}

impl Summary {
    /// Takes an event into account.
    pub fn add(&mut self, event: &Event) {
        let EventKind::ScenarioFinished {
            verdict,
            flaky,
            steps,
            expectations,
            requests,
            retries,
            role,
            known_failure,
            ..
        } = &event.kind
        else {
            return;
        };
        self.steps += steps;
        self.expectations += expectations;
        self.requests += requests;
        self.retries += retries;
        if role.is_some() {
            self.around += usize::from(!matches!(verdict, Verdict::Passed | Verdict::Skipped));
            return;
        }
        *self.count_mut(*verdict) += 1;
        self.flaky += usize::from(*flaky);
        match known_failure.as_ref().map(|known| known.finding) {
            Some(Finding::Confirmed) => self.known += 1,
            Some(Finding::Expired) => self.expired += 1,
            Some(Finding::Unexpected) | None => {}
        }
    }

    /// How many scenarios have come to an end.
    pub fn finished(&self) -> usize {
        self.passed + self.failed + self.errored + self.skipped + self.aborted
    }

    /// How many scenarios came to a verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        match verdict {
            Verdict::Passed => self.passed,
            Verdict::Skipped => self.skipped,
            Verdict::Failed => self.failed,
            Verdict::Errored => self.errored,
            Verdict::Aborted => self.aborted,
        }
    }

    fn count_mut(&mut self, verdict: Verdict) -> &mut usize {
        match verdict {
            Verdict::Passed => &mut self.passed,
            Verdict::Skipped => &mut self.skipped,
            Verdict::Failed => &mut self.failed,
            Verdict::Errored => &mut self.errored,
            Verdict::Aborted => &mut self.aborted,
        }
    }
}
