use std::collections::BTreeSet;

use super::{Definition, Kind, Node, NodeIndex, Thrown, Trigger};

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
                    search.visit(handler, true);
                }
            }
            // The event for which the token itself waits.
            Leave::Boundary(event) if self.definition[event].waits() => search.leave(&self.definition[event], false),
            Leave::Boundary(event) => search.visit(event, false),
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
    seen: BTreeSet<(NodeIndex, bool)>,
    open: Vec<(NodeIndex, bool)>,
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
                    begins.into_iter().for_each(|begin| self.visit(begin, thrown));
                }
                Kind::Throw(Thrown::Link { .. }) => {
                    let target = self.passage.definition.link_target(index);
                    target.into_iter().for_each(|target| self.visit(target, thrown));
                }
                Kind::EndThrow(Thrown::Error { code }) => {
                    let code = code.as_deref().unwrap_or_default();
                    match self.passage.definition.catcher(node.scope, code) {
                        Some(catcher) => self.visit(catcher, thrown),
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

    fn visit(&mut self, node: NodeIndex, thrown: bool) {
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
                Some(scope) => self.leave(scope, thrown),
                None => self.stand(node.index, thrown),
            }
        }
        for flow in self.passage.definition.live_flows(node) {
            self.visit(self.passage.definition[flow].target, thrown);
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
            events.into_iter().for_each(|event| self.visit(event, thrown));
        }
    }

    /// Every code leads to the one event that would catch it.
    fn throw(&mut self, node: &'a Node, thrown: bool) {
        for throw in (self.passage.throws)(node) {
            match self.passage.definition.handler(node.index, throw.code) {
                Some(handler) => self.visit(handler, thrown || throw.wanted),
                None => self.reached.uncaught |= throw.wanted,
            }
        }
    }
}
