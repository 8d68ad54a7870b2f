use crate::source::{FileId, Position, Sources, Span};

/// How places are told outside of the program.
#[derive(Clone, Copy, Debug)]
pub struct Places<'a> {
    /// The texts that problems are of.
    pub sources: &'a Sources,
    /// What stands before the names of files, so that they are relative to where the reader stands; empty, or with a closing `/`.
    pub prefix: &'a str,
}

impl Places<'_> {
    /// The path of a file. What is inside of the program has none, and is called as it is.
    pub(crate) fn path(&self, file: FileId) -> String {
        let name = self.sources.file(file).name();
        let outside = name.starts_with(['<', '/']);
        if outside { name.to_owned() } else { format!("{}{name}", self.prefix) }
    }

    /// Where a span begins.
    pub(crate) fn start(&self, span: Span) -> Position {
        self.sources.file(span.file).position(span.start as usize)
    }

    /// One past its last character.
    pub(super) fn end(&self, span: Span) -> Position {
        self.sources.file(span.file).position(span.end as usize)
    }
}
