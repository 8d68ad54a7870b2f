use std::fmt::{self, Write as _};

use super::label::LINE_HEIGHT;
use crate::process::diagram::{Bounds, Point};

/// The text of a picture as it grows. Everything that comes from a file is escaped here.
#[derive(Default)]
pub(super) struct Svg {
    text: String,
}

/// A number as it is written: at most two decimals, the same everywhere.
#[derive(Clone, Copy)]
pub(super) struct Number(pub f64);

/// A text as it stands between tags or quotes.
pub(super) struct Escaped<'a>(pub &'a str);

/// How the lines of a text are set.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Middle,
}

impl Svg {
    pub fn add(&mut self, arguments: fmt::Arguments<'_>) {
        // Strings take everything.
        let _ = self.text.write_fmt(arguments);
    }

    pub fn raw(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub fn into_text(self) -> String {
        self.text
    }

    pub fn rectangle(&mut self, class: &str, bounds: Bounds, radius: f64) {
        let Bounds { x, y, width, height } = bounds;
        let (x, y, width, height) = (Number(x), Number(y), Number(width), Number(height));
        self.add(format_args!(r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}""#));
        if radius > 0.0 {
            self.add(format_args!(r#" rx="{}""#, Number(radius)));
        }
        self.raw("/>");
    }

    pub fn circle(&mut self, class: &str, centre: Point, radius: f64) {
        let (x, y, radius) = (Number(centre.x), Number(centre.y), Number(radius));
        self.add(format_args!(r#"<circle class="{class}" cx="{x}" cy="{y}" r="{radius}"/>"#));
    }

    pub fn path(&mut self, class: &str, path: &str) {
        self.add(format_args!(r#"<path class="{class}" d="{path}"/>"#));
    }

    /// A closed figure with straight sides.
    pub fn polygon(&mut self, class: &str, corners: &[Point]) {
        let mut path = String::new();
        for (at, corner) in corners.iter().enumerate() {
            let letter = if at == 0 { 'M' } else { 'L' };
            let _ = write!(path, "{letter}{} {}", Number(corner.x), Number(corner.y));
        }
        path.push('Z');
        self.path(class, &path);
    }

    /// Lines of text below each other, the first with its upper side at a height.
    pub fn lines(&mut self, class: &str, lines: &[String], align: Align, at: Point, size: f64) {
        if lines.is_empty() {
            return;
        }
        let anchor = if align == Align::Middle { r#" text-anchor="middle""# } else { "" };
        self.add(format_args!(r#"<text class="{class}"{anchor} font-size="{}">"#, Number(size)));
        for (number, line) in lines.iter().enumerate() {
            // Letters stand on a line at about four fifths of their height.
            let y = at.y + number as f64 * LINE_HEIGHT * size + size * 0.95;
            let (x, y) = (Number(at.x), Number(y));
            self.add(format_args!(r#"<tspan x="{x}" y="{y}">{}</tspan>"#, Escaped(line)));
        }
        self.raw("</text>");
    }

    /// A line of text that reads from the bottom to the top, around its centre.
    pub fn turned(&mut self, class: &str, lines: &[String], centre: Point, size: f64) {
        let (x, y) = (Number(centre.x), Number(centre.y));
        self.add(format_args!(r#"<g transform="translate({x} {y}) rotate(-90)">"#));
        let top = -(lines.len() as f64) * LINE_HEIGHT * size / 2.0;
        self.lines(class, lines, Align::Middle, Point::new(0.0, top), size);
        self.raw("</g>");
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Coordinates are bounded, far below what an integer holds.
        let hundredths = (self.0 * 100.0).round() as i64;
        let (whole, part) = (hundredths.abs() / 100, hundredths.abs() % 100);
        if hundredths < 0 {
            f.write_char('-')?;
        }
        match part {
            0 => write!(f, "{whole}"),
            part if part % 10 == 0 => write!(f, "{whole}.{}", part / 10),
            part => write!(f, "{whole}.{part:02}"),
        }
    }
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\n' | '\t' | '\r' => f.write_char(' ')?,
                // What XML cannot hold.
                c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => f.write_char('\u{fffd}')?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_the_same_everywhere() {
        let written = |number| Number(number).to_string();
        assert_eq!(
            [0.0, -0.001, 1.5, -1.25, 0.333_333, 100.0, -0.5, 12.0051].map(written),
            ["0", "0", "1.5", "-1.25", "0.33", "100", "-0.5", "12.01"]
        );
    }

    #[test]
    fn what_xml_does_not_hold_is_replaced() {
        assert_eq!(Escaped("a<b>&\"'\u{1}\n").to_string(), "a&lt;b&gt;&amp;&quot;&#39;\u{fffd} ");
    }
}
