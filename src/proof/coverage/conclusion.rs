use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::element::{Element, ElementKind, Nearest, State, Work};
use super::extent::Extent;
use super::extent::counts;
use super::looping::{Looping, arc_id};
use super::model::{CodeCoverage, Coverage, VERSION};
use super::tally::Tally;
use super::{ConditionCoverage, Criterion, Figure, LoopCoverage, Survey};
use crate::process::graph::Way;
use crate::process::{Definition, Kind, Node, NodeIndex, Trigger};

/// Makes a coverage of what was added up.
pub(super) fn conclude(mut survey: Survey<'_>, process: &str, runs: Vec<String>) -> Coverage {
    let definition = survey.definition;
    for (at, tally) in survey.arcs.iter().enumerate() {
        let way = survey.extent.graph.arcs()[at].way;
        if let Some(sole) = tally.sole().filter(|_| counts(way)) {
            let id = arc_id(definition, way);
            survey.scenarios[sole as usize].only.push(id.to_owned());
        }
    }
    for scenario in &mut survey.scenarios {
        scenario.redundant = scenario.only.is_empty();
    }
    let conditions: Vec<ConditionCoverage> = survey
        .conditions
        .iter()
        .filter_map(|(flow, seen)| {
            let flow = &definition[*flow];
            Some(seen.conclude(&flow.id, &flow.condition.as_ref()?.value))
        })
        .collect();
    let loops: Vec<LoopCoverage> = std::mem::take(&mut survey.loops).into_iter().map(Looping::conclude).collect();
    let codes = codes(&survey);
    let figures = figures(&survey, &conditions, &loops, &codes);
    let nearest = Nearby::of(&survey);
    let nodes = definition.nodes().iter().map(|node| element_of_node(&survey, node, &nearest));
    let flows = definition.flows().iter().map(|flow| {
        let arc = survey.extent.arc(Way::Flow(flow.index));
        let tally = arc.map(|arc| &survey.arcs[arc]);
        let reason = survey.extent.why_flow(definition, flow.index);
        let hit = tally.is_some_and(Tally::is_hit);
        let state = match (&reason, hit) {
            (Some(_), _) => State::Infeasible,
            (None, true) => State::Covered,
            (None, false) => State::Uncovered,
        };
        let near = (state == State::Uncovered).then(|| nearest.to_arc(definition, flow.source)).flatten();
        Element {
            id: flow.id.clone(),
            name: flow.name.as_deref().and_then(one_line),
            kind: ElementKind::Flow,
            from: Some(definition[flow.source].id.clone()),
            to: Some(definition[flow.target].id.clone()),
            state,
            reason,
            hits: tally.map_or(0, |tally| tally.hits),
            evidence: tally.and_then(Tally::evidence),
            work: None,
            scenarios: tally.map_or(0, |tally| tally.scenarios),
            by: tally.map(|tally| tally.by.clone()).unwrap_or_default(),
            nearest: near,
        }
    });
    let elements = nodes.chain(flows).collect();
    Coverage {
        version: VERSION,
        process: process.to_owned(),
        definition: definition.id().value.to_owned(),
        runs,
        figures,
        elements,
        conditions,
        loops,
        codes,
        scenarios: survey.scenarios,
        unknown: survey.unknown.into_iter().collect(),
    }
}

