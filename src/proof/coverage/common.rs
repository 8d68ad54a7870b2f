use std::collections::HashMap;

use crate::catalogue::Outcome;
use crate::process::graph::Way;
use crate::process::{Definition, Kind, NodeIndex, timers};
use crate::proof::Map;
use crate::proof::outcome::is_granted;

/// How a place was left.
#[derive(Clone, Copy, Debug)]
pub(super) enum Left<'a> {
    /// The instance was started.
    Started,
    /// An activity gave an outcome.
    Outcome(&'a Outcome),
    /// The time was up.
    Timeout,
}

/// What all ways between two places have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Common {
    /// Arcs that each of them takes, in their order.
    pub arcs: Vec<Way>,
    /// Nodes between the two places that each of them passes, in their order.
    pub nodes: Vec<NodeIndex>,
}

/// A node, and whether an error that was looked for has been thrown on the way to it.
type Spot = (NodeIndex, bool);

/// The ways from a place to the next one where the process was seen to stand, through elements that it does not wait at.
///
/// What they may do is what a [`Map`] takes for possible. Nothing is said where a way leads to an element of which it is not
/// known how it is left.
struct Ways<'a> {
    map: &'a Map,
    wanted: &'a [String],
    must: bool,
    to: Option<NodeIndex>,
    spots: HashMap<Spot, usize>,
    nodes: Vec<Option<NodeIndex>>,
    /// By spot: the ways out of it, each with the spot that it leads to.
    out: Vec<Vec<(usize, Option<Way>)>>,
    open: Vec<Spot>,
    vague: bool,
}

/// The spots before and behind all others.
const SOURCE: usize = 0;
const SINK: usize = 1;

impl Common {
    /// What the ways have in common that lead from a place, left in some way, to another one; to the end where that is `None`.
    /// `None` if there is no way, or if that is not known.
    pub fn of(map: &Map, from: NodeIndex, left: Left<'_>, to: Option<NodeIndex>) -> Option<Self> {
        let (wanted, must): (&[String], bool) = match left {
            Left::Outcome(outcome) => (&outcome.errors, !outcome.errors.is_empty()),
            Left::Started | Left::Timeout => (&[], false),
        };
        let mut ways = Ways {
            map,
            wanted,
            must,
            to,
            spots: HashMap::new(),
            nodes: vec![None, None],
            out: vec![Vec::new(), Vec::new()],
            open: Vec::new(),
            vague: false,
        };
        ways.begin(from, left);
        ways.spread();
        if ways.vague { None } else { ways.common() }
    }
}

impl<'a> Ways<'a> {
    fn definition(&self) -> &'a Definition {
        self.map.definition()
    }

    fn begin(&mut self, from: NodeIndex, left: Left<'_>) {
        let definition = self.definition();
        match left {
            // What is refused leaves the process where it is.
            Left::Outcome(outcome) if !is_granted(outcome) => {}
            Left::Outcome(outcome) => {
                if !self.must && !outcome.codes.is_empty() && self.to == Some(from) {
                    // A code without an error: it may have waited on.
                    self.vague = true;
                }
                self.leave(SOURCE, from, false);
                for handler in self.wanted.iter().filter_map(|code| definition.error_handler(from, code)) {
                    self.go(SOURCE, (handler, true), Way::Event(handler));
                }
            }
            Left::Started => self.leave(SOURCE, from, false),
            Left::Timeout => {
                for timer in timers(definition, from) {
                    self.go(SOURCE, (timer.index, false), Way::Event(timer.index));
                }
            }
        }
    }

    fn spread(&mut self) {
        while let Some((node, thrown)) = self.open.pop() {
            let at = self.spots[&(node, thrown)];
            match &self.definition()[node].kind {
                Kind::ExternalTask | Kind::UserTask | Kind::ReceiveTask { .. } | Kind::End | Kind::Terminate => {
                    self.stand(at, node, thrown);
                }
                Kind::Start | Kind::ExclusiveGateway | Kind::Boundary(_) => self.leave(at, node, thrown),
                Kind::AutomaticTask => {
                    self.leave(at, node, thrown);
                    let definition = self.definition();
                    for throw in self.map.throws(&definition[node], self.wanted) {
                        if let Some(handler) = definition.error_handler(node, throw.code) {
                            self.go(at, (handler, thrown || throw.wanted), Way::Event(handler));
                        }
                    }
                }
                // Other elements fork, wait for others, or are not executed.
                _ => self.vague = true,
            }
        }
    }

    fn leave(&mut self, at: usize, node: NodeIndex, thrown: bool) {
        let definition = self.definition();
        let node = &definition[node];
        if node.outgoing.is_empty() {
            self.stand(at, node.index, thrown);
        }
        for flow in definition.live_flows(node) {
            self.go(at, (definition[flow].target, thrown), Way::Flow(flow));
        }
    }

    fn stand(&mut self, at: usize, node: NodeIndex, thrown: bool) {
        let is_meant = match self.to {
            Some(to) => to == node,
            None => !self.definition()[node].waits(),
        };
        if is_meant && (thrown || !self.must) {
            self.out[at].push((SINK, None));
        }
    }

    fn go(&mut self, at: usize, to: Spot, way: Way) {
        let spot = *self.spots.entry(to).or_insert_with(|| {
            self.nodes.push(Some(to.0));
            self.out.push(Vec::new());
            self.open.push(to);
            self.nodes.len() - 1
        });
        self.out[at].push((spot, Some(way)));
    }

    /// Follows one way, and sees at each spot of it how far others lead past it.
    fn common(&self) -> Option<Common> {
        let path = self.path()?;
        let place: HashMap<usize, usize> = path.iter().enumerate().map(|(place, (spot, _))| (*spot, place)).collect();
        let mut seen = vec![false; self.out.len()];
        let (mut common, mut furthest) = (Common::default(), 0);
        for (at, (spot, step)) in path.iter().enumerate() {
            // Whether nothing leads past this spot.
            if furthest <= at
                && let Some(node) = self.nodes[*spot]
            {
                common.nodes.push(node);
            }
            let mut open = vec![*spot];
            while let Some(one) = open.pop() {
                for (number, (to, _)) in self.out[one].iter().enumerate() {
                    if one == *spot && Some(number) == *step {
                        continue;
                    }
                    match place.get(to) {
                        Some(place) => furthest = furthest.max(*place),
                        None if !std::mem::replace(&mut seen[*to], true) => open.push(*to),
                        None => {}
                    }
                }
            }
            // Whether nothing leads past the step that follows.
            if let Some(way) = step.and_then(|step| self.out[*spot][step].1).filter(|_| furthest <= at) {
                common.arcs.push(way);
            }
        }
        Some(common)
    }

    /// A shortest way from the source to the sink: its spots, each with the number of the step that is taken there.
    fn path(&self) -> Option<Vec<(usize, Option<usize>)>> {
        let mut before: Vec<Option<(usize, usize)>> = vec![None; self.out.len()];
        let mut open = std::collections::VecDeque::from([SOURCE]);
        while let Some(at) = open.pop_front().filter(|_| before[SINK].is_none()) {
            for (number, (to, _)) in self.out[at].iter().enumerate() {
                if *to != SOURCE && before[*to].is_none() {
                    before[*to] = Some((at, number));
                    open.push_back(*to);
                }
            }
        }
        let mut path = vec![(SINK, None)];
        let mut at = SINK;
        while at != SOURCE {
            let (from, number) = before[at]?;
            path.push((from, Some(number)));
            at = from;
        }
        path.reverse();
        Some(path)
    }
}
