use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Diagnostic, Label, Severity};
use crate::source::Sources;

/// How a rendered text may look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// No escape sequences.
    Plain,
    /// ANSI colours.
    Coloured,
}

/// Draws one diagnostic as a frame around the author's own lines, in the manner of rustc.
pub fn frame(diagnostic: &Diagnostic, sources: &Sources, style: Style) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::NOTE,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.id.as_str());
    let labels = diagnostic.primary.iter().map(|label| (AnnotationKind::Primary, label));
    let labels: Vec<_> =
        labels.chain(diagnostic.secondary.iter().map(|label| (AnnotationKind::Context, label))).collect();
    let mut files: Vec<_> = Vec::new();
    for (_, label) in &labels {
        if !files.contains(&label.span.file) {
            files.push(label.span.file);
        }
    }
    let help = diagnostic.help.iter().map(|help| Level::HELP.message(help.as_str()));
    let group = if files.is_empty() {
        Group::with_title(title).elements(help)
    } else {
        let snippets = files.iter().map(|file| {
            let source = sources.file(*file);
            let here = labels.iter().filter(|(_, label)| label.span.file == *file);
            Snippet::source(source.text())
                .path(source.name())
                .annotations(here.map(|(kind, label)| annotation(*kind, label)))
        });
        title.elements(snippets.collect::<Vec<_>>()).elements(help)
    };
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Coloured => Renderer::styled(),
    };
    renderer.render(&[group])
}

fn annotation<'a>(kind: AnnotationKind, label: &'a Label) -> annotate_snippets::Annotation<'a> {
    let annotation = kind.span(label.span.start as usize..label.span.end as usize);
    if label.message.is_empty() { annotation } else { annotation.label(label.message.as_str()) }
}

/// Draws all diagnostics, an empty line between them, with a closing newline; an empty text if there are none.
pub fn frames<'a>(diagnostics: impl IntoIterator<Item = &'a Diagnostic>, sources: &Sources, style: Style) -> String {
    diagnostics.into_iter().map(|one| frame(one, sources, style) + "\n\n").collect::<String>()
}
