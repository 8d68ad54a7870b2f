use serde_json::Value;

use super::ledger::{Exchanges, Finished, Ledger};
use super::look::Look;
use super::table::{Cell, Table};
use super::text::{clean, count, cut, duration, thousands, wrap};
use super::{exchange, frame};
use crate::event::{
    DifferenceKind, Event, Finding, Problem, Section, StandingRecord, StepRecord, ValueRecord, WalkRecord,
};
use crate::expect::shown;

/// Most differences that are listed for one problem.
const MOST_DIFFERENCES: usize = 12;
/// About as many characters of one value are shown.
const MOST_VALUE: usize = 60;

/// Everything that is to be said of a scenario that did not pass.
pub(super) fn block(finished: &Finished<'_>, look: &Look) -> String {
    let mut text = headline(finished, look);
    for problems in finished.problems.chunk_by(of_one_step) {
        text += "\n";
        text += &step(problems, finished, look);
        if let Some(history) = problems[0].step.and_then(|step| finished.live.polls.get(&step)) {
            text += &history.table(margin(problems), look);
        }
    }
    for attempt in &finished.earlier {
        for line in wrap(&clean(attempt), look.width - 2) {
            text += &format!("  {}\n", look.faint(&line));
        }
    }
    if let Some(reason) = finished.reason {
        text += &format!("  {}\n", clean(reason));
    }
    if let Some(known) = finished.known.filter(|known| known.finding == Finding::Expired) {
        let told = format!("{} was known until {}: the failure counts again", known.ticket, known.until);
        text += &format!("  {}\n", clean(&told));
    }
    if let Some(quarantine) = finished.quarantine.filter(|quarantine| quarantine.expired) {
        let told = format!("it was in quarantine until {}: the verdict counts again", quarantine.until);
        text += &format!("  {}\n", clean(&told));
    }
    if let Some(exchanges) = exchanges(finished) {
        text += "\n";
        text += &exchange::of_step(exchanges, finished.problems, look);
    }
    text
}

/// What the last step sent that has a problem; the last step at all, where none has.
fn exchanges<'a>(finished: &'a Finished<'_>) -> Option<&'a Exchanges> {
    let exchanges = &finished.live.exchanges;
    let steps: Vec<u32> = finished.problems.iter().filter_map(|problem| problem.step).collect();
    match steps.as_slice() {
        [] => exchanges.values().next_back(),
        steps => steps.iter().rev().find_map(|step| exchanges.get(step)),
    }
}

fn of_one_step(left: &Problem, right: &Problem) -> bool {
    left.step.is_some() && left.step == right.step
}

/// One line for a scenario.
pub(super) fn line(finished: &Finished<'_>, look: &Look) -> String {
    let verdict = look.verdict(finished.verdict, &format!("{:<7}", finished.verdict.as_str()));
    let time = look.faint(&format!("{:>9}", duration(finished.millis)));
    let remark = match finished.reason {
        Some(reason) => format!(": {reason}"),
        None if finished.flaky => format!(" (flaky, attempt {})", finished.live.attempt),
        None => String::new(),
    };
    let told = format!("{}{remark}", finished.live.title);
    format!("{verdict} {time}  {}\n", cut(&clean(&told), look.width.saturating_sub(19)))
}

fn headline(finished: &Finished<'_>, look: &Look) -> String {
    let mark = look.verdict(finished.verdict, finished.verdict.as_str());
    let title = look.strong(&clean(&finished.live.title));
    let mut text = format!("{mark}  {title}\n");
    let attempt =
        if finished.live.attempt > 1 { format!(", attempt {}", finished.live.attempt) } else { String::new() };
    let owner = finished.live.owner.as_ref().map(|owner| format!(" · {}", clean(owner))).unwrap_or_default();
    let facts = format!("{} · {}{attempt}{owner}", count(finished.requests, "request"), duration(finished.millis));
    text += &format!("  {}  {}\n", clean(finished.id), look.faint(&facts));
    if let Some(case) = &finished.live.case {
        let values = case.values.iter().map(|(name, value)| format!("{name} {}", shown(value, MOST_VALUE)));
        let told = format!("case {} at {}: {}", case.number, case.at, values.collect::<Vec<_>>().join(", "));
        for line in wrap(&clean(&told), look.width - 2) {
            text += &format!("  {}\n", look.faint(&line));
        }
    }
    let others = finished.others.iter().map(|other| (format!("{} walked", other.actor), other.walk.as_slice()));
    let walks = std::iter::once(("walked".to_owned(), finished.walk)).chain(others);
    for (told, walk) in walks.filter(|(_, walk)| !walk.is_empty()) {
        let walk = walk.iter().map(visit).collect::<Vec<_>>().join(" → ");
        for line in wrap(&format!("{told} {walk}"), look.width - 2) {
            text += &format!("  {}\n", look.faint(&clean(&line)));
        }
    }
    text
}

