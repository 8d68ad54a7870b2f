use serde_json::{Map, Value};

use crate::process::{Call, Effect};
use crate::simulator::variable;

/// Removes the process variables that an input parameter lists: a list of names, or names with commas between them.
pub fn clear(call: &Call<'_>, parameter: &str) -> Effect {
    let listed = match call.inputs.get(parameter) {
        Some(Value::Array(names)) => names.iter().map(variable::text).collect(),
        Some(value) => variable::text(value).split(',').map(str::to_owned).collect(),
        None => Vec::new(),
    };
    let names = listed.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    Effect::Complete { locals: Map::new(), set: Vec::new(), remove: names.collect() }
}
