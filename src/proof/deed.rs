use super::outcome::{expected, is_granted};
use super::told::{names, whereabouts};
use super::walk::Follower;
use super::{Place, Places};
use crate::catalogue::{Activity, Outcome};
use crate::diagnostic::{Diagnostic, Id, one_of};
use crate::scenario::{Answer, AnswersEntry, Branch, By, Doing, GivenInputs, StepExpectation, Ways};
use crate::source::Spanned;

/// What the end of a process is called in `next:`.
const END: &str = "end";

/// An activity that a step does.
pub(super) struct Deed<'a> {
    pub name: &'a Spanned<String>,
    pub activity: &'a Activity,
    pub with: &'a GivenInputs,
    pub element: Option<&'a str>,
    pub anywhere: bool,
}

impl<'a> Follower<'a> {
    /// Where each way leads that goes on from an activity.
    pub(super) fn leave_activity(
        &mut self,
        ways: &Ways<'a>,
        at: usize,
        deed: &Deed<'a>,
        here: &Places,
        folder: &str,
        tell: bool,
    ) -> Vec<Places> {
        let stop = &ways.stops[at];
        let Doing::Step(step) = stop.doing else { return Vec::new() };
        let here = &self.while_polled(step, here);
        if !self.recovers && self.is_misplaced(deed, here) {
            let skipped = |by: &By<'_>| if let By::Skipped = by { here.clone() } else { Places::default() };
            return stop.ways.iter().map(|way| skipped(&way.by)).collect();
        }
        let Some(standing) = self.standing(ways, at, deed, here, tell) else {
            return vec![Places::only(Place::Unknown); stop.ways.len()];
        };
        let outcomes = expected(deed.activity, step.expect.as_ref(), step.poll.as_ref(), &step.on);
        if tell {
            let handled = step.on.iter().filter_map(|branch| deed.activity.outcome(&branch.outcome.value));
            let allowed: Vec<&Outcome> = outcomes.iter().copied().chain(handled).collect();
            self.judge_simulated(deed, &step.simulate, &standing, &allowed, step.expect.as_ref(), folder);
        }
        let mut led = Vec::new();
        for way in &stop.ways {
            led.push(match way.by {
                By::Skipped => here.clone(),
                By::Done => {
                    let mut places = self.after(deed, &standing, here, &outcomes);
                    if places.is_empty() && !outcomes.is_empty() {
                        if tell {
                            self.tell_impossible(deed, &standing, here, step.expect.as_ref());
                        }
                        places = Places::only(Place::Unknown);
                    }
                    self.narrow(step.expect.as_ref(), places, tell)
                }
                By::Branch(branch) => {
                    let places = match deed.activity.outcome(&branch.outcome.value) {
                        Some(outcome) => self.after(deed, &standing, here, &[outcome]),
                        None => Places::only(Place::Unknown),
                    };
                    if places.is_empty() && tell {
                        self.tell_dead(deed, &standing, here, branch);
                    }
                    places
                }
            });
        }
        led
    }

    /// Reports what an answer expects of the activity that it is given to and cannot have of it.
    pub(super) fn judge_answer(&mut self, entry: &'a AnswersEntry, answer: &'a Answer, standing: &Places) {
        let activity = standing.nodes().next().and_then(|node| self.map.activity_at(node));
        let Some(activity) = activity.filter(|_| answer.wait.is_none()) else { return };
        let deed = Deed { name: &entry.key, activity, with: &answer.with, element: None, anywhere: false };
        let expect = answer.expect.as_ref();
        let outcomes = expected(activity, expect, None, &answer.on);
        if !outcomes.is_empty() && self.after(&deed, standing, standing, &outcomes).is_empty() {
            self.tell_impossible(&deed, standing, standing, expect);
        }
        for branch in &answer.on {
            let outcome = activity.outcome(&branch.outcome.value);
            if outcome.is_some_and(|outcome| self.after(&deed, standing, standing, &[outcome]).is_empty()) {
                self.tell_dead(&deed, standing, standing, branch);
            }
        }
        let handled = answer.on.iter().filter_map(|branch| activity.outcome(&branch.outcome.value));
        let allowed: Vec<&Outcome> = outcomes.iter().copied().chain(handled).collect();
        self.judge_simulated(&deed, &answer.simulate, standing, &allowed, expect, self.folder);
    }

