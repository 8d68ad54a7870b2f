use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use super::breaker::{Breaker, Change, Leave};
use super::budget::{Budget, Load};
use super::cancel::{Cancel, Urgency};
use super::control::iso;
use super::held::Held;
use super::pace::Pace;
use super::problem::Trouble;
use super::retry::MAX_RETRY_AFTER;
use crate::event::{ErrorPhase, EventKind, GuardsRecord, Summary};
use crate::http::{Exchange, retry_after};
use crate::redact::Redactor;
use crate::settings::Guards;

/// What every request to the target passes, of all scenarios on all cores: its rate, its breaker and the budget of the run. A
/// clone is the same gate.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    guards: Guards,
    /// Whether the target is a simulator: its pauses are over at once.
    simulator: bool,
    budget: Budget,
    in_flight: Option<Arc<Semaphore>>,
    /// Absent where there is neither a rate to keep nor a target that may ask for a pause.
    pace: Option<Mutex<Pace>>,
    breaker: Option<Mutex<Breaker>>,
    /// Told when it is known what became of the request that tries.
    changed: Notify,
    started: Instant,
    /// The time of a simulator, in nanoseconds: only pauses let it pass, so that it does not depend on how fast anything is.
    simulated: AtomicU64,
}

/// A request on its way. Broken off, it leaves everything as if it had never been.
pub(super) struct Pass {
    gate: Gate,
    /// Whether everything else waits for what becomes of it.
    tries: bool,
    _place: Option<OwnedSemaphorePermit>,
}

/// What an exchange says of the target.
enum Sign {
    Answers,
    DoesNot(String),
    /// Nothing: it was never asked.
    None,
}

impl Gate {
    /// A gate to a target.
    pub fn new(guards: &Guards, simulator: bool) -> Self {
        let paced = guards.per_second.is_some() || !simulator;
        Self(Arc::new(Inner {
            guards: guards.clone(),
            simulator,
            budget: Budget::new(guards),
            in_flight: guards.in_flight.map(|most| Arc::new(Semaphore::new(most as usize))),
            pace: paced.then(|| Mutex::new(Pace::new(guards.per_second))),
            breaker: guards.breaker(simulator).map(|rules| Mutex::new(Breaker::new(rules))),
            changed: Notify::new(),
            started: Instant::now(),
            simulated: AtomicU64::new(0),
        }))
    }

    /// What guards the target, as it is told.
    pub(super) fn record(&self, hosts: Vec<String>, production: bool) -> GuardsRecord {
        let guards = &self.0.guards;
        GuardsRecord {
            hosts,
            production,
            per_second: guards.per_second,
            in_flight: guards.in_flight,
            mutations: guards.mutations,
            upload: guards.upload,
            breaker: guards.breaker(self.0.simulator).map(|breaker| breaker.failures),
        }
    }

    /// Takes what was sent before a run was cut off.
    pub(super) fn resume(&self, so_far: &Summary) {
        self.0.budget.resume(so_far.mutations, so_far.uploaded);
    }

    /// Waits until a request may be sent.
    ///
    /// # Errors
    /// If it may never be.
    pub(super) async fn enter(&self, load: Load, cancel: &Cancel, held: &Held) -> Result<Pass, Trouble> {
        if let Some(why) = self.0.budget.spent() {
            return Err(Trouble::errored("run/budget", why));
        }
        let place = match &self.0.in_flight {
            None => None,
            Some(places) => match Arc::clone(places).try_acquire_owned() {
                Ok(place) => Some(place),
                // The semaphore is never closed.
                Err(_) => held.during(Arc::clone(places).acquire_owned()).await.ok(),
            },
        };
        let mut pass = Pass { gate: self.clone(), tries: false, _place: place };
        pass.tries = self.pass_breaker(cancel, held).await?;
        self.keep_pace(held).await;
        self.0.budget.spend(load).map_err(|why| Trouble::errored("run/budget", why))?;
        Ok(pass)
    }

