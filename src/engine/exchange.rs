use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::delivery::Delivered;
use super::problem::Trouble;
use super::walker::Walker;
use crate::catalogue::{Exchange, Params, PartValue, WireBody, WireRequest};
use crate::event::TransportError;
use crate::http::{Answer, Part, Request, RequestBody, SentFile};
use crate::scenario::Renewal;

/// An answer that was read through the wire.
pub(super) struct Read {
    pub status: u16,
    pub headers: Arc<[(String, String)]>,
    /// The body; null if there is none.
    pub body: Arc<Value>,
    /// The fields that the wire knows.
    pub fields: Arc<Value>,
    pub millis: f64,
}

impl Walker<'_> {
    /// Sends an exchange and reads its answer, with a fresh credential where it needs one.
    pub(super) async fn exchange(
        &mut self,
        exchange: &Exchange,
        params: &Params,
        files: &[SentFile],
    ) -> Result<Read, Trouble> {
        let renewing = exchange.credential && self.cast.access().renewal == Renewal::Auto;
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
        let Delivered { answer, fields, millis } = self.deliver(&exchange.name, request, Some(exchange)).await?;
        let body = body_of(&answer, Some(exchange));
        let body = body.map_err(|error| Trouble::errored("run/protocol", error.message.clone()))?;
        let fields = Arc::new(fields);
        self.locate(exchange, answer.status, &fields).await;
        Ok(Read { status: answer.status, headers: answer.headers, body, fields, millis })
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

/// The JSON of an answer, or its text where the exchange is answered by that; null if it has no body.
pub(super) fn body_of<'a>(answer: &'a Answer, exchange: Option<&Exchange>) -> Result<Arc<Value>, &'a TransportError> {
    if answer.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Arc::default());
    }
    if exchange.is_some_and(|exchange| exchange.answers_text(answer.status)) {
        return Ok(Arc::new(Value::String(String::from_utf8_lossy(&answer.body).into_owned())));
    }
    answer.json().cloned()
}

/// A value as it stands in a header or a URL: text as it is, anything else as JSON.
pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A request as it is sent.
pub(super) fn http_request(wire: WireRequest) -> Result<Request, Trouble> {
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
