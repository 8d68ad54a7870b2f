use std::collections::{BTreeSet, VecDeque};

use super::cells::Cells;
use super::plan::Goal;
use super::reading::Reading;
use super::space::Space;
use crate::diagnostic::one_of;
use crate::process::expression::Scope;
use crate::process::graph::{Graph, Way};
use crate::process::{Boundary, Definition, Flow, FlowIndex, Kind, Node, NodeIndex, Timer, Trigger};
use crate::proof::Map;

/// Why walks cannot take some arcs.
pub(super) struct Reasons<'a> {
    map: &'a Map,
    graph: &'a Graph,
    cells: &'a Cells,
    /// The arcs that some walk takes, if it is not bound to end.
    taken: BTreeSet<usize>,
    /// The nodes that some walk comes to.
    reached: Vec<bool>,
    broken: Vec<(NodeIndex, String)>,
}

impl<'a> Reasons<'a> {
    pub fn new<M>(map: &'a Map, graph: &'a Graph, cells: &'a Cells, space: &Space<M>) -> Self {
        let taken: BTreeSet<usize> = space.steps.iter().flat_map(|step| step.arcs.iter().copied()).collect();
        let mut reached = vec![false; graph.nodes()];
        graph.starts().iter().for_each(|node| reached[node.position()] = true);
        taken.iter().for_each(|arc| reached[graph.arcs()[*arc].to.position()] = true);
        let mut broken = Vec::new();
        for (node, reasons) in &space.broken {
            broken.extend(reasons.iter().filter_map(|reason| Some(((*node)?, reason.clone()))));
        }
        broken.iter().for_each(|(node, _)| reached[node.position()] = true);
        Self { map, graph, cells, taken, reached, broken }
    }

    /// Why a goal is out of reach, as a sentence without its end.
    pub fn of(&self, goal: &Goal) -> String {
        let definition = self.map.definition();
        if goal.arcs.iter().any(|arc| self.taken.contains(arc)) {
            let why = self.broken_behind(goal).map(|reason| format!(": {reason}")).unwrap_or_default();
            return format!("no end can be reached behind it{why}");
        }
        let arcs: Vec<_> = goal.arcs.iter().map(|arc| self.graph.arcs()[*arc]).collect();
        match arcs.iter().find(|arc| self.reached[arc.from.position()]).map(|arc| arc.way) {
            Some(Way::Event(event)) => self.of_event(&definition[event]),
            Some(Way::Flow(flow)) => self.of_flow(&definition[flow]),
            Some(Way::Begin(_) | Way::Finish(_) | Way::Throw(_)) => self.of_node(&definition[arcs[0].from]),
            None => {
                let gates = self.gates(goal);
                let names: Vec<&str> = gates.iter().map(|arc| self.element(*arc)).collect();
                match gates.first() {
                    Some(gate) => {
                        let own = self.of(&Goal { element: String::new(), arcs: vec![*gate] });
                        format!("it lies behind {}: {own}", one_of(names))
                    }
                    None => "no way leads there".to_owned(),
                }
            }
        }
    }

    fn element(&self, arc: usize) -> &str {
        match self.graph.arcs()[arc].way {
            Way::Flow(flow) => &self.map.definition()[flow].id,
            Way::Event(node) | Way::Begin(node) | Way::Finish(node) | Way::Throw(node) => {
                &self.map.definition()[node].id
            }
        }
    }

    /// The arcs out of what is reached behind which a goal lies.
    fn gates(&self, goal: &Goal) -> Vec<usize> {
        let mut open: Vec<NodeIndex> = goal.arcs.iter().map(|arc| self.graph.arcs()[*arc].from).collect();
        let mut seen: BTreeSet<NodeIndex> = open.iter().copied().collect();
        let mut gates = BTreeSet::new();
        while let Some(node) = open.pop() {
            for arc in self.graph.entering(node) {
                let from = self.graph.arcs()[*arc].from;
                if self.reached[from.position()] {
                    gates.insert(*arc);
                } else if seen.insert(from) {
                    open.push(from);
                }
            }
        }
        gates.into_iter().collect()
    }

