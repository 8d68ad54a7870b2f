use std::cmp::Ordering;

use serde_json::Value;

use super::difference::{Difference, Extent, compare, covers, differences};
use super::format::Moment;
use super::kind::{JsonType, Kind, MAX_UNORDERED, Test};
use super::matcher::TOLD;
use super::phrase::{SHOWN, describe, phrases};
use super::shown;
use crate::query::{compare_numbers, equal};

/// What one matcher makes of one value.
pub(super) struct Checked {
    pub(super) outcome: Outcome,
    /// What else is worth saying, after the sentence on what was expected and what came.
    pub(super) note: Option<String>,
    pub(super) diff: Vec<Difference>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Held,
    Failed,
    /// The matcher does not apply: nothing is there, or something of another type. Its negation does not hold either.
    Unfit,
}

impl Checked {
    fn of(holds: bool) -> Self {
        Self { outcome: if holds { Outcome::Held } else { Outcome::Failed }, note: None, diff: Vec::new() }
    }

    fn unfit(note: Option<String>) -> Self {
        Self { outcome: Outcome::Unfit, note, diff: Vec::new() }
    }

    /// Adds a note unless the matcher holds.
    fn note(mut self, note: impl FnOnce() -> Option<String>) -> Self {
        if self.outcome != Outcome::Held && self.note.is_none() {
            self.note = note();
        }
        self
    }

    fn held(&self) -> bool {
        self.outcome == Outcome::Held
    }
}

/// Judges a value; `None` is nothing. The matcher has no [`Kind::problem`].
pub(super) fn check(kind: &Kind<Value>, actual: Option<&Value>) -> Checked {
    match kind {
        Kind::Exists(wanted) => return Checked::of(actual.is_some() == *wanted),
        Kind::Not(tests) => return not(tests, actual),
        Kind::OneOf(lists) => return choice(lists, actual, |held, _| held == 1),
        Kind::Any(lists) => return choice(lists, actual, |held, _| held > 0),
        Kind::All(lists) => {
            let failed = lists.iter().map(|tests| (tests, together(tests, actual))).find(|(_, one)| !one.held());
            let said = |tests: &Vec<Test<Value>>| Some(format!("it is not {}", phrases(tests)));
            return failed.map_or(Checked::of(true), |(tests, one)| one.note(|| said(tests)));
        }
        _ => {}
    }
    match actual {
        Some(actual) => present(kind, actual),
        None => Checked::unfit(None),
    }
}

/// Matchers that must all hold.
fn together(tests: &[Test<Value>], actual: Option<&Value>) -> Checked {
    let mut failed = None;
    for test in tests {
        let one = check(&test.kind, actual);
        match one.outcome {
            Outcome::Held => {}
            Outcome::Unfit => return one,
            Outcome::Failed => failed = failed.or(Some(one)),
        }
    }
    failed.unwrap_or(Checked::of(true))
}

fn not(tests: &[Test<Value>], actual: Option<&Value>) -> Checked {
    let one = together(tests, actual);
    match one.outcome {
        Outcome::Unfit => Checked::unfit(one.note),
        Outcome::Held => Checked::of(false),
        Outcome::Failed => Checked::of(true),
    }
}

fn choice(lists: &[Vec<Test<Value>>], actual: Option<&Value>, enough: fn(usize, usize) -> bool) -> Checked {
    let all: Vec<Outcome> = lists.iter().map(|tests| together(tests, actual).outcome).collect();
    let held = all.iter().filter(|outcome| **outcome == Outcome::Held).count();
    if held == 0 && !all.is_empty() && all.iter().all(|outcome| *outcome == Outcome::Unfit) {
        return Checked::unfit(None);
    }
    Checked::of(enough(held, all.len())).note(|| (held > 1).then(|| format!("{held} of them hold")))
}

