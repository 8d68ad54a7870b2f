use std::ops::Range;

use csv::{ReaderBuilder, StringRecord};
use serde_json::Value;

use super::builder::Builder;
use super::table::{ID, Table};
use crate::diagnostic::{Diagnostic, Diagnostics, Id, suggest};
use crate::source::{FileId, Sources, Span, Spanned};

/// What the cells of a column are: text, unless the header says otherwise (`age:integer`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CellType {
    Text,
    Integer,
    Number,
    Boolean,
    Json,
}

const TYPES: [(&str, CellType); 5] = [
    ("text", CellType::Text),
    ("integer", CellType::Integer),
    ("number", CellType::Number),
    ("boolean", CellType::Boolean),
    ("json", CellType::Json),
];

impl CellType {
    /// The value of a cell; `None` if it is none of this type. An empty cell is null, but for text.
    fn value(self, cell: &str) -> Option<Value> {
        if self == Self::Text {
            return Some(Value::String(cell.to_owned()));
        }
        let cell = cell.trim();
        if cell.is_empty() {
            return Some(Value::Null);
        }
        let value: Value = serde_json::from_str(cell).ok()?;
        let fits = match self {
            Self::Text | Self::Json => true,
            Self::Integer => value.is_i64() || value.is_u64(),
            Self::Number => value.is_number(),
            Self::Boolean => value.is_boolean(),
        };
        fits.then_some(value)
    }

    fn describe(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Boolean => "`true` or `false`",
            Self::Json => "JSON",
        }
    }
}

impl Table {
    /// Reads a CSV file of rows (RFC 4180): a header, then a record for each row.
    pub(super) fn of_csv(sources: &Sources, file: FileId, delimiter: u8, found: &mut Diagnostics) -> Option<Self> {
        let text = sources.file(file).text();
        let whole = Span::new(file, 0, text.len());
        let mut reader = Records::new(text, file, delimiter);
        let mut rows = Builder::new(file, found);
        let Some(header) = reader.next() else {
            let one =
                Diagnostic::new(Id::CASES_HEADER, "there is no header: the first line names the columns").at(whole);
            rows.problem(one.help("write such as `id,image,code:integer`"));
            return rows.finish(whole);
        };
        let types = read_header(&header, &reader, &mut rows);
        let id = header.record.iter().position(|name| name.split(':').next().map(str::trim) == Some(ID));
        while let Some(row) = reader.next() {
            let span = row.span(file);
            if let Some(place) = row.open_quote(&reader) {
                let one = Diagnostic::new(Id::CASES_SYNTAX, "a quote is opened and not closed").at(place);
                rows.problem(one.help("inside of quotes, write a quote twice: \"\""));
                break;
            }
            let (has, wanted) = (row.record.len(), types.len());
            if has != wanted {
                let values = if has == 1 { "value" } else { "values" };
                let message = format!("the row has {has} {values}, and the header names {wanted}");
                let one = Diagnostic::new(Id::CASES_ROW, message).at(span).help(match has > wanted {
                    true => "a value with the separator in it stands in quotes: \"a, b\"",
                    false => "a value that is empty has its separator all the same",
                });
                if !rows.broken(one, span) {
                    break;
                }
                continue;
            }
            let mut cells = Vec::with_capacity(wanted);
            for (column, (cell, kind)) in row.record.iter().zip(&types).enumerate() {
                cells.push(kind.value(cell).unwrap_or_else(|| {
                    let message = format!("`{cell}` is not {}, as the header says", kind.describe());
                    let place = row.place(column, &reader);
                    let one = Diagnostic::new(Id::CASES_VALUE, message).at(place);
                    rows.problem(one.help("write one, or give the column another type in the header"));
                    Value::Null
                }));
            }
            let id = id.and_then(|column| {
                let written = row.record.get(column)?;
                Some(Spanned::new(written, row.place(column, &reader)))
            });
            if !rows.list(cells, id, span) {
                break;
            }
        }
        rows.finish(whole)
    }
}

