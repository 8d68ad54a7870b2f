use serde_json::Value;

use crate::catalogue::variable;
use crate::process::{Call, Effect};

/// Adds one to the process variable that an input parameter names. What is no number counts as zero.
pub fn count(call: &Call<'_>, parameter: &str) -> Effect {
    let name = call.inputs.get(parameter).map(variable::text).unwrap_or_default();
    if name.trim().is_empty() {
        return Effect::Incident(format!("the input parameter `{parameter}` names no variable to count in"));
    }
    let name = name.trim().to_owned();
    let counted = variable::get(call.variables, &name).and_then(Value::as_i64).unwrap_or_default();
    let set = vec![(name, Value::from(counted.saturating_add(1)))];
    Effect::Complete { locals: serde_json::Map::new(), set, remove: Vec::new() }
}