fn present(kind: &Kind<Value>, actual: &Value) -> Checked {
    match kind {
        Kind::Equal(expected) => {
            let diff = differences(expected, actual);
            Checked { diff, ..Checked::of(equal(expected, actual)) }.note(|| type_note(expected, actual))
        }
        Kind::NotEqual(expected) => Checked::of(!equal(expected, actual)),
        Kind::Order(order, expected) => match ordering(actual, expected) {
            Ok(found) => Checked::of(order.accepts(found)),
            Err(note) => Checked::unfit(Some(note)),
        },
        Kind::Between(low, high) => match ordering(actual, low).and_then(|a| Ok((a, ordering(actual, high)?))) {
            Ok((from, to)) => Checked::of(from.is_ge() && to.is_le()),
            Err(note) => Checked::unfit(Some(note)),
        },
        Kind::In(expected) => {
            let values = expected.as_array().map(Vec::as_slice).unwrap_or_default();
            let near = values.iter().find_map(|value| type_note(value, actual));
            Checked::of(values.iter().any(|value| equal(value, actual))).note(|| near)
        }
        Kind::Contains(expected) => contains(expected, actual),
        Kind::StartsWith(expected) => text(actual, |text| text.starts_with(expected.as_str().unwrap_or_default())),
        Kind::EndsWith(expected) => text(actual, |text| text.ends_with(expected.as_str().unwrap_or_default())),
        Kind::Matches(_, pattern) => {
            let Some(pattern) = pattern else { return Checked::unfit(None) };
            let part = || actual.as_str().is_some_and(|text| pattern.is_in(text));
            text(actual, |text| pattern.is_whole(text))
                .note(|| part().then(|| "a part of it does; write `.*` around the expression".to_owned()))
        }
        Kind::Type(types) => Checked::of(types.iter().any(|one| is_of(actual, *one))),
        Kind::Length(tests) => match length(actual) {
            None => unsized_value(actual),
            Some(length) => {
                let one = together(tests, Some(&length.into()));
                Checked { diff: Vec::new(), ..one }.note(|| Some(format!("its length is {length}")))
            }
        },
        Kind::Empty(wanted) => match length(actual) {
            None => unsized_value(actual),
            Some(length) => Checked::of((length == 0) == *wanted),
        },
        Kind::Each(tests) => each(tests, actual),
        Kind::CloseTo { value, within } => close(actual, value, within),
        Kind::Format(format) => text(actual, |text| format.accepts(text)),
        Kind::Schema(schema) => {
            let errors = schema.errors(actual);
            let holds = errors.is_empty();
            let (diff, messages): (Vec<_>, Vec<_>) =
                errors.into_iter().map(|error| (error.difference, error.message)).unzip();
            Checked { diff, ..Checked::of(holds) }.note(|| Some(told(&messages)))
        }
        Kind::Unordered(expected) => unordered(expected, actual),
        // Judged without looking at the value, in `check`.
        Kind::Exists(_) | Kind::Not(_) | Kind::OneOf(_) | Kind::Any(_) | Kind::All(_) => Checked::of(false),
    }
}

/// The first problems in words; all of them are in the differences.
fn told(messages: &[String]) -> String {
    let more = messages.len().saturating_sub(TOLD);
    let told = messages[..messages.len() - more].join("; ");
    if more == 0 { told } else { format!("{told}; and {more} more") }
}

fn text(actual: &Value, holds: impl FnOnce(&str) -> bool) -> Checked {
    match actual {
        Value::String(text) => Checked::of(holds(text)),
        other => Checked::unfit(Some(format!("{} is {}, not text", shown(other, 40), describe(other)))),
    }
}

/// Two scalars of different types that look alike deserve a word.
fn type_note(expected: &Value, actual: &Value) -> Option<String> {
    let alike = |a: &Value, b: &Value| match (a, b) {
        (Value::String(text), Value::Number(_) | Value::Bool(_) | Value::Null) => text.as_str() == shown(b, SHOWN),
        _ => false,
    };
    (alike(expected, actual) || alike(actual, expected)).then(|| {
        format!("{} is {}, {} is {}", shown(actual, 40), describe(actual), shown(expected, 40), describe(expected))
    })
}

fn ordering(actual: &Value, expected: &Value) -> Result<Ordering, String> {
    let name = |value: &Value| shown(value, 40);
    match (actual, expected) {
        (Value::Number(a), Value::Number(b)) => Ok(compare_numbers(a, b)),
        (Value::String(a), Value::String(b)) => {
            let Some(a) = Moment::read(a) else {
                return Err(format!("{} is not an ISO date or time", name(actual)));
            };
            let Some(b) = Moment::read(b) else {
                return Err(format!("{} is not an ISO date or time", name(expected)));
            };
            a.compare(&b).ok_or_else(|| {
                let kinds = (a.describe(), b.describe());
                format!("{} is {} and {} is {}", name(actual), kinds.0, name(expected), kinds.1)
            })
        }
        (Value::Number(_) | Value::String(_), _) => {
            let plain = || format!("{} is {}", name(actual), describe(actual));
            Err(type_note(expected, actual).unwrap_or_else(plain))
        }
        _ => Err(format!("{} has no order", describe(actual))),
    }
}

