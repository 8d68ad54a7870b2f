use super::Evidence;
use super::common::{Common, Left};
use super::survey::Survey;
use crate::event::StopRecord;
use crate::process::NodeIndex;
use crate::process::graph::Way;

/// The outcome of a visit that a timer ended.
const TIMEOUT: &str = "timeout";

impl Survey<'_> {
    /// Takes in where an instance was seen to stand. Gives whether it is one of this process.
    pub(super) fn see(&mut self, scenario: u32, stops: &[StopRecord], ended: bool) -> bool {
        let nodes: Vec<Option<NodeIndex>> = stops.iter().map(|stop| self.place(stop)).collect();
        if nodes.iter().all(Option::is_none) {
            return false;
        }
        if let (Some(start), Some(Some(first))) = (self.definition.start(), nodes.first().copied()) {
            self.nodes[start.position()].hit(scenario, Evidence::Inferred);
            self.join(scenario, start, Left::Started, Some(first));
        }
        for (at, (stop, node)) in stops.iter().zip(&nodes).enumerate() {
            let Some(node) = *node else {
                if let Some(element) = &stop.element {
                    self.unknown.insert(element.clone());
                }
                continue;
            };
            // A visit that was refused leaves it where it stood: it is one more stop, and not one more entry.
            let stayed =
                at.checked_sub(1).is_some_and(|before| nodes[before] == Some(node) && self.stays(&stops[before]));
            if !stayed {
                self.nodes[node.position()].hit(scenario, Evidence::Observed);
            }
            let next = match nodes.get(at + 1) {
                Some(next) => *next,
                None if ended => None,
                None => continue,
            };
            if nodes.get(at + 1) == Some(&None) {
                continue;
            }
            let Some(map) = self.map else { continue };
            let outcome = stop.outcome.as_deref();
            let activity = stop.activity.as_deref().and_then(|name| map.catalogue().activity(name));
            let known = activity
                .and_then(|activity| activity.outcomes.iter().find(|known| Some(known.name.value.as_str()) == outcome));
            match (known, outcome) {
                (Some(outcome), _) => self.join(scenario, node, Left::Outcome(outcome), next),
                (None, Some(TIMEOUT)) => self.join(scenario, node, Left::Timeout, next),
                _ => {}
            }
        }
        true
    }

    /// The element at which it stood: by id, else by a name that one element alone has.
    fn place(&self, stop: &StopRecord) -> Option<NodeIndex> {
        let element = stop.element.as_deref()?;
        if let Some(node) = self.definition.node(element) {
            return Some(node.index);
        }
        let mut named = self.definition.nodes_named(element);
        named.next().filter(|_| named.next().is_none()).map(|node| node.index)
    }

    /// Whether an answer has left the process where it was.
    fn stays(&self, stop: &StopRecord) -> bool {
        let activity = stop.activity.as_deref().zip(self.map).and_then(|(name, map)| map.catalogue().activity(name));
        let outcome = activity.and_then(|activity| {
            activity.outcomes.iter().find(|known| Some(known.name.value.as_str()) == stop.outcome.as_deref())
        });
        outcome.is_some_and(|outcome| !crate::proof::outcome::is_granted(outcome))
    }

    /// Counts what every way from one place to the next has in common.
    fn join(&mut self, scenario: u32, from: NodeIndex, left: Left<'_>, to: Option<NodeIndex>) {
        let Some(map) = self.map else { return };
        let outcome = match left {
            Left::Started => "",
            Left::Outcome(outcome) => &outcome.name.value,
            Left::Timeout => TIMEOUT,
        };
        let key = (from, outcome.to_owned(), to);
        let common = match self.known.get(&key) {
            Some(known) => known.clone(),
            None => {
                let common = Common::of(map, from, left, to).unwrap_or_default();
                self.known.insert(key, common.clone());
                common
            }
        };
        for way in &common.arcs {
            let (left, end) = match way {
                Way::Flow(flow) => (self.definition[*flow].source, 0),
                Way::Event(event) => (self.definition[*event].boundary().map_or(*event, |one| one.host), 1),
                Way::Begin(_) | Way::Finish(_) | Way::Throw(_) => continue,
            };
            self.ends[left.position()][end] += 1;
            if let Some(arc) = self.extent.arc(*way) {
                self.arcs[arc].hit(scenario, Evidence::Inferred);
            }
        }
        // The place that it leads to is seen, unless it is the end.
        for node in common.nodes.iter().filter(|node| Some(**node) != to) {
            self.nodes[node.position()].hit(scenario, Evidence::Inferred);
        }
    }
}
