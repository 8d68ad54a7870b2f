use std::collections::BTreeSet;

use super::Map;
use crate::event::{Event, EventKind};
use crate::process::{Leave, Move, MoveKind, Node, Passage, Reached, Throw, Trigger};

/// The walk that a run of a scenario took on a simulator, move by move.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    moves: Vec<MoveKind>,
}

/// Somewhere a walk waited, and how it went on.
struct Visit<'a> {
    node: &'a str,
    left: Option<Leaving<'a>>,
}

enum Leaving<'a> {
    Completed,
    Error(&'a str),
    Timer(&'a str),
}

/// Where a walk ends that another version no longer has.
pub(super) struct Gap {
    /// Where it waited before, by what people know it as.
    pub prefix: Vec<String>,
    /// Where it waited next, or its end.
    pub then: String,
    /// Where the process can stand there instead.
    pub stands: Vec<String>,
}

impl Trace {
    /// The moves that a scenario's events tell, those of its last attempt.
    pub fn of(events: &[Event]) -> Self {
        let mut trace = Self::default();
        for event in events {
            match &event.kind {
                EventKind::ScenarioStarted { .. } => trace.moves.clear(),
                EventKind::TokenMoved { movement, .. } => {
                    let told: Option<Move> = serde_json::from_value(movement.clone()).ok();
                    trace.moves.extend(told.map(|told| told.kind));
                }
                _ => {}
            }
        }
        trace
    }

    /// Whether no move was told, as by every target that is no simulator.
    pub fn is_empty(&self) -> bool {
        self.moves.is_empty()
    }

    /// The ids of the nodes that were entered, and of the flows that were taken.
    pub fn elements(&self) -> BTreeSet<&str> {
        let mut elements = BTreeSet::new();
        for told in &self.moves {
            match told {
                MoveKind::Entered { node, .. } => elements.insert(node.as_str()),
                MoveKind::Taken { flow } => elements.insert(flow.as_str()),
                _ => false,
            };
        }
        elements
    }

    /// Whether a definition has everything that was walked.
    pub fn fits(&self, map: &Map) -> bool {
        let definition = map.definition();
        self.elements().into_iter().all(|id| definition.node(id).is_some() || definition.flow(id).is_some())
    }

    /// Where another version no longer has the walk: between two places where it waited no way is left.
    pub(super) fn gap(&self, old: &Map, new: &Map) -> Option<Gap> {
        let (visits, ended) = self.visits(old)?;
        let title = |map: &Map, id: &str| map.definition().node(id).map_or(id.to_owned(), shown);
        let definition = new.definition();
        let mut stands = Reach::start(new);
        for (at, visit) in visits.iter().enumerate() {
            let gap = |stands: &Reach| Gap {
                prefix: visits[..at].iter().map(|visit| title(old, visit.node)).collect(),
                then: title(old, visit.node),
                stands: stands.titles(new),
            };
            let Some(node) = definition.node(visit.node).filter(|node| stands.nodes.contains(node.id.as_str())) else {
                return Some(gap(&stands));
            };
            let after = match &visit.left {
                None => return None,
                Some(Leaving::Completed) => Reach::of(new, node, Leave::Completed),
                Some(Leaving::Error(code)) => Reach::of(new, node, Leave::Error(code)),
                Some(Leaving::Timer(event)) => {
                    let event = node.boundaries.iter().find(|boundary| definition[**boundary].id == *event);
                    event.map_or_else(Reach::default, |event| Reach::of(new, node, Leave::Boundary(*event)))
                }
            };
            stands = after;
        }
        let lost = ended && !stands.ended;
        lost.then(|| Gap {
            prefix: visits.iter().map(|visit| title(old, visit.node)).collect(),
            then: "the end".to_owned(),
            stands: stands.titles(new),
        })
    }

    /// Where the walk waited, and whether it came to its end. `None` if it was in several places at a time.
    fn visits(&self, old: &Map) -> Option<(Vec<Visit<'_>>, bool)> {
        let waits = |id: &str| old.definition().node(id).is_some_and(|node| old.waits(node));
        let (mut visits, mut ended): (Vec<Visit<'_>>, bool) = (Vec::new(), false);
        for told in &self.moves {
            let (node, leaving) = match told {
                MoveKind::Entered { node, .. } if waits(node) => {
                    if visits.last().is_some_and(|visit| visit.left.is_none()) {
                        return None;
                    }
                    visits.push(Visit { node, left: None });
                    continue;
                }
                MoveKind::Entered { visit, node } if *visit == 1 && starts(old, node) => {
                    // Another instance begins: what was before is none of its walk.
                    visits.clear();
                    continue;
                }
                MoveKind::Ended { .. } => {
                    ended = true;
                    continue;
                }
                MoveKind::Completed { node } => (node.as_str(), Leaving::Completed),
                MoveKind::Error { node, code, .. } => (node.as_str(), Leaving::Error(code)),
                MoveKind::TimerFired { boundary } => {
                    let event = old.definition().node(boundary)?;
                    let host = &old.definition()[event.boundary()?.host];
                    let Some(visit) = visits.last_mut().filter(|visit| visit.node == host.id) else { continue };
                    visit.left = Some(Leaving::Timer(boundary));
                    continue;
                }
                _ => continue,
            };
            if let Some(visit) = visits.last_mut().filter(|visit| visit.node == node && visit.left.is_none()) {
                visit.left = Some(leaving);
            }
        }
        Some((visits, ended))
    }
}

fn starts(map: &Map, id: &str) -> bool {
    map.definition().start().is_some_and(|start| map.definition()[start].id == id)
}

fn shown(node: &Node) -> String {
    node.title().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where ways lead from a node, whatever automatic tasks throw.
fn reached(map: &Map, node: &Node, leave: Leave<'_>) -> Reached {
    let definition = map.definition();
    let throws = |node: &Node| -> Vec<Throw<'_>> {
        let caught = definition[node.index].boundaries.iter().filter_map(|event| {
            match &definition[*event].boundary()?.trigger {
                Trigger::Error { code, .. } => Some(code.as_deref().unwrap_or_default()),
                _ => None,
            }
        });
        caught.map(|code| Throw { code, wanted: false }).collect()
    };
    Passage { definition, throws: &throws, must: false, avoids: &[] }.from(node.index, leave)
}

/// Where a process can stand next, whatever its automatic tasks throw.
#[derive(Default)]
struct Reach<'a> {
    nodes: BTreeSet<&'a str>,
    ended: bool,
}

impl<'a> Reach<'a> {
    fn start(map: &'a Map) -> Self {
        let start = map.definition().start().map(|start| &map.definition()[start]);
        start.map_or_else(Self::default, |start| Self::of(map, start, Leave::Completed))
    }

    fn of(map: &'a Map, node: &Node, leave: Leave<'_>) -> Self {
        let definition = map.definition();
        let reached = reached(map, node, leave);
        let (mut nodes, mut ended) = (BTreeSet::new(), false);
        for stand in reached.stands.iter().map(|node| &definition[*node]) {
            if map.waits(stand) {
                nodes.insert(stand.id.as_str());
            } else {
                ended = true;
            }
        }
        Self { nodes, ended }
    }

    fn titles(&self, map: &Map) -> Vec<String> {
        let nodes = self.nodes.iter().filter_map(|id| map.definition().node(id));
        let end = self.ended.then(|| "its end".to_owned());
        nodes.map(shown).chain(end).collect()
    }
}
