use super::outcome::expected;
use super::walk::{Block, Follower};
use crate::catalogue::Outcome;
use crate::diagnostic::{Diagnostic, Id};
use crate::scenario::{Body, Branch, By, Doing, Poll, StepExpectation, StepKind, WalkExpectation, Ways};
use crate::source::Spanned;

/// A visit that steps make in any case.
struct Visit<'a> {
    activity: &'a str,
    /// The outcomes that its step allows.
    outcomes: Vec<&'a Outcome>,
}

impl<'a> Follower<'a> {
    /// Reports what is expected of the walk as a whole and is not what the steps do. Only steps that are all done, once and in their
    /// order, are judged: where there are branches, conditions or waits, the run tells.
    pub(super) fn judge_visits(&mut self, ways: &Ways<'a>, expect: &WalkExpectation) {
        self.judge_outcomes(expect);
        let mut visits = Vec::new();
        let block = Block { folder: self.folder, actor: None };
        if self.visits(ways, &block, &mut visits).is_none() {
            return;
        }
        let walked: Vec<&str> = visits.iter().map(|visit| visit.activity).collect();
        let told = || walked.join(" → ");
        // Names that there are not were told as that.
        let known = |name: &Spanned<String>| self.map.catalogue().activity(&name.value).is_some();
        let walk = expect.walk.as_ref().filter(|walk| walk.value.iter().all(known));
        let walk_includes = expect.walk_includes.as_ref().filter(|walk| walk.value.iter().all(known));
        if let Some(walk) = walk {
            let differs = |(at, name): &(usize, &Spanned<String>)| walked.get(*at) != Some(&name.value.as_str());
            let wrong = walk.value.iter().enumerate().find(differs).map(|(_, name)| name.span);
            if let Some(place) = wrong.or((walk.value.len() < walked.len()).then_some(walk.span)) {
                let one = Diagnostic::new(Id::CONTRADICTION, "this is not the walk of the steps").at(place);
                self.tell(one.help(format!("they walk {}", told())));
            }
        }
        if let Some(includes) = walk_includes {
            let mut left = walked.iter();
            if let Some(name) = includes.value.iter().find(|name| !left.any(|activity| *activity == name.value)) {
                let message = format!("the steps do not visit `{}` in this order", name.value);
                self.tell(
                    Diagnostic::new(Id::CONTRADICTION, message).at(name.span).help(format!("they walk {}", told())),
                );
            }
        }
        let is_part =
            |name: &str| self.map.catalogue().activity(name).is_some_and(|activity| !activity.element.is_empty());
        let count = |name: &str| walked.iter().filter(|activity| **activity == name).count();
        let mut wrong = Vec::new();
        for name in expect.never.iter().filter(|name| count(&name.value) > 0) {
            wrong.push((name.span, format!("the steps visit `{}`, which is never to be visited", name.value)));
        }
        for (name, matcher) in expect.visits.iter().filter(|(name, _)| is_part(&name.value)) {
            let count = count(&name.value);
            if matcher.decides(Some(&count.into())) == Some(false) {
                let message = format!("the steps visit `{}` {}", name.value, times(count));
                wrong.push((name.span.to(matcher.span()), message));
            }
        }
        for (name, outcomes) in expect.outcomes.iter().filter(|(name, _)| is_part(&name.value)) {
            let of_name: Vec<&Visit<'_>> = visits.iter().filter(|visit| visit.activity == name.value).collect();
            let allows = |visit: &Visit<'_>, outcome: &str| visit.outcomes.iter().any(|one| one.name.value == outcome);
            let differs = |(at, outcome): &(usize, &Spanned<String>)| {
                of_name.get(*at).is_none_or(|visit| !allows(visit, &outcome.value))
            };
            let known = |outcome: &Spanned<String>| {
                let activity = self.map.catalogue().activity(&name.value);
                activity.is_some_and(|activity| activity.outcome(&outcome.value).is_some())
                    || outcome.value == "timeout"
            };
            if !outcomes.iter().all(known) {
                continue;
            }
            if let Some((at, outcome)) = outcomes.iter().enumerate().find(differs) {
                let message = match of_name.get(at) {
                    Some(_) => format!("visit {} of `{}` is not expected to give this", at + 1, name.value),
                    None => format!("the steps visit `{}` {} only", name.value, times(of_name.len())),
                };
                wrong.push((outcome.span, message));
            } else if outcomes.len() < of_name.len() {
                let message =
                    format!("the steps visit `{}` {}, and as many outcomes come", name.value, times(of_name.len()));
                wrong.push((name.span, message));
            }
        }
        for (place, message) in wrong {
            self.tell(Diagnostic::new(Id::CONTRADICTION, message).at(place));
        }
    }

