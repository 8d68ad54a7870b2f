use std::sync::Arc;

use serde_json::{Map, Value};

use crate::source::{FileId, Span, Spanned};

/// Most rows of one table.
pub const MAX_ROWS: usize = 100_000;
/// Largest CSV or JSON file of cases that is read, in bytes.
pub const MAX_TABLE_BYTES: usize = 16 * 1024 * 1024;

/// The column that names a row.
pub(super) const ID: &str = "id";

/// The rows of a scenario's `cases`, shared by all that are made of them.
#[derive(Clone, Debug)]
pub struct Table {
    pub(super) columns: Vec<Column>,
    /// Each row as JSON: an object, or an array in the order of the columns.
    pub(super) rows: Packed,
    /// The rows' ids, where a column gives them; an empty one stands for a row without.
    pub(super) ids: Option<Packed>,
    pub(super) file: FileId,
    /// Where each row stands in the file.
    pub(super) places: Vec<(u32, u32)>,
}

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name; templates read `case.<name>`.
    pub name: Spanned<String>,
    /// The first row that has no value there, counted from 0.
    pub missing: Option<u32>,
    /// How many rows have a value there.
    pub(super) filled: u32,
}

impl Table {
    /// The file in which the rows stand.
    pub fn file(&self) -> FileId {
        self.file
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The columns, in the order in which they come up.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// What names a row (counted from 0) after the `#` of a scenario's id: its `id`, else its number from 1.
    pub fn id(&self, row: u32) -> String {
        match self.ids.as_ref().map(|ids| ids.get(row)) {
            Some(id) if !id.is_empty() => id.to_owned(),
            _ => (row + 1).to_string(),
        }
    }

    /// The values of a row (counted from 0).
    pub fn values(&self, row: u32) -> Map<String, Value> {
        match serde_json::from_str(self.rows.get(row)) {
            Ok(Value::Object(values)) => values,
            Ok(Value::Array(cells)) => self.columns.iter().map(|column| column.name.value.clone()).zip(cells).collect(),
            // A builder writes nothing else.
            _ => Map::new(),
        }
    }

    /// Where a row (counted from 0) stands.
    pub fn span(&self, row: u32) -> Span {
        let (start, end) = self.places.get(row as usize).copied().unwrap_or_default();
        Span::new(self.file, start as usize, end as usize)
    }
}

impl Column {
    /// How many rows have a value there.
    pub fn filled(&self) -> u32 {
        self.filled
    }
}

/// One row of a table.
#[derive(Clone, Debug)]
pub struct Case {
    /// The table.
    pub table: Arc<Table>,
    /// Which row it is, from 0.
    pub row: u32,
}

impl Case {
    /// Its `id`, else its number from 1.
    pub fn id(&self) -> String {
        self.table.id(self.row)
    }

    /// Its number, from 1.
    pub fn number(&self) -> u32 {
        self.row + 1
    }

    /// Its values, as templates see them under `case`.
    pub fn values(&self) -> Map<String, Value> {
        self.table.values(self.row)
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        self.table.span(self.row)
    }
}

/// Many texts in one.
#[derive(Clone, Debug, Default)]
pub(super) struct Packed {
    text: String,
    ends: Vec<u32>,
}

impl Packed {
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    /// The text of a number from 0; empty beyond the last.
    pub(super) fn get(&self, number: u32) -> &str {
        let number = number as usize;
        let start = number.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(number).copied().unwrap_or(start);
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Gives back what was reserved and not used.
    pub(super) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}
