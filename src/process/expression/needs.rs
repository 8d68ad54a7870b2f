use std::collections::BTreeSet;

use serde_json::Value;

use super::ast::EXECUTION;
use super::{Binary, Expression, Template, Term, Unary};

type Names<'a> = BTreeSet<&'a str>;

impl Expression {
    /// The variables without which evaluating it is an error: names that it reads where it has not asked by
    /// `execution.hasVariable` whether they are there.
    pub fn needs(&self) -> BTreeSet<&str> {
        let mut needed = Names::new();
        self.collect_needs(&Names::new(), &mut needed);
        needed
    }

    /// The variables that are known to be there once its value is this one, since it has asked for them.
    pub fn proves(&self, value: bool) -> BTreeSet<&str> {
        match (&self.term, value) {
            (Term::Call(..), true) => self.asked().into_iter().collect(),
            (Term::Unary(Unary::Not, operand), _) => operand.proves(!value),
            (Term::Binary(Binary::And, left, right), true) | (Term::Binary(Binary::Or, left, right), false) => {
                left.proves(value).into_iter().chain(right.proves(value)).collect()
            }
            (Term::Binary(Binary::Equal | Binary::NotEqual, left, right), _) => {
                let (asked, compared) = match (&left.term, &right.term) {
                    (_, Term::Literal(Value::Bool(literal))) => (left, *literal),
                    (Term::Literal(Value::Bool(literal)), _) => (right, *literal),
                    _ => return Names::new(),
                };
                let equal = matches!(self.term, Term::Binary(Binary::Equal, ..)) == value;
                asked.proves(compared == equal)
            }
            _ => Names::new(),
        }
    }

    /// Adds the variables that it names in any way: reads them, or asks for them.
    fn collect_mentions<'a>(&'a self, names: &mut Names<'a>) {
        match &self.term {
            Term::Name(name) if name != EXECUTION => drop(names.insert(name)),
            _ => names.extend(self.given_to("")),
        }
        for operand in self.operands() {
            operand.collect_mentions(names);
        }
    }

    fn collect_needs<'a>(&'a self, there: &Names<'a>, needed: &mut Names<'a>) {
        let behind = |asked: &'a Self, value: bool, part: &'a Self, needed: &mut Names<'a>| {
            let there = there.iter().copied().chain(asked.proves(value)).collect();
            part.collect_needs(&there, needed);
        };
        match &self.term {
            Term::Name(name) if name != EXECUTION && !there.contains(name.as_str()) => drop(needed.insert(name)),
            Term::Binary(operator @ (Binary::And | Binary::Or), left, right) => {
                left.collect_needs(there, needed);
                behind(left, *operator == Binary::And, right, needed);
            }
            Term::Ternary(condition, yes, no) => {
                condition.collect_needs(there, needed);
                behind(condition, true, yes, needed);
                behind(condition, false, no, needed);
            }
            _ => self.operands().into_iter().for_each(|operand| operand.collect_needs(there, needed)),
        }
    }

    /// The variable that it asks for, if that is all that it does.
    fn asked(&self) -> Option<&str> {
        self.given_to("hasVariable")
    }

    /// The text that is given to a method of the execution whose name begins so.
    fn given_to(&self, method: &str) -> Option<&str> {
        match &self.term {
            Term::Call(object, name, arguments) if name.starts_with(method) => {
                match (&object.term, arguments.as_slice()) {
                    (Term::Name(name), [Expression { term: Term::Literal(Value::String(text)), .. }])
                        if name == EXECUTION =>
                    {
                        Some(text)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

impl Template {
    /// The variables without which evaluating it is an error; see [`Expression::needs`].
    pub fn needs(&self) -> BTreeSet<&str> {
        self.expressions().flat_map(Expression::needs).collect()
    }

    /// The variables that it names in any way: reads them, or asks whether they are there.
    pub fn mentions(&self) -> BTreeSet<&str> {
        let mut names = Names::new();
        self.expressions().for_each(|expression| expression.collect_mentions(&mut names));
        names
    }
}
