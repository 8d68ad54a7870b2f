use serde_json::Value;

use super::subject::{Subject, called, conflict};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::process::expression::{Binary, Expression, Term, Unary};
use crate::process::{Flow, Kind, Node};
use crate::source::Span;

/// What conditions are made of.
pub(super) fn check(subject: &Subject<'_>, found: &mut Diagnostics) {
    let definition = subject.definition;
    for flow in definition.flows() {
        let Some(condition) = &flow.condition else { continue };
        let Some(expression) = condition.sole() else { continue };
        if is_path(expression) {
            let message = format!("the condition of `{}` is a value as it is: null is an incident, not false", flow.id);
            let one = Diagnostic::new(Id::LINT_NULL_CONDITION, message).at(condition.span).of(flow);
            found.push(one.help(format!("write `${{{expression} == true}}`")));
        }
        if let Some(name) = guarded_by_null(expression) {
            let message =
                format!("`{name} != null` does not guard against `{name}` not being there: reading it is an incident");
            let one = Diagnostic::new(Id::LINT_NULL_GUARD, message).at(condition.span).of(flow);
            found.push(one.help(format!("ask `execution.hasVariable(\"{name}\")` first")));
        }
    }
    for node in definition.nodes().iter().filter(|node| node.kind == Kind::ExclusiveGateway) {
        order(subject, node, found);
    }
}

/// Flows of which one is asked for before another: that either hides the other, or they depend on their order.
fn order(subject: &Subject<'_>, node: &Node, found: &mut Diagnostics) {
    let flows: Vec<(&Flow, Span, &Expression)> = node
        .outgoing
        .iter()
        .map(|flow| &subject.definition[*flow])
        .filter(|flow| node.default != Some(flow.index))
        .filter_map(|flow| flow.condition.as_ref().and_then(|one| Some((flow, one.span, one.sole()?))))
        .collect();
    for (at, (later, span, condition)) in flows.iter().enumerate() {
        if subject.dead.contains(&later.index) {
            continue;
        }
        let mut earlier = flows[..at].iter().filter(|(flow, ..)| !subject.dead.contains(&flow.index));
        if let Some((first, before, _)) = earlier.clone().find(|(.., earlier)| implies(condition, earlier)) {
            let message = format!(
                "`{}` out of {} is never taken: `{}` is asked first and holds whenever it does",
                later.id,
                called(node),
                first.id
            );
            let one = Diagnostic::new(Id::LINT_SHADOWED, message).at(*span).of(*later).and(*before, "asked first");
            let one = one.shown_by(conflict([*first, *later]));
            found.push(one.help("order the flows from the narrowest to the widest condition"));
        } else if let Some((first, before, _)) = earlier.find(|(.., earlier)| implies(earlier, condition)) {
            let message = format!(
                "`{}` out of {} holds whenever `{}` does: which one is taken depends on their order in the file alone",
                later.id,
                called(node),
                first.id
            );
            let one = Diagnostic::new(Id::LINT_OVERLAP, message).at(*span).of(*later).and(*before, "asked first");
            let one = one.shown_by(conflict([*first, *later]));
            found.push(
                one.help("no diagram shows that order; make the wider one the default, or say what it leaves out"),
            );
        }
    }
}

/// `x`, `x.y`, `x["y"]`: null where it is not there.
fn is_path(expression: &Expression) -> bool {
    match &expression.term {
        Term::Name(_) => true,
        Term::Property(object, _) => is_path(object),
        Term::Index(object, key) => is_path(object) && key.is_constant(),
        _ => false,
    }
}

/// A variable that a condition compares with null as if that were to ask whether it is there.
fn guarded_by_null(expression: &Expression) -> Option<&str> {
    match &expression.term {
        Term::Binary(Binary::NotEqual | Binary::Equal, left, right) => match (&left.term, &right.term) {
            (Term::Name(name), Term::Literal(Value::Null)) | (Term::Literal(Value::Null), Term::Name(name)) => {
                Some(name)
            }
            _ => None,
        },
        // Behind a question whether it is there, the comparison is safe.
        Term::Ternary(condition, ..) => guarded_by_null(condition),
        Term::Binary(Binary::And, left, right) => {
            guarded_by_null(left).or_else(|| if asks(left) { None } else { guarded_by_null(right) })
        }
        _ => expression.operands().into_iter().find_map(guarded_by_null),
    }
}

