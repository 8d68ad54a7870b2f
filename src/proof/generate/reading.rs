use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::process::expression::{Binary, Expression, Template, Term, Unary};

/// The engine's own object in expressions.
const EXECUTION: &str = "execution";
/// A text that is none of those that a condition names.
const OTHER: &str = "other";
/// A text that is not empty.
const SOME: &str = "yes";

/// What expressions read, and which values make a difference to them.
#[derive(Debug, Default)]
pub struct Reading {
    /// The variables that are read, as dotted paths.
    pub paths: BTreeSet<String>,
    /// The variables of which it is asked whether they are there.
    pub guarded: BTreeSet<String>,
    /// For each variable the values that make a difference, in the order they are found.
    pub values: Vec<(String, Value)>,
}

impl Reading {
    /// What a template reads.
    pub fn template(&mut self, template: &Template) {
        template.expressions().for_each(|expression| self.read(expression));
    }

    /// What a condition reads: a verdict is wanted.
    pub fn verdict(&mut self, template: &Template) {
        template.expressions().for_each(|expression| {
            self.read(expression);
            self.truth(expression);
        });
    }

    fn read(&mut self, expression: &Expression) {
        if let Some(path) = path(expression) {
            self.paths.insert(path);
            return;
        }
        match &expression.term {
            Term::Call(object, method, arguments) if is_execution(object) => {
                if let [Expression { term: Term::Literal(Value::String(name)), .. }] = arguments.as_slice() {
                    let is_question = method.starts_with("has");
                    if is_question { &mut self.guarded } else { &mut self.paths }.insert(name.clone());
                }
                return;
            }
            Term::Call(object, _, arguments) => {
                arguments.iter().for_each(|argument| self.compare(object, Binary::Equal, argument));
            }
            Term::Binary(Binary::And | Binary::Or, left, right) => {
                self.truth(left);
                self.truth(right);
            }
            Term::Binary(operator, left, right) => {
                self.compare(left, *operator, right);
                self.compare(right, *operator, left);
            }
            Term::Unary(Unary::Not, operand) => self.truth(operand),
            Term::Unary(Unary::Empty, operand) => self.emptiness(operand),
            Term::Ternary(condition, ..) => self.truth(condition),
            _ => {}
        }
        expression.operands().into_iter().for_each(|operand| self.read(operand));
    }

    /// A truth value is made of it.
    fn truth(&mut self, expression: &Expression) {
        if let Some(path) = path(expression) {
            self.values.extend([(path.clone(), json!(false)), (path, json!(true))]);
        } else if let Term::Ternary(_, yes, no) = &expression.term {
            self.truth(yes);
            self.truth(no);
        }
    }

    fn emptiness(&mut self, expression: &Expression) {
        if let Some(path) = path(expression) {
            self.values.extend([(path.clone(), json!("")), (path, json!(SOME))]);
        }
    }

    /// It is compared.
    fn compare(&mut self, expression: &Expression, operator: Binary, with: &Expression) {
        let Some(path) = path(expression) else { return };
        let literal = match &with.term {
            Term::Literal(literal) => literal.clone(),
            Term::Unary(Unary::Minus, number) => match &number.term {
                Term::Literal(number) => number.as_i64().map_or(Value::Null, |number| json!(-number)),
                _ => return,
            },
            _ => return,
        };
        let values = match literal {
            Value::Bool(_) => vec![json!(false), json!(true)],
            Value::Null => vec![Value::Null, json!(SOME)],
            Value::String(text) if text.is_empty() => vec![json!(""), json!(SOME)],
            Value::String(text) => match operator {
                // Before, at and after it.
                Binary::Less | Binary::Greater | Binary::LessOrEqual | Binary::GreaterOrEqual => {
                    vec![json!(""), json!(text), json!(format!("{text}~"))]
                }
                _ => vec![json!(text), json!(OTHER)],
            },
            Value::Number(number) => match number.as_i64() {
                Some(number) => {
                    let around = [number.checked_sub(1), Some(number), number.checked_add(1)];
                    around.into_iter().flatten().map(Value::from).collect()
                }
                None => {
                    let number = number.as_f64().unwrap_or_default();
                    [number - 1.0, number, number + 1.0].map(|one| json!(one)).to_vec()
                }
            },
            Value::Array(_) | Value::Object(_) => return,
        };
        self.values.extend(values.into_iter().map(|value| (path.clone(), value)));
    }
}

/// The variable that an expression is, as a dotted path.
fn path(expression: &Expression) -> Option<String> {
    match &expression.term {
        Term::Name(name) if name != EXECUTION => Some(name.clone()),
        Term::Property(object, name) => Some(format!("{}.{}", path(object)?, plain(name)?)),
        Term::Index(object, key) => match &key.term {
            Term::Literal(Value::String(name)) => Some(format!("{}.{}", path(object)?, plain(name)?)),
            _ => None,
        },
        _ => None,
    }
}

/// A name that can stand in a dotted path.
fn plain(name: &str) -> Option<&str> {
    (!name.is_empty() && !name.contains('.')).then_some(name)
}

fn is_execution(expression: &Expression) -> bool {
    matches!(&expression.term, Term::Name(name) if name == EXECUTION)
}
