use std::sync::Arc;

use serde_json::{Map, Value};

use super::Memory;
use super::player::completed;
use crate::catalogue::CURRENT;
use crate::catalogue::variable;
use crate::catalogue::{Attempts, Automatic, Failure, Rule};
use crate::expect::Matcher;
use crate::process::{Call, Effect};
use crate::simulator::clock::timestamp;
use crate::simulator::told::Told;
use crate::template::{Data, Scope};

/// A check of what was captured.
pub struct Check<'a> {
    /// What the element is to the catalogue.
    pub automatic: &'a Automatic,
    /// The variable that holds what is judged.
    pub subject: Option<&'a str>,
    /// The limit on failures.
    pub attempts: Option<&'a Attempts>,
    /// Rules over facts of the capture.
    pub rules: &'a [Rule],
    /// Local variables that tell the result.
    pub results: &'a [(String, bool)],
}

impl Check<'_> {
    /// Judges, and counts failures.
    pub fn perform(&self, call: &Call<'_>, told: Option<Told>, memory: &mut Memory) -> Effect {
        let subject = self.subject.and_then(|subject| variable::fill(subject, &[call.inputs])).unwrap_or_default();
        let failed = match told {
            Some(Told::Pass) => None,
            Some(Told::Fail { failure, code }) => Some((failure, code)),
            Some(Told::Raise { error, code }) => {
                memory.judged(&call.node.id, true);
                return memory.raise(Some(&error), code, None);
            }
            None => match self.judge(call, &subject) {
                Ok(failed) => failed,
                Err(problem) => return Effect::Incident(problem),
            },
        };
        memory.judged(&call.node.id, failed.is_some());
        match failed {
            None => self.completed(false),
            Some((failure, code)) => self.fail(call, &subject, failure, code, memory),
        }
    }

    /// The failure by the first rule that matches the last capture.
    fn judge(&self, call: &Call<'_>, subject: &str) -> Result<Option<(Failure, Option<i64>)>, String> {
        let nothing = Value::Null;
        let facts = variable::get(call.variables, subject).and_then(|subject| subject.get(CURRENT)).unwrap_or(&nothing);
        let mut scope = Scope::new(timestamp(call.now), Arc::new(uuid::Uuid::nil));
        if self.rules.iter().flat_map(|rule| &rule.when).any(|(_, matcher)| matcher.references().next().is_some()) {
            let subject = variable::get(call.variables, subject).unwrap_or(&nothing);
            scope = scope.with("subject", Data::from(subject)).with("parameters", Value::Object(call.inputs.clone()));
        }
        let fact_of = |fact: &str| facts.as_object().and_then(|facts| variable::get(facts, fact));
        let judged = |(fact, matcher): &(String, Matcher)| matcher.judge(fact, fact_of(fact), &scope);
        let holds = |rule: &Rule| rule.when.iter().flat_map(judged).all(|judgement| judgement.holds());
        let Some(rule) = self.rules.iter().find(|rule| holds(rule)) else { return Ok(None) };
        let failure = self.failure(&rule.outcome)?;
        Ok(Some((failure.clone(), rule.code.or(failure.codes.first().copied()))))
    }

    fn failure(&self, name: &str) -> Result<&Failure, String> {
        let failure = self.automatic.failures.iter().find(|failure| failure.name.value == name);
        failure.ok_or_else(|| format!("`{}` has no failure `{name}` in the catalogue", self.automatic.name.value))
    }

    fn fail(&self, call: &Call<'_>, subject: &str, failure: Failure, code: Option<i64>, memory: &mut Memory) -> Effect {
        let counted = self.attempts.filter(|attempts| attempts.exceeded != failure.name.value);
        let limit = match counted.map(|attempts| limit(call, attempts)).transpose() {
            Ok(limit) => limit.flatten(),
            Err(problem) => return Effect::Incident(problem),
        };
        if let (Some(attempts), Some(limit)) = (counted, limit)
            && memory.attempt(&self.automatic.name.value, subject) >= limit
        {
            let raised =
                attempts.raised_if.as_ref().is_none_or(|name| !call.inputs.get(name).is_some_and(variable::is_false));
            return match self.failure(&attempts.exceeded) {
                Err(problem) => Effect::Incident(problem),
                Ok(_) if !raised => self.completed(true),
                Ok(exceeded) => {
                    memory.raise(exceeded.error.as_deref(), exceeded.codes.first().copied(), exceeded.message.clone())
                }
            };
        }
        memory.raise(failure.error.as_deref(), code, failure.message)
    }

    fn completed(&self, failed: bool) -> Effect {
        let results = self.results.iter().map(|(name, on_failed)| (name.clone(), Value::from(failed == *on_failed)));
        completed(results.collect::<Map<_, _>>())
    }
}

/// The number of failures that are allowed; `None` if the element names no limit.
fn limit(call: &Call<'_>, attempts: &Attempts) -> Result<Option<u64>, String> {
    match call.inputs.get(&attempts.limit) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match variable::text(value).trim().parse() {
            Ok(limit) => Ok(Some(limit)),
            Err(_) => Err(format!("the input parameter `{}` is no number of attempts", attempts.limit)),
        },
    }
}
