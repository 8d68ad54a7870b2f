use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::common::Common;
use super::condition::Evaluations;
use super::extent::{Extent, counts};
use super::looping::Looping;
use super::tally::Tally;
use super::{Coverage, Evidence, Observation, ScenarioCoverage, Trail};
use crate::process::graph::{Folding, Way};
use crate::process::{Definition, FlowIndex, MoveKind, NodeIndex, Trigger};
use crate::proof::Map;

/// Adds up what scenarios did to a process, one at a time. What it holds does not grow with what they did, but by a line for
/// each scenario.
#[derive(Debug)]
pub struct Survey<'a> {
    pub(super) definition: &'a Definition,
    pub(super) extent: Extent,
    /// By the node's place: how often it was entered.
    pub(super) nodes: Vec<Tally>,
    /// By the node's place: how often it was completed and cancelled.
    pub(super) ends: Vec<[u64; 2]>,
    /// By the arc's place in the graph.
    pub(super) arcs: Vec<Tally>,
    /// The conditions that can be true and false.
    pub(super) conditions: BTreeMap<FlowIndex, Evaluations>,
    pub(super) loops: Vec<Looping>,
    /// Arcs that were seen to follow upon each other, if that says more than the arcs alone.
    pub(super) pairs: Option<HashSet<(usize, usize)>>,
    /// How often each error code was caught, and was not; `None` for what was caught by an event that catches every code.
    pub(super) codes: BTreeMap<Option<String>, [u64; 2]>,
    pub(super) scenarios: Vec<ScenarioCoverage>,
    pub(super) unknown: BTreeSet<String>,
    /// The definition as a catalogue sees it, by which is inferred what is not seen.
    pub(super) map: Option<&'a Map>,
    /// What was inferred before.
    pub(super) known: HashMap<(NodeIndex, String, Option<NodeIndex>), Common>,
}

impl<'a> Survey<'a> {
    /// Nothing is known yet. What can be covered is decided by the folding.
    pub fn of(definition: &'a Definition, folding: Folding) -> Self {
        let extent = Extent::of(definition, folding);
        let varies = |flow: &FlowIndex| {
            let alive = extent.arc(Way::Flow(*flow)).is_some_and(|arc| extent.has(arc));
            alive && definition[*flow].condition.as_ref().is_some_and(|condition| condition.constant().is_none())
        };
        let flows = definition.flows().iter().map(|flow| flow.index);
        let conditions = flows.filter(varies).map(|flow| (flow, Evaluations::default())).collect();
        let joins_and_splits = |node: NodeIndex| extent.entering(node).len() > 1 && extent.leaving(node).len() > 1;
        let pairs = definition.nodes().iter().any(|node| joins_and_splits(node.index)).then(HashSet::new);
        Self {
            nodes: vec![Tally::default(); definition.nodes().len()],
            ends: vec![[0, 0]; definition.nodes().len()],
            arcs: vec![Tally::default(); extent.graph.arcs().len()],
            loops: Looping::all(definition, &extent),
            conditions,
            pairs,
            codes: BTreeMap::new(),
            scenarios: Vec::new(),
            unknown: BTreeSet::new(),
            map: None,
            known: HashMap::new(),
            extent,
            definition,
        }
    }

    /// Lets it infer, from where a process was seen to stand, what it must have passed.
    pub fn inferring(self, map: &'a Map) -> Self {
        Self { map: Some(map), ..self }
    }

    /// Takes in what a scenario did. An instance that begins at a node which the definition does not have is of another process,
    /// and a scenario with nothing else is left out: then this gives `false`.
    pub fn add(&mut self, observation: &Observation) -> bool {
        let number = u32::try_from(self.scenarios.len()).unwrap_or(u32::MAX);
        let (mut walked, mut evidence) = (false, Evidence::Observed);
        for trail in &observation.trails {
            let moves = match trail {
                Trail::Moves(moves) => moves,
                Trail::Stops(stops, ended) => {
                    if self.see(number, stops, *ended) {
                        (walked, evidence) = (true, Evidence::Inferred);
                    }
                    continue;
                }
            };
            let begins_here = moves.iter().find_map(|one| match one {
                MoveKind::Entered { node, .. } => Some(self.definition.node(node).is_some()),
                _ => None,
            });
            if begins_here == Some(true) {
                walked = true;
                Following { survey: self, scenario: number, last: HashMap::new() }.all(moves);
            }
        }
        if !walked {
            return false;
        }
        // How often an engine went round is not known by where it was seen to stand.
        for looping in self.loops.iter_mut().filter(|_| evidence == Evidence::Observed) {
            let came = self.nodes[self.extent.graph.arcs()[looping.arc].to.position()].of(number) > 0;
            looping.note(self.arcs[looping.arc].of(number), came);
        }
        self.scenarios.push(ScenarioCoverage {
            id: observation.scenario.clone(),
            title: observation.title.clone(),
            verdict: observation.verdict,
            evidence,
            arcs: self.passed_by(number),
            only: Vec::new(),
            redundant: false,
        });
        true
    }

