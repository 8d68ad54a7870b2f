use super::tour::Net;
use super::{Coverable, Graph};

/// Walks that together take every arc that can be covered: as few as possible, and of those as short as possible in all.
#[derive(Clone, Debug, Default)]
pub struct Cover {
    /// The walks, each from a start to an end.
    pub walks: Vec<Walk>,
    /// No fewer walks can take what is required.
    pub least_walks: usize,
    /// That many walks cannot be shorter in all.
    pub least_arcs: usize,
}

/// A way from a start to an end: arcs by their places in the graph, some perhaps several times.
pub type Walk = Vec<usize>;

impl Cover {
    /// Covers a graph.
    pub fn of(graph: &Graph, coverable: &Coverable) -> Self {
        Self::of_some(graph, coverable, &coverable.arcs)
    }

    /// Covers some arcs of a graph, all of which can be covered. The walks may then be more than the least.
    pub fn of_some(graph: &Graph, coverable: &Coverable, required: &[usize]) -> Self {
        let net = net(graph, coverable);
        let places = required.iter().filter_map(|arc| coverable.arcs.binary_search(arc).ok());
        let tours = net.tours(&places.collect::<Vec<_>>());
        let arcs = |walk: &Vec<usize>| walk.iter().filter_map(|road| coverable.arcs.get(*road).copied()).collect();
        let least_arcs = usize::try_from(tours.least_cost).unwrap_or_default();
        Self { walks: tours.walks.iter().map(arcs).collect(), least_walks: tours.least_walks, least_arcs }
    }

    /// How many arcs its walks take in all.
    pub fn len(&self) -> usize {
        self.walks.iter().map(Vec::len).sum()
    }

    /// Whether it takes no arc.
    pub fn is_empty(&self) -> bool {
        self.walks.is_empty()
    }
}

/// The arcs that can be covered, in their order, and around them one node before all starts and one behind all ends.
fn net(graph: &Graph, coverable: &Coverable) -> Net {
    let (first, last) = (graph.places(), graph.places() + 1);
    let ways = coverable.arcs.iter().map(|arc| graph.way(*arc));
    let mut roads: Vec<_> = ways.map(|(from, to)| (from, to, 1)).collect();
    let starts = graph.starts().iter().map(|node| graph.first_place(*node));
    roads.extend(starts.filter(|place| coverable.has_place(*place)).map(|to| (first, to, 0)));
    let ends = graph.ends().iter().map(|node| graph.last_place(*node));
    roads.extend(ends.filter(|place| coverable.has_place(*place)).map(|from| (from, last, 0)));
    Net { nodes: graph.places() + 2, roads, first, last }
}