/// `capture-face (quality-failure 748)`, `back-office-review as reviewer`.
fn visit(visit: &WalkRecord) -> String {
    let actor = visit.actor.as_ref().map(|actor| format!(" as {actor}")).unwrap_or_default();
    let activity = format!("{}{actor}", visit.activity);
    match visit.code {
        _ if visit.outcome == "success" => activity,
        Some(code) => format!("{activity} ({} {code})", visit.outcome),
        None => format!("{activity} ({})", visit.outcome),
    }
}

/// What is to be said of a scenario that did not pass, by its events; empty if there is nothing to be said.
pub(super) fn scenario_text(events: &[Event], look: &Look) -> String {
    let mut ledger = Ledger::default();
    let finished = events.iter().filter_map(|event| ledger.add(event)).last();
    finished.filter(|finished| !finished.problems.is_empty()).map(|finished| block(&finished, look)).unwrap_or_default()
}

/// One problem alone: the author's lines and what explains it.
pub(crate) fn problem_text(problem: &Problem, look: &Look) -> String {
    let margin = margin(std::slice::from_ref(problem));
    frame::single(problem, look) + &notes(problem, margin, look) + &explained(problem, margin, look)
}

/// The problems of one step, in one frame if they are of one place.
fn step(problems: &[Problem], finished: &Finished<'_>, look: &Look) -> String {
    let step = problems[0].step.and_then(|number| finished.live.step(number));
    let joint = match (problems, step) {
        ([_, _, ..], Some(step)) if problems.iter().all(|problem| problem.id.starts_with("expect/")) => {
            let title = format!("{} expectations do not hold in {}", problems.len(), describe(step));
            frame::joint(&title, problems, look)
        }
        _ => None,
    };
    if let Some(frame::Joint { mut text, labelled }) = joint {
        let margin = margin(problems);
        for problem in problems {
            if !labelled {
                text += &bullet(&problem.message, margin, look);
            }
            text += &notes(problem, margin, look);
        }
        text.extend(problems.iter().map(|problem| explained(problem, margin, look)));
        return text;
    }
    let mut text = String::new();
    for (index, problem) in problems.iter().enumerate() {
        let margin = margin(std::slice::from_ref(problem));
        text += if index == 0 { "" } else { "\n" };
        text += &frame::single(problem, look);
        if let Some(step) = step {
            text += &format!("{margin}{}\n", look.faint(&format!("in {}", describe(step))));
        }
        text += &notes(problem, margin, look);
        text += &explained(problem, margin, look);
    }
    text
}

/// What indents lines so that they begin below the bar beside the line numbers.
fn margin(problems: &[Problem]) -> &'static str {
    let excerpts = problems.iter().filter_map(|problem| problem.excerpt.as_ref());
    let last_line =
        excerpts.map(|excerpt| excerpt.first_line.saturating_add(excerpt.text.lines().count().saturating_sub(1))).max();
    match last_line.unwrap_or(0) {
        0..10 => "  ",
        10..100 => "   ",
        100..1000 => "    ",
        _ => "     ",
    }
}

fn bullet(text: &str, margin: &str, look: &Look) -> String {
    let lines = wrap(&clean(text), look.width.saturating_sub(margin.len() + 2));
    let mark = |index| if index == 0 { "·" } else { " " };
    lines.iter().enumerate().map(|(index, line)| format!("{margin}{} {line}\n", mark(index))).collect()
}

