use serde_json::Value;

use super::Reader;
use crate::catalogue::InputType;
use crate::diagnostic::{Diagnostic, Id};
use crate::source::Span;
use crate::yaml::{Form, Further, Key, Shaped, Words, words_of};

/// The largest file that an input or parameter takes where nothing else is declared, in bytes.
pub(super) const DEFAULT_FILE_BYTES: u64 = 10_000_000;

const TYPES: &[(&str, &InputType)] = &[
    ("text", &InputType::Text),
    ("integer", &InputType::Integer),
    ("number", &InputType::Number),
    ("boolean", &InputType::Boolean),
    ("map", &InputType::Map),
    ("list", &InputType::List),
    ("date-time", &InputType::DateTime),
    ("duration", &InputType::Duration),
    ("country", &InputType::Country),
    ("file", &InputType::File { media: Vec::new(), max_bytes: DEFAULT_FILE_BYTES }),
    ("any", &InputType::Any),
];

static TYPE: Words = Words { what: "type of value", words: &words_of::<_, { TYPES.len() }>(TYPES) };

/// What stands beside every `type`.
pub(super) const TYPED: Key = Key::required("type", Form::Word(&TYPE), "what it is");
pub(super) const ONE_OF: Key =
    Key::new("one-of", Form::List(&Form::Any), "the only values").such_as(&["[ACTIVE, INACTIVE]"]);
/// What files have beside it.
pub(super) const BY_TYPE: Further = Further::ByWord {
    key: "type",
    default: None,
    words: &[(
        "file",
        &[
            Key::new("media", Form::OneOrMany(&Form::Text), "the media types that are taken").such_as(&["image/jpeg"]),
            Key::new("max-bytes", Form::Integer(1, i64::MAX), "the largest file in bytes").or("10000000"),
        ],
    )],
};

impl Reader<'_> {
    /// `type`, and for files `media` and `max-bytes`.
    pub fn kind(&mut self, fields: &Shaped) -> Option<InputType> {
        let kind = fields.word("type", TYPES, self.found)?.value.clone();
        let InputType::File { .. } = kind else { return Some(kind) };
        let media = self.plain_texts(fields, "media");
        let max_bytes = fields.integer("max-bytes", self.found);
        Some(InputType::File { media, max_bytes: max_bytes.map_or(DEFAULT_FILE_BYTES, |max| max.value.unsigned_abs()) })
    }

    /// `one-of`, each value being of the type.
    pub fn one_of(&mut self, fields: &Shaped, kind: &InputType) -> Vec<Value> {
        let items = fields.list("one-of", self.found);
        items.iter().map(|item| self.typed(item.to_json(), item.span, "this value", kind)).collect()
    }

    /// Reports a value that its type does not allow.
    pub fn typed(&mut self, value: Value, span: Span, what: &str, kind: &InputType) -> Value {
        if let Err(problem) = kind.accepts(&value) {
            self.found.push(Diagnostic::new(Id::WRONG_VALUE, format!("{what} {problem}")).at(span));
        }
        value
    }

    /// Reports a default of the right type that `one-of` does not list.
    pub fn listed(&mut self, value: &Value, span: Span, kind: &InputType, one_of: &[Value]) {
        if !one_of.is_empty() && !one_of.contains(value) && kind.accepts(value).is_ok() {
            self.found.push(Diagnostic::new(Id::WRONG_VALUE, "the default is not listed in `one-of`").at(span));
        }
    }

    /// Any JSON object.
    pub fn object(&mut self, fields: &Shaped, key: &'static str) -> serde_json::Map<String, Value> {
        let entries = fields.map(key, self.found);
        entries.iter().map(|entry| (entry.key.value.clone(), entry.value.to_json())).collect()
    }
}
