use std::collections::HashSet;

use super::cell::{Cells, What};

/// How far boxes are from each other, and lines from what is above them.
const APART: f64 = 24.0;
const CLOSE: f64 = 8.0;
/// The room at the upper and the lower side of a lane.
const LANE_MARGIN: f64 = 20.0;
/// The least height of a lane.
const LANE_HEIGHT: f64 = 100.0;

/// The height of each cell's middle, and the sides of each lane.
pub(super) struct Heights {
    pub of: Vec<f64>,
    pub lanes: Vec<(f64, f64)>,
}

/// Finds heights so that lines are straight where they can be: after Brandes and Köpf, cells are aligned with the median of
/// their neighbours in four ways, and each gets the middle of the four heights. Lanes are placed one by one.
pub(super) fn place(cells: &Cells) -> Heights {
    let mut heights = Heights { of: vec![0.0; cells.cells.len()], lanes: Vec::new() };
    let mut top = 0.0;
    for lane in 0..cells.lanes {
        let own = |cell: &&usize| cells.cells[**cell].lane == lane;
        let layers: Vec<Vec<usize>> =
            cells.layers.iter().map(|layer| layer.iter().filter(own).copied().collect()).collect();
        let found = in_lane(cells, &layers);
        let all = || layers.iter().flatten();
        let least = all().map(|cell| found[*cell] - cells.cells[*cell].above).fold(f64::INFINITY, f64::min);
        let most = all().map(|cell| found[*cell] + cells.cells[*cell].below).fold(f64::NEG_INFINITY, f64::max);
        let margin = if cells.lanes > 1 { LANE_MARGIN } else { 0.0 };
        for cell in all() {
            heights.of[*cell] = (found[*cell] - least + top + margin).round();
        }
        let height = if most > least { most - least + 2.0 * margin } else { 0.0 };
        let height = if cells.lanes > 1 { height.max(LANE_HEIGHT) } else { height };
        heights.lanes.push((top, top + height.ceil()));
        top += height.ceil();
    }
    heights
}

fn in_lane(cells: &Cells, layers: &[Vec<usize>]) -> Vec<f64> {
    let mut place = vec![usize::MAX; cells.cells.len()];
    for layer in layers {
        for (at, cell) in layer.iter().enumerate() {
            place[*cell] = at;
        }
    }
    let here = |of: &[Vec<usize>]| -> Vec<Vec<usize>> {
        let mut all = vec![Vec::new(); of.len()];
        for cell in layers.iter().flatten() {
            all[*cell] = of[*cell].iter().copied().filter(|other| place[*other] != usize::MAX).collect();
            all[*cell].sort_by_key(|other| place[*other]);
        }
        all
    };
    let (before, behind) = (here(&cells.before), here(&cells.behind));
    let crossed = crossed(cells, layers, &place, &before);
    let mut four: Vec<Vec<f64>> = Vec::new();
    for forwards in [true, false] {
        for upwards in [true, false] {
            let mut turned: Vec<Vec<usize>> = layers.to_vec();
            if !forwards {
                turned.reverse();
            }
            let mut place = place.clone();
            if !upwards {
                for layer in &mut turned {
                    layer.reverse();
                    for (at, cell) in layer.iter().enumerate() {
                        place[*cell] = at;
                    }
                }
            }
            let neighbours = if forwards { &before } else { &behind };
            let root = aligned(&turned, &place, neighbours, &crossed, upwards);
            let mut found = compacted(cells, &turned, &root, upwards);
            if !upwards {
                found.iter_mut().for_each(|height| *height = -*height);
            }
            four.push(found);
        }
    }
    middle_of(layers, four)
}

/// Arcs that cross the straight part of a long one, which goes before.
fn crossed(cells: &Cells, layers: &[Vec<usize>], place: &[usize], before: &[Vec<usize>]) -> HashSet<(usize, usize)> {
    let passing = |cell: usize| cells.cells[cell].what == What::Passing;
    let mut crossed = HashSet::new();
    for pair in layers.windows(2) {
        let (mut from, mut scanned) = (0, 0);
        for (at, cell) in pair[1].iter().enumerate() {
            let inner = before[*cell].iter().copied().find(|other| passing(*cell) && passing(*other));
            let last = at + 1 == pair[1].len();
            let until = match inner {
                Some(other) => place[other],
                None if last => pair[0].len(),
                None => continue,
            };
            for one in &pair[1][scanned..=at] {
                for other in &before[*one] {
                    let outside = place[*other] < from || place[*other] > until;
                    if outside && !(passing(*one) && passing(*other)) {
                        crossed.insert((*other, *one));
                    }
                }
            }
            scanned = at + 1;
            from = until;
        }
    }
    crossed
}

