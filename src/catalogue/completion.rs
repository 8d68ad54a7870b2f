use serde_json::{Map, Value};

use super::{Accepted, Simulated, variable};

/// What a catalogue calls all local variables.
const ALL: &str = "*";

impl Simulated {
    /// The local variables with which the element is completed: what the caller gives, over what the catalogue gives. Null is
    /// nothing.
    pub fn locals(&self, given: Option<&Map<String, Value>>) -> Map<String, Value> {
        let mut locals = self.locals.clone();
        let given = given.into_iter().flatten().filter(|(_, value)| !value.is_null());
        locals.extend(given.map(|(name, value)| (name.clone(), value.clone())));
        locals
    }

    /// The process variables that are written on completion, by dotted path. `inputs` are the input parameters of the element.
    pub fn written(
        &self,
        locals: &Map<String, Value>,
        inputs: &Map<String, Value>,
        variables: &Map<String, Value>,
    ) -> Vec<(String, Value)> {
        let known = [locals, inputs, variables];
        let mut written = Vec::new();
        for (path, name) in &self.writes {
            if name == ALL {
                written.extend(variable::places(path, &Value::Object(locals.clone()), &known));
            } else if let Some(value) = locals.get(name).or_else(|| inputs.get(name)) {
                written.extend(variable::places(path, value, &known));
            }
        }
        written
    }
}

impl Accepted {
    /// What is wrong with the local variable, if anything is; a sentence. `inputs` are the input parameters of the element.
    pub fn problem(&self, locals: &Map<String, Value>, inputs: &Map<String, Value>) -> Option<String> {
        let name = &self.local;
        let Some(value) = locals.get(name).filter(|value| !value.is_null()) else {
            return self.required.then(|| format!("`{name}` is missing"));
        };
        if let Err(problem) = self.kind.accepts(value) {
            return Some(format!("`{name}` {problem}"));
        }
        [self.listed(inputs), self.one_of.clone()].into_iter().find_map(|all| {
            let known = all.is_empty() || all.iter().any(|one| self.kind.same(one, value));
            let told = || all.iter().map(variable::text).collect::<Vec<_>>().join(", ");
            (!known).then(|| format!("`{name}` must be one of {}", told()))
        })
    }

    /// The only values by the element's own input parameters; empty for any.
    pub fn listed(&self, inputs: &Map<String, Value>) -> Vec<Value> {
        let listed = self.listed_in.as_ref().and_then(|list| variable::list(inputs.get(list)?)).unwrap_or_default();
        let member = |one| self.member.as_ref().map_or(one, |member| variable::member(one, member));
        listed.iter().map(|one| member(one).clone()).collect()
    }
}
