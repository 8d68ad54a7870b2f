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
    /// Scenarios that failed and do not count, because they are in quarantine.
    #[serde(default)]
    pub quarantined: usize,
    /// Scenarios that errored and do not count, because they are in quarantine.
    #[serde(default)]
    pub quarantined_errors: usize,
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
    /// Requests among them that may have changed something.
    #[serde(default)]
    pub mutations: u64,
    /// Bytes of bodies that they carried.
    #[serde(default)]
    pub uploaded: u64,
    /// Scenarios that were run again, each time counted.
    #[serde(default)]
    pub reruns: u64,
    /// Process instances that were left without an end.
    #[serde(default)]
    pub left: u64,
}

impl Summary {
    /// Scenarios that did not pass and are not excused: those that `max-failures` counts.
    pub fn failures(&self) -> usize {
        let excused = self.known + self.quarantined + self.quarantined_errors;
        (self.failed + self.errored).saturating_sub(excused)
    }

    /// Takes an event into account.
    pub fn add(&mut self, event: &Event) {
        match &event.kind {
            EventKind::ScenarioRetried { steps, expectations, requests, retries, mutations, uploaded, .. } => {
                self.reruns += 1;
                self.work([*steps, *expectations, *requests, *retries, *mutations, *uploaded]);
            }
            EventKind::InstanceLeft { ended: false, .. } => self.left += 1,
            EventKind::ScenarioFinished {
                verdict,
                flaky,
                steps,
                expectations,
                requests,
                retries,
                mutations,
                uploaded,
                role,
                known_failure,
                quarantine,
                ..
            } => {
                self.work([*steps, *expectations, *requests, *retries, *mutations, *uploaded]);
                if role.is_some() {
                    self.around += usize::from(!matches!(verdict, Verdict::Passed | Verdict::Skipped));
                    return;
                }
                *self.count_mut(*verdict) += 1;
                self.flaky += usize::from(*flaky);
                match known_failure.as_ref().map(|known| known.finding) {
                    Some(Finding::Confirmed) => self.known += 1,
                    Some(Finding::Expired) => self.expired += 1,
                    Some(Finding::Unexpected) | None => match (quarantine.as_ref().map(|one| one.expired), verdict) {
                        (Some(true), _) => self.expired += 1,
                        (Some(false), Verdict::Failed) => self.quarantined += 1,
                        (Some(false), Verdict::Errored) => self.quarantined_errors += 1,
                        _ => {}
                    },
                }
            }
            _ => {}
        }
    }

    /// Adds the numbers of another part of the run.
    pub fn merge(&mut self, other: &Self) {
        let Self {
            passed,
            flaky,
            failed,
            known,
            expired,
            errored,
            quarantined,
            quarantined_errors,
            skipped,
            aborted,
            around,
            steps,
            expectations,
            requests,
            retries,
            mutations,
            uploaded,
            reruns,
            left,
        } = other;
        self.passed += passed;
        self.flaky += flaky;
        self.failed += failed;
        self.known += known;
        self.expired += expired;
        self.errored += errored;
        self.quarantined += quarantined;
        self.quarantined_errors += quarantined_errors;
        self.skipped += skipped;
        self.aborted += aborted;
        self.around += around;
        self.work([*steps, *expectations, *requests, *retries, *mutations, *uploaded]);
        self.reruns += reruns;
        self.left += left;
    }

    /// Adds the steps, expectations, requests, retries, mutations and uploaded bytes of an attempt.
    fn work(&mut self, done: [u64; 6]) {
        let sums = [
            &mut self.steps,
            &mut self.expectations,
            &mut self.requests,
            &mut self.retries,
            &mut self.mutations,
            &mut self.uploaded,
        ];
        sums.into_iter().zip(done).for_each(|(sum, more)| *sum += more);
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