fn contains(expected: &Value, actual: &Value) -> Checked {
    match (expected, actual) {
        (Value::String(part), Value::String(text)) => Checked::of(text.contains(part.as_str())),
        (Value::Array(wanted), Value::Array(items)) => {
            let missing = wanted.iter().find(|one| !items.iter().any(|item| covers(one, item)));
            let said = |one| Some(format!("{} is not in it", shown(one, SHOWN)));
            Checked::of(missing.is_none()).note(|| missing.and_then(said))
        }
        (wanted, Value::Array(items)) => {
            let near = items.iter().find_map(|item| type_note(wanted, item));
            Checked::of(items.iter().any(|item| covers(wanted, item))).note(|| near)
        }
        (Value::Object(_), Value::Object(_)) => {
            let diff = compare(expected, actual, Extent::Subset);
            Checked { diff, ..Checked::of(covers(expected, actual)) }
        }
        _ => Checked::unfit(Some(format!("{} cannot contain {}", describe(actual), describe(expected)))),
    }
}

fn is_of(actual: &Value, wanted: JsonType) -> bool {
    match wanted {
        JsonType::String => actual.is_string(),
        JsonType::Number => actual.is_number(),
        JsonType::Integer => actual.is_number() && actual.as_f64().is_some_and(|number| number.fract() == 0.0),
        JsonType::Boolean => actual.is_boolean(),
        JsonType::Array => actual.is_array(),
        JsonType::Object => actual.is_object(),
        JsonType::Null => actual.is_null(),
    }
}

fn length(actual: &Value) -> Option<usize> {
    match actual {
        Value::String(text) => Some(text.chars().count()),
        Value::Array(items) => Some(items.len()),
        Value::Object(members) => Some(members.len()),
        _ => None,
    }
}

fn unsized_value(actual: &Value) -> Checked {
    Checked::unfit(Some(format!("{} has no length", describe(actual))))
}

fn each(tests: &[Test<Value>], actual: &Value) -> Checked {
    let Value::Array(items) = actual else {
        return Checked::unfit(Some(format!("{} has no items", describe(actual))));
    };
    let mut first = None;
    let mut count = 0;
    for (at, item) in items.iter().enumerate() {
        let one = together(tests, Some(item));
        if !one.held() {
            count += 1;
            first.get_or_insert((at, item, one.note));
        }
    }
    let Some((at, item, why)) = first else { return Checked::of(true) };
    Checked::of(false).note(|| {
        let why = why.map(|why| format!(", {why}")).unwrap_or_default();
        let verb = if count == 1 { "is" } else { "are" };
        Some(format!("{count} of {} items {verb} not, first [{at}]: {}{why}", items.len(), shown(item, SHOWN)))
    })
}

fn close(actual: &Value, value: &Value, within: &Value) -> Checked {
    let (Some(found), Some(value), Some(within)) = (actual.as_f64(), value.as_f64(), within.as_f64()) else {
        return Checked::unfit(Some(format!("{} is {}", shown(actual, 40), describe(actual))));
    };
    let distance = (found - value).abs();
    // 1.1 is within 0.1 of 1.0, although the nearest floats are a little further apart.
    let rounding = 4.0 * f64::EPSILON * found.abs().max(value.abs());
    Checked::of(distance <= within + rounding)
}

fn unordered(expected: &Value, actual: &Value) -> Checked {
    let (Value::Array(wanted), Value::Array(items)) = (expected, actual) else {
        return Checked::unfit(Some(format!("{} has no items", describe(actual))));
    };
    if items.len() > MAX_UNORDERED {
        let note = format!("it has {} items, and at most {MAX_UNORDERED} are compared", items.len());
        return Checked::of(false).note(|| Some(note));
    }
    let mut left: Vec<usize> = (0..items.len()).collect();
    let mut diff = Vec::new();
    for (at, one) in wanted.iter().enumerate() {
        match left.iter().position(|item| equal(&items[*item], one)) {
            Some(found) => drop(left.remove(found)),
            None => diff.push(Difference::new(&format!("$[{at}]"), Some(one), None)),
        }
    }
    diff.extend(left.iter().map(|at| Difference::new(&format!("$[{at}]"), None, Some(&items[*at]))));
    let holds = diff.is_empty();
    diff.truncate(super::MAX_DIFFERENCES);
    Checked { diff, ..Checked::of(holds) }
}
