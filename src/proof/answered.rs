use std::collections::{BTreeSet, HashMap, HashSet};

use super::outcome::expected;
use super::told::names;
use super::{Map, Place, Places};
use crate::diagnostic::{Diagnostic, Id, nearest, one_of};
use crate::process::NodeIndex;
use crate::scenario::{Action, Answer, Answers, AnswersEntry, Visits};

/// Most situations that are looked at; beyond, nothing is decided.
const MAX_SITUATIONS: usize = 5_000;

/// What comes of answers.
#[derive(Default)]
pub(super) struct Followed<'a> {
    /// Where the process can end.
    pub end: Places,
    /// What the answers lack or have in vain.
    pub found: Vec<Diagnostic>,
    /// The answers that are given, and where.
    pub given: Vec<(&'a AnswersEntry, &'a Answer, Places)>,
    /// Where each answer that is given leads from an element.
    pub led: Vec<(NodeIndex, &'a Answer, Places)>,
}

/// Follows a process that leads: every place that it can reach is asked for its answer.
pub(super) fn follow<'a>(map: &'a Map, answers: &'a Answers, here: &Places) -> Followed<'a> {
    let mut follower = Follower {
        map,
        answers,
        situations: Vec::new(),
        known: HashMap::new(),
        end: Places::default(),
        led: Vec::new(),
    };
    if here.is_vague() || !follower.explore(here) {
        return Followed { end: Places::only(Place::Unknown), ..Followed::default() };
    }
    let doomed = follower.doomed();
    let mut found = follower.unanswered(here, &doomed);
    // Where it cannot come to its end, what is not asked for is so for that reason.
    if found.is_empty() {
        found = follower.unused();
    }
    Followed { found, given: follower.given(), end: follower.end, led: follower.led }
}

/// Where the process waits, and how many of each list of answers were given.
type Situation = (NodeIndex, Vec<usize>);

/// What a situation comes to.
#[derive(Default)]
struct Fate {
    /// The entry that answers it.
    entry: Option<usize>,
    /// Whether its list has run out.
    exhausted: bool,
    /// Whether the process, or the scenario, can end there.
    ends: bool,
    /// What can follow.
    next: Vec<usize>,
}

struct Follower<'a> {
    map: &'a Map,
    answers: &'a Answers,
    situations: Vec<(Situation, Fate)>,
    known: HashMap<Situation, usize>,
    end: Places,
    led: Vec<(NodeIndex, &'a Answer, Places)>,
}

impl<'a> Follower<'a> {
    /// Looks at every situation that can be reached; tells whether all were.
    fn explore(&mut self, start: &Places) -> bool {
        let none_given = vec![0; self.answers.entries.len()];
        self.end.extend(start.iter().filter(|place| !matches!(place, Place::At(_))));
        for node in start.nodes() {
            self.situation(node, none_given.clone());
        }
        let mut at = 0;
        while at < self.situations.len() {
            if self.situations.len() > MAX_SITUATIONS {
                return false;
            }
            let situation = self.situations[at].0.clone();
            let fate = self.fate(&situation);
            self.situations[at].1 = fate;
            at += 1;
        }
        true
    }

    fn situation(&mut self, node: NodeIndex, given: Vec<usize>) -> usize {
        let situation = (node, given);
        if let Some(at) = self.known.get(&situation) {
            return *at;
        }
        self.known.insert(situation.clone(), self.situations.len());
        self.situations.push((situation, Fate::default()));
        self.situations.len() - 1
    }

