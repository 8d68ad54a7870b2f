use serde_json::{Map, Value};

use super::place::place;
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::{Span, Spanned};

/// A value in a YAML file and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// From the first to the last character of the value.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// The three shapes of YAML values. Aliases are already replaced by what they name.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Text, a number, a boolean or null.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys and values in the order they were written; keys are unique.
    Mapping(Vec<Entry>),
}

/// A scalar as its author wrote it, escapes resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Scalar {
    /// The text.
    pub text: String,
    /// How it was written. Only plain scalars can be anything but text.
    pub style: ScalarStyle,
}

/// The notation of a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarStyle {
    /// Without quotes.
    Plain,
    /// `'…'` or `"…"`.
    Quoted,
    /// `|` or `>`.
    Block,
}

/// One key with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Spanned<String>,
    /// The value.
    pub value: Node,
}

impl Entry {
    /// The key as a value, for keys that hold more than a name.
    pub fn key_node(&self, written: &str) -> Node {
        let style = if written.starts_with(['"', '\'']) { ScalarStyle::Quoted } else { ScalarStyle::Plain };
        Node { span: self.key.span, kind: Kind::Scalar(Scalar { text: self.key.value.clone(), style }) }
    }
}

impl Node {
    /// What this is called in messages: `a mapping`, `a number` …
    pub fn describe(&self) -> &'static str {
        match &self.kind {
            Kind::Sequence(_) => "a list",
            Kind::Mapping(_) => "a mapping",
            Kind::Scalar(scalar) => match scalar.value() {
                Value::Null => "nothing",
                Value::Bool(_) => "a boolean",
                Value::Number(_) => "a number",
                _ => "text",
            },
        }
    }

    /// Whether this is null or left empty.
    pub fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar(scalar) if scalar.value().is_null())
    }

    /// The entries, if this is a mapping.
    pub fn as_mapping(&self) -> Option<&[Entry]> {
        match &self.kind {
            Kind::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// The items, if this is a list.
    pub fn as_sequence(&self) -> Option<&[Node]> {
        match &self.kind {
            Kind::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// The scalar, if this is one.
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The value of a key, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_mapping()?.iter().find(|entry| entry.key.value == key).map(|entry| &entry.value)
    }

    /// The value as JSON, templates untouched. Depth is bounded by the tree's own bound.
    pub fn to_json(&self) -> Value {
        match &self.kind {
            Kind::Scalar(scalar) => scalar.value(),
            Kind::Sequence(items) => Value::Array(items.iter().map(Node::to_json).collect()),
            Kind::Mapping(entries) => {
                let pairs = entries.iter().map(|entry| (entry.key.value.clone(), entry.value.to_json()));
                Value::Object(pairs.collect::<Map<_, _>>())
            }
        }
    }

    /// Reads text. A plain number or boolean is taken as written, so `version: 1.10` stays `1.10`.
    pub fn text(&self, what: &str, found: &mut Diagnostics) -> Option<Spanned<String>> {
        match &self.kind {
            Kind::Scalar(scalar) if !self.is_null() => Some(Spanned::new(scalar.text.clone(), self.span)),
            _ => self.wrong(what, "text", found),
        }
    }

    /// Reads `true` or `false`.
    pub fn boolean(&self, what: &str, found: &mut Diagnostics) -> Option<Spanned<bool>> {
        match self.as_scalar().map(Scalar::value) {
            Some(Value::Bool(value)) => Some(Spanned::new(value, self.span)),
            _ => self.wrong(what, "`true` or `false`", found),
        }
    }

    /// Reads a whole number of `min..=max`.
    pub fn integer(&self, what: &str, min: i64, max: i64, found: &mut Diagnostics) -> Option<Spanned<i64>> {
        let Some(value) = self.as_scalar().and_then(|scalar| scalar.value().as_i64()) else {
            return self.wrong(what, "a whole number", found);
        };
        if (min..=max).contains(&value) {
            return Some(Spanned::new(value, self.span));
        }
        let range = if max == i64::MAX { format!("at least {min}") } else { format!("{min} to {max}") };
        found.push(Diagnostic::new(Id::WRONG_VALUE, format!("{what} is out of range")).label(self.span, range));
        None
    }

    /// Reads a mapping's entries.
    pub fn mapping(&self, what: &str, found: &mut Diagnostics) -> Option<&[Entry]> {
        self.as_mapping().or_else(|| self.wrong(what, "a mapping", found))
    }

    /// Reads a list's items.
    pub fn sequence(&self, what: &str, found: &mut Diagnostics) -> Option<&[Node]> {
        self.as_sequence().or_else(|| self.wrong(what, "a list", found))
    }

    /// Reads a list, or a single value as a list of one.
    pub fn one_or_many(&self) -> &[Node] {
        self.as_sequence().unwrap_or(std::slice::from_ref(self))
    }

    /// Reads a list of texts, or a single text as a list of one.
    pub fn texts(&self, what: &str, found: &mut Diagnostics) -> Vec<Spanned<String>> {
        self.one_or_many().iter().filter_map(|node| node.text(what, found)).collect()
    }

    /// Reports that this is not `expected`, and gives `None`.
    pub fn wrong<T>(&self, what: &str, expected: &str, found: &mut Diagnostics) -> Option<T> {
        if let Some(template) = self.unquoted_template() {
            found.push(template);
            return None;
        }
        let message = format!("{what} must be {expected}, not {}", self.describe());
        found.push(Diagnostic::new(Id::WRONG_TYPE, message).label(self.span, format!("expected {expected}")));
        None
    }

    /// `{{ x }}` without quotes is a mapping whose key is a mapping; the tree keeps it as a mapping with the key `{…}`.
    pub(crate) fn unquoted_template(&self) -> Option<Diagnostic> {
        super::tree::unquoted_template(self)
    }

    /// The place of `len` bytes at `offset` of a scalar's text, `written` being the text of its span. Exact in every
    /// notation: escapes, folded lines and indentation are followed.
    pub fn place(&self, written: &str, offset: usize, len: usize) -> Span {
        let placed = self.as_scalar().and_then(|scalar| place(scalar, written, offset..offset + len));
        placed.map_or(self.span, |range| self.span.slice(range.start, range.len().max(1)))
    }
}
