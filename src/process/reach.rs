use std::collections::BTreeSet;

use super::{Boundary, Definition, Kind, Node, NodeIndex, Trigger};

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
    /// External tasks, nodes that end the token, and nodes that are not executed; what lies behind those is unknown.
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
                if let Some(handler) = self.definition.error_handler(from, code) {
                    search.visit(handler, true);
                }
            }
            Leave::Boundary(boundary) => search.visit(boundary, false),
        }
        search.run()
    }
}

/// The timers of a wait state that end it, in document order.
pub fn timers(definition: &Definition, node: NodeIndex) -> impl Iterator<Item = &Node> {
    definition[node].boundaries.iter().map(|boundary| &definition[*boundary]).filter(|node| {
        matches!(&node.kind, Kind::Boundary(Boundary { trigger: Trigger::Timer { .. }, interrupting: true, .. }))
    })
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
                Kind::AutomaticTask if self.passage.avoids.contains(&index) => {}
                Kind::AutomaticTask => {
                    self.reached.passed.insert(index);
                    self.leave(node, thrown);
                    self.throw(node, thrown);
                }
                Kind::Start | Kind::ExclusiveGateway | Kind::Boundary(_) => self.leave(node, thrown),
                _ => self.stand(index, thrown),
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
            self.stand(node.index, thrown);
        }
        for flow in self.passage.definition.live_flows(node) {
            self.visit(self.passage.definition[flow].target, thrown);
        }
    }

    /// Every code leads to the one event that would catch it.
    fn throw(&mut self, node: &'a Node, thrown: bool) {
        for throw in (self.passage.throws)(node) {
            match self.passage.definition.error_handler(node.index, throw.code) {
                Some(handler) => self.visit(handler, thrown || throw.wanted),
                None => self.reached.uncaught |= throw.wanted,
            }
        }
    }
}
