use std::collections::{BTreeMap, BTreeSet};

use super::subject::Subject;
use super::walks::{Walk, Walks};
use crate::process::expression::Template;
use crate::process::graph::Way;
use crate::process::{FlowIndex, Instances, Kind, Mapping, MappingSource, Node, NodeIndex, Repetition, Timer, Trigger};

/// Where a variable is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reader {
    /// By the parameters of a node.
    Node(NodeIndex),
    /// By the condition of a flow.
    Flow(FlowIndex),
}

/// A read of variables that are written on some of the ways that lead there and not on all.
pub(super) struct Missing<'a> {
    pub reader: Reader,
    /// In alphabetical order.
    pub names: Vec<&'a str>,
    /// A walk to the node, or to the source of the flow, on which nothing writes the first of them.
    pub walk: Walk,
}

/// What is read and written by a definition.
pub(super) struct Names<'a> {
    /// The variables that each node needs when it is entered.
    needs: Vec<BTreeSet<&'a str>>,
    /// The variables that its outputs need, beside those that it is given and those that it writes before.
    pub results: Vec<BTreeSet<&'a str>>,
    /// The process variables that each node writes when it is left by a flow.
    pub writes: Vec<BTreeSet<&'a str>>,
    removes: Vec<BTreeSet<&'a str>>,
    /// What each node gives to what stands in it.
    gives: Vec<BTreeSet<&'a str>>,
    /// Nodes of which nobody knows what they write.
    writes_all: BTreeSet<NodeIndex>,
}

/// A set of up to 64 variables, one bit each.
type Bits = u64;
const AT_ONCE: usize = 64;

impl<'a> Names<'a> {
    pub fn of(subject: &Subject<'a>) -> Self {
        let definition = subject.definition;
        let none = vec![BTreeSet::new(); definition.nodes().len()];
        let mut names = Self {
            needs: none.clone(),
            results: none.clone(),
            writes: none.clone(),
            removes: none.clone(),
            gives: none,
            writes_all: BTreeSet::new(),
        };
        for node in definition.nodes() {
            names.add_reads(subject, node);
            names.add_writes(subject, node);
        }
        names
    }

    fn add_reads(&mut self, subject: &Subject<'a>, node: &'a Node) {
        let at = node.index.position();
        let mut own: BTreeSet<&str> = BTreeSet::new();
        if let Some(Repetition::Instances(Instances { element: Some(element), .. })) = &node.repetition {
            own.insert(element);
        }
        let given: BTreeSet<&str> = own.clone();
        for template in on_entry(subject, node) {
            self.needs[at].extend(template.needs());
        }
        for input in &node.inputs {
            self.needs[at].extend(input.value.needs().into_iter().filter(|name| !own.contains(name)));
            own.insert(&input.name);
        }
        self.gives[at].extend(given.into_iter().chain(node.inputs.iter().map(|input| input.name.as_str())));
        for output in &node.outputs {
            self.results[at].extend(output.value.needs().into_iter().filter(|name| !own.contains(name)));
            own.insert(&output.name);
        }
        if !has_results(node) {
            // Nobody but the process gives what it reads.
            let read = std::mem::take(&mut self.results[at]);
            self.needs[at].extend(read);
        }
    }

    fn add_writes(&mut self, subject: &Subject<'a>, node: &'a Node) {
        let at = node.index.position();
        self.writes[at].extend(node.outputs.iter().map(|output| output.name.as_str()));
        match node.trigger() {
            Some(Trigger::Error { code_variable, message_variable, .. }) => {
                self.writes[at].extend([code_variable, message_variable].into_iter().flatten().map(String::as_str));
            }
            Some(Trigger::Escalation { code_variable, .. }) => {
                self.writes[at].extend(code_variable.as_deref());
            }
            _ => {}
        }
        if let Kind::CallActivity(call) = &node.kind {
            for Mapping { source, target } in &call.outputs {
                match (source, target) {
                    (_, Some(name)) | (MappingSource::Variable(name), None) => drop(self.writes[at].insert(name)),
                    (MappingSource::All, None) => drop(self.writes_all.insert(node.index)),
                    (MappingSource::Expression(_), None) => {}
                }
            }
        }
        if let Some(deeds) = subject.knowledge.deeds.get(&node.index) {
            self.writes[at].extend(deeds.writes.iter().chain(&deeds.counts).map(String::as_str));
            self.removes[at].extend(deeds.removes.iter().map(String::as_str));
        }
    }

