use std::collections::BTreeSet;

use super::plan::Goal;
use crate::process::Definition;
use crate::process::graph::{Coverable, Graph, Way};

/// What scenarios are wanted for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of which elements of the diagram.
    pub criterion: Criterion,
    /// Only these elements, by id: what is uncovered, or what was changed.
    pub only: Option<BTreeSet<String>>,
    /// Not these elements, by id.
    pub without: BTreeSet<String>,
    /// Not the timers of elements at which the process does not wait.
    pub without_idle_timers: bool,
    /// Most arcs of a walk; what is longer and goes in circles is cut.
    pub longest: Option<usize>,
}

/// Of which elements walks are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Criterion {
    /// Every flow, and every event on the border of an activity.
    #[default]
    AllFlows,
    /// Every activity, and every event on its border.
    Activities,
}

impl Wanted {
    /// The elements in document order, with the arcs by which a walk comes to them.
    pub(super) fn goals(&self, definition: &Definition, graph: &Graph, coverable: &Coverable) -> Vec<Goal> {
        let arc = |at: &usize| graph.arcs()[*at].way;
        let mut goals: Vec<Goal> = Vec::new();
        for node in definition.nodes() {
            let entering: Vec<usize> =
                graph.entering(node.index).iter().copied().filter(|arc| coverable.arcs.contains(arc)).collect();
            let is_wanted = match &self.only {
                Some(only) => only.contains(&node.id),
                None => node.boundary().is_some() || node.is_task() && self.criterion == Criterion::Activities,
            };
            if is_wanted && !entering.is_empty() {
                goals.push(Goal { element: node.id.clone(), arcs: entering });
            }
        }
        for at in &coverable.arcs {
            let Way::Flow(flow) = arc(at) else { continue };
            let id = &definition[flow].id;
            let is_wanted = match &self.only {
                Some(only) => only.contains(id),
                None => self.criterion == Criterion::AllFlows,
            };
            if is_wanted {
                goals.push(Goal { element: id.clone(), arcs: vec![*at] });
            }
        }
        let is_left_out =
            |id: &String| self.without.contains(id) || (self.without_idle_timers && is_idle(definition, id));
        goals.retain(|goal| !is_left_out(&goal.element));
        goals
    }
}

/// Whether an element is a timer of an activity at which the process does not wait.
fn is_idle(definition: &Definition, element: &str) -> bool {
    let boundary = definition.node(element).and_then(|node| node.boundary());
    boundary.is_some_and(|boundary| boundary.trigger.is_timer() && !definition[boundary.host].may_wait())
}
