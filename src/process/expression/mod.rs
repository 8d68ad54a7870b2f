//! The expression language of conditions and parameters: the subset of JUEL that Camunda 7 process models use.
//!
//! A text is compiled once into a [`Template`] (text with `${…}` parts) or a [`Condition`], and evaluated many times
//! over a [`Scope`]. The rules are those of JUEL, its surprises included: an unknown top-level name is an error even in
//! `x != null`, a property of null is null, `==` coerces, and a condition must give a Boolean. Parsing is bounded in
//! length and depth; evaluation follows the tree and never loops.

mod ast;
mod atoms;
mod coerce;
mod error;
mod evaluate;
mod needs;
mod parser;
mod template;
mod token;

pub use ast::{Binary, Expression, Term, Unary};
pub use atoms::Atoms;
pub use error::{EvaluationError, SyntaxError};
pub use evaluate::{Map, Scope};
pub use template::{Condition, Part, Template};

#[cfg(test)]
mod tests;
