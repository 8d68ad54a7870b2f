use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::expression::{Compiled, Context, Place, unclosed};
use super::json::{to_json, to_text};
use super::text::{Piece, Pieces, divide};
use super::{MAX_EXPRESSIONS, MAX_SOURCE, MAX_TEXT, Scope, TemplateError};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::redact::MIN_CHARACTERS;
use crate::source::{Sources, Span, Spanned};
use crate::yaml::{Kind, Node, Scalar, ScalarStyle};

/// A path that a template reads, such as `vars.applicant`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Its segments, as far as they are constant: `steps[vars.which].out` reads `steps` and `vars.which`.
    pub path: Vec<String>,
    /// Where it is written.
    pub span: Span,
}

impl Reference {
    /// Where one of its segments is written; `None` where the path is not written with dots alone, as it is in `steps["a"].b`.
    pub fn segment(&self, number: usize) -> Option<Span> {
        let written: usize = self.path.iter().map(String::len).sum::<usize>() + self.path.len() - 1;
        let before: usize = self.path.iter().take(number).map(|segment| segment.len() + 1).sum();
        let segment = self.path.get(number)?;
        (self.span.len() == written).then(|| self.span.slice(before, segment.len()))
    }
}

/// What a template gave.
#[derive(Clone, PartialEq)]
pub struct Evaluated {
    /// The value.
    pub value: Value,
    /// Texts of at least four characters that became secret, to be hidden from now on.
    pub tainted: Vec<String>,
    /// Whether something secret was read, even if no text came of it; what is named by it is secret as well.
    pub secret: bool,
}

impl fmt::Debug for Evaluated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.secret {
            return f.write_str("Evaluated([secret])");
        }
        f.debug_tuple("Evaluated").field(&self.value).finish()
    }
}

/// A YAML value with templates in its scalars, compiled once. A clone is cheap.
#[derive(Clone)]
pub struct Template(Arc<Inner>);

struct Inner {
    span: Span,
    shape: Shape,
    broken: bool,
    references: Vec<Reference>,
    calls: Vec<Spanned<String>>,
}

enum Shape {
    Literal(Value),
    Expression(Box<Compiled>),
    Text(Vec<Part>),
    List(Vec<Shape>),
    Map(Vec<(String, Shape)>),
    /// Its problem was reported when it was read.
    Broken(Span),
}

enum Part {
    Raw(String),
    Expression(Box<Compiled>),
}

impl Template {
    /// Compiles a value of a file. Every problem is reported, with its exact place inside the scalar.
    pub fn read(node: &Node, sources: &Sources, found: &mut Diagnostics) -> Self {
        Self::of(read(node, sources, found), node.span)
    }

    /// Compiles a text that stands at `span`; without a template in it, it is text even if it looks like a number. Places inside it are exact if the text covers the span as it is.
    pub fn parse(text: &str, span: Span, found: &mut Diagnostics) -> Self {
        let locate = |range: std::ops::Range<usize>| {
            if span.len() == text.len() { span.slice(range.start, range.len()) } else { span }
        };
        let scalar = Scalar { text: text.to_owned(), style: ScalarStyle::Quoted };
        Self::of(scalar_shape(&scalar, span, &locate, found), span)
    }

    /// A value without templates.
    pub fn literal(value: Value, span: Span) -> Self {
        Self::of(Shape::Literal(value), span)
    }

    /// What could not be read and was reported.
    pub fn broken(span: Span) -> Self {
        Self::of(Shape::Broken(span), span)
    }

    fn of(shape: Shape, span: Span) -> Self {
        let (mut references, mut calls) = (Vec::new(), Vec::new());
        let broken = shape.is_broken();
        shape.each(&mut |compiled| {
            references.extend(compiled.references.iter().cloned());
            calls.extend(compiled.calls.iter().cloned());
        });
        Self(Arc::new(Inner { span, shape, broken, references, calls }))
    }

    /// Where the value stands.
    pub fn span(&self) -> Span {
        self.0.span
    }

    /// The value, if there is no template in it.
    pub fn as_literal(&self) -> Option<&Value> {
        match &self.0.shape {
            Shape::Literal(value) => Some(value),
            _ => None,
        }
    }

    /// Whether a part of it could not be read, so that it is not known what it reads.
    pub fn is_broken(&self) -> bool {
        self.0.broken
    }

    /// Whether it gives a text, whatever its expressions give.
    pub fn is_text(&self) -> bool {
        matches!(&self.0.shape, Shape::Text(_))
    }