/// By cell: the first cell of the row of cells that have one height.
fn aligned(
    layers: &[Vec<usize>],
    place: &[usize],
    neighbours: &[Vec<usize>],
    crossed: &HashSet<(usize, usize)>,
    upwards: bool,
) -> Vec<usize> {
    let mut root: Vec<usize> = (0..place.len()).collect();
    let mut taken = vec![false; place.len()];
    for layer in layers {
        // No row crosses another.
        let mut free = 0;
        for cell in layer {
            let near = &neighbours[*cell];
            let Some(last) = near.len().checked_sub(1) else { continue };
            let middles = if upwards { [last / 2, last.div_ceil(2)] } else { [last.div_ceil(2), last / 2] };
            for other in middles.map(|at| near[at]) {
                let conflict = crossed.contains(&(other, *cell)) || crossed.contains(&(*cell, other));
                if root[*cell] == *cell && !taken[other] && place[other] >= free && !conflict {
                    taken[other] = true;
                    root[*cell] = root[other];
                    free = place[other] + 1;
                }
            }
        }
    }
    root
}

/// The least heights at which rows do not overlap, each then moved as far down as those below allow.
fn compacted(cells: &Cells, layers: &[Vec<usize>], root: &[usize], upwards: bool) -> Vec<f64> {
    let mut below: Vec<Vec<(usize, f64)>> = vec![Vec::new(); root.len()];
    let mut above_count = vec![0_usize; root.len()];
    for pair in layers.iter().flat_map(|layer| layer.windows(2)) {
        let (one, other) = (pair[0], pair[1]);
        let apart = if upwards { apart(cells, one, other) } else { apart(cells, other, one) };
        below[root[one]].push((root[other], apart));
        above_count[root[other]] += 1;
    }
    let mut ready: Vec<usize> = Vec::new();
    for cell in layers.iter().flatten().filter(|cell| root[**cell] == **cell && above_count[**cell] == 0) {
        ready.push(*cell);
    }
    let mut found = vec![0.0_f64; root.len()];
    let mut at = 0;
    while let Some(row) = ready.get(at).copied() {
        at += 1;
        for (other, apart) in &below[row] {
            found[*other] = found[*other].max(found[row] + apart);
            above_count[*other] -= 1;
            if above_count[*other] == 0 {
                ready.push(*other);
            }
        }
    }
    for row in ready.iter().rev() {
        let least = below[*row].iter().map(|(other, apart)| found[*other] - apart).fold(f64::INFINITY, f64::min);
        if least.is_finite() {
            found[*row] = found[*row].max(least);
        }
    }
    for cell in layers.iter().flatten() {
        found[*cell] = found[root[*cell]];
    }
    found
}

/// How far the middle of a cell is from that of the one above it.
fn apart(cells: &Cells, upper: usize, lower: usize) -> f64 {
    let (upper, lower) = (&cells.cells[upper], &cells.cells[lower]);
    let boxes = matches!((upper.what, lower.what), (What::Box(_), What::Box(_)));
    upper.below + lower.above + if boxes { APART } else { CLOSE }
}

/// By cell: the middle of the two middle ones of four heights, after all were moved to where the narrowest is.
fn middle_of(layers: &[Vec<usize>], mut four: Vec<Vec<f64>>) -> Vec<f64> {
    let extent = |found: &[f64]| {
        let all = || layers.iter().flatten().map(|cell| found[*cell]);
        (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max))
    };
    let extents: Vec<(f64, f64)> = four.iter().map(|found| extent(found)).collect();
    let narrowest =
        extents.iter().copied().reduce(|one, other| if other.1 - other.0 < one.1 - one.0 { other } else { one });
    let Some(narrowest) = narrowest else { return Vec::new() };
    for (at, found) in four.iter_mut().enumerate() {
        // The first and the third were pushed to the top, the others to the bottom.
        let by = if at % 2 == 0 { narrowest.0 - extents[at].0 } else { narrowest.1 - extents[at].1 };
        if by.is_finite() {
            found.iter_mut().for_each(|height| *height += by);
        }
    }
    let mut middle = vec![0.0; four.first().map_or(0, Vec::len)];
    for cell in layers.iter().flatten() {
        let mut own: Vec<f64> = four.iter().map(|found| found[*cell]).collect();
        own.sort_by(f64::total_cmp);
        middle[*cell] = f64::midpoint(own[1], own[2]);
    }
    middle
}