    /// Waits for the target to answer again; whether this request is to find out.
    async fn pass_breaker(&self, cancel: &Cancel, held: &Held) -> Result<bool, Trouble> {
        let Some(breaker) = &self.0.breaker else { return Ok(false) };
        loop {
            let changed = self.0.changed.notified();
            let now = self.now();
            let until = match lock(breaker).ask(now) {
                Leave::Go => return Ok(false),
                Leave::Try => return Ok(true),
                Leave::GivenUp(why) => {
                    let message = format!("the target was given up: {why}");
                    return Err(Trouble::errored("run/breaker", message));
                }
                Leave::Wait(until) if self.0.simulator => {
                    let nanos = u64::try_from(until.as_nanos()).unwrap_or(u64::MAX);
                    self.0.simulated.fetch_max(nanos, Ordering::Relaxed);
                    continue;
                }
                Leave::Wait(until) => Some(until),
                Leave::WaitForTry => None,
            };
            // What tidies up while the run ends has no time to wait.
            if cancel.urgency() >= Urgency::Drain {
                let message = "the target does not answer, and the run does not wait for it any more";
                return Err(Trouble::errored("run/breaker", message));
            }
            let over = async {
                match until {
                    Some(until) => tokio::time::sleep(until.saturating_sub(now)).await,
                    None => std::future::pending().await,
                }
            };
            held.during(async {
                tokio::select! {
                    () = changed => {}
                    () = over => {}
                    () = cancel.reached(Urgency::Drain) => {}
                }
            })
            .await;
        }
    }

    async fn keep_pace(&self, held: &Held) {
        let Some(pace) = &self.0.pace else { return };
        loop {
            let now = self.0.started.elapsed();
            let at = lock(pace).announce(now);
            if at > now {
                held.during(tokio::time::sleep(at - now)).await;
            }
            if lock(pace).permits(at) {
                return;
            }
        }
    }

    /// Time as the breaker counts it.
    fn now(&self) -> Duration {
        match self.0.simulator {
            true => Duration::from_nanos(self.0.simulated.load(Ordering::Relaxed)),
            false => self.0.started.elapsed(),
        }
    }
}

impl Pass {
    /// Takes what became of the request; what is to be told of the target then.
    pub fn close(mut self, exchange: &Exchange, now: jiff::Timestamp, redactor: &Redactor) -> Option<EventKind> {
        let gate = self.gate.clone();
        if let (false, Some(pace), Ok(answer)) = (gate.0.simulator, &gate.0.pace, &exchange.answer)
            && matches!(answer.status, 429 | 503)
            && let Some(asked) = retry_after(&answer.headers, now).filter(|asked| *asked <= MAX_RETRY_AFTER)
        {
            lock(pace).hold(gate.0.started.elapsed() + asked);
        }
        let breaker = gate.0.breaker.as_ref()?;
        let change = match sign(exchange) {
            Sign::None => return None,
            Sign::Answers => lock(breaker).usable(gate.now()),
            Sign::DoesNot(reason) => lock(breaker).unusable(gate.now(), self.tries, &redactor.mask(&reason)),
        };
        if std::mem::take(&mut self.tries) || change.is_some() {
            gate.0.changed.notify_waiters();
        }
        Some(match change? {
            Change::Opened { failures, pause, reason } => {
                EventKind::BreakerOpened { failures, pause: iso(pause), reason }
            }
            Change::Closed { after } => EventKind::BreakerClosed { after: iso(after) },
        })
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if let (true, Some(breaker)) = (self.tries, &self.gate.0.breaker) {
            lock(breaker).broken_off();
            self.gate.0.changed.notify_waiters();
        }
    }
}