    /// How many arcs the latest scenario passed.
    fn passed_by(&self, scenario: u32) -> u64 {
        let arcs = self.arcs.iter().zip(self.extent.graph.arcs());
        arcs.filter(|(tally, arc)| counts(arc.way) && tally.of(scenario) > 0).count() as u64
    }

    /// Whether nothing that can be covered is left.
    pub fn is_complete(&self) -> bool {
        self.missing().next().is_none()
    }

    /// The arcs that can be covered and were not, in the order of the diagram's arcs.
    pub fn missing(&self) -> impl Iterator<Item = Way> {
        let missing = self.extent.alive().filter(|arc| !self.arcs[*arc].is_hit());
        missing.map(|arc| self.extent.graph.arcs()[arc].way).filter(|way| counts(*way))
    }

    /// What is proven.
    pub fn conclude(self, process: &str, runs: Vec<String>) -> Coverage {
        super::conclusion::conclude(self, process, runs)
    }
}

/// One instance is followed.
struct Following<'s, 'a> {
    survey: &'s mut Survey<'a>,
    scenario: u32,
    /// The arc by which each node was last entered.
    last: HashMap<NodeIndex, usize>,
}

impl Following<'_, '_> {
    fn all(mut self, moves: &[MoveKind]) {
        for one in moves {
            self.follow(one);
        }
    }

    fn node(&mut self, id: &str) -> Option<NodeIndex> {
        let found = self.survey.definition.node(id).map(|node| node.index);
        if found.is_none() {
            self.survey.unknown.insert(id.to_owned());
        }
        found
    }

    fn follow(&mut self, one: &MoveKind) {
        match one {
            MoveKind::Entered { node, .. } => {
                let Some(node) = self.node(node) else { return };
                self.survey.nodes[node.position()].hit(self.scenario, Evidence::Observed);
                self.pass_way(Way::Event(node));
                self.pass_way(Way::Begin(node));
            }
            MoveKind::Completed { node } => {
                if let Some(node) = self.node(node) {
                    self.survey.ends[node.position()][0] += 1;
                    // A link goes on elsewhere, and a node that ends ends its subprocess.
                    self.pass_way(Way::Throw(node));
                    self.pass_way(Way::Finish(node));
                }
            }
            MoveKind::Cancelled { node } => {
                if let Some(node) = self.node(node) {
                    self.survey.ends[node.position()][1] += 1;
                }
            }
            MoveKind::Evaluated { flow, value, atoms } => {
                let flow = self.survey.definition.flow(flow).map(|flow| flow.index);
                if let Some(evaluations) = flow.and_then(|flow| self.survey.conditions.get_mut(&flow)) {
                    evaluations.add(*value, atoms);
                }
            }
            MoveKind::Taken { flow } => match self.survey.definition.flow(flow).map(|flow| flow.index) {
                Some(flow) => self.pass_way(Way::Flow(flow)),
                None => {
                    self.survey.unknown.insert(flow.clone());
                }
            },
            MoveKind::Error { code, boundary, .. } => {
                let handler = boundary.as_deref().and_then(|boundary| self.survey.definition.node(boundary));
                let by_code = handler.and_then(|handler| match &handler.boundary()?.trigger {
                    Trigger::Error { code, .. } => code.as_deref(),
                    _ => None,
                });
                let key = if handler.is_some() { by_code.map(str::to_owned) } else { Some(code.clone()) };
                self.survey.codes.entry(key).or_default()[usize::from(boundary.is_none())] += 1;
            }
            MoveKind::TimerFired { .. }
            | MoveKind::Thrown { .. }
            | MoveKind::Caught { .. }
            | MoveKind::Ended { .. }
            | MoveKind::Incident { .. } => {}
        }
    }

    fn pass_way(&mut self, way: Way) {
        if let Some(arc) = self.survey.extent.arc(way) {
            self.pass(arc);
        }
    }

    fn pass(&mut self, arc: usize) {
        let survey = &mut *self.survey;
        survey.arcs[arc].hit(self.scenario, Evidence::Observed);
        let ends = survey.extent.graph.arcs()[arc];
        if let Some(pairs) = &mut survey.pairs
            && let Some(before) = self.last.get(&ends.from)
        {
            pairs.insert((*before, arc));
        }
        if survey.pairs.is_some() {
            self.last.insert(ends.to, arc);
        }
    }
}
