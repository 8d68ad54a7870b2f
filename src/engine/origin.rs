use std::borrow::Cow;

use serde_json::Value;

use super::position::Position;
use super::walker::Walker;
use crate::event::{StandingRecord, ValueRecord};
use crate::expect::shown;
use crate::redact::Redactor;
use crate::source::Span;
use crate::template::Reference;

/// About as many characters of a value are told.
const SHOWN: usize = 200;

/// Where a value came from; put into words only when a problem is told.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    /// In words: ``saved from `$.id` of the answer``.
    told: Cow<'static, str>,
    /// Where that is written.
    at: Option<Span>,
    /// The step, and which request of the scenario, whose answer it is of.
    answer: Option<(u32, u64)>,
}

impl Origin {
    /// One that no file says.
    pub fn told(told: impl Into<Cow<'static, str>>) -> Self {
        Self { told: told.into(), at: None, answer: None }
    }

    /// One that a file says.
    pub fn at(told: impl Into<Cow<'static, str>>, at: Span) -> Self {
        Self { at: Some(at), ..Self::told(told) }
    }

    /// Says of which step's answer it is.
    pub fn answered(self, step: u32, request: u64) -> Self {
        Self { answer: Some((step, request)), ..self }
    }

    /// As it is seen by other scenarios, which do not know its steps.
    pub fn elsewhere(&self) -> Self {
        Self { told: format!("{} before the run", self.told).into(), at: self.at, answer: None }
    }
}

impl Walker<'_> {
    /// Adds to the first problem since `before` what explains it: the values that its step read, and where the process stands.
    pub(super) fn account<'a>(&mut self, before: usize, references: impl IntoIterator<Item = &'a Reference>) {
        let known = self.memory.known(references);
        let record = |(name, value, origin): (String, Value, &Origin)| {
            let redactor = &self.journal.redactor;
            let masked = match redactor.personal().field_at(&name) {
                Some(field) => Value::String(Redactor::placeholder(field)),
                None => redactor.mask_json(value),
            };
            let short = shown(&masked, SHOWN);
            let request = origin.answer.map(|(_, request)| self.request_id(request));
            ValueRecord {
                name,
                value: if short.contains('…') { Value::String(short) } else { masked },
                origin: origin.told.clone().into_owned(),
                at: origin.at.map(|span| self.run.sources.locate(span)),
                step: origin.answer.map(|(step, _)| step),
                request,
            }
        };
        let values: Vec<ValueRecord> = known.into_iter().map(record).collect();
        let standing = self.standing();
        if let Some(problem) = self.problems.get_mut(before) {
            problem.values.extend(values);
            problem.standing = problem.standing.take().or(standing.map(Box::new));
        }
    }

    fn standing(&self) -> Option<StandingRecord> {
        self.planned.scenario.process.as_ref()?;
        let catalogue = self.planned.catalogue.as_ref()?;
        let position = self.position();
        if let Position::Nowhere = position {
            return None;
        }
        let activity = position.activity().and_then(|name| catalogue.activity(name));
        let inputs = activity.map(|activity| activity.inputs.iter().map(|input| input.name.value.clone()).collect());
        Some(StandingRecord {
            told: position.describe(),
            element: position.element().cloned(),
            state: self.cast.walk().state.clone(),
            inputs: inputs.unwrap_or_default(),
        })
    }
}
