use super::cell::{Cells, What};

/// How often layers are ordered anew.
const SWEEPS: usize = 12;

/// Orders each layer so that few arcs cross: by the average place of what a cell is connected with, forwards and backwards
/// in turn; the best order that was met is kept. A box and its exits stay together, and lanes below each other.
pub(super) fn order(cells: &mut Cells) {
    by_lane(cells);
    let mut best = (crossings(cells), cells.layers.clone());
    for sweep in 0..SWEEPS {
        if best.0 == 0 {
            break;
        }
        let count = cells.layers.len();
        for step in 1..count {
            let layer = if sweep % 2 == 0 { step } else { count - 1 - step };
            sort(cells, layer, sweep % 2 == 0);
        }
        let crossings = crossings(cells);
        if crossings < best.0 {
            best = (crossings, cells.layers.clone());
        }
    }
    cells.layers = best.1;
}

fn by_lane(cells: &mut Cells) {
    let lanes = &cells.cells;
    for layer in &mut cells.layers {
        layer.sort_by_key(|cell| lanes[*cell].lane);
    }
}

fn sort(cells: &mut Cells, layer: usize, forwards: bool) {
    let neighbour = if forwards { layer - 1 } else { layer + 1 };
    let mut of_neighbour = std::collections::HashMap::with_capacity(cells.layers[neighbour].len());
    for (place, cell) in cells.layers[neighbour].iter().enumerate() {
        of_neighbour.insert(*cell, place as f64);
    }
    // A box with its exits, or a cell on its own.
    let mut units: Vec<(usize, f64, Vec<usize>)> = Vec::new();
    for cell in &cells.layers[layer] {
        match (cells.cells[*cell].what, units.last_mut()) {
            (What::Exit(_), Some(unit)) => unit.2.push(*cell),
            _ => units.push((cells.cells[*cell].lane, 0.0, vec![*cell])),
        }
    }
    let scale = cells.layers[neighbour].len() as f64 / (units.len().max(1)) as f64;
    for (place, unit) in units.iter_mut().enumerate() {
        let connected = |cell: &usize| if forwards { &cells.before[*cell] } else { &cells.behind[*cell] };
        let (mut sum, mut count) = (0.0, 0);
        for other in unit.2.iter().flat_map(connected) {
            sum += of_neighbour.get(other).copied().unwrap_or_default();
            count += 1;
        }
        // What is connected with nothing stays about where it is.
        unit.1 = if count == 0 { place as f64 * scale } else { sum / f64::from(count) };
    }
    units.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
    cells.layers[layer] = units.into_iter().flat_map(|unit| unit.2).collect();
}

/// How many pairs of arcs cross, between all layers.
fn crossings(cells: &Cells) -> u64 {
    let places = cells.places();
    let mut all = 0;
    for pair in cells.layers.windows(2) {
        let mut ends = Vec::new();
        for cell in &pair[0] {
            let mut own: Vec<usize> = cells.behind[*cell].iter().map(|to| places[*to]).collect();
            own.sort_unstable();
            ends.extend(own);
        }
        // Pairs in the wrong order, counted with a tree of sums.
        let mut sums = vec![0_u64; pair[1].len() + 1];
        for (before, end) in ends.into_iter().enumerate() {
            let mut not_above = 0;
            let mut at = end + 1;
            while at > 0 {
                not_above += sums[at];
                at &= at - 1;
            }
            all += before as u64 - not_above;
            let mut at = end + 1;
            while at < sums.len() {
                sums[at] += 1;
                at += at & at.wrapping_neg();
            }
        }
    }
    all
}
