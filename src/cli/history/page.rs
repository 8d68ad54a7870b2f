use std::io::IsTerminal;

use serde_json::Value;

use crate::cli::list::Format;
use crate::history::Changed;
use crate::report::{Cell, Look, Surroundings, Table, clean, wrap};

/// A view in both of its forms.
pub(super) struct Page {
    /// What programs read.
    pub json: Value,
    /// What people read, as it looks in some surroundings.
    pub shown: Box<dyn Fn(&Paper) -> String>,
}

/// What is written on.
pub(super) struct Paper {
    pub look: Look,
    /// How wide lines may be; nothing where they are searched rather than looked at.
    width: Option<usize>,
}

impl Page {
    pub fn new(json: Value, shown: impl Fn(&Paper) -> String + 'static) -> Self {
        Self { json, shown: Box::new(shown) }
    }

    pub fn text(&self, format: Format) -> String {
        match format {
            Format::Json => serde_json::to_string_pretty(&self.json).unwrap_or_default() + "\n",
            Format::Table => {
                let look = Look::fitting(Surroundings::of_process(), false, false);
                let width = std::io::stdout().is_terminal().then_some(look.width);
                (self.shown)(&Paper { look, width })
            }
        }
    }
}

impl Paper {
    /// Rows below the names of their columns, without columns that are empty everywhere. `right` are those of numbers, `gives`
    /// those that are cut first where a line is too long.
    pub fn table(&self, names: &[&str], rows: &[Vec<String>], right: &[usize], gives: &[usize]) -> String {
        let used = |column: &usize| rows.iter().any(|row| row.get(*column).is_some_and(|cell| !cell.is_empty()));
        let kept: Vec<usize> = (0..names.len()).filter(used).collect();
        let cell = |column: usize, text: &str| match right.contains(&column) {
            true => Cell::right(clean(text)),
            false => Cell::left(clean(text)),
        };
        let mut table = Table::default();
        let faint = |text: &str| self.look.faint(text);
        table.row(kept.iter().map(|column| cell(*column, names[*column]).painted(faint)));
        for row in rows {
            table.row(kept.iter().map(|column| cell(*column, row.get(*column).map_or("", String::as_str))));
        }
        if let Some(width) = self.width {
            let gives = gives.iter().filter_map(|column| kept.iter().position(|other| other == column));
            table.fit(width, &gives.collect::<Vec<_>>());
        }
        table.lines(0)
    }

    /// Sentences below a heading, broken to fit.
    pub fn below(&self, text: &str) -> String {
        let lines = match self.width {
            Some(width) => wrap(&clean(text), width.saturating_sub(4)),
            None => vec![clean(text).into_owned()],
        };
        lines.iter().map(|line| format!("    {line}\n")).collect()
    }

    /// The first of some scenarios, and how many more there are.
    pub fn examples(&self, examples: &[String], all: usize) -> String {
        let more = all.saturating_sub(examples.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        self.below(&format!("{}{more}", examples.join(", ")))
    }

    /// Scenarios that have changed, below what they have in common.
    pub fn changed(&self, heading: &str, changed: &Changed) -> String {
        if changed.scenarios == 0 {
            return String::new();
        }
        let cause = changed.cause.as_ref().map(|cause| self.below(&cause.to_string())).unwrap_or_default();
        let examples = self.examples(&changed.examples, changed.scenarios);
        format!("\n{} {}\n{cause}{}", changed.scenarios, self.look.strong(heading), self.quiet(&examples))
    }

    /// What is there for who wants to know more.
    pub fn quiet(&self, lines: &str) -> String {
        lines.lines().map(|line| self.look.faint(line) + "\n").collect()
    }
}

/// `2026-11-24 02:00` of a time in ISO 8601.
pub(super) fn minute(at: &str) -> String {
    at.get(..16).unwrap_or(at).replace('T', " ")
}

/// A share as a whole percentage.
pub(super) fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}