    fn fate(&mut self, (node, given): &Situation) -> Fate {
        let Some((entry, answers)) = self.entry(*node) else { return Fate::default() };
        let mut fate = Fate { entry: Some(entry), ..Fate::default() };
        let mut after = given.clone();
        let answer = match &answers.visits {
            Visits::Every(answer) => {
                after[entry] = 1;
                answer.as_ref()
            }
            Visits::Each(list) => {
                after[entry] += 1;
                match list.get(given[entry]) {
                    Some(answer) => answer,
                    None => {
                        fate.exhausted = true;
                        return fate;
                    }
                }
            }
        };
        let (places, ends) = self.after(*node, answer);
        self.led.push((*node, answer, places.clone()));
        fate.ends = ends || places.iter().any(|place| !matches!(place, Place::At(_)));
        self.end.extend(places.iter().filter(|place| !matches!(place, Place::At(_))));
        if ends {
            self.end.extend([Place::Unknown]);
        }
        fate.next = places.nodes().map(|node| self.situation(node, after.clone())).collect();
        fate
    }

    /// Where an answer leads, and whether it may end the scenario.
    fn after(&self, node: NodeIndex, answer: &Answer) -> (Places, bool) {
        if let Some(wait) = &answer.wait {
            // What still stands there after the wait fails.
            let waited = self.map.after_waiting(node, wait.value);
            return (waited.iter().filter(|place| *place != Place::At(node)).collect(), false);
        }
        let Some(activity) = self.map.activity_at(node) else { return (Places::only(Place::Unknown), false) };
        let mut places = Places::default();
        for outcome in expected(activity, answer.expect.as_ref(), None, &answer.on) {
            places.join(&self.map.after(node, outcome));
        }
        let mut ends = false;
        for branch in &answer.on {
            match (activity.outcome(&branch.outcome.value), &branch.action) {
                (_, Action::End(_)) => ends = true,
                (Some(outcome), _) if branch.steps.is_empty() => {
                    places.join(&self.map.after(node, outcome));
                }
                // What its steps do is not followed.
                _ => places.extend([Place::Unknown]),
            }
        }
        if let Some(next) = answer.expect.as_ref().and_then(|expect| expect.next.as_ref()) {
            let wanted = self.map.elements_of(&next.value, None);
            if !places.is_vague() && !wanted.is_empty() {
                places = places.among(&wanted);
            }
        }
        (places, ends)
    }

    /// The answers that are given, each with the places where it is.
    fn given(&self) -> Vec<(&'a AnswersEntry, &'a Answer, Places)> {
        let mut all: Vec<(&AnswersEntry, &Answer, Places)> = Vec::new();
        for ((node, given), fate) in self.situations.iter().filter(|(_, fate)| !fate.exhausted) {
            let Some(at) = fate.entry else { continue };
            let entry = &self.answers.entries[at];
            let Some(answer) = entry.visits.all().get(if entry.visits.is_list() { given[at] } else { 0 }) else {
                continue;
            };
            match all.iter_mut().find(|(_, other, _)| std::ptr::eq(*other, answer)) {
                Some((_, _, places)) => places.extend([Place::At(*node)]),
                None => all.push((entry, answer, Places::only(Place::At(*node)))),
            }
        }
        all
    }

    /// The answers for an element; those of the element itself go before those of its activity.
    fn entry(&self, node: NodeIndex) -> Option<(usize, &'a AnswersEntry)> {
        let element = &self.map.definition()[node];
        let activity = self.map.activity_at(node).map(|activity| activity.name.value.as_str());
        let find =
            |is: &dyn Fn(&str) -> bool| self.answers.entries.iter().enumerate().find(|(_, entry)| is(&entry.key.value));
        find(&|key| key == element.id || element.is_named(key)).or_else(|| find(&|key| Some(key) == activity))
    }

    /// The situations from which no end can be reached.
    fn doomed(&self) -> HashSet<usize> {
        let mut saved: HashSet<usize> = HashSet::new();
        loop {
            let before = saved.len();
            for (at, (_, fate)) in self.situations.iter().enumerate().rev() {
                if fate.ends || fate.next.iter().any(|next| saved.contains(next)) {
                    saved.insert(at);
                }
            }
            if saved.len() == before {
                return (0..self.situations.len()).filter(|at| !saved.contains(at)).collect();
            }
        }
    }

