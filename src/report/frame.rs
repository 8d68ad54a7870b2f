use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use super::look::Look;
use super::text::{clean, width};
use crate::event::{Excerpt, Problem};

/// The message of one problem above the author's lines, drawn from what the event carries.
pub(super) fn single(problem: &Problem, look: &Look) -> String {
    let message = clean(&problem.message);
    let title = Level::ERROR.primary_title(message.as_ref()).id(clean(&problem.id));
    let group = match &problem.excerpt {
        None => Group::with_title(title),
        Some(excerpt) => {
            let span = AnnotationKind::Primary.span(marked(excerpt, 0, &excerpt.text));
            title.element(snippet(excerpt, &excerpt.text, excerpt.first_line).annotation(span))
        }
    };
    render(group, look)
}

/// Several problems in one frame.
pub(super) struct Joint {
    pub text: String,
    /// Whether each message stands at its place; else only the places are marked, since the lines would be too wide.
    pub labelled: bool,
}

/// Several problems of one place in one frame; `None` if they are not of one place.
pub(super) fn joint(title: &str, problems: &[Problem], look: &Look) -> Option<Joint> {
    let excerpts: Vec<&Excerpt> = problems.iter().map(|problem| problem.excerpt.as_ref()).collect::<Option<_>>()?;
    let (first_line, text) = union(&excerpts)?;
    let spans = excerpts.iter().map(|excerpt| {
        let skipped = text.split_inclusive('\n').take(excerpt.first_line - first_line).map(str::len).sum();
        marked(excerpt, skipped, &text)
    });
    let spans: Vec<_> = spans.collect();
    let beside = first_line.saturating_add(text.lines().count()).to_string().len() + 4;
    let fits = |(span, problem): (&std::ops::Range<usize>, &Problem)| {
        let line_start = text[..span.end].rfind('\n').map_or(0, |at| at + 1);
        beside + width(&text[line_start..span.end]) + width(&problem.message) <= look.width
    };
    let labelled = spans.iter().zip(problems).all(fits);
    let annotations = spans.iter().zip(problems).map(|(span, problem)| {
        let annotation = AnnotationKind::Primary.span(span.clone());
        if labelled { annotation.label(clean(&problem.message).into_owned()) } else { annotation }
    });
    let title = Level::ERROR.primary_title(title);
    let group = title.element(snippet(excerpts[0], &text, first_line).annotations(annotations));
    Some(Joint { text: render(group, look), labelled })
}

fn render(group: Group<'_>, look: &Look) -> String {
    let renderer = if look.colour { Renderer::styled() } else { Renderer::plain() };
    renderer.decor_style(DecorStyle::Ascii).term_width(look.width).render(&[group]) + "\n"
}

fn snippet<'a>(excerpt: &'a Excerpt, text: &'a str, first_line: usize) -> Snippet<'a, Annotation<'a>> {
    Snippet::source(text).line_start(first_line.clamp(1, u32::MAX as usize)).path(clean(&excerpt.file)).fold(false)
}

/// The marked range in `text`, where the excerpt begins at the byte `skipped`. A stored file may say anything: a range that
/// is none of the text must not make drawing panic.
fn marked(excerpt: &Excerpt, skipped: usize, text: &str) -> std::ops::Range<usize> {
    let boundary = |offset: usize| text.floor_char_boundary(offset.saturating_add(skipped));
    let start = boundary(excerpt.start);
    start..boundary(excerpt.end).max(start)
}

/// The lines that excerpts of one file show together, if there is no gap between them and they agree.
fn union(excerpts: &[&Excerpt]) -> Option<(usize, String)> {
    let mut ordered = excerpts.to_vec();
    ordered.sort_by_key(|excerpt| excerpt.first_line);
    let first = ordered.first()?;
    let mut lines: Vec<&str> = Vec::new();
    for excerpt in &ordered {
        let at = excerpt.first_line - first.first_line;
        if excerpt.file != first.file || at > lines.len() {
            return None;
        }
        for (index, line) in excerpt.text.lines().enumerate() {
            match lines.get(at + index) {
                None => lines.push(line),
                Some(known) if *known == line => {}
                Some(_) => return None,
            }
        }
    }
    Some((first.first_line, lines.join("\n")))
}
