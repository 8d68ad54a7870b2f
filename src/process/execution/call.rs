use super::run::{Run, Stepped};
use super::token::TokenId;
use super::{Direction, Incident};
use crate::process::expression::{EvaluationError, Map, Scope};
use crate::process::{CallActivity, Mapping, MappingSource};

/// Calls of other processes. What the called one does is told from outside, like what an automatic task does; only what passes its
/// border is known here.
impl Run<'_> {
    /// Gives the called process its variables: they are the inputs of the call.
    pub fn pass_in(&mut self, id: TokenId, call: &CallActivity) -> Stepped {
        let Some(token) = self.token(id) else { return Ok(()) };
        let mut given = Map::new();
        for mapping in &call.inputs {
            let passed = self.execution.see(token.frame, &token.locals, |scope| pass(mapping, scope, &mut given));
            passed.map_err(|error| self.unmapped(id, mapping, Direction::Input, error))?;
        }
        if let Some(token) = self.execution.tokens.get_mut(id) {
            token.locals.extend(given);
        }
        Ok(())
    }

    /// Takes from the called process, which has ended with these results.
    pub fn pass_out(&mut self, id: TokenId, call: &CallActivity, results: &Map) -> Stepped {
        let Some(token) = self.token(id) else { return Ok(()) };
        let frame = token.frame;
        let mut inside = token.locals.clone();
        inside.extend(results.clone());
        let mut taken = Map::new();
        for mapping in &call.outputs {
            // All variables are those that the called process has written.
            let nothing = Map::new();
            let variables = if mapping.source == MappingSource::All { results } else { &inside };
            let passed = pass(mapping, Scope { locals: &nothing, variables }, &mut taken);
            passed.map_err(|error| self.unmapped(id, mapping, Direction::Output, error))?;
        }
        taken.into_iter().for_each(|(name, value)| self.execution.put(frame, &name, value));
        Ok(())
    }

    fn unmapped(&self, id: TokenId, mapping: &Mapping, direction: Direction, error: EvaluationError) -> Incident {
        let node = self.token(id).map(|token| self.definition[token.node].id.clone()).unwrap_or_default();
        Incident::Parameter { node, parameter: mapping.target.clone().unwrap_or_default(), direction, error }
    }
}

/// Passes what a mapping says. A variable that is missing is null on the other side.
fn pass(mapping: &Mapping, scope: Scope<'_>, other: &mut Map) -> Result<(), EvaluationError> {
    let value = |name: &String| scope.locals.get(name).or_else(|| scope.variables.get(name)).cloned();
    match &mapping.source {
        MappingSource::All => {
            let all = scope.variables.iter().chain(scope.locals.iter());
            other.extend(all.map(|(name, value)| (name.clone(), value.clone())));
        }
        MappingSource::Variable(name) => {
            other.insert(mapping.target.clone().unwrap_or_else(|| name.clone()), value(name).unwrap_or_default());
        }
        MappingSource::Expression(template) => {
            let value = template.evaluate(scope)?;
            other.extend(mapping.target.clone().map(|name| (name, value)));
        }
    }
    Ok(())
}
