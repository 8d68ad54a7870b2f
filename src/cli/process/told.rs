use std::collections::BTreeMap;
use std::fmt::Write;

use crate::diagnostic::{Places, command_data, command_property};
use crate::process::Definition;
use crate::proof::coverage::{Coverage, Criterion, Element, ElementKind, Evidence, Floor, Nearest, Reason, State};
use crate::report::count;

/// How a coverage is shown.
pub(super) struct Look<'a> {
    /// Whether everything is.
    pub all: bool,
    /// What it is compared with.
    pub last: Option<&'a [Coverage]>,
    /// What is asked for.
    pub floors: &'a [Floor],
}

/// Most lines of a list, unless everything is shown.
const MOST: usize = 8;

/// A coverage for people.
pub(super) fn console(coverage: &Coverage, look: &Look<'_>) -> String {
    let mut out = format!("\u{1b}[1m{}\u{1b}[0m\n", coverage.process);
    // Writing to a text does not fail.
    let _ = figures(&mut out, coverage, look);
    let _ = notes(&mut out, coverage);
    let _ = uncovered(&mut out, coverage, look.all);
    let _ = infeasible(&mut out, coverage, look.all);
    let _ = unseen(&mut out, coverage, look.all);
    let _ = scenarios(&mut out, coverage, look.all);
    out.push('\n');
    out
}

fn figures(out: &mut String, coverage: &Coverage, look: &Look<'_>) -> std::fmt::Result {
    let last = look.last.unwrap_or_default().iter().find(|last| last.process == coverage.process);
    for figure in &coverage.figures {
        let name = figure.criterion.name();
        let Some(percent) = figure.percent() else {
            writeln!(out, "  {name:<13}    –  none of {} can be covered", figure.all)?;
            continue;
        };
        let asked = look.floors.iter().filter(|floor| floor.criterion == figure.criterion);
        let short = asked.clone().any(|floor| !floor.holds(coverage));
        let colour = if short { "\u{1b}[31m" } else { "" };
        let reset = if short { "\u{1b}[0m" } else { "" };
        write!(out, "  {name:<13} {colour}{percent:>3} %{reset}  {} of {}", figure.covered, figure.of)?;
        write!(out, " {}", figure.criterion.title())?;
        if figure.inferred > 0 {
            write!(out, ", {} of them inferred", figure.inferred)?;
        }
        if figure.all > figure.of {
            let all = figure.percent_of_all().unwrap_or_default();
            write!(out, "; {all} % of all {}", figure.all)?;
        }
        if let Some(before) = last.and_then(|last| last.figure(figure.criterion)?.percent()) {
            write!(out, "; was {before} %")?;
        }
        if let Some(floor) = asked.map(|floor| floor.percent).max() {
            write!(out, "; at least {floor} % is asked for")?;
        }
        out.push('\n');
    }
    if coverage.figure(Criterion::Pairs).is_none() {
        writeln!(out, "  {:<13} as all-flows: no node both joins and splits", Criterion::Pairs.name())?;
    }
    Ok(())
}

fn notes(out: &mut String, coverage: &Coverage) -> std::fmt::Result {
    let works = coverage.elements.iter().filter_map(|element| Some((element, element.work?)));
    let unfinished: Vec<String> =
        works.filter(|(_, work)| work.entered > 0 && work.completed == 0).map(|(element, _)| called(element)).collect();
    if !unfinished.is_empty() {
        writeln!(out, "  entered and never completed: {}", listed(&unfinished, false))?;
    }
    let failed = coverage.scenarios.iter().filter(|scenario| scenario.verdict.as_str() != "passed").count();
    if failed > 0 {
        let all = count(coverage.scenarios.len() as u64, "scenario");
        writeln!(out, "  {failed} of {all} did not pass, and what they went through counts; --passed leaves it out")?;
    }
    if !coverage.unknown.is_empty() {
        let unknown = listed(&coverage.unknown, false);
        writeln!(out, "  the runs went through another version of it, with elements that it does not have: {unknown}")?;
    }
    Ok(())
}

