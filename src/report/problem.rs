use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::ledger::Finished;
use super::look::Look;
use super::text::{clean, count, cut, duration, fill, wrap};
use crate::event::{BodyRecord, Difference, DifferenceKind, Excerpt, ExchangeRecord, Problem, StepRecord, Verdict};
use crate::expect::shown;

/// Most differences that are listed for one problem.
const MOST_DIFFERENCES: usize = 12;
/// Most lines of one body.
const MOST_BODY_LINES: usize = 4;

/// Everything that is to be said of a scenario that did not pass.
pub(super) fn block(finished: &Finished<'_>, look: &Look) -> String {
    let mut text = headline(finished, look);
    for problem in finished.problems {
        text += "\n";
        text += &self::problem(problem, finished, look);
    }
    if let Some(reason) = finished.reason {
        text += &format!("  {}\n", clean(reason));
    }
    let steps = finished.problems.iter().filter_map(|problem| problem.step);
    if let Some(exchange) = steps.filter_map(|step| finished.live.exchanges.get(&step)).next_back() {
        text += "\n";
        text += &self::exchange(exchange, look);
    }
    text
}

/// One line for a scenario.
pub(super) fn line(finished: &Finished<'_>, look: &Look) -> String {
    let title = clean(&finished.live.title).into_owned();
    let flaky = if finished.flaky { look.verdict(Verdict::Skipped, " flaky") } else { String::new() };
    let verdict = look.verdict(finished.verdict, &format!("{:>8}", finished.verdict.as_str()));
    let time = look.faint(&format!("{:>9}", duration(finished.millis)));
    format!("{verdict}{flaky} {time}  {}\n", cut(&title, look.width.saturating_sub(21)))
}

fn headline(finished: &Finished<'_>, look: &Look) -> String {
    let mark = look.verdict(finished.verdict, finished.verdict.as_str());
    let title = look.strong(&clean(&finished.live.title));
    let mut text = format!("{mark}  {title}\n");
    let attempt =
        if finished.live.attempt > 1 { format!(", attempt {}", finished.live.attempt) } else { String::new() };
    let facts = format!("{} · {}{attempt}", count(finished.requests, "request"), duration(finished.millis));
    text += &format!("  {}  {}\n", clean(finished.id), look.faint(&facts));
    if !finished.walk.is_empty() {
        let visit = |visit: &crate::event::WalkRecord| match visit.code {
            _ if visit.outcome == "success" => visit.activity.clone(),
            Some(code) => format!("{} ({} {code})", visit.activity, visit.outcome),
            None => format!("{} ({})", visit.activity, visit.outcome),
        };
        let walk = finished.walk.iter().map(visit).collect::<Vec<_>>().join(" → ");
        for line in wrap(&format!("walked {walk}"), look.width - 2) {
            text += &format!("  {}\n", look.faint(&clean(&line)));
        }
    }
    text
}

fn problem(problem: &Problem, finished: &Finished<'_>, look: &Look) -> String {
    let mut text = frame(problem, look);
    let margin = if problem.excerpt.is_some() { "   " } else { "  " };
    if let Some(step) = problem.step.and_then(|number| finished.live.step(number)) {
        text += &format!("{margin}{}\n", look.faint(&format!("in {}", describe(step))));
    }
    for note in &problem.notes {
        for (index, line) in wrap(&clean(note), look.width - 8).into_iter().enumerate() {
            let bullet = if index == 0 { "·" } else { " " };
            text += &format!("{margin}{bullet} {line}\n");
        }
    }
    text + &differences(&problem.differences, margin, look)
}

/// The message with the author's lines, drawn from what the event carries.
fn frame(problem: &Problem, look: &Look) -> String {
    let message = clean(&problem.message);
    let title = Level::ERROR.primary_title(message.as_ref()).id(problem.id.as_str());
    let group = match &problem.excerpt {
        None => Group::with_title(title),
        Some(excerpt) => title.element(snippet(excerpt)),
    };
    let renderer = if look.colour { Renderer::styled() } else { Renderer::plain() };
    renderer.decor_style(DecorStyle::Ascii).render(&[group]) + "\n"
}

