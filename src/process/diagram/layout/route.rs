use std::collections::{BTreeMap, HashMap};

use super::cell::Cells;
use super::layers::Layers;
use super::place::Heights;
use super::rails::{rows, tracks};
use super::{Net, Placed, Routed};
use crate::process::diagram::Point;

/// The room on both sides of the tracks between two layers, and how far tracks and rails are from each other.
const SIDE: f64 = 22.0;
const APART: f64 = 10.0;
/// How far the first rail is from the boxes.
const RAIL: f64 = 18.0;

/// What the upright parts of lines share a track for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Shared {
    /// They come from one cell.
    From(usize),
    /// They lead to one cell.
    To(usize),
    /// They come from a rail to one box.
    Rail(usize, Side),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Side {
    Above,
    Below,
}

/// The upright part of lines between two layers.
#[derive(Clone, Copy)]
struct Upright {
    gutter: usize,
    from: f64,
    to: f64,
}

struct Router<'a> {
    net: &'a Net,
    layers: &'a Layers,
    cells: &'a Cells,
    heights: &'a [f64],
    /// By cell: the cells above and below it in its layer.
    beside: Vec<[Option<usize>; 2]>,
    uprights: BTreeMap<(usize, Shared), Upright>,
    /// The room that names need in each gutter.
    names: Vec<f64>,
    /// By target and side: the gutters between which a rail leads.
    rails: BTreeMap<(usize, Side), (usize, usize)>,
}

/// Draws the arcs: to the right in the middle of a gutter, up or down there on a track, and on to the right.
///
/// Gutter `n` lies before layer `n`. What goes around leaves through the gutter behind its source, takes the rail of its
/// target above or below everything, and comes down or up in the gutter before it.
pub(super) fn route(net: &Net, layers: &Layers, cells: &Cells, placed: &Heights) -> Placed {
    let mut router = Router {
        net,
        layers,
        cells,
        heights: &placed.of,
        beside: beside(cells),
        uprights: BTreeMap::new(),
        names: vec![0.0; layers.count + 1],
        rails: BTreeMap::new(),
    };
    for arc in 0..net.arcs.len() {
        router.gather(arc);
    }
    router.draw(placed)
}

