use std::sync::Arc;
use std::time::Duration;

use super::block::Terms;
use super::delivery::phase_id;
use super::position::Position;
use super::problem::Trouble;
use super::walker::Walker;
use crate::event::{ErrorPhase, EventKind};
use crate::http::{Exchange, Request, retry_after};
use crate::scenario::Retry;

/// The longest that a target may ask to be left alone (`Retry-After`) and still be waited for.
pub(super) const MAX_RETRY_AFTER: Duration = Duration::from_secs(10 * 60);

/// The tries of one request.
pub(super) struct Retrying {
    policy: Option<Arc<Retry>>,
    /// Where the process stood before the first; only known where there may be others.
    before: Position,
    /// Which try it is, from 1.
    pub attempt: u32,
    /// How often it was to be sent again, also where it could not be.
    used: u32,
}

impl Retrying {
    pub fn new(terms: &Terms, position: &Position) -> Self {
        let policy = terms.retry.clone();
        let before = policy.as_ref().map(|_| position.clone()).unwrap_or_default();
        Self { policy, before, attempt: 1, used: 0 }
    }

    /// How often it was tried.
    pub fn told(&self) -> String {
        match self.attempt {
            1 => "it was tried once".to_owned(),
            attempt => format!("it was tried {attempt} times, each time in vain"),
        }
    }
}

/// Why a request may not be sent again.
enum Refused {
    /// Not now: where the process stands could not be read.
    Unread(Trouble),
    /// Not at all.
    ForGood(String),
}

impl Walker<'_> {
    /// Whether a request is to be sent again; if so, its pause is over.
    ///
    /// # Errors
    /// If it should be and must not: what was sent already may have changed something.
    pub(super) async fn try_again(
        &mut self,
        name: &str,
        request: &Request,
        sent: &Exchange,
        retrying: &mut Retrying,
    ) -> Result<bool, Trouble> {
        let Some(policy) = retrying.policy.clone() else { return Ok(false) };
        let Some(reason) = reason(&policy, sent) else { return Ok(false) };
        let mut unread = None;
        while retrying.used < policy.times {
            retrying.used += 1;
            self.pause_before_retry(&policy, retrying.used, sent).await?;
            let harmless = request.is_safe() || !sent.request_was_sent || policy.even_if_sent;
            let allowed = if harmless { Ok(()) } else { self.has_not_moved(&retrying.before).await };
            match allowed {
                Ok(()) => {
                    retrying.attempt += 1;
                    let kind = EventKind::Retried {
                        step: self.step,
                        exchange: name.to_owned(),
                        attempt: retrying.attempt,
                        reason: reason.clone(),
                        may_have_arrived: sent.request_was_sent && !request.is_safe(),
                    };
                    self.journal.emit(kind).await;
                    return Ok(true);
                }
                Err(Refused::Unread(trouble)) => unread = Some(trouble),
                Err(Refused::ForGood(why)) => {
                    return Err(given_up(request, sent, &reason).note(format!("it was not sent again: {why}")));
                }
            }
        }
        match unread {
            None => Ok(false),
            Some(unread) => {
                let why =
                    format!("it was not sent again: where the process stands cannot be read: {}", unread.0.message);
                Err(given_up(request, sent, &reason).note(why))
            }
        }
    }

    async fn pause_before_retry(&mut self, policy: &Retry, number: u32, sent: &Exchange) -> Result<(), Trouble> {
        let headers = sent.answer.as_ref().map(|answer| &*answer.headers).unwrap_or_default();
        let asked = retry_after(headers, self.run.options.clock.now()).unwrap_or_default();
        if asked > MAX_RETRY_AFTER {
            let message =
                format!("the target asks to be left alone for {asked:?}, and {MAX_RETRY_AFTER:?} are waited at most");
            return Err(Trouble::errored("run/retry-after", message).at(&self.run.sources, policy.span));
        }
        self.pass(policy.pause(number).max(asked)).await
    }

    /// Whether the process stands where it stood, read anew. Only then did a request that may have arrived change nothing.
    async fn has_not_moved(&mut self, before: &Position) -> Result<(), Refused> {
        let Position::At { .. } = before else {
            let why =
                "it may have arrived, and no position of a process tells; `even-if-sent: true` sends it all the same";
            return Err(Refused::ForGood(why.to_owned()));
        };
        self.stand(Position::Unknown("an answer was lost".to_owned()));
        // Reading is a request of its own, which is not to be repeated in turn.
        let terms = std::mem::take(&mut self.terms);
        self.terms.timeout = terms.timeout;
        let read = Box::pin(self.know_position()).await;
        self.terms = terms;
        match (read, self.position()) {
            (Err(trouble), _) => Err(Refused::Unread(trouble)),
            (Ok(()), now) if now.is_same_place(before) => Ok(()),
            (Ok(()), Position::Unknown(_)) => {
                let why = "it may have arrived, and the target does not say where the process stands";
                Err(Refused::ForGood(why.to_owned()))
            }
            (Ok(()), now) => {
                let why = format!(
                    "it has arrived, for the process stood {} and stands {}",
                    before.describe(),
                    now.describe()
                );
                Err(Refused::ForGood(why))
            }
        }
    }
}

/// Why a request is to be sent again, if it is.
fn reason(policy: &Retry, sent: &Exchange) -> Option<String> {
    match &sent.answer {
        Ok(answer) => policy.covers(answer.status).then(|| format!("status {}", answer.status)),
        // What could not be sent at all, and what is no HTTP, would only be the same again.
        Err(error) if matches!(error.phase, ErrorPhase::Request | ErrorPhase::Protocol) => None,
        Err(error) => policy.transport.then(|| error.message.clone()),
    }
}

/// What is told of a request that had to be sent again and could not be.
fn given_up(request: &Request, sent: &Exchange, reason: &str) -> Trouble {
    let id = sent.answer.as_ref().err().map_or("run/status", |error| phase_id(error.phase));
    Trouble::errored(id, format!("{} {}: {reason}", request.method, request.url.path()))
}
