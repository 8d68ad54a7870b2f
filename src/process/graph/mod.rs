//! A definition as a graph: what can be reached, what can be covered, and with how few walks.

mod arc;
mod circulation;
mod components;
mod cover;
mod reach;
mod tour;

pub use arc::{Arc, Folding, Graph, Way};
pub use components::Components;
pub use cover::{Cover, Walk};
pub use reach::Coverable;
pub use tour::{Net, Reach, Tours};

#[cfg(test)]
mod tests;
