use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::Write;
use std::rc::Rc;

use jsonpath_rust::parser::model::{
    Comparable, Comparison, Filter, FilterAtom, FnArg, JpQuery, Literal, Segment, Selector, SingularQuery,
    SingularQuerySegment, Test, TestFunction,
};
use serde_json::Value;

use super::path::QueryError;
use super::pattern::Patterns;
use super::value::{compare_numbers, equal};

/// Most nodes that one evaluation visits, those of its filters included.
pub const MAX_VISITS: usize = 1_000_000;

/// A node of a document and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Located<'v> {
    /// The normalized path, such as `$['items'][0]` (RFC 9535, section 2.7).
    pub path: String,
    /// The node's value.
    pub value: &'v Value,
}

pub(super) fn evaluate<'v>(
    query: &JpQuery,
    patterns: &Patterns,
    document: &'v Value,
) -> Result<Vec<Located<'v>>, QueryError> {
    let mut evaluation = Evaluation { root: document, patterns, visits: 0 };
    let nodes = evaluation.segments(&query.segments, document).map_err(|Exhausted| {
        QueryError::new(format!("the JSONPath visits more than {MAX_VISITS} nodes of this document"), 0)
    })?;
    Ok(nodes.iter().map(|node| Located { path: node.path(), value: node.value }).collect())
}

/// The places of nodes as JSON pointers; `None` if the bound on visits was reached.
pub(super) fn pointers(query: &JpQuery, patterns: &Patterns, document: &Value) -> Option<Vec<String>> {
    let mut evaluation = Evaluation { root: document, patterns, visits: 0 };
    let nodes = evaluation.segments(&query.segments, document).ok()?;
    Some(nodes.iter().map(Node::pointer).collect())
}

/// The bound on visits was reached.
struct Exhausted;

#[derive(Clone)]
struct Node<'v> {
    value: &'v Value,
    link: Option<Rc<Link<'v>>>,
}

struct Link<'v> {
    parent: Option<Rc<Link<'v>>>,
    step: Step<'v>,
}

#[derive(Clone, Copy)]
enum Step<'v> {
    Name(&'v str),
    Index(usize),
}

impl<'v> Node<'v> {
    fn child(&self, step: Step<'v>, value: &'v Value) -> Self {
        Self { value, link: Some(Rc::new(Link { parent: self.link.clone(), step })) }
    }

    fn children(&self) -> Vec<Self> {
        match self.value {
            Value::Array(items) => {
                items.iter().enumerate().map(|(at, value)| self.child(Step::Index(at), value)).collect()
            }
            Value::Object(members) => members.iter().map(|(name, value)| self.child(Step::Name(name), value)).collect(),
            _ => Vec::new(),
        }
    }

    fn pointer(&self) -> String {
        let steps = std::iter::successors(self.link.as_ref(), |link| link.parent.as_ref());
        let steps: Vec<Step<'v>> = steps.map(|link| link.step).collect();
        steps.iter().rev().fold(String::new(), |pointer, step| match step {
            Step::Name(name) => pointer + "/" + &name.replace('~', "~0").replace('/', "~1"),
            Step::Index(index) => pointer + "/" + &index.to_string(),
        })
    }

    fn path(&self) -> String {
        let steps = std::iter::successors(self.link.as_ref(), |link| link.parent.as_ref());
        let steps: Vec<Step<'v>> = steps.map(|link| link.step).collect();
        let mut path = "$".to_owned();
        for step in steps.into_iter().rev() {
            match step {
                Step::Index(at) => write!(path, "[{at}]").expect("a String takes any text"),
                Step::Name(name) => {
                    path.push_str("['");
                    name.chars().for_each(|c| push_escaped(&mut path, c));
                    path.push_str("']");
                }
            }
        }
        path
    }
}

fn push_escaped(path: &mut String, c: char) {
    match c {
        '\'' | '\\' => path.extend(['\\', c]),
        '\u{8}' => path.push_str("\\b"),
        '\t' => path.push_str("\\t"),
        '\n' => path.push_str("\\n"),
        '\u{c}' => path.push_str("\\f"),
        '\r' => path.push_str("\\r"),
        c if c < ' ' => write!(path, "\\u{:04x}", c as u32).expect("a String takes any text"),
        c => path.push(c),
    }
}

struct Evaluation<'q, 'v> {
    root: &'v Value,
    patterns: &'q Patterns,
    visits: usize,
}

type Nodes<'v> = Result<Vec<Node<'v>>, Exhausted>;

