use serde_json::{Map, Value};

use super::codec::field;
use super::{Activity, Outcome, When};
use crate::expect::{Judgement, Matcher};
use crate::template::Scope;

impl When {
    /// Whether an answer is meant. `fields` is the semantic object that was read from it
    /// ([`Wire::read_answer`](super::Wire::read_answer)), `inputs` is what the step gave, by input name. Null is nothing,
    /// so `exists: false` holds of it. A condition that cannot be decided does not hold.
    pub fn matches(&self, status: u16, fields: &Value, inputs: &Map<String, Value>, scope: &Scope) -> bool {
        let holds = |matcher: &Matcher, name: &str, actual: Option<&Value>| {
            let judged = matcher.judge(name, actual.filter(|value| !value.is_null()), scope);
            judged.iter().all(Judgement::holds)
        };
        self.status.as_ref().is_none_or(|wanted| wanted.judge(status, scope).iter().all(Judgement::holds))
            && self.fields.iter().all(|(name, matcher)| holds(matcher, name, field(fields, name)))
            && self.inputs.iter().all(|(name, matcher)| holds(matcher, name, inputs.get(&name.value)))
    }
}

impl Activity {
    /// The outcome that an answer is: the first whose conditions hold. `None` if the catalogue has no word for it.
    pub fn classify(
        &self,
        status: u16,
        fields: &Value,
        inputs: &Map<String, Value>,
        scope: &Scope,
    ) -> Option<&Outcome> {
        self.outcomes.iter().find(|outcome| outcome.when.matches(status, fields, inputs, scope))
    }
}
