use std::sync::Arc;

use super::table::{MAX_TABLE_BYTES, Table};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::scenario::shape::CASES;
use crate::source::{FileId, Sources, Span, Spanned};
use crate::yaml::{Node, Shaped};

/// What a scenario says of its cases.
#[derive(Clone, Debug)]
pub enum Cases {
    /// The rows stand in the scenario; `None` if something is wrong with them.
    Inline(Option<Arc<Table>>),
    /// They stand in a file.
    File(CasesFile),
}

/// A file of rows.
#[derive(Clone, Debug)]
pub struct CasesFile {
    /// Its path, relative to the scenario.
    pub path: Spanned<String>,
    /// How it is written, where its name does not tell.
    pub format: Option<CasesFormat>,
    /// What separates the values of a CSV row, where it is no comma.
    pub separator: Option<u8>,
}

/// How a file of rows is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CasesFormat {
    /// RFC 4180, with a header.
    Csv,
    /// A list of objects.
    Json,
    /// A list of mappings.
    Yaml,
}

/// The words for it.
pub(in crate::scenario) const FORMATS: &[(&str, CasesFormat)] =
    &[("csv", CasesFormat::Csv), ("json", CasesFormat::Json), ("yaml", CasesFormat::Yaml)];

impl Cases {
    /// A list is the rows, a text is a file, a mapping says more of the file.
    pub(in crate::scenario) fn read(node: &Node, found: &mut Diagnostics) -> Option<Self> {
        if node.as_sequence().is_some() {
            return Some(Self::Inline(Table::inline(node, found).map(Arc::new)));
        }
        if node.as_mapping().is_none() {
            let path = node.text("`cases`", found)?;
            return Some(Self::File(CasesFile { path, format: None, separator: None }));
        }
        let fields = Shaped::of(node, &CASES, found)?;
        let path = fields.text("file", found);
        let format = fields.word("format", FORMATS, found).map(|format| format.value);
        let separator = fields.text("separator", found).and_then(|text| match text.value.as_bytes() {
            [byte] if !byte.is_ascii_alphanumeric() && !matches!(byte, b'"' | b'\n' | b'\r') => Some(*byte),
            _ => {
                let one = Diagnostic::new(Id::WRONG_VALUE, "the separator is one sign").at(text.span);
                found.push(one.help("write such as `\";\"` or `\"\\t\"`"));
                None
            }
        });
        Some(Self::File(CasesFile { path: path?, format, separator }))
    }
}

impl CasesFile {
    /// Reads the table from the file's text.
    pub fn table(&self, sources: &Sources, file: FileId, found: &mut Diagnostics) -> Option<Table> {
        let name = &self.path.value;
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        let format = self.format.or(match extension.as_deref() {
            Some("csv" | "tsv") => Some(CasesFormat::Csv),
            Some("json") => Some(CasesFormat::Json),
            Some("yaml" | "yml") => Some(CasesFormat::Yaml),
            _ => None,
        });
        let Some(format) = format else {
            let one = Diagnostic::new(Id::CASES_FORMAT, format!("it is not known how `{name}` is written"));
            found.push(one.at(self.path.span).help(format!("say so: `cases: {{ file: {name}, format: csv }}`")));
            return None;
        };
        let bytes = sources.file(file).text().len();
        if format != CasesFormat::Yaml && bytes > MAX_TABLE_BYTES {
            let message = format!("`{name}` has {bytes} bytes, and {MAX_TABLE_BYTES} of cases are read at most");
            found.push(Diagnostic::new(Id::CASES_LIMIT, message).at(self.path.span));
            return None;
        }
        let usual = if extension.as_deref() == Some("tsv") { b'\t' } else { b',' };
        match format {
            CasesFormat::Csv => Table::of_csv(sources, file, self.separator.unwrap_or(usual), found),
            CasesFormat::Json => Table::of_json(sources, file, found),
            CasesFormat::Yaml => Table::of_yaml(sources, file, found),
        }
    }

    /// Where the scenario names it.
    pub fn span(&self) -> Span {
        self.path.span
    }
}
