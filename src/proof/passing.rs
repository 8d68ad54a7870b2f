use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::catalogue::{Behaviour, Catalogue, variable};
use crate::process::{Call, Effect, Work};

/// What automatic elements do where all is well: checks pass, nothing more is required, and a decision is what it is without a
/// failure.
pub(super) struct Passing<'a>(pub &'a Catalogue);

impl Work for Passing<'_> {
    fn perform(&mut self, call: Call<'_>) -> Effect {
        let automatic = self.0.automatic_of(&call.node.attribute_texts(), call.node.name.as_deref());
        let (mut locals, mut set, mut remove) = (Map::new(), Vec::new(), Vec::new());
        let given = |name: &String| call.inputs.get(name).filter(|value| !value.is_null());
        match automatic.map(|automatic| &automatic.behaviour) {
            Some(Behaviour::Check { results, .. }) => {
                locals.extend(results.iter().map(|(name, on_failed)| (name.clone(), Value::from(!on_failed))));
            }
            Some(Behaviour::Counter { variable }) => {
                let name = given(variable).map(variable::text).unwrap_or_default();
                let counted = variable::get(call.variables, name.trim()).and_then(Value::as_i64).unwrap_or_default();
                set.push((name.trim().to_owned(), Value::from(counted.saturating_add(1))));
            }
            Some(Behaviour::Clear { variables }) => {
                let listed = given(variables).and_then(variable::list).unwrap_or_default();
                remove.extend(listed.iter().map(|name| variable::text(name).trim().to_owned()));
            }
            Some(Behaviour::Decide { from, otherwise, result, .. }) => {
                let decided = given(from).filter(|value| *value != "").unwrap_or(otherwise);
                locals.insert(result.clone(), decided.clone());
            }
            Some(Behaviour::Tally(tally)) => drop(locals.insert(tally.result.clone(), Value::Bool(true))),
            Some(Behaviour::Stub) | None => {}
        }
        if let Some(automatic) = automatic {
            for (name, value) in &automatic.locals {
                locals.entry(name).or_insert_with(|| value.clone());
            }
            let known = [&locals, call.inputs, call.variables];
            for (path, name) in &automatic.writes {
                let value = locals.get(name).or_else(|| call.inputs.get(name));
                set.extend(value.map(|value| variable::places(path, value, &known)).unwrap_or_default());
            }
        }
        let names: HashSet<&str> = set.iter().filter_map(|(path, _)| path.split('.').next()).collect();
        let unset = call.unset(&locals, &names);
        locals.extend(unset.into_iter().map(|name| (name, Value::Null)));
        Effect::Complete { locals, set, remove }
    }
}
