//! A diagram as a picture: one SVG that needs nothing else, looks as people know it from their modeller, and can be painted
//! with what is known of its elements.

mod activity;
mod edge;
mod event;
mod gateway;
mod hatch;
mod icon;
mod item;
mod label;
mod legend;
mod paint;
mod pool;
mod sheet;
mod style;
mod svg;

pub use paint::{Mark, Paint, Shade};
pub use sheet::draw;
