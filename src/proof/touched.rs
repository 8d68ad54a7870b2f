use super::answered;
use super::deed::Deed;
use super::outcome::expected;
use super::walk::{Block, Follower};
use super::{Place, Places};
use crate::catalogue::{Activity, Outcome};
use crate::process::{NodeIndex, Touched};
use crate::scenario::{Answer, By, Doing, MAIN, Step, StepKind, Ways};
use crate::source::Span;

/// What a scenario can touch of a diagram: everything on the ways between the places where it does something.
#[derive(Clone, Debug, Default)]
pub struct WalkTouched {
    /// The elements.
    pub elements: Touched,
    /// Whether there is more that cannot be told: what was done before leaves open where the process stands.
    pub vague: bool,
    /// Where the process can stand before each activity of the scenario, in the order of the file.
    pub stood: Vec<Stood>,
}

/// Where the process can stand before an activity is done.
#[derive(Clone, Debug)]
pub struct Stood {
    /// The step, or that which uses its fragment.
    pub step: Span,
    /// The activity.
    pub activity: String,
    /// The places.
    pub places: Places,
}

impl WalkTouched {
    /// Adds what another actor touches.
    pub(super) fn join(&mut self, other: Self) {
        self.elements.join(other.elements);
        self.vague |= other.vague;
        self.stood.extend(other.stood);
        self.stood.sort_by_key(|stood| stood.step.start);
    }
}

impl<'a> Follower<'a> {
    /// Takes note of what lies on the ways to where the scenario begins.
    pub(super) fn touch_start(&mut self, ways: &Ways<'a>, there: &[Option<Places>], block: &Block<'a>) {
        if self.touched.is_some() {
            let to = self.aim(ways, ways.start, there, block);
            self.add(self.map.touched_at_start(&to));
        }
    }

    /// Takes note of what lies on the ways on from a stop.
    pub(super) fn touch(&mut self, ways: &Ways<'a>, at: usize, there: &[Option<Places>], block: &Block<'a>) {
        let (Some(_), Some(here)) = (&self.touched, &there[at]) else { return };
        match ways.stops[at].doing {
            Doing::End => {}
            Doing::Answers(answers) if self.walk == MAIN => {
                for (node, answer, to) in answered::follow(self.map, answers, here).led {
                    self.touch_answer(node, answer, &to);
                }
                self.be_vague(here.is_vague());
            }
            Doing::Answers(_) => {}
            Doing::Step(step) => {
                let actor = step.actor.as_ref().map(|actor| actor.value.as_str()).or(block.actor);
                if matches!(step.kind, StepKind::Wait(_)) || step.poll.is_some() {
                    for way in &ways.stops[at].ways {
                        let to = self.aim(ways, way.to, there, block);
                        here.nodes().for_each(|node| self.add(self.map.touched_by_waiting(node, &to)));
                    }
                }
                if self.owner(actor) == self.walk {
                    self.touch_step(ways, at, step, there, block);
                }
            }
        }
    }

    fn touch_step(&mut self, ways: &Ways<'a>, at: usize, step: &'a Step, there: &[Option<Places>], block: &Block<'a>) {
        let (Some(deed), Some(here)) = (self.deed(step), &there[at]) else { return };
        if deed.activity.element.is_empty() {
            return;
        }
        let standing = self.standing(ways, at, &deed, here, false).unwrap_or_default();
        self.be_vague(here.is_vague());
        let stood = Stood { step: self.shown(step.place()), activity: deed.name.value.clone(), places: here.clone() };
        if let Some(touched) = &mut self.touched {
            touched.elements.nodes.extend(standing.nodes());
            touched.stood.push(stood);
        }
        for way in &ways.stops[at].ways {
            let outcomes: Vec<&Outcome> = match way.by {
                By::Skipped => continue,
                By::Done => expected(deed.activity, step.expect.as_ref(), step.poll.as_ref(), &step.on),
                By::Branch(branch) => deed.activity.outcome(&branch.outcome.value).into_iter().collect(),
            };
            let to = self.aim(ways, way.to, there, block);
            self.touch_outcomes(&standing, &outcomes, &to);
        }
    }

    fn touch_answer(&mut self, node: NodeIndex, answer: &'a Answer, to: &Places) {
        if answer.wait.is_some() {
            self.add(self.map.touched_by_waiting(node, to));
            return;
        }
        let Some(activity) = self.map.activity_at(node) else { return };
        let handled = answer.on.iter().filter_map(|branch| activity.outcome(&branch.outcome.value));
        let outcomes = expected(activity, answer.expect.as_ref(), None, &answer.on).into_iter().chain(handled);
        let outcomes: Vec<&Outcome> = outcomes.collect();
        self.touch_outcomes(&Places::only(Place::At(node)), &outcomes, to);
    }

    fn touch_outcomes(&mut self, standing: &Places, outcomes: &[&Outcome], to: &Places) {
        for node in standing.nodes() {
            for outcome in outcomes {
                self.add(self.map.touched_after(node, outcome, to));
            }
        }
    }

    /// Where the process can stand so that a stop is done as it is written.
    fn aim(&mut self, ways: &Ways<'a>, at: usize, there: &[Option<Places>], block: &Block<'a>) -> Places {
        let Some(here) = &there[at] else { return Places::default() };
        let Doing::Step(step) = ways.stops[at].doing else { return here.clone() };
        let actor = step.actor.as_ref().map(|actor| actor.value.as_str()).or(block.actor);
        match self.deed(step).filter(|deed| !deed.activity.element.is_empty() && self.owner(actor) == self.walk) {
            Some(deed) => self.standing(ways, at, &deed, here, false).unwrap_or_else(|| here.clone()),
            None => here.clone(),
        }
    }

    /// The activity that a step does.
    pub(super) fn deed(&self, step: &'a Step) -> Option<Deed<'a>> {
        let StepKind::Activity { name, with, element, anywhere } = &step.kind else { return None };
        let activity: &'a Activity = self.map.catalogue().activity(&name.value)?;
        let element = element.as_ref().map(|element| element.value.as_str());
        Some(Deed { name, activity, with, element, anywhere: *anywhere })
    }

    fn add(&mut self, elements: Touched) {
        if let Some(touched) = &mut self.touched {
            touched.elements.join(elements);
        }
    }

    fn be_vague(&mut self, vague: bool) {
        if let Some(touched) = &mut self.touched {
            touched.vague |= vague;
        }
    }
}
