//! What events carry of requests and answers: pure functions of both and of what masks secrets.
//!
//! Bounds: strings inside JSON 200 characters, arrays 50 elements, a JSON body 2,000 values, a text body 4 KiB, a body in
//! a curl line 8 KiB. What is cut says so and keeps its size; images and other binary data are described, never carried.

use std::borrow::Cow;
use std::time::Duration;

use super::{Answer, Exchange, Part, Request, RequestBody, curl, personal, shorten};
use crate::event::{BodyRecord, CallRecord, ExchangeRecord, RequestRecord, ResponseRecord};
use crate::redact::Redactor;

/// The record of a whole exchange: `name` in the catalogue (or `request`), `attempt` from 1, `id` the correlation id.
pub fn exchange(
    name: &str,
    attempt: u32,
    id: &str,
    request: &Request,
    exchange: &Exchange,
    redactor: &Redactor,
) -> ExchangeRecord {
    let mut error = exchange.answer.as_ref().err().cloned();
    if let Some(error) = &mut error {
        error.message = redactor.mask(&error.message).into_owned();
    }
    ExchangeRecord {
        name: name.to_owned(),
        attempt,
        request: self::request(id, request, redactor),
        response: exchange.answer.as_ref().ok().map(|answer| response(answer, redactor)),
        error,
        millis: millis(exchange.timings.total),
        first_byte_millis: exchange.timings.first_byte.map(millis),
    }
}

/// A length of time as events carry it: in milliseconds, to the microsecond.
pub fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

/// The record of a request.
pub fn request(id: &str, request: &Request, redactor: &Redactor) -> RequestRecord {
    let mut url = request.url.clone();
    if url.password().is_some() {
        // A URL whose password cannot be replaced has none.
        let _ = url.set_password(Some("***"));
    }
    let url = personal::url(url.as_str(), redactor.personal());
    RequestRecord {
        id: id.to_owned(),
        method: request.method.clone(),
        url: redactor.mask(&url).into_owned(),
        headers: headers(&sent_headers(request), redactor),
        body: body(&request.body, redactor),
        curl: curl::line(request, &url, redactor),
    }
}

/// The record of an answer.
pub fn response(answer: &Answer, redactor: &Redactor) -> ResponseRecord {
    let body = match answer.json() {
        _ if answer.body.is_empty() => BodyRecord::None,
        Ok(value) => BodyRecord::Json { value: shorten::json(value, redactor), bytes: answer.body.len() as u64 },
        Err(_) => raw(&answer.media(), &answer.body, redactor),
    };
    ResponseRecord { status: answer.status, headers: headers(&answer.headers, redactor), body }
}

/// The record of a call of the engine, which carries what an answer carries; `target` is its path with the query.
pub fn call(method: &str, target: &str, answer: &Answer, redactor: &Redactor) -> CallRecord {
    let ResponseRecord { headers, body, .. } = response(answer, redactor);
    let target = personal::url(target, redactor.personal());
    CallRecord { method: method.to_owned(), path: redactor.mask(&target).into_owned(), headers, body }
}

/// Headers as events carry them. Whoever answers may have put a secret into their names too.
fn headers(headers: &[(String, String)], redactor: &Redactor) -> Vec<(String, String)> {
    let masked = |text: &String| redactor.mask(text).into_owned();
    headers.iter().map(|(name, value)| (masked(name), masked(value))).collect()
}

/// The headers that flowproof sets, the content type of the body included.
pub(super) fn sent_headers(request: &Request) -> Vec<(String, String)> {
    let mut headers = request.headers.clone();
    let implied = match &request.body {
        RequestBody::Json(_) => Some("application/json"),
        RequestBody::Bytes { media, .. } => Some(media.as_str()),
        // The boundary of a form is made while it is sent.
        RequestBody::None | RequestBody::Multipart(_) => None,
    };
    if let (Some(media), None) = (implied, request.header("content-type")) {
        headers.push(("content-type".to_owned(), media.to_owned()));
    }
    headers
}

fn body(body: &RequestBody, redactor: &Redactor) -> BodyRecord {
    match body {
        RequestBody::None => BodyRecord::None,
        RequestBody::Json(value) => {
            BodyRecord::Json { value: shorten::json(value, redactor), bytes: value.to_string().len() as u64 }
        }
        RequestBody::Bytes { media, bytes } => raw(media, bytes, redactor),
        RequestBody::Multipart(parts) => {
            let lines: Vec<String> = parts.iter().map(|part| line(part, redactor)).collect();
            let (text, cut) = shorten::text(&lines.join("\n"), redactor);
            BodyRecord::Text { text, bytes: parts.iter().map(|part| part.bytes.len() as u64).sum(), cut }
        }
    }
}

/// `name: value`, or `name: (image/jpeg, 4711 bytes, sha256 …)`.
fn line(part: &Part, redactor: &Redactor) -> String {
    if let Some(field) = redactor.personal().field(&part.name) {
        return format!("{}: {}", part.name, Redactor::placeholder(field));
    }
    let media = part.media.as_deref().or_else(|| shorten::media_of(&part.bytes));
    match std::str::from_utf8(&part.bytes) {
        Ok(text) if part.file_name.is_none() => format!("{}: {text}", part.name),
        _ => {
            let what = shorten::describe(media.unwrap_or("application/octet-stream"), &part.bytes);
            let file = part.file_name.as_ref().map(|name| format!("{name} ")).unwrap_or_default();
            format!("{}: {file}{what}", part.name)
        }
    }
}

fn raw(media: &str, bytes: &[u8], redactor: &Redactor) -> BodyRecord {
    let size = bytes.len() as u64;
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => {
            let text = match media {
                personal::FORM => personal::pairs(text, redactor.personal()),
                _ => Cow::Borrowed(text),
            };
            let (text, cut) = shorten::text(&text, redactor);
            BodyRecord::Text { text, bytes: size, cut }
        }
        _ => {
            let known =
                if media.is_empty() { shorten::media_of(bytes).unwrap_or("application/octet-stream") } else { media };
            BodyRecord::Binary { media: known.to_owned(), bytes: size, sha256: shorten::sha256(bytes) }
        }
    }
}

#[cfg(test)]
#[path = "tests/record.rs"]
mod tests;