/// Flows and border events that are not covered, by where the nearest scenario turned off.
fn uncovered(out: &mut String, coverage: &Coverage, all: bool) -> std::fmt::Result {
    let open: Vec<&Element> = coverage.uncovered().filter(|element| element.is_arc()).collect();
    if open.is_empty() {
        return Ok(());
    }
    let mut groups: Vec<(Option<&Nearest>, Vec<&Element>)> = Vec::new();
    let mut places: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    for element in open {
        let near = element.nearest.as_ref();
        let place = *places.entry(near.map(|near| near.at.as_str())).or_insert_with(|| {
            groups.push((near, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(element);
    }
    writeln!(out, "  not covered, by where the nearest scenario turned off:")?;
    let shown = if all { groups.len() } else { MOST };
    for (near, elements) in groups.iter().take(shown) {
        match near {
            Some(near) => {
                let at = coverage.element(&near.at).map_or_else(|| near.at.clone(), called);
                let scenario = &coverage.scenarios[near.scenario as usize].id;
                writeln!(out, "    at {at}, where {scenario} came")?;
            }
            None => writeln!(out, "    where no scenario came near")?,
        }
        let is_next = |element: &&&Element| all || element.nearest.as_ref().is_none_or(|near| near.arcs < 2);
        let next: Vec<&&Element> = elements.iter().filter(is_next).collect();
        for element in &next {
            writeln!(out, "      {}", arc(coverage, element))?;
        }
        let behind = elements.len() - next.len();
        if behind > 0 {
            writeln!(out, "      and {behind} behind {}", if next.len() == 1 { "it" } else { "them" })?;
        }
    }
    match groups.len().saturating_sub(shown) {
        0 => Ok(()),
        more => {
            let left: usize = groups[shown..].iter().map(|(_, elements)| elements.len()).sum();
            writeln!(out, "    and {left} more at {}; --all shows them", count(more as u64, "other place"))
        }
    }
}

fn infeasible(out: &mut String, coverage: &Coverage, all: bool) -> std::fmt::Result {
    let closed = coverage.elements.iter().filter(|element| element.state == State::Infeasible);
    let mut by_reason: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for element in closed {
        let reason = element.reason.as_ref().map_or_else(String::new, why);
        by_reason.entry(reason).or_default().push(called(element));
    }
    if by_reason.is_empty() {
        return Ok(());
    }
    writeln!(out, "  cannot be covered, and does not count:")?;
    for (reason, elements) in by_reason {
        writeln!(out, "    {reason}: {}", listed(&elements, all))?;
    }
    Ok(())
}

/// Why an element cannot be covered.
pub(super) fn why(reason: &Reason) -> String {
    match reason {
        Reason::NeverTrue { condition } => format!("its condition is never true ({condition})"),
        Reason::Preceded { by } => format!("`{by}` is asked before it and always holds"),
        Reason::ClosedOff { by, condition: Some(condition) } => format!("closed off by `{by}` ({condition})"),
        Reason::ClosedOff { by, condition: None } => format!("closed off by `{by}`, which is never taken"),
        Reason::Unreachable => "nothing leads to it".to_owned(),
        Reason::DeadEnd => "no end can be reached from it".to_owned(),
    }
}

/// What of conditions and loops was not seen.
fn unseen(out: &mut String, coverage: &Coverage, all: bool) -> std::fmt::Result {
    let mut lines = Vec::new();
    for condition in &coverage.conditions {
        let missing = match (condition.true_times, condition.false_times) {
            (0, 0) => "was never asked",
            (0, _) => "was never true",
            (_, 0) => "was never false",
            _ => "",
        };
        if !missing.is_empty() {
            lines.push(format!("{} of `{}` {missing}", condition.text, condition.flow));
        }
        let open = condition.atoms.iter().filter(|atom| condition.atoms.len() > 1 && !atom.decides && !atom.coupled);
        lines.extend(open.map(|atom| format!("`{}` in {} was never seen to decide alone", atom.text, condition.text)));
    }
    for one in &coverage.loops {
        let missing: Vec<&str> = [(one.never, "not at all"), (one.once, "once"), (one.again, "more than once")]
            .into_iter()
            .filter(|(seen, _)| !seen)
            .map(|(_, what)| what)
            .collect();
        if !missing.is_empty() {
            lines.push(format!("no scenario went back by `{}` {}", one.back, missing.join(", ")));
        }
        for bound in &one.bounds {
            let near =
                [(bound.below, bound.bound.saturating_sub(1)), (bound.at, bound.bound), (bound.above, bound.bound + 1)];
            let missing: Vec<String> =
                near.into_iter().filter(|(seen, _)| !seen).map(|(_, times)| times.to_string()).collect();
            if !missing.is_empty() {
                let times = missing.join(", ");
                lines.push(format!(
                    "`{}` counts: no scenario went back by `{}` {times} times",
                    bound.comparison, one.back
                ));
            }
        }
    }
    if lines.is_empty() {
        return Ok(());
    }
    if !all {
        return writeln!(out, "  {} of conditions and loops that was not seen; --all shows it", lines.len());
    }
    writeln!(out, "  not seen of conditions and loops:")?;
    lines.iter().try_for_each(|line| writeln!(out, "    {line}"))
}

fn scenarios(out: &mut String, coverage: &Coverage, all: bool) -> std::fmt::Result {
    let inferred = coverage.scenarios.iter().filter(|scenario| scenario.evidence == Evidence::Inferred).count();
    write!(out, "  {}", count(coverage.scenarios.len() as u64, "scenario"))?;
    if inferred > 0 {
        write!(out, ", {inferred} of them seen only where they stood")?;
    }
    let redundant: Vec<String> =
        coverage.scenarios.iter().filter(|one| one.redundant).map(|one| one.id.clone()).collect();
    match redundant.len() {
        0 => out.push('\n'),
        _ => writeln!(out, "; each of these passes nothing that no other does: {}", listed(&redundant, all))?,
    }
    if all {
        for one in coverage.scenarios.iter().filter(|one| !one.redundant) {
            writeln!(out, "    only {} passes {}", one.id, listed(&one.only, true))?;
        }
    }
    Ok(())
}

/// An element by its name and id.
fn called(element: &Element) -> String {
    match &element.name {
        Some(name) => format!("\u{201c}{name}\u{201d} ({})", element.id),
        None => element.id.clone(),
    }
}

/// A flow or border event, with where it leads.
pub(super) fn arc(coverage: &Coverage, element: &Element) -> String {
    let node = |id: &Option<String>| {
        let id = id.as_deref().unwrap_or_default();
        let name = coverage.element(id).and_then(|node| node.name.clone());
        name.map_or_else(|| id.to_owned(), |name| format!("\u{201c}{name}\u{201d}"))
    };
    let what = match element.kind {
        ElementKind::Flow => return format!("{} → {}", called(element), node(&element.to)),
        ElementKind::ErrorEvent => "error",
        ElementKind::TimerEvent => "timer",
        _ => "event",
    };
    format!("{what} {} on {}", called(element), node(&element.from))
}

fn listed(texts: &[String], all: bool) -> String {
    let shown = if all { texts.len() } else { MOST };
    let text = texts.iter().take(shown).map(String::as_str).collect::<Vec<_>>().join(", ");
    match texts.len().saturating_sub(shown) {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

/// Commands by which a GitHub workflow shows what is uncovered beside the lines of the diagram.
pub(super) fn github(coverage: &Coverage, definition: &Definition, places: &Places<'_>) -> String {
    let open = coverage
        .uncovered()
        .filter(|element| element.is_arc() && element.nearest.as_ref().is_none_or(|near| near.arcs < 2));
    let command = |element: &Element| {
        let span = definition
            .flow(&element.id)
            .map(|flow| flow.span)
            .or_else(|| definition.node(&element.id).map(|node| node.span))?;
        let path = command_property(&places.path(span.file));
        let text = command_data(&format!("not covered: {}", arc(coverage, element)));
        Some(format!("::notice file={path},line={},title=coverage::{text}\n", places.start(span).line))
    };
    let mut out: String = open.filter_map(command).collect();
    if let Some(figure) = coverage.figure(Criterion::AllFlows)
        && let Some(percent) = figure.percent()
    {
        let text = format!("{}: {percent} % ({} of {}) of all flows", coverage.process, figure.covered, figure.of);
        let _ = writeln!(out, "::notice title=coverage::{}", command_data(&text));
    }
    out
}
