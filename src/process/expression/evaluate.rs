use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::Value;

use super::ast::EXECUTION;
use super::coerce::{boolean, decimal, integer, is_integer, kind, text};
use super::{Binary, EvaluationError, Expression, Term, Unary};

/// Names and their values.
pub type Map = serde_json::Map<String, Value>;

/// What an expression can see: the locals of the running activity, which hide the variables of the process.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// Input parameters and results of the running activity.
    pub locals: &'a Map,
    /// The variables of the process.
    pub variables: &'a Map,
}

impl<'a> Scope<'a> {
    /// The value under a name, locals first.
    pub fn get(self, name: &str) -> Option<&'a Value> {
        self.locals.get(name).or_else(|| self.variables.get(name))
    }
}

type Evaluated<'a> = Result<Cow<'a, Value>, EvaluationError>;

impl Expression {
    /// The value over a scope.
    ///
    /// # Errors
    /// What the engine would raise an incident for.
    pub fn evaluate(&self, scope: Scope<'_>) -> Result<Value, EvaluationError> {
        self.value(scope).map(Cow::into_owned)
    }

    fn value<'a>(&'a self, scope: Scope<'a>) -> Evaluated<'a> {
        match &self.term {
            Term::Literal(value) => Ok(Cow::Borrowed(value)),
            Term::Name(name) => match scope.get(name) {
                Some(value) => Ok(Cow::Borrowed(value)),
                None => Err(EvaluationError::Unresolved { name: name.clone() }),
            },
            Term::Property(object, name) => {
                object.not_execution(name)?;
                member(object.value(scope)?, &Value::String(name.clone()))
            }
            Term::Index(object, key) => {
                object.not_execution("[]")?;
                let object = object.value(scope)?;
                member(object, key.value(scope)?.as_ref())
            }
            Term::Call(object, method, arguments) => self.call(object, method, arguments, scope),
            Term::Unary(operator, operand) => unary(*operator, operand.value(scope)?.as_ref()).map(Cow::Owned),
            Term::Binary(Binary::And, left, right) => {
                let both = boolean(&*left.value(scope)?)? && boolean(&*right.value(scope)?)?;
                Ok(Cow::Owned(Value::Bool(both)))
            }
            Term::Binary(Binary::Or, left, right) => {
                let either = boolean(&*left.value(scope)?)? || boolean(&*right.value(scope)?)?;
                Ok(Cow::Owned(Value::Bool(either)))
            }
            Term::Binary(operator, left, right) => {
                let (left, right) = (left.value(scope)?, right.value(scope)?);
                binary(*operator, &left, &right).map(Cow::Owned)
            }
            Term::Ternary(condition, yes, no) => {
                if boolean(&*condition.value(scope)?)? {
                    yes.value(scope)
                } else {
                    no.value(scope)
                }
            }
        }
    }

    fn is_execution(&self) -> bool {
        matches!(&self.term, Term::Name(name) if name == EXECUTION)
    }

    fn not_execution(&self, property: &str) -> Result<(), EvaluationError> {
        if self.is_execution() {
            return Err(EvaluationError::Property { name: property.to_owned(), of: "the execution".to_owned() });
        }
        Ok(())
    }

    fn call<'a>(
        &'a self,
        object: &'a Expression,
        method: &str,
        given: &'a [Expression],
        scope: Scope<'a>,
    ) -> Evaluated<'a> {
        let unknown = |of: &str| {
            let of = of.to_owned();
            Err(EvaluationError::Method { name: method.to_owned(), of, arguments: given.len() })
        };
        if object.is_execution() {
            let [argument] = given else { return unknown("the execution") };
            let argument = argument.value(scope)?;
            let name = text(&argument);
            let null = || Cow::Owned(Value::Null);
            return match method {
                "hasVariable" => Ok(Cow::Owned(Value::Bool(scope.get(&name).is_some()))),
                "hasVariableLocal" => Ok(Cow::Owned(Value::Bool(scope.locals.contains_key(&*name)))),
                "getVariable" => Ok(scope.get(&name).map_or_else(null, Cow::Borrowed)),
                "getVariableLocal" => Ok(scope.locals.get(&*name).map_or_else(null, Cow::Borrowed)),
                _ => unknown("the execution"),
            };
        }
        let object = object.value(scope)?;
        match (method, given) {
            _ if object.is_null() => unknown("null"),
            ("equals", [other]) => Ok(Cow::Owned(Value::Bool(*object == *other.value(scope)?))),
            _ => unknown(kind(&object)),
        }
    }
}

/// A member of a map or list. Null has every property, and each is null; a missing key and an index that is out of
/// range are null too.
fn member<'a>(object: Cow<'a, Value>, key: &Value) -> Evaluated<'a> {
    let index = |length: usize| match key {
        Value::Number(_) | Value::String(_) => {
            integer(key).map(|index| usize::try_from(index).ok().filter(|index| *index < length))
        }
        _ => Err(EvaluationError::Property { name: text(key).into_owned(), of: "a list".to_owned() }),
    };
    let null = || Cow::Owned(Value::Null);
    match object {
        _ if object.is_null() || key.is_null() => Ok(null()),
        Cow::Borrowed(Value::Object(map)) => {
            Ok(key.as_str().and_then(|key| map.get(key)).map_or_else(null, Cow::Borrowed))
        }
        Cow::Owned(Value::Object(mut map)) => {
            Ok(key.as_str().and_then(|key| map.remove(key)).map_or_else(null, Cow::Owned))
        }
        Cow::Borrowed(Value::Array(list)) => Ok(index(list.len())?.map_or_else(null, |at| Cow::Borrowed(&list[at]))),
        Cow::Owned(Value::Array(mut list)) => {
            Ok(index(list.len())?.map_or_else(null, |at| Cow::Owned(list.swap_remove(at))))
        }
        scalar => {
            let of = kind(&scalar).to_owned();
            Err(EvaluationError::Property { name: text(key).into_owned(), of })
        }
    }
}

