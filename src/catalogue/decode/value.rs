use serde_json::Value;

use super::Reader;
use crate::catalogue::InputType;
use crate::diagnostic::{Diagnostic, Id};
use crate::source::Span;
use crate::yaml::{Fields, Node};

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

impl Reader<'_> {
    /// `type`, and for files `media` and `max-bytes`.
    pub fn kind(&mut self, fields: &mut Fields) -> Option<InputType> {
        let text = fields.required_text("type", self.found)?;
        let kind = self.word(&text, "type of value", TYPES)?.clone();
        let InputType::File { .. } = kind else { return Some(kind) };
        let media = fields.optional("media");
        let media = self.texts(media, "`media`").into_iter().map(|one| one.value).collect();
        let max_bytes = fields.integer("max-bytes", 1, i64::MAX, self.found);
        Some(InputType::File { media, max_bytes: max_bytes.map_or(DEFAULT_FILE_BYTES, |max| max.value.unsigned_abs()) })
    }

    /// `one-of`, each value being of the type.
    pub fn one_of(&mut self, fields: &mut Fields, kind: &InputType) -> Vec<Value> {
        let Some(node) = fields.optional("one-of") else { return Vec::new() };
        let items = node.sequence("`one-of`", self.found).unwrap_or_default();
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
    pub fn object(&mut self, node: Option<&Node>, what: &str) -> serde_json::Map<String, Value> {
        let entries = self.free(node, what);
        entries.iter().map(|entry| (entry.key.value.clone(), entry.value.to_json())).collect()
    }
}
