use serde_json::Value;

use crate::catalogue::InputType;

/// A value as text, for places that hold nothing else: paths, queries, headers, parts. Text stays as it is, everything
/// else is written as JSON.
pub fn write(value: &Value, kind: &InputType) -> String {
    match value {
        // Where anything is allowed, text that reads like something else keeps its quotes, or it would become that.
        Value::String(text) if *kind == InputType::Any && serde_json::from_str::<Value>(text).is_ok() => {
            value.to_string()
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The value of a text, by what it must be. Text that is no such value stays text, for the validation to refuse.
pub fn read(text: &str, kind: &InputType) -> Value {
    let parsed = || serde_json::from_str::<Value>(text).ok();
    let value = match kind {
        InputType::Integer | InputType::Number => parsed().filter(Value::is_number),
        InputType::Boolean => parsed().filter(Value::is_boolean),
        InputType::Map => parsed().filter(Value::is_object),
        InputType::List => parsed().filter(Value::is_array),
        InputType::Any => parsed(),
        InputType::Text | InputType::DateTime | InputType::Duration | InputType::Country | InputType::File { .. } => {
            None
        }
    };
    value.unwrap_or_else(|| Value::String(text.to_owned()))
}
