use std::time::Duration;

/// When requests may be sent so that they come at an even pace, in the order in which they were announced. Times are those since
/// the run began.
#[derive(Debug)]
pub(super) struct Pace {
    /// The time between two requests.
    interval: Duration,
    /// When the next one may be sent.
    next: Duration,
    /// Until when the target wants to be left alone.
    held: Duration,
}

impl Pace {
    /// At most so many in a second; any number where nothing is said.
    pub fn new(per_second: Option<f64>) -> Self {
        let interval = per_second.map_or(Duration::ZERO, |rate| Duration::from_secs_f64(1.0 / rate));
        Self { interval, next: Duration::ZERO, held: Duration::ZERO }
    }

    /// Announces a request: when it may be sent.
    pub fn announce(&mut self, now: Duration) -> Duration {
        let at = self.next.max(self.held).max(now);
        self.next = at.saturating_add(self.interval);
        at
    }

    /// Whether a request may be sent whose time has come. Else the target asked meanwhile to be left alone, and it is to be
    /// announced anew.
    pub fn permits(&self, at: Duration) -> bool {
        at >= self.held
    }

    /// Sends nothing until a moment.
    pub fn hold(&mut self, until: Duration) {
        self.held = self.held.max(until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn requests_come_at_an_even_pace() {
        let mut pace = Pace::new(Some(20.0));
        assert_eq!([0, 0, 10, 400].map(|now| pace.announce(ms(now))), [ms(0), ms(50), ms(100), ms(400)]);
        // What was not sent is not caught up with.
        assert_eq!([400, 400].map(|now| pace.announce(ms(now))), [ms(450), ms(500)]);
        let mut any = Pace::new(None);
        assert_eq!([5, 5, 5].map(|now| any.announce(ms(now))), [ms(5), ms(5), ms(5)]);
    }

    #[test]
    fn a_target_that_wants_to_be_left_alone_is() {
        let mut pace = Pace::new(Some(10.0));
        let announced = [pace.announce(ms(0)), pace.announce(ms(0))];
        pace.hold(ms(1_000));
        pace.hold(ms(300));
        assert!(announced.iter().all(|at| !pace.permits(*at)));
        let again = [pace.announce(ms(100)), pace.announce(ms(100))];
        assert_eq!(again, [ms(1_000), ms(1_100)]);
        assert!(again.iter().all(|at| pace.permits(*at)));
    }

    proptest! {
        #[test]
        fn no_second_has_too_many_and_nobody_is_overtaken(
            rate in 0.5_f64..500.0,
            steps in proptest::collection::vec(0_u64..200, 1..200),
        ) {
            let (mut pace, mut now, mut sent) = (Pace::new(Some(rate)), 0, Vec::new());
            for step in steps {
                now += step;
                let at = pace.announce(ms(now));
                prop_assert!(at >= ms(now));
                sent.push(at);
            }
            prop_assert!(sent.is_sorted());
            let most = rate.ceil() as usize + 1;
            for (index, first) in sent.iter().enumerate() {
                let within = sent[index..].iter().take_while(|at| **at < *first + Duration::from_secs(1)).count();
                prop_assert!(within <= most, "{within} of {rate}");
            }
        }
    }
}
