use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::shown::excerpt;
use crate::query::equal;

/// Most differences that are listed for one comparison.
pub const MAX_DIFFERENCES: usize = 100;
/// Largest product of two lists' lengths, their equal ends left out, for which the items are aligned. Longer lists are compared
/// position by position.
pub const MAX_ALIGNED: usize = 40_000;

/// One place where a value is not as expected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Difference {
    /// The place as JSONPath, seen from the compared value: `$` is the value itself. Indices are those of the actual
    /// value, for a missing item those of the expected one.
    pub path: String,
    /// In which way it differs.
    pub kind: DifferenceKind,
    /// What was expected there, excerpted; `None` if nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Value>,
    /// What is there, excerpted; `None` if nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<Value>,
}

/// In which way a place differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum DifferenceKind {
    /// Expected and not there.
    Missing,
    /// There and not expected.
    Unexpected,
    /// There, with another value.
    Changed,
}

impl Difference {
    pub(super) fn new(path: &str, expected: Option<&Value>, actual: Option<&Value>) -> Self {
        let kind = match (expected, actual) {
            (Some(_), None) => DifferenceKind::Missing,
            (None, Some(_)) => DifferenceKind::Unexpected,
            _ => DifferenceKind::Changed,
        };
        Self { path: path.to_owned(), kind, expected: expected.map(excerpt), actual: actual.map(excerpt) }
    }
}

/// What is to be compared of two objects.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Every member.
    Whole,
    /// The expected members alone, in nested objects too.
    Subset,
}

/// The structural difference of two values, at most [`MAX_DIFFERENCES`] places; empty if and only if they are
/// [`equal`].
///
/// Lists are aligned, so that one inserted item is one difference.
pub fn differences(expected: &Value, actual: &Value) -> Vec<Difference> {
    compare(expected, actual, Extent::Whole)
}

pub(super) fn compare(expected: &Value, actual: &Value, extent: Extent) -> Vec<Difference> {
    let mut walk = Walk { found: Vec::new(), path: "$".to_owned(), extent };
    walk.value(expected, actual);
    walk.found
}

/// Whether `actual` has everything of `expected`: objects at least its members, also nested ones; anything else is equal.
pub(super) fn covers(expected: &Value, actual: &Value) -> bool {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            expected.iter().all(|(name, wanted)| actual.get(name).is_some_and(|found| covers(wanted, found)))
        }
        _ => equal(expected, actual),
    }
}

/// The name of a member as a step of a path: `.code`, or `['a-b']` where the short form does not exist.
pub fn member_step(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain { format!(".{name}") } else { format!("['{}']", name.replace('\\', "\\\\").replace('\'', "\\'")) }
}

struct Walk {
    found: Vec<Difference>,
    path: String,
    extent: Extent,
}

impl Walk {
    fn full(&self) -> bool {
        self.found.len() >= MAX_DIFFERENCES
    }

    fn at(&mut self, step: &str, visit: impl FnOnce(&mut Self)) {
        if self.full() {
            return;
        }
        let length = self.path.len();
        self.path.push_str(step);
        visit(self);
        self.path.truncate(length);
    }

    fn add(&mut self, expected: Option<&Value>, actual: Option<&Value>) {
        if !self.full() {
            self.found.push(Difference::new(&self.path, expected, actual));
        }
    }

    fn value(&mut self, expected: &Value, actual: &Value) {
        match (expected, actual) {
            (Value::Object(expected), Value::Object(actual)) => self.members(expected, actual),
            (Value::Array(expected), Value::Array(actual)) => self.items(expected, actual),
            _ if equal(expected, actual) => {}
            _ => self.add(Some(expected), Some(actual)),
        }
    }

    fn members(&mut self, expected: &Map<String, Value>, actual: &Map<String, Value>) {
        for (name, wanted) in expected {
            self.at(&member_step(name), |walk| match actual.get(name) {
                Some(found) => walk.value(wanted, found),
                None => walk.add(Some(wanted), None),
            });
        }
        if self.extent == Extent::Subset {
            return;
        }
        for (name, found) in actual.iter().filter(|(name, _)| !expected.contains_key(*name)) {
            self.at(&member_step(name), |walk| walk.add(None, Some(found)));
        }
    }

    fn items(&mut self, expected: &[Value], actual: &[Value]) {
        // A list is compared as a whole also where objects are not: which of its items would be left out is not said.
        let extent = std::mem::replace(&mut self.extent, Extent::Whole);
        self.aligned(expected, actual);
        self.extent = extent;
    }

    fn aligned(&mut self, expected: &[Value], actual: &[Value]) {
        let start = expected.iter().zip(actual).take_while(|(a, b)| equal(a, b)).count();
        let (expected_rest, actual_rest) = (&expected[start..], &actual[start..]);
        let end = expected_rest.iter().rev().zip(actual_rest.iter().rev()).take_while(|(a, b)| equal(a, b)).count();
        let (wanted, found) = (&expected_rest[..expected_rest.len() - end], &actual_rest[..actual_rest.len() - end]);
        for step in align(wanted, found) {
            if self.full() {
                return;
            }
            let (expected, actual) = (step.0.map(|at| &wanted[at]), step.1.map(|at| &found[at]));
            let index = start + step.1.or(step.0).unwrap_or_default();
            self.at(&format!("[{index}]"), |walk| match (expected, actual) {
                (Some(expected), Some(actual)) => walk.value(expected, actual),
                (expected, actual) => walk.add(expected, actual),
            });
        }
    }
}

