use std::collections::{BTreeMap, BTreeSet};

use super::subject::Subject;
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::process::{ErrorDeclaration, Trigger};

/// Errors that are declared: one finding for all of a kind, since exports declare hundreds.
pub(super) fn check(subject: &Subject<'_>, found: &mut Diagnostics) {
    let definition = subject.definition;
    let caught: BTreeSet<&str> = definition
        .nodes()
        .iter()
        .filter_map(|node| match &node.boundary()?.trigger {
            Trigger::Error { code, .. } => code.as_deref(),
            _ => None,
        })
        .collect();
    let is_caught = |error: &&ErrorDeclaration| error.code.as_deref().is_some_and(|code| caught.contains(code));
    let unused: Vec<&ErrorDeclaration> = definition.errors().iter().filter(|error| !is_caught(error)).collect();
    if let Some(first) = unused.first() {
        let message = format!("{} of {} declared errors are caught nowhere", unused.len(), definition.errors().len());
        let one = Diagnostic::new(Id::LINT_UNUSED_ERROR, message).label(first.span, "the first one");
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
        let one = Diagnostic::new(Id::LINT_ERROR_TWICE, message).at(errors[1].span);
        found.push(one.and(errors[0].span, "first here").help("let all events refer to one declaration of a code"));
    }
}