    /// Whether the process cannot stand where an activity is to be done.
    pub(super) fn is_misplaced(&self, deed: &Deed<'_>, here: &Places) -> bool {
        if deed.activity.element.is_empty() || deed.anywhere || here.is_vague() {
            return false;
        }
        let meant = self.map.elements_of(&deed.name.value, deed.element);
        !meant.is_empty() && here.among(&meant).is_empty()
    }

    /// The elements at which an activity is done; reported, if the process cannot stand at any. `None` if it has none.
    pub(super) fn standing(
        &mut self,
        ways: &Ways<'a>,
        at: usize,
        deed: &Deed<'a>,
        here: &Places,
        tell: bool,
    ) -> Option<Places> {
        if deed.activity.element.is_empty() {
            return Some(here.clone());
        }
        let meant = self.map.elements_of(&deed.name.value, deed.element);
        let standing = if here.is_vague() { meant.clone() } else { here.among(&meant) };
        if !standing.is_empty() || deed.anywhere {
            return Some(standing);
        }
        if tell {
            self.tell_misplaced(ways, at, deed, here, &meant);
        }
        // What follows is judged as if it had stood there.
        (!meant.is_empty()).then_some(meant)
    }

    /// Where the process can stand after an activity gave one of some outcomes.
    fn after(&self, deed: &Deed<'_>, standing: &Places, here: &Places, outcomes: &[&Outcome]) -> Places {
        let mut places = Places::default();
        for outcome in outcomes {
            let granted = is_granted(outcome);
            if deed.activity.element.is_empty() {
                places.join(&self.around(deed.activity, deed.with, granted, here));
            } else if !granted {
                places.join(if deed.anywhere { here } else { standing });
            } else if standing.is_empty() {
                places.extend([Place::Unknown]);
            } else {
                for node in standing.nodes() {
                    places.join(&self.map.after(node, outcome));
                }
            }
        }
        places
    }

    /// Of some places those that an expectation allows; reported, if there are none.
    pub(super) fn narrow(&mut self, expect: Option<&StepExpectation>, places: Places, tell: bool) -> Places {
        let Some(expect) = expect else { return places };
        let places = match &expect.next {
            Some(next) => self.narrow_to(next, places, tell),
            None => places,
        };
        match &expect.instance {
            Some(instance) => self.narrow_to_state(instance, places, tell),
            None => places,
        }
    }

    fn narrow_to(&mut self, next: &Spanned<String>, places: Places, tell: bool) -> Places {
        let wanted = match next.value.as_str() {
            END => Places::only(Place::Ended),
            activity => self.map.elements_of(activity, None),
        };
        if wanted.is_empty() || places.is_vague() {
            return if wanted.is_empty() { Places::only(Place::Unknown) } else { wanted };
        }
        let narrowed = places.among(&wanted);
        if !narrowed.is_empty() {
            return narrowed;
        }
        if tell {
            let where_ = match next.value.as_str() {
                END => "at its end".to_owned(),
                activity => format!("at `{activity}`"),
            };
            let one = Diagnostic::new(Id::WALK, format!("the process cannot stand {where_} after this")).at(next.span);
            let told = whereabouts(self.map, &places);
            self.tell(one.help(format!("by the diagram it then stands {told}")));
        }
        wanted
    }