/// Pairs of positions: both for the same item, one alone for a missing or unexpected item.
type Alignment = Vec<(Option<usize>, Option<usize>)>;

const GAP: u32 = 10;

/// The cheapest way to turn one list into the other, where a change costs more the less two items have in common.
fn align(expected: &[Value], actual: &[Value]) -> Alignment {
    let (rows, columns) = (expected.len(), actual.len());
    if rows.saturating_mul(columns) > MAX_ALIGNED {
        let pair = |at: usize| ((at < rows).then_some(at), (at < columns).then_some(at));
        return (0..rows.max(columns)).map(pair).collect();
    }
    let width = columns + 1;
    let mut costs = vec![0_u32; (rows + 1) * width];
    let mut changes = vec![0_u32; rows * columns];
    for row in (0..=rows).rev() {
        for column in (0..=columns).rev() {
            let below = (row < rows).then(|| costs[(row + 1) * width + column] + GAP);
            let right = (column < columns).then(|| costs[row * width + column + 1] + GAP);
            let diagonal = (row < rows && column < columns).then(|| {
                let change = change(&expected[row], &actual[column]);
                changes[row * columns + column] = change;
                costs[(row + 1) * width + column + 1] + change
            });
            costs[row * width + column] = [below, right, diagonal].into_iter().flatten().min().unwrap_or(0);
        }
    }
    let (mut row, mut column, mut steps) = (0, 0, Vec::new());
    while row < rows || column < columns {
        let cost = costs[row * width + column];
        let paired = row < rows
            && column < columns
            && cost == costs[(row + 1) * width + column + 1] + changes[row * columns + column];
        let missing = row < rows && cost == costs[(row + 1) * width + column] + GAP;
        steps.push(((paired || missing).then_some(row), (paired || !missing).then_some(column)));
        row += usize::from(paired || missing);
        column += usize::from(paired || !missing);
    }
    steps
}

fn change(expected: &Value, actual: &Value) -> u32 {
    match (expected, actual) {
        _ if equal(expected, actual) => 0,
        (Value::Object(a), Value::Object(b)) => {
            let same = a.iter().filter(|(name, value)| b.get(*name).is_some_and(|other| equal(value, other))).count();
            if same * 2 >= a.len().max(b.len()) { GAP } else { 2 * GAP - 2 }
        }
        _ if std::mem::discriminant(expected) == std::mem::discriminant(actual) => 2 * GAP - 3,
        _ => 2 * GAP - 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expect::tests::json_values;
    use proptest::prelude::*;
    use serde_json::json;

    fn lines(expected: &Value, actual: &Value) -> Vec<String> {
        let text = |value: Option<Value>| value.map_or("-".to_owned(), |value| value.to_string());
        let found = differences(expected, actual).into_iter();
        found.map(|one| format!("{:?} {} {} {}", one.kind, one.path, text(one.expected), text(one.actual))).collect()
    }

    #[test]
    fn members_are_compared_by_name() {
        let expected = json!({"a": 1, "b": {"c-d": [1], "e": null}, "f": "x"});
        let actual = json!({"f": "x", "b": {"c-d": [2], "g": 0}, "a": 1.0});
        assert_eq!(
            lines(&expected, &actual),
            ["Changed $.b['c-d'][0] 1 2", "Missing $.b.e null -", "Unexpected $.b.g - 0"]
        );
    }

    #[test]
    fn one_inserted_item_is_one_difference() {
        let item = |id: u32| json!({"id": id, "state": "ok", "kind": "face"});
        let expected = json!([item(1), item(2), item(3)]);
        assert_eq!(lines(&expected, &json!([item(1), item(9), item(2), item(3)])).len(), 1);
        assert_eq!(lines(&expected, &json!([item(2), item(3)])), [format!("Missing $[0] {} -", item(1))]);
        let mut changed = item(3);
        changed["state"] = json!("bad");
        let actual = json!([item(1), item(2), {"x": 1}, changed]);
        assert_eq!(lines(&expected, &actual), ["Unexpected $[2] - {\"x\":1}", "Changed $[3].state \"ok\" \"bad\""]);
    }

    #[test]
    fn scalars_in_place_are_changed() {
        assert_eq!(lines(&json!([1, 2, 3]), &json!([1, 7, 3])), ["Changed $[1] 2 7"]);
        assert_eq!(lines(&json!(748), &json!("748")), ["Changed $ 748 \"748\""]);
    }

    #[test]
    fn the_number_of_differences_and_the_alignment_are_bounded() {
        let expected: Value = (0..1000).collect();
        let actual: Value = (1000..2000).collect();
        assert_eq!(differences(&expected, &actual).len(), MAX_DIFFERENCES);
    }

    proptest! {
        #[test]
        fn there_are_differences_if_and_only_if_values_differ(a in json_values(), b in json_values()) {
            prop_assert!(differences(&a, &a).is_empty());
            prop_assert_eq!(differences(&a, &b).is_empty(), equal(&a, &b));
            prop_assert_eq!(compare(&a, &b, Extent::Subset).is_empty(), covers(&a, &b));
        }
    }
}