fn read_header(header: &Row, reader: &Records<'_>, rows: &mut Builder<'_>) -> Vec<CellType> {
    let mut types = Vec::new();
    for (number, written) in header.record.iter().enumerate() {
        let place = header.place(number, reader);
        let (name, kind) = written.split_once(':').map_or((written, None), |(name, kind)| (name, Some(kind.trim())));
        let name = name.trim();
        if name.is_empty() {
            let one = Diagnostic::new(Id::CASES_HEADER, format!("column {} has no name", number + 1)).at(place);
            rows.problem(one.help("name it, or remove the separator"));
        }
        let kind = match kind {
            None => CellType::Text,
            Some(word) => match TYPES.iter().find(|(name, _)| *name == word) {
                Some((_, kind)) => *kind,
                None => {
                    let one = Diagnostic::new(Id::CASES_HEADER, format!("`{word}` is no type of a column")).at(place);
                    rows.problem(one.help_if(suggest(word, TYPES.iter().map(|(name, _)| *name))));
                    CellType::Text
                }
            },
        };
        types.push(kind);
        rows.column(Spanned::new(name.to_owned(), place));
    }
    types
}

/// The records of a file and where they stand.
struct Records<'a> {
    text: &'a str,
    file: FileId,
    delimiter: u8,
    reader: csv::Reader<&'a [u8]>,
}

/// One record.
struct Row {
    record: StringRecord,
    /// Its bytes in the file, without the line break.
    range: Range<usize>,
}

impl<'a> Records<'a> {
    fn new(text: &'a str, file: FileId, delimiter: u8) -> Self {
        let mut reader = ReaderBuilder::new();
        // Rows of another length are reported, each of them, instead of ending the reading.
        reader.has_headers(false).flexible(true).delimiter(delimiter);
        Self { text, file, delimiter, reader: reader.from_reader(text.as_bytes()) }
    }

    fn next(&mut self) -> Option<Row> {
        let mut record = StringRecord::new();
        // A text in memory that is UTF-8 gives no errors.
        if !self.reader.read_record(&mut record).ok()? {
            return None;
        }
        let byte = |position: &csv::Position| (position.byte() as usize).min(self.text.len());
        let start = record.position().map_or(0, byte);
        let end = byte(self.reader.position()).max(start);
        let written = &self.text[start..end];
        // The reader skips empty lines together with the record that follows them.
        let start = start + (written.len() - written.trim_start_matches(['\n', '\r']).len());
        let end = end - (written.len() - written.trim_end_matches(['\n', '\r']).len()).min(end - start);
        Some(Row { record, range: start..end })
    }
}

impl Row {
    fn span(&self, file: FileId) -> Span {
        Span::new(file, self.range.start, self.range.end)
    }

    /// The place of a field, quotes included.
    fn place(&self, field: usize, records: &Records<'_>) -> Span {
        let bytes = &records.text.as_bytes()[self.range.clone()];
        let (mut start, mut quoted, mut passed) = (0, false, 0);
        for (at, byte) in bytes.iter().enumerate() {
            match *byte {
                b'"' => quoted = !quoted,
                byte if byte == records.delimiter && !quoted => {
                    if passed == field {
                        return Span::new(records.file, self.range.start + start, self.range.start + at);
                    }
                    passed += 1;
                    start = at + 1;
                }
                _ => {}
            }
        }
        Span::new(records.file, self.range.start + start, self.range.end)
    }

    /// Where a quote is opened that nothing closes.
    fn open_quote(&self, records: &Records<'_>) -> Option<Span> {
        let written = &records.text[self.range.clone()];
        let quotes = written.bytes().filter(|byte| *byte == b'"').count();
        if quotes.is_multiple_of(2) {
            return None;
        }
        let at = self.range.start + written.rfind('"').unwrap_or_default();
        Some(Span::new(records.file, at, at + 1))
    }
}
