//! JSONPath (RFC 9535), compiled once, and the equality of JSON values that the whole crate judges by.
//!
//! `jsonpath-rust` reads the text. What its grammar accepts beyond the RFC (white space inside tokens, functions of its
//! own, ill-typed calls) is refused here with the place of the problem. The parsed query is evaluated here and not by
//! the crate: its evaluator compares numbers through `f64` with a tolerance, has no bound on intermediate results, and
//! answers some selectors wrongly; an assertion must not rest on that.

#[cfg(test)]
mod compliance;
mod evaluation;
mod lexis;
mod path;
mod pattern;
mod typing;
mod value;

pub use evaluation::{Located, MAX_VISITS};
pub use path::{JsonPath, MAX_LENGTH, MAX_NESTING, QueryError};
pub use value::{compare_numbers, equal};
