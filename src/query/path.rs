use std::fmt;

use jsonpath_rust::parser::errors::JsonPathError;
use jsonpath_rust::parser::model::JpQuery;
use jsonpath_rust::parser::parse_json_path;
use pest::error::InputLocation;
use serde_json::Value;

use super::evaluation::{self, Located};
use super::pattern::Patterns;
use super::{lexis, typing};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::{Sources, Span};

/// Longest JSONPath, in bytes.
pub const MAX_LENGTH: usize = 4096;
/// Deepest nesting of brackets and parentheses in a JSONPath.
pub const MAX_NESTING: usize = 8;

/// Why a text is no JSONPath, or why one could not be evaluated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct QueryError {
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// The byte of the JSONPath at which it is wrong; may be its length.
    pub offset: usize,
    /// What to do, if something is known.
    pub help: Option<String>,
}

impl QueryError {
    pub(super) fn new(message: impl Into<String>, offset: usize) -> Self {
        Self { message: message.into(), offset, help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A compiled JSONPath by RFC 9535.
///
/// ```
/// use flowproof::query::JsonPath;
/// let path = JsonPath::compile("$.items[?@.score > 0.5].id").unwrap();
/// let body = serde_json::json!({"items": [{"id": 1, "score": 0.25}, {"id": 2, "score": 0.75}]});
/// let found = path.evaluate(&body).unwrap();
/// assert_eq!((found[0].path.as_str(), found[0].value), ("$['items'][1]['id']", &serde_json::json!(2)));
/// assert!(JsonPath::compile("$.items[?@.score in [1]]").is_err());
/// ```
#[derive(Clone, Debug)]
pub struct JsonPath {
    text: String,
    query: JpQuery,
    patterns: Patterns,
}

impl JsonPath {
    /// Reads a JSONPath.
    ///
    /// # Errors
    /// If the text is no JSONPath by RFC 9535, is ill-typed (section 2.4.3), or exceeds [`MAX_LENGTH`] or
    /// [`MAX_NESTING`]. A regular expression written in the path must be an I-Regexp (RFC 9485).
    pub fn compile(text: &str) -> Result<Self, QueryError> {
        let calls = lexis::check(text)?;
        let query = parse_json_path(text).map_err(|error| refused(text, &error))?;
        let patterns = typing::check(&query, &calls)?;
        Ok(Self { text: text.to_owned(), query, patterns })
    }

    /// Reads a JSONPath that stands at `span`, with or without quotes, and reports a problem at its exact place.
    pub fn read(text: &str, span: Span, sources: &Sources, found: &mut Diagnostics) -> Option<Self> {
        let error = match Self::compile(text) {
            Ok(path) => return Some(path),
            Err(error) => error,
        };
        let place = match sources.text(span).find(text) {
            Some(start) if error.offset < text.len() => {
                let length = text[error.offset..].chars().next().map_or(1, char::len_utf8);
                span.slice(start + error.offset, length)
            }
            Some(start) => span.slice((start + text.len()).saturating_sub(1), 1),
            None => span,
        };
        let problem = Diagnostic::new(Id::QUERY_PATH, format!("`{text}` cannot be used as JSONPath"));
        found.push(problem.label(place, error.message).help_if(error.help));
        None
    }

    /// The text as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it gives at most one node for any document: only names and indices.
    pub fn is_singular(&self) -> bool {
        typing::is_singular(&self.query.segments)
    }

    /// The nodes of a document, in the order of RFC 9535, each with its normalized path.
    ///
    /// # Errors
    /// If more than [`MAX_VISITS`](super::MAX_VISITS) nodes would have to be visited.
    pub fn evaluate<'v>(&self, document: &'v Value) -> Result<Vec<Located<'v>>, QueryError> {
        evaluation::evaluate(&self.query, &self.patterns, document)
    }

    /// The places of a document's nodes as JSON pointers (RFC 6901). Where too many nodes would have to be visited that is the
    /// whole document: for those who hide what is found.
    pub fn pointers(&self, document: &Value) -> Vec<String> {
        evaluation::pointers(&self.query, &self.patterns, document).unwrap_or_else(|| vec![String::new()])
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Two are equal if they were written the same.
impl PartialEq for JsonPath {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

fn refused(text: &str, error: &JsonPathError) -> QueryError {
    let JsonPathError::PestError(error) = error else {
        return QueryError::new(format!("this is not a JSONPath: {}", plain(error)), 0);
    };
    let (InputLocation::Pos(offset) | InputLocation::Span((offset, _))) = error.location;
    let rest = text.get(offset..).unwrap_or_default();
    let shown: String = rest.chars().take_while(|c| !c.is_whitespace()).take(12).collect();
    match rest.chars().next() {
        None => QueryError::new("the JSONPath ends too early", offset),
        Some(c) if c.is_whitespace() => QueryError::new("white space is not allowed here", offset),
        Some(_) => QueryError::new(format!("`{shown}` is not expected here"), offset),
    }
}

fn plain(error: &JsonPathError) -> String {
    match error {
        JsonPathError::InvalidJsonPath(text) => text.clone(),
        JsonPathError::InvalidNumber(text) => format!("{text} is no number that it allows"),
        other => other.to_string(),
    }
}
