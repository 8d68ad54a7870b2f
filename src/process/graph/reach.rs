use super::Graph;
use crate::process::NodeIndex;

/// Which nodes and arcs a walk from a start to an end can touch.
#[derive(Clone, Debug)]
pub struct Coverable {
    /// By place: whether a walk from a start comes here.
    reachable: Vec<bool>,
    /// By place: whether a walk from here comes to an end.
    ending: Vec<bool>,
    /// The arcs between places of which both is true, by their places in the graph, in order.
    pub arcs: Vec<usize>,
}

impl Coverable {
    /// What of a graph can be covered.
    pub fn of(graph: &Graph) -> Self {
        let starts = graph.starts().iter().map(|node| graph.first_place(*node)).collect();
        let reachable = spread(graph.places(), starts, |place, visit| {
            graph.leaving_place(place).iter().for_each(|arc| visit(graph.way(*arc).1));
        });
        let ends = graph.ends().iter().map(|node| graph.last_place(*node)).collect();
        let ending = spread(graph.places(), ends, |place, visit| {
            graph.entering_place(place).iter().for_each(|arc| visit(graph.way(*arc).0));
        });
        let both = |place: usize| reachable[place] && ending[place];
        let arcs = (0..graph.arcs().len()).filter(|arc| {
            let (from, to) = graph.way(*arc);
            both(from) && both(to)
        });
        let arcs = arcs.collect();
        Self { reachable, ending, arcs }
    }

    /// Whether a walk from a start comes here.
    pub fn is_reachable(&self, node: NodeIndex) -> bool {
        self.reachable[node.position()]
    }

    /// Whether a walk from here comes to an end.
    pub fn can_end(&self, node: NodeIndex) -> bool {
        self.ending[node.position()]
    }

    /// Whether a walk from a start to an end can touch it.
    pub fn has(&self, node: NodeIndex) -> bool {
        self.is_reachable(node) && self.can_end(node)
    }

    /// Whether a walk from a start to an end can touch a place of the graph.
    pub fn has_place(&self, place: usize) -> bool {
        self.reachable[place] && self.ending[place]
    }
}

/// The places that some others lead to, those included.
fn spread(places: usize, mut open: Vec<usize>, next: impl Fn(usize, &mut dyn FnMut(usize))) -> Vec<bool> {
    let mut seen = vec![false; places];
    open.iter().for_each(|place| seen[*place] = true);
    while let Some(place) = open.pop() {
        next(place, &mut |place| {
            if !std::mem::replace(&mut seen[place], true) {
                open.push(place);
            }
        });
    }
    seen
}
