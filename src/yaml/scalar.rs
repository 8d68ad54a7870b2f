use serde_json::{Number, Value};

use super::{Scalar, ScalarStyle};

impl Scalar {
    /// What the scalar means by the YAML 1.2 core schema (section 10.3.2), with two readings left out because people
    /// do not mean them: `0755` and `1_000` are text.
    pub fn value(&self) -> Value {
        if self.style != ScalarStyle::Plain {
            return Value::String(self.text.clone());
        }
        match self.text.as_str() {
            "" | "~" | "null" | "Null" | "NULL" => Value::Null,
            "true" | "True" | "TRUE" => Value::Bool(true),
            "false" | "False" | "FALSE" => Value::Bool(false),
            text => number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number),
        }
    }
}

fn number(text: &str) -> Option<Number> {
    if let Some(digits) = text.strip_prefix("0x") {
        return u64::from_str_radix(digits, 16).ok().map(Number::from);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return u64::from_str_radix(digits, 8).ok().map(Number::from);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let whole = &unsigned[..unsigned.find(['.', 'e', 'E']).unwrap_or(unsigned.len())];
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    let plain = unsigned.starts_with(|c: char| c.is_ascii_digit())
        && unsigned.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    if leading_zero || !plain {
        return None;
    }
    let text = text.strip_prefix('+').unwrap_or(text);
    if let Ok(integer) = text.parse::<i64>() {
        return Some(integer.into());
    }
    if let Ok(integer) = text.parse::<u64>() {
        return Some(integer.into());
    }
    text.parse::<f64>().ok().and_then(Number::from_f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn plain(text: &str) -> Value {
        Scalar { text: text.to_owned(), style: ScalarStyle::Plain }.value()
    }

    #[test]
    fn plain_scalars_follow_the_core_schema() {
        for (text, value) in [
            ("748", json!(748)),
            ("-1", json!(-1)),
            ("+5", json!(5)),
            ("1.5", json!(1.5)),
            ("1e3", json!(1000.0)),
            ("0x1F", json!(31)),
            ("0o17", json!(15)),
            ("true", json!(true)),
            ("~", json!(null)),
            ("", json!(null)),
            ("18446744073709551615", json!(u64::MAX)),
        ] {
            assert_eq!(plain(text), value, "{text}");
        }
    }

    #[test]
    fn what_people_mean_as_text_stays_text() {
        for text in ["no", "on", "yes", "0755", "1_000", "1.2.3", "2026-01-01", "12:30", "1e", "-", ".5", "inf", "nan"]
        {
            assert_eq!(plain(text), json!(text), "{text}");
        }
        let quoted = Scalar { text: "748".into(), style: ScalarStyle::Quoted };
        assert_eq!(quoted.value(), json!("748"));
    }
}
