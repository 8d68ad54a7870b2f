use iso3166_static::{Alpha2, Numeric};
use serde_json::Value;

use super::{Media, ParamValue, Params};
use crate::catalogue::{Exchange, InputType, Param};
use crate::yaml;

impl Exchange {
    /// Checks parameters against what is declared and adds the defaults of those that are absent or null. Parameters of
    /// which nothing is declared pass.
    ///
    /// # Errors
    /// Every problem, one sentence each. Values are not quoted: they may be secrets.
    pub fn validate(&self, mut params: Params) -> Result<Params, Vec<String>> {
        params.retain(|_, value| !value.is_null());
        let mut problems = Vec::new();
        for param in &self.params {
            let name = &param.name.value;
            match (params.get(name), &param.default) {
                (Some(value), _) => problems.extend(param.problem(value).map(|problem| format!("`{name}` {problem}"))),
                (None, Some(default)) => {
                    params.insert(name.clone(), default.clone().into());
                }
                (None, None) if param.required => problems.push(format!("`{name}` is missing")),
                (None, None) => {}
            }
        }
        if problems.is_empty() { Ok(params) } else { Err(problems) }
    }
}

impl Param {
    /// What is wrong with a value, as the end of a sentence that begins with its name.
    fn problem(&self, value: &ParamValue) -> Option<String> {
        let value = match (value, &self.kind) {
            (ParamValue::File(file), InputType::File { media, max_bytes }) => {
                return file_problem(file, media, *max_bytes);
            }
            (ParamValue::File(_), _) => return Some("must not be a file".to_owned()),
            (ParamValue::Json(value), _) => value,
        };
        if let Err(problem) = self.kind.accepts(value) {
            return Some(problem);
        }
        let too_long = |max: &u64| value.as_str().is_some_and(|text| text.chars().count() as u64 > *max);
        if let Some(max) = self.max_length.filter(too_long) {
            return Some(format!("is longer than {max} characters"));
        }
        if let Some(min) = self.min.filter(|min| value.as_f64().is_some_and(|number| number < *min as f64)) {
            return Some(format!("is less than {min}"));
        }
        let allowed = || self.one_of.iter().map(Value::to_string).collect::<Vec<_>>().join(", ");
        (!self.one_of.is_empty() && !self.one_of.contains(value)).then(|| format!("must be one of {}", allowed()))
    }
}

fn file_problem(file: &Media, media: &[String], max_bytes: u64) -> Option<String> {
    if file.bytes.len() as u64 > max_bytes {
        return Some(format!("is larger than {max_bytes} bytes"));
    }
    (!media.is_empty() && !media.contains(&file.media)).then(|| format!("must be {}", media.join(" or ")))
}

impl InputType {
    /// Whether a JSON value can be this. A file cannot be JSON.
    ///
    /// # Errors
    /// What it must be, as the end of a sentence.
    pub fn accepts(&self, value: &Value) -> Result<(), String> {
        let text = |fits: &dyn Fn(&str) -> bool| value.as_str().is_some_and(fits);
        let (fits, expected) = match self {
            Self::Any => (true, "anything"),
            Self::Text => (value.is_string(), "text"),
            Self::Integer => (value.is_i64() || value.is_u64(), "a whole number"),
            Self::Number => (value.is_number(), "a number"),
            Self::Boolean => (value.is_boolean(), "`true` or `false`"),
            Self::Map => (value.is_object(), "a mapping"),
            Self::List => (value.is_array(), "a list"),
            Self::DateTime => {
                (text(&|text| text.parse::<jiff::Timestamp>().is_ok()), "an instant such as 2026-01-31T12:00:00Z")
            }
            Self::Duration => (text(&|text| yaml::parse_duration(text).is_ok()), "a length of time such as PT30M"),
            Self::Country => (text(&is_country), "a country code of two letters (ISO 3166-1) such as `de`"),
            Self::File { .. } => (false, "a file"),
        };
        if fits { Ok(()) } else { Err(format!("must be {expected}")) }
    }

    /// Whether two values mean the same: countries in whichever case, everything else exactly.
    pub fn same(&self, one: &Value, other: &Value) -> bool {
        match (self, one.as_str(), other.as_str()) {
            (Self::Country, Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
            _ => one == other,
        }
    }
}

/// Whether a text is a country code that is assigned to a country, in either case.
fn is_country(text: &str) -> bool {
    // Codes that users may assign to what they like have no number.
    text.to_ascii_uppercase().parse::<Alpha2>().is_ok_and(|code| Numeric::try_from(code).is_ok())
}
