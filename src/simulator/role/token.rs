use serde_json::{Map, Value};

use super::compose;
use crate::catalogue::WireAnswer;
use crate::simulator::bound::MAX_TOKENS;
use crate::simulator::clock;
use crate::simulator::refusal::{Reason, Refusal};
use crate::simulator::token::Token;
use crate::simulator::world::{Call, World};

/// Creates a token.
pub fn create(world: &mut World, call: &Call<'_>) -> Result<WireAnswer, Refusal> {
    let given = call.params.iter().filter_map(|(name, value)| Some((name.clone(), value.as_json()?.clone())));
    let mut fields: Map<String, Value> = given.collect();
    let process = fields.get("process").and_then(Value::as_str).unwrap_or_default();
    let version = fields.get("process-version").and_then(Value::as_u64);
    if world.setup.program(&world.id, process, version).is_none() {
        return Err(Refusal::because(Reason::UnknownProcess, format!("`{process}`")));
    }
    let name = fields.get("name").filter(|name| !name.is_null());
    if name.is_some() && world.tokens.values().any(|token| token.fields.get("name") == name) {
        return Err(Reason::DuplicateName.into());
    }
    if world.tokens.len() >= MAX_TOKENS {
        return Err(Refusal::because(Reason::Invalid, format!("a world holds {MAX_TOKENS} tokens at most")));
    }
    let id = world.identifier();
    let now = clock::written(world.now_ms);
    let added = [
        ("id", Value::from(id.as_str())),
        ("tenant", Value::from(world.setup.catalogue().session.simulated.tenant.as_str())),
        ("counter", Value::from(0)),
        ("created", Value::from(now.as_str())),
        ("updated", Value::from(now)),
    ];
    fields.extend(added.map(|(name, value)| (name.to_owned(), value)));
    let scope = compose::with_fields(compose::scope(world, call), &fields);
    let answer = compose::write(call, "created", fields.clone(), scope)?;
    world.tokens.insert(id, Token::new(fields, &call.exchange.means));
    Ok(answer)
}
