use crate::event::{Cause, Finding, KnownFailureRecord, PartitionRecord, QuarantineRecord, Verdict};

/// What a result says of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// It passed.
    Good,
    /// It failed or could not be carried out.
    Bad,
    /// The same, and it does not count: the failure is known, or the scenario is in quarantine.
    Excused,
    /// Nothing: it was skipped or stopped.
    Unknown,
}

impl State {
    const ALL: [Self; 4] = [Self::Good, Self::Bad, Self::Excused, Self::Unknown];

    /// Of a scenario that has ended.
    pub fn of(verdict: Verdict, known: Option<&KnownFailureRecord>, quarantine: Option<&QuarantineRecord>) -> Self {
        let known = known.is_some_and(|known| known.finding == Finding::Confirmed);
        let quarantined = quarantine.is_some_and(|one| !one.expired);
        match verdict {
            Verdict::Passed => Self::Good,
            Verdict::Failed | Verdict::Errored if known || quarantined => Self::Excused,
            Verdict::Failed | Verdict::Errored => Self::Bad,
            Verdict::Skipped | Verdict::Aborted => Self::Unknown,
        }
    }

    /// Whether it failed, counted or not.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Bad | Self::Excused)
    }

    pub(super) fn number(self) -> i64 {
        self as i64
    }

    pub(super) fn from_number(number: i64) -> Self {
        usize::try_from(number).ok().and_then(|number| Self::ALL.get(number)).copied().unwrap_or(Self::Unknown)
    }
}

const VERDICTS: [Verdict; 5] = [Verdict::Passed, Verdict::Skipped, Verdict::Failed, Verdict::Errored, Verdict::Aborted];

pub(super) fn verdict_number(verdict: Verdict) -> i64 {
    VERDICTS.iter().position(|one| *one == verdict).unwrap_or_default() as i64
}

pub(super) fn verdict_from(number: i64) -> Verdict {
    usize::try_from(number).ok().and_then(|number| VERDICTS.get(number)).copied().unwrap_or(Verdict::Aborted)
}

/// So much of a fingerprint is stored: enough to tell two apart.
pub(super) type Print = [u8; 16];

/// The stored part of a fingerprint in hexadecimal.
pub(super) fn print(text: &str) -> Option<Print> {
    let head = text.get(..2 * size_of::<Print>())?;
    data_encoding::HEXLOWER_PERMISSIVE.decode(head.as_bytes()).ok()?.try_into().ok()
}

/// A run, as it is stored when it begins.
#[derive(Clone, Debug)]
pub(super) struct RunRow {
    pub name: String,
    /// In milliseconds since 1970.
    pub started: i64,
    pub environment: String,
    pub seed: u64,
    pub partition: Option<PartitionRecord>,
    pub flowproof: String,
    pub scenarios: usize,
}

/// What a scenario came to.
#[derive(Clone, Debug)]
pub(super) struct ResultRow {
    pub scenario: String,
    pub state: State,
    pub verdict: Verdict,
    pub flaky: bool,
    pub attempts: u32,
    pub millis: f64,
    pub steps: u64,
    pub requests: u64,
    pub fingerprint: Option<Print>,
    /// Of a failure; of a flaky one what its last attempt before failed with.
    pub cause: Option<Cause>,
    pub message: Option<String>,
}
