//! Templates: values of YAML files with `{{ … }}` in their scalars.
//!
//! A [`Template`] is compiled once per file and evaluated against a [`Scope`], which is built once per step. A scalar
//! that is exactly one `{{ … }}` keeps the type of its expression; in any other text, values are written as in JSON.
//! Undefined is always an error. What an expression reads is known before it runs ([`Template::references`]), and that is
//! also how secrets are followed: an expression that reads a tainted path taints what it gives.
//!
//! The language is minijinja's; nothing outside this room depends on that. The clock, ids and random streams are
//! parameters of the scope, so the same scope always gives the same values.

mod error;
mod expression;
mod functions;
mod json;
mod names;
mod scope;
mod text;
mod value;

#[cfg(test)]
mod tests;

pub use error::TemplateError;
pub use functions::{Function, functions};
pub use json::{MAX_DEPTH, MAX_NODES};
pub use scope::{Data, Ids, ReadFile, Scope, stream_key};
pub use value::{Evaluated, Reference, Template};

/// Most work that one expression or one text with `{% … %}` may do, in instructions of the template engine; data that it
/// produces costs as well, 64 bytes for one.
pub const MAX_FUEL: u64 = 50_000;
/// Longest text that a scalar with a template in it may become, in bytes. An expression that only names a longer value passes it on.
pub const MAX_TEXT: usize = 1024 * 1024;
/// Longest scalar that may hold a template, in bytes.
pub const MAX_SOURCE: usize = 64 * 1024;
/// Most words, strings and signs in one expression, or in all `{{ … }}` and `{% … %}` of a text with blocks. Each may nest once, and
/// a deep nest would exhaust the stack.
pub const MAX_TOKENS: usize = 500;
/// Most `{{ … }}` in one scalar.
pub const MAX_EXPRESSIONS: usize = 1_000;