    fn tell_misplaced(&mut self, ways: &Ways<'a>, at: usize, deed: &Deed<'a>, here: &Places, meant: &Places) {
        let name = &deed.name.value;
        let process = self.scenario.process.as_ref();
        if meant.is_empty() {
            let named = |element: &str| {
                self.map.definition().nodes().iter().any(|node| node.id == element || node.is_named(element))
            };
            if deed.element.is_some_and(|element| !named(element)) {
                // An element that there is not was told as that.
                return;
            }
            let what = match deed.element {
                Some(element) if !self.map.elements_of(name, None).is_empty() => {
                    format!("no `{name}` that is `{element}`")
                }
                _ => format!("no `{name}`"),
            };
            let one = Diagnostic::new(Id::WALK, format!("the process has {what}")).at(deed.name.span);
            let one = match process {
                Some(process) => one.and(process.span, "in the diagram of this process"),
                None => one,
            };
            self.tell(one);
            return;
        }
        let one = Diagnostic::new(Id::WALK, format!("the process cannot stand at `{name}` here")).at(deed.name.span);
        let told = whereabouts(self.map, here);
        let mut before = ways.before(at);
        let one = match (before.next(), before.next()) {
            (Some(only), None) => match only.doing {
                Doing::Step(step) => one.and(step.place(), format!("after this it stands {told}")),
                Doing::Answers(_) | Doing::End => one,
            },
            (None, _) => match process.filter(|_| ways.start == at) {
                Some(process) => one.and(process.span, format!("at its start it stands {told}")),
                None => one,
            },
            _ => one.help(format!("by the diagram it stands {told}")),
        };
        let allowed = names(self.map, here);
        let one = match allowed.is_empty() {
            false => one.help(format!("the diagram allows {} here", one_of(allowed.iter().map(String::as_str)))),
            true if here.has(Place::Ended) => one.help("to test that it is refused after the end, write `at: any`"),
            true => one.help("start an instance first, or leave `session` out"),
        };
        self.tell(one);
    }

    fn tell_impossible(&mut self, deed: &Deed<'a>, standing: &Places, here: &Places, expect: Option<&StepExpectation>) {
        let stated = expect.map(|expect| expect.outcome.as_slice()).unwrap_or_default();
        let wanted: Vec<&str> = match stated {
            [] => vec![Activity::SUCCESS],
            stated => stated.iter().map(|outcome| outcome.value.as_str()).collect(),
        };
        let place = stated.first().map_or(deed.name.span, |outcome| outcome.span);
        let message = format!("`{}` cannot give {} here", deed.name.value, one_of(wanted.iter().copied()));
        let one = Diagnostic::new(Id::IMPOSSIBLE_OUTCOME, message).at(place);
        let one = one.help_if(raised_by(deed.activity, &wanted)).help_if(self.can_give(deed, standing, here));
        self.tell(one);
    }

    fn tell_dead(&mut self, deed: &Deed<'a>, standing: &Places, here: &Places, branch: &Branch) {
        let outcome = branch.outcome.value.as_str();
        let message = format!("`{}` cannot give `{outcome}` here, so this branch is never taken", deed.name.value);
        let one = Diagnostic::new(Id::DEAD_BRANCH, message).at(branch.outcome.span);
        let one = one.help_if(raised_by(deed.activity, &[outcome])).help_if(self.can_give(deed, standing, here));
        self.tell(one);
    }

    /// The outcomes that the diagram allows there, in words.
    fn can_give(&self, deed: &Deed<'_>, standing: &Places, here: &Places) -> Option<String> {
        let all = deed.activity.outcomes.iter();
        let possible = all.filter(|outcome| !self.after(deed, standing, here, &[outcome]).is_empty());
        let names: Vec<&str> = possible.map(|outcome| outcome.name.value.as_str()).collect();
        (!names.is_empty()).then(|| format!("by the diagram it gives {}", one_of(names)))
    }
}

/// What would have to be raised for outcomes, in words.
fn raised_by(activity: &Activity, outcomes: &[&str]) -> Option<String> {
    let found = outcomes.iter().filter_map(|name| activity.outcome(name)).flat_map(|outcome| &outcome.errors);
    let errors: Vec<&str> = found.map(String::as_str).collect();
    let told = one_of(errors.iter().copied());
    (!errors.is_empty()).then(|| format!("no element between it and the next activity raises {told}"))
}
