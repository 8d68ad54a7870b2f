//! What a GitHub workflow shows: the summary of a step in Markdown, and annotations beside the lines of files.

use std::io::Write;

use super::format::put;
use super::story::{Meaning, Story};
use super::text::{clean, count, duration, thousands};
use super::{ReportError, StoredRun};
use crate::diagnostic::{command_data as data, command_property as property};
use crate::event::{Excerpt, Finding, Summary};

/// Most scenarios that are told of with everything that is wrong with them.
const MOST_TOLD: usize = 50;
/// Most bytes of a summary; GitHub shows none above 1 MiB.
const MOST_BYTES: usize = 900 << 10;
/// Most flaky scenarios that are listed.
const MOST_FLAKY: usize = 50;
/// Most annotations of one level that GitHub shows of a step.
const MOST_ANNOTATIONS: usize = 10;

/// Writes the summary of a step.
pub(super) fn write(run: &StoredRun, out: &mut dyn Write) -> Result<(), ReportError> {
    let mut text = headline(run);
    text += &table(&run.selected);
    let (mut told, mut left) = (0, 0);
    let mut flaky = Vec::new();
    let mut beyond = 0;
    for scenario in run.scenarios()? {
        let scenario = scenario?;
        let story = Story::of(&scenario);
        if story.end.as_ref().is_some_and(|end| end.flaky) {
            if flaky.len() < MOST_FLAKY { flaky.push(format!("- `{}`\n", story.id)) } else { beyond += 1 }
        }
        let (Meaning::Failed(message) | Meaning::Errored(message)) = story.meaning() else { continue };
        let block = block(&story, &message);
        if told == MOST_TOLD || text.len() + block.len() > MOST_BYTES {
            left += 1;
            continue;
        }
        told += 1;
        text += &block;
    }
    if left > 0 {
        text += &format!("\n… and {} more that did not pass.\n", thousands(left));
    }
    if !flaky.is_empty() {
        text += &format!("\n### Flaky: passed only when run again\n\n{}", flaky.concat());
        if beyond > 0 {
            text += &format!("- … and {} more\n", thousands(beyond));
        }
    }
    put(out, text)
}

fn headline(run: &StoredRun) -> String {
    let summary = &run.selected;
    let excused = summary.known + summary.quarantined + summary.quarantined_errors;
    let around = run.summary.around;
    let bad = (summary.failed + summary.errored + summary.aborted + around).saturating_sub(excused);
    let verdict = match bad {
        0 if run.millis.is_some() => format!("✅ {} passed", count(summary.passed as u64, "scenario")),
        0 => "⚠️ the run was cut off".to_owned(),
        bad => format!(
            "❌ {} of {} did not pass",
            thousands(bad as u64),
            count((summary.finished() + around) as u64, "scenario")
        ),
    };
    let head = run.heads.first();
    let facts = [
        head.map(|head| format!("target `{}`", head.target.name)),
        head.map(|head| format!("seed `{}`", head.seed)),
        run.millis.map(duration),
        Some(count(summary.requests, "request")),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    format!("## {verdict}\n\n{}\n\n", facts.join(" · "))
}

fn table(summary: &Summary) -> String {
    let columns = [
        ("passed", summary.passed),
        ("flaky", summary.flaky),
        ("failed", summary.failed),
        ("known", summary.known),
        ("quarantined", summary.quarantined + summary.quarantined_errors),
        ("errored", summary.errored),
        ("skipped", summary.skipped),
        ("aborted", summary.aborted),
    ];
    let shown: Vec<_> =
        columns.into_iter().filter(|(name, number)| *number > 0 || ["passed", "failed"].contains(name)).collect();
    let names: Vec<&str> = shown.iter().map(|(name, _)| *name).collect();
    let numbers: Vec<String> = shown.iter().map(|(_, number)| thousands(*number as u64)).collect();
    format!("| {} |\n|{}\n| {} |\n", names.join(" | "), "---:|".repeat(shown.len()), numbers.join(" | "))
}

/// A scenario that did not pass: a line that opens to everything that is wrong.
fn block(story: &Story<'_>, message: &str) -> String {
    let verdict = story.end.as_ref().map_or("unfinished", |end| end.verdict.as_str());
    let owner = story.owner.map(|owner| format!(" · {}", escaped(owner))).unwrap_or_default();
    let title = format!("<b>{verdict}</b>: {} · <code>{}</code>{owner}", escaped(story.title), escaped(story.id));
    let text = story.text();
    let text = if text.is_empty() { message } else { &text };
    // No fence of the text may end the block.
    let fence = "`".repeat(text.split(|c| c != '`').map(str::len).max().unwrap_or(0).max(2) + 1);
    format!(
        "\n<details><summary>{title}<br>{}</summary>\n\n{fence}text\n{}\n{fence}\n\n</details>\n",
        escaped(message),
        text.trim_end()
    )
}

fn escaped(text: &str) -> String {
    clean(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Writes commands by which a GitHub workflow shows what is wrong beside the lines of files, as many as are shown; files are
/// named from the root of the repository by a prefix of `prefix`.
///
/// # Errors
/// If the run cannot be read, or nothing can be written.
pub fn annotations(run: &StoredRun, prefix: &str, out: &mut dyn Write) -> Result<(), ReportError> {
    let (mut errors, mut warnings) = (0, 0);
    for scenario in run.scenarios()? {
        let scenario = scenario?;
        let story = Story::of(&scenario);
        let end = story.end.as_ref();
        let excerpt = end.and_then(|end| end.problems.iter().find_map(|problem| problem.excerpt.as_ref()));
        let unexpected = end.and_then(|end| end.known).filter(|known| known.finding == Finding::Unexpected);
        match story.meaning() {
            Meaning::Failed(message) | Meaning::Errored(message) => {
                errors += 1;
                if errors <= MOST_ANNOTATIONS {
                    put(out, command("error", &story, excerpt, &message, prefix))?;
                }
            }
            _ => {
                let remark = match (end.is_some_and(|end| end.flaky), unexpected) {
                    (true, _) => format!("flaky: passed in attempt {}", story.attempts.len()),
                    (false, Some(known)) => format!("passed although {} is known to fail it", known.ticket),
                    (false, None) => continue,
                };
                warnings += 1;
                if warnings <= MOST_ANNOTATIONS {
                    put(out, command("warning", &story, None, &remark, prefix))?;
                }
            }
        }
    }
    let more = errors.saturating_sub(MOST_ANNOTATIONS);
    if more > 0 {
        put(out, format!("::notice title=flowproof::{} more scenarios did not pass\n", thousands(more as u64)))?;
    }
    Ok(())
}

fn command(level: &str, story: &Story<'_>, excerpt: Option<&Excerpt>, message: &str, prefix: &str) -> String {
    let (file, line) = match excerpt {
        Some(excerpt) => (excerpt.file.as_str(), excerpt.line),
        None => (story.file_and_case().0, 1),
    };
    let (file, title) = (property(&format!("{prefix}{file}")), property(&story.name()));
    format!("::{level} file={file},line={line},title={title}::{}\n", data(&format!("{message}\n{}", story.id)))
}
