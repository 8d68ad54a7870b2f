use std::collections::{BTreeMap, BTreeSet};

use super::{Definition, FlowIndex, Kind, Node, NodeIndex, Thrown, Trigger};

/// How a wait state is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave<'a> {
    /// It is completed.
    Completed,
    /// It throws a BPMN error with this code, which is one that is looked for.
    Error(&'a str),
    /// This boundary event happens.
    Boundary(NodeIndex),
}

/// A BPMN error that an automatic task may throw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Throw<'a> {
    /// Its code.
    pub code: &'a str,
    /// Whether it is one that is looked for.
    pub wanted: bool,
}

/// What may happen on the way from one wait state to the next.
///
/// The way goes through automatic nodes alone. Conditions are taken as possibly true, but constant ones are folded
/// ([`Definition::dead_flows`]); timers of automatic tasks never fire.
pub struct Passage<'a> {
    /// Where it is.
    pub definition: &'a Definition,
    /// What each automatic task may throw.
    pub throws: &'a dyn Fn(&'a Node) -> Vec<Throw<'a>>,
    /// Whether an error that is looked for must be thrown.
    pub must: bool,
    /// Automatic tasks that the way keeps clear of.
    pub avoids: &'a [NodeIndex],
}

/// Where a passage can lead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// Nodes at which the process waits, at which it ends, and nodes that are not executed; what lies behind those is unknown.
    pub stands: BTreeSet<NodeIndex>,
    /// Automatic tasks that can be executed on the way.
    pub passed: BTreeSet<NodeIndex>,
    /// Whether an error that is looked for can be thrown and caught by nothing.
    pub uncaught: bool,
    /// Each step of the search: from where, to where, and by which flow if by one.
    steps: Vec<(Spot, Spot, Option<FlowIndex>)>,
}

/// A node, and whether what is looked for was thrown on the way to it.
type Spot = (NodeIndex, bool);

/// What of a definition a way can touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// The nodes.
    pub nodes: BTreeSet<NodeIndex>,
    /// The sequence flows.
    pub flows: BTreeSet<FlowIndex>,
}

impl Reached {
    /// Everything that lies on a way to one of some nodes where the passage can lead.
    pub fn on_the_way(&self, to: impl Fn(NodeIndex) -> bool) -> Touched {
        let mut before: BTreeMap<Spot, Vec<(Spot, Option<FlowIndex>)>> = BTreeMap::new();
        for (from, to, flow) in &self.steps {
            before.entry(*to).or_default().push((*from, *flow));
        }
        let ends = self.steps.iter().flat_map(|(from, to, _)| [*from, *to]);
        let mut open: Vec<Spot> = ends.filter(|(node, _)| self.stands.contains(node) && to(*node)).collect();
        let mut seen: BTreeSet<Spot> = open.iter().copied().collect();
        let mut touched = Touched::default();
        while let Some(spot) = open.pop() {
            touched.nodes.insert(spot.0);
            for (from, flow) in before.get(&spot).into_iter().flatten() {
                touched.flows.extend(flow);
                if seen.insert(*from) {
                    open.push(*from);
                }
            }
        }
        touched
    }
}

impl Touched {
    /// Adds what another way touches.
    pub fn join(&mut self, other: Self) {
        self.nodes.extend(other.nodes);
        self.flows.extend(other.flows);
    }
}

impl<'a> Passage<'a> {
    /// Where the token can stand next after the node `from`, a wait state or the start event, is left.
    pub fn from(&self, from: NodeIndex, leave: Leave<'_>) -> Reached {
        let node = &self.definition[from];
        let mut search = Search { passage: self, seen: BTreeSet::new(), open: Vec::new(), reached: Reached::default() };
        // Whether an error was thrown is part of the place, since it may be what is looked for.
        match leave {
            Leave::Completed => search.leave(node, false),
            Leave::Error(code) => {
                if let Some(handler) = self.definition.handler(from, code) {
                    search.visit((from, false), handler, true, None);
                }
            }
            // The event for which the token itself waits.
            Leave::Boundary(event) if self.definition[event].waits() => {
                search.reached.steps.push(((from, false), (event, false), None));
                search.leave(&self.definition[event], false);
            }
            Leave::Boundary(event) => search.visit((from, false), event, false, None),
        }
        search.run()
    }
}

/// The timers that end a wait state, in document order: on its border or that of a subprocess around it, with which an event
/// subprocess around it begins, and those for which it waits itself.
pub fn timers(definition: &Definition, node: NodeIndex) -> impl Iterator<Item = &Node> {
    let around = std::iter::successors(Some(node), |index| definition[*index].scope);
    let mut events: Vec<&Node> = Vec::new();
    for index in around {
        events.extend(definition[index].boundaries.iter().map(|event| &definition[*event]));
        let subprocesses = definition.event_subprocesses(definition[index].scope);
        events.extend(subprocesses.flat_map(|one| &definition[one].children).map(|child| &definition[*child]));
    }
    events.retain(|event| event.interrupts());
    let own = &definition[node];
    if matches!(own.kind, Kind::Catch(_)) {
        events.push(own);
    } else if own.kind == Kind::EventGateway {
        events.extend(own.outgoing.iter().map(|flow| &definition[definition[*flow].target]));
    }
    events.sort_by_key(|event| event.index);
    events.into_iter().filter(|event| event.trigger().is_some_and(Trigger::is_timer))
}