fn unary(operator: Unary, operand: &Value) -> Result<Value, EvaluationError> {
    match operator {
        Unary::Not => Ok(Value::Bool(!boolean(operand)?)),
        Unary::Empty => Ok(Value::Bool(match operand {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(list) => list.is_empty(),
            Value::Object(map) => map.is_empty(),
            Value::Bool(_) | Value::Number(_) => false,
        })),
        Unary::Minus if is_decimal(operand) || reads_as_decimal(operand) => number(-decimal(operand)?, "-"),
        Unary::Minus => Ok(integer(operand)?.wrapping_neg().into()),
    }
}

fn binary(operator: Binary, left: &Value, right: &Value) -> Result<Value, EvaluationError> {
    let ordered = |wanted: fn(Ordering) -> bool, same: bool| {
        let result = match (left, right) {
            (Value::Null, Value::Null) => same,
            (Value::Null, _) | (_, Value::Null) => false,
            _ => wanted(compare(left, right)?),
        };
        Ok(Value::Bool(result))
    };
    match operator {
        Binary::Equal => equal(left, right).map(Value::Bool),
        Binary::NotEqual => equal(left, right).map(|equal| Value::Bool(!equal)),
        Binary::Less => ordered(Ordering::is_lt, false),
        Binary::Greater => ordered(Ordering::is_gt, false),
        Binary::LessOrEqual => ordered(Ordering::is_le, true),
        Binary::GreaterOrEqual => ordered(Ordering::is_ge, true),
        Binary::And => Ok(Value::Bool(boolean(left)? && boolean(right)?)),
        Binary::Or => Ok(Value::Bool(boolean(left)? || boolean(right)?)),
        _ => arithmetic(operator, left, right),
    }
}

/// Equality after coercion by the first that applies: decimal, integer, Boolean, text.
fn equal(left: &Value, right: &Value) -> Result<bool, EvaluationError> {
    let either = |is: fn(&Value) -> bool| is(left) || is(right);
    match (left, right) {
        (Value::Null, _) | (_, Value::Null) => Ok(left == right),
        _ if either(is_decimal) => Ok(decimal(left)? == decimal(right)?),
        _ if either(Value::is_number) => Ok(integer(left)? == integer(right)?),
        _ if either(Value::is_boolean) => Ok(boolean(left)? == boolean(right)?),
        _ if either(Value::is_string) => Ok(text(left) == text(right)),
        _ => Ok(left == right),
    }
}

/// Order of two values that are not null, after coercion by the first that applies: decimal, integer, text. Texts are
/// compared as Java does, by UTF-16 units.
fn compare(left: &Value, right: &Value) -> Result<Ordering, EvaluationError> {
    let either = |is: fn(&Value) -> bool| is(left) || is(right);
    match (left, right) {
        _ if either(is_decimal) => Ok(decimal(left)?.total_cmp(&decimal(right)?)),
        _ if either(Value::is_number) => Ok(integer(left)?.cmp(&integer(right)?)),
        _ if either(Value::is_string) => Ok(text(left).encode_utf16().cmp(text(right).encode_utf16())),
        (Value::Bool(left), Value::Bool(right)) => Ok(left.cmp(right)),
        _ => Err(EvaluationError::Coercion {
            value: kind(left).to_owned(),
            wanted: "something with an order".to_owned(),
        }),
    }
}

/// Integers wrap as Java's do; `/` always gives a decimal; two nulls give 0.
fn arithmetic(operator: Binary, left: &Value, right: &Value) -> Result<Value, EvaluationError> {
    if left.is_null() && right.is_null() {
        return Ok(0.into());
    }
    let decimals = operator == Binary::Divide
        || [left, right].into_iter().any(|value| is_decimal(value) || reads_as_decimal(value));
    if decimals {
        let (left, right) = (decimal(left)?, decimal(right)?);
        let result = match operator {
            Binary::Add => left + right,
            Binary::Subtract => left - right,
            Binary::Multiply => left * right,
            Binary::Divide => left / right,
            _ => left % right,
        };
        return number(result, operator.sign());
    }
    let (left, right) = (integer(left)?, integer(right)?);
    let result = match operator {
        Binary::Add => left.wrapping_add(right),
        Binary::Subtract => left.wrapping_sub(right),
        Binary::Multiply => left.wrapping_mul(right),
        _ if right == 0 => return Err(EvaluationError::Arithmetic { operator: operator.sign().to_owned() }),
        _ => left.wrapping_rem(right),
    };
    Ok(result.into())
}

fn is_decimal(value: &Value) -> bool {
    matches!(value, Value::Number(number) if !is_integer(number))
}

/// Texts with a point or an exponent make arithmetic decimal.
fn reads_as_decimal(value: &Value) -> bool {
    matches!(value, Value::String(text) if text.contains(['.', 'e', 'E']))
}

fn number(value: f64, operator: &str) -> Result<Value, EvaluationError> {
    serde_json::Number::from_f64(value)
        .map(Value::Number)
        .ok_or_else(|| EvaluationError::Arithmetic { operator: operator.to_owned() })
}