impl<'v> Evaluation<'_, 'v> {
    fn visit(&mut self, nodes: usize) -> Result<(), Exhausted> {
        self.visits += nodes;
        if self.visits > MAX_VISITS { Err(Exhausted) } else { Ok(()) }
    }

    fn segments(&mut self, segments: &[Segment], start: &'v Value) -> Nodes<'v> {
        let mut nodes = vec![Node { value: start, link: None }];
        for segment in segments {
            let mut next = Vec::new();
            for node in &nodes {
                self.segment(segment, node, &mut next)?;
            }
            nodes = next;
        }
        Ok(nodes)
    }

    fn segment(&mut self, segment: &Segment, node: &Node<'v>, into: &mut Vec<Node<'v>>) -> Result<(), Exhausted> {
        match segment {
            Segment::Selector(selector) => self.selector(selector, node, into),
            Segment::Selectors(selectors) => {
                selectors.iter().try_for_each(|selector| self.selector(selector, node, into))
            }
            Segment::Descendant(inner) => {
                // Pre-order, as the RFC wants arrays; a stack because the document's depth is not ours to bound.
                let mut open = vec![node.clone()];
                while let Some(node) = open.pop() {
                    let children = node.children();
                    self.visit(children.len() + 1)?;
                    open.extend(children.into_iter().rev());
                    self.segment(inner, &node, into)?;
                }
                Ok(())
            }
        }
    }

    fn selector(&mut self, selector: &Selector, node: &Node<'v>, into: &mut Vec<Node<'v>>) -> Result<(), Exhausted> {
        self.visit(1)?;
        match selector {
            Selector::Name(name) => {
                let member = node.value.as_object().and_then(|members| members.get_key_value(name));
                into.extend(member.map(|(name, value)| node.child(Step::Name(name), value)));
            }
            Selector::Index(index) => {
                let item = node.value.as_array().and_then(|items| at(items, *index));
                into.extend(item.map(|(at, value)| node.child(Step::Index(at), value)));
            }
            Selector::Wildcard => {
                let children = node.children();
                self.visit(children.len())?;
                into.extend(children);
            }
            Selector::Slice(start, end, step) => {
                let Value::Array(items) = node.value else { return Ok(()) };
                let taken = slice(items.len(), *start, *end, step.unwrap_or(1));
                self.visit(taken.len())?;
                into.extend(taken.into_iter().map(|at| node.child(Step::Index(at), &items[at])));
            }
            Selector::Filter(filter) => {
                for child in node.children() {
                    self.visit(1)?;
                    if self.holds(filter, child.value)? {
                        into.push(child);
                    }
                }
            }
        }
        Ok(())
    }

    fn holds(&mut self, filter: &Filter, current: &'v Value) -> Result<bool, Exhausted> {
        match filter {
            Filter::Or(filters) => {
                for filter in filters {
                    if self.holds(filter, current)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Filter::And(filters) => {
                for filter in filters {
                    if !self.holds(filter, current)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Filter::Atom(FilterAtom::Filter { expr, not }) => Ok(self.holds(expr, current)? != *not),
            Filter::Atom(FilterAtom::Test { expr, not }) => Ok(self.test(expr, current)? != *not),
            Filter::Atom(FilterAtom::Comparison(comparison)) => self.comparison(comparison, current),
        }
    }

    fn test(&mut self, test: &Test, current: &'v Value) -> Result<bool, Exhausted> {
        match test {
            Test::Function(function) => match function.as_ref() {
                TestFunction::Match(text, pattern) => self.regular(text, pattern, true, current),
                TestFunction::Search(text, pattern) => self.regular(text, pattern, false, current),
                _ => Ok(false),
            },
            query => Ok(!self.nodes(query, current)?.is_empty()),
        }
    }

    fn nodes(&mut self, test: &Test, current: &'v Value) -> Nodes<'v> {
        match test {
            Test::RelQuery(segments) => self.segments(segments, current),
            Test::AbsQuery(query) => self.segments(&query.segments, self.root),
            Test::Function(_) => Ok(Vec::new()),
        }
    }

    fn regular(&mut self, text: &FnArg, pattern: &FnArg, whole: bool, current: &'v Value) -> Result<bool, Exhausted> {
        let (text, pattern) = (self.argument(text, current)?, self.argument(pattern, current)?);
        Ok(match (text.as_deref(), pattern.as_deref()) {
            (Some(Value::String(text)), Some(Value::String(pattern))) => self.patterns.matches(pattern, text, whole),
            _ => false,
        })
    }

    /// The value of an argument or operand; `None` is the RFC's Nothing.
    fn argument(&mut self, argument: &FnArg, current: &'v Value) -> Result<Option<Cow<'v, Value>>, Exhausted> {
        match argument {
            FnArg::Literal(value) => Ok(Some(Cow::Owned(literal(value)))),
            FnArg::Filter(_) => Ok(None),
            FnArg::Test(test) => match test.as_ref() {
                Test::Function(function) => self.function(function, current),
                query => Ok(only(&self.nodes(query, current)?)),
            },
        }
    }

    fn function(&mut self, function: &TestFunction, current: &'v Value) -> Result<Option<Cow<'v, Value>>, Exhausted> {
        Ok(match function {
            TestFunction::Length(argument) => {
                let length = self.argument(argument, current)?.and_then(|value| match value.as_ref() {
                    Value::String(text) => Some(text.chars().count()),
                    Value::Array(items) => Some(items.len()),
                    Value::Object(members) => Some(members.len()),
                    _ => None,
                });
                length.map(|length| Cow::Owned(length.into()))
            }
            TestFunction::Count(FnArg::Test(test)) => Some(Cow::Owned(self.nodes(test, current)?.len().into())),
            TestFunction::Value(FnArg::Test(test)) => only(&self.nodes(test, current)?),
            _ => None,
        })
    }

    fn comparison(&mut self, comparison: &Comparison, current: &'v Value) -> Result<bool, Exhausted> {
        self.visit(1)?;
        let (left, right) = comparison.vals();
        let (left, right) = (self.comparable(left, current)?, self.comparable(right, current)?);
        let same = match (&left, &right) {
            (None, None) => true,
            (Some(left), Some(right)) => equal(left, right),
            _ => false,
        };
        let order = match (left.as_deref(), right.as_deref()) {
            (Some(Value::Number(left)), Some(Value::Number(right))) => Some(compare_numbers(left, right)),
            (Some(Value::String(left)), Some(Value::String(right))) => Some(left.cmp(right)),
            _ => None,
        };
        Ok(match comparison {
            Comparison::Eq(..) => same,
            Comparison::Ne(..) => !same,
            Comparison::Lt(..) => order == Some(Ordering::Less),
            Comparison::Gt(..) => order == Some(Ordering::Greater),
            Comparison::Lte(..) => same || order == Some(Ordering::Less),
            Comparison::Gte(..) => same || order == Some(Ordering::Greater),
        })
    }

    fn comparable(&mut self, comparable: &Comparable, current: &'v Value) -> Result<Option<Cow<'v, Value>>, Exhausted> {
        match comparable {
            Comparable::Literal(value) => Ok(Some(Cow::Owned(literal(value)))),
            Comparable::Function(function) => self.function(function, current),
            Comparable::SingularQuery(query) => {
                let (start, steps) = match query {
                    SingularQuery::Current(steps) => (current, steps),
                    SingularQuery::Root(steps) => (self.root, steps),
                };
                let found = steps.iter().try_fold(start, |value, step| match step {
                    SingularQuerySegment::Name(name) => value.as_object()?.get(name),
                    SingularQuerySegment::Index(index) => Some(at(value.as_array()?, *index)?.1),
                });
                Ok(found.map(Cow::Borrowed))
            }
        }
    }
}

fn only<'v>(nodes: &[Node<'v>]) -> Option<Cow<'v, Value>> {
    match nodes {
        [node] => Some(Cow::Borrowed(node.value)),
        _ => None,
    }
}

fn literal(literal: &Literal) -> Value {
    match literal {
        Literal::Int(value) => (*value).into(),
        Literal::Float(value) => (*value).into(),
        Literal::String(value) => value.as_str().into(),
        Literal::Bool(value) => (*value).into(),
        Literal::Null => Value::Null,
    }
}

fn at(items: &[Value], index: i64) -> Option<(usize, &Value)> {
    let distance = usize::try_from(index.unsigned_abs()).ok()?;
    let at = if index < 0 { items.len().checked_sub(distance)? } else { distance };
    items.get(at).map(|item| (at, item))
}

/// The indices of a slice by RFC 9535, section 2.3.4.2.2.
fn slice(length: usize, start: Option<i64>, end: Option<i64>, step: i64) -> Vec<usize> {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let normal = |index: i64| if index >= 0 { index } else { length.saturating_add(index) };
    let (mut at, stop) = match step {
        0 => return Vec::new(),
        1.. => (normal(start.unwrap_or(0)).clamp(0, length), normal(end.unwrap_or(length)).clamp(0, length)),
        _ => (
            normal(start.unwrap_or(length - 1)).clamp(-1, length - 1),
            end.map_or(-1, |end| normal(end).clamp(-1, length - 1)),
        ),
    };
    let mut taken = Vec::new();
    while (step > 0 && at < stop) || (step < 0 && at > stop) {
        taken.extend(usize::try_from(at));
        at = at.saturating_add(step);
    }
    taken
}
