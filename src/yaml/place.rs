use std::ops::Range;

use super::{Scalar, ScalarStyle};

/// Where a range of a scalar's text stands in what its author wrote: escapes, folded lines and indentation make the two
/// differ. `None` if they cannot be matched.
pub(super) fn place(scalar: &Scalar, written: &str, range: Range<usize>) -> Option<Range<usize>> {
    let double = written.starts_with('"');
    let single = written.starts_with('\'');
    // The span of a block scalar begins behind its header.
    let mut at = usize::from(scalar.style == ScalarStyle::Quoted);
    let (mut start, mut end) = (None, at);
    for (offset, c) in scalar.text.char_indices() {
        if offset >= range.end {
            break;
        }
        let len = loop {
            let rest = written.get(at..)?;
            let next = rest.chars().next();
            match next {
                Some('\\') if double => match escape(rest) {
                    // An escaped line break joins two lines.
                    None => at += 1 + rest[1..].len() - rest[1..].trim_start().len(),
                    Some(len) => break len,
                },
                Some('\'') if single && c == '\'' => break 2,
                Some(other) if other == c => break c.len_utf8(),
                Some(space) if space.is_whitespace() && c.is_whitespace() => break space.len_utf8(),
                // Indentation, and all but the first of the breaks and spaces that become one.
                Some(space) if space.is_whitespace() => at += space.len_utf8(),
                // The first indentation and the last line break of a block are not part of its span.
                _ if c.is_whitespace() => break 0,
                _ => return None,
            }
        };
        if offset >= range.start && start.is_none() {
            start = Some(at);
        }
        at += len;
        end = at;
    }
    Some(start.unwrap_or(end)..end)
}

/// The length of the escape sequence that a text begins with (YAML 1.2 section 5.7); `None` for an escaped line break.
fn escape(rest: &str) -> Option<usize> {
    match rest[1..].chars().next() {
        Some('\n' | '\r') => None,
        Some('x') => Some(4),
        Some('u') => Some(6),
        Some('U') => Some(10),
        Some(other) => Some(1 + other.len_utf8()),
        None => Some(1),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::diagnostic::Diagnostics;
    use crate::source::Sources;
    use crate::yaml;

    /// What stands in the file where `wanted` stands in the text of the value of `a`.
    fn placed(yaml: &str, wanted: &str) -> (String, String) {
        let mut sources = Sources::new();
        let file = sources.add("a.yaml", yaml);
        let node = yaml::parse(&sources, file, &mut Diagnostics::new()).unwrap();
        let node = node.get("a").unwrap();
        let offset = node.as_scalar().unwrap().text.find(wanted).unwrap();
        let span = node.place(sources.text(node.span), offset, wanted.len());
        (sources.text(span).to_owned(), sources.locate(span))
    }

    #[test]
    fn every_notation_is_followed() {
        for (yaml, wanted, at) in [
            ("a: one two\n", "two", "a.yaml:1:8"),
            ("a: é two\n", "two", "a.yaml:1:6"),
            ("a: 'it''s two'\n", "two", "a.yaml:1:11"),
            (r#"a: "\u00e9 \"x\" two""#, "two", "a.yaml:1:18"),
            ("a: \"one \\\n   two\"\n", "two", "a.yaml:2:4"),
            ("a: one\n   more\n\n   two\n", "two", "a.yaml:4:4"),
            ("a: |\n  one\n    deeper\n  two\n", "two", "a.yaml:4:3"),
            ("a: |\n  two\n", "two", "a.yaml:2:3"),
            ("a: >-\n  one\n  more\n\n  two\n", "two", "a.yaml:5:3"),
        ] {
            assert_eq!(placed(yaml, wanted), (wanted.to_owned(), at.to_owned()), "{yaml}");
        }
        assert_eq!(placed(r#"a: "say \"x\" now""#, "\"x\"").0, r#"\"x\""#, "an escape is covered as written");
    }

    proptest! {
        #[test]
        fn a_word_is_found_in_any_scalar(
            before in "[a-z'\"\\\\ \n]{0,12}", style in 0..4usize, after in "[a-z'\"\\\\ \n]{0,12}"
        ) {
            let text = format!("x{before}W0RD{after}");
            let written = match style {
                0 => format!("a: {}", serde_json::to_string(&text).unwrap()),
                1 => format!("a: '{}'", text.replace('\n', " ").replace('\'', "''")),
                2 => format!("a: |\n  {}", text.replace('\n', "\n  ")),
                _ => format!("a: >\n  {}", text.replace('\n', "\n  ")),
            };
            prop_assert_eq!(placed(&written, "W0RD").0, "W0RD");
        }
    }
}