    /// All variables that something writes.
    pub fn written(&self) -> BTreeSet<&'a str> {
        self.writes.iter().flatten().copied().collect()
    }

    /// All variables that something other than the results of an activity needs.
    pub fn needed(&self, subject: &Subject<'a>) -> BTreeSet<&'a str> {
        let conditions = subject.definition.flows().iter().filter_map(|flow| flow.condition.as_ref());
        let of_flows = conditions.flat_map(|condition| condition.value.template.needs());
        self.needs.iter().flatten().copied().chain(of_flows).collect()
    }
}

/// Whether the outputs of a node may read what has come from outside.
fn has_results(node: &Node) -> bool {
    node.is_activity() || node.trigger().is_some()
}

/// What is evaluated when a node is entered, beside its inputs.
pub(super) fn on_entry<'a>(subject: &Subject<'a>, node: &'a Node) -> Vec<&'a Template> {
    let timer = |trigger: &'a Trigger| match trigger {
        Trigger::Timer { duration: Timer::Computed(template) } => Some(template),
        _ => None,
    };
    let events = node.boundaries.iter().filter_map(|event| subject.definition[*event].trigger());
    let own = node.trigger().filter(|_| node.boundary().is_none());
    let mut templates: Vec<&Template> = events.chain(own).filter_map(timer).collect();
    if let Some(Repetition::Instances(instances)) = &node.repetition {
        templates.extend(instances.cardinality.iter().chain(&instances.collection));
    }
    if let Kind::CallActivity(call) = &node.kind {
        templates.extend(&call.called);
        templates.extend(call.inputs.iter().filter_map(|mapping| match &mapping.source {
            MappingSource::Expression(template) => Some(template),
            MappingSource::All | MappingSource::Variable(_) => None,
        }));
    }
    templates
}

/// Looks for variables that are missing on some way to where they are read (definite assignment), and tells of each node which
/// variables may be missing when it is entered, of those that its outputs need.
///
/// Whatever is first read and then written, on every walk, is given to the instance when it is started; so is what is never
/// written. A read is an incident if the variable is not there, so behind it the variable is.
pub(super) fn missing<'a>(subject: &Subject<'a>, names: &Names<'a>) -> (Vec<Missing<'a>>, Vec<(NodeIndex, &'a str)>) {
    let read: BTreeSet<&str> =
        names.needed(subject).into_iter().chain(names.results.iter().flatten().copied()).collect();
    let asked: Vec<&str> = names.written().intersection(&read).copied().collect();
    let (mut found, mut results): (BTreeMap<Reader, Missing<'a>>, _) = (BTreeMap::new(), Vec::new());
    for some in asked.chunks(AT_ONCE) {
        let spread = Spread::of(subject, names, some);
        for (reader, name, walk) in spread.reads() {
            let entry = || Missing { reader, names: Vec::new(), walk };
            found.entry(reader).or_insert_with(entry).names.push(name);
        }
        results.extend(spread.results(names));
    }
    (found.into_values().collect(), results)
}

/// How up to 64 variables can be missing in a definition.
struct Spread<'s, 'a> {
    subject: &'s Subject<'a>,
    names: &'s [&'a str],
    nodes: Vec<AtNode>,
    flows: Vec<AtFlow>,
    /// By place of the graph: what is not there on some walk to it.
    missing: Vec<Bits>,
    /// By place: what was written on some walk to it.
    written: Vec<Bits>,
    /// What is written on some walk before it is read.
    internal: Bits,
}

#[derive(Clone, Copy, Default)]
struct AtNode {
    needs: Bits,
    writes: Bits,
    removes: Bits,
    gives: Bits,
}

#[derive(Clone, Copy, Default)]
struct AtFlow {
    needs: Bits,
    /// What is there if the condition holds, and if it does not.
    proves: [Bits; 2],
}

