use serde_json::Value;

use super::memory::Memory;
use super::origin::Origin;
use super::problem::Trouble;
use super::walker::Walker;
use crate::template::{Reference, stream_key};

/// A variable of the settings, evaluated.
#[derive(Clone)]
pub(super) struct SharedValue {
    pub value: Value,
    pub secret: bool,
    /// Where it came from.
    pub origin: Origin,
}

impl Walker<'_> {
    /// The value of a variable of the settings; `None` if they have none of the name. It is made of variables of the settings
    /// alone, so that it is the same wherever it is read.
    pub(super) fn shared_value(&mut self, name: &str) -> Result<Option<SharedValue>, Trouble> {
        if let Some(known) = self.shared.get(name) {
            return Ok(Some(known.clone()));
        }
        let shared = self.run.shared.clone();
        let Some(variable) = shared.vars.iter().find(|variable| variable.name.value == name) else { return Ok(None) };
        let given = self.run.options.vars.get(name).map(|value| SharedValue {
            value: value.clone(),
            secret: false,
            origin: Origin::told("given by `--var`"),
        });
        let value = match given {
            Some(given) => given,
            None => {
                // No scenario can have a variable of this name.
                let guard = format!("settings.{name}");
                if self.evaluating.contains(&guard) {
                    let message = format!("the variable `{name}` is made of itself");
                    return Err(Trouble::errored("run/variable", message).at(&self.run.sources, variable.name.span));
                }
                self.evaluating.push(guard);
                let around = self.settings_memory(variable.value.references());
                self.evaluating.pop();
                let stream = stream_key(self.run.options.seed, &self.planned.id, name);
                let (value, secret) = self.evaluate_tracked(&variable.value, &around?.scope().stream(stream))?;
                SharedValue { value, secret, origin: Origin::at("set", variable.name.span) }
            }
        };
        self.shared.insert(name.to_owned(), value.clone());
        Ok(Some(value))
    }

    /// Takes a secret of the settings, if they have one of the name that the scenario itself has not. Fragments see none.
    pub(super) fn take_shared_secret(&mut self, name: &str) -> Result<(), Trouble> {
        if !self.frames.is_empty() || self.memory.has_secret(name) {
            return Ok(());
        }
        let shared = self.run.shared.clone();
        let Some(secret) = shared.secrets.iter().find(|secret| secret.name.value == name) else { return Ok(()) };
        let around = self.settings_memory(secret.value.references())?;
        self.take_secret(secret, &around.scope())
    }

    /// Sets the variables of the settings among what is read, in a memory that has no variables of its own.
    pub(super) fn set_shared<'a>(
        &mut self,
        memory: &mut Memory,
        references: impl IntoIterator<Item = &'a Reference>,
    ) -> Result<(), Trouble> {
        for reference in references {
            let [root, name, ..] = reference.path.as_slice() else { continue };
            if root == "vars"
                && let Some(SharedValue { value, secret, origin }) = self.shared_value(name)?
            {
                memory.set_var(name, &value, secret, origin);
            }
        }
        Ok(())
    }

    /// What templates of the settings see.
    fn settings_memory(&mut self, references: &[Reference]) -> Result<Memory, Trouble> {
        let mut memory = self.memory.inside(Vec::new());
        memory.read_files(self.run.reader(""));
        self.set_shared(&mut memory, references)?;
        Ok(memory)
    }
}
