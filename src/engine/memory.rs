use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::template::{Data, Reference, Scope};

/// Everything that templates of one scenario can see, and which of it is secret.
pub(super) struct Memory {
    base: Scope,
    vars: BTreeMap<String, Data>,
    secrets: BTreeMap<String, Data>,
    session: BTreeMap<String, Data>,
    steps: BTreeMap<String, Data>,
    visits: BTreeMap<String, u32>,
    /// Which visit of its activity the current step is; 0 where it is none.
    pub visit: u32,
    tainted: BTreeSet<Vec<String>>,
    origins: BTreeMap<String, String>,
}

impl Memory {
    pub fn new(base: Scope) -> Self {
        Self {
            base,
            vars: BTreeMap::new(),
            secrets: BTreeMap::new(),
            session: BTreeMap::new(),
            steps: BTreeMap::new(),
            visits: BTreeMap::new(),
            visit: 0,
            tainted: BTreeSet::from([vec!["secrets".to_owned()]]),
            origins: BTreeMap::new(),
        }
    }

    /// The scope of the next evaluation.
    pub fn scope(&self, position: &Value) -> Scope {
        let fields =
            |data: &BTreeMap<String, Data>| Data::fields(data.iter().map(|(name, data)| (name.clone(), data.clone())));
        let mut scope = self
            .base
            .clone()
            .with("vars", fields(&self.vars))
            .with("secrets", fields(&self.secrets))
            .with("session", fields(&self.session))
            .with("steps", fields(&self.steps))
            .with("visit", json!(self.visit))
            .with("position", position);
        for path in &self.tainted {
            scope = scope.taint_path(path.clone());
        }
        scope
    }

    pub fn has_var(&self, name: &str) -> bool {
        self.vars.contains_key(name)
    }

    pub fn set_var(&mut self, name: &str, value: &Value, secret: bool, origin: String) {
        self.vars.insert(name.to_owned(), value.into());
        self.origins.insert(format!("vars.{name}"), origin);
        self.mark(&["vars", name], secret);
    }

    pub fn set_secret(&mut self, name: &str, value: &Value) {
        self.secrets.insert(name.to_owned(), value.into());
    }

    pub fn set_session(&mut self, name: &str, value: &Value, secret: bool) {
        self.session.insert(name.to_owned(), value.into());
        self.mark(&["session", name], secret);
    }

    pub fn set_step(&mut self, id: &str, value: &Value, secret: bool) {
        self.steps.insert(id.to_owned(), value.into());
        self.mark(&["steps", id], secret);
    }

    /// Counts a visit of an activity and tells how many there were.
    pub fn visit(&mut self, activity: &str) -> u32 {
        let visits = self.visits.entry(activity.to_owned()).or_default();
        *visits += 1;
        *visits
    }

    pub fn visits(&self, activity: &str) -> u32 {
        self.visits.get(activity).copied().unwrap_or_default()
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

    fn mark(&mut self, path: &[&str], secret: bool) {
        let path: Vec<String> = path.iter().map(|&segment| segment.to_owned()).collect();
        if secret {
            self.tainted.insert(path);
        } else {
            self.tainted.remove(&path);
        }
    }
}
