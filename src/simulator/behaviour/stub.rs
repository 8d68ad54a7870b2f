use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::process::Call;

/// The name that expressions have for what runs them.
const EXECUTION: &str = "execution";

/// The names that the element's own output mapping reads and that nothing gives: not its inputs, its results, the process,
/// what is about to be written (`names`) or an earlier output. Reading one of them would be an incident.
pub fn missing(call: &Call<'_>, locals: &Map<String, Value>, names: &HashSet<&str>) -> Vec<String> {
    let mut missing = Vec::new();
    let mut written = HashSet::from([EXECUTION]);
    for output in &call.node.outputs {
        let given = |name: &String| {
            written.contains(name.as_str())
                || names.contains(name.as_str())
                || [locals, call.inputs, call.variables].iter().any(|variables| variables.contains_key(name))
        };
        missing.extend(output.value.names_read().into_iter().filter(|name| !given(name)));
        written.insert(output.name.as_str());
    }
    missing
}
