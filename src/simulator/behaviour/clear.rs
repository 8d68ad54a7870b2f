use serde_json::Map;

use crate::catalogue::variable;
use crate::process::{Call, Effect};

/// Removes the process variables that an input parameter lists: a list of names, or names with commas between them.
pub fn clear(call: &Call<'_>, parameter: &str) -> Effect {
    let listed = call.inputs.get(parameter).and_then(variable::list).unwrap_or_default();
    let names = listed.iter().map(|name| variable::text(name).trim().to_owned()).filter(|name| !name.is_empty());
    Effect::Complete { locals: Map::new(), set: Vec::new(), remove: names.collect() }
}
