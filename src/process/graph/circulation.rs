//! The cheapest way to send what is too much at some nodes to others where it is missing: the network simplex method, for arcs
//! without a limit (Ahuja, Magnanti and Orlin, Network Flows, chapter 11).

/// An arc on which any amount can be sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Road {
    pub from: usize,
    pub to: usize,
    /// What one unit costs; not negative.
    pub cost: i64,
}

/// What is sent on each road, at the least cost. `surplus` tells of each node how much of it is too much, or, below zero,
/// missing; all together it is nothing. `None` if there is no way for some of it.
pub(super) fn cheapest(nodes: usize, roads: &[Road], surplus: &[i64]) -> Option<Vec<i64>> {
    Simplex::new(nodes, roads, surplus).solve()
}

/// A spanning tree of the nodes and a root, on whose roads alone something is sent.
struct Simplex<'a> {
    roads: &'a [Road],
    /// The node that stands above every other one in the tree; `usize::MAX` above the root.
    parent: Vec<usize>,
    /// The road between a node and its parent; roads beyond the real ones lead to or from the root.
    road: Vec<usize>,
    /// Whether that road leads to the parent.
    up: Vec<bool>,
    /// What is sent on it.
    sent: Vec<i64>,
    depth: Vec<u32>,
    potential: Vec<i64>,
    children: Vec<Vec<usize>>,
    /// The place of a node among the children of its parent.
    place: Vec<usize>,
    root: usize,
    /// Where the search for the next road goes on.
    next: usize,
}

impl<'a> Simplex<'a> {
    fn new(nodes: usize, roads: &'a [Road], surplus: &[i64]) -> Self {
        let root = nodes;
        let dearest = roads.iter().map(|road| road.cost).max().unwrap_or(0);
        // So dear that no road to the root is used where any other way is there.
        let penalty = (dearest + 1) * (nodes as i64 + 1);
        let mut simplex = Self {
            roads,
            parent: vec![root; nodes],
            road: (0..nodes).map(|node| roads.len() + node).collect(),
            up: surplus.iter().map(|surplus| *surplus >= 0).collect(),
            sent: surplus.iter().map(|surplus| surplus.abs()).collect(),
            depth: vec![1; nodes],
            potential: surplus.iter().map(|surplus| if *surplus >= 0 { -penalty } else { penalty }).collect(),
            children: vec![Vec::new(); nodes],
            place: (0..nodes).collect(),
            root,
            next: 0,
        };
        simplex.parent.push(usize::MAX);
        simplex.road.push(usize::MAX);
        simplex.up.push(false);
        simplex.sent.push(0);
        simplex.depth.push(0);
        simplex.potential.push(0);
        simplex.children.push((0..nodes).collect());
        simplex.place.push(0);
        simplex
    }

    fn solve(mut self) -> Option<Vec<i64>> {
        while let Some(entering) = self.entering() {
            self.pivot(entering);
        }
        let mut flow = vec![0; self.roads.len()];
        for node in 0..self.root {
            match flow.get_mut(self.road[node]) {
                Some(flow) => *flow = self.sent[node],
                None if self.sent[node] > 0 => return None,
                None => {}
            }
        }
        Some(flow)
    }

    /// What is saved by sending one unit on a road and back through the tree, if it is below zero.
    fn reduced(&self, road: usize) -> i64 {
        let Road { from, to, cost } = self.roads[road];
        cost + self.potential[from] - self.potential[to]
    }

    /// A road that saves something: the best of a block of them, so that not all are looked at each time.
    fn entering(&mut self) -> Option<usize> {
        let count = self.roads.len();
        let block = ((count as f64).sqrt() as usize).max(50).min(count.max(1));
        let mut looked = 0;
        while looked < count {
            let mut best: Option<(i64, usize)> = None;
            for _ in 0..block.min(count - looked) {
                let road = self.next;
                self.next = if road + 1 == count { 0 } else { road + 1 };
                let reduced = self.reduced(road);
                if reduced < 0 && best.is_none_or(|(least, _)| reduced < least) {
                    best = Some((reduced, road));
                }
            }
            looked += block;
            if let Some((_, road)) = best {
                return Some(road);
            }
        }
        None
    }

    /// Sends as much as possible around the cycle that a road closes with the tree, and puts it into the tree in the place of
    /// the road that is then empty.
    fn pivot(&mut self, entering: usize) {
        let Road { from, to, .. } = self.roads[entering];
        let reduced = self.reduced(entering);
        let (mut left, mut right) = (from, to);
        // On the way from `to` up, the tree's roads that lead down are sent less on; on the way from `from` up, those that lead up.
        let (mut amount, mut leaving) = (i64::MAX, None);
        while left != right {
            if self.depth[left] >= self.depth[right] {
                if self.up[left] && self.sent[left] < amount {
                    (amount, leaving) = (self.sent[left], Some((left, true)));
                }
                left = self.parent[left];
            } else {
                // The last one of equals keeps the tree strongly feasible, without which the method could go in circles.
                if !self.up[right] && self.sent[right] <= amount {
                    (amount, leaving) = (self.sent[right], Some((right, false)));
                }
                right = self.parent[right];
            }
        }
        let join = left;
        let Some((cut, on_the_left)) = leaving else {
            // Costs are not negative, so that no cycle saves for ever.
            unreachable!("a cycle of roads without limit costs something");
        };
        self.send(from, join, amount, true);
        self.send(to, join, amount, false);
        // The end of the new road that stands in the subtree below the one that is cut off.
        let (inside, outside, shift) = if on_the_left { (from, to, -reduced) } else { (to, from, reduced) };
        self.hang(inside, cut, outside, entering, amount, on_the_left);
        self.shift(inside, shift);
    }

    /// Changes what is sent on the way from a node up to another, where the cycle leads down (`against` the climb) or up.
    fn send(&mut self, mut node: usize, join: usize, amount: i64, against: bool) {
        while node != join {
            let more = self.up[node] != against;
            self.sent[node] += if more { amount } else { -amount };
            node = self.parent[node];
        }
    }

    /// Turns around the way from `inside` up to `cut`, and hangs it below `outside`.
    fn hang(&mut self, inside: usize, cut: usize, outside: usize, entering: usize, amount: i64, up: bool) {
        let (mut node, mut above) = (inside, outside);
        let (mut road, mut leads_up, mut sent) = (entering, up, amount);
        loop {
            let old = self.parent[node];
            self.detach(node);
            let further = (self.road[node], !self.up[node], self.sent[node]);
            (self.parent[node], self.road[node], self.up[node], self.sent[node]) = (above, road, leads_up, sent);
            self.place[node] = self.children[above].len();
            self.children[above].push(node);
            if node == cut {
                return;
            }
            (above, node) = (node, old);
            (road, leads_up, sent) = further;
        }
    }

    fn detach(&mut self, node: usize) {
        let place = self.place[node];
        let siblings = &mut self.children[self.parent[node]];
        siblings.swap_remove(place);
        if let Some(moved) = siblings.get(place) {
            self.place[*moved] = place;
        }
    }

    /// Changes the potentials below a node, and counts its depths anew.
    fn shift(&mut self, top: usize, by: i64) {
        let mut open = vec![top];
        while let Some(node) = open.pop() {
            self.potential[node] += by;
            self.depth[node] = self.depth[self.parent[node]] + 1;
            open.extend(&self.children[node]);
        }
    }
}
