use super::Graph;
use crate::process::NodeIndex;

/// The strongly connected components of a graph: sets of nodes that all lead to each other.
#[derive(Clone, Debug)]
pub struct Components {
    /// The component of each place. A component has a higher number than those that it leads to.
    of: Vec<usize>,
    count: usize,
}

impl Components {
    /// The components of a graph without some of its arcs (Tarjan 1972, without recursion).
    pub fn of(graph: &Graph, has: impl Fn(usize) -> bool) -> Self {
        const UNSEEN: usize = usize::MAX;
        let nodes = graph.places();
        let (mut number, mut lowest) = (vec![UNSEEN; nodes], vec![UNSEEN; nodes]);
        let (mut of, mut count, mut next) = (vec![UNSEEN; nodes], 0, 0);
        let mut stack: Vec<usize> = Vec::new();
        // Nodes on the way from the root, each with how many of its arcs were followed.
        let mut way: Vec<(usize, usize)> = Vec::new();
        for root in 0..nodes {
            if number[root] != UNSEEN {
                continue;
            }
            way.push((root, 0));
            while let Some((node, followed)) = way.last_mut() {
                let node = *node;
                if *followed == 0 && number[node] == UNSEEN {
                    (number[node], lowest[node]) = (next, next);
                    next += 1;
                    stack.push(node);
                }
                let Some(arc) = graph.leaving_place(node).get(*followed) else {
                    way.pop();
                    if let Some((before, _)) = way.last() {
                        lowest[*before] = lowest[*before].min(lowest[node]);
                    }
                    if lowest[node] == number[node] {
                        while let Some(member) = stack.pop() {
                            of[member] = count;
                            if member == node {
                                break;
                            }
                        }
                        count += 1;
                    }
                    continue;
                };
                *followed += 1;
                if !has(*arc) {
                    continue;
                }
                let to = graph.way(*arc).1;
                if number[to] == UNSEEN {
                    way.push((to, 0));
                } else if of[to] == UNSEEN {
                    lowest[node] = lowest[node].min(number[to]);
                }
            }
        }
        Self { of, count }
    }

    /// The component of a node; of a subprocess that of its first place.
    pub fn component(&self, node: NodeIndex) -> usize {
        self.of[node.position()]
    }

    /// The component of a place.
    pub fn of_place(&self, place: usize) -> usize {
        self.of[place]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none, as in a graph without nodes.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}
