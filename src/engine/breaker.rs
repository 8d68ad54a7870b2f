use std::time::Duration;

use crate::settings::Breaker as Rules;

/// The longest that the growing pause becomes, unless the first is longer.
const MAX_PAUSE: Duration = Duration::from_secs(5 * 60);

/// Leaves a target alone that does not answer: after some requests in a row without a usable answer nothing is sent for a while,
/// then one request tries. Times are those since the run began.
#[derive(Debug)]
pub(super) struct Breaker {
    rules: Rules,
    /// How many in a row had no usable answer.
    failures: u32,
    state: State,
    /// What became of the last that had none.
    reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Closed,
    Open {
        /// When nothing more was sent.
        since: Duration,
        /// The pause, and when it is over.
        pause: Duration,
        until: Duration,
        /// Whether a request is under way that tries.
        trying: bool,
    },
    GivenUp,
}

/// Whether a request may be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Leave {
    /// It may.
    Go,
    /// It may, and everything else waits for what becomes of it.
    Try,
    /// Not before a moment.
    Wait(Duration),
    /// Not before it is known what becomes of another that tries.
    WaitForTry,
    /// Never.
    GivenUp(String),
}

/// What changes with an answer, or with its absence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Nothing is sent for a while.
    Opened { failures: u32, pause: Duration, reason: String },
    /// The target answers again.
    Closed { after: Duration },
}

impl Breaker {
    pub fn new(rules: Rules) -> Self {
        Self { rules, failures: 0, state: State::Closed, reason: String::new() }
    }

    /// Whether a request may be sent now.
    pub fn ask(&mut self, now: Duration) -> Leave {
        match &mut self.state {
            State::Closed => Leave::Go,
            State::GivenUp => Leave::GivenUp(format!(
                "{} requests in a row had no usable answer, the last: {}",
                self.failures, self.reason
            )),
            State::Open { trying: true, .. } => Leave::WaitForTry,
            State::Open { until, .. } if now < *until => Leave::Wait(*until),
            State::Open { trying, .. } => {
                *trying = true;
                Leave::Try
            }
        }
    }

    /// The request that tries was broken off, so that another may try.
    pub fn broken_off(&mut self) {
        if let State::Open { trying, .. } = &mut self.state {
            *trying = false;
        }
    }

    /// A request has a usable answer.
    pub fn usable(&mut self, now: Duration) -> Option<Change> {
        self.failures = 0;
        match std::mem::replace(&mut self.state, State::Closed) {
            State::Closed => None,
            State::Open { since, .. } => Some(Change::Closed { after: now.saturating_sub(since) }),
            State::GivenUp => {
                self.state = State::GivenUp;
                None
            }
        }
    }

