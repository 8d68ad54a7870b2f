use std::collections::BTreeSet;

use super::{Boundary, Definition, Kind, Node, NodeIndex, Trigger};

/// How a wait state is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave<'a> {
    /// It is completed.
    Completed,
    /// It throws a BPMN error with this code.
    Error(&'a str),
    /// One of its timers fires.
    Timer,
}

/// Which errors automatic tasks may throw on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorFilter<'a> {
    /// None.
    None,
    /// Any.
    Any,
    /// Those with one of these codes, or none at all.
    May(&'a [String]),
    /// Those with one of these codes, and at least one is thrown.
    Must(&'a [String]),
}

/// Where the token can stand next after the node `from` is left: external tasks, nodes that end it, and nodes that are
/// not executed (what lies behind those is unknown).
///
/// It goes through automatic nodes alone. Conditions are taken as possibly true, but constant ones are folded
/// ([`Definition::dead_flows`]); timers of automatic tasks never fire. `from` is a wait state or the start event.
pub fn reachable_waits(
    definition: &Definition,
    from: NodeIndex,
    leave: Leave<'_>,
    errors: ErrorFilter<'_>,
) -> BTreeSet<NodeIndex> {
    let node = &definition[from];
    let mut search = Search { definition, errors, seen: BTreeSet::new(), open: Vec::new(), found: BTreeSet::new() };
    // Whether an error was thrown is part of the place, since `Must` asks for it.
    match leave {
        Leave::Completed => search.leave(node, false),
        Leave::Error(code) => {
            if let Some(handler) = definition.error_handler(from, code) {
                search.visit(handler, errors.allows(code));
            }
        }
        Leave::Timer => {
            for boundary in node.boundaries.iter().copied().filter(|boundary| is_timer(&definition[*boundary])) {
                search.visit(boundary, false);
            }
        }
    }
    search.run()
}

fn is_timer(node: &Node) -> bool {
    matches!(&node.kind, Kind::Boundary(Boundary { trigger: Trigger::Timer { .. }, .. }))
}

impl ErrorFilter<'_> {
    fn allows(self, code: &str) -> bool {
        match self {
            Self::None => false,
            Self::Any => true,
            Self::May(codes) | Self::Must(codes) => codes.iter().any(|one| one == code),
        }
    }
}

struct Search<'a> {
    definition: &'a Definition,
    errors: ErrorFilter<'a>,
    seen: BTreeSet<(NodeIndex, bool)>,
    open: Vec<(NodeIndex, bool)>,
    found: BTreeSet<NodeIndex>,
}

impl Search<'_> {
    fn run(mut self) -> BTreeSet<NodeIndex> {
        while let Some((index, thrown)) = self.open.pop() {
            let node = &self.definition[index];
            match &node.kind {
                Kind::ExternalTask | Kind::End | Kind::Unsupported(_) => self.stand(index, thrown),
                Kind::Start | Kind::ExclusiveGateway | Kind::Boundary(_) => self.leave(node, thrown),
                Kind::AutomaticTask => {
                    self.leave(node, thrown);
                    self.throw(node);
                }
            }
        }
        self.found
    }

    fn visit(&mut self, node: NodeIndex, thrown: bool) {
        if self.seen.insert((node, thrown)) {
            self.open.push((node, thrown));
        }
    }

    fn stand(&mut self, node: NodeIndex, thrown: bool) {
        if thrown || !matches!(self.errors, ErrorFilter::Must(_)) {
            self.found.insert(node);
        }
    }

    fn leave(&mut self, node: &Node, thrown: bool) {
        if node.outgoing.is_empty() {
            self.stand(node.index, thrown);
        }
        for flow in self.definition.live_flows(node) {
            self.visit(self.definition[flow].target, thrown);
        }
    }

    /// Every allowed code leads to the one event that would catch it; any code, to every error event.
    fn throw(&mut self, node: &Node) {
        match self.errors {
            ErrorFilter::None => {}
            ErrorFilter::Any => {
                for boundary in &node.boundaries {
                    if let Kind::Boundary(Boundary { trigger: Trigger::Error { .. }, .. }) =
                        &self.definition[*boundary].kind
                    {
                        self.visit(*boundary, true);
                    }
                }
            }
            ErrorFilter::May(codes) | ErrorFilter::Must(codes) => {
                for handler in codes.iter().filter_map(|code| self.definition.error_handler(node.index, code)) {
                    self.visit(handler, true);
                }
            }
        }
    }
}
