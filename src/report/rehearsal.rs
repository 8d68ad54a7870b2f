use serde_json::{Map, Value};

use super::exchange::told;
use super::look::Look;
use super::problem::describe;
use super::text::{clean, fill, wrap};
use crate::expect::shown;
use crate::plan::{Rehearsal, RehearsedStep};

/// About as many characters of one value are shown.
const MOST_VALUE: usize = 60;
/// Most lines of one body.
const MOST_BODY_LINES: usize = 3;

/// What a scenario would do, for people.
pub fn rehearsal_text(one: &Rehearsal, look: &Look) -> String {
    let mut text = format!("{}\n  {}\n", look.strong(&clean(&one.title)), look.faint(&clean(&one.id)));
    if let Some(reason) = &one.skipped {
        text += &format!("  would be skipped: {}\n", clean(reason));
    }
    text += &values("case", &one.case, look);
    text += &values("vars", &one.vars, look);
    for problem in &one.problems {
        for line in wrap(&clean(&format!("would fail: {problem}")), look.width - 2) {
            text += &format!("  {}\n", look.actual(&line));
        }
    }
    let mut section = None;
    for step in &one.steps {
        if section != Some(step.step.section) && step.step.within.is_none() {
            section = Some(step.step.section);
            text += "\n";
        }
        text += &self::step(step, look);
    }
    if let Some(expect) = &one.expect {
        text += "\n";
        text += &facts("in the end ", expect, "  ", look);
    }
    text
}

fn values(what: &str, values: &Map<String, Value>, look: &Look) -> String {
    let told = values.iter().map(|(name, value)| format!("{name} = {}", shown(value, MOST_VALUE)));
    let told = told.collect::<Vec<_>>().join(", ");
    if told.is_empty() { String::new() } else { facts(&format!("{what}  "), &told, "  ", look) }
}

fn step(one: &RehearsedStep, look: &Look) -> String {
    let within = if one.step.within.is_some() { "  " } else { "" };
    let margin = format!("    {within}");
    let at = one.at.as_ref().map(|at| format!("  {at}")).unwrap_or_default();
    let mut text = format!("  {within}{}{}\n", describe(&one.step), look.faint(&clean(&at)));
    if let Some(when) = &one.when {
        text += &facts("", when, &margin, look);
    }
    for request in &one.requests {
        text += &format!("{margin}{}\n", look.strong(&clean(&format!("{} {}", request.method, request.path))));
        let columns = look.width.saturating_sub(margin.len() + 2);
        let body = told(&request.body, &[], columns * MOST_BODY_LINES);
        let lines = fill(&clean(&body), columns, MOST_BODY_LINES);
        text.extend(
            lines.iter().filter(|line| !line.is_empty()).map(|line| format!("{margin}  {}\n", look.faint(line))),
        );
    }
    for (what, told) in [("expects ", one.expect.clone()), ("saves ", list(&one.saves)), ("on ", list(&one.on))] {
        text += &told.map(|told| facts(what, &told, &margin, look)).unwrap_or_default();
    }
    text
}

fn list(all: &[String]) -> Option<String> {
    (!all.is_empty()).then(|| all.join("; "))
}

/// A line with what it is about, further ones below it.
fn facts(what: &str, told: &str, margin: &str, look: &Look) -> String {
    let columns = look.width.saturating_sub(margin.len() + what.len());
    let lines = wrap(&clean(told), columns);
    let indent = |index| if index == 0 { look.faint(what) } else { " ".repeat(what.len()) };
    lines.iter().enumerate().map(|(index, line)| format!("{margin}{}{line}\n", indent(index))).collect()
}
