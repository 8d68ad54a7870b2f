use std::fmt::Write as _;

use super::icon;
use super::label;
use super::paint::Mark;
use super::svg::{Number, Svg};
use crate::process::diagram::{Edge, Line, Point};

/// How round corners are.
const CORNER: f64 = 5.0;
/// The width of a line that nothing is known of, and the most that hits make of it.
const WIDTH: f64 = 1.5;
const MAX_WIDTH: f64 = 7.0;

pub(super) fn edge(svg: &mut Svg, edge: &Edge, mark: Option<&Mark>) {
    let points = distinct(&edge.points);
    let ([first, second, ..], [.., before, last]) = (points.as_slice(), points.as_slice()) else { return };
    let (first, second, before, last) = (*first, *second, *before, *last);
    let width = mark.and_then(|mark| mark.hits).map_or(WIDTH, width);
    // An arrow covers the end of its line, which would stand out on both sides of the tip.
    let arrow = 8.0 + width * 1.6;
    let mut drawn = points.clone();
    if matches!(edge.line, Line::Sequence { .. })
        && let Some(end) = drawn.last_mut()
    {
        *end = last.towards(before, (arrow * 0.7 / last.distance(before)).min(1.0));
    }
    let path = rounded(&drawn);
    svg.add(format_args!(r#"<path class="flow" stroke-width="{}" d="{path}"/>"#, Number(width)));
    match edge.line {
        Line::Sequence { default, conditional } => {
            svg.polygon("tip", &head(before, last, arrow, arrow * 0.45));
            if conditional {
                svg.polygon("hollow", &lozenge(first, second));
            }
            if default {
                let at = first.towards(second, (9.0 / first.distance(second)).min(0.5));
                let (along_x, along_y) = direction(first, second);
                // Aslant to the flow.
                let (x, y) = (along_x * 3.0 - along_y * 5.0, along_y * 3.0 + along_x * 5.0);
                stroke(svg, Point::new(at.x - x, at.y - y), Point::new(at.x + x, at.y + y));
            }
        }
        Line::Message(envelope) => {
            svg.circle("hollow", first, 3.5);
            svg.polygon("hollow", &head(before, last, 9.0, 4.5));
            if let Some(envelope) = envelope {
                svg.icon(icon::of_envelope(envelope), middle(&points), 1.2);
            }
        }
        Line::Association { from, to } => {
            if from {
                open_head(svg, second, first);
            }
            if to {
                open_head(svg, before, last);
            }
        }
        Line::Data => open_head(svg, before, last),
        Line::Conversation => {}
    }
    // A line is thin; this is what a pointer meets.
    svg.path("hit", &path);
    label::of_edge(svg, edge);
}

fn width(hits: u64) -> f64 {
    // Precision does not matter for what is logarithmic and bounded.
    let grown = WIDTH + 0.8 * (hits as f64).max(1.0).ln();
    grown.min(MAX_WIDTH)
}

/// The places without those that are where the one before is.
fn distinct(points: &[Point]) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::with_capacity(points.len());
    for point in points {
        if kept.last().is_none_or(|last| last.distance(*point) > 0.01) {
            kept.push(*point);
        }
    }
    kept
}

/// A line with round corners.
fn rounded(points: &[Point]) -> String {
    let mut path = String::new();
    let put = |path: &mut String, letter: char, point: Point| {
        let _ = write!(path, "{letter}{} {}", Number(point.x), Number(point.y));
    };
    let last = points.len().saturating_sub(1);
    for (at, point) in points.iter().enumerate() {
        if at == 0 || at == last {
            put(&mut path, if at == 0 { 'M' } else { 'L' }, *point);
            continue;
        }
        let (before, after) = (points[at - 1], points[at + 1]);
        let (back, ahead) = (point.distance(before), point.distance(after));
        let round = CORNER.min(back / 2.0).min(ahead / 2.0);
        if round < 0.5 {
            put(&mut path, 'L', *point);
            continue;
        }
        put(&mut path, 'L', point.towards(before, round / back));
        put(&mut path, 'Q', *point);
        let end = point.towards(after, round / ahead);
        let _ = write!(path, " {} {}", Number(end.x), Number(end.y));
    }
    path
}

fn direction(from: Point, to: Point) -> (f64, f64) {
    let length = from.distance(to).max(0.01);
    ((to.x - from.x) / length, (to.y - from.y) / length)
}

/// The head of an arrow: its tip and the two corners behind.
fn head(from: Point, tip: Point, length: f64, half: f64) -> [Point; 3] {
    let (x, y) = direction(from, tip);
    let base = Point::new(tip.x - x * length, tip.y - y * length);
    [tip, Point::new(base.x - y * half, base.y + x * half), Point::new(base.x + y * half, base.y - x * half)]
}

fn open_head(svg: &mut Svg, from: Point, to: Point) {
    let [tip, left, right] = head(from, to, 8.0, 4.5);
    let [x, y, left_x, left_y, right_x, right_y] = [tip.x, tip.y, left.x, left.y, right.x, right.y].map(Number);
    svg.path("line", &format!("M{left_x} {left_y}L{x} {y}L{right_x} {right_y}"));
}

/// The mark of a condition at the beginning of a flow.
fn lozenge(first: Point, second: Point) -> [Point; 4] {
    let (x, y) = direction(first, second);
    let middle = Point::new(first.x + x * 8.0, first.y + y * 8.0);
    let end = Point::new(first.x + x * 16.0, first.y + y * 16.0);
    let (aside_x, aside_y) = (-y * 4.5, x * 4.5);
    [first, Point::new(middle.x + aside_x, middle.y + aside_y), end, Point::new(middle.x - aside_x, middle.y - aside_y)]
}

fn stroke(svg: &mut Svg, from: Point, to: Point) {
    let [x, y, to_x, to_y] = [from.x, from.y, to.x, to.y].map(Number);
    svg.path("line", &format!("M{x} {y}L{to_x} {to_y}"));
}

/// The place halfway along a line.
fn middle(points: &[Point]) -> Point {
    let length: f64 = points.windows(2).map(|pair| pair[0].distance(pair[1])).sum();
    let mut left = length / 2.0;
    for pair in points.windows(2) {
        let part = pair[0].distance(pair[1]);
        if left <= part && part > 0.0 {
            return pair[0].towards(pair[1], left / part);
        }
        left -= part;
    }
    points.first().copied().unwrap_or_default()
}