/// Whether it asks for a variable by `hasVariable`.
fn asks(expression: &Expression) -> bool {
    matches!(&expression.term, Term::Call(_, method, _) if method.starts_with("hasVariable"))
        || expression.operands().into_iter().any(asks)
}

/// Whether one of two conditions holds whenever the other does not, as far as their form shows.
pub(super) fn are_opposite(one: &Expression, other: &Expression) -> bool {
    let negates = |one: &Expression, other: &Expression| matches!(&one.term, Term::Unary(Unary::Not, inner) if same(inner, other));
    if negates(one, other) || negates(other, one) {
        return true;
    }
    if let (Some(one), Some(other)) = (Claim::of(one), Claim::of(other)) {
        return one.thing == other.thing && one.value != other.value && (one.of_null || other.of_null);
    }
    match (&one.term, &other.term) {
        (Term::Binary(sign, left, right), Term::Binary(against, other_left, other_right)) => {
            let turned =
                matches!((sign, against), (Binary::Equal, Binary::NotEqual) | (Binary::NotEqual, Binary::Equal));
            turned
                && (same(left, other_left) && same(right, other_right)
                    || same(left, other_right) && same(right, other_left))
        }
        _ => false,
    }
}

/// That something is true, or false: `x`, `x == true`, `!x`.
struct Claim {
    thing: String,
    value: bool,
    /// Whether it holds of null as well, or null is an incident.
    of_null: bool,
}

impl Claim {
    fn of(expression: &Expression) -> Option<Self> {
        let compared = |left: &Expression, right: &Expression, equal: bool| {
            let (thing, value) = match (&left.term, &right.term) {
                (_, Term::Literal(Value::Bool(value))) => (left, *value),
                (Term::Literal(Value::Bool(value)), _) => (right, *value),
                _ => return None,
            };
            Some(Self { thing: thing.to_string(), value: value == equal, of_null: !equal })
        };
        match &expression.term {
            Term::Binary(Binary::Equal, left, right) => compared(left, right, true),
            Term::Binary(Binary::NotEqual, left, right) => compared(left, right, false),
            Term::Unary(Unary::Not, inner) if is_path(inner) => {
                Some(Self { thing: inner.to_string(), value: false, of_null: true })
            }
            _ if is_path(expression) => Some(Self { thing: expression.to_string(), value: true, of_null: true }),
            _ => None,
        }
    }
}

fn same(one: &Expression, other: &Expression) -> bool {
    one.to_string() == other.to_string()
}

/// Whether a condition holds only where another one does, as far as their form shows.
fn implies(one: &Expression, other: &Expression) -> bool {
    if same(one, other) {
        return true;
    }
    match (&one.term, &other.term) {
        (Term::Binary(Binary::Or, left, right), _) => implies(left, other) && implies(right, other),
        (_, Term::Binary(Binary::And, left, right)) => implies(one, left) && implies(one, right),
        (Term::Binary(Binary::And, left, right), _) if implies(left, other) || implies(right, other) => true,
        (_, Term::Binary(Binary::Or, left, right)) => implies(one, left) || implies(one, right),
        (Term::Binary(sign, left, right), Term::Binary(wider, other_left, other_right)) if same(left, other_left) => {
            let (Term::Literal(Value::Number(narrow)), Term::Literal(Value::Number(wide))) =
                (&right.term, &other_right.term)
            else {
                return false;
            };
            let (Some(narrow), Some(wide)) = (narrow.as_f64(), wide.as_f64()) else { return false };
            match (sign, wider) {
                (Binary::Greater, Binary::Greater) | (Binary::GreaterOrEqual, Binary::GreaterOrEqual) => narrow >= wide,
                (Binary::Less, Binary::Less) | (Binary::LessOrEqual, Binary::LessOrEqual) => narrow <= wide,
                (Binary::Greater, Binary::GreaterOrEqual) => narrow >= wide,
                (Binary::Less, Binary::LessOrEqual) => narrow <= wide,
                _ => false,
            }
        }
        _ => false,
    }
}
