//! The canonical form of the files that people write: the order of keys, indentation, spacing.
//!
//! The text is kept: what the parser takes apart is put together again from slices of it, so that comments, anchors, block
//! scalars and everything else that a tree does not hold survive. A text that would mean something else afterwards is refused,
//! which only a defect here could bring about.

mod block;
mod flow;
mod order;
mod parts;
mod reader;
mod text;
mod trivia;
mod writer;

pub use text::{Unformatted, canonical};
