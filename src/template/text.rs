use std::ops::Range;

use super::names::string_end;

/// What stands in a scalar.
#[derive(Debug, PartialEq)]
pub(super) enum Pieces {
    /// No template at all.
    Plain,
    /// Exactly one `{{ … }}`; the range is what stands between the braces.
    Single(Range<usize>),
    /// Text with `{{ … }}` in it.
    Mixed(Vec<Piece>),
    /// Text with `{% … %}`, comments or white-space control, which is the engine's to divide.
    Block,
    /// An opening without its end, at this offset.
    Open(usize),
}

/// A part of a mixed text.
#[derive(Debug, PartialEq)]
pub(super) enum Piece {
    /// Text that stands for itself.
    Raw(Range<usize>),
    /// What stands between `{{` and `}}`.
    Expression(Range<usize>),
}

/// Divides a scalar's text. The line break that ends a block scalar does not keep a lone `{{ … }}` from being one.
pub(super) fn divide(text: &str, block_scalar: bool) -> Pieces {
    if !["{{", "{%", "{#"].iter().any(|open| text.contains(open)) {
        return Pieces::Plain;
    }
    let whole = if block_scalar { text.trim_end_matches(['\n', '\r']) } else { text };
    let mut pieces = Vec::new();
    let (mut at, mut raw) = (0, 0);
    while let Some(open) = text[at..].find('{').map(|found| at + found) {
        match text.as_bytes().get(open + 1) {
            Some(b'%' | b'#') => return Pieces::Block,
            Some(b'{') => {}
            _ => {
                at = open + 1;
                continue;
            }
        }
        let Some(end) = end_of(text, open + 2, b"}}") else { return Pieces::Open(open) };
        let (mut from, mut to) = (open + 2, end - 2);
        let inside = &text[from..to];
        let single = open == 0 && end == whole.len();
        // `{{- x -}}` eats the text around it.
        if inside.starts_with(['-', '+']) || inside.ends_with(['-', '+']) {
            if !single {
                return Pieces::Block;
            }
            from += usize::from(inside.starts_with(['-', '+']));
            to = to.saturating_sub(usize::from(inside.ends_with(['-', '+']))).max(from);
        }
        if single {
            return Pieces::Single(from..to);
        }
        if raw < open {
            pieces.push(Piece::Raw(raw..open));
        }
        pieces.push(Piece::Expression(from..to));
        (at, raw) = (end, end);
    }
    if raw < text.len() {
        pieces.push(Piece::Raw(raw..text.len()));
    }
    if pieces.iter().all(|piece| matches!(piece, Piece::Raw(_))) { Pieces::Plain } else { Pieces::Mixed(pieces) }
}

/// One past the `}}` or `%}` that ends a template, by the engine's own rule: brackets inside it are in balance, and strings do
/// not count.
fn end_of(text: &str, from: usize, close: &[u8; 2]) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut balance) = (from, 0isize);
    while at < bytes.len() {
        if balance == 0 && bytes[at..].starts_with(close) {
            return Some(at + 2);
        }
        match bytes[at] {
            b'\'' | b'"' => {
                at = string_end(bytes, at);
                continue;
            }
            b'(' | b'[' | b'{' => balance += 1,
            b')' | b']' | b'}' => balance -= 1,
            _ => {}
        }
        at += 1;
    }
    None
}

/// The insides of every `{{ … }}` and `{% … %}` of a text, or where the one that has no end begins.
pub(super) fn insides(text: &str) -> Result<Vec<Range<usize>>, usize> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find('{').map(|found| at + found) {
        at = match bytes.get(open + 1) {
            Some(b'#') => text[open + 2..].find("#}").map(|len| open + len + 4).ok_or(open)?,
            Some(b'{') => {
                let end = end_of(text, open + 2, b"}}").ok_or(open)?;
                found.push(open + 2..end - 2);
                end
            }
            Some(b'%') => {
                let end = end_of(text, open + 2, b"%}").ok_or(open)?;
                if text[open + 2..end - 2].trim_matches(['-', '+', ' ', '\n']) == "raw" {
                    text[end..].find("endraw").map(|len| end + len).ok_or(open)?
                } else {
                    found.push(open + 2..end - 2);
                    end
                }
            }
            _ => open + 1,
        };
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_expression_is_told_from_text() {
        assert_eq!(divide("{{ {'a': {'b': 1}} }}", false), Pieces::Single(2..19));
        assert_eq!(divide("{{ '}}' }}", false), Pieces::Single(2..8));
        assert_eq!(divide("{{- x -}}", false), Pieces::Single(3..6));
        assert_eq!(divide("{{ x }}\n", true), Pieces::Single(2..5));
        assert!(matches!(divide("{{ x }}\n", false), Pieces::Mixed(_)));
        assert!(matches!(divide("{{ x }}{{ y }}", false), Pieces::Mixed(pieces) if pieces.len() == 2));
        assert_eq!(divide("a { b } }} {", false), Pieces::Plain);
        assert_eq!(divide("a {{ b }", false), Pieces::Open(2));
        assert_eq!(divide("{% if x %}{{ y }}{% endif %}", false), Pieces::Block);
        assert_eq!(divide("a {{- y }}", false), Pieces::Block);
    }

    #[test]
    fn insides_skip_comments_and_strings() {
        let text = "{# {{ no }} #}{% raw %}{{ no }}{% endraw %}{% if '%}' %}{{ x }}{% endif %}";
        let found: Vec<&str> = insides(text).unwrap().into_iter().map(|range| text[range].trim()).collect();
        assert_eq!(found, ["if '%}'", "x", "endif"]);
    }
}
