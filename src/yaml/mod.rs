//! YAML as a tree with spans, and readers that report every problem of a file.
//!
//! One reader serves every kind of file. It is built on parser events because serde loses positions and stops at the
//! first problem. Scalars keep the text as written; what they mean is decided by the reader that asks (YAML 1.2 core
//! schema, so `no` and `on` are text).
//!
//! What a mapping may hold is said once, by a [`Shape`]; it is read by [`Shaped`], and `schema` writes the same for editors.

mod date;
mod duration;
mod node;
mod place;
mod scalar;
mod shape;
mod shaped;
mod syntax;
mod tree;
mod written;

pub use duration::{DURATION, MAX_DURATION, parse_duration};
pub use node::{Entry, Kind, Node, Scalar, ScalarStyle};
pub use shape::{Definition, Form, Further, ID, Key, NAME, Names, Notation, Shape, Words, words_of};
pub use shaped::Shaped;
pub use tree::{MAX_BYTES, MAX_DEPTH, MAX_NODES, parse};
pub use written::written;
