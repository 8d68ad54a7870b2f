use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::clock;
use super::refusal::{Reason, Refusal};

/// Permits instances of a process.
#[derive(Clone, Debug)]
pub struct Token {
    /// Its fields by their semantic names: those of the request, and what was added.
    pub fields: Map<String, Value>,
    /// How many instances were created with it.
    pub counter: u64,
    /// Whether it permits anything.
    pub active: bool,
    /// Whether the number of instances is limited.
    pub counted: bool,
    /// Whether it holds for a time alone.
    pub timed: bool,
}

impl Token {
    /// A token with the fields of a request, in which `means` says which value of which field has which meaning. A meaning
    /// that the catalogue does not tell is not had, except that every token is active then.
    pub fn new(fields: Map<String, Value>, means: &BTreeMap<String, (String, Value)>) -> Self {
        let has = |meaning: &str| means.get(meaning).map(|(field, value)| fields.get(field) == Some(value));
        let (active, counted, timed) = (has("active"), has("counted"), has("timed"));
        Self {
            counter: 0,
            active: active.unwrap_or(true),
            counted: counted.unwrap_or(false),
            timed: timed.unwrap_or(false),
            fields,
        }
    }

    /// The text of a field.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field).and_then(Value::as_str)
    }

    /// Its parameters.
    pub fn parameters(&self) -> Map<String, Value> {
        self.fields.get("parameters").and_then(Value::as_object).cloned().unwrap_or_default()
    }

    /// Whether it permits one more instance.
    ///
    /// # Errors
    /// It is not active, used up, too early or too late.
    pub fn permit(&self, now_ms: u64) -> Result<(), Refusal> {
        let now = i64::try_from(now_ms).unwrap_or(i64::MAX);
        let instant = |field: &str| self.text(field).and_then(clock::read).filter(|_| self.timed);
        let max = self.fields.get("max-count").and_then(Value::as_u64).filter(|_| self.counted);
        let reason = match () {
            () if !self.active => Reason::InactiveToken,
            () if max.is_some_and(|max| self.counter >= max) => Reason::ExhaustedToken,
            () if instant("not-before").is_some_and(|from| now < from) => Reason::EarlyToken,
            () if instant("not-after").is_some_and(|to| now > to) => Reason::LateToken,
            () => return Ok(()),
        };
        Err(reason.into())
    }

    /// Counts an instance.
    pub fn count(&mut self) {
        self.counter += 1;
        self.fields.insert("counter".to_owned(), self.counter.into());
    }
}
