use std::collections::{BTreeSet, HashMap, VecDeque};

use crate::process::graph::{Arc, Coverable, Folding, Graph};
use crate::process::{Definition, FlowIndex, Node, NodeIndex};

/// A definition with what several rules need of it.
pub(super) struct Subject<'a> {
    pub definition: &'a Definition,
    /// Everything that is drawn.
    pub drawn: Graph,
    pub of_drawn: Coverable,
    /// What can be taken for some variables.
    pub folded: Graph,
    pub of_folded: Coverable,
    /// Flows that can never be taken.
    pub dead: BTreeSet<FlowIndex>,
}

/// Most nodes of a walk that are shown; of a longer one the last.
const SHOWN: usize = 6;

impl<'a> Subject<'a> {
    pub fn of(definition: &'a Definition) -> Self {
        let (drawn, folded) = (Graph::of(definition, Folding::Structural), Graph::of(definition, Folding::Folded));
        let (of_drawn, of_folded) = (Coverable::of(&drawn), Coverable::of(&folded));
        Self { definition, drawn, of_drawn, folded, of_folded, dead: definition.dead_flows() }
    }

    /// The nodes of a shortest walk from a start to a node, as people read it.
    pub fn walk_to(&self, node: NodeIndex) -> String {
        let mut before: HashMap<NodeIndex, NodeIndex> = HashMap::new();
        let mut open: VecDeque<NodeIndex> = self.drawn.starts().iter().copied().collect();
        while let Some(at) = open.pop_front().filter(|at| *at != node) {
            for arc in self.drawn.leaving(at) {
                let Arc { to, .. } = self.drawn.arcs()[*arc];
                if !self.drawn.starts().contains(&to) && !before.contains_key(&to) {
                    before.insert(to, at);
                    open.push_back(to);
                }
            }
        }
        let mut walk = vec![node];
        while let Some(one) = walk.last().and_then(|node| before.get(node)) {
            walk.push(*one);
        }
        walk.reverse();
        self.told(&walk)
    }

    /// Nodes in a row, by what people know them as.
    pub fn told(&self, nodes: &[NodeIndex]) -> String {
        let left_out = nodes.len().saturating_sub(SHOWN);
        let titles: Vec<String> = nodes[left_out..].iter().map(|node| title(&self.definition[*node])).collect();
        format!("{}{}", if left_out > 0 { "… → " } else { "" }, titles.join(" → "))
    }
}

/// The name of a node on one line, else its id.
pub(super) fn title(node: &Node) -> String {
    node.title().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A node as a sentence names it: its name and id, or its id alone.
pub(super) fn called(node: &Node) -> String {
    match title(node) {
        title if title == node.id => format!("`{}`", node.id),
        title => format!("\u{201c}{title}\u{201d} (`{}`)", node.id),
    }
}