    /// Why what is nearest behind a goal goes no further.
    fn broken_behind(&self, goal: &Goal) -> Option<&str> {
        let mut open: VecDeque<NodeIndex> = goal.arcs.iter().map(|arc| self.graph.arcs()[*arc].to).collect();
        let mut seen: BTreeSet<NodeIndex> = open.iter().copied().collect();
        while let Some(node) = open.pop_front() {
            if let Some((_, reason)) = self.broken.iter().find(|(broken, _)| *broken == node) {
                return Some(reason);
            }
            let next = self.graph.leaving(node).iter().map(|arc| self.graph.arcs()[*arc].to);
            open.extend(next.filter(|next| seen.insert(*next)));
        }
        None
    }

    fn of_event(&self, event: &Node) -> String {
        let definition = self.map.definition();
        let Kind::Boundary(Boundary { host, trigger, interrupting }) = &event.kind else { return self.of_node(event) };
        let host = &definition[*host];
        let others =
            || host.boundaries.iter().map(|other| &definition[*other]).filter(|other| other.index != event.index);
        match trigger {
            Trigger::Timer { .. } if !host.may_wait() => {
                format!("the process does not wait at {}, so that the timer never fires", named(host))
            }
            Trigger::Timer { duration: Timer::After(own) } => {
                let first = others().find(|other| match &other.kind {
                    Kind::Boundary(Boundary { trigger: Trigger::Timer { duration: Timer::After(after) }, .. }) => {
                        (*after, other.index) < (*own, event.index)
                    }
                    _ => false,
                });
                match first {
                    Some(first) => format!("`{}` fires first and leaves {}", first.id, named(host)),
                    None => self.of_node(host),
                }
            }
            Trigger::Error { code, .. } => {
                let same = |other: &&Node| match &other.kind {
                    Kind::Boundary(Boundary { trigger: Trigger::Error { code: other, .. }, .. }) => other == code,
                    _ => false,
                };
                match others().filter(|other| other.index < event.index).find(same) {
                    Some(first) => format!("`{}` catches the same error first", first.id),
                    None => self.of_node(host),
                }
            }
            Trigger::Timer { .. } => self.of_node(host),
            _ if !interrupting => format!("{} does not interrupt, which is not executed", named(event)),
            _ => format!("nothing makes {} happen", named(event)),
        }
    }

    fn of_flow(&self, flow: &Flow) -> String {
        let definition = self.map.definition();
        let source = &definition[flow.source];
        let decides = source.outgoing.len() > 1 || flow.condition.is_some();
        if !decides {
            return self.of_node(source);
        }
        let paths = self.paths(source);
        let needs = self.needs(flow);
        for other in definition.flows().iter().filter(|other| other.source != flow.source) {
            let own = self.paths(&definition[other.source]);
            if own.is_disjoint(&paths) || !self.is_passed(other.index, flow.source) {
                continue;
            }
            let both: BTreeSet<String> = own.union(&paths).cloned().collect();
            let all = self.cells.valuations(&both);
            let fits = |flow: &Flow, values: &_| self.is_taken(flow, values);
            if !all.is_empty() && !all.iter().any(|values| fits(flow, values) && fits(other, values)) {
                let shared: Vec<&str> = own.intersection(&paths).map(String::as_str).collect();
                return format!(
                    "{needs}, but every way there takes `{}`, where {}, and nothing between writes {}",
                    other.id,
                    self.needs(other),
                    one_of(shared)
                );
            }
        }
        let told = self.broken.iter().find(|(node, _)| *node == source.index);
        let told = told.map(|(_, reason)| format!("; {reason}")).unwrap_or_default();
        let writers = self.writers(&paths);
        match writers.as_slice() {
            [] => format!("{needs}, which never comes about{told}"),
            writers => {
                let names = one_of(writers.iter().map(String::as_str));
                format!(
                    "{needs}, which {names} never {}{told}",
                    if writers.len() == 1 { "brings about" } else { "bring about" }
                )
            }
        }
    }

