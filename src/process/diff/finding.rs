use std::collections::HashMap;

use super::{Diff, Side};
use crate::diagnostic::{Diagnostic, Id};

/// What looking at two versions finds in one of them alone. A finding is the same if it is of the same rule and element.
#[derive(Debug)]
pub struct Findings {
    /// What only the new version has.
    pub new: Vec<Diagnostic>,
    /// What only the old version has.
    pub gone: Vec<Diagnostic>,
}

impl Findings {
    /// Compares what was found in both versions of a diff.
    pub fn of(diff: &Diff, old: Vec<Diagnostic>, new: Vec<Diagnostic>) -> Self {
        let key = |one: &Diagnostic, side: Side| -> (Id, Option<String>) {
            let place = one.primary.as_ref().map(|label| label.span);
            let element = place.and_then(|place| diff.outline(side).at(place));
            (one.id, element.map(|element| element.id.value.clone()))
        };
        let mut left: HashMap<_, Vec<usize>> = HashMap::new();
        old.iter().enumerate().rev().for_each(|(at, one)| left.entry(key(one, Side::Old)).or_default().push(at));
        // One element can have several findings of one rule: each of them answers one.
        let new =
            new.into_iter().filter(|one| left.get_mut(&key(one, Side::New)).and_then(Vec::pop).is_none()).collect();
        let mut gone: Vec<usize> = left.into_values().flatten().collect();
        gone.sort_unstable();
        let mut old: Vec<Option<Diagnostic>> = old.into_iter().map(Some).collect();
        Self { new, gone: gone.into_iter().filter_map(|at| old[at].take()).collect() }
    }
}