    /// Everything it reads, in the order it is written.
    pub fn references(&self) -> &[Reference] {
        &self.0.references
    }

    /// The environment's variable that its value was taken from as it is.
    pub fn environment_name(&self, value: &str, scope: &Scope) -> Option<&str> {
        let [reference] = self.references() else { return None };
        let [root, name] = reference.path.as_slice() else { return None };
        let same = root == "env" && scope.json(&reference.path).is_some_and(|found| found == *value);
        same.then_some(name)
    }

    /// The functions it calls, such as `fake.name`, in the order they are written.
    pub fn calls(&self) -> &[Spanned<String>] {
        &self.0.calls
    }

    /// The value in a scope. The same scope gives the same value, except for unseeded ids.
    ///
    /// # Errors
    /// The first thing that is undefined, fails or exceeds a bound, with its place.
    pub fn evaluate(&self, scope: &Scope) -> Result<Evaluated, TemplateError> {
        let mut run = Run { scope, context: Context::new(), tainted: Vec::new(), secret: false };
        let value = run.shape(&self.0.shape)?;
        Ok(Evaluated { value, tainted: run.tainted, secret: run.secret })
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Template");
        debug.field("span", &self.0.span).field("literal", &self.as_literal());
        debug.field("references", &self.0.references).finish_non_exhaustive()
    }
}

impl Shape {
    fn is_broken(&self) -> bool {
        match self {
            Self::Broken(_) => true,
            Self::Literal(_) | Self::Expression(_) | Self::Text(_) => false,
            Self::List(items) => items.iter().any(Self::is_broken),
            Self::Map(entries) => entries.iter().any(|(_, item)| item.is_broken()),
        }
    }

    fn each(&self, visit: &mut dyn FnMut(&Compiled)) {
        match self {
            Self::Literal(_) | Self::Broken(_) => {}
            Self::Expression(compiled) => visit(compiled),
            Self::Text(parts) => parts.iter().for_each(|part| match part {
                Part::Raw(_) => {}
                Part::Expression(compiled) => visit(compiled),
            }),
            Self::List(items) => items.iter().for_each(|item| item.each(visit)),
            Self::Map(entries) => entries.iter().for_each(|(_, item)| item.each(visit)),
        }
    }
}

fn read(node: &Node, sources: &Sources, found: &mut Diagnostics) -> Shape {
    match &node.kind {
        Kind::Scalar(scalar) => {
            let written = sources.text(node.span);
            let locate = |range: std::ops::Range<usize>| node.place(written, range.start, range.len());
            scalar_shape(scalar, node.span, &locate, found)
        }
        Kind::Sequence(items) => {
            let items: Vec<Shape> = items.iter().map(|item| read(item, sources, found)).collect();
            collapse(items.iter(), |values| Value::Array(values.cloned().collect())).unwrap_or(Shape::List(items))
        }
        Kind::Mapping(entries) => {
            if let Some(problem) = node.unquoted_template() {
                found.push(problem);
                return Shape::Broken(node.span);
            }
            for entry in entries.iter().filter(|entry| entry.key.value.contains("{{")) {
                let one = Diagnostic::new(Id::TEMPLATE_KEY, "a key cannot hold a template").at(entry.key.span);
                found.push(one.help("write the whole mapping as one template: \"{{ {name: value} }}\""));
            }
            let items: Vec<(String, Shape)> =
                entries.iter().map(|entry| (entry.key.value.clone(), read(&entry.value, sources, found))).collect();
            let object = |values: &mut dyn Iterator<Item = &Value>| {
                Value::Object(items.iter().map(|(key, _)| key.clone()).zip(values.cloned()).collect())
            };
            collapse(items.iter().map(|(_, item)| item), object).unwrap_or(Shape::Map(items))
        }
    }
}

/// The literal that only literals make.
fn collapse<'a>(
    shapes: impl Iterator<Item = &'a Shape>,
    build: impl FnOnce(&mut dyn Iterator<Item = &'a Value>) -> Value,
) -> Option<Shape> {
    let values: Option<Vec<&Value>> = shapes
        .map(|shape| match shape {
            Shape::Literal(value) => Some(value),
            _ => None,
        })
        .collect();
    values.map(|values| Shape::Literal(build(&mut values.into_iter())))
}

