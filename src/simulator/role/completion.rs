use serde_json::{Map, Value};

use crate::catalogue::{Accepted, Simulated};
use crate::process::{Execution, Input};
use crate::simulator::instance::Instance;
use crate::simulator::refusal::{Reason, Refusal};
use crate::simulator::variable;
use crate::simulator::world::Call;

/// What a catalogue calls all local variables.
const ALL: &str = "*";

/// What the caller gives, over what the catalogue gives. Null is nothing.
pub fn locals(call: &Call<'_>, simulated: &Simulated) -> Map<String, Value> {
    let mut locals = simulated.locals.clone();
    let given = call.params.get("variables").and_then(|value| value.as_json()).and_then(Value::as_object);
    let given = given.into_iter().flatten().filter(|(_, value)| !value.is_null());
    locals.extend(given.map(|(name, value)| (name.clone(), value.clone())));
    locals
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
    let problems: Vec<String> =
        simulated.accepts.iter().filter_map(|one| problem(one, locals.get(&one.local), inputs)).collect();
    if problems.is_empty() { Ok(()) } else { Err(Refusal::because(Reason::Invalid, problems.join("; "))) }
}

/// What is wrong with a local variable, if anything is; a sentence.
fn problem(accepted: &Accepted, value: Option<&Value>, inputs: &Map<String, Value>) -> Option<String> {
    let name = &accepted.local;
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return accepted.required.then(|| format!("`{name}` is missing"));
    };
    if let Err(problem) = accepted.kind.accepts(value) {
        return Some(format!("`{name}` {problem}"));
    }
    let listed = accepted.listed_in.as_ref().and_then(|list| variable::list(inputs.get(list)?)).unwrap_or_default();
    let member = |one| accepted.member.as_ref().map_or(one, |member| variable::member(one, member));
    let listed: Vec<&Value> = listed.iter().map(member).collect();
    [listed, accepted.one_of.iter().collect()].into_iter().find_map(|all| {
        let known = all.is_empty() || all.iter().any(|one| accepted.kind.same(one, value));
        let told = || all.iter().map(|one| variable::text(one)).collect::<Vec<_>>().join(", ");
        (!known).then(|| format!("`{name}` must be one of {}", told()))
    })
}

/// The completion, with what is stored elsewhere of it.
pub fn input(
    locals: Map<String, Value>,
    simulated: &Simulated,
    execution: &Execution,
    told: Vec<(String, Value)>,
) -> Input {
    let inputs = execution.inputs();
    let known = [&locals, inputs, execution.variables()];
    let mut set = Vec::new();
    for (path, name) in &simulated.writes {
        if name == ALL {
            set.extend(variable::places(path, &Value::Object(locals.clone()), &known));
        } else if let Some(value) = locals.get(name).or_else(|| inputs.get(name)) {
            set.extend(variable::places(path, value, &known));
        }
    }
    set.extend(told);
    Input::Complete { locals, set }
}
