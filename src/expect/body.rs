use std::borrow::Cow;

use serde_json::Value;

use super::difference::member_step;
use super::reading::is_matcher;
use super::{Judgement, Matcher, Verdict, excerpt};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::query::JsonPath;
use crate::source::{Sources, Span, Spanned};
use crate::template::{Reference, Scope, Template};
use crate::yaml::{Entry, Node};

/// What is wanted of a JSON body, or of what was read of one.
///
/// A map names parts of the body: a plain key is a member of the top level, a key that begins with `$` is a JSONPath. A
/// path that can give several nodes gives a list of them, also if it is one or none; a path to at most one node gives it or
/// nothing. Anything but a map is what the whole body must equal; matchers for the whole body stand behind `$`.
#[derive(Clone, Debug)]
pub struct BodyExpectation {
    span: Span,
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
struct Part {
    subject: String,
    place: Place,
    matcher: Matcher,
}

#[derive(Clone, Debug)]
enum Place {
    Whole,
    Member(Spanned<String>),
    Path(JsonPath),
}

impl BodyExpectation {
    /// Reads it; `what` is what messages call it. What could not be read is reported and left out.
    pub fn read(node: &Node, what: &str, sources: &Sources, found: &mut Diagnostics) -> Self {
        let parts = match node.as_mapping() {
            Some(entries) if node.unquoted_template().is_none() => {
                entries.iter().filter_map(|entry| Part::read(entry, what, sources, found)).collect()
            }
            _ => {
                let matcher = Matcher::read(node, sources, found);
                vec![Part { subject: what.to_owned(), place: Place::Whole, matcher }]
            }
        };
        Self { span: node.span, parts }
    }

    /// Where it is written.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The templates of its expected values, in the order they are written.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        self.parts.iter().flat_map(|part| part.matcher.templates())
    }

    /// Everything that its expected values read.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.parts.iter().flat_map(|part| part.matcher.references())
    }

    /// The members of the top level that it names.
    pub fn members(&self) -> impl Iterator<Item = &Spanned<String>> {
        self.parts.iter().filter_map(|part| match &part.place {
            Place::Member(name) => Some(name),
            Place::Whole | Place::Path(_) => None,
        })
    }

    /// Its matchers.
    pub fn matchers_mut(&mut self) -> impl Iterator<Item = &mut Matcher> {
        self.parts.iter_mut().map(|part| &mut part.matcher)
    }

    /// Judges a body, `None` if there is none. One that cannot be read is for [`unreadable`](Self::unreadable).
    pub fn judge(&self, body: Option<&Value>, scope: &Scope) -> Vec<Judgement> {
        self.parts.iter().flat_map(|part| part.judge(body, scope)).collect()
    }

    /// The judgements on a body that is there and cannot be read: all fail, `exists: false` too. `reason` completes "the
    /// body …": `is not JSON`.
    pub fn unreadable(&self, reason: &str) -> Vec<Judgement> {
        let failed = |part: &Part| {
            let message = format!("{} cannot be read: the body {reason}", part.subject);
            Judgement::new(part.matcher.span(), part.subject.as_str(), Verdict::Failed, message)
        };
        self.parts.iter().map(failed).collect()
    }
}

impl Part {
    fn read(entry: &Entry, what: &str, sources: &Sources, found: &mut Diagnostics) -> Option<Self> {
        let key = entry.key.value.as_str();
        let place = if key.starts_with('$') {
            JsonPath::read(key, entry.key.span, sources, found).map(Place::Path)
        } else {
            warn_of_matcher(&entry.key, found);
            Some(Place::Member(entry.key.clone()))
        };
        let matcher = Matcher::read(&entry.value, sources, found);
        Some(Self { subject: format!("{what} {key}"), place: place?, matcher })
    }

    fn judge(&self, body: Option<&Value>, scope: &Scope) -> Vec<Judgement> {
        let Some(body) = body else { return self.matcher.judge(&self.subject, None, scope) };
        match self.place.find(body) {
            Ok(found) => self.matcher.judge(&self.subject, found.as_deref(), scope),
            Err(reason) => {
                let message = format!("{} cannot be judged: {reason}", self.subject);
                let verdict = Verdict::Undecidable(reason);
                let judgement = Judgement::new(self.matcher.span(), self.subject.as_str(), verdict, message);
                vec![Judgement { actual: Some(excerpt(body)), ..judgement }]
            }
        }
    }
}

impl Place {
    fn find<'v>(&self, body: &'v Value) -> Result<Option<Cow<'v, Value>>, String> {
        match self {
            Self::Whole => Ok(Some(Cow::Borrowed(body))),
            Self::Member(name) => Ok(body.get(&name.value).map(Cow::Borrowed)),
            Self::Path(path) => {
                let found = path.evaluate(body).map_err(|error| error.to_string())?;
                if path.is_singular() {
                    return Ok(found.first().map(|node| Cow::Borrowed(node.value)));
                }
                Ok(Some(Cow::Owned(found.into_iter().map(|node| node.value.clone()).collect())))
            }
        }
    }
}

/// Names of matchers that are hardly names of members.
const UNLIKELY_MEMBERS: [&str; 15] = [
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "contains",
    "starts-with",
    "ends-with",
    "matches",
    "one-of",
    "each",
    "close-to",
    "unordered",
    "between",
];

fn warn_of_matcher(key: &Spanned<String>, found: &mut Diagnostics) {
    let name = key.value.as_str();
    if is_matcher(name) && UNLIKELY_MEMBERS.contains(&name) {
        let message = format!("`{name}` is read as a member of the body, not as a matcher");
        let one = Diagnostic::new(Id::EXPECT_MEMBER, message).at(key.span);
        let member = member_step(name);
        found.push(
            one.help(format!(
                "for the whole body write `$: {{ {name}: … }}`; if the member is meant, write `${member}`"
            )),
        );
    }
}
