use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;

use super::deed::Deed;
use super::{Map, Place, Places, WalkTouched, answered};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::scenario::{
    Answers, By, Doing, Fragment, Fragments, MAIN, MAX_NESTING, RequestLine, Scenario, Step, StepKind, Way, Ways,
};
use crate::source::Span;

/// Methods of requests that change nothing.
const READING: [&str; 3] = ["GET", "HEAD", "OPTIONS"];

/// Follows the walks of a scenario through the diagram of its process, and reports every step that the diagram does not allow
/// where it stands, with what it would allow there; and every outcome that nothing in the diagram can give.
///
/// What cannot be decided is allowed: conditions hold or do not, a plain request may do anything, and what stands after a step that is
/// not allowed is judged as if it had been.
pub fn check_walk<'a>(scenario: &'a Scenario, context: Context<'a>, found: &mut Diagnostics) {
    for follower in follow(scenario, context, None) {
        let told = follower.found.into_iter();
        // Whoever knows that it fails, or keeps it from being run, need not mend it first.
        found.extend(
            told.map(|one| if is_excused(scenario) { Diagnostic { severity: Severity::Warning, ..one } } else { one }),
        );
    }
}

/// Tells what a scenario can touch of the diagram of its process, as far as that can be told without running it.
pub fn touched<'a>(scenario: &'a Scenario, context: Context<'a>) -> WalkTouched {
    let mut all = WalkTouched::default();
    for follower in follow(scenario, context, Some(WalkTouched::default())) {
        all.join(follower.touched.unwrap_or_default());
    }
    all
}

/// Follows the walks of all actors.
fn follow<'a>(
    scenario: &'a Scenario,
    context: Context<'a>,
    touched: Option<WalkTouched>,
) -> impl Iterator<Item = Follower<'a>> {
    let Context { folder, fragments, map, marks } = context;
    let own = scenario.actors.iter().filter(|actor| actor.joins.is_none()).map(|actor| actor.name.value.as_str());
    std::iter::once(MAIN).chain(own).map(move |walk| {
        let ways = Ways::of_scenario(scenario);
        let mut follower = Follower {
            scenario,
            fragments,
            folder,
            map,
            marks,
            walk,
            known: HashMap::new(),
            found: Vec::new(),
            within: Vec::new(),
            recovers: true,
            touched: touched.clone(),
        };
        let start = follower.opened();
        let main = Block { folder, actor: None };
        let there = follower.flow(&ways, start, &main);
        follower.report(&ways, &there, &main);
        follower.touch_start(&ways, &there, &main);
        follower
    })
}

/// Whether the whole scenario is known to fail, or is skipped.
fn is_excused(scenario: &Scenario) -> bool {
    let standing = &scenario.standing;
    let is_known = standing.known_failure.as_ref().is_some_and(|known| known.cases.is_empty());
    is_known || standing.skip.as_ref().is_some_and(|skip| skip.cases.is_empty())
}

/// Tells what a picture says to flowproof of itself, by its path below the project's root.
pub type Marks<'a> = &'a dyn Fn(&str) -> serde_json::Map<String, Value>;

/// What a scenario is followed with.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The folder of its file below the project's root, with a closing `/`.
    pub folder: &'a str,
    /// The fragments that it uses, and those that these use.
    pub fragments: &'a Fragments,
    /// The diagram of its process.
    pub map: &'a Map,
    /// What its pictures say of themselves.
    pub marks: Marks<'a>,
}

/// Follows one walk.
pub(super) struct Follower<'a> {
    pub scenario: &'a Scenario,
    pub fragments: &'a Fragments,
    /// The folder of its file.
    pub folder: &'a str,
    pub map: &'a Map,
    pub marks: Marks<'a>,
    /// Whose walk it is.
    pub walk: &'a str,
    /// Where fragments lead, by their paths and where they begin.
    known: HashMap<(String, Places), Places>,
    pub found: Vec<Diagnostic>,
    /// Where the fragments are used that are followed at the moment.
    within: Vec<Span>,
    /// Whether what follows a step at which the process cannot stand is judged as if it had.
    pub recovers: bool,
    /// What the walk touches, where that is asked for.
    pub touched: Option<WalkTouched>,
}

/// What a block of steps is followed with.
#[derive(Clone, Copy)]
pub(super) struct Block<'a> {
    /// The folder of its file.
    pub folder: &'a str,
    /// Who does steps that name nobody.
    pub actor: Option<&'a str>,
}

