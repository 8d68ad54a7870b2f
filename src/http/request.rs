use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use url::Url;

/// What is to be sent.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method, in any spelling that HTTP allows.
    pub method: String,
    /// The whole URL, query included.
    pub url: Url,
    /// Headers, in order; a name may occur more than once. A `content-type` here wins over that of the body.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: RequestBody,
    /// How long the exchange may take; `None` is the client's own bound.
    pub timeout: Option<Duration>,
    /// The author's files whose bytes are somewhere in the body, so that records and curl lines can name them.
    pub files: Vec<SentFile>,
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: impl Into<String>, url: Url) -> Self {
        Self {
            method: method.into(),
            url,
            headers: Vec::new(),
            body: RequestBody::None,
            timeout: None,
            files: Vec::new(),
        }
    }

    /// Whether its method changes nothing, so that sending it twice does no harm.
    pub fn is_safe(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE")
    }

    /// The value of a header, its name in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }
}

pub(super) fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// The body of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum RequestBody {
    /// None.
    None,
    /// JSON, sent as `application/json`.
    Json(Value),
    /// Bytes as they are.
    Bytes {
        /// The media type.
        media: String,
        /// The bytes.
        bytes: Bytes,
    },
    /// `multipart/form-data`.
    Multipart(Vec<Part>),
}

impl RequestBody {
    /// How many bytes it has, what frames the parts of a form not included.
    pub fn bytes(&self) -> u64 {
        match self {
            Self::None => 0,
            Self::Json(value) => {
                let mut counted = Counted(0);
                // Counting cannot fail, and what cannot be written as JSON is refused before it is sent.
                let _ = serde_json::to_writer(&mut counted, value);
                counted.0
            }
            Self::Bytes { bytes, .. } => bytes.len() as u64,
            Self::Multipart(parts) => parts.iter().map(|part| part.bytes.len() as u64).sum(),
        }
    }
}

/// Counts what is written to it.
struct Counted(u64);

impl std::io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// One part of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The field's name.
    pub name: String,
    /// The file's name that the server is told.
    pub file_name: Option<String>,
    /// The media type.
    pub media: Option<String>,
    /// The content.
    pub bytes: Bytes,
}

/// A file of the author whose bytes are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentFile {
    /// Its path as the author knows it.
    pub path: String,
    /// The SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
}
