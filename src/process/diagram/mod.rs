//! What is drawn of a BPMN file: every element with its coordinates, and coordinates for those that have none.
//!
//! Read from the XML on its own, since much more is drawn than is executed: pools, lanes, data, remarks.

mod connect;
mod figure;
mod geometry;
mod layout;
mod model;
mod outline;
mod read;
pub(super) mod text;

pub use geometry::{Bounds, Point};
pub use model::{
    Activity, ActivityKind, DataDirection, Diagram, Edge, Envelope, Event, EventPlace, EventTrigger, Figure,
    GatewayKind, Line, Plane, Repetition, Shape,
};
