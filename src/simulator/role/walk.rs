use serde_json::{Map, Value};

use super::completion;
use super::filling::fill_in;
use super::screen::{self, Occasion};
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
        return screen::write(world, call, index, &Occasion::Asked);
    }
    world.begin(index, call.correlation);
    screen::write(world, call, index, &Occasion::Moved)
}

/// Completes the element at which an instance waits, or fails there as it was told.
pub fn go_on(world: &mut World, call: &Call<'_>) -> Result<WireAnswer, Refusal> {
    let index = world.find(call)?;
    let node = world.instances[index].must_wait()?.1;
    if let Some(event) = told_event(world, index) {
        world.apply(index, event, call.correlation)?;
        return screen::write(world, call, index, &Occasion::Moved);
    }
    must_accept(world, call, index, node)?;
    let setup = std::sync::Arc::clone(&world.setup);
    let program = std::sync::Arc::clone(&world.instances[index].program);
    let activity = program.activity(node, setup.catalogue());
    let nothing = Simulated::default();
    let simulated = activity.map_or(&nothing, |activity| &activity.simulated);
    let mut locals = completion::locals(call, simulated);
    completion::judge(simulated, &locals, &world.instances[index])?;
    let node = &program.definition[node];
    let mut keys = vec![node.id.as_str()];
    keys.extend(node.name.as_deref());
    keys.extend(activity.map(|activity| activity.name.value.as_str()));
    let directive = world.take(&keys);
    let caught = |error: &str| program.definition.handler(node.index, error).is_some();
    let failures = activity.map_or(Known::Nothing, Known::Activity).failures(caught);
    let told = directive.as_ref().map(|directive| told(directive, &failures, node.title())).transpose();
    let told = told.map_err(|problem| Refusal::because(Reason::Invalid, format!("the script is wrong: {problem}")))?;
    let set: Vec<(String, Value)> = directive.map(|directive| directive.set.into_iter().collect()).unwrap_or_default();
    let failing = match told {
        Some(Told::Fail { failure, code }) => {
            Some(Failing { error: failure.error, code, message: failure.message, problems: Map::new() })
        }
        Some(Told::Raise { error, code }) => {
            Some(Failing { error: Some(error), code, message: None, problems: Map::new() })
        }
        Some(Told::Pass) => None,
        None => activity.and_then(|activity| fill_in(world, index, (activity, node), &failures, &mut locals)),
    };
    match failing {
        Some(failing) => fail(world, call, index, failing, set),
        None => {
            let execution = world.instances[index].execution.as_ref().ok_or(Reason::NotStarted)?;
            let input = completion::input(locals, simulated, execution, set);
            world.apply(index, input, call.correlation)?;
            screen::write(world, call, index, &Occasion::Moved)
        }
    }
}

/// The message or signal that the script lets come before the answer, for an event that waits for it meanwhile.
fn told_event(world: &mut World, index: usize) -> Option<Input> {
    let program = std::sync::Arc::clone(&world.instances[index].program);
    let awaited = world.instances[index].execution.as_ref()?.awaited(&program.definition);
    awaited.into_iter().find_map(|event| {
        let mut keys = vec![event.id.as_str()];
        keys.extend(event.name.as_deref());
        keys.extend(event.awaited());
        let set = world.take(&keys)?.set.into_iter().collect();
        let name = event.awaited().unwrap_or_default().to_owned();
        Some(if event.expects_signal() { Input::Signal { name, set } } else { Input::Message { name, set } })
    })
}

/// How an interactive element fails.
pub struct Failing {
    /// The BPMN error that is raised; without one the element waits on.
    pub error: Option<String>,
    /// The code on the wire, if the wire shows it.
    pub code: Option<i64>,
    /// The message on the wire.
    pub message: Option<String>,
    /// What is wrong with single values, by their names.
    pub problems: Map<String, Value>,
}

fn fail(
    world: &mut World,
    call: &Call<'_>,
    index: usize,
    failing: Failing,
    set: Vec<(String, Value)>,
) -> Result<WireAnswer, Refusal> {
    let Failing { error, code, message, problems } = failing;
    let surfaced = code.map(|code| Surfaced { code, message: message.clone().unwrap_or_default(), problems });
    let Some(error) = error else {
        if let Some(execution) = &mut world.instances[index].execution {
            for (path, value) in set {
                let written = execution.write(&path, value);
                written.map_err(|problem| Refusal::because(Reason::Invalid, problem.to_string()))?;
            }
        }
        world.turn();
        return screen::write(world, call, index, &Occasion::Stayed(surfaced));
    };
    world.apply(index, Input::Throw { code: error, message, set }, call.correlation)?;
    let waiting = &mut world.instances[index].memory.waiting;
    if waiting.failure.is_none() {
        waiting.failure = surfaced;
    }
    screen::write(world, call, index, &Occasion::Moved)
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
