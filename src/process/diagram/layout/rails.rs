use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// Rows for intervals so that those of one row do not touch; the rows are few and found in the order of the beginnings.
pub(super) fn rows(intervals: &[(usize, usize)]) -> Vec<usize> {
    let mut by_begin: Vec<usize> = (0..intervals.len()).collect();
    by_begin.sort_by_key(|at| intervals[*at]);
    let mut rows = vec![0; intervals.len()];
    let mut used: BinaryHeap<Reverse<(usize, usize)>> = BinaryHeap::new();
    let mut free: BTreeSet<usize> = BTreeSet::new();
    for at in by_begin {
        let (begin, end) = intervals[at];
        while let Some(Reverse((_, row))) = used.peek().copied().filter(|Reverse((until, _))| *until < begin) {
            used.pop();
            free.insert(row);
        }
        let row = free.pop_first().unwrap_or(used.len());
        rows[at] = row;
        used.push(Reverse((end, row)));
    }
    rows
}

/// Tracks from left to right for upright parts of lines, in the order in which they are given: each right of all before it
/// that it would touch. Gives the tracks and their number.
pub(super) fn tracks(parts: &[(f64, f64)]) -> (Vec<usize>, usize) {
    let mut heights: Vec<f64> = parts.iter().flat_map(|(from, to)| [*from, *to]).collect();
    heights.sort_by(f64::total_cmp);
    heights.dedup();
    let at = |height: f64| heights.partition_point(|one| *one < height);
    let mut taken = Taken::new(heights.len());
    let mut count = 0;
    let tracks = parts.iter().map(|(from, to)| {
        let (from, to) = (at(*from), at(*to));
        let track = taken.most(from, to);
        taken.raise(from, to, track + 1);
        count = count.max(track + 1);
        track
    });
    (tracks.collect(), count)
}

/// How many tracks are taken at each height; a tree over intervals.
struct Taken {
    leaves: usize,
    /// The most within a part, and what holds for all of it.
    most: Vec<usize>,
    all: Vec<usize>,
}

impl Taken {
    fn new(heights: usize) -> Self {
        let leaves = heights.next_power_of_two().max(1);
        Self { leaves, most: vec![0; 2 * leaves], all: vec![0; 2 * leaves] }
    }

    /// The most within an interval, both ends included.
    fn most(&self, from: usize, to: usize) -> usize {
        let mut most = 0;
        let (mut left, mut right) = (from + self.leaves, to + self.leaves);
        let (mut above_left, mut above_right) = (left, right);
        while left <= right {
            if left % 2 == 1 {
                most = most.max(self.most[left]);
                left += 1;
            }
            if right % 2 == 0 {
                most = most.max(self.most[right]);
                right -= 1;
            }
            (left, right) = (left / 2, right / 2);
        }
        // What holds for larger parts around both ends holds here as well.
        while above_left > 0 {
            most = most.max(self.all[above_left]).max(self.all[above_right]);
            (above_left, above_right) = (above_left / 2, above_right / 2);
        }
        most
    }

    fn raise(&mut self, from: usize, to: usize, value: usize) {
        let (mut left, mut right) = (from + self.leaves, to + self.leaves);
        let (mut above_left, mut above_right) = (left / 2, right / 2);
        while left <= right {
            if left % 2 == 1 {
                self.set(left, value);
                left += 1;
            }
            if right % 2 == 0 {
                self.set(right, value);
                right -= 1;
            }
            (left, right) = (left / 2, right / 2);
        }
        while above_left > 0 {
            for above in [above_left, above_right] {
                self.most[above] = self.most[above].max(self.most[2 * above]).max(self.most[2 * above + 1]);
            }
            (above_left, above_right) = (above_left / 2, above_right / 2);
        }
    }

    fn set(&mut self, part: usize, value: usize) {
        self.most[part] = self.most[part].max(value);
        self.all[part] = self.all[part].max(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rows_do_not_touch(intervals in prop::collection::vec((0_usize..40, 0_usize..9), 0..60)) {
            let intervals: Vec<_> = intervals.into_iter().map(|(from, length)| (from, from + length)).collect();
            let rows = rows(&intervals);
            for one in 0..intervals.len() {
                for other in 0..one {
                    let apart = intervals[one].1 < intervals[other].0 || intervals[other].1 < intervals[one].0;
                    prop_assert!(rows[one] != rows[other] || apart);
                }
            }
        }

        #[test]
        fn a_part_is_right_of_all_before_it_that_it_touches(parts in prop::collection::vec((0_u8..30, 0_u8..12), 0..60)) {
            let parts: Vec<(f64, f64)> =
                parts.into_iter().map(|(from, length)| (f64::from(from), f64::from(from) + f64::from(length))).collect();
            let (found, count) = tracks(&parts);
            for one in 0..parts.len() {
                let touched = (0..one).filter(|other| parts[one].0 <= parts[*other].1 && parts[*other].0 <= parts[one].1);
                prop_assert_eq!(found[one], touched.map(|other| found[other] + 1).max().unwrap_or(0));
            }
            prop_assert_eq!(count, found.iter().map(|track| track + 1).max().unwrap_or(0));
        }
    }
}
