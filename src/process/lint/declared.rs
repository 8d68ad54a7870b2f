use std::collections::{BTreeMap, BTreeSet};

use super::subject::{Subject, conflict};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::process::{ErrorDeclaration, Thrown, Trigger};

/// Errors that are declared: one finding for all of a kind, since exports declare hundreds.
pub(super) fn check(subject: &Subject<'_>, found: &mut Diagnostics) {
    let definition = subject.definition;
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for node in definition.nodes() {
        if let Some(Trigger::Error { code, .. }) = node.trigger() {
            used.extend(code.as_deref());
        }
        if let Some(Thrown::Error { code }) = node.thrown() {
            used.extend(code.as_deref());
        }
    }
    let is_used = |error: &&ErrorDeclaration| error.code.as_deref().is_some_and(|code| used.contains(code));
    let unused: Vec<&ErrorDeclaration> = definition.errors().iter().filter(|error| !is_used(error)).collect();
    if let Some(first) = unused.first() {
        let message =
            format!("{} of {} declared errors are neither caught nor thrown", unused.len(), definition.errors().len());
        let one = Diagnostic::new(Id::LINT_UNUSED_ERROR, message).label(first.span, "the first one").of(*first);
        found.push(one.help("remove them, or catch them where they can be raised"));
    }
    let mut by_code: BTreeMap<&str, Vec<&ErrorDeclaration>> = BTreeMap::new();
    for error in definition.errors() {
        if let Some(code) = &error.code {
            by_code.entry(code).or_default().push(error);
        }
    }
    let twice: Vec<_> = by_code.into_iter().filter(|(_, errors)| errors.len() > 1).collect();
    if let Some((code, errors)) = twice.first() {
        let message = match twice.len() {
            1 => format!("the error code `{code}` is declared {} times", errors.len()),
            more => format!("{more} error codes are declared several times, such as `{code}`"),
        };
        let one = Diagnostic::new(Id::LINT_ERROR_TWICE, message).at(errors[1].span).of(errors[1]);
        let one = one.shown_by(conflict(errors.iter().copied()));
        found.push(one.and(errors[0].span, "first here").help("let all events refer to one declaration of a code"));
    }
}