impl<'a> Follower<'a> {
    /// Where the process can stand at each stop; `None` where no way leads.
    ///
    /// What follows a step at which the process cannot stand is judged as if it had. That must not make such a step look sound
    /// where its own way leads back to it, so those are found first.
    fn flow(&mut self, ways: &Ways<'a>, start: Places, block: &Block<'a>) -> Vec<Option<Places>> {
        let outer = std::mem::replace(&mut self.recovers, false);
        let sound = self.spread(ways, start.clone(), block);
        let lost: Vec<usize> = (0..sound.len()).filter(|at| self.is_lost(ways, *at, &sound, block)).collect();
        let mut there = sound.clone();
        if !lost.is_empty() {
            self.recovers = true;
            there = self.spread(ways, start, block);
            lost.into_iter().for_each(|at| there[at].clone_from(&sound[at]));
        }
        self.recovers = outer;
        there
    }

    /// Whether the process cannot stand where a stop needs it.
    fn is_lost(&self, ways: &Ways<'a>, at: usize, there: &[Option<Places>], block: &Block<'a>) -> bool {
        let (Some(here), Doing::Step(step)) = (&there[at], ways.stops[at].doing) else { return false };
        let actor = step.actor.as_ref().map(|actor| actor.value.as_str()).or(block.actor);
        let deed = self.deed(step).filter(|_| self.owner(actor) == self.walk);
        deed.is_some_and(|deed| self.is_misplaced(&deed, &self.while_polled(step, here)))
    }

    fn spread(&mut self, ways: &Ways<'a>, start: Places, block: &Block<'a>) -> Vec<Option<Places>> {
        let mut there: Vec<Option<Places>> = vec![None; ways.stops.len()];
        there[ways.start] = Some(start);
        let mut open = vec![ways.start];
        while let Some(at) = open.pop() {
            let Some(here) = there[at].clone() else { continue };
            let led = self.leave(ways, at, &here, block, false);
            for (way, places) in ways.stops[at].ways.iter().zip(led) {
                if places.is_empty() {
                    continue;
                }
                let changed = match &mut there[way.to] {
                    Some(known) => known.join(&places),
                    fresh => {
                        *fresh = Some(places);
                        true
                    }
                };
                if changed {
                    open.push(way.to);
                }
            }
        }
        there
    }

    fn report(&mut self, ways: &Ways<'a>, there: &[Option<Places>], block: &Block<'a>) {
        for (at, here) in there.iter().enumerate() {
            if let Some(here) = here {
                self.leave(ways, at, here, block, true);
                self.touch(ways, at, there, block);
            }
        }
    }

    /// Where the step of a problem or a place stands, for whoever reads the scenario: that of the outermost fragment.
    pub(super) fn shown(&self, place: Span) -> Span {
        self.within.first().copied().unwrap_or(place)
    }

    /// Where each way leads that goes on from a stop.
    fn leave(&mut self, ways: &Ways<'a>, at: usize, here: &Places, block: &Block<'a>, tell: bool) -> Vec<Places> {
        let stop = &ways.stops[at];
        let all = |places: Places| vec![places; stop.ways.len()];
        match stop.doing {
            Doing::End => {
                if tell && self.within.is_empty() {
                    self.judge_end(ways, here);
                }
                // What is done at the end is done wherever the scenario was left.
                all(Places::only(Place::Unknown))
            }
            Doing::Answers(answers) => self.leave_answers(answers, here, &stop.ways, tell),
            Doing::Step(step) => {
                let actor = step.actor.as_ref().map(|actor| actor.value.as_str()).or(block.actor);
                if self.owner(actor) != self.walk {
                    // Time passes for everybody.
                    return all(match &step.kind {
                        StepKind::Wait(duration) => self.waited(here, duration.value),
                        _ => self.while_polled(step, here),
                    });
                }
                let block = Block { actor, ..*block };
                self.leave_step(ways, at, step, here, &block, tell)
            }
        }
    }

