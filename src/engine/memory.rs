use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::template::{Data, Reference, Scope};

/// Everything that templates of one scenario can see, and which of it is secret. What changes is changed in place, so that
/// an evaluation costs nothing but itself.
pub(super) struct Memory {
    scope: Scope,
    /// Where values came from, by their dotted names.
    origins: BTreeMap<String, String>,
}

impl Memory {
    pub fn new(base: Scope) -> Self {
        let mut scope = base.taint("secrets");
        for root in ["vars", "secrets", "session", "steps"] {
            scope.set(root, Data::empty());
        }
        scope.set("visit", json!(0));
        Self { scope, origins: BTreeMap::new() }
    }

    /// The scope of the next evaluation.
    pub fn scope(&self) -> Scope {
        self.scope.clone()
    }

    pub fn has_var(&self, name: &str) -> bool {
        self.origins.contains_key(&format!("vars.{name}"))
    }

    pub fn set_var(&mut self, name: &str, value: &Value, secret: bool, origin: String) {
        self.scope.put("vars", name, value);
        self.scope.mark(&["vars", name], secret);
        self.origins.insert(format!("vars.{name}"), origin);
    }

    pub fn set_secret(&mut self, name: &str, value: &Value) {
        self.scope.put("secrets", name, value);
    }

    pub fn set_session<'a>(&mut self, kept: impl Iterator<Item = (&'a str, &'a Data, bool)>) {
        let mut fields = Vec::new();
        for (name, data, secret) in kept {
            self.scope.mark(&["session", name], secret);
            fields.push((name, data.clone()));
        }
        self.scope.set("session", Data::fields(fields));
    }

    pub fn set_step(&mut self, id: &str, value: &Value, secret: bool) {
        self.scope.put("steps", id, value);
        self.scope.mark(&["steps", id], secret);
    }

    pub fn set_position(&mut self, position: Data) {
        self.scope.set("position", position);
    }

    /// Sets which visit of its activity the current step is; 0 where it is none.
    pub fn set_visit(&mut self, visit: u32) {
        self.scope.set("visit", json!(visit));
    }

    /// Where the values that an expression reads came from.
    pub fn origins<'a>(&self, references: impl Iterator<Item = &'a Reference>) -> Vec<String> {
        let mut told: Vec<String> = Vec::new();
        for reference in references {
            let name = reference.path.iter().take(2).cloned().collect::<Vec<_>>().join(".");
            if let Some(origin) = self.origins.get(&name) {
                let line = format!("`{name}` {origin}");
                if !told.contains(&line) {
                    told.push(line);
                }
            }
        }
        told
    }
}
