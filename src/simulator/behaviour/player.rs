use std::collections::{BTreeSet, HashSet};

use serde_json::{Map, Value};

use super::memory::Shown;
use super::{Memory, check, clear, counter, decide, tally};
use crate::catalogue::variable;
use crate::catalogue::{Automatic, Behaviour};
use crate::process::{Call, Effect, Work};
use crate::script::Directive;
use crate::simulator::book::Book;
use crate::simulator::program::Program;
use crate::simulator::setup::Setup;
use crate::simulator::told::{Known, Told, told};
use crate::template::{Data, Scope};

/// Plays the automatic elements of one instance.
pub struct Player<'a> {
    /// What all worlds share.
    pub setup: &'a Setup,
    /// The process.
    pub program: &'a Program,
    /// Of whom and where composed values tell.
    pub subject: Subject<'a>,
    /// What the world was told.
    pub book: &'a mut Book,
    /// What the instance remembers.
    pub memory: &'a mut Memory,
    /// The elements for which nothing was declared.
    pub stubs: &'a mut BTreeSet<String>,
}

/// The instance that is played, as composed values tell of it.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Its id.
    pub instance: &'a str,
    /// Where the client that created it reaches the simulator.
    pub base_url: &'a str,
    /// The fields of its token.
    pub token: Option<&'a Map<String, Value>>,
}

impl Work for Player<'_> {
    fn perform(&mut self, call: Call<'_>) -> Effect {
        let automatic = self.program.automatic(call.node.index, self.setup.catalogue());
        let directive = self.take(&call, automatic);
        let known = automatic.map_or(Known::Nothing, Known::Automatic);
        let title = automatic.map_or(call.node.title(), |automatic| automatic.name.value.as_str());
        let caught = |error: &str| self.program.definition.handler(call.node.index, error).is_some();
        let told = directive.as_ref().map(|directive| told(directive, &known.failures(caught), title));
        let told = match told.transpose() {
            Ok(told) => told,
            Err(problem) => return Effect::Incident(format!("the script is wrong: {problem}")),
        };
        if let Some(state) = automatic.and_then(|automatic| automatic.state.clone()) {
            self.memory.waiting.state = Some(state);
        }
        if directive.as_ref().is_some_and(|directive| !directive.results.is_empty()) && !known.has_results() {
            return Effect::Incident(format!("the script is wrong: `{title}` has no results"));
        }
        let declared = told.is_some();
        let mut effect = self.play(&call, automatic, told);
        if let (Effect::Error { .. }, Some(by)) =
            (&effect, automatic.and_then(|automatic| automatic.error_screen.as_ref()))
        {
            let value = call.inputs.get(&by.from).filter(|value| !value.is_null());
            self.memory.waiting.error_screen = value.map(|value| Shown { by: by.clone(), value: value.clone() });
        }
        let (set, results) = directive.map(|directive| (directive.set, directive.results)).unwrap_or_default();
        if let (Effect::Complete { locals, set: written, .. }, Some(automatic)) = (&mut effect, automatic) {
            if let Err(problem) = self.give(automatic, &call, &set, locals) {
                return Effect::Incident(problem);
            }
            let known = [locals, call.inputs, call.variables];
            for (path, name) in &automatic.writes {
                let value = locals.get(name).or_else(|| call.inputs.get(name));
                written.extend(value.map(|value| variable::places(path, value, &known)).unwrap_or_default());
            }
            if let Some(place) = automatic.results_in.as_ref().filter(|_| !results.is_empty()) {
                let Some(path) = variable::fill(place, &known) else {
                    return Effect::Incident(format!(
                        "the results of `{title}` have no place: `{place}` is not complete"
                    ));
                };
                written.push((path, Value::Object(results)));
            }
        }
        if let Effect::Complete { locals, set: written, .. } = &mut effect {
            let names: HashSet<&str> = set
                .keys()
                .chain(written.iter().map(|(name, _)| name))
                .filter_map(|path| path.split('.').next())
                .collect();
            let missing = call.unset(locals, &names);
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

    /// A message or signal has come where the script says so: by the id or name of what waits for it, or by its own name.
    fn receive(&mut self, call: Call<'_>) -> Option<Effect> {
        let mut keys = vec![call.node.id.as_str()];
        keys.extend(call.node.name.as_deref());
        keys.extend(call.node.awaited());
        let directive = self.book.take(&keys)?;
        let told = match told(&directive, &Known::Nothing.failures(|_| true), call.node.title()) {
            Ok(told) => told,
            Err(problem) => return Some(Effect::Incident(format!("the script is wrong: {problem}"))),
        };
        let mut effect = self.plain(Some(told), Effect::done);
        if let Effect::Complete { locals, set, .. } = &mut effect {
            set.extend(directive.set);
            let names: HashSet<&str> = set.iter().filter_map(|(path, _)| path.split('.').next()).collect();
            let missing = call.unset(locals, &names);
            locals.extend(missing.into_iter().map(|name| (name, Value::Null)));
        }
        Some(effect)
    }
}

impl Player<'_> {
    /// Gives what the catalogue gives: local variables, but for those of which the script sets a variable of the same name, and
    /// what is shown while the process waits next.
    fn give(
        &mut self,
        automatic: &Automatic,
        call: &Call<'_>,
        set: &Map<String, Value>,
        locals: &mut Map<String, Value>,
    ) -> Result<(), String> {
        for (name, value) in automatic.locals.iter().filter(|(name, _)| !set.contains_key(*name)) {
            locals.entry(name).or_insert_with(|| value.clone());
        }
        if !automatic.values.is_empty() {
            let scope = self.scope(call);
            for (name, template) in &automatic.values {
                let composed = template.evaluate(&scope);
                let mistake = |error| format!("the catalogue cannot compose `{name}`: {error}");
                locals.insert(name.clone(), composed.map_err(mistake)?.value);
            }
        }
        for name in &automatic.shows {
            if let Some(value) = locals.get(name).or_else(|| call.inputs.get(name)) {
                self.memory.waiting.shown.insert(name.clone(), value.clone());
            }
        }
        Ok(())
    }

    /// What composed local variables may read.
    fn scope(&self, call: &Call<'_>) -> Scope {
        let Subject { instance, base_url, token } = self.subject;
        let tenant = self.setup.catalogue().session.simulated.tenant.as_str();
        let token = token.map_or(Value::Null, |token| Value::Object(token.clone()));
        let scope = self.setup.scope(call.now).with("base_url", Value::from(base_url));
        let scope = scope.with("tenant", Value::from(tenant)).with("instance", Value::from(instance));
        scope.with("token", Data::from(token)).with("parameters", Value::Object(call.inputs.clone()))
    }

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
            Behaviour::Tally(counted) => self.plain(told, || tally::tally(counted, call)),
            Behaviour::Stub => self.plain(told, Effect::done),
        }
    }

    /// Fails as it was told, else does what it does.
    fn plain(&mut self, told: Option<Told>, otherwise: impl FnOnce() -> Effect) -> Effect {
        match told {
            Some(Told::Fail { failure, code }) => self.memory.raise(failure.error.as_deref(), code, failure.message),
            Some(Told::Raise { error, code }) => self.memory.raise(Some(&error), code, None),
            Some(Told::Pass) | None => otherwise(),
        }
    }
}

/// Completion with local results alone.
pub(super) fn completed(locals: Map<String, Value>) -> Effect {
    Effect::Complete { locals, set: Vec::new(), remove: Vec::new() }
}
