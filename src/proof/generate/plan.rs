use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::choice::Choice;
use super::space::Space;
use crate::process::graph::{Net, Reach};

/// How often a plan is made anew from what the last one takes along the way.
const MAX_ROUNDS: usize = 8;
/// What an arc costs, in words.
const ARC: i64 = 16;

/// Something that walks have to do: take one of some arcs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Goal {
    /// The element of the diagram.
    pub element: String,
    /// The arcs, any of which will do.
    pub arcs: Vec<usize>,
}

/// The ways through a space.
pub(super) struct Plan<'a, M> {
    space: &'a Space<M>,
    net: Net,
    /// The steps from which an end can be reached, by their places in the net.
    steps: Vec<usize>,
    /// By point: the last step of the cheapest way there from the beginning, and the first one of that to an end.
    coming: Vec<Reach>,
    going: Vec<Reach>,
    /// By goal: the steps that fulfil it.
    fulfil: Vec<Vec<usize>>,
    /// By step: the goals that it fulfils.
    fulfilled: BTreeMap<usize, Vec<usize>>,
}

impl<'a, M: Clone + Default> Plan<'a, M> {
    pub fn new(space: &'a Space<M>, goals: &[Goal]) -> Self {
        let ending = space.ending();
        let steps: Vec<usize> = (0..space.steps.len()).filter(|step| ending[space.steps[*step].to]).collect();
        let cost = |step: usize| space.steps[step].arcs.len() as i64 * ARC + space.steps[step].words;
        let last = space.points.len();
        let mut roads: Vec<_> =
            steps.iter().map(|step| (space.steps[*step].from, space.steps[*step].to, cost(*step))).collect();
        roads.extend((0..last).filter(|point| space.is_end(*point)).map(|point| (point, last, 0)));
        let net = Net { nodes: last + 1, roads, first: 0, last };
        let mut by_arc: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for step in &steps {
            let arcs: BTreeSet<usize> = space.steps[*step].arcs.iter().copied().collect();
            arcs.into_iter().for_each(|arc| by_arc.entry(arc).or_default().push(*step));
        }
        let of_goal = |goal: &Goal| -> Vec<usize> {
            let steps: BTreeSet<usize> =
                goal.arcs.iter().filter_map(|arc| by_arc.get(arc)).flatten().copied().collect();
            steps.into_iter().collect()
        };
        let fulfil: Vec<Vec<usize>> = goals.iter().map(of_goal).collect();
        let mut fulfilled: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (goal, steps) in fulfil.iter().enumerate() {
            steps.iter().for_each(|step| fulfilled.entry(*step).or_default().push(goal));
        }
        let coming = net.nearest(&[0], false);
        let going = net.nearest(&[last], true);
        Self { space, net, steps, coming, going, fulfil, fulfilled }
    }

    /// Whether a goal can be fulfilled at all.
    pub fn can(&self, goal: usize) -> bool {
        !self.fulfil[goal].is_empty()
    }

    /// Few walks that fulfil all goals that can be, each as steps.
    pub fn walks(&self) -> Vec<Vec<usize>> {
        let mut required = self.first_choice();
        let mut best: Option<Vec<Vec<usize>>> = None;
        for _ in 0..MAX_ROUNDS {
            let places: Vec<usize> = required.iter().filter_map(|step| self.steps.binary_search(step).ok()).collect();
            let tours = self.net.tours(&places);
            let steps = |walk: &Vec<usize>| walk.iter().filter_map(|road| self.steps.get(*road).copied()).collect();
            let walks: Vec<Vec<usize>> = tours.walks.iter().map(steps).collect();
            let costs = |walks: &[Vec<usize>]| (walks.len(), walks.iter().map(|walk| self.cost(walk)).sum::<i64>());
            if best.as_ref().is_some_and(|best| costs(best) <= costs(&walks)) {
                break;
            }
            required = self.along(&walks);
            best = Some(walks);
        }
        best.unwrap_or_default()
    }

    /// For each goal a step, of those that fulfil the most.
    fn first_choice(&self) -> BTreeSet<usize> {
        let mut goals: Vec<usize> = (0..self.fulfil.len()).filter(|goal| self.can(*goal)).collect();
        goals.sort_by_key(|goal| (self.fulfil[*goal].len(), *goal));
        let (mut done, mut chosen) = (BTreeSet::<usize>::new(), BTreeSet::new());
        for goal in goals {
            if done.contains(&goal) {
                continue;
            }
            let more = |step: &usize| self.fulfilled[step].iter().filter(|goal| !done.contains(*goal)).count();
            let far = |step: &usize| self.coming[self.space.steps[*step].from].map_or(i64::MAX, |(cost, _)| cost);
            let step = self.fulfil[goal].iter().copied().min_by_key(|step| (Reverse(more(step)), far(step), *step));
            let Some(step) = step else { continue };
            done.extend(&self.fulfilled[&step]);
            chosen.insert(step);
        }
        chosen
    }

