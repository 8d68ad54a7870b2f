use std::time::Instant;

use serde_json::{Map, Value, json};

use super::activity::Reading;
use super::control::iso;
use super::problem::Trouble;
use super::walker::{BlockEnd, Walker};
use crate::catalogue::Activity;
use crate::event::EventKind;
use crate::scenario::{Action, Branch, Check, End, MAX_STEPS, Save, SaveFrom, Simulate, Step, StepKind};
use crate::source::{Span, Spanned};
use crate::template::{Data, Reference};

/// What comes after a step.
#[derive(Debug, PartialEq)]
pub(super) enum Next {
    /// The step behind it.
    Step,
    /// The same step.
    Same,
    /// The step of an id.
    Goto(String),
    /// The end of the block.
    End,
}

impl Walker<'_> {
    /// Executes a block of steps.
    pub(super) async fn play(&mut self, steps: &[Step]) -> BlockEnd {
        let mut at = 0;
        while let Some(step) = steps.get(at) {
            let (since, before) = (Instant::now(), self.problems.len());
            self.step_timeout = step.timeout.as_ref().map(|timeout| timeout.value);
            let result = self.play_step(step).await;
            self.step_timeout = None;
            let next = match result {
                Ok(next) => next,
                Err(trouble) => {
                    self.report(trouble.or_at(&self.run.sources, Some(step.span)));
                    Next::End
                }
            };
            self.end(before, since).await;
            if self.problems.len() > before {
                return BlockEnd::Stopped;
            }
            at = match next {
                Next::Step => at + 1,
                Next::Same => at,
                Next::End => return BlockEnd::Done,
                Next::Goto(id) => {
                    let found = steps.iter().position(|step| step.id.as_ref().is_some_and(|other| other.value == id));
                    found.unwrap_or(steps.len())
                }
            };
        }
        BlockEnd::Done
    }

    async fn play_step(&mut self, step: &Step) -> Result<Next, Trouble> {
        let subject = match &step.kind {
            StepKind::Activity { name, .. } => name.value.clone(),
            StepKind::Request(line) => format!("{} {}", line.method.value, self.run.sources.text(line.target.span())),
            StepKind::Wait(duration) => iso(duration.value),
            StepKind::Check(_) => String::new(),
        };
        self.begin(step.kind.keyword(), &subject, Some(step), Some(first_line(step, self))).await?;
        match &step.kind {
            StepKind::Wait(duration) => {
                self.let_pass(duration.value).await?;
                if step.expect.is_some() {
                    self.judge_pause(step).await?;
                }
                Ok(Next::Step)
            }
            StepKind::Check(checks) => self.check(checks).await.map(|()| Next::Step),
            StepKind::Request(line) => {
                let reading = self.send_line(line).await?;
                self.judge_step(step.expect.as_ref(), &[], &reading, None, line.method.span).await?;
                self.save(step.id.as_ref(), &step.save, &reading).await?;
                Ok(Next::Step)
            }
            StepKind::Activity { name, with, element, anywhere } => {
                let catalogue = self.catalogue().clone();
                let Some(activity) = catalogue.activity(&name.value) else {
                    let message = format!("the catalogue has no activity `{}`", name.value);
                    return Err(Trouble::errored("run/activity", message).at(&self.run.sources, name.span));
                };
                let part = Interaction {
                    activity,
                    with,
                    simulate: &step.simulate,
                    expect: step.expect.as_ref(),
                    on: &step.on,
                    save: &step.save,
                    id: step.id.as_ref(),
                    place: name.span,
                };
                if !activity.element.is_empty() && !anywhere {
                    let element = element.as_ref().map(|element| element.value.as_str());
                    let there = self.assert_position(&name.value, element).await;
                    there.map_err(|trouble| trouble.or_at(&self.run.sources, Some(name.span)))?;
                }
                self.interact(part).await
            }
        }
    }

    /// After a wait there is no answer; only where the process stands can be expected.
    async fn judge_pause(&mut self, step: &Step) -> Result<(), Trouble> {
        let reading = Reading {
            outcome: Some(Activity::SUCCESS.to_owned()),
            code: None,
            status: 200,
            headers: Vec::new(),
            body: Value::Null.into(),
            message: None,
            millis: 0.0,
        };
        self.judge_step(step.expect.as_ref(), &[], &reading, None, step.span).await
    }

    /// Carries out one interaction with the process: tells the simulator, sends, judges, saves, branches.
    pub(super) async fn interact(&mut self, part: Interaction<'_>) -> Result<Next, Trouble> {
        self.tell_simulator(part.simulate).await?;
        let reading = self.send_activity(part.activity, part.with).await?;
        if !part.activity.element.is_empty() {
            let outcome = reading.outcome.clone().unwrap_or_else(|| "unknown".to_owned());
            self.record_visit(&part.activity.name.value, &outcome, reading.code);
        }
        let branch = part.on.iter().find(|branch| Some(branch.outcome.value.as_str()) == reading.outcome.as_deref());
        if let Some(branch) = branch {
            self.save(part.id, part.save, &reading).await?;
            return self.take(branch).await;
        }
        let before = self.problems.len();
        self.judge_step(part.expect, part.on, &reading, Some(part.activity), part.place).await?;
        if self.problems.len() == before {
            self.save(part.id, part.save, &reading).await?;
        }
        Ok(Next::Step)
    }

    async fn tell_simulator(&mut self, simulate: &Simulate) -> Result<(), Trouble> {
        if simulate.entries.is_empty() || self.control.is_none() {
            return Ok(());
        }
        let references: Vec<Reference> =
            simulate.templates().flat_map(|template| template.references()).cloned().collect();
        self.prepare(&references)?;
        let script = simulate.script(&self.scope()).map_err(|error| Trouble::template(&error, &self.run.sources))?;
        let Some(control) = &self.control else { return Ok(()) };
        control.next(&script).await.map_err(|trouble| trouble.or_at(&self.run.sources, simulate.span))
    }

    async fn take(&mut self, branch: &Branch) -> Result<Next, Trouble> {
        let taken = self.branches.entry(branch.span).or_default();
        *taken += 1;
        let taken = *taken;
        let at_most = branch.at_most.as_ref().map_or(MAX_STEPS, |at_most| at_most.value);
        if taken > at_most {
            let message = format!("the branch `{}` was to be taken {at_most} times at most", branch.outcome.value);
            return Err(Trouble::failed("run/at-most", message).at(&self.run.sources, branch.span));
        }
        let (outcome, action) = (branch.outcome.value.clone(), branch.action.to_string());
        self.journal.emit(EventKind::BranchTaken { step: self.step, outcome, action, taken, at_most }).await;
        match &branch.action {
            Action::Continue => Ok(Next::Step),
            Action::Repeat => Ok(Next::Same),
            Action::Goto(step) => Ok(Next::Goto(step.value.clone())),
            Action::End(End::Passed) => Ok(Next::End),
            Action::End(End::Failed) => {
                let message = format!("the outcome `{}` ends the scenario as failed", branch.outcome.value);
                Err(Trouble::failed("run/end", message).at(&self.run.sources, branch.span))
            }
        }
    }

    async fn check(&mut self, checks: &[Check]) -> Result<(), Trouble> {
        for check in checks {
            let references: Vec<Reference> =
                check.value.references().iter().chain(check.matcher.references()).cloned().collect();
            self.prepare(&references)?;
            let scope = self.scope();
            let value = self.evaluate(&check.value, &scope)?;
            let before = self.problems.len();
            self.record_judgements(check.matcher.judge(&check.subject, Some(&value), &scope)).await;
            let origins = self.memory.origins(check.value.references().iter());
            for problem in &mut self.problems[before..] {
                problem.notes.extend(origins.iter().cloned());
            }
        }
        Ok(())
    }

    async fn save(&mut self, id: Option<&Spanned<String>>, saves: &[Save], reading: &Reading) -> Result<(), Trouble> {
        let mut kept = reading.data();
        let mut secret = false;
        for save in saves {
            let (value, from, tainted) = self.saved(save, reading)?;
            secret |= tainted;
            kept.insert(save.name.value.clone(), value.clone());
            let origin =
                format!("was saved from {from} in step {} ({})", self.step, self.run.sources.locate(save.span));
            self.memory.set_var(&save.name.value, &value, tainted, origin);
            let value = self.journal.redactor.mask_json(value);
            let from = self.journal.mask(&from);
            self.journal
                .emit(EventKind::ValueSaved { step: self.step, name: save.name.value.clone(), from, value })
                .await;
        }
        if let Some(id) = id {
            self.memory.set_step(&id.value, &Value::Object(kept), secret);
        }
        Ok(())
    }

    /// The value, where it came from, and whether it is secret.
    fn saved(&mut self, save: &Save, reading: &Reading) -> Result<(Value, String, bool), Trouble> {
        let missing =
            |message: String, walker: &Self| Trouble::failed("run/save", message).at(&walker.run.sources, save.span);
        match &save.from {
            SaveFrom::Path { path, text } => {
                let found = path.evaluate(&reading.body).map_err(|error| missing(error.message, self))?;
                let value = match (path.is_singular(), found.as_slice()) {
                    (true, []) => {
                        let message = format!(
                            "there is nothing at `{text}` in the answer, so `{}` cannot be saved",
                            save.name.value
                        );
                        let shown = crate::expect::shown(&reading.body, 200);
                        return Err(missing(message, self).note(format!("the answer is {shown}")));
                    }
                    (true, [one, ..]) => one.value.clone(),
                    (false, many) => many.iter().map(|located| located.value.clone()).collect(),
                };
                let secret = self.journal.redactor.contains(&value.to_string());
                Ok((value, format!("`{text}` of the answer"), secret))
            }
            SaveFrom::Header(name) => {
                let header = reading.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(&name.value));
                let Some((_, value)) = header else {
                    return Err(missing(format!("the answer has no header `{}`", name.value), self));
                };
                let secret = self.journal.redactor.contains(value);
                Ok((json!(value), format!("the header `{}`", name.value), secret))
            }
            SaveFrom::Template(template) => {
                let references = template.references().to_vec();
                self.prepare(&references)?;
                let fields: Map<String, Value> = reading.data();
                let fields = fields.into_iter().map(|(name, value)| (name, Data::from(value)));
                let body = ("body".to_owned(), Data::shared(reading.body.clone()));
                let scope = self.scope().with("response", Data::fields(fields.chain([body])));
                let (value, secret) = self.evaluate_tracked(template, &scope)?;
                Ok((value, "a template over the answer".to_owned(), secret))
            }
        }
    }
}

/// One interaction with the process, whichever style asked for it.
pub(super) struct Interaction<'a> {
    pub activity: &'a Activity,
    pub with: &'a [(Spanned<String>, crate::template::Template)],
    pub simulate: &'a Simulate,
    pub expect: Option<&'a crate::scenario::StepExpectation>,
    pub on: &'a [Branch],
    pub save: &'a [Save],
    pub id: Option<&'a Spanned<String>>,
    /// Where a failure of the whole points.
    pub place: Span,
}

/// The first line of a step, which is what stands for it in events.
fn first_line(step: &Step, walker: &Walker<'_>) -> Span {
    let text = walker.run.sources.text(step.span);
    step.span.slice(0, text.find('\n').unwrap_or(text.len()))
}
