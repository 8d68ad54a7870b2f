use super::circulation::{Road, cheapest};
use super::{Coverable, Graph};

/// Walks that together take every arc that can be covered: as few as possible, and of those as short as possible in all.
#[derive(Clone, Debug, Default)]
pub struct Cover {
    /// The walks, each from a start to an end.
    pub walks: Vec<Walk>,
}

/// A way from a start to an end: arcs by their places in the graph, some perhaps several times.
pub type Walk = Vec<usize>;

impl Cover {
    /// Covers a graph.
    ///
    /// Every arc is taken once or more, and what comes into a node leaves it: the least flow with that lower bound, where
    /// another walk costs more than any detour, tells how often each arc is taken (Ntafos and Hakimi 1979; Aho and Lee 1987), and an
    /// Eulerian circuit through it, cut where it comes back to its beginning, is the walks.
    pub fn of(graph: &Graph, coverable: &Coverable) -> Self {
        if coverable.arcs.is_empty() {
            return Self::default();
        }
        let net = Net::of(graph, coverable);
        let mut surplus = vec![0; net.nodes];
        for road in &net.roads[..coverable.arcs.len()] {
            surplus[road.to] += 1;
            surplus[road.from] -= 1;
        }
        let Some(mut times) = cheapest(net.nodes, &net.roads, &surplus) else {
            unreachable!("every arc that can be covered stands on a walk");
        };
        times[..coverable.arcs.len()].iter_mut().for_each(|times| *times += 1);
        Self { walks: net.circuit(times, coverable) }
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

/// The arcs that can be covered, and around them one node before all starts, one behind all ends, and the way back.
struct Net {
    nodes: usize,
    /// First the arcs that can be covered, in their order; last the way back.
    roads: Vec<Road>,
    before: usize,
}

impl Net {
    fn of(graph: &Graph, coverable: &Coverable) -> Self {
        let (before, behind) = (graph.places(), graph.places() + 1);
        let ways = coverable.arcs.iter().map(|arc| graph.way(*arc));
        let mut roads: Vec<Road> = ways.map(|(from, to)| Road { from, to, cost: 1 }).collect();
        let starts = graph.starts().iter().map(|node| graph.first_place(*node));
        let starts = starts.filter(|place| coverable.has_place(*place));
        roads.extend(starts.map(|to| Road { from: before, to, cost: 0 }));
        let ends = graph.ends().iter().map(|node| graph.last_place(*node));
        let ends = ends.filter(|place| coverable.has_place(*place));
        roads.extend(ends.map(|from| Road { from, to: behind, cost: 0 }));
        // No detour is longer than every arc once from every place.
        let another = (coverable.arcs.len() as i64 + 1) * (graph.places() as i64 + 1);
        roads.push(Road { from: behind, to: before, cost: another });
        Self { nodes: graph.places() + 2, roads, before }
    }

    /// The walks of a circuit that takes each road so many times (Hierholzer 1873).
    fn circuit(&self, mut times: Vec<i64>, coverable: &Coverable) -> Vec<Walk> {
        let mut leaving = vec![Vec::new(); self.nodes];
        for (at, road) in self.roads.iter().enumerate().rev() {
            leaving[road.from].push(at);
        }
        let mut way: Vec<(usize, Option<usize>)> = vec![(self.before, None)];
        let mut circuit = Vec::new();
        while let Some((node, road)) = way.last().copied() {
            while leaving[node].last().is_some_and(|road| times[*road] == 0) {
                leaving[node].pop();
            }
            match leaving[node].last() {
                Some(next) => {
                    times[*next] -= 1;
                    way.push((self.roads[*next].to, Some(*next)));
                }
                None => {
                    way.pop();
                    circuit.extend(road);
                }
            }
        }
        circuit.reverse();
        let back = self.roads.len() - 1;
        let walks = circuit
            .split(|road| *road == back)
            .map(|walk| walk.iter().filter_map(|road| coverable.arcs.get(*road).copied()).collect::<Walk>());
        walks.filter(|walk| !walk.is_empty()).collect()
    }
}
