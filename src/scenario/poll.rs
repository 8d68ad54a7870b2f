use std::time::Duration;

use super::StepExpectation;
use super::shape::POLL;
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::{Sources, Span};
use crate::yaml::{Node, Shaped};

/// Most polls of one step.
const MAX_POLLS: u128 = 1_000;

/// How a step is done again and again until its answer is what is waited for.
#[derive(Clone, Debug)]
pub struct Poll {
    /// Where it stands.
    pub span: Span,
    /// How long to wait between two polls.
    pub every: Duration,
    /// What is waited for.
    pub until: StepExpectation,
    /// What shows that it will never come.
    pub stop_when: Option<StepExpectation>,
    /// How long it may take in all.
    pub deadline: Duration,
}

impl Poll {
    /// What is judged of the answers.
    pub fn expectations(&self) -> impl Iterator<Item = &StepExpectation> {
        std::iter::once(&self.until).chain(&self.stop_when)
    }

    pub(super) fn expectations_mut(&mut self) -> impl Iterator<Item = &mut StepExpectation> {
        std::iter::once(&mut self.until).chain(&mut self.stop_when)
    }

    pub(super) fn read(node: &Node, sources: &Sources, found: &mut Diagnostics) -> Option<Self> {
        let fields = Shaped::of(node, &POLL, found)?;
        let every = fields.duration("every", found);
        let until = fields.node("until").and_then(|node| StepExpectation::read(node, sources, found));
        let stop_when = fields.node("stop-when").and_then(|node| StepExpectation::read(node, sources, found));
        let deadline = fields.duration("deadline", found);
        for (expectation, key) in
            until.iter().map(|one| (one, "until")).chain(stop_when.iter().map(|one| (one, "stop-when")))
        {
            if expectation.is_empty() {
                found.push(Diagnostic::new(Id::WRONG_VALUE, format!("`{key}` says nothing")).at(expectation.span));
            }
        }
        let interval = every.as_ref().map_or(Duration::from_secs(1), |every| every.value);
        if let Some(deadline) =
            deadline.as_ref().filter(|deadline| deadline.as_nanos() > MAX_POLLS * interval.as_nanos())
        {
            let message = format!("a step is polled {MAX_POLLS} times at most, and this would be more");
            let one = Diagnostic::new(Id::WRONG_VALUE, message).label(deadline.span, "within this time");
            found.push(one.and(every.map_or(node.span.slice(0, 0), |every| every.span), "as often as this"));
        }
        Some(Self {
            span: node.span,
            every: interval,
            until: until?,
            stop_when,
            deadline: deadline.map_or(Duration::ZERO, |deadline| deadline.value),
        })
    }
}
