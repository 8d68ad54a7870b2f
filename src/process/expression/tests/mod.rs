//! Each rule of the language, each form of condition that occurs in real models, and properties of the parser.

mod conditions;
mod needs;
mod properties;
mod rules;

use serde_json::Value;

use super::{Condition, EvaluationError, Map, Scope, Template};

pub(super) fn map(value: Value) -> Map {
    match value {
        Value::Object(map) => map,
        other => panic!("a map is needed, not {other}"),
    }
}

/// Evaluates `${expression}` over process variables alone.
pub(super) fn eval(expression: &str, variables: Value) -> Result<Value, EvaluationError> {
    let (locals, variables) = (Map::new(), map(variables));
    let template =
        Template::parse(&format!("${{{expression}}}")).unwrap_or_else(|error| panic!("{expression}: {error}"));
    template.evaluate(Scope { locals: &locals, variables: &variables })
}

/// Tests a whole condition text.
pub(super) fn test(condition: &str, variables: Value) -> Result<bool, EvaluationError> {
    let (locals, variables) = (Map::new(), map(variables));
    let condition = Condition::parse(condition).unwrap_or_else(|error| panic!("{condition}: {error}"));
    condition.test(Scope { locals: &locals, variables: &variables })
}

/// The class of an error, as the tables name it.
pub(super) fn class(error: &EvaluationError) -> &'static str {
    match error {
        EvaluationError::Unresolved { .. } => "unresolved",
        EvaluationError::ConditionNull => "null",
        EvaluationError::NotBoolean { .. } => "not boolean",
        EvaluationError::Coercion { .. } => "coercion",
        EvaluationError::Property { .. } => "property",
        EvaluationError::Method { .. } => "method",
        EvaluationError::Arithmetic { .. } => "arithmetic",
        EvaluationError::Syntax { .. } => "syntax",
        EvaluationError::Unsupported { .. } => "unsupported",
    }
}
