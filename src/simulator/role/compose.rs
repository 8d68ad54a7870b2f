use serde_json::{Map, Value};

use crate::catalogue::WireAnswer;
use crate::process;
use crate::simulator::refusal::{Reason, Refusal};
use crate::simulator::world::{Call, World};
use crate::template::{Data, Scope};

/// Writes the answer of a name: the fields of an object, and those that the catalogue composes over `scope`.
///
/// # Errors
/// The catalogue lists no such answer, or a composed field of it fails; both are mistakes of the catalogue and say so.
pub fn write(
    call: &Call<'_>,
    answer: &str,
    mut object: Map<String, Value>,
    scope: Scope,
) -> Result<WireAnswer, Refusal> {
    let mistake = |problem: String| {
        Refusal::because(
            Reason::Invalid,
            format!("the exchange `{}` of the catalogue {problem}", call.exchange.name.value),
        )
    };
    let written = call.exchange.answer(answer).ok_or_else(|| mistake(format!("has no answer `{answer}`")))?;
    for (name, template) in &written.values {
        let value = template.evaluate(&scope).map_err(|error| mistake(format!("cannot compose `{name}`: {error}")))?;
        process::write(&mut object, name, value.value).map_err(|error| mistake(error.to_string()))?;
    }
    Ok(call.exchange.write_answer(written, &Value::Object(object)))
}

/// What composed fields may read everywhere.
pub fn scope(world: &World, call: &Call<'_>) -> Scope {
    let tenant = Value::from(world.setup.catalogue().session.simulated.tenant.as_str());
    world.setup.scope(world.now_ms).with("base_url", Value::from(call.base_url)).with("tenant", tenant)
}

/// Adds each field as a root of its own.
pub fn with_fields(scope: Scope, fields: &Map<String, Value>) -> Scope {
    fields.iter().fold(scope, |scope, (name, value)| scope.with(name.as_str(), Data::from(value)))
}
