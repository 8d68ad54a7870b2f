use unicode_width::UnicodeWidthChar;

/// Widths of the characters from space to tilde in Helvetica and Arial, in thousandths of the size.
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];
/// Letters that are in no table: accented ones are about as wide as this.
const OTHER: f64 = 0.56;
/// Longest text that is drawn, in characters; the rest is in its title.
const MAX_LENGTH: usize = 2_000;

/// About how wide a text is, in a font of a size.
pub fn width(text: &str, size: f64) -> f64 {
    text.chars().map(|c| character(c) * size).sum()
}

fn character(c: char) -> f64 {
    let known = (c as usize).checked_sub(' ' as usize).and_then(|at| WIDTHS.get(at));
    match (known, c.width()) {
        (Some(width), _) => f64::from(*width) / 1000.0,
        (None, Some(2..)) => 1.0,
        (None, Some(0) | None) => 0.0,
        _ => OTHER,
    }
}

/// The lines of a text that is to fit into a width, at most so many; an ellipsis stands for what is left out.
///
/// White space breaks lines as in a modeller; a word that is too long is broken after a mark, else anywhere.
pub fn wrapped(text: &str, size: f64, within: f64, most: usize) -> Vec<String> {
    let long = text.chars().nth(MAX_LENGTH).is_some();
    let text: String = text.chars().take(MAX_LENGTH).collect();
    let mut lines = Vec::new();
    for paragraph in text.split(['\n', '\r']).map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
        paragraph_lines(paragraph, size, within, &mut lines);
    }
    if lines.len() > most || long {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            while width(last, size) + size > within && last.pop().is_some() {}
            last.push('…');
        }
    }
    lines
}

fn paragraph_lines(paragraph: &str, size: f64, within: f64, lines: &mut Vec<String>) {
    let (mut line, mut filled) = (String::new(), 0.0);
    let space = character(' ') * size;
    for word in paragraph.split_whitespace() {
        let mut rest = word;
        let mut gap = if line.is_empty() { 0.0 } else { space };
        loop {
            let needed = width(rest, size);
            if filled + gap + needed <= within {
                if gap > 0.0 {
                    line.push(' ');
                }
                line.push_str(rest);
                filled += gap + needed;
                break;
            }
            // A word that fits into a line of its own is not broken.
            if !line.is_empty() && (needed <= within || filled + gap + 3.0 * size > within) {
                lines.push(std::mem::take(&mut line));
                (filled, gap) = (0.0, 0.0);
                continue;
            }
            let (head, tail) = rest.split_at(broken_at(rest, size, within - filled - gap));
            if gap > 0.0 {
                line.push(' ');
            }
            lines.push(std::mem::take(&mut line) + head);
            (filled, gap) = (0.0, 0.0);
            rest = tail;
            if rest.is_empty() {
                break;
            }
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
}

/// Where a word is broken that is too long: after the last mark that fits, else after the last character that does.
fn broken_at(word: &str, size: f64, within: f64) -> usize {
    let (mut filled, mut last, mut mark) = (0.0, 0, 0);
    for (at, c) in word.char_indices() {
        filled += character(c) * size;
        if filled > within && last > 0 {
            break;
        }
        last = at + c.len_utf8();
        if matches!(c, '-' | '_' | '/' | '.' | ',' | ':') {
            mark = last;
        }
    }
    // A short head is no gain.
    if mark * 3 > last { mark } else { last }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_broken_where_people_would() {
        assert_eq!(
            wrapped("Capture the front of a document", 12.0, 90.0, 5),
            ["Capture the", "front of a", "document"]
        );
        assert_eq!(wrapped("one\n two\u{a0}three", 12.0, 90.0, 5), ["one", "two three"]);
        assert_eq!(wrapped("Event_very-long-identifier", 12.0, 80.0, 5), ["Event_very-", "long-identifier"]);
        assert_eq!(wrapped("Donaudampfschifffahrt", 12.0, 60.0, 5), ["Donaudam", "pfschifffahr", "t"]);
        assert_eq!(wrapped(" \n ", 12.0, 60.0, 5), [""; 0]);
    }

    #[test]
    fn what_does_not_fit_is_left_out_visibly() {
        let lines = wrapped("a lot of words that do not fit into two lines", 12.0, 70.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…'), "{lines:?}");
        assert!(lines.iter().all(|line| width(line, 12.0) <= 72.0), "{lines:?}");
    }

    #[test]
    fn every_character_is_kept_and_no_width_stops_it() {
        for within in [0.0, 1.0, 20.0, 500.0] {
            let lines = wrapped("größer als 漢字-漢字", 12.0, within, 100);
            assert_eq!(lines.concat().replace(' ', ""), "größerals漢字-漢字");
        }
    }
}
