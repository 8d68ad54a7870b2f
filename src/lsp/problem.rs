use std::collections::BTreeMap;

use lsp_types::{DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString, Position, Range, Uri};

use super::position::range;
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::{Project, SETTINGS};

/// The problems of a project by the names of their files, as editors take them. Those of no file, and of what ships inside
/// flowproof, stand at the beginning of the settings.
pub(super) fn problems(
    project: &Project,
    uri: &dyn Fn(&str) -> Option<Uri>,
) -> BTreeMap<String, Vec<lsp_types::Diagnostic>> {
    let mut all: BTreeMap<String, Vec<lsp_types::Diagnostic>> = BTreeMap::new();
    for one in project.found.clone().sorted() {
        let name = one.primary.as_ref().map(|label| project.sources.file(label.span.file).name());
        let (name, place) = match (&one.primary, name.filter(|name| uri(name).is_some())) {
            (Some(label), Some(name)) => (name.to_owned(), range(&project.sources, label.span)),
            _ => (SETTINGS.to_owned(), Range::new(Position::new(0, 0), Position::new(0, 0))),
        };
        let told = all.entry(name).or_default();
        let problem = problem(&one, place, project, uri);
        // A fragment that stands in several processes may be told the same of each.
        if !told.contains(&problem) {
            told.push(problem);
        }
    }
    all
}

/// A problem as editors take it.
pub(super) fn problem(
    one: &Diagnostic,
    range: Range,
    project: &Project,
    uri: &dyn Fn(&str) -> Option<Uri>,
) -> lsp_types::Diagnostic {
    let related = one.secondary.iter().filter_map(|label| {
        let uri = uri(project.sources.file(label.span.file).name())?;
        let location = Location { uri, range: super::position::range(&project.sources, label.span) };
        let message = if label.message.is_empty() { "here".to_owned() } else { label.message.clone() };
        Some(DiagnosticRelatedInformation { location, message })
    });
    let related: Vec<_> = related.collect();
    lsp_types::Diagnostic {
        range,
        severity: Some(match one.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Info => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(one.id.to_string())),
        source: Some("flowproof".to_owned()),
        message: message(one),
        related_information: (!related.is_empty()).then_some(related),
        ..lsp_types::Diagnostic::default()
    }
}

/// The message, what stands beside the underlining, and what to do: each in a line.
fn message(one: &Diagnostic) -> String {
    let remark = one.primary.iter().map(|label| label.message.as_str()).filter(|message| !message.is_empty());
    let lines = std::iter::once(one.message.as_str()).chain(remark).chain(one.help.iter().map(String::as_str));
    lines.collect::<Vec<_>>().join("\n")
}
