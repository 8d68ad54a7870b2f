use super::kind::Kind;
use crate::event::{EventKind, Problem, StepRecord};
use crate::report::StoredScenario;

/// A scenario that did not simply pass.
pub(super) struct Failing<'a> {
    pub id: &'a str,
    pub title: &'a str,
    pub owner: Option<&'a str>,
    pub kind: Kind,
    /// Why it was skipped, or that it has no end.
    pub reason: Option<&'a str>,
    /// Of a flaky one, what was wrong in its last attempt but one.
    pub problems: &'a [Problem],
    steps: Vec<&'a StepRecord>,
}

/// What is told of a scenario whose end is missing.
const NO_END: &str = "the events end before the scenario does";

impl<'a> Failing<'a> {
    /// What is to be told of a scenario, unless it simply passed.
    pub fn of(scenario: &'a StoredScenario) -> Option<Self> {
        let mut failing = Self {
            id: &scenario.id,
            title: &scenario.id,
            owner: None,
            kind: Kind::Unfinished,
            reason: (!scenario.finished).then_some(NO_END),
            problems: &[],
            steps: Vec::new(),
        };
        // The steps of the last attempt, and those of the one whose problems are told.
        let (mut steps, mut last) = (Vec::new(), &[][..]);
        for event in &scenario.events {
            match &event.kind {
                EventKind::ScenarioStarted { title, owner, .. } => {
                    failing.title = title;
                    failing.owner = owner.as_deref();
                    steps.clear();
                }
                EventKind::StepStarted { step, .. } => steps.push(step),
                EventKind::ScenarioRetried { problems, .. } => {
                    last = problems;
                    failing.steps = std::mem::take(&mut steps);
                }
                EventKind::ScenarioFinished { problems, reason, .. } => {
                    failing.kind = Kind::of(&event.kind);
                    failing.reason = reason.as_deref();
                    failing.problems = if failing.kind == Kind::Flaky { last } else { problems };
                }
                _ => {}
            }
        }
        if failing.kind != Kind::Flaky {
            failing.steps = steps;
        }
        (failing.kind != Kind::Passed).then_some(failing)
    }

    /// The problem that made the scenario what it is: the first.
    pub fn problem(&self) -> Option<&'a Problem> {
        self.problems.first()
    }

    /// A step of the attempt that has the problems.
    pub fn step(&self, number: u32) -> Option<&'a StepRecord> {
        self.steps.iter().rev().find(|step| step.number == number).copied()
    }
}
