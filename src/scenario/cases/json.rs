use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::builder::{Builder, Cell};
use super::table::Table;
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::{FileId, Sources, Span, Spanned};

impl Table {
    /// Reads a JSON file of rows: a list of objects. JSON is not read as YAML, which has other escapes.
    pub(super) fn of_json(sources: &Sources, file: FileId, found: &mut Diagnostics) -> Option<Self> {
        let text = sources.file(file).text();
        let whole = Span::new(file, 0, text.len());
        let mut rows = Builder::new(file, found);
        if let Err((at, message)) = read(text, file, &mut rows) {
            let place = Span::new(file, at, at + text[at..].chars().next().map_or(0, char::len_utf8));
            let message = format!("this is no list of JSON objects: {message}");
            let one = Diagnostic::new(Id::CASES_SYNTAX, message).at(place);
            rows.problem(one.help("write `[{\"name\": \"value\"}, …]`"));
        }
        rows.finish(whole)
    }
}

/// Where the text cannot be read on, and why.
type Stop = (usize, String);

fn read(text: &str, file: FileId, rows: &mut Builder<'_>) -> Result<(), Stop> {
    let mut at = expect(text, 0, '[')?;
    if expect(text, at, ']').is_ok() {
        return end(text, expect(text, at, ']')?);
    }
    loop {
        at = blank(text, at);
        let mut values = serde_json::Deserializer::from_str(&text[at..]).into_iter::<Row>();
        let row = match values.next() {
            Some(Ok(row)) => row,
            Some(Err(error)) => return Err((offset(text, at, &error), told(&error))),
            None => return Err((text.len(), "the list is not closed".to_owned())),
        };
        let span = Span::new(file, at, at + values.byte_offset());
        at += values.byte_offset();
        if !add(row, span, rows) {
            return Ok(());
        }
        match expect(text, at, ',') {
            Ok(next) => at = next,
            Err(_) => return end(text, expect(text, at, ']')?),
        }
    }
}

/// Adds a row; places inside of it are not known, so the row stands for them.
fn add(row: Row, span: Span, rows: &mut Builder<'_>) -> bool {
    if let Some(name) = row.twice {
        let message = format!("row {} has the column `{name}` twice", rows.number() + 1);
        return rows.broken(Diagnostic::new(Id::CASES_ROW, message).at(span), span);
    }
    let cells = row.cells.iter().map(|(name, value)| Cell {
        name: Spanned::new(name.as_str(), span),
        value: value.clone(),
        written: None,
        span,
    });
    rows.row(&cells.collect::<Vec<_>>(), span)
}

fn blank(text: &str, at: usize) -> usize {
    text[at..].find(|c: char| !matches!(c, ' ' | '\t' | '\n' | '\r')).map_or(text.len(), |len| at + len)
}

fn expect(text: &str, at: usize, wanted: char) -> Result<usize, Stop> {
    let at = blank(text, at);
    match text[at..].starts_with(wanted) {
        true => Ok(at + wanted.len_utf8()),
        false => Err((at, format!("expected `{wanted}`"))),
    }
}

fn end(text: &str, at: usize) -> Result<(), Stop> {
    let at = blank(text, at);
    if at == text.len() { Ok(()) } else { Err((at, "something stands behind its end".to_owned())) }
}

/// The offset of an error in the text that begins at `base`.
fn offset(text: &str, base: usize, error: &serde_json::Error) -> usize {
    let rest = &text[base..];
    let before: usize = rest.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let within = before + error.column().saturating_sub(1);
    text.floor_char_boundary((base + within).min(text.len()))
}

/// The message without its place, which the frame shows.
fn told(error: &serde_json::Error) -> String {
    let told = error.to_string();
    told.rsplit_once(" at line ").map_or(told.clone(), |(message, _)| message.to_owned())
}

/// One object, its members in the order they are written.
struct Row {
    cells: Vec<(String, Value)>,
    /// A name that stands in it twice.
    twice: Option<String>,
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RowVisitor)
    }
}

struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = Row;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, the values of a row by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Row, A::Error> {
        let mut row = Row { cells: Vec::new(), twice: None };
        while let Some((name, value)) = members.next_entry::<String, Value>()? {
            if row.cells.iter().any(|(other, _)| *other == name) {
                row.twice.get_or_insert(name);
            } else {
                row.cells.push((name, value));
            }
        }
        Ok(row)
    }
}