    /// Reports outcomes that no step and no answer allows its activity to have.
    fn judge_outcomes(&mut self, expect: &WalkExpectation) {
        for (name, outcomes) in &expect.outcomes {
            let Some(activity) = self.map.catalogue().activity(&name.value) else { continue };
            let mut allowed: Vec<&str> = Vec::new();
            let mut allow = |expect: Option<&StepExpectation>, poll: Option<&Poll>, on: &[Branch]| {
                let handled = on.iter().filter_map(|branch| activity.outcome(&branch.outcome.value));
                let all = expected(activity, expect, poll, on).into_iter().chain(handled);
                allowed.extend(all.map(|outcome| outcome.name.value.as_str()));
            };
            for (step, _) in self.fragments.steps_of(self.scenario, self.folder) {
                if matches!(&step.kind, StepKind::Activity { name: other, .. } if other.value == name.value) {
                    allow(step.expect.as_ref(), step.poll.as_ref(), &step.on);
                }
            }
            if let Body::Answers(answers) = &self.scenario.body {
                // An entry may be for an element of any activity.
                let of_activity = |key: &str| key == name.value || self.map.catalogue().activity(key).is_none();
                for entry in answers.entries.iter().filter(|entry| of_activity(&entry.key.value)) {
                    entry.visits.all().iter().for_each(|answer| allow(answer.expect.as_ref(), None, &answer.on));
                }
            }
            let is_excluded = |outcome: &&Spanned<String>| {
                activity.outcome(&outcome.value).is_some() && !allowed.contains(&outcome.value.as_str())
            };
            if let Some(outcome) = outcomes.iter().find(is_excluded) {
                let message = format!("nothing here allows `{}` to give `{}`", name.value, outcome.value);
                self.tell(Diagnostic::new(Id::CONTRADICTION, message).at(outcome.span));
            }
        }
    }

    /// The visits of steps in their order; `None` where that is not certain.
    fn visits(&self, ways: &Ways<'a>, block: &Block<'a>, visits: &mut Vec<Visit<'a>>) -> Option<()> {
        let mut at = ways.start;
        while at != ways.end {
            let Doing::Step(step) = ways.stops[at].doing else { return None };
            let [way] = ways.stops[at].ways.as_slice() else { return None };
            if !matches!(way.by, By::Done) || step.poll.is_some() || step.condition.is_some() {
                return None;
            }
            let actor = step.actor.as_ref().map(|actor| actor.value.as_str()).or(block.actor);
            let is_own = self.owner(actor) == self.walk;
            match &step.kind {
                StepKind::Activity { name, .. } if is_own => {
                    let activity = self.map.catalogue().activity(&name.value)?;
                    if !activity.element.is_empty() {
                        let outcomes = expected(activity, step.expect.as_ref(), None, &step.on);
                        visits.push(Visit { activity: &name.value, outcomes });
                    }
                }
                StepKind::Use(one) => {
                    let fragment = self.fragments.get(block.folder, &one.path.value)?;
                    let inner = Block { folder: fragment.folder(), actor };
                    self.visits(&Ways::of_fragment(fragment), &inner, visits)?;
                }
                // A visit may end meanwhile: a timer does it, or what calls.
                StepKind::Wait(_) | StepKind::Await(_) => return None,
                StepKind::Activity { .. } | StepKind::Request(_) | StepKind::Check(_) => {}
            }
            at = way.to;
        }
        Some(())
    }
}

fn times(count: usize) -> String {
    match count {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        more => format!("{more} times"),
    }
}