fn snippet(excerpt: &Excerpt) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    // A stored file may say anything: a range that is none of the text must not make drawing panic.
    let boundary =
        |offset: usize| (0..=offset.min(excerpt.text.len())).rev().find(|at| excerpt.text.is_char_boundary(*at));
    let start = boundary(excerpt.start).unwrap_or(0);
    let end = boundary(excerpt.end).unwrap_or(0).max(start);
    Snippet::source(excerpt.text.as_str())
        .line_start(excerpt.first_line.max(1))
        .path(excerpt.file.as_str())
        .fold(false)
        .annotation(AnnotationKind::Primary.span(start..end))
}

/// `step 7 (selfie): activity capture-face, visit 2`.
fn describe(step: &StepRecord) -> String {
    let id = step.id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
    let section = match step.section {
        crate::event::Section::Session => " of the opening",
        crate::event::Section::Before => " of `before`",
        crate::event::Section::Steps => "",
        crate::event::Section::After => " of `after`",
    };
    let visit = if step.visit > 1 { format!(", visit {}", step.visit) } else { String::new() };
    let named = step.name.as_ref().map(|name| format!(" \u{201c}{name}\u{201d}")).unwrap_or_default();
    clean(&format!("step {}{id}{section}: {} {}{named}{visit}", step.number, step.kind, step.subject))
        .trim_end()
        .to_owned()
}

fn differences(differences: &[Difference], margin: &str, look: &Look) -> String {
    let mut text = String::new();
    // Of two whole values the message has said it already.
    let inside = differences.iter().any(|difference| difference.path != "$");
    for difference in differences.iter().filter(|_| inside).take(MOST_DIFFERENCES) {
        let value =
            |value: &Option<serde_json::Value>| value.as_ref().map(|value| shown(value, 60)).unwrap_or_default();
        let (expected, actual) = (value(&difference.expected), value(&difference.actual));
        let told = match difference.kind {
            DifferenceKind::Missing => format!("expected {}, nothing is there", look.expected(&clean(&expected))),
            DifferenceKind::Unexpected => format!("unexpected {}", look.actual(&clean(&actual))),
            DifferenceKind::Changed => {
                format!("expected {}, is {}", look.expected(&clean(&expected)), look.actual(&clean(&actual)))
            }
        };
        text += &format!("{margin}{}  {told}\n", look.strong(&clean(&difference.path)));
    }
    let left = differences.len().saturating_sub(MOST_DIFFERENCES);
    if left > 0 {
        text += &format!("{margin}… and {} more\n", count(left as u64, "difference"));
    }
    text
}

/// The last request with its answer, and the command line that repeats it.
fn exchange(exchange: &ExchangeRecord, look: &Look) -> String {
    let request = &exchange.request;
    let path = request.url.splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap_or_else(|| request.url.clone());
    let mut text = format!("  {}\n", look.strong(&clean(&format!("{} {path}", request.method))));
    text += &body(&request.body, look);
    match (&exchange.response, &exchange.error) {
        (Some(response), _) => {
            let told = format!("← {} after {}", response.status, duration(exchange.millis));
            text += &format!("  {}\n", look.strong(&told));
            text += &body(&response.body, look);
        }
        (None, Some(error)) => text += &format!("  ← {}\n", clean(&error.message)),
        (None, None) => {}
    }
    text + &format!("  {} {}\n", look.faint("repeat it:"), clean(&request.curl))
}

fn body(body: &BodyRecord, look: &Look) -> String {
    let told = match body {
        BodyRecord::None => return String::new(),
        BodyRecord::Json { value, .. } => shown(value, look.width * MOST_BODY_LINES),
        BodyRecord::Text { text, .. } => text.clone(),
        BodyRecord::Binary { media, bytes, sha256 } => format!("({media}, {bytes} bytes, sha256 {sha256})"),
    };
    let lines = fill(&clean(&told), look.width - 4, MOST_BODY_LINES);
    lines.iter().map(|line| format!("    {}\n", look.faint(line))).collect()
}