    /// A request has none; `tried` if everything else waits for it.
    pub fn unusable(&mut self, now: Duration, tried: bool, reason: &str) -> Option<Change> {
        let (since, pause) = match self.state {
            State::Closed => {
                self.failures = self.failures.saturating_add(1);
                self.reason = reason.to_owned();
                if self.failures < self.rules.failures {
                    return None;
                }
                (now, self.rules.pause)
            }
            State::Open { since, pause, .. } if tried => {
                self.failures = self.failures.saturating_add(1);
                self.reason = reason.to_owned();
                (since, pause.saturating_mul(2).min(MAX_PAUSE.max(self.rules.pause)))
            }
            // It was sent before nothing more was.
            State::Open { .. } | State::GivenUp => return None,
        };
        let end = self.rules.give_up.map(|give_up| since.saturating_add(give_up));
        if end.is_some_and(|end| now >= end) {
            self.state = State::GivenUp;
            return None;
        }
        // The last try is when it is given up otherwise.
        let until = end.map_or(Duration::MAX, |end| end).min(now.saturating_add(pause));
        self.state = State::Open { since, pause, until, trying: false };
        Some(Change::Opened { failures: self.failures, pause: until.saturating_sub(now), reason: reason.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn breaker(give_up: Option<u64>) -> Breaker {
        Breaker::new(Rules { failures: 3, pause: s(30), give_up: give_up.map(s) })
    }

    fn opened(failures: u32, pause: u64) -> Option<Change> {
        Some(Change::Opened { failures, pause: s(pause), reason: "status 503".to_owned() })
    }

    /// One that has just opened, at second 1.
    fn open(give_up: Option<u64>) -> Breaker {
        let mut breaker = breaker(give_up);
        assert_eq!([0, 1].map(|at| breaker.unusable(s(at), false, "status 503")), [None, None]);
        assert_eq!(breaker.unusable(s(1), false, "status 503"), opened(3, 30));
        breaker
    }

    #[test]
    fn it_opens_after_failures_in_a_row_alone() {
        let mut breaker = breaker(None);
        for second in 0..20 {
            assert_eq!(breaker.ask(s(second)), Leave::Go);
            let change =
                if second % 3 == 2 { breaker.usable(s(second)) } else { breaker.unusable(s(second), false, "") };
            assert_eq!(change, None);
        }
    }

    #[test]
    fn one_tries_when_the_pause_is_over_and_the_others_wait_for_it() {
        let mut breaker = open(None);
        assert_eq!(breaker.ask(s(5)), Leave::Wait(s(31)));
        assert_eq!(breaker.ask(s(31)), Leave::Try);
        assert_eq!(breaker.ask(s(32)), Leave::WaitForTry);
        // One that was sent before says nothing new.
        assert_eq!(breaker.unusable(s(32), false, "status 503"), None);
        assert_eq!(breaker.unusable(s(33), true, "status 503"), opened(4, 60));
        assert_eq!(breaker.ask(s(92)), Leave::Wait(s(93)));
        assert_eq!(breaker.ask(s(93)), Leave::Try);
        breaker.broken_off();
        assert_eq!(breaker.ask(s(94)), Leave::Try);
        assert_eq!(breaker.usable(s(95)), Some(Change::Closed { after: s(94) }));
        assert_eq!(breaker.ask(s(95)), Leave::Go);
        // It counts anew.
        assert_eq!(breaker.unusable(s(96), false, "cut"), None);
    }

    #[test]
    fn an_answer_to_what_was_sent_before_closes_it() {
        let mut breaker = open(None);
        assert_eq!(breaker.usable(s(3)), Some(Change::Closed { after: s(2) }));
        assert_eq!(breaker.ask(s(3)), Leave::Go);
    }

    #[test]
    fn it_is_given_up_after_a_last_try() {
        let mut breaker = open(Some(50));
        assert_eq!(breaker.ask(s(31)), Leave::Try);
        // Twice the pause would be over after the time is up.
        assert_eq!(breaker.unusable(s(31), true, "status 503"), opened(4, 20));
        assert_eq!(breaker.ask(s(51)), Leave::Try);
        assert_eq!(breaker.unusable(s(52), true, "cut"), None);
        let told = "5 requests in a row had no usable answer, the last: cut".to_owned();
        assert_eq!(breaker.ask(s(99)), Leave::GivenUp(told));
        assert_eq!(breaker.usable(s(99)), None);
        assert!(matches!(breaker.ask(s(99)), Leave::GivenUp(_)));
    }

    proptest! {
        /// Whatever happens, it is never waited for nothing: at the moment that is named somebody may try, unless it was given up.
        #[test]
        fn nobody_waits_forever(turns in proptest::collection::vec((0_u64..400, 0_u8..4), 1..200), give_up in prop::option::of(1_u64..2_000)) {
            let (mut breaker, mut now, mut trying) = (breaker(give_up), 0, false);
            for (step, turn) in turns {
                now += step;
                match turn {
                    0 => drop(breaker.usable(s(now))),
                    1 => drop(breaker.unusable(s(now), std::mem::take(&mut trying), "x")),
                    2 if std::mem::take(&mut trying) => breaker.broken_off(),
                    _ => match breaker.ask(s(now)) {
                        Leave::Try => trying = true,
                        Leave::Wait(until) => {
                            prop_assert!(until > s(now) && !trying);
                            now = until.as_secs();
                            prop_assert_eq!(breaker.ask(until), Leave::Try);
                            trying = true;
                        }
                        Leave::WaitForTry => prop_assert!(trying),
                        Leave::Go | Leave::GivenUp(_) => {}
                    },
                }
                if matches!(breaker.state, State::Closed | State::GivenUp) {
                    trying = false;
                }
            }
        }
    }
}
