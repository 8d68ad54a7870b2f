use serde_json::Value;

use super::format::{Format, Moment};
use super::pattern::Pattern;
use super::phrase::describe;
use super::schema::Schema;
use super::shown;
use crate::query::compare_numbers;
use crate::source::Span;

/// Longest list that `unordered` compares.
pub const MAX_UNORDERED: usize = 2_000;

/// One thing that is wanted of a value. `V` is a template as it is read and a value as it is judged.
#[derive(Clone, Debug)]
pub(super) enum Kind<V> {
    Equal(V),
    NotEqual(V),
    Order(Order, V),
    In(V),
    Contains(V),
    StartsWith(V),
    EndsWith(V),
    Matches(V, Option<Pattern>),
    Type(Vec<JsonType>),
    Length(Vec<Test<V>>),
    Exists(bool),
    Empty(bool),
    OneOf(Vec<Vec<Test<V>>>),
    All(Vec<Vec<Test<V>>>),
    Any(Vec<Vec<Test<V>>>),
    Each(Vec<Test<V>>),
    Not(Vec<Test<V>>),
    CloseTo { value: V, within: V },
    Between(V, V),
    Format(Format),
    Schema(Schema),
    Unordered(V),
}

/// A [`Kind`] and where it is written. A list of them wants all.
#[derive(Clone, Debug)]
pub(super) struct Test<V> {
    pub(super) span: Span,
    pub(super) kind: Kind<V>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Order {
    pub(super) fn accepts(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::More => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JsonType {
    String,
    Number,
    Integer,
    Boolean,
    Array,
    Object,
    Null,
}

impl JsonType {
    /// Every type with its name in scenarios and how it is called in sentences.
    pub(super) const ALL: [(Self, &'static str, &'static str); 7] = [
        (Self::String, "string", "text"),
        (Self::Number, "number", "a number"),
        (Self::Integer, "integer", "a whole number"),
        (Self::Boolean, "boolean", "a boolean"),
        (Self::Array, "array", "a list"),
        (Self::Object, "object", "a map"),
        (Self::Null, "null", "null"),
    ];
}

impl<V> Test<V> {
    /// The same with every template replaced by what `evaluate` makes of it.
    pub(super) fn resolve<E>(&self, evaluate: &mut dyn FnMut(&V) -> Result<Value, E>) -> Result<Test<Value>, E> {
        Ok(Test { span: self.span, kind: self.kind.resolve(evaluate)? })
    }
}

fn all<V, E>(tests: &[Test<V>], evaluate: &mut dyn FnMut(&V) -> Result<Value, E>) -> Result<Vec<Test<Value>>, E> {
    tests.iter().map(|test| test.resolve(evaluate)).collect()
}

fn lists<V, E>(
    lists: &[Vec<Test<V>>],
    evaluate: &mut dyn FnMut(&V) -> Result<Value, E>,
) -> Result<Vec<Vec<Test<Value>>>, E> {
    lists.iter().map(|tests| all(tests, evaluate)).collect()
}

impl<V> Kind<V> {
    /// Nesting is bounded by the YAML tree that this was read from.
    fn resolve<E>(&self, evaluate: &mut dyn FnMut(&V) -> Result<Value, E>) -> Result<Kind<Value>, E> {
        Ok(match self {
            Self::OneOf(tests) => Kind::OneOf(lists(tests, evaluate)?),
            Self::All(tests) => Kind::All(lists(tests, evaluate)?),
            Self::Any(tests) => Kind::Any(lists(tests, evaluate)?),
            Self::Equal(value) => Kind::Equal(evaluate(value)?),
            Self::NotEqual(value) => Kind::NotEqual(evaluate(value)?),
            Self::Order(order, value) => Kind::Order(*order, evaluate(value)?),
            Self::In(value) => Kind::In(evaluate(value)?),
            Self::Contains(value) => Kind::Contains(evaluate(value)?),
            Self::StartsWith(value) => Kind::StartsWith(evaluate(value)?),
            Self::EndsWith(value) => Kind::EndsWith(evaluate(value)?),
            Self::Matches(value, Some(pattern)) => Kind::Matches(evaluate(value)?, Some(pattern.clone())),
            Self::Matches(value, None) => {
                let value = evaluate(value)?;
                let pattern = value.as_str().and_then(|text| Pattern::compile(text).ok());
                Kind::Matches(value, pattern)
            }
            Self::Type(types) => Kind::Type(types.clone()),
            Self::Length(tests) => Kind::Length(all(tests, evaluate)?),
            Self::Exists(wanted) => Kind::Exists(*wanted),
            Self::Empty(wanted) => Kind::Empty(*wanted),
            Self::Each(tests) => Kind::Each(all(tests, evaluate)?),
            Self::Not(tests) => Kind::Not(all(tests, evaluate)?),
            Self::CloseTo { value, within } => Kind::CloseTo { value: evaluate(value)?, within: evaluate(within)? },
            Self::Between(low, high) => Kind::Between(evaluate(low)?, evaluate(high)?),
            Self::Format(format) => Kind::Format(*format),
            Self::Schema(schema) => Kind::Schema(schema.clone()),
            Self::Unordered(value) => Kind::Unordered(evaluate(value)?),
        })
    }

    /// The matchers inside this one.
    pub(super) fn nested(&self) -> impl Iterator<Item = &Test<V>> {
        let (lists, one): (&[Vec<Test<V>>], &[Test<V>]) = match self {
            Self::OneOf(lists) | Self::All(lists) | Self::Any(lists) => (lists, &[]),
            Self::Length(tests) | Self::Each(tests) | Self::Not(tests) => (&[], tests),
            _ => (&[], &[]),
        };
        lists.iter().flatten().chain(one)
    }

    /// The schemas of this matcher and those inside it.
    pub(super) fn schemas(&mut self, visit: &mut dyn FnMut(&mut Schema)) {
        match self {
            Self::Schema(schema) => visit(schema),
            Self::OneOf(lists) | Self::All(lists) | Self::Any(lists) => {
                lists.iter_mut().flatten().for_each(|test| test.kind.schemas(visit));
            }
            Self::Length(tests) | Self::Each(tests) | Self::Not(tests) => {
                tests.iter_mut().for_each(|test| test.kind.schemas(visit));
            }
            _ => {}
        }
    }
}

impl Kind<Value> {
    /// Why nothing can be judged by this or a matcher inside it, whatever the actual value is.
    pub(super) fn problem(&self) -> Option<String> {
        self.own_problem().or_else(|| self.nested().find_map(|test| test.kind.problem()))
    }

    pub(super) fn own_problem(&self) -> Option<String> {
        let wants = |name: &str, what: &str, value: &Value| {
            Some(format!("`{name}` needs {what}, and {} is {}", shown(value, 40), describe(value)))
        };
        let ordered = |value: &Value| match value {
            Value::String(text) => Moment::read(text).is_some(),
            other => other.is_number(),
        };
        const ORDERED: &str = "a number, or a text that is an ISO date or time";
        match self {
            Self::Order(order, value) if !ordered(value) => {
                let name = match order {
                    Order::Less => "lt",
                    Order::AtMost => "le",
                    Order::More => "gt",
                    Order::AtLeast => "ge",
                };
                wants(name, ORDERED, value)
            }
            Self::Between(low, high) => {
                let wrong = [low, high].into_iter().find(|value| !ordered(value));
                wrong.and_then(|value| wants("between", ORDERED, value)).or_else(|| upside_down(low, high))
            }
            Self::In(value) if !value.is_array() => wants("in", "a list", value),
            Self::Unordered(value) => match value.as_array().map(Vec::len) {
                None => wants("unordered", "a list", value),
                Some(length) if length > MAX_UNORDERED => {
                    Some(format!("`unordered` compares at most {MAX_UNORDERED} items, not {length}"))
                }
                Some(_) => None,
            },
            Self::StartsWith(value) if !value.is_string() => wants("starts-with", "text", value),
            Self::EndsWith(value) if !value.is_string() => wants("ends-with", "text", value),
            Self::Matches(value, None) => match value.as_str().map(Pattern::compile) {
                Some(Err(error)) => Some(format!("the regular expression cannot be used: {}", error.message)),
                Some(Ok(_)) => None,
                None => wants("matches", "text", value),
            },
            Self::CloseTo { value, .. } if !value.is_number() => wants("close-to", "a number", value),
            Self::CloseTo { within, .. } => match within.as_f64() {
                Some(distance) if distance >= 0.0 => None,
                Some(_) => Some(format!("`within` cannot be negative, and {within} is")),
                None => wants("within", "a number", within),
            },
            Self::Schema(schema) => schema.problem(),
            _ => None,
        }
    }
}

fn upside_down(low: &Value, high: &Value) -> Option<String> {
    let order = match (low, high) {
        (Value::Number(low), Value::Number(high)) => Some(compare_numbers(low, high)),
        (Value::String(low), Value::String(high)) => {
            Moment::read(low).zip(Moment::read(high)).and_then(|(low, high)| low.compare(&high))
        }
        _ => None,
    };
    match order {
        Some(order) if order.is_le() => None,
        Some(_) => Some(format!("nothing lies between {low} and {high}; the smaller value stands first")),
        None => Some(format!("`between` needs two values of one kind, not {low} and {high}")),
    }
}