/// What is missing where something leaves a place.
struct Leaving {
    /// By arc.
    ways: Vec<(usize, Bits)>,
    /// What is missing where a condition reads it.
    reads: Vec<(FlowIndex, Bits)>,
}

impl<'s, 'a> Spread<'s, 'a> {
    fn of(subject: &'s Subject<'a>, all: &Names<'a>, names: &'s [&'a str]) -> Self {
        let definition = subject.definition;
        let bits = |wanted: &BTreeSet<&str>| {
            let places = wanted.iter().filter_map(|name| names.binary_search(name).ok());
            places.fold(0, |bits: Bits, at| bits | 1 << at)
        };
        let node = |node: &Node| {
            let at = node.index.position();
            let writes = if all.writes_all.contains(&node.index) { Bits::MAX } else { bits(&all.writes[at]) };
            AtNode { needs: bits(&all.needs[at]), writes, removes: bits(&all.removes[at]), gives: bits(&all.gives[at]) }
        };
        let flows = definition.flows().iter().map(|flow| {
            let Some(condition) = &flow.condition else { return AtFlow::default() };
            let proves = |value| condition.value.sole().map_or(0, |sole| bits(&sole.proves(value)));
            AtFlow { needs: bits(&condition.value.template.needs()), proves: [proves(true), proves(false)] }
        });
        let places = subject.folded.places();
        let mut spread = Self {
            subject,
            names,
            nodes: definition.nodes().iter().map(node).collect(),
            flows: flows.collect(),
            missing: vec![0; places],
            written: vec![0; places],
            internal: 0,
        };
        spread.run();
        let before = |node: &Node| spread.at_exit(node) & spread.nodes[node.index.position()].writes;
        spread.internal = definition.nodes().iter().fold(0, |bits, node| bits | before(node));
        spread
    }

    /// Where walks begin at which nothing is there yet. What begins by itself may find everything written before.
    fn sources(&self) -> impl Iterator<Item = usize> {
        let starts = self.subject.folded.starts().iter();
        let begins = |node: &&NodeIndex| !begins_by_itself(&self.subject.definition[**node]);
        starts.filter(begins).map(|node| self.subject.folded.first_place(*node))
    }

    /// Spreads until nothing changes: bits are only ever added, so that it ends.
    fn run(&mut self) {
        let graph = &self.subject.folded;
        let mut open: Vec<usize> = self.sources().collect();
        open.iter().for_each(|place| self.missing[*place] = Bits::MAX);
        open.reverse();
        let mut is_open = vec![false; graph.places()];
        // What is missing on each arc, for nodes that wait for all of them.
        let mut on_arc: Vec<Bits> = vec![0; graph.arcs().len()];
        while let Some(place) = open.pop() {
            is_open[place] = false;
            let AtNode { writes, removes, .. } = self.nodes[self.subject.at(place).index.position()];
            let written = self.written[place];
            for (arc, missing) in self.leave(place, self.missing[place]).ways {
                on_arc[arc] |= missing;
                let written = match graph.arcs()[arc].way {
                    Way::Flow(_) | Way::Throw(_) | Way::Finish(_) => (written | writes) & !removes,
                    Way::Event(_) | Way::Begin(_) => written,
                };
                let to = graph.way(arc).1;
                // A token of each flow comes to a parallel gateway, and each has written what it has.
                let missing = match self.subject.at(to).kind {
                    Kind::ParallelGateway => {
                        graph.entering_place(to).iter().fold(Bits::MAX, |all, arc| all & on_arc[*arc])
                    }
                    _ => missing,
                };
                if missing & !self.missing[to] != 0 || written & !self.written[to] != 0 {
                    self.missing[to] |= missing;
                    self.written[to] |= written;
                    if !std::mem::replace(&mut is_open[to], true) {
                        open.push(to);
                    }
                }
            }
        }
    }

    /// What is missing when the work of a node is done, before its outputs are written.
    fn at_exit(&self, node: &Node) -> Bits {
        self.missing[self.subject.folded.last_place(node.index)] & !self.nodes[node.index.position()].needs
    }

    /// What is missing behind a place at which something is missing.
    fn leave(&self, place: usize, missing: Bits) -> Leaving {
        let (graph, node) = (&self.subject.folded, self.subject.at(place));
        let AtNode { needs, writes, removes, gives } = self.nodes[node.index.position()];
        let entered = missing & !needs;
        let left = entered & !writes | removes;
        let is_default = |at: &usize| matches!(graph.arcs()[*at].way, Way::Flow(flow) if node.default == Some(flow));
        let (defaults, others): (Vec<usize>, Vec<usize>) =
            graph.leaving_place(place).iter().copied().partition(is_default);
        let (mut leaving, mut rest) = (Leaving { ways: Vec::new(), reads: Vec::new() }, left);
        for at in others.into_iter().chain(defaults) {
            let behind = match graph.arcs()[at].way {
                Way::Event(_) => entered,
                Way::Begin(node) if begins_by_itself(&self.subject.definition[node]) => 0,
                Way::Begin(_) => entered & !gives,
                Way::Finish(_) | Way::Throw(_) => left,
                Way::Flow(flow) => {
                    let AtFlow { needs, proves } = self.flows[flow.position()];
                    // An exclusive gateway asks one after the other; all others ask each by itself.
                    let asked = if node.kind == Kind::ExclusiveGateway { rest } else { left };
                    leaving.reads.push((flow, asked & needs));
                    rest = asked & !needs & !proves[1];
                    asked & !needs & !proves[0]
                }
            };
            leaving.ways.push((at, behind));
        }
        leaving
    }

    /// The reads of what is missing there on some walk, and written on others.
    fn reads(&self) -> Vec<(Reader, &'a str, Walk)> {
        let graph = &self.subject.folded;
        let mut found: Vec<(Reader, usize, Bits)> = Vec::new();
        for node in self.subject.definition.nodes() {
            let AtNode { needs, writes, .. } = self.nodes[node.index.position()];
            let first = graph.first_place(node.index);
            found.push((Reader::Node(node.index), first, self.missing[first] & self.written[first] & needs));
            let last = graph.last_place(node.index);
            let reads = self.leave(last, self.missing[last]).reads.into_iter();
            found.extend(reads.map(|(flow, read)| (Reader::Flow(flow), last, read & (self.written[last] | writes))));
        }
        let mut reads = Vec::new();
        for (bit, name) in self.names.iter().enumerate().filter(|(bit, _)| self.internal & 1 << bit != 0) {
            let mut here = found.iter().filter(|(.., bits)| bits & 1 << bit != 0).peekable();
            if here.peek().is_none() {
                continue;
            }
            // It is missing from a start on, or from where it is removed.
            let removing = self.subject.definition.nodes().iter().filter(|node| {
                self.nodes[node.index.position()].removes & 1 << bit != 0
                    && self.subject.of_folded.is_reachable(node.index)
            });
            let removing = removing.map(|node| graph.last_place(node.index));
            let walks = Walks::from(self.sources().chain(removing), |place, visit| {
                let ways = self.leave(place, self.missing[place]).ways.into_iter();
                ways.filter(|(_, missing)| missing & 1 << bit != 0).for_each(|(arc, _)| visit(graph.way(arc).1));
            });
            reads.extend(here.map(|(reader, place, _)| (*reader, *name, walks.to(*place))));
        }
        reads
    }

    /// What outputs need that may be missing when their node is entered.
    fn results(&self, names: &Names<'a>) -> Vec<(NodeIndex, &'a str)> {
        let missing = |node: &Node, name: &str| {
            let bit = self.names.binary_search(&name).ok()?;
            (self.at_exit(node) & 1 << bit != 0).then_some(self.names[bit])
        };
        let nodes = self.subject.definition.nodes().iter();
        nodes
            .flat_map(|node| {
                let needed = names.results[node.index.position()].iter();
                needed.filter_map(move |name| missing(node, name)).map(|name| (node.index, name))
            })
            .collect()
    }
}

/// Whether a node begins without a token that comes to it.
fn begins_by_itself(node: &Node) -> bool {
    node.is_event_subprocess() || node.compensates
}