fn sign(exchange: &Exchange) -> Sign {
    match &exchange.answer {
        Ok(answer) if matches!(answer.status, 502..=504) => Sign::DoesNot(format!("status {}", answer.status)),
        Ok(_) => Sign::Answers,
        Err(error) => match error.phase {
            ErrorPhase::Request => Sign::None,
            // It answers, only not what can be read.
            ErrorPhase::Protocol if exchange.timings.first_byte.is_some() => Sign::Answers,
            _ => Sign::DoesNot(error.parts().0.to_owned()),
        },
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A thread that panicked while it held the lock left a sound value behind.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::event::TransportError;
    use crate::http::{Answer, Timings};
    use crate::settings::{Breaker as Rules, BreakerUse};

    const LOAD: Load = Load { mutation: false, bytes: 0 };

    fn answered(status: u16, headers: &[(&str, &str)]) -> Exchange {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let answer = Ok(Answer::new(status, headers, Bytes::new()));
        Exchange { answer, timings: Timings::default(), request_was_sent: true }
    }

    fn broke(phase: ErrorPhase, first_byte: Option<Duration>) -> Exchange {
        let timings = Timings { first_byte, ..Timings::default() };
        let error = TransportError { phase, message: "it broke; look".to_owned() };
        Exchange { answer: Err(error), timings, request_was_sent: true }
    }

    fn breaking(failures: u32, pause: Duration) -> Guards {
        let breaker = BreakerUse::On(Rules { failures, pause, give_up: None });
        Guards { breaker, ..Guards::default() }
    }

    /// Sends a request that becomes `exchange`.
    async fn send(gate: &Gate, exchange: &Exchange) -> Option<EventKind> {
        let pass = gate.enter(LOAD, &Cancel::default(), &Held::default()).await.unwrap();
        pass.close(exchange, jiff::Timestamp::UNIX_EPOCH, &Redactor::new())
    }

    #[tokio::test]
    async fn what_is_no_usable_answer_counts_and_what_says_nothing_does_not() {
        let unusable = [
            answered(502, &[]),
            answered(503, &[]),
            answered(504, &[]),
            broke(ErrorPhase::Dns, None),
            broke(ErrorPhase::Connect, None),
            broke(ErrorPhase::Tls, None),
            broke(ErrorPhase::Timeout, None),
            broke(ErrorPhase::Cut, Some(Duration::ZERO)),
            broke(ErrorPhase::Protocol, None),
        ];
        for exchange in &unusable {
            let gate = Gate::new(&breaking(1, Duration::ZERO), true);
            assert!(matches!(send(&gate, exchange).await, Some(EventKind::BreakerOpened { failures: 1, .. })));
            assert!(matches!(send(&gate, &answered(200, &[])).await, Some(EventKind::BreakerClosed { .. })));
        }
        let others = [
            answered(200, &[]),
            answered(404, &[]),
            answered(500, &[]),
            broke(ErrorPhase::Request, None),
            broke(ErrorPhase::Protocol, Some(Duration::ZERO)),
        ];
        for exchange in &others {
            assert_eq!(send(&Gate::new(&breaking(1, Duration::ZERO), true), exchange).await, None);
        }
    }

    #[tokio::test]
    async fn the_pauses_of_a_simulator_are_over_at_once() {
        let gate = Gate::new(&breaking(1, Duration::from_secs(3_600)), true);
        let mut after = None;
        for status in [503, 503, 503, 200] {
            after = send(&gate, &answered(status, &[])).await;
        }
        assert_eq!(after, Some(EventKind::BreakerClosed { after: "PT3H".to_owned() }));
    }

    #[tokio::test]
    async fn a_try_that_is_broken_off_is_left_to_another() {
        let gate = Gate::new(&breaking(1, Duration::ZERO), true);
        send(&gate, &answered(503, &[])).await;
        let (cancel, held) = (Cancel::default(), Held::default());
        let tries = gate.enter(LOAD, &cancel, &held).await.unwrap();
        let mut other = Box::pin(gate.enter(LOAD, &cancel, &held));
        assert!(futures_util::FutureExt::now_or_never(&mut other).is_none());
        drop(tries);
        assert!(other.await.unwrap().tries);
    }

    #[tokio::test]
    async fn a_target_that_asks_to_be_left_alone_holds_up_all_unless_it_asks_for_too_much() {
        let next = |gate: &Gate| lock(gate.0.pace.as_ref().unwrap()).announce(Duration::ZERO);
        for (status, asked, held) in
            [(429, "120", true), (503, "120", true), (200, "120", false), (503, "86400", false)]
        {
            let gate = Gate::new(&Guards::default(), false);
            send(&gate, &answered(status, &[("retry-after", asked)])).await;
            assert_eq!(next(&gate) >= Duration::from_secs(119), held, "{status} {asked}");
        }
        // A simulator's time is its own.
        let gate = Gate::new(&Guards { per_second: Some(1_000.0), ..Guards::default() }, true);
        send(&gate, &answered(503, &[("retry-after", "120")])).await;
        assert!(next(&gate) < Duration::from_secs(119));
    }

    #[tokio::test]
    async fn whoever_tidies_up_while_the_run_ends_does_not_wait_for_the_target() {
        let gate = Gate::new(&breaking(1, Duration::from_secs(3_600)), false);
        send(&gate, &answered(503, &[])).await;
        let (cancel, held) = (Cancel::default(), Held::default());
        let mut waits = Box::pin(gate.enter(LOAD, &cancel, &held));
        assert!(futures_util::FutureExt::now_or_never(&mut waits).is_none());
        cancel.press();
        let trouble = waits.await.err().unwrap();
        assert_eq!(trouble.0.id, "run/breaker");
    }
}
