use serde_json::{Map, Value};

use super::player::completed;
use crate::process::{Call, Effect};

/// Decides by a value that is given, else by whether some check failed.
pub struct Decide<'a> {
    /// The input parameter whose value is taken as it is.
    pub from: &'a str,
    /// The input parameter that gives the decision when a check failed.
    pub on_failure: &'a str,
    /// The decision otherwise.
    pub otherwise: &'a Value,
    /// The local variable that is written.
    pub result: &'a str,
}

impl Decide<'_> {
    /// Decides.
    pub fn perform(&self, call: &Call<'_>, failed: bool) -> Effect {
        let given = |name: &str| call.inputs.get(name).filter(|value| !value.is_null() && *value != "");
        let on_failure = || failed.then(|| given(self.on_failure)).flatten();
        let decision = given(self.from).or_else(on_failure).unwrap_or(self.otherwise);
        completed(Map::from_iter([(self.result.to_owned(), decision.clone())]))
    }
}
