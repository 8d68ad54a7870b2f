use std::borrow::Cow;
use std::time::Duration;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Text from elsewhere on one line, without characters that would act on a terminal.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    // Overrides of the writing direction can make a line read as something else than it is.
    let acts = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let shown = text.chars().map(|c| match c {
        '\n' | '\r' | '\t' => ' ',
        c if acts(c) => '\u{fffd}',
        c => c,
    });
    Cow::Owned(shown.collect())
}

/// Columns that a text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The text in at most `columns`, with an ellipsis where it was cut.
pub(super) fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mut left = columns.saturating_sub(1);
    let fits = |c: &char| {
        let wide = c.width().unwrap_or(0);
        let fits = wide <= left;
        left = if fits { left - wide } else { 0 };
        fits
    };
    let mut kept: String = text.chars().take_while(fits).collect();
    kept.push('…');
    Cow::Owned(kept)
}

/// The text followed by blanks, at least `columns` wide.
pub(super) fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Lines of at most `columns`, broken between words; a longer word has a line of its own and is left whole, so that it
/// can be copied.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    // A no-break space keeps words together.
    for word in text.split([' ', '\n']).filter(|word| !word.is_empty()) {
        if !line.is_empty() && width(&line) + 1 + width(word) > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Lines of at most `columns`, broken between words where there is a blank in the line's second half and else anywhere; the
/// last one ends with an ellipsis if there would be more than `most`.
pub(super) fn fill(text: &str, columns: usize, most: usize) -> Vec<String> {
    let columns = columns.max(2);
    let mut lines = Vec::new();
    let mut rest = text.trim();
    while width(rest) > columns {
        if lines.len() + 1 >= most {
            lines.push(cut(rest, columns).into_owned());
            return lines;
        }
        let mut used = 0;
        let mut fits = |c: char| {
            used += c.width().unwrap_or(0);
            used <= columns
        };
        let end = rest.find(|c| !fits(c)).unwrap_or(rest.len());
        // A blank that would be the next line's first counts as well.
        let blank = rest[..rest.ceil_char_boundary(end + 1)].rfind(' ').filter(|at| *at > end / 2);
        let (line, after) = rest.split_at(blank.unwrap_or(end));
        lines.push(line.trim_end().to_owned());
        rest = after.trim_start();
    }
    lines.push(rest.to_owned());
    lines
}

/// A shell command on lines of at most `columns` where that is possible: broken between options, each but the last with the
/// mark that the next one belongs to it.
pub(super) fn command(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in options(text) {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(part) + 2 <= columns => *line += &format!(" {part}"),
            Some(line) => {
                line.push_str(" \\");
                lines.push(format!("  {part}"));
            }
            None => lines.push(part.to_owned()),
        }
    }
    lines
}

/// The parts of a shell command: words, options with the word behind them, and a comment.
fn options(text: &str) -> Vec<&str> {
    let (mut parts, mut from, mut quote, mut option) = (Vec::new(), 0, None, false);
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match (quote, byte) {
            // What stands behind it means itself.
            (None | Some(b'"'), b'\\') => drop(bytes.next()),
            (None, b'\'' | b'"') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            (None, b' ') if option => option = false,
            (None, b' ') => {
                parts.push(&text[from..at]);
                from = at + 1;
                match text.as_bytes().get(from) {
                    Some(b'#') => break,
                    next => option = next == Some(&b'-'),
                }
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

/// `84 ms`, `1.24 s`, `12.4 s`, `2 min 5 s`, `1 h 1 min`.
pub(crate) fn duration(millis: f64) -> String {
    // Neither below nothing nor not a number, whatever a stored file says.
    let millis = millis.max(0.0);
    let seconds = Duration::try_from_secs_f64(millis / 1e3).unwrap_or_default().as_secs();
    match seconds {
        0 if millis < 999.5 => format!("{millis:.0} ms"),
        0..10 => format!("{:.2} s", millis / 1e3),
        10..60 => format!("{:.1} s", millis / 1e3),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// A number with its noun: `1 step`, `2 steps`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", thousands(number), if number == 1 { "" } else { "s" })
}

/// `12,345`.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_at_a_glance() {
        let all = [-1.0, f64::NAN, 0.4, 84.0, 999.4, 999.6, 1240.0, 12_440.0, 125_000.0, 3_660_000.0];
        let shown = ["0 ms", "0 ms", "0 ms", "84 ms", "999 ms", "1.00 s", "1.24 s", "12.4 s", "2 min 5 s", "1 h 1 min"];
        assert_eq!(all.map(duration), shown);
    }

    #[test]
    fn texts_are_cut_wrapped_and_filled_by_columns() {
        assert_eq!(cut("漢字漢字", 5), "漢字…");
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(wrap("a bb ccc", 4), ["a bb", "ccc"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(wrap("a longerword b", 4), ["a", "longerword", "b"]);
        assert_eq!(fill("abcdefgh", 3, 9), ["abc", "def", "gh"]);
        assert_eq!(fill("abcdefgh", 3, 2), ["abc", "de…"]);
        assert_eq!(fill("ab cd ef", 5, 9), ["ab cd", "ef"]);
        assert_eq!(fill("漢字漢字", 5, 9), ["漢字", "漢字"]);
        assert_eq!(pad("漢", 3), "漢 ");
    }

    #[test]
    fn commands_are_broken_between_options_and_nowhere_else() {
        let line = "curl -X POST 'http://a/b c -d' -H 'x: it'\\''s -y' --data-raw '{\"a\":1}'";
        let wanted = ["curl -X POST 'http://a/b c -d' \\", "  -H 'x: it'\\''s -y' \\", "  --data-raw '{\"a\":1}'"];
        assert_eq!(command(line, 34), wanted);
        assert_eq!(command(line, 200), [line]);
        assert_eq!(command(line, 1).join("\n").replace(" \\\n  ", " "), line);
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!((count(1, "step"), count(2, "step")), ("1 step".to_owned(), "2 steps".to_owned()));
    }

    #[test]
    fn nothing_acts_on_the_terminal() {
        assert_eq!(clean("a\x1b[31mb\nc\u{202e}d"), "a\u{fffd}[31mb c\u{fffd}d");
    }
}