    /// Of the steps that walks take, as few as fulfil the goals: first those that alone fulfil one, so that steps which are taken
    /// on the way anyhow stand for others that need a way of their own.
    fn along(&self, walks: &[Vec<usize>]) -> BTreeSet<usize> {
        let mut times: BTreeMap<usize, usize> = BTreeMap::new();
        walks.iter().flatten().for_each(|step| *times.entry(*step).or_default() += 1);
        let mut kept: BTreeSet<usize> =
            times.keys().copied().filter(|step| self.fulfilled.contains_key(step)).collect();
        let mut count = vec![0_usize; self.fulfil.len()];
        kept.iter().flat_map(|step| &self.fulfilled[step]).for_each(|goal| count[*goal] += 1);
        // What is taken once most likely needs a way of its own.
        let mut order: Vec<usize> = kept.iter().copied().collect();
        order.sort_by_key(|step| (times[step], self.fulfilled[step].len(), Reverse(*step)));
        for step in order {
            if self.fulfilled[&step].iter().all(|goal| count[*goal] > 1) {
                self.fulfilled[&step].iter().for_each(|goal| count[*goal] -= 1);
                kept.remove(&step);
            }
        }
        kept
    }

    fn cost(&self, walk: &[usize]) -> i64 {
        let steps = walk.iter().map(|step| &self.space.steps[*step]);
        steps.map(|step| step.arcs.len() as i64 * ARC + step.words).sum()
    }

    /// How many arcs a walk takes.
    pub fn length(&self, walk: &[usize]) -> usize {
        walk.iter().map(|step| self.space.steps[*step].arcs.len()).sum()
    }

    /// The cheapest walk that fulfils a goal.
    pub fn walk_to(&self, goal: usize) -> Option<Vec<usize>> {
        let through = |step: &usize| {
            let one = &self.space.steps[*step];
            Some((self.coming[one.from]?.0 + self.going[one.to]?.0 + self.cost(&[*step]), *step))
        };
        let (_, step) = self.fulfil[goal].iter().filter_map(through).min()?;
        let one = &self.space.steps[step];
        Some([self.way_from_start(one.from), vec![step], self.way_to_end(one.to)].concat())
    }

    fn way_from_start(&self, mut point: usize) -> Vec<usize> {
        let mut way = Vec::new();
        while let Some((_, Some(road))) = self.coming[point] {
            way.extend(self.steps.get(road));
            point = self.net.roads[road].0;
        }
        way.reverse();
        way
    }

    /// The cheapest way from a point to an end.
    pub fn way_to_end(&self, mut point: usize) -> Vec<usize> {
        let mut way = Vec::new();
        while let Some((_, Some(road))) = self.going[point] {
            way.extend(self.steps.get(road));
            point = self.net.roads[road].1;
        }
        way
    }

    /// Moves closed parts of long walks to shorter ones that come by.
    pub fn balance(&self, walks: &mut [Vec<usize>]) {
        let steps = &self.space.steps;
        for _ in 0..walks.len() * 4 {
            let lengths: Vec<usize> = walks.iter().map(|walk| self.length(walk)).collect();
            let Some(long) = (0..walks.len()).max_by_key(|at| (lengths[*at], Reverse(*at))) else { return };
            let mut best: Option<Moving> = None;
            for (from, to) in self.closed(&walks[long]) {
                let anchor = steps[walks[long][from]].from;
                let moved = self.length(&walks[long][from..to]);
                for (other, walk) in walks.iter().enumerate().filter(|(other, _)| *other != long) {
                    let Some(place) = walk.iter().position(|step| steps[*step].from == anchor) else { continue };
                    let longest = (lengths[other] + moved).max(lengths[long] - moved);
                    if longest < lengths[long] && best.as_ref().is_none_or(|best| longest < best.longest) {
                        best = Some(Moving { longest, part: from..to, other, place });
                    }
                }
            }
            let Some(Moving { part, other, place, .. }) = best else { return };
            let part: Vec<usize> = walks[long].drain(part).collect();
            walks[other].splice(place..place, part);
        }
    }

    /// Cuts walks down to so many arcs, as far as they go in circles; what is cut off becomes walks of its own.
    pub fn shorten(&self, walks: &mut Vec<Vec<usize>>, most: usize) {
        let mut at = 0;
        while at < walks.len() {
            while self.length(&walks[at]) > most {
                let closed = self.closed(&walks[at]);
                let Some((from, to)) = closed.into_iter().max_by_key(|(from, to)| self.length(&walks[at][*from..*to]))
                else {
                    break;
                };
                let anchor = self.space.steps[walks[at][from]].from;
                let part: Vec<usize> = walks[at].drain(from..to).collect();
                let own = [self.way_from_start(anchor), part, self.way_to_end(anchor)].concat();
                if self.length(&own) <= most {
                    walks.push(own);
                }
            }
            at += 1;
        }
    }

    /// The parts of a walk that come back to where they began, and to no other of their points before.
    fn closed(&self, walk: &[usize]) -> Vec<(usize, usize)> {
        let mut last: BTreeMap<usize, usize> = BTreeMap::new();
        let mut closed = Vec::new();
        for (at, step) in walk.iter().enumerate() {
            last.insert(self.space.steps[*step].from, at);
            if let Some(begun) = last.get(&self.space.steps[*step].to) {
                closed.push((*begun, at + 1));
            }
        }
        closed
    }

    /// The choices of a walk.
    pub fn choices(&self, walk: &[usize]) -> Vec<&'a Choice> {
        walk.iter().map(|step| &self.space.steps[*step].choice).collect()
    }
}

/// A closed part of a walk that could be moved to another one.
struct Moving {
    /// How long the longer of both would be.
    longest: usize,
    part: Range<usize>,
    other: usize,
    place: usize,
}
