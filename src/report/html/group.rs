use std::cmp::Reverse;
use std::collections::HashMap;

use super::failing::Failing;
use super::kind::Kind;
use crate::event::Cause;

/// Most groups that are told apart.
const MOST_GROUPS: usize = 1_000;
/// Most scenarios that a group names.
const MOST_NAMED: usize = 3;

/// Scenarios of one kind that have one cause.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    /// By which the list knows it.
    pub number: usize,
    pub kind: Kind,
    /// The problem's id; empty where none was told.
    pub id: String,
    /// What the step does; empty where none is known.
    pub step: String,
    /// What was told of the first scenario.
    pub message: String,
    /// How many scenarios.
    pub scenarios: usize,
    /// The first of them.
    pub named: Vec<String>,
}

/// The scenarios that did not simply pass, by cause.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// Places by kind and by what names the cause.
    places: HashMap<(Kind, String), usize>,
    groups: Vec<Group>,
    /// Scenarios of further groups, which are not told apart.
    pub beyond: usize,
}

impl Groups {
    /// Takes a scenario; gives the number of its group, unless there are too many.
    pub fn add(&mut self, failing: &Failing<'_>) -> Option<usize> {
        let problem = failing.problem();
        let cause = problem.map(|problem| Cause::of(problem, problem.step.and_then(|step| failing.step(step))));
        let message = problem.map_or_else(|| failing.reason.unwrap_or_default(), |problem| &problem.message);
        let key = cause.as_ref().map_or_else(|| message.to_owned(), |cause| cause.key.clone());
        let next = self.groups.len();
        let place = match self.places.get(&(failing.kind, key.clone())) {
            Some(place) => *place,
            None if next == MOST_GROUPS => {
                self.beyond += 1;
                return None;
            }
            None => {
                self.places.insert((failing.kind, key), next);
                self.groups.push(Group {
                    number: next,
                    kind: failing.kind,
                    id: problem.map(|problem| problem.id.clone()).unwrap_or_default(),
                    step: cause.and_then(|cause| cause.step).unwrap_or_default(),
                    message: message.to_owned(),
                    scenarios: 0,
                    named: Vec::new(),
                });
                next
            }
        };
        let group = &mut self.groups[place];
        group.scenarios += 1;
        if group.named.len() < MOST_NAMED {
            group.named.push(failing.id.to_owned());
        }
        Some(place)
    }

    /// What counts before what does not, then those of the most scenarios first.
    pub fn sorted(self) -> Vec<Group> {
        let mut groups = self.groups;
        let rank = |kind: Kind| if kind.counts() { Kind::Failed } else { kind };
        groups.sort_by_key(|group| (rank(group.kind), Reverse(group.scenarios), group.number));
        groups
    }
}
