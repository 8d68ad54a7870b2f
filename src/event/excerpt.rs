use serde::{Deserialize, Serialize};

use crate::source::{Sources, Span};

/// Lines of an author's file with a marked range, so that a frame can be drawn without the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Excerpt {
    /// The file's name, relative to the project's root.
    pub file: String,
    /// The line of the marked range's start, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
    /// The line of the first character of `text`, from 1.
    pub first_line: usize,
    /// Whole lines around the marked range, joined by line feeds.
    pub text: String,
    /// The marked range in bytes of `text`: its start.
    pub start: usize,
    /// Its end, exclusive.
    pub end: usize,
}

/// Lines shown before and after the marked range.
const CONTEXT: usize = 1;
/// Most lines of an excerpt; a longer range is cut.
const MAX_LINES: usize = 12;

impl Excerpt {
    /// The lines of `span` and one around them, at most twelve.
    pub fn of(sources: &Sources, span: Span) -> Self {
        let file = sources.file(span.file);
        let at = file.position(span.start as usize);
        let end = file.position(span.end as usize);
        let first_line = at.line.saturating_sub(CONTEXT).max(1);
        let last_line = (end.line + CONTEXT).min(first_line + MAX_LINES - 1);
        let from = file.line_start(first_line);
        let to = file.line_start(last_line + 1).max(from);
        let text = file.text()[from..to].trim_end_matches(['\n', '\r']).to_owned();
        let clamp = |offset: u32| (offset as usize).saturating_sub(from).min(text.len());
        let (start, end) = (clamp(span.start), clamp(span.end));
        Self { file: file.name().to_owned(), line: at.line, column: at.column, first_line, text, start, end }
    }

    /// `file:line:column`.
    pub fn locate(&self) -> String {
        format!("{}:{}:{}", self.file, self.line, self.column)
    }
}
