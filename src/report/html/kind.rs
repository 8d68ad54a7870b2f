use crate::event::{EventKind, Finding, Verdict};

/// What a scenario came to, and how that is to be taken. What counts stands before what does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    Failed,
    Errored,
    Aborted,
    /// Its events end before it does.
    Unfinished,
    Flaky,
    /// It did not pass, and is in quarantine.
    Quarantined,
    /// It failed, as is known.
    Known,
    Skipped,
    Passed,
}

impl Kind {
    /// That of a scenario, by the event with which it ends.
    pub fn of(end: &EventKind) -> Self {
        let EventKind::ScenarioFinished { verdict, flaky, known_failure, quarantine, .. } = end else {
            return Self::Unfinished;
        };
        let known = known_failure.as_ref().is_some_and(|known| known.finding == Finding::Confirmed);
        let quarantined = quarantine.as_ref().is_some_and(|quarantine| !quarantine.expired);
        match verdict {
            Verdict::Failed if known => Self::Known,
            Verdict::Failed | Verdict::Errored if quarantined => Self::Quarantined,
            verdict => Self::simply(*verdict, *flaky),
        }
    }

    /// That of which nothing else is known.
    pub fn simply(verdict: Verdict, flaky: bool) -> Self {
        match verdict {
            Verdict::Passed if flaky => Self::Flaky,
            Verdict::Passed => Self::Passed,
            Verdict::Skipped => Self::Skipped,
            Verdict::Failed => Self::Failed,
            Verdict::Errored => Self::Errored,
            Verdict::Aborted => Self::Aborted,
        }
    }

    /// The letter by which the page's data and styles know it.
    pub fn letter(self) -> char {
        match self {
            Self::Failed => 'f',
            Self::Errored => 'e',
            Self::Aborted => 'a',
            Self::Unfinished => 'o',
            Self::Flaky => 'w',
            Self::Quarantined => 'q',
            Self::Known => 'k',
            Self::Skipped => 's',
            Self::Passed => 'p',
        }
    }

    /// The sign that stands beside its word, so that colours need not be told apart.
    pub fn sign(self) -> char {
        match self {
            Self::Failed => '✗',
            Self::Errored => '!',
            Self::Aborted => '■',
            Self::Unfinished => '…',
            Self::Flaky => '~',
            Self::Quarantined => '○',
            Self::Known => '×',
            Self::Skipped => '–',
            Self::Passed => '✓',
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Errored => "errored",
            Self::Aborted => "aborted",
            Self::Unfinished => "not finished",
            Self::Flaky => "flaky",
            Self::Quarantined => "in quarantine",
            Self::Known => "failed as is known",
            Self::Skipped => "skipped",
            Self::Passed => "passed",
        }
    }

    /// Whether the run is not in order with it.
    pub fn counts(self) -> bool {
        self <= Self::Unfinished
    }
}
