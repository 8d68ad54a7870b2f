use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::template::{Data, ReadFile, Reference, Scope};

/// Everything that templates of one scenario can see, and which of it is secret. What changes is changed in place, so that
/// an evaluation costs nothing but itself.
pub(super) struct Memory {
    scope: Scope,
    /// Where values came from, by their dotted names.
    origins: BTreeMap<String, String>,
    /// Why something is not there, by what would be read.
    skipped: BTreeMap<String, String>,
    /// Where the values of the case came from.
    case_origin: Option<String>,
    /// The names of the secrets that are there.
    secrets: BTreeSet<String>,
}

/// A value that a fragment is given.
pub(super) struct Given {
    pub name: String,
    pub value: Value,
    pub secret: bool,
    /// Where it came from.
    pub origin: String,
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

    pub fn set_case_origin(&mut self, origin: String) {
        self.case_origin = Some(origin);
    }

    /// Takes note of what is known of a value of the run.
    pub fn set_run(&mut self, name: &str, secret: bool, origin: &str) {
        self.scope.mark(&["run", name], secret);
        self.origins.insert(format!("run.{name}"), origin.to_owned());
    }

    /// Sets where templates read files.
    pub fn read_files(&mut self, read: ReadFile) {
        self.scope = self.scope.clone().files(read);
    }

    pub fn has_var(&self, name: &str) -> bool {
        self.origins.contains_key(&format!("vars.{name}"))
    }

    pub fn set_var(&mut self, name: &str, value: &Value, secret: bool, origin: String) {
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

    pub fn set_step(&mut self, id: &str, value: &Value, secret: bool) {
        self.scope.put("steps", id, value);
        self.scope.mark(&["steps", id], secret);
        self.skipped.remove(&format!("steps.{id}"));
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

    /// Why things that an expression reads are not there.
    pub fn absences<'a>(&self, references: impl IntoIterator<Item = &'a Reference>) -> Vec<String> {
        told(references, |name| self.skipped.get(name).map(|reason| format!("there is no `{name}`: {reason}")))
    }

    /// Sets which visit of its activity the current step is; 0 where it is none.
    pub fn set_visit(&mut self, visit: u32) {
        self.scope.set("visit", json!(visit));
    }

    /// Where the values that an expression reads came from.
    pub fn origins<'a>(&self, references: impl IntoIterator<Item = &'a Reference>) -> Vec<String> {
        told(references, |name| {
            let of_case = self.case_origin.as_ref().filter(|_| name.starts_with("case."));
            self.origins.get(name).or(of_case).map(|origin| format!("`{name}` {origin}"))
        })
    }
}

/// What is known of the things that an expression reads, each once, by the first two segments of their paths.
fn told<'a>(
    references: impl IntoIterator<Item = &'a Reference>,
    known: impl Fn(&str) -> Option<String>,
) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for reference in references {
        let name = reference.path.iter().take(2).cloned().collect::<Vec<_>>().join(".");
        if let Some(line) = known(&name).filter(|line| !told.contains(line)) {
            told.push(line);
        }
    }
    told
}
