use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};

use super::choice::{Choice, answers, failures};
use super::plan::Goal;
use super::stage::Stage;
use super::walker::{Broken, Place, Standing, Walker, parameters};
use crate::process::{Kind, Node, NodeIndex};

/// Most situations that are looked at.
const MAX_POINTS: usize = 20_000;
/// So many are looked at even where every goal is within reach, since more ways to choose from make fewer walks.
const ENOUGH_POINTS: usize = 3_000;

/// Every situation that a process can come into, as far as the variables matter, and the steps between them.
pub(super) struct Space<M> {
    pub points: Vec<Point<M>>,
    pub steps: Vec<Step>,
    /// Whether the search was cut short, so that what was not found may be there.
    pub bound: Option<&'static str>,
    /// Where it cannot go on, and why.
    pub broken: BTreeMap<Option<NodeIndex>, BTreeSet<String>>,
}

/// A situation.
pub(super) struct Point<M> {
    pub place: Place,
    /// How to come here: from the point at which the process waited last, by these choices.
    origin: (usize, Vec<Choice>),
    /// What stands here, if the process waits or is not started.
    standing: Option<Standing<M>>,
}

/// A way from one point to another.
pub(super) struct Step {
    pub from: usize,
    pub to: usize,
    pub choice: Choice,
    /// The arcs that it takes.
    pub arcs: Vec<usize>,
    /// How much there is to say of it.
    pub words: i64,
}

impl<M: Clone + Default> Space<M> {
    /// Looks at everything, or at enough for each of some groups of arcs to be taken on a way to an end: first at places that were
    /// not looked at yet or less often, and of those at what was found first.
    pub fn explore<S: Stage<Memory = M>>(walker: &Walker<'_, S>, goals: &[Goal]) -> Self {
        let before = Point { place: Place::Before, origin: (0, Vec::new()), standing: Some(Standing::default()) };
        let mut space = Self { points: vec![before], steps: Vec::new(), bound: None, broken: BTreeMap::new() };
        if walker.map.definition().nodes().iter().any(needs_tokens) {
            space.bound = Some("what one token can do");
        }
        let mut known: HashMap<(Place, String), usize> = HashMap::new();
        let mut open = BinaryHeap::from([Reverse((0, 0))]);
        let mut looks: HashMap<Place, usize> = HashMap::new();
        let mut looked = 0;
        let mut pending: Vec<&Goal> = goals.iter().collect();
        while let Some(Reverse((_, at))) = open.pop() {
            if space.points.len() >= ENOUGH_POINTS && space.steps.len() >= looked + looked / 4 {
                let taken = space.taken();
                pending.retain(|goal| !goal.arcs.iter().any(|arc| taken.contains(arc)));
                looked = space.steps.len().max(1);
                if pending.is_empty() {
                    break;
                }
            }
            let mut led: Vec<(usize, Vec<usize>)> = Vec::new();
            for choice in space.choices(walker, at) {
                let (base, mut choices) = space.points[at].origin.clone();
                choices.push(choice);
                let Some(standing) = &space.points[base].standing else { continue };
                let went = match walker.step(standing, &choices.iter().collect::<Vec<_>>()) {
                    Ok(went) => went,
                    Err(Broken { node, reason, .. }) => {
                        space.broken.entry(node).or_default().insert(reason);
                        continue;
                    }
                };
                let to = match known.get(&(went.place.clone(), went.key.clone())) {
                    Some(to) => *to,
                    None if space.points.len() == MAX_POINTS => {
                        space.bound = Some("20,000 situations");
                        continue;
                    }
                    None => {
                        let to = space.points.len();
                        let waits = matches!(went.place, Place::Wait(_));
                        let origin = if waits { (to, Vec::new()) } else { (base, choices.clone()) };
                        let standing = waits.then_some(went.standing);
                        space.points.push(Point { place: went.place.clone(), origin, standing });
                        known.insert((went.place, went.key), to);
                        let looks = looks.entry(space.points[to].place.clone()).or_default();
                        open.push(Reverse((*looks, to)));
                        *looks += 1;
                        to
                    }
                };
                let arcs = went.arcs[went.before..].to_vec();
                if led.iter().any(|(other, by)| *other == to && *by == arcs) {
                    continue;
                }
                led.push((to, arcs.clone()));
                let told = went.works.last().and_then(|worked| worked.told.as_ref());
                let told = told.map_or(0, |told| told.set.len() + told.results.len());
                let Some(choice) = choices.pop() else { continue };
                let words = choice.words() + told as i64;
                space.steps.push(Step { from: at, to, choice, arcs, words });
            }
        }
        space
    }

