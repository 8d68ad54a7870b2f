use super::super::super::affected::Affected;
use super::super::super::selection::count;
use super::report::Report;
use crate::diagnostic::{Diagnostic, Severity};
use crate::process::{Change, Class, Part, Side};
use crate::proof::{Break, Effect, Evidence};

/// Most scenarios of one reason, and most elements of one scenario, that are named.
const MOST: usize = 8;
/// Most characters of a value that are shown.
const LONGEST: usize = 60;

/// The differences as people read them: the diagram first, then what is wrong with it, then the scenarios.
pub(super) fn written(report: &Report<'_>) -> String {
    let mut text = format!("{} {} {}\n\n", bold(report.old), dim("→"), bold(report.new));
    if report.diff.is_empty() {
        text += "nothing differs\n";
        return text;
    }
    elements(report, &mut text);
    findings(report, &mut text);
    if let Some(scenarios) = report.scenarios {
        self::scenarios(report, scenarios, &mut text);
    }
    text
}

fn elements(report: &Report<'_>, text: &mut String) {
    let shown = |change: &&Change| change.class != Class::Layout && change.part != Part::Drawing;
    let mut last = "";
    for change in report.diff.changes.iter().filter(shown) {
        let named = match change.called == format!("`{}`", change.element) {
            true => change.called.clone(),
            false => format!("{} {}", change.called, dim(&format!("`{}`", change.element))),
        };
        let head = |sign: &str| format!("{sign} {}{}\n", kind(change), named);
        match change.class {
            Class::Added => *text += &head(&green("+")),
            Class::Removed => *text += &head(&red("-")),
            _ => {
                if last != change.element {
                    *text += &head(&yellow("~"));
                }
                *text += &format!("    {}  {}\n", Report::subject(change), values(report, change));
            }
        }
        last = &change.element;
    }
    let moved: Vec<&Change> = report.diff.changes.iter().filter(|change| change.class == Class::Layout).collect();
    let drawn =
        report.diff.changes.iter().filter(|change| change.part == Part::Drawing && change.class != Class::Layout);
    let mut beside = Vec::new();
    let mut ids: Vec<&str> = moved.iter().map(|change| change.element.as_str()).collect();
    ids.dedup();
    if !ids.is_empty() {
        beside.push(format!("{} only drawn elsewhere", count(ids.len(), "element")));
    }
    let drawn = drawn.count();
    if drawn > 0 {
        beside.push(format!("{} of what is drawn beside the process", count(drawn, "change")));
    }
    if !beside.is_empty() {
        *text += &format!("{}\n", dim(&beside.join(", ")));
    }
}

fn kind(change: &Change) -> String {
    match change.part {
        Part::Flow => "flow ".to_owned(),
        _ => format!("{} ", change.kind),
    }
}

fn values(report: &Report<'_>, change: &Change) -> String {
    let value = |side| report.value(change, side).filter(|value| !value.is_empty()).map(|value| cut(&value));
    match (value(Side::Old), value(Side::New)) {
        (Some(old), Some(new)) => format!("{} {} {}", red(&old), dim("→"), green(&new)),
        (None, Some(new)) => format!("{} {}", dim("is now"), green(&new)),
        (Some(old), None) => format!("{} {}", dim("was"), red(&old)),
        (None, None) => String::new(),
    }
}

fn findings(report: &Report<'_>, text: &mut String) {
    let is_shown = |one: &&Diagnostic| one.severity > Severity::Info;
    let new: Vec<&Diagnostic> = report.findings.new.iter().filter(is_shown).collect();
    let gone = report.findings.gone.iter().filter(is_shown).count();
    let told = match (new.len(), gone) {
        (0, 0) => "no new findings".to_owned(),
        (new, 0) => count(new, "new finding"),
        (0, gone) => format!("no new findings, and {gone} fewer"),
        (new, gone) => format!("{}, and {gone} fewer", count(new, "new finding")),
    };
    *text += &format!("\n{}\n", bold(&told));
    for one in new {
        let word = format!("{}[{}]", one.severity, one.id);
        let word = if one.is_error() { red(&word) } else { yellow(&word) };
        let at = one.primary.as_ref().map(|label| format!(" {}", dim(&report.locate(label.span)))).unwrap_or_default();
        *text += &format!("  {word} {}{at}\n", one.message.replace('\n', " "));
    }
}

