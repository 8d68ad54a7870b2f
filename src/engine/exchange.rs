use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::problem::Trouble;
use super::walker::Walker;
use crate::catalogue::{Exchange, Params, PartValue, WireBody, WireRequest};
use crate::event::{ErrorPhase, EventKind, TransportError};
use crate::http::{Answer, Exchange as HttpExchange, Part, Request, RequestBody, SentFile, record};
use crate::scenario::Renewal;

/// An answer that was read through the wire.
pub(super) struct Read {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    /// The body; null if there is none.
    pub body: Arc<Value>,
    /// The fields that the wire knows.
    pub fields: Arc<Value>,
    pub millis: f64,
}

/// A request on its way to being told.
struct Sent {
    id: String,
    request: Request,
    exchange: HttpExchange,
}

impl Sent {
    /// The body of the answer, if there is an answer.
    fn body(&self) -> Option<Result<Value, TransportError>> {
        self.exchange.answer.as_ref().ok().map(body_of)
    }
}

impl Walker<'_> {
    /// Sends an exchange and reads its answer, with a fresh credential where it needs one.
    pub(super) async fn exchange(
        &mut self,
        exchange: &Exchange,
        params: &Params,
        files: &[SentFile],
    ) -> Result<Read, Trouble> {
        let renewing = exchange.credential && self.planned.scenario.session.renewal == Renewal::Auto;
        if renewing && self.credential_is_old() {
            self.renew_credential().await?;
        }
        let read = self.exchange_once(exchange, params, files).await?;
        let expired = self.catalogue().session.renew_when.as_ref().is_some_and(|when| {
            let scope = self.scope();
            when.matches(read.status, &read.fields, &serde_json::Map::new(), &scope)
        });
        if renewing && expired && self.cast.access().credential.is_some() {
            self.renew_credential().await?;
            return self.exchange_once(exchange, params, files).await;
        }
        Ok(read)
    }

    async fn exchange_once(
        &mut self,
        exchange: &Exchange,
        params: &Params,
        files: &[SentFile],
    ) -> Result<Read, Trouble> {
        let written = exchange.write_request(&self.run.target.base_url, params);
        let wire = written.map_err(|error| Trouble::errored("run/request", error.to_string()))?;
        let mut request = http_request(wire)?;
        request.files = files.to_vec();
        if exchange.credential {
            self.add_credential(&mut request)?;
        }
        let sent = self.transmit(request).await;
        let body = sent.body();
        let fields = match (&sent.exchange.answer, &body) {
            (Ok(answer), Some(Ok(body))) => self.catalogue().wire.read_answer(exchange, answer.status, body),
            _ => Value::Null,
        };
        // What the answer gives away must be known as secret before the answer is told.
        for (name, path) in std::mem::take(&mut self.secret_fields) {
            let secret = path.iter().try_fold(&fields, |value, segment| value.get(segment));
            if let Some(secret) = secret.filter(|secret| !secret.is_null()) {
                self.journal.hide(&name, &[text_of(secret)]);
            }
        }
        let (answer, millis) = self.tell(&exchange.name, sent).await?;
        let body = body.unwrap_or(Ok(Value::Null)).map_err(|error| Trouble::errored("run/protocol", error.message))?;
        let fields = Arc::new(fields);
        self.locate(exchange, answer.status, &fields).await;
        Ok(Read { status: answer.status, headers: answer.headers, body: Arc::new(body), fields, millis })
    }

    /// Adds the credential, if the session has one.
    pub(super) fn add_credential(&mut self, request: &mut Request) -> Result<(), Trouble> {
        if self.cast.access().credential.is_none() {
            return Ok(());
        }
        let Some(credential) = self.catalogue().wire.credential.clone() else { return Ok(()) };
        let value = self.evaluate(&credential.value, &self.scope())?;
        request.headers.push((credential.header, text_of(&value)));
        Ok(())
    }

    /// Sends a request, tells it, and gives the answer and how long it took in milliseconds.
    pub(super) async fn send(&mut self, name: &str, request: Request) -> Result<(Answer, f64), Trouble> {
        let sent = self.transmit(request).await;
        self.tell(name, sent).await
    }

    async fn transmit(&mut self, mut request: Request) -> Sent {
        self.requests += 1;
        let id = format!("{}-{}", self.world_id, self.requests);
        if self.run.target.correlation
            && let Some(header) =
                self.planned.catalogue.as_ref().and_then(|catalogue| catalogue.wire.correlation.clone())
        {
            request.headers.push((header, id.clone()));
        }
        if let Some(control) = &self.control {
            request.headers.push((super::control::Control::WORLD.to_owned(), control.world().to_owned()));
        }
        request.timeout = Some(self.terms.timeout.unwrap_or(self.run.options.timeout));
        let exchange = self.client.send(&request).await;
        Sent { id, request, exchange }
    }

    async fn tell(&mut self, name: &str, sent: Sent) -> Result<(Answer, f64), Trouble> {
        let Sent { id, request, exchange } = sent;
        let record = record::exchange(name, 1, &id, &request, &exchange, &self.journal.redactor);
        let millis = record.millis;
        self.journal.emit(EventKind::Exchanged { step: self.step, exchange: Box::new(record) }).await;
        exchange.answer.map(|answer| (answer, millis)).map_err(|error| {
            let message = format!("{} {}: {}", request.method, request.url.path(), error.message);
            Trouble::errored(phase_id(error.phase), message)
        })
    }

    /// Whether the credential ends within the catalogue's margin.
    fn credential_is_old(&self) -> bool {
        let Some(credential) = &self.cast.access().credential else { return false };
        let Some(ttl) = credential.ttl else { return false };
        let margin = self.catalogue().session.renew_margin;
        self.elapsed().saturating_sub(credential.issued) + margin >= ttl
    }

    async fn renew_credential(&mut self) -> Result<(), Trouble> {
        let catalogue = self.catalogue().clone();
        let Some(activity) = catalogue.session.credential.as_ref().and_then(|name| catalogue.activity(name)) else {
            return Ok(());
        };
        // Renewing sends an exchange of its own, so the future must be of a known size.
        Box::pin(self.send_activity(activity, &[])).await.map(drop)
    }

    /// Virtual and real time since the scenario began.
    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed() + self.virtual_time
    }
}

fn phase_id(phase: ErrorPhase) -> &'static str {
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

/// The JSON of an answer; null if it has no body.
pub(super) fn body_of(answer: &Answer) -> Result<Value, TransportError> {
    if answer.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Null);
    }
    answer.json().cloned().map_err(Clone::clone)
}

/// A value as it stands in a header or a URL: text as it is, anything else as JSON.
pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn http_request(wire: WireRequest) -> Result<Request, Trouble> {
    let url = Url::parse(&wire.url)
        .map_err(|error| Trouble::errored("run/request", format!("`{}` is no URL: {error}", wire.url)))?;
    let mut request = Request::new(wire.method, url);
    request.headers = wire.headers;
    request.body = match wire.body {
        WireBody::None => RequestBody::None,
        WireBody::Json(value) => RequestBody::Json(value),
        WireBody::Multipart(parts) => RequestBody::Multipart(parts.into_iter().map(http_part).collect()),
    };
    Ok(request)
}

fn http_part(part: crate::catalogue::Part) -> Part {
    match part.value {
        PartValue::Text(text) => Part { name: part.name, file_name: None, media: None, bytes: text.into() },
        PartValue::File(file) => Part {
            name: part.name,
            file_name: Some(file.name),
            media: Some(file.media),
            bytes: file.bytes.to_vec().into(),
        },
    }
}
