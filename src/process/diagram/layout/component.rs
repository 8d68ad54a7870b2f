use super::{Arc, Net, Placed, Routed, connected};
use crate::process::diagram::Point;

/// How far parts are from each other.
const APART: f64 = 40.0;

/// Lays out each connected part on its own; they stand in rows that are about as wide as the widest.
pub(super) fn apart(net: &Net) -> Placed {
    let (of, count) = components(net);
    let mut parts: Vec<(Net, Vec<usize>, Vec<usize>)> = (0..count).map(|_| Default::default()).collect();
    let mut within = vec![0; net.boxes.len()];
    for (index, one) in net.boxes.iter().enumerate() {
        let part = &mut parts[of[index]];
        within[index] = part.1.len();
        part.0.boxes.push(one.clone());
        part.1.push(index);
    }
    for (index, arc) in net.arcs.iter().enumerate() {
        let part = &mut parts[of[arc.from]];
        part.0.arcs.push(Arc { from: within[arc.from], to: within[arc.to], ..*arc });
        part.2.push(index);
    }
    let mut all = Placed {
        middles: vec![Point::default(); net.boxes.len()],
        arcs: net.arcs.iter().map(|_| Routed { points: Vec::new(), label: None }).collect(),
        lanes: Vec::new(),
        width: 0.0,
        height: 0.0,
    };
    let placed: Vec<Placed> = parts.iter().map(|(part, ..)| connected(part)).collect();
    let widest = placed.iter().map(|one| one.width).fold(0.0, f64::max);
    let (mut left, mut top) = (0.0, 0.0);
    for ((_, boxes, arcs), part) in parts.iter().zip(placed) {
        if left > 0.0 && left + part.width > widest {
            (left, top) = (0.0, all.height + APART);
        }
        let moved = |point: Point| Point::new(point.x + left, point.y + top);
        for (index, middle) in boxes.iter().zip(part.middles) {
            all.middles[*index] = moved(middle);
        }
        for (index, arc) in arcs.iter().zip(part.arcs) {
            let points = arc.points.into_iter().map(moved).collect();
            all.arcs[*index] = Routed { points, label: arc.label.map(moved) };
        }
        all.width = all.width.max(left + part.width);
        all.height = all.height.max(top + part.height);
        left += part.width + APART;
    }
    all.lanes.push((0.0, all.height));
    all
}

/// By box: its part; and how many there are. Parts are numbered as their first boxes stand.
fn components(net: &Net) -> (Vec<usize>, usize) {
    let mut near: Vec<Vec<usize>> = vec![Vec::new(); net.boxes.len()];
    for arc in &net.arcs {
        near[arc.from].push(arc.to);
        near[arc.to].push(arc.from);
    }
    let mut of = vec![usize::MAX; net.boxes.len()];
    let mut count = 0;
    for first in 0..net.boxes.len() {
        if of[first] != usize::MAX {
            continue;
        }
        of[first] = count;
        let mut open = vec![first];
        while let Some(one) = open.pop() {
            for other in near[one].iter().copied() {
                if of[other] == usize::MAX {
                    of[other] = count;
                    open.push(other);
                }
            }
        }
        count += 1;
    }
    (of, count)
}
