use std::collections::HashMap;

use serde_json::Value;

use super::table::{Column, ID, MAX_ROWS, Packed, Table};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::{FileId, Span, Spanned};

/// Most problems of one table that are shown; a wrong column has one in every row.
const MOST_PROBLEMS: usize = 10;
/// Longest id of a row, in bytes.
const MAX_ID_BYTES: usize = 200;

/// Collects the rows of a table and what is wrong with them.
pub(super) struct Builder<'a> {
    table: Table,
    by_name: HashMap<String, usize>,
    seen: HashMap<String, u32>,
    problems: usize,
    found: &'a mut Diagnostics,
}

/// A value of a row and what it is called.
pub(super) struct Cell<'a> {
    pub name: Spanned<&'a str>,
    pub value: Value,
    /// How it is written, where that differs from the value: `1.50`.
    pub written: Option<&'a str>,
    pub span: Span,
}

impl<'a> Builder<'a> {
    pub fn new(file: FileId, found: &'a mut Diagnostics) -> Self {
        let table = Table { columns: Vec::new(), rows: Packed::default(), ids: None, file, places: Vec::new() };
        Self { table, by_name: HashMap::new(), seen: HashMap::new(), problems: 0, found }
    }

    /// Declares a column. A second one of the same name is a problem.
    pub fn column(&mut self, name: Spanned<String>) {
        if let Some(&first) = self.by_name.get(&name.value) {
            let one = Diagnostic::new(Id::CASES_HEADER, format!("two columns are called `{}`", name.value));
            self.problem(one.label(name.span, "again").and(self.table.columns[first].name.span, "first"));
            return;
        }
        self.by_name.insert(name.value.clone(), self.table.columns.len());
        // The rows before it do not have it.
        let missing = (!self.table.is_empty()).then_some(0);
        self.table.columns.push(Column { name, missing, filled: 0 });
    }

    /// Adds a row whose cells may be any and in any order. `false` if no more rows are taken.
    pub fn row(&mut self, cells: &[Cell<'_>], span: Span) -> bool {
        for cell in cells {
            if !self.by_name.contains_key(cell.name.value) {
                self.column(Spanned::new(cell.name.value.to_owned(), cell.name.span));
            }
            if let Some(&column) = self.by_name.get(cell.name.value) {
                self.table.columns[column].filled += 1;
            }
        }
        let number = self.number();
        for column in self.table.columns.iter_mut().filter(|column| column.filled == number) {
            column.missing.get_or_insert(number);
        }
        let id = cells.iter().find(|cell| cell.name.value == ID);
        let id = id.map(|cell| self.id_of(&cell.value, cell.written, cell.span));
        let object = cells.iter().map(|cell| (cell.name.value.to_owned(), cell.value.clone())).collect();
        self.push(&Value::Object(object), id, span)
    }

    /// Adds a row that has a cell for every column, in their order. `false` if no more rows are taken.
    pub fn list(&mut self, cells: Vec<Value>, id: Option<Spanned<&str>>, span: Span) -> bool {
        let id = id.map(|id| self.id_of(&Value::String(id.value.to_owned()), None, id.span));
        self.push(&Value::Array(cells), id, span)
    }

    /// The number of the row that comes next, from 0.
    pub fn number(&self) -> u32 {
        u32::try_from(self.table.len()).unwrap_or(u32::MAX)
    }

    /// Reports what is none of a row's shape. It keeps its number, so that those behind it have theirs.
    pub fn broken(&mut self, one: Diagnostic, span: Span) -> bool {
        self.problem(one);
        self.push(&Value::Null, Some(None), span)
    }

    /// `id` is what the row is called, if it says so, and nothing in that if what it says cannot be used.
    fn push(&mut self, row: &Value, id: Option<Option<Spanned<String>>>, span: Span) -> bool {
        if self.table.len() >= MAX_ROWS {
            let one = Diagnostic::new(Id::CASES_LIMIT, format!("a table has at most {MAX_ROWS} rows")).at(span);
            self.problem(one.help("divide it among several scenarios"));
            return false;
        }
        if id != Some(None) {
            self.name(self.number(), id.flatten(), span);
        }
        self.table.rows.push(&row.to_string());
        self.table.places.push((span.start, span.end));
        true
    }

    /// Keeps the row's id, and reports one that another row has.
    fn name(&mut self, number: u32, id: Option<Spanned<String>>, span: Span) {
        let named = id.clone().unwrap_or_else(|| Spanned::new((number + 1).to_string(), span));
        if let Some(&first) = self.seen.get(&named.value) {
            let one = Diagnostic::new(Id::CASES_ID, format!("two rows have the id `{}`", named.value));
            let first = self.table.span(first);
            self.problem(one.label(named.span, "again").and(first, "first"));
        } else {
            self.seen.insert(named.value, number);
        }
        if id.is_some() && self.table.ids.is_none() {
            let mut ids = Packed::default();
            (0..number).for_each(|_| ids.push(""));
            self.table.ids = Some(ids);
        }
        if let Some(ids) = &mut self.table.ids {
            ids.push(id.as_ref().map_or("", |id| &id.value));
        }
    }

    fn id_of(&mut self, value: &Value, written: Option<&str>, span: Span) -> Option<Spanned<String>> {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => written.map_or_else(|| number.to_string(), str::to_owned),
            _ => String::new(),
        };
        let wrong = if text.trim().is_empty() {
            Some("the id of a row is a text or a number".to_owned())
        } else if text.len() > MAX_ID_BYTES {
            Some(format!("the id of a row has at most {MAX_ID_BYTES} bytes"))
        } else if text.trim() != text || text.contains(char::is_control) {
            Some("the id of a row has no blanks around it and no line breaks".to_owned())
        } else {
            None
        };
        match wrong {
            None => Some(Spanned::new(text, span)),
            Some(message) => {
                let one = Diagnostic::new(Id::CASES_ID, message).at(span);
                self.problem(one.help("it names the row in reports; without a column `id` the row's number does"));
                None
            }
        }
    }

    /// Reports a problem of a row, up to a bound.
    pub fn problem(&mut self, one: Diagnostic) {
        self.problems += 1;
        if self.problems <= MOST_PROBLEMS {
            self.found.push(one);
        }
    }

    /// The table; `None` if something is wrong with it.
    pub fn finish(mut self, whole: Span) -> Option<Table> {
        if self.problems > MOST_PROBLEMS {
            let left = self.problems - MOST_PROBLEMS;
            let message = format!("and {left} more problems of the same table");
            self.found.push(Diagnostic::new(Id::CASES_ROW, message).at(whole.slice(0, 0)));
        }
        if self.problems > 0 {
            return None;
        }
        if self.table.is_empty() {
            let one = Diagnostic::new(Id::CASES_EMPTY, "there is no row, so that nothing is run").at(whole);
            self.found.push(one);
        }
        self.table.rows.shrink();
        if let Some(ids) = &mut self.table.ids {
            ids.shrink();
        }
        self.table.places.shrink_to_fit();
        Some(self.table)
    }
}
