//! Expectations: matchers and what they came to, as data.
//!
//! A [`Matcher`] is compiled once from a value of a scenario and judges any number of actual values; it shares no state.
//! Nothing is a bool: a [`Judgement`] carries what was expected, what came, where the two differ, and the place of the
//! expectation, for those that hold as well.
//!
//! **Nothing there** fails every matcher but `exists: false`, also behind `not` and `ne`: a mistyped path must not pass.
//! In the same way `not` of a matcher that does not apply to a value (`lt` to text) fails.

mod body;
mod check;
mod difference;
mod format;
mod judgement;
mod kind;
mod matcher;
mod pattern;
mod phrase;
mod reading;
mod schema;
mod shape;
mod shown;
mod status;
#[cfg(test)]
mod tests;
#[cfg(feature = "json-schema")]
mod validator;
#[cfg(not(feature = "json-schema"))]
#[path = "no_validator.rs"]
mod validator;

pub use body::BodyExpectation;
pub use difference::{Difference, DifferenceKind, MAX_ALIGNED, MAX_DIFFERENCES, differences, member_step};
pub use format::Format;
pub use judgement::{Judgement, Verdict};
pub use kind::MAX_UNORDERED;
pub use matcher::Matcher;
pub use pattern::MAX_PATTERN_SIZE;
pub use schema::{MAX_SCHEMA_BYTES, MAX_SCHEMA_FILES, SchemaFiles};
pub use shape::{BODY, MATCHER, MATCHERS, SCHEMA, STATUS};
pub use shown::{MAX_EXCERPT_TEXT, MAX_EXCERPT_VALUES, around, excerpt, shown};
pub use status::StatusExpectation;
