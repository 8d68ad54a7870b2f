use super::ledger::{Ledger, Tally};
use super::look::Look;
use super::table::{Cell, Table};
use super::text::{clean, count, duration, thousands, width, wrap};
use crate::event::Verdict;

/// The end of the console's text: what was walked, what is worth knowing, the counts, the verdict.
pub(super) fn block(ledger: &Ledger, look: &Look) -> String {
    // Of a run in which nothing ran there is nothing else to say.
    if look.quiet || all(ledger) == 0 {
        return verdict(ledger, look);
    }
    let mut text = String::new();
    text += &outcomes(ledger, look);
    text += &tally("notes", &ledger.notes, look);
    text += &tally("process instances that were left", &ledger.left, look);
    text += &tally("skipped", &ledger.skipped, look);
    text += &tally("aborted", &ledger.aborted, look);
    text += &tally("the target did not answer, and was left alone for a while", &ledger.opened, look);
    text += &tally("flaky", &ledger.flaky, look);
    text += &tally("failed as is known", &ledger.known, look);
    text += &tally("did not pass, in quarantine", &ledger.quarantined, look);
    text += &tally("passed although a failure is known", &ledger.unexpected, look);
    text += &tally("known for a time that is over", &ledger.expired, look);
    text += &facts(ledger, look);
    text + &verdict(ledger, look)
}

/// How many scenarios were selected.
fn all(ledger: &Ledger) -> usize {
    ledger.run.as_ref().map_or(ledger.summary.finished(), |run| run.scenarios)
}

/// Per activity, how often which outcome was seen.
fn outcomes(ledger: &Ledger, look: &Look) -> String {
    if ledger.outcomes.is_empty() {
        return String::new();
    }
    let name = ledger.outcomes.keys().map(|activity| width(&clean(activity))).max().unwrap_or(0);
    let mut table = Table::default();
    for (activity, outcomes) in &ledger.outcomes {
        let visits: u64 = outcomes.values().sum();
        let mut seen: Vec<_> = outcomes.iter().collect();
        seen.sort_by(|left, right| right.1.cmp(left.1).then(left.0.cmp(right.0)));
        let seen = seen.into_iter().map(|((outcome, code), times)| {
            let code = code.map(|code| format!(" {code}")).unwrap_or_default();
            // Kept together when the line is broken.
            format!("{outcome}{code} ×{}", thousands(*times)).replace(' ', "\u{a0}")
        });
        let seen = clean(&seen.collect::<Vec<_>>().join(", ")).into_owned();
        let columns = look.width.saturating_sub(name + 12).max(20);
        for (index, line) in wrap(&seen, columns).into_iter().enumerate() {
            let line = Cell::left(line.replace('\u{a0}', " ")).painted(|text| look.faint(text));
            let first = |text: String| if index == 0 { text } else { String::new() };
            table.row([Cell::left(first(clean(activity).into_owned())), Cell::right(first(thousands(visits))), line]);
        }
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
        if let Some(part) = &run.partition {
            fact("part", format!("{} of {}, by {}: {} of {}", part.part, part.of, part.by, run.scenarios, part.all));
        }
        fact("seed", format!("{seed} (the same data again: --seed {seed})", seed = run.seed));
    }
    if let Some(millis) = ledger.millis {
        fact("time", format!("{}{}", duration(millis), rate(summary.finished(), millis)));
    }
    if summary.reruns > 0 {
        let again =
            if summary.reruns == 1 { "once".to_owned() } else { format!("{} times", thousands(summary.reruns)) };
        fact("rerun", format!("scenarios were run again {again}"));
    }
    let retries = match summary.retries {
        0 => String::new(),
        retries => format!(", {} of them again after errors of transport", thousands(retries)),
    };
    fact(
        "judged",
        format!(
            "{} in {} with {}{retries}",
            count(summary.expectations, "expectation"),
            count(summary.steps, "step"),
            count(summary.requests, "request")
        ),
    );
    if let Some(run) = &ledger.run {
        let of = |spent: u64, most: Option<u64>, what: &str| {
            most.map(|most| format!("{} of {} {what}", thousands(spent), thousands(most)))
        };
        let guards = &run.guards;
        let mutations = of(summary.mutations, guards.mutations, "requests that may change something");
        let upload = of(summary.uploaded, guards.upload, "bytes of bodies");
        let spent: Vec<String> = mutations.into_iter().chain(upload).collect();
        if !spent.is_empty() {
            fact("budget", spent.join(", "));
        }
    }
    if let Some(changed) = &ledger.changed {
        fact("changed", changed.clone());
    }
    table.lines(0) + "\n"
}