impl Router<'_> {
    fn cell_of(&self, arc: usize) -> usize {
        let arc = &self.net.arcs[arc];
        self.cells.of_box[arc.from] + arc.exit.map_or(0, |exit| exit + 1)
    }

    /// The side on which an arc goes around: what leads back above, what leads far below, and what leaves below stays there.
    fn side(&self, arc: usize) -> Side {
        let arc = &self.net.arcs[arc];
        let back = self.layers.of[arc.to] <= self.layers.of[arc.from];
        if back && arc.exit.is_none() { Side::Above } else { Side::Below }
    }

    /// What the part of an arc between two cells shares its track with.
    fn shared(&self, from: usize, to: usize) -> Shared {
        let uneven = self.cells.behind[from].iter().filter(|other| !self.even(from, **other)).count();
        if uneven > 1 { Shared::From(from) } else { Shared::To(to) }
    }

    fn even(&self, from: usize, to: usize) -> bool {
        (self.heights[from] - self.heights[to]).abs() < 0.5
    }

    /// The place at the upper or lower side of a box where an arc leaves it, if nothing stands between there and where it
    /// is to go.
    fn corner(&self, arc: usize) -> Option<f64> {
        let leaves = &self.net.arcs[arc];
        let free = leaves.exit.is_none() && !self.layers.around[arc];
        let corner = self.net.boxes[leaves.from].corner.filter(|_| free)?;
        let (from, to) = (self.cells.ways[arc][0], self.cells.ways[arc][1]);
        let (height, wanted) = (self.heights[from], self.heights[to]);
        let up = wanted < height;
        let room = |cell: usize| {
            let own = &self.cells.cells[cell];
            if up { self.heights[cell] + own.below < wanted } else { self.heights[cell] - own.above > wanted }
        };
        let free = self.beside[from][usize::from(!up)].is_none_or(room);
        let far = (wanted - height).abs() > corner + 8.0;
        (free && far).then_some(if up { height - corner } else { height + corner })
    }

    fn gather(&mut self, arc: usize) {
        let (from, to, label) = (self.net.arcs[arc].from, self.net.arcs[arc].to, self.net.arcs[arc].label);
        let start = self.layers.of[from] + 1;
        if let Some((width, _)) = label {
            self.names[start] = self.names[start].max(width + 8.0);
        }
        if self.layers.around[arc] {
            let side = self.side(arc);
            let end = self.layers.of[to];
            let rail = self.rails.entry((to, side)).or_insert((start, start));
            *rail = (rail.0.min(start).min(end), rail.1.max(start).max(end));
            let far = if side == Side::Above { f64::NEG_INFINITY } else { f64::INFINITY };
            let cell = self.cell_of(arc);
            self.upright(start, Shared::From(cell), self.heights[cell], far);
            self.upright(end, Shared::Rail(to, side), far, self.heights[self.cells.of_box[to]]);
            return;
        }
        let corner = self.corner(arc).is_some();
        for (step, pair) in self.cells.ways[arc].windows(2).enumerate() {
            if !self.even(pair[0], pair[1]) && (!corner || step > 0) {
                let shared = self.shared(pair[0], pair[1]);
                self.upright(start + step, shared, self.heights[pair[0]], self.heights[pair[1]]);
            }
        }
    }

    fn upright(&mut self, gutter: usize, shared: Shared, from: f64, to: f64) {
        let one = self.uprights.entry((gutter, shared)).or_insert(Upright { gutter, from, to });
        // Those that share a track reach as far as all of them; where they come from decides where the track is.
        let (least, most) = (one.from.min(one.to).min(from.min(to)), one.from.max(one.to).max(from.max(to)));
        (one.from, one.to) = if one.from <= one.to { (least, most) } else { (most, least) };
    }

    fn draw(self, placed: &Heights) -> Placed {
        let (tracks, counts) = self.tracks();
        let (lefts, middles_x, width) = self.columns(&counts);
        let keys: Vec<(usize, Side)> = self.rails.keys().copied().collect();
        let (top, rails, height) = self.rail_heights(&keys, placed.lanes.last().map_or(0.0, |lane| lane.1));
        let track_x = |gutter: usize, shared: Shared| lefts[gutter] + SIDE + tracks[&(gutter, shared)] as f64 * APART;
        let boxes = self.net.boxes.iter().enumerate();
        let middles: Vec<Point> = boxes
            .map(|(index, _)| {
                Point::new(middles_x[self.layers.of[index]], self.heights[self.cells.of_box[index]] + top)
            })
            .collect();
        let mut arcs = Vec::with_capacity(self.net.arcs.len());
        for (index, arc) in self.net.arcs.iter().enumerate() {
            let cell = self.cell_of(index);
            let (start, target) = (self.layers.of[arc.from] + 1, middles[arc.to]);
            let mut points = self.beginning(index, middles[arc.from], self.heights[cell] + top);
            let corner = self.corner(index);
            if let Some(corner) = corner {
                let x = middles[arc.from].x;
                points =
                    vec![Point::new(x, corner + top), Point::new(x, self.heights[self.cells.ways[index][1]] + top)];
            }
            let mut label = None;
            if self.layers.around[index] {
                let side = self.side(index);
                let rail = rails[&(arc.to, side)];
                let (out, into) =
                    (track_x(start, Shared::From(cell)), track_x(self.layers.of[arc.to], Shared::Rail(arc.to, side)));
                let from = self.heights[cell] + top;
                points.extend([Point::new(out, from), Point::new(out, rail)]);
                points.extend([Point::new(into, rail), Point::new(into, target.y)]);
                label = arc.label.map(|(width, height)| {
                    let y = if side == Side::Above { from - height - 12.0 } else { from + 8.0 };
                    Point::new(out + 5.0 + width / 2.0, y)
                });
            }
            for (step, pair) in self.cells.ways[index].windows(2).enumerate() {
                let (from, to) = (self.heights[pair[0]] + top, self.heights[pair[1]] + top);
                if !self.even(pair[0], pair[1]) && (corner.is_none() || step > 0) {
                    let x = track_x(start + step, self.shared(pair[0], pair[1]));
                    points.extend([Point::new(x, from), Point::new(x, to)]);
                }
                if step == 0 {
                    // Behind the tracks, where each arc has a height of its own; before them if others end there as well.
                    let side = lefts[start] + SIDE + counts[start] as f64 * APART;
                    let crowded = corner.is_none()
                        && self.cells.before[pair[1]].len() > 1
                        && self.cells.behind[pair[0]].len() == 1;
                    let side = if corner.is_some() { lefts[start] + 4.0 } else { side };
                    label = arc.label.map(|(width, height)| {
                        let y = if crowded { from } else { to };
                        Point::new(side + width / 2.0, y - height - 2.0)
                    });
                }
            }
            let side = Point::new(target.x - self.net.boxes[arc.to].width / 2.0, target.y);
            points.push(side);
            arcs.push(Routed { points: straightened(points), label });
        }
        let lanes = placed.lanes.iter().map(|(from, to)| (from + top, to + top)).collect();
        Placed { middles, arcs, lanes, width, height }
    }

    /// Where an arc leaves its box, down to its line if that is at the lower side.
    fn beginning(&self, arc: usize, middle: Point, height: f64) -> Vec<Point> {
        let arc = &self.net.arcs[arc];
        let from = &self.net.boxes[arc.from];
        match arc.exit.and_then(|exit| from.exits.get(exit)) {
            Some(exit) => vec![Point::new(middle.x + exit.x, middle.y + exit.y), Point::new(middle.x + exit.x, height)],
            None => vec![Point::new(middle.x + from.width / 2.0, middle.y)],
        }
    }

    /// The track of each upright part in its gutter, and how many tracks each gutter has.
    fn tracks(&self) -> (HashMap<(usize, Shared), usize>, Vec<usize>) {
        let mut by_gutter: Vec<Vec<((usize, Shared), Upright)>> = vec![Vec::new(); self.layers.count + 1];
        for (key, one) in &self.uprights {
            by_gutter[one.gutter].push((*key, *one));
        }
        let mut found = HashMap::with_capacity(self.uprights.len());
        let mut counts = Vec::with_capacity(by_gutter.len());
        for mut uprights in by_gutter {
            // In this order, parts that need not cross do not: upwards from the top, then downwards from the bottom.
            uprights.sort_by(|(_, one), (_, other)| {
                let (down, other_down) = (one.to > one.from, other.to > other.from);
                let by_height = if down { other.from.total_cmp(&one.from) } else { one.from.total_cmp(&other.from) };
                down.cmp(&other_down).then(by_height)
            });
            let parts: Vec<(f64, f64)> =
                uprights.iter().map(|(_, one)| (one.from.min(one.to), one.from.max(one.to))).collect();
            let (tracks, count) = tracks(&parts);
            found.extend(uprights.iter().zip(tracks).map(|((key, _), track)| (*key, track)));
            counts.push(count);
        }
        (found, counts)
    }

    /// The left sides of the gutters, the middles of the layers, and the width of everything.
    fn columns(&self, counts: &[usize]) -> (Vec<f64>, Vec<f64>, f64) {
        let mut widths = vec![0.0_f64; self.layers.count];
        for (index, one) in self.net.boxes.iter().enumerate() {
            let width = &mut widths[self.layers.of[index]];
            *width = width.max(one.room.max(one.width));
        }
        let (mut lefts, mut middles, mut x) = (Vec::new(), Vec::new(), 0.0);
        for (gutter, count) in counts.iter().enumerate() {
            lefts.push(x);
            // Nothing stands before the first layer or behind the last but what goes around.
            let outside = gutter == 0 || gutter == self.layers.count;
            if !outside || *count > 0 {
                let tracks = *count as f64 * APART;
                x += 2.0 * SIDE + tracks + self.names[gutter];
            }
            if let Some(width) = widths.get(gutter) {
                middles.push((x + width / 2.0).round());
                x += width.ceil();
            }
        }
        (lefts, middles, x)
    }

    /// How far everything moves down for the rails above it, the height of each rail, and that of everything.
    fn rail_heights(&self, keys: &[(usize, Side)], content: f64) -> (f64, HashMap<(usize, Side), f64>, f64) {
        let of = |side| keys.iter().copied().filter(move |key| key.1 == side);
        let placed = |side| {
            let intervals: Vec<(usize, usize)> = of(side).map(|key| self.rails[&key]).collect();
            let rows = rows(&intervals);
            let count = rows.iter().max().map_or(0, |row| row + 1);
            (rows, count)
        };
        let ((above, above_count), (below, below_count)) = (placed(Side::Above), placed(Side::Below));
        let room = |count: usize| if count == 0 { 0.0 } else { RAIL + count as f64 * APART };
        let top = room(above_count);
        let up = of(Side::Above).zip(above).map(|(key, row)| (key, top - RAIL - row as f64 * APART));
        let down = of(Side::Below).zip(below).map(|(key, row)| (key, top + content + RAIL + row as f64 * APART));
        (top, up.chain(down).collect(), top + content + room(below_count))
    }
}

fn beside(cells: &Cells) -> Vec<[Option<usize>; 2]> {
    let mut beside = vec![[None; 2]; cells.cells.len()];
    for pair in cells.layers.iter().flat_map(|layer| layer.windows(2)) {
        beside[pair[0]][1] = Some(pair[1]);
        beside[pair[1]][0] = Some(pair[0]);
    }
    beside
}

/// A line without places at which it does not turn.
pub(in crate::process::diagram) fn straightened(points: Vec<Point>) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::with_capacity(points.len());
    for point in points {
        if kept.last().is_some_and(|last| last.distance(point) < 0.01) {
            continue;
        }
        if let [.., before, last] = kept.as_slice() {
            let turn = (last.x - before.x) * (point.y - last.y) - (last.y - before.y) * (point.x - last.x);
            let on = (last.x - before.x) * (point.x - last.x) + (last.y - before.y) * (point.y - last.y);
            if turn.abs() < 1e-6 && on > 0.0 {
                kept.pop();
            }
        }
        kept.push(point);
    }
    kept
}
