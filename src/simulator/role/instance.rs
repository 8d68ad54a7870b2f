use serde_json::{Map, Value, json};

use super::compose;
use crate::catalogue::WireAnswer;
use crate::simulator::bound::MAX_INSTANCES;
use crate::simulator::clock;
use crate::simulator::instance::Instance;
use crate::simulator::refusal::{Reason, Refusal};
use crate::simulator::world::{Call, World, param_text};
use crate::template::Data;

/// Creates an instance.
pub fn create(world: &mut World, call: &Call<'_>) -> Result<WireAnswer, Refusal> {
    let id = call.params.get("token").map(param_text).unwrap_or_default();
    let token = world.tokens.get(&id).ok_or(Reason::UnknownToken)?;
    token.permit(world.now_ms)?;
    if world.instances.len() >= MAX_INSTANCES {
        return Err(Refusal::because(Reason::Invalid, format!("a world holds {MAX_INSTANCES} instances at most")));
    }
    let process = token.text("process").unwrap_or_default();
    let version = token.fields.get("process-version").and_then(Value::as_u64);
    let program = world.setup.program(&world.id, process, version).ok_or(Reason::UnknownProcess)?;
    let instance = Instance::new(world.identifier(), id.clone(), program, call.base_url, world.now_ms);
    let object = object(world, &instance);
    let fields = Data::from(&Value::Object(token.fields.clone()));
    let scope = compose::with_fields(compose::scope(world, call), &object).with("token", fields);
    let answer = compose::write(call, "created", object, scope)?;
    world.instances.push(instance);
    if let Some(token) = world.tokens.get_mut(&id) {
        token.count();
    }
    Ok(answer)
}

/// Tells the state of an instance.
pub fn read(world: &mut World, call: &Call<'_>) -> Result<WireAnswer, Refusal> {
    let instance = &world.instances[world.find(call)?];
    let object = object(world, instance);
    let variables = instance.execution.as_ref().map(|execution| Value::Object(execution.variables().clone()));
    let scope = compose::with_fields(compose::scope(world, call), &object);
    let scope = scope.with("variables", Data::from(variables.unwrap_or_else(|| json!({}))));
    compose::write(call, "found", object, scope)
}

/// Ends an instance where it stands.
pub fn end(world: &mut World, call: &Call<'_>) -> Result<WireAnswer, Refusal> {
    let index = world.find(call)?;
    world.instances[index].terminate(world.now_ms)?;
    let object = object(world, &world.instances[index]);
    let scope = compose::with_fields(compose::scope(world, call), &object);
    compose::write(call, "ended", object, scope)
}

/// What can be told of an instance.
fn object(world: &World, instance: &Instance) -> Map<String, Value> {
    let catalogue = world.setup.catalogue();
    let until = instance.ended_ms.unwrap_or(world.now_ms);
    let fields = json!({
        "instance": instance.id,
        "tenant": catalogue.session.simulated.tenant,
        "process": instance.program.name,
        "process-id": instance.program.id,
        "process-version": instance.program.version,
        "created": clock::written(instance.created_ms),
        "elapsed": until.saturating_sub(instance.created_ms),
        "state": instance.state(catalogue),
    });
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