fn one_line(name: &str) -> Option<String> {
    let words: Vec<&str> = name.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

fn element_of_node(survey: &Survey<'_>, node: &Node, nearest: &Nearby) -> Element {
    let (definition, tally) = (survey.definition, &survey.nodes[node.index.position()]);
    let reason = survey.extent.why_node(definition, node.index);
    let open = || survey.extent.leaving(node.index).iter().any(|arc| !survey.arcs[*arc].is_hit());
    let state = match (&reason, tally.is_hit()) {
        (Some(_), _) => State::Infeasible,
        (None, false) => State::Uncovered,
        (None, true) if open() => State::Partly,
        (None, true) => State::Covered,
    };
    let [completed, cancelled] = survey.ends[node.index.position()];
    Element {
        id: node.id.clone(),
        name: node.name.as_deref().and_then(one_line),
        kind: kind_of(node),
        from: node.boundary().map(|boundary| definition[boundary.host].id.clone()),
        to: None,
        state,
        reason,
        hits: tally.hits,
        evidence: tally.evidence(),
        work: node.is_activity().then_some(Work { entered: tally.hits, completed, cancelled }),
        scenarios: tally.scenarios,
        by: tally.by.clone(),
        nearest: (state == State::Uncovered).then(|| nearest.to_node(definition, node.index)).flatten(),
    }
}

fn kind_of(node: &Node) -> ElementKind {
    match &node.kind {
        Kind::Boundary(boundary) => match boundary.trigger {
            Trigger::Error { .. } => ElementKind::ErrorEvent,
            Trigger::Timer { .. } => ElementKind::TimerEvent,
            _ => ElementKind::Event,
        },
        _ if node.is_gateway() => ElementKind::Gateway,
        _ if node.is_activity() => ElementKind::Activity,
        _ => ElementKind::Event,
    }
}

/// Every error code that is declared, caught or was thrown.
fn codes(survey: &Survey<'_>) -> Vec<CodeCoverage> {
    let definition = survey.definition;
    let declared: BTreeSet<Option<&str>> =
        definition.errors().iter().filter_map(|error| error.code.as_deref()).map(Some).collect();
    let mut catchable: BTreeMap<Option<&str>, bool> = BTreeMap::new();
    for node in definition.nodes() {
        if let Some(Trigger::Error { code, .. }) = node.boundary().map(|boundary| &boundary.trigger) {
            *catchable.entry(code.as_deref()).or_default() |= survey.extent.has_node(node.index);
        }
    }
    let seen = survey.codes.keys().map(Option::as_deref);
    let all: BTreeSet<Option<&str>> = declared.iter().copied().chain(catchable.keys().copied()).chain(seen).collect();
    let code = |code: Option<&str>| {
        let [caught, uncaught] = survey.codes.get(&code.map(str::to_owned)).copied().unwrap_or_default();
        CodeCoverage {
            code: code.map(str::to_owned),
            declared: declared.contains(&code),
            catchable: catchable.get(&code) == Some(&true),
            caught,
            uncaught,
        }
    };
    all.into_iter().map(code).collect()
}

/// Counts what can be covered, what is, and what is of all.
#[derive(Default)]
struct Count {
    covered: u64,
    of: u64,
    inferred: u64,
    covered_of_all: u64,
    all: u64,
}

impl Count {
    fn add(&mut self, feasible: bool, covered: bool, inferred: bool) {
        self.all += 1;
        self.covered_of_all += u64::from(covered);
        if feasible {
            self.of += 1;
            self.covered += u64::from(covered);
            self.inferred += u64::from(covered && inferred);
        }
    }

    fn with(mut self, feasible: bool, tally: &Tally) -> Self {
        self.add(feasible, tally.is_hit(), tally.is_inferred());
        self
    }

    fn figure(self, criterion: Criterion) -> Option<Figure> {
        let Self { covered, of, inferred, covered_of_all, all } = self;
        (all > 0).then_some(Figure { criterion, covered, of, inferred, covered_of_all, all })
    }
}

fn figures(
    survey: &Survey<'_>,
    conditions: &[ConditionCoverage],
    loops: &[LoopCoverage],
    codes: &[CodeCoverage],
) -> Vec<Figure> {
    let (definition, extent) = (survey.definition, &survey.extent);
    let of_nodes = |wanted: &dyn Fn(&Node) -> bool| {
        let nodes = definition.nodes().iter().filter(|node| wanted(node)).map(|node| node.index);
        nodes.fold(Count::default(), |count, node| count.with(extent.has_node(node), &survey.nodes[node.position()]))
    };
    let of_arcs = |wanted: &dyn Fn(Way) -> bool| {
        let arcs = extent.graph.arcs().iter().enumerate().filter(|(_, arc)| wanted(arc.way));
        arcs.fold(Count::default(), |count, (at, _)| count.with(extent.has(at), &survey.arcs[at]))
    };
    let decides = |way: Way| {
        let Way::Flow(flow) = way else { return false };
        let source = &definition[definition[flow].source];
        source.kind == Kind::ExclusiveGateway && source.outgoing.len() > 1
    };
    let triggered = |node: &Node, wanted: ElementKind| kind_of(node) == wanted;
    let count = |criterion: Criterion| {
        let mut count = Count::default();
        match criterion {
            Criterion::AllFlows => return of_arcs(&counts),
            Criterion::Flows => return of_arcs(&|way| matches!(way, Way::Flow(_))),
            Criterion::Decisions => return of_arcs(&decides),
            Criterion::Activities => return of_nodes(&Node::is_activity),
            Criterion::ErrorEvents => return of_nodes(&|node| triggered(node, ElementKind::ErrorEvent)),
            Criterion::TimerEvents => return of_nodes(&|node| triggered(node, ElementKind::TimerEvent)),
            Criterion::Ends => {
                let ends = extent.graph.ends().iter();
                return ends
                    .fold(count, |count, node| count.with(extent.has_node(*node), &survey.nodes[node.position()]));
            }
            Criterion::Conditions => {
                for condition in conditions {
                    count.add(true, condition.true_times > 0, false);
                    count.add(true, condition.false_times > 0, false);
                }
            }
            Criterion::Mcdc => {
                for atom in conditions.iter().flat_map(|condition| &condition.atoms) {
                    count.add(!atom.coupled, atom.decides, false);
                }
            }
            Criterion::Loops => {
                for one in loops {
                    [one.never, one.once, one.again].into_iter().for_each(|seen| count.add(true, seen, false));
                }
            }
            Criterion::Pairs => return pairs(survey),
            Criterion::ErrorCodes => {
                for code in codes.iter().filter(|code| code.declared || code.catchable) {
                    count.add(code.catchable, code.caught > 0, false);
                }
            }
        }
        count
    };
    Criterion::ALL.into_iter().filter_map(|criterion| count(criterion).figure(criterion)).collect()
}

/// Counts arcs that follow upon each other; nothing where that says no more than the arcs.
fn pairs(survey: &Survey<'_>) -> Count {
    let Some(seen) = &survey.pairs else { return Count::default() };
    let extent = &survey.extent;
    let mut count = Count::default();
    for node in survey.definition.nodes().iter().map(|node| node.index) {
        count.of += (extent.entering(node).len() * extent.leaving(node).len()) as u64;
        count.all += (extent.graph.entering(node).len() * extent.graph.leaving(node).len()) as u64;
    }
    count.covered_of_all = seen.len() as u64;
    count.covered = seen.iter().filter(|(one, next)| extent.has(*one) && extent.has(*next)).count() as u64;
    count
}

/// How far each node is from what was passed.
struct Nearby {
    /// By the node's place: the nearest node that was passed, how many arcs lie between, and a scenario that passed it.
    of: Vec<Option<(NodeIndex, u64, u32)>>,
}

impl Nearby {
    fn of(survey: &Survey<'_>) -> Self {
        let extent: &Extent = &survey.extent;
        let mut of = vec![None; survey.nodes.len()];
        let mut open = VecDeque::new();
        for node in survey.definition.nodes().iter().map(|node| node.index).filter(|node| extent.has_node(*node)) {
            if let Some(scenario) = survey.nodes[node.position()].by.first() {
                of[node.position()] = Some((node, 0, *scenario));
                open.push_back(node);
            }
        }
        while let Some(node) = open.pop_front() {
            let Some((root, arcs, scenario)) = of[node.position()] else { continue };
            for arc in extent.leaving(node) {
                let to = extent.graph.arcs()[*arc].to;
                if of[to.position()].is_none() {
                    of[to.position()] = Some((root, arcs + 1, scenario));
                    open.push_back(to);
                }
            }
        }
        Self { of }
    }

    fn to_node(&self, definition: &Definition, node: NodeIndex) -> Option<Nearest> {
        let (root, arcs, scenario) = self.of[node.position()]?;
        Some(Nearest { scenario, at: definition[root].id.clone(), arcs })
    }

    /// To an arc out of a node.
    fn to_arc(&self, definition: &Definition, from: NodeIndex) -> Option<Nearest> {
        let near = self.to_node(definition, from)?;
        Some(Nearest { arcs: near.arcs + 1, ..near })
    }
}
