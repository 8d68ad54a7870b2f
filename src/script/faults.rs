use std::f64::consts::TAU;
use std::time::Duration;

use globset::GlobMatcher;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::template::stream_key;

/// What a simulator does to the requests that it is sent, beside answering them: a bad night that can be repeated.
///
/// What happens to a request is a function of the seed, the scenario, its attempt and the number of the request in it, and of
/// nothing else: neither order nor time nor parallel scenarios change it.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// What the night depends on; another seed is another night.
    pub seed: u64,
    /// The share of requests whose connection breaks instead of an answer, from 0 to 1. Half of them have done their work.
    pub cut: f64,
    /// The share of requests that are answered with status 503 and have done nothing, from 0 to 1.
    pub unavailable: f64,
    /// What a 503 says in `Retry-After`.
    pub retry_after: Duration,
    /// By how much the clock of the scenario's world moves before a request is answered. Nobody waits for it.
    pub latency: Option<Latency>,
    /// How much later every answer really comes.
    pub delay: Duration,
    /// Times at which some scenarios get no answer at all.
    pub outages: Vec<Outage>,
}

/// How long requests take by a virtual clock: log-normally distributed, a few take very long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// Half of them take no longer.
    pub median: Duration,
    /// One of a hundred takes longer. None takes more than ten times that.
    pub p99: Duration,
}

/// Some scenarios whose every request is cut off.
#[derive(Clone, Debug)]
pub struct Outage {
    /// Which, by their ids.
    pub scenarios: Vec<GlobMatcher>,
    /// In how many of their attempts; `None` for all.
    pub attempts: Option<u32>,
    /// From which request of an attempt on, from 1.
    pub from: u64,
}

/// What happens to one request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    /// By how much the clock of its world moves before it is looked at.
    pub latency: Duration,
    /// What becomes of it.
    pub kind: Option<FaultKind>,
}

/// What becomes of a request that is not answered as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The connection breaks.
    Cut {
        /// Whether it has done its work before.
        worked: bool,
    },
    /// Status 503; nothing is done.
    Unavailable,
}

impl Faults {
    /// What happens to a request, which is counted from 1 in its attempt, as attempts are.
    pub fn of(&self, scenario: &str, attempt: u32, request: u64) -> Fault {
        let out = self.outages.iter().any(|outage| outage.covers(scenario, attempt, request));
        // The draws are always the same ones, so that each share can be changed without changing what else happens.
        let key = stream_key(self.seed, scenario, &format!("fault {attempt} {request}"));
        let mut random = ChaCha8Rng::seed_from_u64(key);
        let [fate, worked, first, second] = std::array::from_fn(|_| random.random::<f64>());
        let kind = match fate {
            _ if out => Some(FaultKind::Cut { worked: false }),
            fate if fate < self.cut => Some(FaultKind::Cut { worked: worked < 0.5 }),
            fate if fate < self.cut + self.unavailable => Some(FaultKind::Unavailable),
            _ => None,
        };
        Fault { latency: self.latency.map(|latency| latency.drawn(first, second)).unwrap_or_default(), kind }
    }
}

impl Latency {
    /// The length that two evenly distributed numbers from 0 to 1 stand for.
    fn drawn(self, first: f64, second: f64) -> Duration {
        /// How many standard deviations 99 of 100 values lie below.
        const P99: f64 = 2.326_347_874;
        // Box and Muller: two even numbers make a normal one.
        let normal = (-2.0 * (1.0 - first).ln()).sqrt() * (TAU * second).cos();
        let (median, p99) = (self.median.as_secs_f64(), self.p99.max(self.median).as_secs_f64());
        if median == 0.0 {
            return Duration::ZERO;
        }
        let seconds = median * (normal * (p99 / median).ln() / P99).exp();
        Duration::from_secs_f64(seconds.min(10.0 * p99))
    }
}