fn scenarios(report: &Report<'_>, all: &[Affected], text: &mut String) {
    let of = |wanted: fn(&Effect) -> bool| all.iter().filter(move |one| wanted(&one.judged.effect)).collect::<Vec<_>>();
    let broken = of(|effect| matches!(effect, Effect::Broken(_)));
    let diverting = of(|effect| matches!(effect, Effect::MayDivert(_)));
    let again = of(|effect| matches!(effect, Effect::Rerun(_)));
    let affected = broken.len() + diverting.len() + again.len();
    let traced = all.iter().filter(|one| one.judged.evidence == Evidence::Trace).count();
    let by = match (report.by_run, traced) {
        (_, 0) => "by what the diagrams allow".to_owned(),
        (_, traced) if traced == all.len() => "by what they have walked".to_owned(),
        (_, traced) => format!("{traced} by what they have walked, the others by what the diagrams allow"),
    };
    let head = format!("{affected} of {} affected", count(all.len(), "scenario"));
    *text += &format!("\n{} {}\n", bold(&head), dim(&format!("({by})")));
    for (word, colour, rows) in [
        ("broken", red as fn(&str) -> String, &broken),
        ("may divert", yellow as fn(&str) -> String, &diverting),
        ("run again", bold as fn(&str) -> String, &again),
    ] {
        if rows.is_empty() {
            continue;
        }
        *text += &format!("  {} {}\n", colour(word), dim(&rows.len().to_string()));
        for (reasons, rows) in grouped(report, rows) {
            reasons.iter().for_each(|reason| *text += &format!("    {reason}\n"));
            for one in rows.iter().take(MOST) {
                *text += &format!("      {}  {}\n", one.id, dim(&cut(&one.title)));
            }
            if rows.len() > MOST {
                let more = format!("and {} more; --format json names them all", rows.len() - MOST);
                *text += &format!("      {}\n", dim(&more));
            }
        }
    }
    if affected > 0 {
        *text += &dim("flowproof run --affected-by OLD runs those that can be run\n");
    }
}

/// Scenarios by what is said of them, in the order of the first of each.
fn grouped<'a>(report: &Report<'_>, rows: &[&'a Affected]) -> Vec<(Vec<String>, Vec<&'a Affected>)> {
    let mut groups: Vec<(Vec<String>, Vec<&Affected>)> = Vec::new();
    for one in rows {
        let reasons = reasons(report, one);
        match groups.iter_mut().find(|(known, _)| *known == reasons) {
            Some((_, rows)) => rows.push(one),
            None => groups.push((reasons, vec![one])),
        }
    }
    groups
}

fn reasons(report: &Report<'_>, one: &Affected) -> Vec<String> {
    let named = |ids: &[String]| {
        let shown: Vec<String> = ids.iter().take(MOST).map(|id| report.called(id)).collect();
        let more = ids.len().saturating_sub(MOST);
        format!("{}{}", shown.join(", "), if more > 0 { format!(" and {more} more") } else { String::new() })
    };
    match &one.judged.effect {
        Effect::None => Vec::new(),
        Effect::Rerun(_) if one.fresh => vec!["its walk is only in the new version".to_owned()],
        Effect::Rerun(ids) if ids.is_empty() => vec!["where it goes cannot be told without running it".to_owned()],
        Effect::Rerun(ids) => vec![format!("goes through {}", named(ids))],
        Effect::MayDivert(ids) => vec![format!("at {}", named(ids))],
        Effect::Broken(gap) => broken(gap),
    }
}

fn broken(gap: &Break) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(gap.why.clone());
    let still = match gap.prefix.as_slice() {
        [] => String::new(),
        prefix => format!("as far as {}", prefix.join(" → ")),
    };
    let then = gap.then.as_ref().map(|then| format!("then {then} is not reached"));
    let stands = gap.stands.as_ref().map(|stands| format!("the process stands {}", at(stands)));
    let told: Vec<String> =
        [Some(still).filter(|still| !still.is_empty()), then, stands].into_iter().flatten().collect();
    if !told.is_empty() {
        lines.push(told.join("; "));
    }
    lines
}

fn at(stands: &str) -> String {
    let is_told = ["at ", "nowhere"].iter().any(|begin| stands.starts_with(begin));
    if is_told { stands.to_owned() } else { format!("at {stands}") }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn styled(code: &str, text: &str) -> String {
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

fn bold(text: &str) -> String {
    styled("1", text)
}

fn dim(text: &str) -> String {
    styled("2", text)
}

fn red(text: &str) -> String {
    styled("31", text)
}

fn green(text: &str) -> String {
    styled("32", text)
}

fn yellow(text: &str) -> String {
    styled("33", text)
}
