use serde_json::{Map, Value};

use super::compose;
use crate::catalogue::WireAnswer;
use crate::simulator::refusal::{Reason, Refusal};
use crate::simulator::world::{Call, World, param_text};

/// Gives out a bearer for a key.
pub fn issue(world: &mut World, call: &Call<'_>) -> Result<WireAnswer, Refusal> {
    let key = call.params.get("key").map(param_text);
    if !key.is_some_and(|key| world.setup.keys.contains(&key)) {
        return Err(Reason::UnknownKey.into());
    }
    let ttl = world.setup.catalogue().session.simulated.credential_ttl;
    let expires = world.now_ms.saturating_add(u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX));
    let bearer = world.setup.signer.issue(&world.identifier(), &world.id, world.now_ms, expires);
    let object = [("bearer".to_owned(), Value::from(bearer)), ("ttl".to_owned(), Value::from(ttl.as_secs()))];
    let scope = compose::scope(world, call);
    compose::write(call, "issued", Map::from_iter(object), scope)
}
