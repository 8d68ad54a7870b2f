use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::catalogue::{Activity, Input, Outcome};
use crate::template::Scope;

/// The semantic name of what completes an element.
const VARIABLES: &str = "variables";
/// What engines answer where they grant what was asked.
const STATUSES: [u16; 4] = [200, 201, 202, 204];

/// An activity with what it is given, at an element.
pub(super) struct Filled<'a> {
    activity: &'a Activity,
    /// The values by input.
    inputs: Map<String, Value>,
    scope: Scope,
    /// The local variables with which the element is completed.
    pub locals: Map<String, Value>,
}

impl<'a> Filled<'a> {
    /// Fills in an activity; `element` are the input parameters of the element. `None` if that does not take it.
    pub fn of(activity: &'a Activity, given: &[(&Input, Value)], element: &Map<String, Value>) -> Option<Self> {
        let scope = Scope::new(jiff::Timestamp::UNIX_EPOCH, Arc::new(uuid::Uuid::nil));
        let scope = scope.with("session", json!({})).with("position", json!({ "parameters": element }));
        let (mut inputs, mut by_variable) = (Map::new(), Map::new());
        for input in &activity.inputs {
            let own = given.iter().find(|(other, _)| other.name == input.name).map(|(_, value)| value.clone());
            // What a default reads of a session is not known, and decides nothing.
            let default = || input.default.as_ref().and_then(|default| default.evaluate(&scope).ok());
            let value = own.or_else(|| default().map(|evaluated| evaluated.value)).unwrap_or(Value::Null);
            inputs.insert(input.name.value.clone(), value.clone());
            by_variable.insert(input.variable(), value);
        }
        let scope = scope.with("inputs", Value::Object(by_variable));
        let with = activity.requests.last().and_then(|request| request.with.as_ref());
        let variables = with.into_iter().flatten().find(|(name, _)| name.value == VARIABLES);
        let variables =
            variables.and_then(|(_, template)| template.evaluate(&scope).ok()).map(|evaluated| evaluated.value);
        let locals = activity.simulated.locals(variables.as_ref().and_then(Value::as_object));
        let fits = activity.simulated.accepts.iter().all(|accepted| accepted.problem(&locals, element).is_none());
        fits.then_some(Self { activity, inputs, scope, locals })
    }

    /// The outcomes that an answer can be which grants what was asked, with a code if it shows one.
    pub fn outcomes(&self, code: Option<i64>) -> impl Iterator<Item = &'a Outcome> + '_ {
        let fields = code.map_or_else(|| json!({}), |code| json!({ "code": code }));
        STATUSES.iter().filter_map(move |status| self.activity.classify(*status, &fields, &self.inputs, &self.scope))
    }
}
