use std::collections::HashSet;

use serde_json::Value;

use crate::event::Problem;
use crate::expect::shown;
use crate::query::JsonPath;

/// Most places that are kept in sight.
const MOST_PLACES: usize = 12;
/// About as many characters of a value that is in sight are shown, and of one beside it.
const MOST_VALUE: usize = 120;
const MOST_BESIDE: usize = 40;
/// Fewest characters for which a value beside what is in sight is begun.
const LEAST: usize = 16;

/// The parts of a body that problems are about, with everything that they stand in.
pub(super) struct Focus(HashSet<*const Value>);

impl Focus {
    /// What problems are about in a body; of a place that is not there, what is next to it.
    pub fn of(body: &Value, problems: &[Problem]) -> Self {
        let mut meant = HashSet::new();
        for place in problems.iter().flat_map(places).take(MOST_PLACES) {
            meant.extend(nearest(body, &place));
        }
        let mut seen = HashSet::new();
        above(body, &meant, &mut seen);
        Self(seen)
    }

    /// The body as JSON of about `limit` characters; what is left out beside the places in sight is counted.
    pub fn shown(&self, body: &Value, limit: usize) -> String {
        if self.0.is_empty() {
            return shown(body, limit);
        }
        let write = |spare| {
            let mut writer = Writer { focus: self, text: String::new(), spare };
            writer.value(body);
            writer.text
        };
        write(limit.saturating_sub(write(0).chars().count()))
    }

    fn has(&self, value: &Value) -> bool {
        self.0.contains(&std::ptr::from_ref(value))
    }
}

/// The places of a problem in the body of the answer, as JSONPath.
fn places(problem: &Problem) -> Vec<String> {
    let Some(path) = &problem.path else { return Vec::new() };
    let within = problem.differences.iter().filter_map(|difference| difference.path.strip_prefix('$'));
    let within: Vec<String> = within.filter(|rest| !rest.is_empty()).map(|rest| format!("{path}{rest}")).collect();
    if within.is_empty() { vec![path.clone()] } else { within }
}

/// The values at a place; where there are none, the value that lacks them. The whole body is no place of its own.
fn nearest(body: &Value, place: &str) -> Vec<*const Value> {
    let mut place = place;
    loop {
        let found = JsonPath::compile(place).ok().and_then(|path| path.evaluate(body).ok()).unwrap_or_default();
        if !found.is_empty() {
            return found.into_iter().map(|located| std::ptr::from_ref(located.value)).collect();
        }
        match place.rfind(['.', '[']) {
            Some(end) if end > 0 => place = place[..end].trim_end_matches('.'),
            _ => return Vec::new(),
        }
    }
}

/// Collects what is meant and what it stands in; tells whether `value` is among it.
fn above(value: &Value, meant: &HashSet<*const Value>, seen: &mut HashSet<*const Value>) -> bool {
    let mut holds = meant.contains(&std::ptr::from_ref(value));
    match value {
        Value::Array(items) => items.iter().for_each(|item| holds |= above(item, meant, seen)),
        Value::Object(members) => members.values().for_each(|member| holds |= above(member, meant, seen)),
        _ => {}
    }
    if holds {
        seen.insert(std::ptr::from_ref(value));
    }
    holds
}

struct Writer<'a> {
    focus: &'a Focus,
    text: String,
    /// How many characters may be spent on what is not in sight.
    spare: usize,
}

impl Writer<'_> {
    fn value(&mut self, value: &Value) {
        match value {
            Value::Array(items) => self.many("[", "]", items.iter().map(|item| (None, item))),
            Value::Object(members) => {
                self.many("{", "}", members.iter().map(|(name, member)| (Some(name.as_str()), member)));
            }
            one => self.text += &shown(one, MOST_VALUE),
        }
    }

    fn many<'v>(&mut self, open: &str, close: &str, all: impl Iterator<Item = (Option<&'v str>, &'v Value)>) {
        self.text += open;
        let (mut first, mut left_out) = (true, 0_usize);
        for (name, value) in all {
            let seen = self.focus.has(value);
            if !seen && self.spare < LEAST {
                left_out += 1;
                continue;
            }
            self.skipped(std::mem::take(&mut left_out), &mut first);
            self.text += if std::mem::take(&mut first) { "" } else { ", " };
            let start = self.text.len();
            if let Some(name) = name {
                self.text += &format!("{}: ", Value::from(name));
            }
            if seen {
                self.value(value);
            } else {
                let whole = shown(value, MOST_VALUE);
                let fits = !whole.contains('…') && whole.chars().count() <= self.spare;
                self.text += &if fits { whole } else { shown(value, MOST_BESIDE.min(self.spare)) };
                self.spare = self.spare.saturating_sub(self.text[start..].chars().count() + 2);
            }
        }
        self.skipped(left_out, &mut first);
        self.text += close;
    }

    fn skipped(&mut self, count: usize, first: &mut bool) {
        if count > 0 {
            self.text += if std::mem::take(first) { "" } else { ", " };
            self.text += &format!("… {count} more");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::event::{Difference, DifferenceKind, Verdict};

    fn problem(path: &str, differences: &[&str]) -> Problem {
        let difference = |path: &&str| Difference {
            path: (*path).to_owned(),
            kind: DifferenceKind::Changed,
            expected: None,
            actual: None,
        };
        Problem {
            id: "expect/body".to_owned(),
            verdict: Verdict::Failed,
            message: String::new(),
            step: None,
            excerpt: None,
            notes: Vec::new(),
            differences: differences.iter().map(difference).collect(),
            path: Some(path.to_owned()),
            values: Vec::new(),
            standing: None,
        }
    }

    #[test]
    fn a_large_body_is_elided_around_the_difference() {
        let item = |id: u32| json!({ "id": id, "name": "x".repeat(50), "state": "ok" });
        let body = json!({ "first": "a".repeat(90), "items": (0..40).map(item).collect::<Vec<_>>(), "last": 1 });
        let shown = |path, differences: &[&str]| {
            let problems = [problem(path, differences)];
            Focus::of(&body, &problems).shown(&body, 40)
        };
        assert_eq!(
            shown("$.items", &["$[7].state", "$[9].id"]),
            r#"{… 1 more, "items": [… 7 more, {… 2 more, "state": "ok"}, … 1 more, {"id": 9, … 2 more}, … 30 more], … 1 more}"#
        );
        assert_eq!(
            shown("$.items[2].missing", &[]),
            r#"{… 1 more, "items": [… 2 more, {… 3 more}, … 37 more], … 1 more}"#
        );
        assert_eq!(
            shown("$.last", &["$"]),
            r#"{"first": "aaaaaaaaaaaaaaaaaaa"… (90 characters), … 1 more, "last": 1}"#
        );
    }

    #[test]
    fn without_a_place_it_is_shown_from_its_beginning() {
        let body = json!({ "a": 1, "b": [1, 2] });
        assert_eq!(Focus::of(&body, &[]).shown(&body, 100), r#"{"a": 1, "b": [1, 2]}"#);
    }
}
