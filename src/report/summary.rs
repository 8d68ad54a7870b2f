use super::ledger::{Ledger, Tally};
use super::look::Look;
use super::table::{Cell, Table};
use super::text::{clean, count, duration, thousands, wrap};
use crate::event::Verdict;

/// The end of the console's text: what was walked, what is worth knowing, the counts, the verdict.
pub(super) fn block(ledger: &Ledger, look: &Look) -> String {
    if look.quiet {
        return verdict(ledger, look);
    }
    let mut text = String::new();
    text += &outcomes(ledger, look);
    text += &tally("notes", &ledger.notes, look);
    text += &tally("skipped", &ledger.skipped, look);
    text += &tally("flaky", &ledger.flaky, look);
    text += &facts(ledger, look);
    text + &verdict(ledger, look)
}

/// Per activity, how often which outcome was seen.
fn outcomes(ledger: &Ledger, look: &Look) -> String {
    if ledger.outcomes.is_empty() {
        return String::new();
    }
    let mut table = Table::default();
    for (activity, outcomes) in &ledger.outcomes {
        let visits: u64 = outcomes.values().sum();
        let mut seen: Vec<_> = outcomes.iter().collect();
        seen.sort_by(|left, right| right.1.cmp(left.1).then(left.0.cmp(right.0)));
        let seen = seen.into_iter().map(|((outcome, code), times)| {
            let code = code.map(|code| format!(" {code}")).unwrap_or_default();
            format!("{outcome}{code} ×{}", thousands(*times))
        });
        let seen = clean(&seen.collect::<Vec<_>>().join(", ")).into_owned();
        table.row([
            Cell::left(clean(activity)),
            Cell::right(thousands(visits)),
            Cell::left(seen).painted(|text| look.faint(text)),
        ]);
    }
    format!("{}\n{}\n", look.strong("walked"), table.lines(2))
}

fn tally(title: &str, tally: &Tally, look: &Look) -> String {
    if tally.is_empty() {
        return String::new();
    }
    let mut text = format!("{}\n", look.strong(title));
    for (line, times) in tally.iter() {
        let times = if times > 1 { format!(" (×{})", thousands(times)) } else { String::new() };
        for (index, line) in wrap(&format!("{}{times}", clean(line)), look.width - 4).into_iter().enumerate() {
            text += &format!("  {} {line}\n", if index == 0 { "·" } else { " " });
        }
    }
    if tally.beyond > 0 {
        text += &format!("  · and {} more\n", thousands(tally.beyond));
    }
    text + "\n"
}

fn facts(ledger: &Ledger, look: &Look) -> String {
    let summary = &ledger.summary;
    let mut table = Table::default();
    let mut fact = |name: &str, value: String| {
        table.row([Cell::left(name).painted(|text| look.faint(text)), Cell::left(value)]);
    };
    if let Some(run) = &ledger.run {
        let kind = if run.target.simulator { "simulator" } else { "engine" };
        let target = format!("{} ({kind} at {})", run.target.name, run.target.base_url);
        fact("target", clean(&target).into_owned());
        fact("seed", run.seed.to_string());
    }
    if let Some(millis) = ledger.millis {
        let rate = summary.finished() as f64 / (millis / 1e3).max(0.001);
        fact("time", format!("{} ({rate:.0} scenarios/s)", duration(millis)));
    }
    fact(
        "judged",
        format!(
            "{} in {} with {}",
            count(summary.expectations, "expectation"),
            count(summary.steps, "step"),
            count(summary.requests, "request")
        ),
    );
    table.lines(0) + "\n"
}

/// `42 scenarios passed`, `1 failed, 41 passed of 42 scenarios`.
fn verdict(ledger: &Ledger, look: &Look) -> String {
    let summary = &ledger.summary;
    let all = ledger.run.as_ref().map_or(summary.finished(), |run| run.scenarios);
    if all == 0 {
        return format!("{}\n", look.verdict(Verdict::Skipped, "no scenario was selected"));
    }
    let order = [Verdict::Failed, Verdict::Errored, Verdict::Aborted, Verdict::Skipped];
    let worse: Vec<String> = order
        .into_iter()
        .filter(|verdict| summary.count(*verdict) > 0)
        .map(|verdict| look.verdict(verdict, &format!("{} {verdict}", thousands(summary.count(verdict) as u64))))
        .collect();
    let flaky = if summary.flaky > 0 { format!(" ({} flaky)", summary.flaky) } else { String::new() };
    if worse.is_empty() && summary.passed == all {
        let told = format!("{} passed", count(all as u64, "scenario"));
        return format!("{}{flaky}\n", look.verdict(Verdict::Passed, &told));
    }
    let passed = format!("{} passed{flaky}", thousands(summary.passed as u64));
    let missing = all.saturating_sub(summary.finished());
    let missing = if missing > 0 { format!(", {missing} not told of") } else { String::new() };
    format!("{}, {passed} of {}{missing}\n", worse.join(", "), count(all as u64, "scenario"))
}