    /// What must hold so that a flow is taken.
    fn needs(&self, flow: &Flow) -> String {
        let definition = self.map.definition();
        let source = &definition[flow.source];
        let text = |flow: &Flow| flow.condition.as_ref().map(|one| told(&one.value));
        match text(flow).filter(|_| source.default != Some(flow.index)) {
            Some(condition) => format!("`{condition}` must hold"),
            None => {
                let others = definition.live_flows(source).filter(|other| *other != flow.index);
                let others: Vec<String> = others.filter_map(|other| text(&definition[other])).collect();
                format!("{} must not hold", one_of(others.iter().map(String::as_str)))
            }
        }
    }

    /// Whether a gateway takes a flow with some values.
    fn is_taken(&self, flow: &Flow, values: &serde_json::Map<String, serde_json::Value>) -> bool {
        let definition = self.map.definition();
        let source = &definition[flow.source];
        let nothing = serde_json::Map::new();
        for other in source.outgoing.iter().filter(|other| source.default != Some(**other)) {
            let holds = match &definition[*other].condition {
                Some(condition) => condition.value.test(Scope { locals: &nothing, variables: values }),
                None => Ok(true),
            };
            match holds {
                Ok(false) => {}
                Ok(true) => return *other == flow.index,
                Err(_) => return false,
            }
        }
        source.default == Some(flow.index)
    }

    /// Whether every way to a node takes a flow.
    fn is_passed(&self, flow: FlowIndex, to: NodeIndex) -> bool {
        let Some(without) = self.graph.arc(Way::Flow(flow)) else { return false };
        let mut seen: BTreeSet<NodeIndex> = self.graph.starts().iter().copied().collect();
        let mut open: Vec<NodeIndex> = seen.iter().copied().collect();
        while let Some(node) = open.pop() {
            if node == to {
                return false;
            }
            for arc in self.graph.leaving(node).iter().filter(|arc| **arc != without && self.taken.contains(arc)) {
                let next = self.graph.arcs()[*arc].to;
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        true
    }

    /// What the conditions of a node read.
    fn paths(&self, node: &Node) -> BTreeSet<String> {
        let definition = self.map.definition();
        let mut reading = Reading::default();
        let conditions = definition.live_flows(node).filter_map(|flow| definition[flow].condition.as_ref());
        conditions.for_each(|condition| reading.verdict(&condition.value.template));
        reading.paths.into_iter().chain(reading.guarded).collect()
    }

    /// The elements whose outputs are among some variables.
    fn writers(&self, paths: &BTreeSet<String>) -> Vec<String> {
        let definition: &Definition = self.map.definition();
        let writes = |node: &&Node| {
            let outputs = node
                .outputs
                .iter()
                .any(|output| paths.iter().any(|path| path.split('.').next() == Some(output.name.as_str())));
            outputs || self.cells.counts(node.index).is_some_and(|counted| paths.contains(counted))
        };
        let writers = definition.nodes().iter().filter(|node| self.reached[node.index.position()]).filter(writes);
        writers.map(|node| node.id.clone()).collect()
    }

    fn of_node(&self, node: &Node) -> String {
        if node.kind == Kind::ExternalTask && self.map.activity_at(node.index).is_none() {
            return format!("the catalogue has no activity for {}", named(node));
        }
        match self.broken.iter().find(|(broken, _)| *broken == node.index) {
            Some((_, reason)) => reason.clone(),
            None => format!("{} is not left in this way", named(node)),
        }
    }
}

/// An element in words, on one line.
fn named(node: &Node) -> String {
    format!("`{}`", node.title().split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A condition as it is written.
fn told(condition: &crate::process::expression::Condition) -> String {
    let parts = condition.template.parts().iter().map(|part| match part {
        crate::process::expression::Part::Expression(expression) => {
            let text = expression.to_string();
            let bare = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
            format!("${{{}}}", bare.filter(|bare| !bare.contains(['(', ')'])).unwrap_or(&text))
        }
        crate::process::expression::Part::Text(text) => text.clone(),
        crate::process::expression::Part::Broken(_) => String::new(),
    });
    parts.collect()
}
