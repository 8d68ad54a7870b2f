use serde_json::{Map, Value};

use super::compose;
use super::walk::must_accept;
use crate::catalogue::WireAnswer;
use crate::catalogue::variable;
use crate::catalogue::{CAPTURES, CURRENT, facts};
use crate::simulator::bound::MAX_CAPTURES;
use crate::simulator::refusal::{Reason, Refusal};
use crate::simulator::world::{Call, World, param_text};

/// Takes a file for the element at which an instance waits.
pub fn store(world: &mut World, call: &Call<'_>) -> Result<WireAnswer, Refusal> {
    let index = world.find(call)?;
    let node = world.instances[index].must_wait()?.1;
    must_accept(world, call, index, node)?;
    must_match(world, call, index)?;
    let files = call.params.iter().filter_map(|(name, value)| Some((name, value.as_file()?)));
    let (name, file) = files.into_iter().next().ok_or_else(|| Refusal::because(Reason::Invalid, "there is no file"))?;
    if file.bytes.is_empty() {
        return Err(Refusal::because(Reason::Invalid, format!("`{name}` is empty")));
    }
    let instance = &mut world.instances[index];
    if let (Some(pattern), Some(execution)) = (&call.exchange.stores, &mut instance.execution) {
        let inputs = call.params.iter().filter_map(|(name, value)| Some((name.clone(), value.as_json()?.clone())));
        let inputs = inputs.collect();
        let path = variable::fill(pattern, &[&inputs, execution.variables()]);
        let path = path.ok_or_else(|| Refusal::because(Reason::NotWaiting, format!("`{pattern}` is not complete")))?;
        let before = variable::get(execution.variables(), &path).and_then(Value::as_object);
        let mut facts = facts(&file.bytes);
        let recorded = call.exchange.records.iter().filter_map(|name| Some((name, inputs.get(&name.value)?)));
        facts.extend(recorded.map(|(name, value)| (name.value.clone(), value.clone())));
        let subject = captured(before.cloned().unwrap_or_default(), facts);
        let written = execution.write(&path, subject);
        written.map_err(|error| Refusal::because(Reason::Invalid, error.to_string()))?;
    }
    instance.uploads.insert(call.exchange.name.value.clone());
    let scope = compose::scope(world, call);
    compose::write(call, "stored", Map::new(), scope)
}

/// Whether the file is one of those that the element asks for, as far as it says so.
fn must_match(world: &World, call: &Call<'_>, index: usize) -> Result<(), Refusal> {
    let Some(execution) = &world.instances[index].execution else { return Ok(()) };
    for (name, parameter) in &call.exchange.matches {
        let wanted = execution.inputs().get(parameter).filter(|wanted| !wanted.is_null()).map(variable::text);
        if let Some(wanted) =
            wanted.filter(|wanted| call.params.get(&name.value).map(param_text).as_ref() != Some(wanted))
        {
            return Err(Refusal::because(Reason::NotWaiting, format!("`{}` must be `{wanted}`", name.value)));
        }
    }
    Ok(())
}

/// A subject with one more capture.
fn captured(mut subject: Map<String, Value>, facts: Map<String, Value>) -> Value {
    let mut captures = subject.get(CAPTURES).and_then(Value::as_object).cloned().unwrap_or_default();
    let number = captures.keys().filter_map(|number| number.parse::<u64>().ok()).max().unwrap_or_default() + 1;
    captures.insert(number.to_string(), Value::Object(facts.clone()));
    while captures.len() > MAX_CAPTURES {
        let oldest = captures.keys().next().cloned().unwrap_or_default();
        captures.shift_remove(&oldest);
    }
    subject.insert(CURRENT.to_owned(), Value::Object(facts));
    subject.insert(CAPTURES.to_owned(), Value::Object(captures));
    Value::Object(subject)
}