    /// Reports the places for which answers lack, if the process cannot come to its end without them.
    fn unanswered(&self, start: &Places, doomed: &HashSet<usize>) -> Vec<Diagnostic> {
        let first = start.nodes().filter_map(|node| self.known.get(&(node, vec![0; self.answers.entries.len()])));
        if start.iter().any(|place| !matches!(place, Place::At(_))) || !first.into_iter().all(|at| doomed.contains(at))
        {
            return Vec::new();
        }
        let lacking: Places = self
            .situations
            .iter()
            .filter(|(_, fate)| fate.entry.is_none())
            .map(|((node, _), _)| Place::At(*node))
            .collect();
        let short: BTreeSet<usize> =
            self.situations.iter().filter(|(_, fate)| fate.exhausted).filter_map(|(_, fate)| fate.entry).collect();
        let mut found = Vec::new();
        let mut lacking = names(self.map, &lacking);
        // A key that means nothing was told as such, with what it probably is.
        let catalogue = self.map.catalogue();
        let strange = self.answers.entries.iter().map(|entry| entry.key.value.as_str());
        let strange: Vec<&str> = strange.filter(|key| catalogue.activity(key).is_none()).collect();
        lacking.retain(|name| !strange.iter().any(|key| key != name && nearest(key, [name.as_str()]).is_some()));
        if let (false, Some(span)) = (lacking.is_empty(), self.answers.span) {
            let told = one_of(lacking.iter().map(String::as_str));
            let one = Diagnostic::new(Id::UNANSWERED, format!("the process asks for {told}, and no answer is given"));
            let first = self.answers.entries.first().map_or(span.slice(0, 0), |entry| entry.key.span);
            found.push(one.label(first, "among these answers").help(format!("add `{}:` with its inputs", lacking[0])));
        }
        for entry in short.into_iter().map(|at| &self.answers.entries[at]) {
            let given = entry.visits.all().len();
            let message = format!("the process asks for `{}` more than {given} times", entry.key.value);
            let one = Diagnostic::new(Id::UNANSWERED, message).label(entry.key.span, "its answers have run out then");
            found.push(one.help("add an answer to the list, or give one that serves every visit"));
        }
        found
    }

    /// Reports answers that the process never asks for.
    fn unused(&self) -> Vec<Diagnostic> {
        let mut most = vec![0; self.answers.entries.len()];
        for ((_, given), fate) in &self.situations {
            for (at, most) in most.iter_mut().enumerate() {
                let now = usize::from(fate.entry == Some(at) && !fate.exhausted);
                *most = (*most).max(given[at] + now);
            }
        }
        let mut found = Vec::new();
        for (entry, most) in self.answers.entries.iter().zip(most) {
            let key = &entry.key.value;
            let left = match &entry.visits {
                Visits::Every(answer) => usize::from(most == 0 && !answer.optional),
                Visits::Each(list) => list.iter().skip(most).filter(|answer| !answer.optional).count(),
            };
            // What is neither an activity nor an element was told as that.
            let definition = self.map.definition();
            let means = |key: &str| {
                let element = definition.nodes().iter().any(|node| node.id == key || node.is_named(key));
                element || self.map.catalogue().activity(key).is_some()
            };
            if left == 0 || !means(key) {
                continue;
            }
            let message = match most {
                0 => format!("by the diagram the process never asks for `{key}` here"),
                1 => format!("by the diagram the process asks for `{key}` only once here"),
                most => format!("by the diagram the process asks for `{key}` at most {most} times here"),
            };
            let mut one = Diagnostic::new(Id::UNUSED_ANSWER, message).at(entry.key.span);
            let spent = self.situations.iter().filter(|(_, fate)| fate.exhausted).filter_map(|(_, fate)| fate.entry);
            for entry in spent.collect::<BTreeSet<_>>() {
                one = one.and(self.answers.entries[entry].key.span, "these run out before");
            }
            found.push(one.help("remove what is never used, or say `optional: true`"));
        }
        found
    }
}