fn scalar_shape(
    scalar: &Scalar,
    span: Span,
    locate: &dyn Fn(std::ops::Range<usize>) -> Span,
    found: &mut Diagnostics,
) -> Shape {
    let text = scalar.text.as_str();
    let pieces = divide(text, scalar.style == ScalarStyle::Block);
    if pieces != Pieces::Plain && text.len() > MAX_SOURCE {
        let message = format!("a scalar with a template in it is longer than {MAX_SOURCE} bytes");
        found.push(Diagnostic::new(Id::TEMPLATE_LIMIT, message).at(span));
        return Shape::Broken(span);
    }
    let place = Place { locate };
    let compiled = |range, found: &mut Diagnostics| Compiled::expression(text, range, &place, found).map(Box::new);
    match pieces {
        Pieces::Plain => Shape::Literal(scalar.value()),
        Pieces::Single(range) => compiled(range, found).map_or(Shape::Broken(span), Shape::Expression),
        Pieces::Block => {
            let block = Compiled::block(text, &place, found).map(Box::new);
            block.map_or(Shape::Broken(span), |block| Shape::Text(vec![Part::Expression(block)]))
        }
        Pieces::Mixed(pieces) if expressions(&pieces) > MAX_EXPRESSIONS => {
            let message = format!("a scalar has more than {MAX_EXPRESSIONS} templates in it");
            found.push(Diagnostic::new(Id::TEMPLATE_LIMIT, message).at(span));
            Shape::Broken(span)
        }
        Pieces::Mixed(pieces) => {
            let parts: Vec<Option<Part>> = pieces
                .into_iter()
                .map(|piece| match piece {
                    Piece::Raw(range) => Some(Part::Raw(text[range].to_owned())),
                    Piece::Expression(range) => compiled(range, found).map(Part::Expression),
                })
                .collect();
            parts.into_iter().collect::<Option<Vec<_>>>().map_or(Shape::Broken(span), Shape::Text)
        }
        Pieces::Open(at) => {
            found.push(unclosed(locate(at..at + 2)));
            Shape::Broken(span)
        }
    }
}

fn expressions(pieces: &[Piece]) -> usize {
    pieces.iter().filter(|piece| matches!(piece, Piece::Expression(_))).count()
}

/// One evaluation.
struct Run<'a> {
    scope: &'a Scope,
    context: Context,
    tainted: Vec<String>,
    secret: bool,
}

impl Run<'_> {
    /// The depth of shapes is bounded by the YAML tree they were read from.
    fn shape(&mut self, shape: &Shape) -> Result<Value, TemplateError> {
        match shape {
            Shape::Literal(value) => Ok(value.clone()),
            Shape::Expression(compiled) => {
                let value = compiled.evaluate(&self.context, self.scope)?;
                let value = to_json(&value).map_err(|why| compiled.unusable(why, self.scope))?;
                if compiled.is_tainted(self.scope) {
                    self.secret = true;
                    self.taint_leaves(&value);
                }
                Ok(value)
            }
            Shape::Text(parts) => self.text(parts).map(Value::String),
            Shape::List(items) => items.iter().map(|item| self.shape(item)).collect::<Result<_, _>>().map(Value::Array),
            Shape::Map(entries) => {
                let entries = entries.iter().map(|(key, item)| Ok((key.clone(), self.shape(item)?)));
                entries.collect::<Result<_, _>>().map(Value::Object)
            }
            Shape::Broken(span) => {
                Err(TemplateError::new(Id::TEMPLATE_SYNTAX, "the template could not be read", *span, "reported before"))
            }
        }
    }

    fn text(&mut self, parts: &[Part]) -> Result<String, TemplateError> {
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Raw(raw) => text.push_str(raw),
                Part::Expression(compiled) => {
                    let value = compiled.evaluate(&self.context, self.scope)?;
                    let written = to_text(&value).map_err(|why| compiled.unusable(why, self.scope))?;
                    if text.len() + written.len() > MAX_TEXT {
                        return Err(compiled.too_long());
                    }
                    text.push_str(&written);
                    if compiled.is_tainted(self.scope) {
                        self.secret = true;
                        let value = to_json(&value).map_err(|why| compiled.unusable(why, self.scope))?;
                        self.taint_leaves(&value);
                    }
                }
            }
        }
        Ok(text)
    }

    fn taint_leaves(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.taint(text.clone()),
            Value::Number(number) => self.taint(number.to_string()),
            Value::Array(items) => items.iter().for_each(|item| self.taint_leaves(item)),
            Value::Object(entries) => entries.values().for_each(|item| self.taint_leaves(item)),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn taint(&mut self, text: String) {
        if text.chars().count() >= MIN_CHARACTERS && !self.tainted.contains(&text) {
            self.tainted.push(text);
        }
    }
}
