use serde_json::Value;

use super::kind::{JsonType, Kind, Order, Test};
use super::shown;

/// Most characters of one value in a sentence.
pub(super) const SHOWN: usize = 120;

/// What a value is called: `a number`, `text`.
pub(super) fn describe(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

/// What is expected, so that it reads after `expected`.
pub(super) fn phrase(kind: &Kind<Value>) -> String {
    let value = |value: &Value| shown(value, SHOWN);
    match kind {
        Kind::Equal(expected) => value(expected),
        Kind::NotEqual(expected) => format!("anything but {}", value(expected)),
        Kind::Order(order, expected) => {
            let earlier = expected.is_string();
            let words = match order {
                Order::Less if earlier => "earlier than",
                Order::Less => "less than",
                Order::AtMost if earlier => "no later than",
                Order::AtMost => "at most",
                Order::More if earlier => "later than",
                Order::More => "more than",
                Order::AtLeast if earlier => "no earlier than",
                Order::AtLeast => "at least",
            };
            format!("{words} {}", value(expected))
        }
        Kind::In(expected) => match expected.as_array().map(Vec::as_slice) {
            Some([]) => "one of no values".to_owned(),
            Some(items) => format!("one of {}", alternatives(items)),
            None => value(expected),
        },
        Kind::Contains(expected) => match expected {
            Value::String(_) => format!("something that contains {}", value(expected)),
            Value::Array(_) => format!("a list that contains each of {}", value(expected)),
            Value::Object(_) => format!("at least {}", value(expected)),
            _ => format!("a list that contains {}", value(expected)),
        },
        Kind::StartsWith(expected) => format!("text that starts with {}", value(expected)),
        Kind::EndsWith(expected) => format!("text that ends with {}", value(expected)),
        Kind::Matches(pattern, _) => format!("text that matches `{}`", pattern.as_str().unwrap_or_default()),
        Kind::Type(types) => {
            let names = types.iter().filter_map(|one| JsonType::ALL.iter().find(|(known, ..)| known == one));
            names.map(|(_, _, words)| *words).collect::<Vec<_>>().join(" or ")
        }
        Kind::Length(tests) => format!("a length of {}", phrases(tests)),
        Kind::Exists(true) => "any value".to_owned(),
        Kind::Exists(false) => "no value".to_owned(),
        Kind::Empty(true) => "something empty".to_owned(),
        Kind::Empty(false) => "something that is not empty".to_owned(),
        Kind::OneOf(lists) => format!("exactly one of ({})", list(lists, "; ")),
        Kind::All(lists) => list(lists, " and "),
        Kind::Any(lists) => list(lists, " or "),
        Kind::Each(tests) => format!("a list in which each item is {}", phrases(tests)),
        Kind::Not(tests) => match tests.as_slice() {
            [Test { kind: Kind::Exists(wanted), .. }] => phrase(&Kind::Exists(!wanted)),
            [one] => format!("not {}", phrase(&one.kind)),
            many => format!("not ({})", phrases(many)),
        },
        Kind::CloseTo { value: expected, within } => format!("a number within {within} of {expected}"),
        Kind::Between(low, high) => format!("something from {} to {}", value(low), value(high)),
        Kind::Format(format) => format.phrase().to_owned(),
        Kind::Schema(schema) => format!("what {} describes", schema.name()),
        Kind::Unordered(expected) => format!("{} in any order", value(expected)),
    }
}

/// The phrases of matchers that must all hold.
pub(super) fn phrases(tests: &[Test<Value>]) -> String {
    tests.iter().map(|test| phrase(&test.kind)).collect::<Vec<_>>().join(" and ")
}

fn list(lists: &[Vec<Test<Value>>], between: &str) -> String {
    lists.iter().map(|tests| phrases(tests)).collect::<Vec<_>>().join(between)
}

fn alternatives(items: &[Value]) -> String {
    let text = shown(&Value::Array(items.to_vec()), SHOWN);
    text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(&text).to_owned()
}
