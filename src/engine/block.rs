use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::activity::Reading;
use super::control::iso;
use super::halting::Turn;
use super::interaction::Interaction;
use super::poll::Asked;
use super::problem::Trouble;
use super::walker::Walker;
use crate::event::{EventKind, Excerpt};
use crate::scenario::{Check, Retry, Step, StepExpectation, StepKind};
use crate::source::Span;

/// How a block of steps ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BlockEnd {
    /// All was done.
    Done,
    /// A branch ended the scenario.
    Ended,
    /// Problems were recorded; nothing more makes sense.
    Stopped,
}

/// What comes after a step.
pub(super) struct Next<'s> {
    /// Steps of the branch that was taken, which come first.
    pub detour: &'s [Step],
    pub then: Then,
}

/// What comes after a step and its branch.
pub(super) enum Then {
    /// The step behind it.
    Proceed,
    /// The same step.
    Again,
    /// The step of an id.
    Goto(String),
    /// The end of the scenario.
    End,
    /// Its end as failed, told when the branch is done.
    Fail(Trouble),
}

impl Next<'_> {
    /// The step behind it.
    pub const PROCEED: Self = Self { detour: &[], then: Then::Proceed };
}

/// What a step says of its requests.
#[derive(Clone, Debug, Default)]
pub(super) struct Terms {
    /// How long each may take.
    pub timeout: Option<Duration>,
    /// When one is sent again.
    pub retry: Option<Arc<Retry>>,
}

impl Terms {
    /// Those of a step; what it does not say is as where its fragment is used.
    fn of(step: &Step, outer: &Self) -> Self {
        let timeout = step.timeout.as_ref().map(|timeout| timeout.value).or(outer.timeout);
        Self { timeout, retry: step.retry.clone().or_else(|| outer.retry.clone()) }
    }
}

