use super::block::{Next, Then};
use super::poll::Asked;
use super::problem::Trouble;
use super::walker::Walker;
use crate::catalogue::Activity;
use crate::event::EventKind;
use crate::scenario::{Action, Branch, End, GivenInputs, MAX_STEPS, Poll, Save, Simulate, StepExpectation};
use crate::source::{Span, Spanned};

/// One interaction with the process, whichever style asked for it.
pub(super) struct Interaction<'a, 's> {
    pub activity: &'a Activity,
    pub with: &'a GivenInputs,
    /// Whether the process must stand at it.
    pub at_position: bool,
    /// How it is done until its answer is what is waited for.
    pub poll: Option<&'a Poll>,
    pub simulate: &'a Simulate,
    pub expect: Option<&'a StepExpectation>,
    pub on: &'s [Branch],
    pub save: &'a [Save],
    pub id: Option<&'a Spanned<String>>,
    /// Where a failure of the whole points.
    pub place: Span,
}

impl Walker<'_> {
    /// Carries out one interaction with the process: tells the simulator, sends, judges, saves, branches.
    pub(super) async fn interact<'s>(&mut self, part: Interaction<'_, 's>) -> Result<Next<'s>, Trouble> {
        self.tell_simulator(part.simulate).await?;
        let asked = Asked::Activity { activity: part.activity, with: part.with, at_position: part.at_position };
        let Some(reading) = self.answer_to(asked, part.poll, part.place).await? else { return Ok(Next::PROCEED) };
        self.remember(&reading);
        let branch = part.on.iter().find(|branch| Some(branch.outcome.value.as_str()) == reading.outcome.as_deref());
        if let Some(branch) = branch {
            self.save(part.id, part.save, &reading).await?;
            return self.take(branch).await;
        }
        let before = self.problems.len();
        let expect = part.expect.or(part.poll.map(|poll| &poll.until));
        self.judge_step(expect, part.on, &reading, Some(part.activity), part.place).await?;
        if self.problems.len() == before {
            self.save(part.id, part.save, &reading).await?;
        }
        Ok(Next::PROCEED)
    }

    async fn tell_simulator(&mut self, simulate: &Simulate) -> Result<(), Trouble> {
        if simulate.entries.is_empty() || self.control.is_none() {
            return Ok(());
        }
        self.prepare(simulate.templates().flat_map(|template| template.references()))?;
        let script = simulate.script(&self.scope()).map_err(|error| Trouble::template(&error, &self.run.sources))?;
        let Some(control) = &self.control else { return Ok(()) };
        control.next(&script).await.map_err(|trouble| trouble.or_at(&self.run.sources, simulate.span))
    }

    async fn take<'s>(&mut self, branch: &'s Branch) -> Result<Next<'s>, Trouble> {
        let taken = self.branches.entry(branch.span).or_default();
        *taken += 1;
        let taken = *taken;
        let at_most = branch.at_most.as_ref().map_or(MAX_STEPS, |at_most| at_most.value);
        if taken > at_most {
            let message = format!("the branch `{}` was to be taken {at_most} times at most", branch.outcome.value);
            return Err(Trouble::failed("run/at-most", message).at(&self.run.sources, branch.span));
        }
        let (outcome, action) = (branch.outcome.value.clone(), branch.describe());
        self.journal.emit(EventKind::BranchTaken { step: self.step, outcome, action, taken, at_most }).await;
        let then = match &branch.action {
            Action::Continue => Then::Proceed,
            Action::Repeat => Then::Again,
            Action::Goto(step) => Then::Goto(step.value.clone()),
            Action::End(End::Passed) => Then::End,
            Action::End(End::Failed) => {
                let message = format!("the outcome `{}` ends the scenario as failed", branch.outcome.value);
                let trouble = Trouble::failed("run/end", message).at(&self.run.sources, branch.span);
                if branch.steps.is_empty() {
                    return Err(trouble);
                }
                Then::Fail(trouble)
            }
        };
        Ok(Next { detour: &branch.steps, then })
    }
}
