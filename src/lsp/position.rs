use lsp_types::{Position, Range};

use crate::source::{SourceFile, Sources, Span};

/// Where a byte offset is, as editors count: lines from 0, and UTF-16 units from the beginning of the line.
pub(super) fn position(file: &SourceFile, offset: usize) -> Position {
    let line = file.position(offset).line;
    let start = file.line_start(line);
    let before = file.text().get(start..offset.min(file.text().len())).unwrap_or_default();
    Position::new(line as u32 - 1, before.encode_utf16().count() as u32)
}

/// Where a span is.
pub(super) fn range(sources: &Sources, span: Span) -> Range {
    let file = sources.file(span.file);
    Range::new(position(file, span.start as usize), position(file, span.end as usize))
}

/// All of a text: editors take a place behind its last line for its end.
pub(super) fn whole(text: &str) -> Range {
    let lines = text.matches('\n').count() as u32 + 1;
    Range::new(Position::new(0, 0), Position::new(lines, 0))
}

/// The byte offset of a position. One behind the end of its line is that end, one behind the end of the text is that.
pub(super) fn offset(text: &str, position: Position) -> usize {
    let mut start = 0;
    for _ in 0..position.line {
        match text[start..].find('\n') {
            Some(at) => start += at + 1,
            None => return text.len(),
        }
    }
    let line = text[start..].split('\n').next().unwrap_or_default();
    let line = line.strip_suffix('\r').unwrap_or(line);
    let mut units = 0;
    for (at, letter) in line.char_indices() {
        // A position inside a character is its beginning.
        units += letter.len_utf16() as u32;
        if units > position.character {
            return start + at;
        }
    }
    start + line.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn units_of_utf_16_are_counted() {
        let mut sources = Sources::new();
        let file = sources.add("a.yaml", "a: ö😀b\r\nc: 1\r\n");
        let file = sources.file(file);
        let b = file.text().find('b').unwrap();
        assert_eq!(position(file, b), Position::new(0, 6));
        assert_eq!(offset(file.text(), Position::new(0, 6)), b);
        assert_eq!(offset(file.text(), Position::new(0, 5)), b - 4, "inside of the emoji");
        assert_eq!(offset(file.text(), Position::new(0, 99)), b + 1);
        assert_eq!(offset(file.text(), Position::new(1, 3)), file.text().find('1').unwrap());
        assert_eq!(offset(file.text(), Position::new(9, 9)), file.text().len());
    }

    proptest! {
        #[test]
        fn there_and_back(text in "[a-zö😀 \n]{0,40}", at in 0usize..60) {
            let mut sources = Sources::new();
            let file = sources.add("a.yaml", text.as_str());
            let file = sources.file(file);
            let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            prop_assert_eq!(offset(&text, position(file, at)), at);
        }
    }
}
