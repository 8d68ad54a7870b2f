use std::borrow::Cow;

use serde_json::{Map, Value};

use super::player::completed;
use crate::catalogue::CAPTURES;
use crate::catalogue::Tally;
use crate::catalogue::variable;
use crate::process::{Call, Effect};

/// Whether everything was captured that the list requires, and the item at hand; without a list nothing is required.
pub fn tally(counted: &Tally, call: &Call<'_>) -> Effect {
    let list = call.inputs.get(&counted.list).filter(|list| !list.is_null());
    let list = list.or_else(|| variable::get(call.variables, counted.or_from.as_ref()?));
    let Some(listed) = list.map_or(Some(Cow::Borrowed(&[][..])), variable::list) else {
        return Effect::Incident(format!("`{}` is no list", counted.list));
    };
    let captured = variable::fill(&counted.of, &[call.inputs, call.variables]);
    let captured = captured.and_then(|path| variable::get(call.variables, &path)).and_then(Value::as_object);
    let is_done = |name: &Value| {
        captured
            .and_then(|captured| captured.get(&variable::text(name)))
            .is_some_and(|one| one.get(CAPTURES).is_some() && one.get(&counted.finished) == Some(&Value::Bool(true)))
    };
    let required = listed.iter().filter(|item| item.get(&counted.required).is_some_and(variable::is_true));
    let names = required.map(|item| variable::member(item, &counted.key));
    let at_hand = counted.at_hand.as_ref().and_then(|path| variable::get(call.variables, path));
    let all = names.chain(at_hand).all(is_done);
    completed(Map::from_iter([(counted.result.clone(), Value::from(all))]))
}
