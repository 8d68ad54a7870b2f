//! Places for nodes that have none: in layers from left to right, with few crossings, straight lines and right angles.
//!
//! Cycles are opened and layers found by `layers`, each layer is ordered by `order`, heights are found by `place`, and `route`
//! draws the arcs through the gutters between layers. Everything is iterative and about linear: an arc over many layers, or
//! one that leads back, goes around along a rail that all arcs to the same node share.

mod cell;
mod component;
mod layers;
mod order;
mod place;
mod rails;
mod route;
#[cfg(test)]
mod tests;

use super::Point;

pub(super) use route::straightened;

/// What is to be placed: boxes, and arcs between them.
#[derive(Debug, Default)]
pub(super) struct Net {
    pub boxes: Vec<Box>,
    pub arcs: Vec<Arc>,
}

/// A box around a node, with room for what belongs to it.
#[derive(Clone, Debug)]
pub(super) struct Box {
    /// How wide the node is; arcs end at its sides.
    pub width: f64,
    /// How wide the box is, with names that are wider than the node.
    pub room: f64,
    /// How far it reaches above and below its middle.
    pub above: f64,
    pub below: f64,
    /// Where arcs leave it at the lower side: how far from the middle to the right, and how far the side is below it.
    pub exits: Vec<Point>,
    /// Whether arcs may leave it upwards and downwards in its middle, as at a gateway; how far that is from the middle.
    pub corner: Option<f64>,
    /// The lane it stands in; lanes lie below each other.
    pub lane: usize,
}

/// An arc from one box to another.
#[derive(Debug)]
pub(super) struct Arc {
    pub from: usize,
    /// The exit it leaves by, else the right side.
    pub exit: Option<usize>,
    pub to: usize,
    /// How much room its name needs.
    pub label: Option<(f64, f64)>,
}

/// Where everything is. The left upper corner is at the origin.
pub(super) struct Placed {
    /// The middles of the boxes.
    pub middles: Vec<Point>,
    pub arcs: Vec<Routed>,
    /// The upper and the lower side of each lane.
    pub lanes: Vec<(f64, f64)>,
    pub width: f64,
    pub height: f64,
}

/// The way of an arc, and where the middle of the upper side of its name is.
pub(super) struct Routed {
    pub points: Vec<Point>,
    pub label: Option<Point>,
}

/// Finds places for all boxes and ways for all arcs. What is not connected stands apart, unless lanes hold it together.
pub(super) fn layout(net: &Net) -> Placed {
    if net.boxes.iter().any(|one| one.lane > 0) { connected(net) } else { component::apart(net) }
}

/// The same for boxes that are all connected, or stand in lanes.
fn connected(net: &Net) -> Placed {
    let layers = layers::layers(net);
    let mut cells = cell::Cells::of(net, &layers);
    order::order(&mut cells);
    let placed = place::place(&cells);
    route::route(net, &layers, &cells, &placed)
}