fn notes(problem: &Problem, margin: &str, look: &Look) -> String {
    let mut text = String::new();
    for note in &problem.notes {
        text += &bullet(note, margin, look);
    }
    text + &differences(problem, margin, look)
}

/// Where the values of its step came from, and where the process stands.
fn explained(problem: &Problem, margin: &str, look: &Look) -> String {
    let mut text = String::new();
    for value in &problem.values {
        text += &bullet(&origin(value), margin, look);
    }
    if let Some(standing) = &problem.standing {
        text += &bullet(&stands(standing, &problem.message), margin, look);
    }
    text
}

/// `` `vars.state` is "ACTIVE", saved from `$.status` of the answer in step 5 at scenarios/a.yaml:5:23 ``.
fn origin(value: &ValueRecord) -> String {
    let step = value.step.map(|step| format!(" in step {step}")).unwrap_or_default();
    let at = value.at.as_ref().map(|at| format!(" at {at}")).unwrap_or_default();
    format!("`{}` is {}, {}{step}{at}", value.name, shown(&value.value, MOST_VALUE), value.origin)
}

/// Where the process stands, unless that was said, and what it would have accepted there.
fn stands(standing: &StandingRecord, message: &str) -> String {
    let activity = standing.element.as_ref().and_then(|element| element.activity.as_deref());
    let accepted = activity.map(|activity| {
        let inputs = if standing.inputs.is_empty() { "no inputs".to_owned() } else { standing.inputs.join(", ") };
        format!("it would accept `activity: {activity}` ({inputs})")
    });
    let state = standing.state.as_ref().map(|state| format!("the instance is {state}"));
    let told = (!message.contains(&standing.told)).then(|| format!("the process stands {}", standing.told));
    told.into_iter().chain(accepted.or(state)).collect::<Vec<_>>().join("; ")
}

/// `step 7 (selfie): activity capture-face, visit 2`.
pub(super) fn describe(step: &StepRecord) -> String {
    let id = step.id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
    let section = match step.section {
        Section::Session => " of the opening",
        Section::Before => " of `before`",
        Section::Steps => "",
        Section::After => " of `after`",
    };
    let visit = if step.visit > 1 { format!(", visit {}", step.visit) } else { String::new() };
    let named = step.name.as_ref().map(|name| format!(" \u{201c}{name}\u{201d}")).unwrap_or_default();
    let within = step.within.map(|step| format!(", within step {step}")).unwrap_or_default();
    let subject = if step.subject.is_empty() { String::new() } else { format!(" {}", step.subject) };
    let actor = step.actor.as_ref().map(|actor| format!(" as {actor}")).unwrap_or_default();
    let told = format!("step {}{id}{section}: {}{subject}{actor}{named}{visit}", step.number, step.kind);
    clean(&told).into_owned() + &within
}

fn differences(problem: &Problem, margin: &str, look: &Look) -> String {
    let differences = problem.differences.as_slice();
    // Of two whole values the message has said it already.
    if differences.iter().all(|difference| difference.path == "$") {
        return String::new();
    }
    let value = |value: &Option<Value>| {
        let shown = value.as_ref().map(|value| shown(value, MOST_VALUE)).unwrap_or_default();
        clean(&shown).into_owned()
    };
    let mut table = Table::default();
    for difference in differences.iter().take(MOST_DIFFERENCES) {
        let (expected, actual) = (look.expected(&value(&difference.expected)), look.actual(&value(&difference.actual)));
        let told = match difference.kind {
            DifferenceKind::Missing => format!("expected {expected}, nothing is there"),
            DifferenceKind::Unexpected => format!("unexpected {actual}"),
            DifferenceKind::Changed => format!("expected {expected}, is {actual}"),
        };
        let path = match &problem.path {
            Some(path) => difference.path.replacen('$', path, 1),
            None => difference.path.clone(),
        };
        // The last column is not padded, so that its colours need not be told from its text.
        table.row([Cell::left(clean(&path)).painted(|path| look.strong(path)), Cell::left(told)]);
    }
    let mut text = table.lines(margin.len());
    let left = differences.len().saturating_sub(MOST_DIFFERENCES);
    if left > 0 {
        text += &format!("{margin}… and {} more\n", thousands(left as u64));
    }
    text
}
