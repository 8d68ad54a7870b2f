use jsonpath_rust::parser::model::{
    Comparable, Filter, FilterAtom, FnArg, JpQuery, Literal, Segment, Selector, Test, TestFunction,
};

use super::lexis::Call;
use super::path::QueryError;
use super::pattern::Patterns;

/// Checks that every function call is well-typed (RFC 9535, section 2.4.3) and compiles the regular expressions.
///
/// The parsed query has no positions; its calls are met in the order of the text, as `calls` lists them.
pub(super) fn check(query: &JpQuery, calls: &[Call]) -> Result<Patterns, QueryError> {
    let mut typing = Typing { calls: calls.iter(), patterns: Patterns::default() };
    typing.segments(&query.segments)?;
    Ok(typing.patterns)
}

struct Typing<'a> {
    calls: std::slice::Iter<'a, Call>,
    patterns: Patterns,
}

type Checked = Result<(), QueryError>;

impl Typing<'_> {
    fn segments(&mut self, segments: &[Segment]) -> Checked {
        segments.iter().try_for_each(|segment| self.segment(segment))
    }

    fn segment(&mut self, segment: &Segment) -> Checked {
        match segment {
            Segment::Descendant(inner) => self.segment(inner),
            Segment::Selector(selector) => self.selector(selector),
            Segment::Selectors(selectors) => selectors.iter().try_for_each(|selector| self.selector(selector)),
        }
    }

    fn selector(&mut self, selector: &Selector) -> Checked {
        match selector {
            Selector::Filter(filter) => self.filter(filter),
            Selector::Name(_) | Selector::Wildcard | Selector::Index(_) | Selector::Slice(..) => Ok(()),
        }
    }

    fn filter(&mut self, filter: &Filter) -> Checked {
        match filter {
            Filter::Or(filters) | Filter::And(filters) => filters.iter().try_for_each(|filter| self.filter(filter)),
            Filter::Atom(FilterAtom::Filter { expr, .. }) => self.filter(expr),
            Filter::Atom(FilterAtom::Test { expr, .. }) => self.test(expr),
            Filter::Atom(FilterAtom::Comparison(comparison)) => {
                let (left, right) = comparison.vals();
                self.comparable(left)?;
                self.comparable(right)
            }
        }
    }

    fn test(&mut self, test: &Test) -> Checked {
        match test {
            Test::RelQuery(segments) => self.segments(segments),
            Test::AbsQuery(query) => self.segments(&query.segments),
            Test::Function(function) => {
                let offset = self.function(function)?;
                if test.is_res_bool() {
                    return Ok(());
                }
                let name = name(function);
                let message = format!("`{name}` gives a value, not true or false");
                Err(QueryError::new(message, offset).help(format!("compare it: `{name}(…) == …`")))
            }
        }
    }

    fn comparable(&mut self, comparable: &Comparable) -> Checked {
        match comparable {
            Comparable::Literal(literal) => self.literal(literal),
            Comparable::Function(function) => self.function(function).map(drop),
            Comparable::SingularQuery(_) => Ok(()),
        }
    }

    fn literal(&self, literal: &Literal) -> Checked {
        match literal {
            Literal::Float(value) if !value.is_finite() => Err(QueryError::new("a number is too large", 0)),
            _ => Ok(()),
        }
    }

    /// Checks a call and gives the offset of its name.
    fn function(&mut self, function: &TestFunction) -> Result<usize, QueryError> {
        let offset = self.calls.next().map_or(0, |call| call.offset);
        match function {
            TestFunction::Length(argument) => self.value(argument, "length", offset)?,
            TestFunction::Count(argument) => self.nodes(argument, "count", offset)?,
            TestFunction::Value(argument) => self.nodes(argument, "value", offset)?,
            TestFunction::Match(text, pattern) => self.regular(text, pattern, "match", offset)?,
            TestFunction::Search(text, pattern) => self.regular(text, pattern, "search", offset)?,
            TestFunction::Custom(name, _) => {
                return Err(QueryError::new(format!("JSONPath has no function `{name}`"), offset));
            }
        }
        Ok(offset)
    }

    fn regular(&mut self, text: &FnArg, pattern: &FnArg, name: &str, offset: usize) -> Checked {
        self.value(text, name, offset)?;
        self.value(pattern, name, offset)?;
        let FnArg::Literal(Literal::String(pattern)) = pattern else { return Ok(()) };
        let added = self.patterns.add(pattern, name == "match");
        added
            .map_err(|why| QueryError::new(format!("the regular expression of `{name}` cannot be used: {why}"), offset))
    }

    /// An argument of ValueType: a literal, a query for at most one node, or a function that gives a value.
    fn value(&mut self, argument: &FnArg, name: &str, offset: usize) -> Checked {
        let expected = match argument {
            FnArg::Literal(literal) => return self.literal(literal),
            FnArg::Filter(_) => "a value, not a condition",
            FnArg::Test(test) => match test.as_ref() {
                Test::RelQuery(segments) | Test::AbsQuery(JpQuery { segments }) if !is_singular(segments) => {
                    "one value, and this path can give several"
                }
                Test::Function(_) if test.is_res_bool() => "a value, not true or false",
                Test::Function(function) => return self.function(function).map(drop),
                Test::RelQuery(_) | Test::AbsQuery(_) => return Ok(()),
            },
        };
        Err(QueryError::new(format!("`{name}` expects {expected}"), offset))
    }

    /// An argument of NodesType: a query.
    fn nodes(&mut self, argument: &FnArg, name: &str, offset: usize) -> Checked {
        match argument {
            FnArg::Test(test) if !matches!(test.as_ref(), Test::Function(_)) => self.test(test),
            _ => Err(QueryError::new(format!("`{name}` expects a path"), offset)),
        }
    }
}

pub(super) fn is_singular(segments: &[Segment]) -> bool {
    segments.iter().all(|segment| matches!(segment, Segment::Selector(Selector::Name(_) | Selector::Index(_))))
}

fn name(function: &TestFunction) -> &str {
    match function {
        TestFunction::Custom(name, _) => name,
        TestFunction::Length(_) => "length",
        TestFunction::Value(_) => "value",
        TestFunction::Count(_) => "count",
        TestFunction::Search(..) => "search",
        TestFunction::Match(..) => "match",
    }
}
