//! The Test Anything Protocol, version 14: a test per scenario, with its steps as a subtest.

use std::fmt::Write as _;
use std::io::Write;

use serde_json::{Map, Value, json};

use super::format::put;
use super::story::{Meaning, Story};
use super::text::clean;
use super::{ReportError, StoredRun};
use crate::event::{Problem, Verdict};

pub(super) fn write(run: &StoredRun, out: &mut dyn Write) -> Result<(), ReportError> {
    put(out, format!("TAP version 14\n1..{}\n", run.len()))?;
    for (index, scenario) in run.scenarios()?.enumerate() {
        let scenario = scenario?;
        let story = Story::of(&scenario);
        let mut text = steps(&story);
        text += &test(&story, index + 1);
        put(out, text)?;
    }
    if run.millis.is_none() {
        put(out, "Bail out! The events end before the run does.\n")?;
    }
    Ok(())
}

/// The steps of the last attempt; nothing if none is known.
fn steps(story: &Story<'_>) -> String {
    let steps = story.attempts.last().map(|attempt| attempt.steps.as_slice()).unwrap_or_default();
    if steps.is_empty() {
        return String::new();
    }
    let mut text = format!("# Subtest: {}\n    1..{}\n", described(&name(story)), steps.len());
    for (index, step) in steps.iter().enumerate() {
        let mark = if matches!(step.verdict, Some(Verdict::Passed | Verdict::Skipped)) { "ok" } else { "not ok" };
        let directive = step.condition.map(|condition| format!(" # SKIP {} does not hold", described(condition)));
        let number = index + 1;
        let _ = writeln!(text, "    {mark} {number} - {}{}", described(&step.name()), directive.unwrap_or_default());
    }
    text
}

/// The point of a scenario. What does not count is still to be done, in the words of the protocol.
fn test(story: &Story<'_>, number: usize) -> String {
    let end = story.end.as_ref();
    let bad = end.is_some_and(|end| !end.problems.is_empty());
    let (mark, directive) = match story.meaning() {
        Meaning::Passed => ("ok", String::new()),
        Meaning::Skipped(reason) if bad => ("not ok", format!(" # TODO {}", described(&reason))),
        Meaning::Skipped(reason) => ("ok", format!(" # SKIP {}", described(&reason))),
        Meaning::Failed(_) | Meaning::Errored(_) => ("not ok", String::new()),
    };
    let mut text = format!("{mark} {number} - {}{directive}\n", described(&name(story)));
    if let Some(told) = diagnostics(story) {
        text += "  ---\n";
        text.extend(told.lines().map(|line| format!("  {line}\n")));
        text += "  ...\n";
    }
    text
}

fn name(story: &Story<'_>) -> String {
    format!("{}: {}", story.id, story.title)
}

/// What is told below the point, as YAML.
fn diagnostics(story: &Story<'_>) -> Option<String> {
    let mut told = Map::new();
    match story.meaning() {
        Meaning::Failed(message) | Meaning::Errored(message) => {
            told.insert("message".to_owned(), json!(message));
        }
        Meaning::Passed | Meaning::Skipped(_) => {}
    }
    if let Some(end) = &story.end {
        told.insert("verdict".to_owned(), json!(end.verdict));
        told.insert("duration_ms".to_owned(), json!((end.millis * 1e3).round() / 1e3));
        if end.flaky {
            told.insert("flaky".to_owned(), json!(true));
        }
    }
    if story.attempts.len() > 1 {
        told.insert("attempts".to_owned(), json!(story.attempts.len()));
    }
    if let Some(owner) = story.owner {
        told.insert("owner".to_owned(), json!(owner));
    }
    let problems = story.attempts.last().map(|attempt| attempt.problems).unwrap_or_default();
    if !problems.is_empty() {
        told.insert("problems".to_owned(), problems.iter().map(problem).collect());
    }
    (!told.is_empty()).then(|| serde_yaml::to_string(&told).unwrap_or_default())
}

fn problem(problem: &Problem) -> Value {
    let mut told = Map::new();
    told.insert("id".to_owned(), json!(problem.id));
    told.insert("message".to_owned(), json!(problem.message));
    if let Some(excerpt) = &problem.excerpt {
        told.insert("at".to_owned(), json!(excerpt.locate()));
    }
    if !problem.notes.is_empty() {
        told.insert("notes".to_owned(), json!(problem.notes));
    }
    Value::Object(told)
}

/// Text on one line that begins no directive.
fn described(text: &str) -> String {
    clean(text).replace('\\', "\\\\").replace('#', "\\#")
}
