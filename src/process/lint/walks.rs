use std::collections::{HashMap, VecDeque};

use crate::diagnostic::Witness;

/// Shortest walks from some places of a graph to all that they lead to.
pub(super) struct Walks {
    /// The place before each, and how many there are before it.
    reached: HashMap<usize, (Option<usize>, usize)>,
}

/// The end of a walk.
pub(super) struct Walk {
    /// Its last places.
    pub places: Vec<usize>,
    /// How many are left out before them.
    pub left_out: usize,
}

impl Walks {
    /// `next` visits all places to which a place leads. Of two walks of one length that which is visited first counts.
    pub fn from(starts: impl IntoIterator<Item = usize>, next: impl Fn(usize, &mut dyn FnMut(usize))) -> Self {
        let mut open: VecDeque<usize> = starts.into_iter().collect();
        let mut reached: HashMap<usize, (Option<usize>, usize)> =
            open.iter().map(|start| (*start, (None, 0))).collect();
        while let Some(place) = open.pop_front() {
            let depth = reached[&place].1 + 1;
            next(place, &mut |to| {
                reached.entry(to).or_insert_with(|| {
                    open.push_back(to);
                    (Some(place), depth)
                });
            });
        }
        Self { reached }
    }

    /// How far it is to a place, if it is reached.
    pub fn distance(&self, place: usize) -> Option<usize> {
        self.reached.get(&place).map(|(_, distance)| *distance)
    }

    /// The walk to a place: of a long one its end, so that what many findings show stays small.
    pub fn to(&self, place: usize) -> Walk {
        let (mut places, mut first) = (vec![place], place);
        while let Some((Some(before), _)) = self.reached.get(&first)
            && places.len() < Witness::MOST
        {
            first = *before;
            places.push(first);
        }
        places.reverse();
        let length = self.distance(place).map_or(1, |distance| distance + 1);
        Walk { left_out: length - places.len(), places }
    }
}
