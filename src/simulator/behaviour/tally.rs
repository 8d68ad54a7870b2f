use std::borrow::Cow;

use serde_json::{Map, Value};

use super::player::completed;
use crate::catalogue::Tally;
use crate::process::{Call, Effect};
use crate::simulator::facts::CAPTURES;
use crate::simulator::variable;

/// Whether everything on a list was captured; without a list, it was.
pub fn tally(counted: &Tally, call: &Call<'_>) -> Effect {
    let list = call.inputs.get(&counted.list).filter(|list| !list.is_null() && *list != "");
    let list = list.or_else(|| variable::get(call.variables, counted.or_from.as_ref()?));
    let Some(wanted) = list.map_or(Some(Vec::new()), |list| variable::list(list).map(Cow::into_owned)) else {
        return Effect::Incident(format!("`{}` is no list", counted.list));
    };
    let captured = variable::fill(&counted.of, &[call.inputs, call.variables]);
    let captured = captured.and_then(|path| variable::get(call.variables, &path)).and_then(Value::as_object);
    let counts = |item: &&Value| counted.counts.as_ref().and_then(|name| item.get(name)) != Some(&Value::Bool(false));
    let is_done = |item: &Value| {
        let name = variable::text(variable::member(item, &counted.key));
        captured
            .and_then(|captured| captured.get(&name))
            .is_some_and(|one| one.get(CAPTURES).is_some() && one.get(&counted.finished) == Some(&Value::Bool(true)))
    };
    let all = wanted.iter().filter(counts).all(is_done);
    completed(Map::from_iter([(counted.result.clone(), Value::from(all))]))
}
