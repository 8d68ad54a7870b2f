use super::super::super::affected::Affected;
use crate::diagnostic::Places;
use crate::process::{Change, Diff, Findings, Side};
use crate::source::Span;

/// All that is told of two versions.
pub(super) struct Report<'a> {
    /// What the old version is called.
    pub old: &'a str,
    /// What the new version is called.
    pub new: &'a str,
    pub diff: &'a Diff,
    pub findings: &'a Findings,
    /// What becomes of the scenarios; `None` if it is not known which are meant.
    pub scenarios: Option<&'a [Affected]>,
    pub places: Places<'a>,
    /// Whether a stored run was asked for what scenarios have walked.
    pub by_run: bool,
}

impl Report<'_> {
    /// `path:line:column`.
    pub fn locate(&self, span: Span) -> String {
        self.places.sources.locate(span)
    }

    /// A value of a change on one line.
    pub fn value(&self, change: &Change, side: Side) -> Option<String> {
        let told = self.diff.told(change, side)?;
        Some(told.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// What a change is about, without saying twice what its class says.
    pub fn subject(change: &Change) -> String {
        let class = change.class.name();
        match change.what.as_str() {
            "" => class.to_owned(),
            what if what.starts_with(class) => what.to_owned(),
            what => format!("{class} {what}"),
        }
    }

    /// What people know an element as, in the new version if it is there.
    pub fn called(&self, element: &str) -> String {
        let known = self.diff.of_element(element).next();
        known.map_or_else(|| self.diff.called(element), |change| change.called.clone())
    }
}
