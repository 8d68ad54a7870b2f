use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::judge::HIDDEN;
use super::origin::Origin;
use crate::template::{Data, ReadFile, Reference, Scope};

/// Everything that templates of one scenario can see, and which of it is secret. What changes is changed in place, so that
/// an evaluation costs nothing but itself.
pub(super) struct Memory {
    scope: Scope,
    /// Where values came from, by their dotted names.
    origins: BTreeMap<String, Origin>,
    /// Why something is not there, by what would be read.
    skipped: BTreeMap<String, String>,
    /// Where the values of the case came from.
    case_origin: Option<Origin>,
    /// The names of the secrets that are there.
    secrets: BTreeSet<String>,
}

/// A value that a fragment is given.
pub(super) struct Given {
    pub name: String,
    pub value: Value,
    pub secret: bool,
    /// Where it came from.
    pub origin: Origin,
}

impl Memory {
    pub fn new(base: Scope) -> Self {
        let mut scope = base.taint("secrets");
        for root in ["vars", "secrets", "session", "steps"] {
            scope.set(root, Data::empty());
        }
        scope.set("visit", json!(0));
        Self::of(scope)
    }

    fn of(scope: Scope) -> Self {
        let (origins, skipped, secrets) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Self { scope, origins, skipped, case_origin: None, secrets }
    }

    /// What a fragment sees: what it is given, and what is everyone's.
    pub fn inside(&self, given: Vec<Given>) -> Self {
        let mut inner = Self::of(self.scope.clone());
        for root in ["vars", "steps", "inputs"] {
            inner.scope.clear(root);
        }
        for root in ["secrets", "case"] {
            inner.scope.forget(root);
        }
        for Given { name, value, secret, origin } in given {
            inner.scope.put("inputs", &name, &value);
            inner.scope.mark(&["inputs", &name], secret);
            inner.origins.insert(format!("inputs.{name}"), origin);
        }
        inner
    }

    /// The scope of the next evaluation.
    pub fn scope(&self) -> Scope {
        self.scope.clone()
    }

    pub fn set_case_origin(&mut self, origin: Origin) {
        self.case_origin = Some(origin);
    }

    /// Takes note of what is known of a value of the run.
    pub fn set_run(&mut self, name: &str, secret: bool, origin: &Origin) {
        self.scope.mark(&["run", name], secret);
        self.origins.insert(format!("run.{name}"), origin.clone());
    }

    /// Sets where templates read files.
    pub fn read_files(&mut self, read: ReadFile) {
        self.scope = self.scope.clone().files(read);
    }

    pub fn has_var(&self, name: &str) -> bool {
        self.origins.contains_key(&format!("vars.{name}"))
    }

    pub fn set_var(&mut self, name: &str, value: &Value, secret: bool, origin: Origin) {
        self.scope.put("vars", name, value);
        self.scope.mark(&["vars", name], secret);
        let path = format!("vars.{name}");
        self.skipped.remove(&path);
        self.origins.insert(path, origin);
    }

    pub fn has_secret(&self, name: &str) -> bool {
        self.secrets.contains(name)
    }

    pub fn set_secret(&mut self, name: &str, value: &Value) {
        self.secrets.insert(name.to_owned());
        self.scope.put("secrets", name, value);
    }

    /// Sets the session of the one who acts: names, values and whether they are secret.
    pub fn set_session<'a>(&mut self, kept: impl Iterator<Item = (&'a str, &'a Data, bool)>) {
        let fields = self.fields(&["session"], kept);
        self.scope.set("session", fields);
    }

    /// Sets the session of any actor.
    pub fn set_actor<'a>(&mut self, actor: &str, kept: impl Iterator<Item = (&'a str, &'a Data, bool)>) {
        let fields = self.fields(&["actors", actor], kept);
        self.scope.put("actors", actor, fields);
    }

    fn fields<'a>(&mut self, path: &[&str], kept: impl Iterator<Item = (&'a str, &'a Data, bool)>) -> Data {
        let fields = kept.map(|(name, data, secret)| {
            self.scope.mark(&[path, &[name]].concat(), secret);
            (name, data.clone())
        });
        Data::fields(fields)
    }

    pub fn set_step(&mut self, id: &str, value: &Value, secret: bool, origin: Origin) {
        self.scope.put("steps", id, value);
        self.scope.mark(&["steps", id], secret);
        let path = format!("steps.{id}");
        self.skipped.remove(&path);
        self.origins.insert(path, origin);
    }

    pub fn set_position(&mut self, position: Data) {
        self.scope.set("position", position);
    }

    /// Takes note that a step was skipped: what an earlier turn left of it is gone, and it has saved nothing.
    pub fn skip<'a>(&mut self, id: Option<&str>, saved: impl Iterator<Item = &'a str>, reason: &str) {
        if let Some(id) = id {
            self.scope.remove("steps", id);
            self.skipped.insert(format!("steps.{id}"), reason.to_owned());
        }
        for name in saved.filter(|name| !self.has_var(name)).collect::<Vec<_>>() {
            self.skipped.insert(format!("vars.{name}"), reason.to_owned());
        }
    }

    /// Sets which visit of its activity the current step is; 0 where it is none.
    pub fn set_visit(&mut self, visit: u32) {
        self.scope.set("visit", json!(visit));
    }

    /// The values that expressions read and whose origin is known, each once; what is secret is only named.
    pub fn known<'a>(&self, references: impl IntoIterator<Item = &'a Reference>) -> Vec<(String, Value, &Origin)> {
        let mut known: Vec<(String, Value, &Origin)> = Vec::new();
        for reference in references {
            let of_case = self.case_origin.as_ref().filter(|_| reference.path[0] == "case");
            let Some(origin) = self.origins.get(&short_name(reference)).or(of_case) else { continue };
            let name = reference.path.join(".");
            if known.iter().any(|(other, ..)| *other == name) {
                continue;
            }
            let value = match self.scope.is_tainted(&reference.path) {
                true => Some(Value::String(HIDDEN.to_owned())),
                false => self.scope.json(&reference.path),
            };
            known.extend(value.map(|value| (name, value, origin)));
        }
        known
    }

    /// Why things that an expression reads are not there, each once.
    pub fn absences<'a>(&self, references: impl IntoIterator<Item = &'a Reference>) -> Vec<String> {
        let mut told: Vec<String> = Vec::new();
        for name in references.into_iter().map(short_name) {
            let Some(reason) = self.skipped.get(&name) else { continue };
            let line = format!("there is no `{name}`: {reason}");
            if !told.contains(&line) {
                told.push(line);
            }
        }
        told
    }
}

/// The first two segments of what is read.
fn short_name(reference: &Reference) -> String {
    reference.path[..reference.path.len().min(2)].join(".")
}
