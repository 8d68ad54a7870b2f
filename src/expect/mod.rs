//! Placeholders until the matchers land, so that what is built on their names compiles.

/// A matcher.
#[derive(Clone, Debug)]
pub struct Matcher;

/// An expectation on an HTTP status.
#[derive(Clone, Debug)]
pub struct StatusExpectation;

impl Matcher {
    /// Placeholder.
    pub fn read(
        _: &crate::yaml::Node,
        _: &crate::source::Sources,
        _: &mut crate::diagnostic::Diagnostics,
    ) -> Option<Self> {
        Some(Self)
    }
}

impl StatusExpectation {
    /// Placeholder.
    pub fn read(_: &crate::yaml::Node, _: &mut crate::diagnostic::Diagnostics) -> Option<Self> {
        Some(Self)
    }
}
