use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use super::request::header;
use crate::event::{ErrorPhase, TransportError};

/// What became of a request.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The answer, whatever its status, or why there is none.
    pub answer: Result<Answer, TransportError>,
    /// How long it took.
    pub timings: Timings,
    /// Whether a byte of the request may have reached the server. Only where none did may it be repeated unasked.
    pub request_was_sent: bool,
}

/// How long an exchange took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// From sending to the last byte, or to the moment it broke.
    pub total: Duration,
    /// Until the head of the answer was there.
    pub first_byte: Option<Duration>,
}

/// A whole answer. Clones share everything but the status.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers in the order they came, names in lower case. Bytes beyond ASCII are read as UTF-8, lossily.
    pub headers: Arc<[(String, String)]>,
    /// The body, decompressed.
    pub body: Bytes,
    json: OnceLock<Result<Arc<Value>, TransportError>>,
}

impl Answer {
    /// An answer.
    pub fn new(status: u16, headers: Vec<(String, String)>, body: Bytes) -> Self {
        Self { status, headers: headers.into(), body, json: OnceLock::new() }
    }

    /// The value of a header, its name in any case; the first of several.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// The media type without its parameters, lower case; empty if the answer does not say.
    pub fn media(&self) -> String {
        let media = self.header("content-type").unwrap_or_default();
        media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// The body as JSON, whatever the content type says; parsed once, at most 128 levels deep.
    ///
    /// The error is of the phase [`ErrorPhase::Protocol`] and shows what came instead.
    pub fn json(&self) -> Result<&Arc<Value>, &TransportError> {
        self.json.get_or_init(|| self.parse().map(Arc::new)).as_ref()
    }

    /// The body's first line that is not blank, cut to 120 characters; empty if the body is.
    pub fn first_line(&self) -> String {
        const SHOWN: usize = 120;
        // Enough for 120 characters of any script behind some blank lines.
        let head = String::from_utf8_lossy(&self.body[..self.body.len().min(4096)]);
        let line = head.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        let mut shown: String = line.chars().take(SHOWN).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
        if line.chars().nth(SHOWN).is_some() {
            shown.push('…');
        }
        shown
    }

    fn parse(&self) -> Result<Value, TransportError> {
        let status = self.status;
        let fail = |message: String| Err(TransportError { phase: ErrorPhase::Protocol, message });
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return fail(format!("expected JSON, but the answer (status {status}) has no body"));
        }
        let error = match serde_json::from_slice(&self.body) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let reason = error.to_string();
        if reason.starts_with("recursion limit exceeded") {
            return fail(format!("the JSON of the answer (status {status}) is nested deeper than 128 levels"));
        }
        let media = self.media();
        let media = if media.is_empty() { "without content type".to_owned() } else { media };
        let first = self.first_line();
        if error.is_eof() && matches!(first.as_bytes().first(), Some(b'{' | b'[' | b'"')) {
            return fail(format!("the JSON of the answer (status {status}, {media}) ends too early: {reason}"));
        }
        fail(format!("expected JSON, but the answer (status {status}, {media}) begins with `{first}` ({reason})"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, media: &str, body: impl Into<Bytes>) -> Answer {
        let headers = if media.is_empty() { vec![] } else { vec![("content-type".to_owned(), media.to_owned())] };
        Answer::new(status, headers, body.into())
    }

    fn refusal(answer: &Answer) -> String {
        let error = answer.json().expect_err("not JSON");
        assert_eq!(error.phase, ErrorPhase::Protocol);
        error.message.clone()
    }

    #[test]
    fn json_is_read_whatever_the_content_type_says() {
        assert_eq!(answer(200, "text/plain", r#"{"a":1}"#).json(), Ok(&Arc::new(serde_json::json!({ "a": 1 }))));
    }

    #[test]
    fn what_is_not_json_is_shown() {
        let html = answer(502, "text/html; charset=utf-8", "\n\n  <html><title>Bad gateway</title>\n<body>");
        assert_eq!(
            refusal(&html),
            "expected JSON, but the answer (status 502, text/html) begins with `<html><title>Bad gateway</title>` \
             (expected value at line 3 column 3)"
        );
        assert_eq!(refusal(&answer(204, "", "")), "expected JSON, but the answer (status 204) has no body");
        assert_eq!(
            refusal(&answer(200, "application/json", r#"{"a":"#)),
            "the JSON of the answer (status 200, application/json) ends too early: EOF while parsing a value at line 1 column 5"
        );
        let garbage = answer(200, "", vec![0u8, 255, b'x']);
        assert!(refusal(&garbage).contains("without content type) begins with `\u{fffd}\u{fffd}x`"));
    }

    #[test]
    fn deep_json_is_refused_and_not_followed() {
        let deep = answer(200, "application/json", "[".repeat(100_000));
        assert_eq!(refusal(&deep), "the JSON of the answer (status 200) is nested deeper than 128 levels");
    }

    #[test]
    fn a_long_first_line_is_cut() {
        assert_eq!(answer(200, "", "ä".repeat(500)).first_line().chars().count(), 121);
    }
}