/// ` (44 scenarios/s)`, ` (7.5 scenarios/min)`; nothing for runs in which it would say nothing.
fn rate(scenarios: usize, millis: f64) -> String {
    let per_second = scenarios as f64 / (millis / 1e3).max(0.001);
    match scenarios {
        0 | 1 => String::new(),
        _ if per_second < 1.0 => format!(" ({:.1} scenarios/min)", per_second * 60.0),
        _ if per_second < 10.0 => format!(" ({per_second:.1} scenarios/s)"),
        _ => format!(" ({} scenarios/s)", thousands(per_second.round() as u64)),
    }
}

/// `42 scenarios passed`; `1 failed, 2 skipped, 39 passed of 42 scenarios`.
fn verdict(ledger: &Ledger, look: &Look) -> String {
    let summary = &ledger.summary;
    let all = all(ledger);
    let cut_short = match ledger.millis {
        None => look.verdict(Verdict::Aborted, "the events end before the run does") + ": ",
        Some(_) => String::new(),
    };
    if all == 0 {
        let told = match ledger.run.as_ref().and_then(|run| run.partition.as_ref()) {
            Some(part) => format!("part {} of {} has no scenario", part.part, part.of),
            None => "no scenario was selected".to_owned(),
        };
        return format!("{cut_short}{}\n", look.verdict(Verdict::Skipped, &told));
    }
    let flaky = match summary.flaky {
        0 => String::new(),
        flaky => format!(" ({} flaky)", thousands(flaky as u64)),
    };
    if summary.passed == all && summary.around == 0 {
        let told = format!("{} passed", count(all as u64, "scenario"));
        return format!("{cut_short}{}{flaky}\n", look.verdict(Verdict::Passed, &told));
    }
    let order = [Verdict::Failed, Verdict::Errored, Verdict::Aborted, Verdict::Skipped];
    // What does not count is told apart.
    let excused = |verdict| match verdict {
        Verdict::Failed => summary.known + summary.quarantined,
        Verdict::Errored => summary.quarantined_errors,
        Verdict::Passed | Verdict::Skipped | Verdict::Aborted => 0,
    };
    let counts = |verdict| summary.count(verdict).saturating_sub(excused(verdict));
    let counted = order.into_iter().map(|verdict| (counts(verdict), verdict)).filter(|(count, _)| *count > 0);
    let mut parts: Vec<String> = counted
        .map(|(count, verdict)| look.verdict(verdict, &format!("{} {verdict}", thousands(count as u64))))
        .collect();
    if summary.around > 0 {
        parts.insert(0, look.verdict(Verdict::Errored, "what is run around all scenarios failed"));
    }
    if summary.known > 0 {
        let told = format!("{} failed as is known", thousands(summary.known as u64));
        parts.push(look.verdict(Verdict::Skipped, &told));
    }
    let apart = summary.quarantined + summary.quarantined_errors;
    if apart > 0 {
        let told = format!("{} did not pass in quarantine", thousands(apart as u64));
        parts.push(look.verdict(Verdict::Skipped, &told));
    }
    parts.push(format!("{} passed{flaky}", thousands(summary.passed as u64)));
    let left = all.saturating_sub(summary.finished());
    if left > 0 {
        parts.push(format!("{} not finished", thousands(left as u64)));
    }
    format!("{cut_short}{} of {}\n", parts.join(", "), count(all as u64, "scenario"))
}