    /// Whose walk an actor is on.
    pub(super) fn owner(&self, actor: Option<&'a str>) -> &'a str {
        let Some(actor) = actor.and_then(|name| self.scenario.actor(name)) else { return MAIN };
        actor.joins.as_ref().map_or(&actor.name.value, |joins| &joins.value)
    }

    fn leave_answers(&mut self, answers: &'a Answers, here: &Places, ways: &[Way<'_>], tell: bool) -> Vec<Places> {
        if self.walk != MAIN {
            return vec![here.clone(); ways.len()];
        }
        let followed = answered::follow(self.map, answers, here);
        if tell {
            self.found.extend(followed.found);
            for (entry, answer, standing) in &followed.given {
                self.judge_answer(entry, answer, standing);
            }
        }
        let led = |way: &Way<'_>| match way.by {
            By::Done => followed.end.clone(),
            By::Skipped | By::Branch(_) => Places::only(Place::Unknown),
        };
        ways.iter().map(led).collect()
    }

    fn leave_step(
        &mut self,
        ways: &Ways<'a>,
        at: usize,
        step: &'a Step,
        here: &Places,
        block: &Block<'a>,
        tell: bool,
    ) -> Vec<Places> {
        let stop = &ways.stops[at];
        let done = match &step.kind {
            StepKind::Activity { name, with, element, anywhere } => {
                let Some(activity) = self.map.catalogue().activity(&name.value) else {
                    return vec![Places::only(Place::Unknown); stop.ways.len()];
                };
                if self.map.catalogue().ends_instance(activity) {
                    // That follows no way of the diagram.
                    return vec![Places::only(Place::Unknown); stop.ways.len()];
                }
                let element = element.as_ref().map(|element| element.value.as_str());
                let deed = Deed { name, activity, with, element, anywhere: *anywhere };
                return self.leave_activity(ways, at, &deed, here, block.folder, tell);
            }
            StepKind::Request(line) if changes(line) => or_elsewhere(here),
            // What calls has gone on meanwhile.
            StepKind::Await(_) => or_elsewhere(here),
            StepKind::Request(_) | StepKind::Check(_) => self.while_polled(step, here),
            StepKind::Wait(duration) => {
                let places = self.waited(here, duration.value);
                self.narrow(step.expect.as_ref(), places, tell)
            }
            StepKind::Use(one) => match self.fragments.get(block.folder, &one.path.value) {
                Some(fragment) => self.through(fragment, one.path.span, here, block, tell),
                None => Places::only(Place::Unknown),
            },
        };
        stop.ways.iter().map(|way| if let By::Skipped = way.by { here.clone() } else { done.clone() }).collect()
    }

    /// Where the steps of a fragment lead.
    fn through(&mut self, fragment: &'a Fragment, place: Span, here: &Places, block: &Block<'a>, tell: bool) -> Places {
        let known = (fragment.path.clone(), here.clone());
        if let Some(places) = self.known.get(&known).filter(|_| !tell) {
            return places.clone();
        }
        if self.within.len() > MAX_NESTING {
            return Places::only(Place::Unknown);
        }
        let ways = Ways::of_fragment(fragment);
        let inner = Block { folder: fragment.folder(), actor: block.actor };
        self.within.push(place);
        let there = self.flow(&ways, here.clone(), &inner);
        if tell {
            self.report(&ways, &there, &inner);
        }
        self.within.pop();
        let places = there[ways.end].clone().unwrap_or_default();
        self.known.insert(known, places.clone());
        places
    }

    /// Where the process can stand after time has passed.
    pub(super) fn waited(&self, here: &Places, duration: Duration) -> Places {
        let mut places: Places = here.iter().filter(|place| !matches!(place, Place::At(_))).collect();
        here.nodes().for_each(|node| {
            places.join(&self.map.after_waiting(node, duration));
        });
        places
    }

    /// Where the process can stand while a step is done until its answer is what it waits for.
    pub(super) fn while_polled(&self, step: &Step, here: &Places) -> Places {
        let mut places = here.clone();
        if let Some(poll) = &step.poll {
            places.join(&self.waited(here, poll.deadline));
        }
        places
    }

    /// Adds a problem; one that is of a fragment is shown where that is used.
    pub(super) fn tell(&mut self, one: Diagnostic) {
        let Some(used) = self.within.first() else {
            self.found.push(one);
            return;
        };
        let label = one.primary.clone();
        let mut told = one.label(*used, "in the steps of this fragment");
        told.secondary.clear();
        self.found.push(match label {
            Some(label) => told.and(label.span, label.message),
            None => told,
        });
    }
}

/// Where a process stands that may have been moved in ways that are not known.
fn or_elsewhere(here: &Places) -> Places {
    let mut places = here.clone();
    places.extend([Place::Unknown]);
    places
}

/// Whether a request may change where a process stands.
fn changes(line: &RequestLine) -> bool {
    !READING.contains(&line.method.value.as_str())
}
