use std::sync::Arc;

use super::Span;

/// Names one file of a [`Sources`] collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(u32);

/// A line and a column as people count them: both from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in Unicode scalar values, from 1.
    pub column: usize,
}

/// The text of one file with its line index.
#[derive(Debug)]
pub struct SourceFile {
    name: String,
    text: String,
    line_starts: Box<[u32]>,
}

impl SourceFile {
    fn new(name: String, text: String) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0).chain(breaks.map(|(at, _)| at as u32 + 1)).collect();
        Self { name, text, line_starts }
    }

    /// The path as it is shown to people: relative to the project's root, with `/` as separator.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line and column of a byte offset. An offset inside a character counts as that character's start; one past
    /// the end is the end.
    pub fn position(&self, offset: usize) -> Position {
        let offset = self.floor(offset);
        let line = self.line_starts.partition_point(|start| *start as usize <= offset);
        let start = self.line_starts[line - 1] as usize;
        Position { line, column: self.text[start..offset].chars().count() + 1 }
    }

    /// The byte range of a line (from 1) without its line break; `None` if there is no such line.
    pub fn line(&self, line: usize) -> Option<&str> {
        let start = *self.line_starts.get(line.checked_sub(1)?)? as usize;
        let end = self.line_starts.get(line).map_or(self.text.len(), |next| *next as usize);
        Some(self.text[start..end].trim_end_matches(['\n', '\r']))
    }

    /// The byte offset at which a line (from 1) starts; the text's end if there is no such line.
    pub fn line_start(&self, line: usize) -> usize {
        self.line_starts.get(line.saturating_sub(1)).map_or(self.text.len(), |start| *start as usize)
    }

    fn floor(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }
}

/// All texts that were read. Files are only added, so a [`Span`] stays valid; a clone is cheap and shares them.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Arc<SourceFile>>,
}

impl Sources {
    /// An empty collection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text under the name that is shown to people, and names it.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(Arc::new(SourceFile::new(name.into(), text.into())));
        id
    }

    /// Every file, in the order they were added.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(at, file)| (FileId(at as u32), file.as_ref()))
    }

    /// The file of an id that this collection gave out.
    ///
    /// # Panics
    /// If the id comes from another collection.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// The text that a span covers.
    pub fn text(&self, span: Span) -> &str {
        let file = self.file(span.file);
        let (start, end) = (file.floor(span.start as usize), file.floor(span.end as usize));
        &file.text()[start..end]
    }

    /// `path:line:column` of a span's start.
    pub fn locate(&self, span: Span) -> String {
        let file = self.file(span.file);
        let at = file.position(span.start as usize);
        format!("{}:{}:{}", file.name(), at.line, at.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_not_bytes() {
        let mut sources = Sources::new();
        let id = sources.add("a.yaml", "é: 1\nö😀x: 2\n");
        let file = sources.file(id);
        let x = file.text().find('x').unwrap();
        assert_eq!(file.position(x), Position { line: 2, column: 3 });
        assert_eq!(file.position(1), Position { line: 1, column: 1 }, "inside é");
        assert_eq!(file.position(999), Position { line: 3, column: 1 });
    }

    #[test]
    fn lines_are_without_their_breaks() {
        let mut sources = Sources::new();
        let id = sources.add("a.yaml", "one\r\ntwo");
        let file = sources.file(id);
        assert_eq!((file.line(1), file.line(2), file.line(3), file.line(0)), (Some("one"), Some("two"), None, None));
    }
}
