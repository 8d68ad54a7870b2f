use std::collections::BTreeSet;

use super::cells::Cells;
use super::plan::{Goal, Plan};
use super::played::Played;
use super::reason::Reasons;
use super::space::Space;
use super::stage::Stage;
use super::walker::Walker;
use super::wanted::Wanted;
use crate::process::graph::{Cover, Coverable, Folding, Graph, Way};
use crate::proof::Map;

/// Scenarios for what is wanted, and what there can be none for.
#[derive(Debug)]
pub struct Generated {
    /// The walks, the happy path first, then those with the fewest faults.
    pub walks: Vec<Played>,
    /// What is wanted, by the ids of elements in document order.
    pub wanted: Vec<String>,
    /// What no walk can prove, and why.
    pub infeasible: Vec<Missing>,
    /// What no walk was found for, and the bound that was hit.
    pub undecided: Vec<Missing>,
    /// No fewer walks can take these ways through the diagram, whatever the variables; nothing where any of several ways will do.
    pub least: Option<usize>,
    /// The graph by whose arcs the walks are told.
    pub graph: Graph,
}

/// An element that is not proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The element.
    pub element: String,
    /// Why.
    pub reason: String,
}

/// Finds walks that prove what is wanted of a definition.
pub fn generate<S: Stage>(map: &Map, stage: &S, wanted: &Wanted) -> Generated {
    let graph = Graph::of(map.definition(), Folding::Folded);
    let coverable = Coverable::of(&graph);
    let goals = wanted.goals(map.definition(), &graph, &coverable);
    let cells = Cells::of(map, &graph);
    let walker = Walker { map, graph: &graph, cells: &cells, stage };
    // Where the process does not wait no timer fires, so that nobody looks for what lies behind.
    let active = Graph::of(map.definition(), Folding::WithoutIdleTimers);
    let hopeful = Coverable::of(&active).arcs.into_iter().map(|arc| active.arcs()[arc].way);
    let hopeful: BTreeSet<usize> = hopeful.filter_map(|way| graph.arc(way)).collect();
    let hopeful = goals.iter().filter(|goal| goal.arcs.iter().any(|arc| hopeful.contains(arc)));
    let space = Space::explore(&walker, &hopeful.cloned().collect::<Vec<_>>());
    let plan = Plan::new(&space, &goals);
    let mut found = played(&walker, &plan, wanted.longest);
    let done =
        |walks: &[Played]| -> BTreeSet<usize> { walks.iter().flat_map(|walk| fulfilled(walk, &goals)).collect() };
    // What something that is counted has thwarted is tried on its own.
    for goal in 0..goals.len() {
        if plan.can(goal) && !done(&found).contains(&goal) {
            found.extend(plan.walk_to(goal).and_then(|walk| walker.play(&plan.choices(&walk))));
        }
    }
    reduce(&mut found, &goals);
    order(&mut found, map, &graph);
    let fulfilled = done(&found);
    let reasons = Reasons::new(map, &graph, &cells, &space);
    let (mut infeasible, mut undecided) = (Vec::new(), Vec::new());
    for (at, goal) in goals.iter().enumerate().filter(|(at, _)| !fulfilled.contains(at)) {
        let element = goal.element.clone();
        match (plan.can(at), space.bound) {
            (true, _) => {
                let reason = "the shortest walk there goes another way when it is executed, since failures are counted"
                    .to_owned();
                undecided.push(Missing { element, reason });
            }
            (false, Some(bound)) => undecided.push(Missing { element, reason: format!("not found within {bound}") }),
            (false, None) => infeasible.push(Missing { element, reason: reasons.of(goal) }),
        }
    }
    let least = least(&graph, &coverable, &space, &goals, &fulfilled);
    let wanted = goals.into_iter().map(|goal| goal.element).collect();
    Generated { walks: found, wanted, infeasible, undecided, least, graph }
}

/// The walks of a plan as they are when they are executed.
fn played<S: Stage>(walker: &Walker<'_, S>, plan: &Plan<'_, S::Memory>, longest: Option<usize>) -> Vec<Played> {
    let mut walks = plan.walks();
    plan.balance(&mut walks);
    if let Some(longest) = longest {
        plan.shorten(&mut walks, longest);
    }
    walks.iter().filter_map(|walk| walker.play(&plan.choices(walk))).collect()
}

/// The goals that a walk fulfils.
fn fulfilled(walk: &Played, goals: &[Goal]) -> Vec<usize> {
    let arcs: BTreeSet<usize> = walk.arcs.iter().copied().collect();
    let fulfils = |goal: &Goal| goal.arcs.iter().any(|arc| arcs.contains(arc));
    (0..goals.len()).filter(|goal| fulfils(&goals[*goal])).collect()
}

/// Drops walks that prove nothing which the others do not, those that prove the least first.
fn reduce(walks: &mut Vec<Played>, goals: &[Goal]) {
    let proven: Vec<Vec<usize>> = walks.iter().map(|walk| fulfilled(walk, goals)).collect();
    let mut times = vec![0_usize; goals.len()];
    proven.iter().flatten().for_each(|goal| times[*goal] += 1);
    let mut order: Vec<usize> = (0..walks.len()).collect();
    order.sort_by_key(|at| (proven[*at].len(), std::cmp::Reverse(walks[*at].arcs.len()), *at));
    let mut dropped = BTreeSet::new();
    for at in order {
        if proven[at].iter().all(|goal| times[*goal] > 1) {
            proven[at].iter().for_each(|goal| times[*goal] -= 1);
            dropped.insert(at);
        }
    }
    let mut at = 0;
    walks.retain(|_| {
        at += 1;
        !dropped.contains(&(at - 1))
    });
}

/// The happy path first: without a fault, to a success, by the shortest way; then those with the fewest faults.
fn order(walks: &mut [Played], map: &Map, graph: &Graph) {
    let session = &map.catalogue().session;
    let succeeded = session.states.word(crate::catalogue::SUCCEEDED);
    let faults =
        |walk: &Played| walk.arcs.iter().filter(|arc| matches!(graph.arcs()[**arc].way, Way::Event(_))).count();
    walks.sort_by_key(|walk| (faults(walk), walk.state != succeeded, walk.arcs.len(), walk.arcs.clone()));
}

/// How few walks the diagram alone needs for what was fulfilled.
fn least<M>(
    graph: &Graph,
    coverable: &Coverable,
    space: &Space<M>,
    goals: &[Goal],
    fulfilled: &BTreeSet<usize>,
) -> Option<usize> {
    let required: BTreeSet<usize> = fulfilled
        .iter()
        .map(|goal| goals[*goal].arcs.as_slice())
        .map(|arcs| match arcs {
            [arc] => Some(*arc),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let taken: BTreeSet<usize> = space.steps.iter().flat_map(|step| step.arcs.iter().copied()).collect();
    let mut possible = coverable.clone();
    possible.arcs.retain(|arc| taken.contains(arc));
    let required: Vec<usize> = required.into_iter().collect();
    Some(if required.is_empty() { 0 } else { Cover::of_some(graph, &possible, &required).least_walks })
}
