use std::collections::BTreeSet;

use super::Surroundings;
use crate::diagnostic::{Diagnostic, Diagnostics, Fix, Id, nearest, suggest};
use crate::scenario::{Column, Scenario, Table, is_id};
use crate::source::{Sources, Spanned};
use crate::template::Reference;

/// The root under which templates see the values of a case.
const CASE: &str = "case";

/// Checks what a scenario says of its cases and of where and whether it is run.
pub(super) fn check(scenario: &Scenario, around: &Surroundings<'_>, found: &mut Diagnostics) {
    for name in scenario.standing.requires.iter().filter(|name| !around.environments.contains(&name.value.as_str())) {
        let one = Diagnostic::new(Id::UNKNOWN_ENVIRONMENT, format!("there is no environment `{}`", name.value));
        found.push(one.at(name.span).meant(name.span, name, around.environments.iter().copied()));
    }
    if let Some(known) = &scenario.standing.known_failure
        && around.today.is_some_and(|today| known.is_expired(today))
    {
        let message = format!("`{}` was to be gone by now: the failure counts again", known.ticket.value);
        let one = Diagnostic::new(Id::EXPIRED_FAILURE, message).label(known.until.span, "this day is over");
        found.push(one.help("remove `known-failure`, or give it another date"));
    }
    named(scenario, around, found);
    if let Some(table) = around.cases {
        title(scenario, table, found);
        columns(table, found);
    }
}

/// Checks the cases that `skip` and `known-failure` name.
fn named(scenario: &Scenario, around: &Surroundings<'_>, found: &mut Diagnostics) {
    let mut left: Vec<&Spanned<String>> = scenario.standing.cases().collect();
    if left.is_empty() || (scenario.cases.is_some() && around.cases.is_none()) {
        return;
    }
    let ids: BTreeSet<String> =
        around.cases.into_iter().flat_map(|table| (0..table.len()).map(|row| table.id(row as u32))).collect();
    left.retain(|name| !ids.contains(&name.value));
    for name in left {
        let one = Diagnostic::new(Id::UNKNOWN_CASE, format!("there is no case `{}`", name.value)).at(name.span);
        let help = suggest(&name.value, ids.iter().map(String::as_str));
        let one = one.fix_if(Fix::rename(name.span, name, ids.iter().map(String::as_str)));
        found.push(one.help(help.unwrap_or_else(|| "the scenario has no `cases`".to_owned())));
    }
}

/// Warns of a column that only some rows have, and that the others have under almost the same name.
fn columns(table: &Table, found: &mut Diagnostics) {
    let partial: Vec<_> = table.columns().iter().filter(|column| column.missing.is_some()).collect();
    for column in &partial {
        let names = partial.iter().map(|other| other.name.value.as_str()).filter(|name| *name != column.name.value);
        let Some(other) = nearest(&column.name.value, names) else { continue };
        let other = partial.iter().find(|one| one.name.value == other);
        // The rarer one is the slip; of two that are as rare, the later one.
        let rarer = |other: &&&Column| (column.filled(), other.name.span) < (other.filled(), column.name.span);
        if let Some(other) = other.filter(rarer).filter(|other| column.filled() + other.filled() <= table.len() as u32)
        {
            let message =
                format!("only some rows have `{}`, and others have `{}`", column.name.value, other.name.value);
            let one = Diagnostic::new(Id::CASES_COLUMN, message).at(column.name.span).and(other.name.span, "here");
            found.push(one.meant(column.name.span, &column.name.value, [other.name.value.as_str()]));
        }
    }
}

/// Checks that every row has what the title is made of.
fn title(scenario: &Scenario, table: &Table, found: &mut Diagnostics) {
    let references = scenario.title.template().references();
    let has = |reference: &Reference| {
        let name = reference.path.get(1);
        name.is_none_or(|name| table.columns().iter().any(|column| &column.name.value == name))
    };
    if references.is_empty() || !references.iter().all(has) {
        return;
    }
    let rows = 0..u32::try_from(table.len()).unwrap_or(u32::MAX);
    let failed = rows.into_iter().find_map(|row| Some((row, scenario.title.of(&table.values(row)).err()?)));
    if let Some((row, error)) = failed {
        let remark = format!("not of the case `{}`", table.id(row));
        found.push(error.into_diagnostic().and(table.span(row), remark));
    }
}

/// Checks what templates read of the case.
pub(super) fn check_uses<'a>(
    scenario: &Scenario,
    references: impl Iterator<Item = &'a Reference>,
    around: &Surroundings<'_>,
    found: &mut Diagnostics,
) {
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for reference in references.filter(|reference| reference.path[0] == CASE) {
        if scenario.cases.is_none() {
            let one = Diagnostic::new(Id::UNKNOWN_COLUMN, "`case` is there only in a scenario that has `cases`");
            found.push(one.at(reference.span).help("add `cases:` with a row for each, or use `vars`"));
            continue;
        }
        let (Some(table), Some(name)) = (around.cases, reference.path.get(1)) else { continue };
        // An empty table may have any column.
        if table.is_empty() {
            continue;
        }
        match table.columns().iter().find(|column| &column.name.value == name) {
            None => {
                let one = Diagnostic::new(Id::UNKNOWN_COLUMN, format!("no row of the cases has `{name}`"));
                let names = table.columns().iter().map(|column| column.name.value.as_str());
                let one = one.at(reference.span).help_if(as_subscript(name, names.clone()));
                found.push(match reference.segment(1) {
                    Some(span) => one.meant(span, name, names),
                    None => one.help_if(suggest(name, names)),
                });
            }
            Some(column) => {
                let missing = column.missing.filter(|_| !is_guarded(reference, around.sources));
                if let Some(row) = missing.filter(|_| told.insert(name)) {
                    let message = format!("the case `{}` has no `{name}`", table.id(row));
                    let one = Diagnostic::new(Id::MISSING_VALUE, message).label(reference.span, "read here");
                    let one = one.and(table.span(row), "not there");
                    found.push(one.help(format!("give it a value, or read `{CASE}.{name} | default(…)`")));
                }
            }
        }
    }
}

/// A column whose name is no id, of which only the beginning was read as one: `case.first-name` is a subtraction.
fn as_subscript<'a>(name: &str, mut columns: impl Iterator<Item = &'a str>) -> Option<String> {
    let meant = columns.find(|column| !is_id(column) && column.starts_with(name))?;
    Some(format!("write `{CASE}[\"{meant}\"]`"))
}

/// Whether what is behind a reference deals with its absence.
pub(super) fn is_guarded(reference: &Reference, sources: &Sources) -> bool {
    let text = sources.file(reference.span.file).text();
    let behind = text.get(reference.span.end as usize..).unwrap_or_default().trim_start();
    let word =
        |text: &str| text.trim_start().split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned();
    match behind.strip_prefix('|') {
        Some(filter) => matches!(word(filter).as_str(), "default" | "d"),
        None => word(behind) == "is",
    }
}
