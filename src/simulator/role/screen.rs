use serde_json::{Map, Value};

use super::compose;
use crate::catalogue::WireAnswer;
use crate::process::State;
use crate::simulator::behaviour::Surfaced;
use crate::simulator::instance::Instance;
use crate::simulator::refusal::{Reason, Refusal};
use crate::simulator::world::{Call, World};
use crate::template::Data;

/// Why it is told where an instance stands.
pub enum Occasion {
    /// Somebody asked.
    Asked,
    /// The request has led there, so that a failure on the way belongs to it.
    Moved,
    /// The request was for nothing, and the element waits on.
    Stayed(Option<Surfaced>),
}

/// Tells where an instance stands: its screen, or its end.
pub fn write(world: &World, call: &Call<'_>, index: usize, occasion: &Occasion) -> Result<WireAnswer, Refusal> {
    let instance = &world.instances[index];
    let execution = instance.execution.as_ref().ok_or(Reason::NotStarted)?;
    let catalogue = world.setup.catalogue();
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| object.insert(name.to_owned(), value);
    put("instance", instance.id.as_str().into());
    put("state", instance.state(catalogue).into());
    put("process", instance.program.name.as_str().into());
    put("tenant", catalogue.session.simulated.tenant.as_str().into());
    let language = instance.program.language().unwrap_or(&catalogue.session.simulated.language);
    put("language", language.into());
    put("parameters", Value::Object(instance.memory.waiting.parameters(execution.inputs())));
    put("timed_out", instance.timed_out.into());
    put("element", element(instance));
    let ended = match execution.state() {
        State::Waiting { due, .. } => {
            // A timer that is due within the second has not fired yet.
            put("timeout", due.map(|due| due.saturating_sub(world.now_ms).div_ceil(1_000)).into());
            false
        }
        State::Ended { .. } => true,
        State::Incident(incident) => {
            put("message", incident.to_string().into());
            true
        }
    };
    let failure = match occasion {
        Occasion::Stayed(failure) => failure.as_ref(),
        Occasion::Moved => instance.memory.waiting.failure.as_ref(),
        Occasion::Asked => instance.memory.waiting.failure.as_ref().filter(|_| ended),
    };
    if let Some(failure) = failure {
        put("code", failure.code.into());
        put("message", failure.message.as_str().into());
        put("problems", Some(&failure.problems).filter(|all| !all.is_empty()).cloned().map(Value::Object).into());
    }
    let answer = match failure {
        _ if ended => "end",
        Some(_) if call.exchange.answer("failure").is_some() => "failure",
        _ => "screen",
    };
    let token = world.tokens.get(&instance.token).map(|token| Value::Object(token.fields.clone()));
    let scope = compose::with_fields(compose::scope(world, call), &object);
    let scope = scope.with("token", Data::from(token.unwrap_or_default()));
    compose::write(call, answer, object, scope)
}

/// The element at which an instance stands: `id`, `name` and its extension attributes.
fn element(instance: &Instance) -> Value {
    let Some(at) = instance.execution.as_ref().and_then(|execution| execution.at()) else { return Value::Null };
    let node = &instance.program.definition[at];
    let attributes = instance.program.attributes(at).iter();
    let mut element: Map<String, Value> =
        attributes.map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    element.insert("id".to_owned(), node.id.as_str().into());
    if let Some(name) = &node.name {
        element.insert("name".to_owned(), name.split_whitespace().collect::<Vec<_>>().join(" ").into());
    }
    Value::Object(element)
}
