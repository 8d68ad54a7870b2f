//! Placeholders until the matchers land, so that what is built on their names compiles.

/// A matcher.
#[derive(Clone, Debug)]
pub struct Matcher;

/// An expectation on an HTTP status.
#[derive(Clone, Debug)]
pub struct StatusExpectation;
