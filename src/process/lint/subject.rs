use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::Knowledge;
use super::counter::Counters;
use super::walks::{Walk, Walks};
use crate::diagnostic::{Diagnostic, Element, Id, Witness, WitnessKind};
use crate::process::graph::{Coverable, Folding, Graph};
use crate::process::{Definition, FlowIndex, Node, NodeIndex};

/// A definition with what several rules need of it.
pub(super) struct Subject<'a> {
    pub definition: &'a Definition,
    pub knowledge: &'a Knowledge,
    /// Everything that is drawn.
    pub drawn: Graph,
    pub of_drawn: Coverable,
    /// What can be taken for some variables.
    pub folded: Graph,
    pub of_folded: Coverable,
    /// Flows that can never be taken.
    pub dead: BTreeSet<FlowIndex>,
    pub counters: Counters<'a>,
    /// The node at each place of the graphs.
    nodes: Vec<NodeIndex>,
    walks: OnceCell<Walks>,
}

/// Most nodes of a walk that a sentence shows; of a longer one the last.
const SHOWN: usize = 6;

impl<'a> Subject<'a> {
    pub fn of(definition: &'a Definition, knowledge: &'a Knowledge) -> Self {
        let (drawn, folded) = (Graph::of(definition, Folding::Structural), Graph::of(definition, Folding::Folded));
        let (of_drawn, of_folded) = (Coverable::of(&drawn), Coverable::of(&folded));
        let mut nodes: Vec<NodeIndex> = definition.nodes().iter().map(|node| node.index).collect();
        nodes.resize(drawn.places(), NodeIndex::new(0));
        definition.nodes().iter().for_each(|node| nodes[drawn.last_place(node.index)] = node.index);
        Self {
            definition,
            knowledge,
            drawn,
            of_drawn,
            folded,
            of_folded,
            dead: definition.dead_flows(),
            counters: Counters::of(definition, knowledge),
            nodes,
            walks: OnceCell::new(),
        }
    }

    /// The node at a place of the graphs.
    pub fn at(&self, place: usize) -> &'a Node {
        &self.definition[self.nodes[place]]
    }

    /// A shortest walk from a start to a node, dead flows included.
    pub fn walk_to(&self, node: NodeIndex) -> Walk {
        let walks = self.walks.get_or_init(|| {
            let starts = self.drawn.starts().iter().map(|node| self.drawn.first_place(*node));
            Walks::from(starts, |place, visit| {
                self.drawn.leaving_place(place).iter().for_each(|arc| visit(self.drawn.way(*arc).1));
            })
        });
        walks.to(self.drawn.first_place(node))
    }

    /// The end of a walk, by what people know its nodes as.
    pub fn told(&self, walk: &Walk) -> String {
        let hidden = walk.places.len().saturating_sub(SHOWN);
        let titles: Vec<String> = walk.places[hidden..].iter().map(|place| title(self.at(*place))).collect();
        format!("{}{}", if hidden + walk.left_out > 0 { "… → " } else { "" }, titles.join(" → "))
    }

    pub fn witness(&self, kind: WitnessKind, walk: &Walk) -> Witness {
        let elements = walk.places.iter().map(|place| Element::from(self.at(*place))).collect();
        Witness { kind, elements, left_out: walk.left_out }
    }
}

/// A finding about a node.
pub(super) fn finding(id: Id, node: &Node, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(id, message).at(node.span).of(node)
}

/// Elements that are in conflict with each other.
pub(super) fn conflict<E: Into<Element>>(elements: impl IntoIterator<Item = E>) -> Witness {
    let elements = elements.into_iter().take(Witness::MOST).map(Into::into).collect();
    Witness { kind: WitnessKind::Conflict, elements, left_out: 0 }
}

/// The name of a node on one line, else its id.
pub(super) fn title(node: &Node) -> String {
    node.title().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An element as a sentence names it: its name and id, or its id alone.
pub(super) fn called(element: impl Into<Element>) -> String {
    let Element { id, name, .. } = element.into();
    match name {
        Some(name) => format!("\u{201c}{name}\u{201d} (`{id}`)"),
        None => format!("`{id}`"),
    }
}

/// Names in a row, the first few of many.
pub(super) fn listed<N: AsRef<str>>(names: &[N]) -> String {
    const MOST: usize = 5;
    let shown: Vec<&str> = names.iter().take(MOST).map(AsRef::as_ref).collect();
    match names.len().saturating_sub(MOST) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
