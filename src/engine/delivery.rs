use std::sync::Arc;

use serde_json::Value;

use super::budget::Load;
use super::control::Control;
use super::exchange::{body_of, text_of};
use super::journal::Message;
use super::problem::Trouble;
use super::retry::Retrying;
use super::walker::Walker;
use crate::catalogue::Exchange;
use crate::event::{ErrorPhase, Event, ExchangeRecord};
use crate::http::{Answer, Exchange as HttpExchange, Request, learn, pictures, record};
use crate::redact::Redactor;

/// The header that identifies a request where no catalogue says which one does.
const CORRELATION: &str = "x-flowproof-id";

/// An answer with what was read of it.
pub(super) struct Delivered {
    pub answer: Answer,
    /// The fields that the wire knows; null without a wire.
    pub fields: Value,
    /// How long it took.
    pub millis: f64,
}

/// A request that was sent, and what became of it.
pub(super) struct Sent {
    /// The exchange in the catalogue, or `request`.
    name: String,
    attempt: u32,
    id: String,
    request: Arc<Request>,
    exchange: HttpExchange,
}

impl Sent {
    /// What events carry of it.
    pub fn record(&self, redactor: &Redactor) -> ExchangeRecord {
        record::exchange(&self.name, self.attempt, &self.id, &self.request, &self.exchange, redactor)
    }
}

impl Walker<'_> {
    /// Sends a request, again where the step says so, and tells every try. The answer is read as that of `through`.
    pub(super) async fn deliver(
        &mut self,
        name: &str,
        request: Request,
        through: Option<&Exchange>,
    ) -> Result<Delivered, Trouble> {
        let secret_fields = std::mem::take(&mut self.secret_fields);
        let headers = request.headers.len();
        let mut request = Arc::new(request);
        let mut retrying = Retrying::new(&self.terms, self.position());
        loop {
            // Each try has headers of its own.
            let tried = Arc::make_mut(&mut request);
            tried.headers.truncate(headers);
            let (id, sent) = self.transmit(tried).await?;
            let fields = match (through, &sent.answer) {
                (Some(exchange), Ok(answer)) => body_of(answer, Some(exchange))
                    .map_or(Value::Null, |body| self.catalogue().wire.read_answer(exchange, answer.status, &body)),
                _ => Value::Null,
            };
            // What the answer gives away must be known as secret before the answer is told.
            for (name, path) in &secret_fields {
                let secret = path.iter().try_fold(&fields, |value, segment| value.get(segment));
                if let Some(secret) = secret.filter(|secret| !secret.is_null()) {
                    self.journal.hide(&self.cast.secret_name(name), &[text_of(secret)]);
                }
            }
            learn(&request, &sent, &mut self.journal.redactor);
            if let Some(witness) = &self.run.witness {
                pictures(&request, &sent, &mut |picture| witness.picture(&picture));
            }
            let millis = record::millis(sent.timings.total);
            let told = Sent {
                name: name.to_owned(),
                attempt: retrying.attempt,
                id,
                request: Arc::clone(&request),
                exchange: sent.clone(),
            };
            self.journal.exchanged(self.step, told).await;
            if self.try_again(name, &request, &sent, &mut retrying).await? {
                continue;
            }
            let tries = retrying.told();
            return match sent.answer {
                Ok(answer) => Ok(Delivered { answer, fields, millis }),
                Err(error) => {
                    let (what, advice) = error.parts();
                    let message = format!("{} {}: {what}", request.method, request.url.path());
                    let trouble = Trouble::errored(phase_id(error.phase), message);
                    Err(advice.into_iter().fold(trouble, Trouble::note).note(tries))
                }
            };
        }
    }

    /// The correlation id of a request of this scenario.
    pub(super) fn request_id(&self, number: u64) -> String {
        format!("{}-{number}", self.world_id)
    }

    /// Sends a request once; gives its correlation id and what became of it.
    ///
    /// # Errors
    /// If what guards the target does not let it pass.
    async fn transmit(&mut self, request: &mut Request) -> Result<(String, HttpExchange), Trouble> {
        let load = Load { mutation: !request.is_safe(), bytes: request.body.bytes() };
        let pass = self.run.gate.enter(load, &self.run.cancel, &self.held).await?;
        self.requests += 1;
        self.mutations += u64::from(load.mutation);
        self.uploaded += load.bytes;
        let id = self.request_id(self.requests);
        if self.run.target.correlation
            && let Some(header) = match &self.planned.catalogue {
                Some(catalogue) => catalogue.wire.correlation.clone(),
                None => Some(CORRELATION.to_owned()),
            }
        {
            request.headers.push((header, id.clone()));
        }
        if let Some(control) = &self.control {
            request.headers.push((Control::WORLD.to_owned(), control.world().to_owned()));
        }
        request.timeout = Some(self.terms.timeout.unwrap_or(self.run.options.timeout));
        let exchange = self.client.send(request).await;
        let clock = &self.run.options.clock;
        if let Some(kind) = pass.close(&exchange, clock.now(), &self.journal.redactor) {
            let event = Event { at: clock.stamp(), scenario: None, kind };
            self.journal.pass(Message::Events(vec![event])).await;
        }
        Ok((id, exchange))
    }
}

pub(super) fn phase_id(phase: ErrorPhase) -> &'static str {
    match phase {
        ErrorPhase::Request => "run/request",
        ErrorPhase::Dns => "run/dns",
        ErrorPhase::Connect => "run/connect",
        ErrorPhase::Tls => "run/tls",
        ErrorPhase::Timeout => "run/timeout",
        ErrorPhase::Cut => "run/cut",
        ErrorPhase::Protocol => "run/protocol",
    }
}
