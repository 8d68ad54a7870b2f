use std::io::IsTerminal;

use serde_json::Value;

use super::arguments::Format;
use crate::report::{Cell, Look, Surroundings, Table};

/// A list in both of its forms.
pub(super) struct Shown {
    /// What programs read.
    pub json: Value,
    /// What people read, each part under its heading.
    pub parts: Vec<Part>,
}

/// A heading with a table below it.
pub(super) struct Part {
    /// Left out where there is only one part that needs none.
    pub heading: String,
    /// The columns' names; none for tables that need none.
    pub columns: &'static [&'static str],
    /// The cells, row by row; a column that is empty in all of them is left out.
    pub rows: Vec<Vec<String>>,
    /// The columns that are cut first where a line is too long for the terminal.
    pub gives: &'static [usize],
}

impl Shown {
    pub fn text(&self, format: Format) -> String {
        match format {
            Format::Json => serde_json::to_string_pretty(&self.json).unwrap_or_default() + "\n",
            Format::Table => {
                let look = Look::fitting(Surroundings::of_process(), false, false);
                // What is piped elsewhere is searched, so nothing of it is cut.
                let width = std::io::stdout().is_terminal().then_some(look.width);
                let parts: Vec<String> = self.parts.iter().map(|part| part.text(&look, width)).collect();
                parts.join("\n")
            }
        }
    }
}

impl Part {
    fn text(&self, look: &Look, width: Option<usize>) -> String {
        let used = |column: usize| self.rows.iter().any(|row| row.get(column).is_some_and(|cell| !cell.is_empty()));
        let kept: Vec<usize> =
            (0..self.rows.iter().map(Vec::len).max().unwrap_or(0)).filter(|column| used(*column)).collect();
        let mut table = Table::default();
        if !self.columns.is_empty() && !self.rows.is_empty() {
            table.row(kept.iter().map(|column| {
                Cell::left(self.columns.get(*column).copied().unwrap_or_default()).painted(|text| look.faint(text))
            }));
        }
        for row in &self.rows {
            let cell = |column: &usize| row.get(*column).map(String::as_str).unwrap_or_default();
            table.row(kept.iter().map(|column| Cell::left(crate::report::clean(cell(column)).into_owned())));
        }
        let indent = if self.heading.is_empty() { 0 } else { 2 };
        if let Some(width) = width {
            let gives: Vec<usize> =
                self.gives.iter().filter_map(|column| kept.iter().position(|other| other == column)).collect();
            table.fit(width.saturating_sub(indent), &gives);
        }
        let heading = if self.heading.is_empty() { String::new() } else { look.strong(&self.heading) + "\n" };
        heading + &table.lines(indent)
    }
}
