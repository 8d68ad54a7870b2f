use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::circulation::{Road, cheapest};

/// Roads between nodes, on which walks lead from one node to another.
///
/// Every road must stand on such a walk.
#[derive(Clone, Debug)]
pub struct Net {
    /// How many nodes there are.
    pub nodes: usize,
    /// The roads, as from, to and cost; a cost is not negative.
    pub roads: Vec<(usize, usize, i64)>,
    /// Where walks begin.
    pub first: usize,
    /// Where they end.
    pub last: usize,
}

/// Walks that together take the roads that they must.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tours {
    /// The walks, as roads by their places in the net.
    pub walks: Vec<Vec<usize>>,
    /// No fewer walks can do it.
    pub least_walks: usize,
    /// That many walks cannot cost less.
    pub least_cost: i64,
}

/// What it costs to come there and the road at the node, unless one is there already; `None` if there is no way.
pub type Reach = Option<(i64, Option<usize>)>;

impl Net {
    /// Walks that take every one of some roads, once or more: few, and cheap in all.
    ///
    /// What comes into a node leaves it, and each of the roads is taken: the least flow with that lower bound, where another walk
    /// costs more than any detour, tells how often each road is taken (Ntafos and Hakimi 1979; Aho and Lee 1987), and an Eulerian
    /// circuit through it, cut where it comes back to its beginning, is the walks. That is the optimum if what is taken hangs
    /// together, as it does where every road must be. Otherwise what stands apart is tied in by the shortest way around
    /// (the rural postman's problem, for which no quick way to the optimum is known), and the flow remains as the bound.
    pub fn tours(&self, required: &[usize]) -> Tours {
        if required.is_empty() {
            return Tours::default();
        }
        let (mut surplus, mut lower) = (vec![0; self.nodes], vec![0; self.roads.len()]);
        for road in required {
            let (from, to, _) = self.roads[*road];
            if std::mem::replace(&mut lower[*road], 1) == 0 {
                surplus[to] += 1;
                surplus[from] -= 1;
            }
        }
        // No detour costs more than every road once from every node.
        let another = (self.roads.iter().map(|(.., cost)| cost).sum::<i64>() + 1) * (self.nodes as i64 + 1);
        let mut roads: Vec<Road> =
            self.roads.iter().map(|(from, to, cost)| Road { from: *from, to: *to, cost: *cost }).collect();
        roads.push(Road { from: self.last, to: self.first, cost: another });
        let Some(mut times) = cheapest(self.nodes, &roads, &surplus) else {
            unreachable!("every road stands on a walk");
        };
        lower.iter().zip(&mut times).for_each(|(lower, times)| *times += lower);
        let back = self.roads.len();
        let least_walks = usize::try_from(times[back]).unwrap_or_default().max(1);
        let least_cost = self.roads.iter().zip(&times).map(|((.., cost), times)| cost * times).sum();
        self.tie(&mut times);
        Tours { walks: self.circuit(times), least_walks, least_cost }
    }

    fn back(&self) -> usize {
        self.roads.len()
    }

    fn ends(&self, road: usize) -> (usize, usize) {
        self.roads.get(road).map_or((self.last, self.first), |(from, to, _)| (*from, *to))
    }

    /// Ties what is taken apart from the beginning to the rest.
    fn tie(&self, times: &mut [i64]) {
        loop {
            let mut parts = Parts::new(self.nodes);
            let taken: Vec<usize> = (0..times.len()).filter(|road| times[*road] > 0).collect();
            for road in &taken {
                let (from, to) = self.ends(*road);
                parts.join(from, to);
            }
            let part: Vec<usize> = (0..self.nodes).map(|node| parts.of(node)).collect();
            let main = part[self.first];
            let Some(stray) = taken.iter().map(|road| part[self.ends(*road).0]).find(|part| *part != main) else {
                return;
            };
            let members: Vec<usize> = (0..self.nodes).filter(|node| part[*node] == stray).collect();
            let (there, home) = (self.nearest(&members, true), self.nearest(&members, false));
            let of_main = taken.iter().map(|road| self.ends(*road).0).filter(|node| part[*node] == main);
            let around = of_main.filter_map(|node| Some((there[node]?.0 + home[node]?.0, node))).min();
            match around {
                Some((_, node)) => {
                    self.take(node, &there, true, times);
                    self.take(node, &home, false, times);
                }
                // One more walk.
                None => {
                    self.take(self.first, &there, true, times);
                    self.take(self.last, &home, false, times);
                    times[self.back()] += 1;
                }
            }
        }
    }

    /// How dear it is to come from each node to the nearest of some (`towards` them), or from these to it, and by which road.
    pub fn nearest(&self, members: &[usize], towards: bool) -> Vec<Reach> {
        let mut beside = vec![Vec::new(); self.nodes];
        for (at, (from, to, _)) in self.roads.iter().enumerate() {
            beside[if towards { *to } else { *from }].push(at);
        }
        let mut known: Vec<Reach> = vec![None; self.nodes];
        let mut open: BinaryHeap<_> = members.iter().map(|node| Reverse((0, *node, None))).collect();
        while let Some(Reverse((cost, node, road))) = open.pop() {
            if known[node].is_some() {
                continue;
            }
            known[node] = Some((cost, road));
            for at in &beside[node] {
                let (from, to, more) = self.roads[*at];
                open.push(Reverse((cost + more, if towards { from } else { to }, Some(*at))));
            }
        }
        known
    }

    /// Takes once more every road between a node and the nearest of those that a search began from.
    fn take(&self, mut node: usize, known: &[Reach], towards: bool, times: &mut [i64]) {
        while let Some((_, Some(road))) = known[node] {
            times[road] += 1;
            let (from, to) = self.ends(road);
            node = if towards { to } else { from };
        }
    }

    /// The walks of a circuit that takes each road so many times (Hierholzer 1873).
    fn circuit(&self, mut times: Vec<i64>) -> Vec<Vec<usize>> {
        let mut leaving = vec![Vec::new(); self.nodes];
        for at in (0..times.len()).rev() {
            leaving[self.ends(at).0].push(at);
        }
        let mut way: Vec<(usize, Option<usize>)> = vec![(self.first, None)];
        let mut circuit = Vec::new();
        while let Some((node, road)) = way.last().copied() {
            while leaving[node].last().is_some_and(|road| times[*road] == 0) {
                leaving[node].pop();
            }
            match leaving[node].last() {
                Some(next) => {
                    times[*next] -= 1;
                    way.push((self.ends(*next).1, Some(*next)));
                }
                None => {
                    way.pop();
                    circuit.extend(road);
                }
            }
        }
        circuit.reverse();
        let walks = circuit.split(|road| *road == self.back()).map(<[usize]>::to_vec);
        walks.filter(|walk| !walk.is_empty()).collect()
    }
}

/// Which nodes hang together.
struct Parts {
    above: Vec<usize>,
}

impl Parts {
    fn new(nodes: usize) -> Self {
        Self { above: (0..nodes).collect() }
    }

    fn of(&mut self, mut node: usize) -> usize {
        while self.above[node] != node {
            self.above[node] = self.above[self.above[node]];
            node = self.above[node];
        }
        node
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.of(one), self.of(other));
        self.above[one.max(other)] = one.min(other);
    }
}
