use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::catalogue::{Exchange, Wire};

/// Everything but what RFC 3986 section 2.3 calls unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes a value for a path or a query.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Decodes percent-encoded text.
pub fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The names and values of a query. `+` is a space, as forms write it.
pub fn query(url: &str) -> Vec<(String, String)> {
    let url = url.split('#').next().unwrap_or_default();
    let Some((_, query)) = url.split_once('?') else { return Vec::new() };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(&name.replace('+', " ")), decode(&value.replace('+', " "))))
        .collect()
}

/// Names and values from a path, decoded, in its order.
pub type PathParams = Vec<(String, String)>;

/// A path with parameters in some of its segments: `/faces/{subject}/{side}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPattern(Vec<Segment>);

/// Text around one parameter, or text alone.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Segment {
    before: String,
    parameter: Option<(String, String)>,
}

impl PathPattern {
    /// Reads a path as a catalogue writes it.
    ///
    /// # Errors
    /// What is wrong with it, as the end of a sentence.
    pub fn parse(path: &str) -> Result<Self, &'static str> {
        let Some(path) = path.strip_prefix('/') else { return Err("it must begin with `/`") };
        if path.contains(['?', '#']) || path.contains(char::is_whitespace) {
            return Err("it holds no `?`, `#` or white space; what follows `?` stands under `query`");
        }
        path.split('/').map(Segment::parse).collect::<Result<_, _>>().map(Self)
    }

    /// The names of its parameters, in order.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|segment| segment.parameter.as_ref().map(|(name, _)| name.as_str()))
    }

    /// Whether both fit the same paths: they differ in the names of their parameters alone.
    pub fn is_like(&self, other: &Self) -> bool {
        let shape = |segment: &Segment| {
            let after = segment.parameter.as_ref().map(|(_, after)| after.clone());
            (segment.before.clone(), after)
        };
        self.0.iter().map(shape).eq(other.0.iter().map(shape))
    }

    /// The parameters of a path that fits, decoded.
    pub fn matches(&self, path: &str) -> Option<PathParams> {
        let given: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        if given.len() != self.0.len() {
            return None;
        }
        let mut found = Vec::new();
        for (segment, given) in self.0.iter().zip(given) {
            match &segment.parameter {
                None if segment.before == given || segment.before == decode(given) => {}
                None => return None,
                Some((name, after)) => {
                    let value = given.strip_prefix(&segment.before)?.strip_suffix(after)?;
                    found.push((name.clone(), decode(value)));
                }
            }
        }
        Some(found)
    }

    /// The path with values, which are encoded.
    pub(super) fn fill<E>(&self, mut value: impl FnMut(&str) -> Result<String, E>) -> Result<String, E> {
        let mut path = String::new();
        for segment in &self.0 {
            path.push('/');
            path.push_str(&segment.before);
            if let Some((name, after)) = &segment.parameter {
                path.push_str(&encode(&value(name)?));
                path.push_str(after);
            }
        }
        Ok(path)
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|Segment { before, parameter }| match parameter {
            Some((name, after)) => write!(f, "/{before}{{{name}}}{after}"),
            None => write!(f, "/{before}"),
        })
    }
}

impl Segment {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let Some((before, rest)) = text.split_once('{') else {
            let closed = text.contains('}');
            let plain = Self { before: text.to_owned(), parameter: None };
            return if closed { Err("it has a `}` without `{`") } else { Ok(plain) };
        };
        let Some((name, after)) = rest.split_once('}') else {
            return Err("it has a `{` without `}` in the same segment");
        };
        if name.is_empty() || name.contains('{') || before.contains('}') || after.contains(['{', '}']) {
            return Err("a segment of it has one parameter, `{name}`, at most");
        }
        Ok(Self { before: before.to_owned(), parameter: Some((name.to_owned(), after.to_owned())) })
    }
}

impl Wire {
    /// The exchange that a request is, with the parameters of its path. A query is left aside. Where several fit, the one
    /// with the fewest parameters wins, then the first.
    pub fn route(&self, method: &str, path: &str) -> Option<(&Exchange, PathParams)> {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let understood = self.exchanges.iter().filter(|exchange| exchange.methods.iter().any(|known| known == method));
        understood
            .filter_map(|exchange| Some((exchange, exchange.path.matches(path)?)))
            .min_by_key(|(_, found)| found.len())
    }
}
