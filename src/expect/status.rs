use serde_json::Value;

use super::{Judgement, Matcher, Verdict};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::{Sources, Span};
use crate::template::{Reference, Scope, Template};
use crate::yaml::{Kind, Node};

/// What is wanted of an HTTP status: a number, a class such as `2xx`, or a matcher.
#[derive(Clone, Debug)]
pub struct StatusExpectation(Wanted);

#[derive(Clone, Debug)]
enum Wanted {
    /// The first digit.
    Class(u16, Span),
    Matching(Matcher),
}

impl StatusExpectation {
    /// Reads it and reports what can never be a status.
    pub fn read(node: &Node, sources: &Sources, found: &mut Diagnostics) -> Self {
        let scalar = node.as_scalar();
        if let Some(class) = scalar.and_then(|scalar| class(&scalar.text)) {
            return Self(Wanted::Class(class, node.span));
        }
        let problem = match (&node.kind, scalar.map(|scalar| scalar.value())) {
            (Kind::Sequence(_), _) => Some("write `in: [200, 201]`"),
            (_, Some(Value::Number(number))) => {
                let status = number.as_u64().is_some_and(|number| (100..=599).contains(&number));
                (!status).then_some("a status is a number from 100 to 599")
            }
            (_, Some(Value::String(text))) if text.contains("{{") => None,
            (_, Some(_)) => Some("write a number such as 200, a class such as `2xx`, or a matcher"),
            (_, None) => None,
        };
        if let Some(help) = problem {
            let one = Diagnostic::new(Id::EXPECT_VALUE, "this is not an HTTP status").at(node.span);
            found.push(one.help(help));
        }
        Self(Wanted::Matching(Matcher::read(node, sources, found)))
    }

    /// A class of statuses, by its first digit: what a request without `expect` wants is `class(2)`.
    pub fn class(digit: u16, span: Span) -> Self {
        Self(Wanted::Class(digit, span))
    }

    /// Where it is written.
    pub fn span(&self) -> Span {
        match &self.0 {
            Wanted::Class(_, span) => *span,
            Wanted::Matching(matcher) => matcher.span(),
        }
    }

    /// Its matcher, if it is one.
    pub fn matcher_mut(&mut self) -> Option<&mut Matcher> {
        match &mut self.0 {
            Wanted::Class(..) => None,
            Wanted::Matching(matcher) => Some(matcher),
        }
    }

    /// The templates of its expected values.
    pub fn templates(&self) -> &[Template] {
        match &self.0 {
            Wanted::Class(..) => &[],
            Wanted::Matching(matcher) => matcher.templates(),
        }
    }

    /// Everything that its expected values read.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.templates().iter().flat_map(|template| template.references())
    }

    /// Whether it takes a status, as far as what is written decides that.
    pub fn decides(&self, status: u16) -> Option<bool> {
        match &self.0 {
            Wanted::Matching(matcher) => matcher.decides(Some(&status.into())),
            Wanted::Class(digit, _) => Some(status / 100 == *digit),
        }
    }

    /// Judges a status.
    pub fn judge(&self, status: u16, scope: &Scope) -> Vec<Judgement> {
        match &self.0 {
            Wanted::Matching(matcher) => matcher.judge("status", Some(&status.into()), scope),
            Wanted::Class(digit, span) => {
                let expected = format!("{digit}xx");
                let verdict = if status / 100 == *digit { Verdict::Held } else { Verdict::Failed };
                let message = format!("status is {status}, expected {expected}");
                let judgement = Judgement::new(*span, "status", verdict, message);
                vec![Judgement { expected, actual: Some(status.into()), ..judgement }]
            }
        }
    }
}

fn class(text: &str) -> Option<u16> {
    match text.as_bytes() {
        [digit @ b'1'..=b'5', b'x' | b'X', b'x' | b'X'] => Some(u16::from(digit - b'0')),
        _ => None,
    }
}