impl Walker<'_> {
    /// Executes a block of steps.
    pub(super) async fn play(&mut self, steps: &[Step]) -> BlockEnd {
        let (mut at, mut previous) = (0, None);
        while let Some(step) = steps.get(at) {
            if let (Turn::Back, Some(back)) = (self.halt_before(step, previous.is_some()).await, previous) {
                (at, previous) = (back, None);
                continue;
            }
            previous = Some(at);
            let (since, before) = (Instant::now(), self.problems.len());
            // What belongs to a step is done by its actor.
            let actor = step.actor.as_ref().map_or(self.acting, |actor| self.cast.number(Some(actor)));
            self.give_turn(actor);
            let next = match self.begin_step(step).await {
                Ok(false) => {
                    at += 1;
                    continue;
                }
                Ok(true) => {
                    let terms = Terms::of(step, &self.terms);
                    let outer = std::mem::replace(&mut self.terms, terms);
                    let next = match self.open_turn().await {
                        Ok(()) => self.play_step(step).await,
                        Err(trouble) => Err(trouble),
                    };
                    self.terms = outer;
                    next
                }
                Err(trouble) => Err(trouble),
            };
            let next = next.unwrap_or_else(|trouble| {
                self.report(trouble.or_at(&self.run.sources, Some(step.span)));
                Next { detour: &[], then: Then::End }
            });
            if self.problems.len() > before {
                self.account(before, step.references());
            }
            self.end(before, since).await;
            if let Turn::Back = self.halt_after(before, true).await {
                self.problems.truncate(before);
                continue;
            }
            if self.problems.len() > before {
                return BlockEnd::Stopped;
            }
            match self.play_inside(next.detour).await {
                BlockEnd::Done => {}
                end => return end,
            }
            at = match next.then {
                Then::Proceed => at + 1,
                Then::Again => at,
                Then::End => return BlockEnd::Ended,
                Then::Fail(trouble) => {
                    self.report(trouble);
                    return BlockEnd::Stopped;
                }
                Then::Goto(id) => {
                    let found = steps.iter().position(|step| step.id.as_ref().is_some_and(|other| other.value == id));
                    found.unwrap_or(steps.len())
                }
            };
        }
        BlockEnd::Done
    }

    /// Executes a block that belongs to the current step.
    pub(super) async fn play_inside(&mut self, steps: &[Step]) -> BlockEnd {
        if steps.is_empty() {
            return BlockEnd::Done;
        }
        let (step, within) = (self.step, self.within.replace(self.step));
        let acting = std::mem::replace(&mut self.acting, self.cast.turn());
        // A block may hold blocks, so the future must be of a known size.
        let end = Box::pin(self.play(steps)).await;
        (self.step, self.within, self.acting) = (step, within, acting);
        end
    }

    /// What a step does, in a word.
    pub(super) fn subject_of(&self, step: &Step) -> String {
        match &step.kind {
            StepKind::Activity { name, .. } => name.value.clone(),
            StepKind::Request(line) => format!("{} {}", line.method.value, self.run.sources.text(line.target.span())),
            StepKind::Wait(duration) => iso(duration.value),
            StepKind::Await(awaited) => self.run.sources.text(awaited.path.span()).trim_matches(['"', '\'']).to_owned(),
            StepKind::Check(_) => String::new(),
            StepKind::Use(one) => one.path.value.clone(),
        }
    }

    /// Begins a step, unless its condition says that it is skipped.
    async fn begin_step(&mut self, step: &Step) -> Result<bool, Trouble> {
        let subject = self.subject_of(step);
        let record = self.count(self.section, step.kind.keyword(), &subject, Some(step))?;
        let excerpt = Some(Excerpt::of(&self.run.sources, first_line(step, self)));
        let condition = match &step.condition {
            Some(condition) => self.holds(condition),
            None => Ok(true),
        };
        if let (Ok(false), Some(condition)) = (&condition, &step.condition) {
            self.skip(step, condition.span());
            let condition = self.run.sources.text(condition.span()).trim_matches(['"', '\'']).to_owned();
            self.journal.emit(EventKind::StepSkipped { step: record, excerpt, condition }).await;
            return Ok(false);
        }
        self.journal.emit(EventKind::StepStarted { step: record, excerpt }).await;
        condition
    }

    async fn play_step<'s>(&mut self, step: &'s Step) -> Result<Next<'s>, Trouble> {
        match &step.kind {
            StepKind::Wait(duration) => {
                self.let_pass(duration.value).await?;
                if let Some(expect) = &step.expect {
                    self.judge_pause(expect, step.span).await?;
                }
                Ok(Next::PROCEED)
            }
            StepKind::Await(awaited) => {
                let reading = self.await_call(awaited).await?;
                self.remember(&reading);
                if let Some(expect) = &step.expect {
                    self.judge_stated(expect, &reading, awaited.place()).await?;
                }
                self.save(step.id.as_ref(), &step.save, &reading).await?;
                Ok(Next::PROCEED)
            }
            StepKind::Use(one) => self.play_fragment(step, one).await,
            StepKind::Check(checks) => self.check(checks).await.map(|()| Next::PROCEED),
            StepKind::Request(line) => {
                let (poll, place) = (step.poll.as_ref(), line.method.span);
                let Some(reading) = self.answer_to(Asked::Request(line), poll, place).await? else {
                    return Ok(Next::PROCEED);
                };
                self.remember(&reading);
                let expect = step.expect.as_ref().or(poll.map(|poll| &poll.until));
                self.judge_step(expect, &[], &reading, None, place).await?;
                self.save(step.id.as_ref(), &step.save, &reading).await?;
                Ok(Next::PROCEED)
            }
            StepKind::Activity { name, with, element, anywhere } => {
                let catalogue = self.catalogue().clone();
                let Some(activity) = catalogue.activity(&name.value) else {
                    let message = format!("the catalogue has no activity `{}`", name.value);
                    return Err(Trouble::errored("run/activity", message).at(&self.run.sources, name.span));
                };
                let at_position = !activity.element.is_empty() && !anywhere;
                let part = Interaction {
                    activity,
                    with,
                    at_position,
                    poll: step.poll.as_ref(),
                    simulate: &step.simulate,
                    expect: step.expect.as_ref(),
                    on: &step.on,
                    save: &step.save,
                    id: step.id.as_ref(),
                    place: name.span,
                };
                if at_position {
                    let element = element.as_ref().map(|element| element.value.as_str());
                    let there = self.assert_position(&name.value, element).await;
                    there.map_err(|trouble| trouble.or_at(&self.run.sources, Some(name.span)))?;
                }
                self.interact(part).await
            }
        }
    }

    /// After a wait there is no answer; only what is known of the process can be expected.
    async fn judge_pause(&mut self, expect: &StepExpectation, place: Span) -> Result<(), Trouble> {
        let nothing = Reading {
            outcome: None,
            code: None,
            status: 0,
            headers: Arc::default(),
            body: Value::Null.into(),
            fields: Value::Null.into(),
            message: None,
            millis: 0.0,
            earlier: Vec::new(),
        };
        self.judge_stated(expect, &nothing, place).await
    }

    /// Judges what is said, and nothing else.
    async fn judge_stated(&mut self, expect: &StepExpectation, reading: &Reading, place: Span) -> Result<(), Trouble> {
        let mut assessed = Vec::new();
        let result = self.assess_stated(expect, reading, None, place, &mut assessed).await;
        self.record_all(assessed).await;
        result
    }

    async fn check(&mut self, checks: &[Check]) -> Result<(), Trouble> {
        for check in checks {
            self.prepare(check.value.references().iter().chain(check.matcher.references()))?;
            let scope = self.scope();
            let value = self.evaluate(&check.value, &scope)?;
            let before = self.problems.len();
            self.record_judgements(check.matcher.judge(&check.subject, Some(&value), &scope)).await;
            for problem in &mut self.problems[before..] {
                // The subject is the author's expression, which is no stable name.
                problem.id = "expect/check".to_owned();
            }
        }
        Ok(())
    }
}

/// The first line of a step, which is what stands for it in events.
fn first_line(step: &Step, walker: &Walker<'_>) -> Span {
    let text = walker.run.sources.text(step.span);
    step.span.slice(0, text.find('\n').unwrap_or(text.len()))
}