struct Search<'p, 'a> {
    passage: &'p Passage<'a>,
    seen: BTreeSet<Spot>,
    open: Vec<Spot>,
    reached: Reached,
}

impl<'a> Search<'_, 'a> {
    fn run(mut self) -> Reached {
        while let Some((index, thrown)) = self.open.pop() {
            let node = self.node(index);
            match &node.kind {
                _ if node.unexecuted().is_some() => self.stand(index, thrown),
                Kind::AutomaticTask | Kind::CallActivity(_) if self.passage.avoids.contains(&index) => {}
                Kind::AutomaticTask | Kind::CallActivity(_) => {
                    self.reached.passed.insert(index);
                    self.leave(node, thrown);
                    self.throw(node, thrown);
                }
                // What comes from outside may have come already.
                Kind::ReceiveTask { .. } | Kind::EventGateway => {
                    self.stand(index, thrown);
                    self.leave(node, thrown);
                }
                Kind::Catch(Trigger::Link { .. }) => self.leave(node, thrown),
                Kind::Catch(trigger) => {
                    self.stand(index, thrown);
                    if !trigger.is_timer() {
                        self.leave(node, thrown);
                    }
                }
                Kind::ExternalTask | Kind::UserTask => self.stand(index, thrown),
                Kind::Subprocess(_) => {
                    let begins = self.passage.definition.beginnings(Some(index));
                    if begins.is_empty() {
                        self.leave(node, thrown);
                    }
                    begins.into_iter().for_each(|begin| self.visit((index, thrown), begin, thrown, None));
                }
                Kind::Throw(Thrown::Link { .. }) => {
                    let target = self.passage.definition.link_target(index);
                    target.into_iter().for_each(|target| self.visit((index, thrown), target, thrown, None));
                }
                Kind::EndThrow(Thrown::Error { code }) => {
                    let code = code.as_deref().unwrap_or_default();
                    match self.passage.definition.catcher(node.scope, code) {
                        Some(catcher) => self.visit((index, thrown), catcher, thrown, None),
                        None => self.stand(index, thrown),
                    }
                }
                Kind::Throw(thing) | Kind::EndThrow(thing) => {
                    if let Thrown::Escalation { .. } = thing {
                        self.escalate(node, thrown);
                    }
                    self.leave(node, thrown);
                }
                Kind::Start
                | Kind::StartOn { .. }
                | Kind::End
                | Kind::Terminate
                | Kind::Boundary(_)
                | Kind::ExclusiveGateway
                | Kind::ParallelGateway
                | Kind::InclusiveGateway
                | Kind::Unsupported(_) => self.leave(node, thrown),
            }
        }
        self.reached
    }

    fn node(&self, index: NodeIndex) -> &'a Node {
        &self.passage.definition[index]
    }

    fn visit(&mut self, from: Spot, node: NodeIndex, thrown: bool, flow: Option<FlowIndex>) {
        self.reached.steps.push((from, (node, thrown), flow));
        if self.seen.insert((node, thrown)) {
            self.open.push((node, thrown));
        }
    }

    fn stand(&mut self, node: NodeIndex, thrown: bool) {
        if thrown || !self.passage.must {
            self.reached.stands.insert(node);
        }
    }

    fn leave(&mut self, node: &Node, thrown: bool) {
        if node.outgoing.is_empty() {
            // What ends in a subprocess may be the last of it.
            match node.scope.map(|scope| self.node(scope)) {
                Some(scope) => {
                    self.reached.steps.push(((node.index, thrown), (scope.index, thrown), None));
                    self.leave(scope, thrown);
                }
                None => self.stand(node.index, thrown),
            }
        }
        for flow in self.passage.definition.live_flows(node) {
            self.visit((node.index, thrown), self.passage.definition[flow].target, thrown, Some(flow));
        }
    }

    /// An escalation may reach every event around that catches one.
    fn escalate(&mut self, node: &Node, thrown: bool) {
        let definition = self.passage.definition;
        let around = std::iter::successors(Some(node.index), |index| definition[*index].scope);
        for index in around {
            let subprocesses = definition.event_subprocesses(definition[index].scope);
            let starts = subprocesses.flat_map(|one| &definition[one].children);
            let catches =
                |event: &&NodeIndex| matches!(definition[**event].trigger(), Some(Trigger::Escalation { .. }));
            let events: Vec<NodeIndex> =
                definition[index].boundaries.iter().chain(starts).filter(catches).copied().collect();
            events.into_iter().for_each(|event| self.visit((node.index, thrown), event, thrown, None));
        }
    }

    /// Every code leads to the one event that would catch it.
    fn throw(&mut self, node: &'a Node, thrown: bool) {
        for throw in (self.passage.throws)(node) {
            match self.passage.definition.handler(node.index, throw.code) {
                Some(handler) => self.visit((node.index, thrown), handler, thrown || throw.wanted, None),
                None => self.reached.uncaught |= throw.wanted,
            }
        }
    }
}
