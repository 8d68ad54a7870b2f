use std::collections::{BTreeSet, HashSet};

use serde_json::{Map, Value};

use super::memory::Shown;
use super::{Memory, check, clear, counter, decide, stub};
use crate::catalogue::{Automatic, Behaviour, Catalogue};
use crate::process::{Call, Effect, Work};
use crate::script::Directive;
use crate::simulator::book::Book;
use crate::simulator::program::Program;
use crate::simulator::told::{Known, Told, told};
use crate::simulator::variable;

/// Plays the automatic elements of one instance.
pub struct Player<'a> {
    /// What is known of the engine.
    pub catalogue: &'a Catalogue,
    /// The process.
    pub program: &'a Program,
    /// What the world was told.
    pub book: &'a mut Book,
    /// What the instance remembers.
    pub memory: &'a mut Memory,
    /// The elements for which nothing was declared.
    pub stubs: &'a mut BTreeSet<String>,
}

impl Work for Player<'_> {
    fn perform(&mut self, call: Call<'_>) -> Effect {
        let automatic = self.program.automatic(call.node.index, self.catalogue);
        let directive = self.take(&call, automatic);
        let known = automatic.map_or(Known::Nothing, Known::Automatic);
        let title = automatic.map_or(call.node.title(), |automatic| automatic.name.value.as_str());
        let caught = |error: &str| self.program.definition.error_handler(call.node.index, error).is_some();
        let told = directive.as_ref().map(|directive| told(directive, &known.failures(caught), title));
        let told = match told.transpose() {
            Ok(told) => told,
            Err(problem) => return Effect::Incident(format!("the script is wrong: {problem}")),
        };
        if let Some(state) = automatic.and_then(|automatic| automatic.state.clone()) {
            self.memory.waiting.state = Some(state);
        }
        let declared = told.is_some();
        let mut effect = self.play(&call, automatic, told);
        if let (Effect::Error { .. }, Some(by)) =
            (&effect, automatic.and_then(|automatic| automatic.error_screen.as_ref()))
        {
            let value = call.inputs.get(&by.from).filter(|value| !value.is_null());
            self.memory.waiting.error_screen = value.map(|value| Shown { by: by.clone(), value: value.clone() });
        }
        let set = directive.map(|directive| directive.set).unwrap_or_default();
        if let Effect::Complete { locals, set: written, .. } = &mut effect {
            let given = automatic.map(|automatic| automatic.locals.clone()).unwrap_or_default();
            given.into_iter().for_each(|(name, value)| {
                locals.entry(name).or_insert(value);
            });
            for (path, name) in automatic.iter().flat_map(|automatic| &automatic.writes) {
                let value = locals.get(name).or_else(|| call.inputs.get(name)).cloned();
                let path = variable::fill(path, &[locals, call.inputs]);
                written.extend(path.zip(value));
            }
            let names: HashSet<&str> = set
                .keys()
                .chain(written.iter().map(|(name, _)| name))
                .filter_map(|path| path.split('.').next())
                .collect();
            let missing = stub::missing(&call, locals, &names);
            let unknown = automatic.is_none() || !missing.is_empty();
            if unknown && !declared {
                self.stubs.insert(call.node.title().split_whitespace().collect::<Vec<_>>().join(" "));
            }
            locals.extend(missing.into_iter().map(|name| (name, Value::Null)));
        }
        if let Effect::Complete { set: written, .. } | Effect::Error { set: written, .. } = &mut effect {
            written.extend(set);
        }
        effect
    }
}

impl Player<'_> {
    /// What the element is told: by its id, its name, a value that names it, or the name of what it does.
    fn take(&mut self, call: &Call<'_>, automatic: Option<&Automatic>) -> Option<Directive> {
        let values: Vec<String> = automatic
            .iter()
            .flat_map(|automatic| &automatic.keys)
            .filter_map(|key| call.inputs.get(key).map(variable::text))
            .filter(|value| !value.is_empty())
            .collect();
        let mut keys = vec![call.node.id.as_str()];
        keys.extend(call.node.name.as_deref());
        keys.extend(values.iter().map(String::as_str));
        keys.extend(automatic.map(|automatic| automatic.name.value.as_str()));
        self.book.take(&keys)
    }

    fn play(&mut self, call: &Call<'_>, automatic: Option<&Automatic>, told: Option<Told>) -> Effect {
        let Some(automatic) = automatic else { return self.plain(told, Effect::done) };
        match &automatic.behaviour {
            Behaviour::Check { subject, attempts, rules, results } => {
                let check = check::Check {
                    automatic,
                    subject: subject.as_deref(),
                    attempts: attempts.as_ref(),
                    rules,
                    results,
                };
                check.perform(call, told, self.memory)
            }
            Behaviour::Counter { variable } => self.plain(told, || counter::count(call, variable)),
            Behaviour::Clear { variables } => {
                let effect = self.plain(told, || clear::clear(call, variables));
                if let Effect::Complete { remove, .. } = &effect {
                    remove.iter().for_each(|name| self.memory.forget(name));
                }
                effect
            }
            Behaviour::Decide { from, on_failure, otherwise, result } => {
                let failed = self.memory.has_failed_check();
                let decide = decide::Decide { from, on_failure, otherwise, result };
                self.plain(told, || decide.perform(call, failed))
            }
            Behaviour::Stub => self.plain(told, Effect::done),
        }
    }

    /// Fails as it was told, else does what it does.
    fn plain(&mut self, told: Option<Told>, otherwise: impl FnOnce() -> Effect) -> Effect {
        match told {
            Some(Told::Fail { failure, code }) => self.memory.raise(&failure.error, code, failure.message),
            Some(Told::Raise { error, code }) => self.memory.raise(&error, code, None),
            Some(Told::Pass) | None => otherwise(),
        }
    }
}

/// Completion with local results alone.
pub(super) fn completed(locals: Map<String, Value>) -> Effect {
    Effect::Complete { locals, set: Vec::new(), remove: Vec::new() }
}
