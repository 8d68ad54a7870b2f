use serde_json::{Map, Value};

use crate::catalogue::Simulated;
use crate::process::{Execution, Input};
use crate::simulator::instance::Instance;
use crate::simulator::refusal::{Reason, Refusal};
use crate::simulator::world::Call;

/// What the caller gives, over what the catalogue gives.
pub fn locals(call: &Call<'_>, simulated: &Simulated) -> Map<String, Value> {
    let given = call.params.get("variables").and_then(|value| value.as_json()).and_then(Value::as_object);
    simulated.locals(given)
}

/// Whether the element can be completed with this.
pub fn judge(simulated: &Simulated, locals: &Map<String, Value>, instance: &Instance) -> Result<(), Refusal> {
    if let Some(need) = &simulated.needs {
        let spared = need.unless.as_ref().is_some_and(|name| locals.get(name) == Some(&Value::Bool(true)));
        if !spared && !instance.uploads.contains(&need.upload.value) {
            return Err(Reason::MissingUpload.into());
        }
    }
    let nothing = Map::new();
    let inputs = instance.execution.as_ref().map_or(&nothing, |execution| execution.inputs());
    let problems: Vec<String> = simulated.accepts.iter().filter_map(|one| one.problem(locals, inputs)).collect();
    if problems.is_empty() { Ok(()) } else { Err(Refusal::because(Reason::Invalid, problems.join("; "))) }
}

/// The completion, with what is stored elsewhere of it.
pub fn input(
    locals: Map<String, Value>,
    simulated: &Simulated,
    execution: &Execution,
    told: Vec<(String, Value)>,
) -> Input {
    let mut set = simulated.written(&locals, execution.inputs(), execution.variables());
    set.extend(told);
    Input::Complete { locals, set }
}
