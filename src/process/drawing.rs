use std::collections::HashSet;

use crate::source::Spanned;

/// What of a file its diagram shows.
#[derive(Clone, Debug, Default)]
pub struct Drawing {
    /// The ids of elements that have a shape or an edge.
    pub shown: HashSet<String>,
    /// What shapes and edges refer to and the file does not have.
    pub dangling: Vec<Spanned<String>>,
}