    /// What can be chosen at a point.
    fn choices<S: Stage<Memory = M>>(&mut self, walker: &Walker<'_, S>, at: usize) -> Vec<Choice> {
        let definition = walker.map.definition();
        let mut cut = false;
        let point = &self.points[at];
        let choices = match point.place {
            Place::Before => match definition.start() {
                Some(start) => {
                    let settings = walker.cells.starts(start);
                    cut = settings.cut;
                    settings.all.into_iter().map(Choice::Start).collect()
                }
                None => Vec::new(),
            },
            Place::Work(node) => {
                let node = &definition[node];
                let behind: Vec<NodeIndex> = definition.live_flows(node).map(|flow| definition[flow].target).collect();
                let passing = walker.cells.settings(node, &behind, true);
                let failing = walker.cells.settings(node, &node.boundaries, false);
                cut = passing.cut || failing.cut;
                let passes = passing.all.into_iter().map(|setting| Choice::Work { fails: None, setting });
                let mut choices: Vec<Choice> = passes.collect();
                for fails in failures(walker.map, node) {
                    let with =
                        |setting: &_| Choice::Work { fails: Some(fails.clone()), setting: Clone::clone(setting) };
                    choices.extend(failing.all.iter().map(with));
                }
                choices
            }
            Place::Wait(node) => {
                let node = &definition[node];
                let standing = point.standing.as_ref();
                let element = standing.map(parameters).unwrap_or_default();
                let mut choices = answers(walker.map, node, &element);
                let timers =
                    standing.and_then(|one| one.execution.as_ref()).is_some_and(|one| !one.timers().is_empty());
                choices.extend(timers.then_some(Choice::Timeout));
                choices
            }
            Place::End(_) => Vec::new(),
        };
        if cut {
            self.bound = Some("64 settings of variables at one place");
        }
        choices
    }

    /// Which points lead to an end.
    pub fn ending(&self) -> Vec<bool> {
        let mut entering = vec![Vec::new(); self.points.len()];
        for step in &self.steps {
            entering[step.to].push(step.from);
        }
        let mut open: Vec<usize> = (0..self.points.len()).filter(|at| self.is_end(*at)).collect();
        let mut ending = vec![false; self.points.len()];
        open.iter().for_each(|at| ending[*at] = true);
        while let Some(at) = open.pop() {
            for from in &entering[at] {
                if !std::mem::replace(&mut ending[*from], true) {
                    open.push(*from);
                }
            }
        }
        ending
    }

    /// The arcs that are taken on ways to an end.
    fn taken(&self) -> BTreeSet<usize> {
        let ending = self.ending();
        self.steps.iter().filter(|step| ending[step.to]).flat_map(|step| step.arcs.iter().copied()).collect()
    }

    /// Whether the process has ended at a point.
    pub fn is_end(&self, at: usize) -> bool {
        matches!(self.points[at].place, Place::End(_))
    }
}

/// Whether more than one token may be needed, so that what one is told apart by does not tell situations apart.
fn needs_tokens(node: &Node) -> bool {
    let is_single = match &node.kind {
        Kind::Start | Kind::End | Kind::Terminate => true,
        Kind::ExternalTask | Kind::AutomaticTask | Kind::ExclusiveGateway => node.repetition.is_none(),
        Kind::Boundary(boundary) => boundary.interrupting,
        _ => false,
    };
    !is_single
}
