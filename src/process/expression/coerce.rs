use std::borrow::Cow;
use std::fmt::Write as _;

use serde_json::{Number, Value};

use super::EvaluationError;

/// A value's kind with its article, as messages name it.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a Boolean",
        Value::Number(number) if is_integer(number) => "an integer",
        Value::Number(_) => "a decimal",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

/// Whether a number is one of the engine's 64-bit integers; everything else is a double.
pub(super) fn is_integer(number: &Number) -> bool {
    number.is_i64()
}

fn failed(value: &Value, wanted: &str) -> EvaluationError {
    const SHOWN: usize = 40;
    let text = text(value);
    let short = match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    };
    EvaluationError::Coercion { value: format!("{} `{short}`", kind(value)), wanted: wanted.to_owned() }
}

/// Null and the empty text are false; a text is true if it reads `true` in any case; numbers are refused.
pub(super) fn boolean(value: &Value) -> Result<bool, EvaluationError> {
    match value {
        Value::Null => Ok(false),
        Value::Bool(value) => Ok(*value),
        Value::String(text) => Ok(text.eq_ignore_ascii_case("true")),
        _ => Err(failed(value, "a Boolean")),
    }
}

/// Null and the empty text are 0, a decimal loses its fraction, a text must be digits alone.
pub(super) fn integer(value: &Value) -> Result<i64, EvaluationError> {
    match value {
        Value::Null => Ok(0),
        Value::Number(number) => Ok(number.as_i64().unwrap_or_else(|| number.as_f64().unwrap_or_default() as i64)),
        Value::String(text) if text.is_empty() => Ok(0),
        Value::String(text) => text.parse().map_err(|_| failed(value, "an integer")),
        _ => Err(failed(value, "an integer")),
    }
}

/// Null and the empty text are 0, a text must be a decimal number.
pub(super) fn decimal(value: &Value) -> Result<f64, EvaluationError> {
    let number = match value {
        Value::Null => Some(0.0),
        Value::Number(number) => number.as_f64(),
        Value::String(text) if text.is_empty() => Some(0.0),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| number.is_finite()).ok_or_else(|| failed(value, "a decimal"))
}

/// How Java writes the value: null is nothing, `1.0` keeps its fraction, a map is `{a=1}`.
pub(super) fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Null => Cow::Borrowed(""),
        _ => {
            let mut out = String::new();
            write_java(value, 0, &mut out);
            Cow::Owned(out)
        }
    }
}

fn write_java(value: &Value, depth: usize, out: &mut String) {
    const MAX_DEPTH: usize = 128;
    match value {
        _ if depth > MAX_DEPTH => out.push('…'),
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => {
                // Writing to a String cannot fail.
                let _ = write!(out, "{integer}");
            }
            None => out.push_str(&java_double(number.as_f64().unwrap_or_default())),
        },
        Value::String(text) => out.push_str(text),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                write_java(item, depth + 1, out);
            }
            out.push(']');
        }
        Value::Object(entries) => {
            out.push('{');
            for (at, (key, item)) in entries.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                out.push_str(key);
                out.push('=');
                write_java(item, depth + 1, out);
            }
            out.push('}');
        }
    }
}

fn java_double(number: f64) -> String {
    if number == 0.0 || (1e-3..1e7).contains(&number.abs()) {
        return format!("{number:?}");
    }
    let text = format!("{number:E}");
    match text.split_once('E') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0E{exponent}"),
        _ => text,
    }
}
