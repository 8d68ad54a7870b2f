use serde_json::Value;

use super::{completion, screen};
use crate::catalogue::{Simulated, WireAnswer};
use crate::process::{Input, NodeIndex};
use crate::simulator::behaviour::Surfaced;
use crate::simulator::refusal::{Reason, Refusal};
use crate::simulator::told::{Known, Told, told};
use crate::simulator::world::{Call, World};

/// Starts an instance; when it has been started, tells where it stands.
pub fn start(world: &mut World, call: &Call<'_>) -> Result<WireAnswer, Refusal> {
    let index = world.find(call)?;
    if world.instances[index].execution.is_some() {
        return screen::write(world, call, index, false);
    }
    world.begin(index, call.correlation);
    screen::write(world, call, index, true)
}

/// Completes the element at which an instance waits, or fails there as it was told.
pub fn go_on(world: &mut World, call: &Call<'_>) -> Result<WireAnswer, Refusal> {
    let index = world.find(call)?;
    let node = world.instances[index].must_wait()?.1;
    must_accept(world, call, index, node)?;
    let setup = std::sync::Arc::clone(&world.setup);
    let program = std::sync::Arc::clone(&world.instances[index].program);
    let activity = program.activity(node, setup.catalogue());
    let nothing = Simulated::default();
    let simulated = activity.map_or(&nothing, |activity| &activity.simulated);
    let locals = completion::locals(call, simulated);
    completion::judge(simulated, &locals, &world.instances[index])?;
    let node = &program.definition[node];
    let mut keys = vec![node.id.as_str()];
    keys.extend(node.name.as_deref());
    keys.extend(activity.map(|activity| activity.name.value.as_str()));
    let directive = world.take(&keys);
    let caught = |error: &str| program.definition.error_handler(node.index, error).is_some();
    let failures = activity.map_or(Known::Nothing, Known::Activity).failures(caught);
    let told = directive.as_ref().map(|directive| told(directive, &failures, node.title())).transpose();
    let told = told.map_err(|problem| Refusal::because(Reason::Invalid, format!("the script is wrong: {problem}")))?;
    let set: Vec<(String, Value)> = directive.map(|directive| directive.set.into_iter().collect()).unwrap_or_default();
    let (error, code, message) = match told {
        Some(Told::Fail { failure, code }) => (failure.error, code, failure.message),
        Some(Told::Raise { error, code }) => (error, code, None),
        Some(Told::Pass) | None => {
            let execution = world.instances[index].execution.as_ref().ok_or(Reason::NotStarted)?;
            let input = completion::input(locals, simulated, execution, set);
            world.apply(index, input, call.correlation)?;
            return screen::write(world, call, index, true);
        }
    };
    world.apply(index, Input::Throw { code: error, message: message.clone(), set }, call.correlation)?;
    let waiting = &mut world.instances[index].memory.waiting;
    if let (Some(code), None) = (code, &waiting.failure) {
        waiting.failure = Some(Surfaced { code, message: message.unwrap_or_default() });
    }
    screen::write(world, call, index, true)
}

/// Whether the element at which an instance waits takes this exchange. One that lists no activities is taken by all that no
/// other of its role lists.
pub fn must_accept(world: &World, call: &Call<'_>, index: usize, node: NodeIndex) -> Result<(), Refusal> {
    let accepts = &call.exchange.accepts;
    let activity = world.instances[index].program.activity(node, world.setup.catalogue());
    let accepted = activity.is_some_and(|activity| accepts.iter().any(|name| name.value == activity.name.value));
    let role = call.exchange.role;
    let others = world.setup.catalogue().wire.exchanges.iter().filter(|other| other.role == role);
    let mut elsewhere = others.flat_map(|other| &other.accepts);
    let taken =
        accepts.is_empty() && !activity.is_some_and(|activity| elsewhere.any(|name| name.value == activity.name.value));
    if taken || accepted { Ok(()) } else { Err(Reason::NotWaiting.into()) }
}
