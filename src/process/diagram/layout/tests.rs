use proptest::prelude::*;

use super::{Arc, Box, Net, Placed, layout};
use crate::process::diagram::{Bounds, Point};

fn node(kind: usize, lane: usize) -> Box {
    let (width, height) = [(100.0, 80.0), (36.0, 36.0), (50.0, 50.0), (300.0, 200.0)][kind % 4];
    let exits = (0..kind / 4).map(|at| Point::new(30.0 - 60.0 * at as f64, height / 2.0 + 18.0)).collect::<Vec<_>>();
    let below = height / 2.0 + if exits.is_empty() { 15.0 } else { 50.0 };
    let corner = (kind % 4 == 2).then_some(25.0);
    Box { width, room: width.max(90.0), above: height / 2.0, below, exits, corner, lane }
}

prop_compose! {
    fn nets()(kinds in prop::collection::vec(0_usize..12, 1..40), lanes in 1_usize..4)
        (arcs in prop::collection::vec((0..kinds.len(), 0..kinds.len(), 0_usize..4), 0..70),
         kinds in Just(kinds), lanes in Just(lanes)) -> Net {
        let boxes: Vec<Box> = kinds.iter().enumerate().map(|(at, kind)| node(*kind, at * 7 % lanes)).collect();
        let arcs = arcs.into_iter().map(|(from, to, exit)| {
            let exit = exit.checked_sub(1).filter(|exit| *exit < boxes[from].exits.len());
            Arc { from, exit, to, label: (from % 3 == 0).then_some((60.0, 26.0)) }
        });
        Net { arcs: arcs.collect(), boxes }
    }
}

/// What is taken up by a node itself.
fn bounds(net: &Net, placed: &Placed, at: usize) -> Bounds {
    let one = &net.boxes[at];
    let middle = placed.middles[at];
    Bounds::new(middle.x - one.width / 2.0, middle.y - one.above, one.width, one.above + one.below)
}

proptest! {
    #[test]
    fn nothing_overlaps_and_every_arc_ends_at_its_nodes(net in nets()) {
        let placed = layout(&net);
        for one in 0..net.boxes.len() {
            let own = bounds(&net, &placed, one);
            prop_assert!(own.x >= 0.0 && own.right() <= placed.width + 0.5, "{own:?} {}", placed.width);
            prop_assert!(own.y >= -0.5 && own.bottom() <= placed.height + 0.5, "{own:?} {}", placed.height);
            for other in 0..one {
                let other = bounds(&net, &placed, other);
                prop_assert!(!own.overlaps(&other), "{own:?} {other:?}");
            }
        }
        for (arc, routed) in net.arcs.iter().zip(&placed.arcs) {
            let (from, to) = (&net.boxes[arc.from], &net.boxes[arc.to]);
            let (source, target) = (placed.middles[arc.from], placed.middles[arc.to]);
            let (first, last) = (routed.points[0], routed.points[routed.points.len() - 1]);
            prop_assert_eq!(last, Point::new(target.x - to.width / 2.0, target.y));
            let side = Point::new(source.x + from.width / 2.0, source.y);
            let begins = match arc.exit {
                Some(exit) => first == Point::new(source.x + from.exits[exit].x, source.y + from.exits[exit].y),
                None => first == side
                    || from.corner.is_some_and(|corner| first.x == source.x && (first.y - source.y).abs() == corner),
            };
            prop_assert!(begins, "{first:?} {source:?}");
            for pair in routed.points.windows(2) {
                let level = (pair[0].x - pair[1].x).abs() < 0.01 || (pair[0].y - pair[1].y).abs() < 0.01;
                prop_assert!(level, "{:?}", routed.points);
            }
            for (at, one) in net.boxes.iter().enumerate() {
                // A line may touch the room of names, but never lead through a node.
                let middle = placed.middles[at];
                let inner = Bounds::new(middle.x - one.width / 2.0, middle.y - one.above, one.width, 2.0 * one.above);
                let through = routed.points.windows(2).any(|pair| leads_through(pair[0], pair[1], inner.grown(-1.0)));
                prop_assert!(!through, "{:?} {inner:?}", routed.points);
            }
        }
    }

    #[test]
    fn the_same_is_placed_in_the_same_way(net in nets()) {
        let (one, other) = (layout(&net), layout(&net));
        prop_assert_eq!(one.middles, other.middles);
        for (one, other) in one.arcs.iter().zip(&other.arcs) {
            prop_assert_eq!(&one.points, &other.points);
        }
    }
}

fn leads_through(from: Point, to: Point, bounds: Bounds) -> bool {
    let line = Bounds::new(from.x.min(to.x), from.y.min(to.y), (from.x - to.x).abs(), (from.y - to.y).abs());
    line.x < bounds.right() && bounds.x < line.right() && line.y < bounds.bottom() && bounds.y < line.bottom()
        || line.width == 0.0
            && line.x > bounds.x
            && line.x < bounds.right()
            && line.y < bounds.bottom()
            && bounds.y < line.bottom()
        || line.height == 0.0
            && line.y > bounds.y
            && line.y < bounds.bottom()
            && line.x < bounds.right()
            && bounds.x < line.right()
}

#[test]
fn a_chain_is_a_straight_line() {
    let net = Net {
        boxes: (0..5).map(|at| node(at % 3, 0)).collect(),
        arcs: (0..4).map(|from| Arc { from, exit: None, to: from + 1, label: None }).collect(),
    };
    let placed = layout(&net);
    assert!(placed.middles.windows(2).all(|pair| pair[0].y == pair[1].y && pair[0].x < pair[1].x));
    assert!(placed.arcs.iter().all(|arc| arc.points.len() == 2), "no arc turns");
}

/// As deep as a file may be long: nothing is recursive, and what leads to one end from everywhere shares a rail.
#[test]
fn a_long_chain_with_timeouts_is_placed() {
    let count = 20_000;
    let chain = (0..count - 1).map(|from| Arc { from, exit: None, to: from + 1, label: None });
    let timeouts = (0..count - 1).map(|from| Arc { from, exit: Some(0), to: count - 1, label: None });
    let net = Net { arcs: chain.chain(timeouts).collect(), boxes: (0..count).map(|_| node(4, 0)).collect() };
    let placed = layout(&net);
    assert!(placed.middles.windows(2).all(|pair| pair[0].x < pair[1].x));
    assert!(placed.height < 400.0, "{}", placed.height);
}