impl Outage {
    fn covers(&self, scenario: &str, attempt: u32, request: u64) -> bool {
        request >= self.from
            && self.attempts.is_none_or(|attempts| attempt <= attempts)
            && self.scenarios.iter().any(|one| one.is_match(scenario))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn night() -> Faults {
        Faults {
            seed: 7,
            cut: 0.02,
            unavailable: 0.01,
            latency: Some(Latency { median: Duration::from_millis(80), p99: Duration::from_secs(5) }),
            outages: vec![Outage {
                scenarios: vec![globset::Glob::new("scenarios/down/**").unwrap().compile_matcher()],
                attempts: Some(2),
                from: 3,
            }],
            ..Faults::default()
        }
    }

    #[test]
    fn shares_are_kept() {
        let night = night();
        let all: Vec<Fault> = (0..200)
            .flat_map(|scenario| (1..=100).map(move |n| (scenario, n)))
            .map(|(s, n)| night.of(&format!("scenarios/{s}.yaml"), 1, n))
            .collect();
        let share =
            |wanted: fn(&Fault) -> bool| all.iter().filter(|fault| wanted(fault)).count() as f64 / all.len() as f64;
        let cut = share(|fault| matches!(fault.kind, Some(FaultKind::Cut { .. })));
        assert!((0.016..0.024).contains(&cut), "{cut}");
        let worked = share(|fault| fault.kind == Some(FaultKind::Cut { worked: true }));
        assert!((0.3 * cut..0.7 * cut).contains(&worked), "{worked} of {cut}");
        let unavailable = share(|fault| fault.kind == Some(FaultKind::Unavailable));
        assert!((0.007..0.013).contains(&unavailable), "{unavailable}");
        let mut latencies: Vec<Duration> = all.iter().map(|fault| fault.latency).collect();
        latencies.sort_unstable();
        let at = |share: f64| latencies[(latencies.len() as f64 * share) as usize].as_secs_f64();
        assert!((0.075..0.085).contains(&at(0.5)), "{}", at(0.5));
        assert!((4.0..6.2).contains(&at(0.99)), "{}", at(0.99));
    }

    #[test]
    fn an_outage_covers_what_it_names_and_ends_with_an_attempt() {
        let night = Faults { cut: 0.0, unavailable: 0.0, ..night() };
        let is_out = |scenario, attempt, request| night.of(scenario, attempt, request).kind.is_some();
        assert!(is_out("scenarios/down/a.yaml", 1, 3) && is_out("scenarios/down/b.yaml#2", 2, 9));
        assert!(!is_out("scenarios/down/a.yaml", 1, 2), "it begins with the third request");
        assert!(!is_out("scenarios/down/a.yaml", 3, 3), "the third attempt is through");
        assert!(!is_out("scenarios/up/a.yaml", 1, 3));
    }

    #[test]
    fn without_anything_nothing_happens() {
        assert_eq!(Faults::default().of("scenarios/a.yaml", 1, 1), Fault::default());
    }

    proptest! {
        #[test]
        fn a_share_that_grows_keeps_what_it_hit(scenario in "[a-z]{1,8}", attempt in 1u32..5, request in 1u64..1000, cut in 0.0f64..0.5) {
            let less = Faults { seed: 1, cut, ..Faults::default() };
            let more = Faults { cut: cut + 0.5, ..less.clone() };
            let (less, more) = (less.of(&scenario, attempt, request), more.of(&scenario, attempt, request));
            prop_assert!(less.kind.is_none() || less == more);
        }

        #[test]
        fn no_draw_is_out_of_bounds(first in 0.0f64..1.0, second in 0.0f64..1.0, median in 0u64..100_000, p99 in 0u64..1_000_000) {
            let latency = Latency { median: Duration::from_millis(median), p99: Duration::from_millis(p99) };
            prop_assert!(latency.drawn(first, second) <= 10 * Duration::from_millis(median.max(p99)));
        }
    }
}
