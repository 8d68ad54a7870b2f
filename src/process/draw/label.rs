use super::svg::{Align, Svg};
use crate::process::diagram::text::{width, wrapped};
use crate::process::diagram::{Bounds, Edge, Point, Shape};

/// The size of names inside of shapes.
pub(super) const INSIDE: f64 = 12.0;
/// The size of names beside shapes and lines.
pub(super) const BESIDE: f64 = 11.0;
/// How far lines of text are from each other, in sizes.
pub(super) const LINE_HEIGHT: f64 = 1.2;
/// How wide a name beside a shape gets, unless the diagram gives it more.
const WIDTH: f64 = 90.0;
/// Most lines of a name beside a shape.
const MOST: usize = 12;

/// The name of a shape that stands beside it: where the diagram says, else below.
pub(super) fn beside(svg: &mut Svg, shape: &Shape) {
    let Some(name) = &shape.name else { return };
    match shape.label {
        Some(label) => at(svg, name, label),
        None => {
            let lines = wrapped(name, BESIDE, WIDTH.max(shape.bounds.width + 20.0), MOST);
            let top = Point::new(shape.bounds.centre().x, shape.bounds.bottom() + 5.0);
            svg.lines("name", &lines, Align::Middle, top, BESIDE);
        }
    }
}

/// The name of a line: where the diagram says, else at its longest part.
pub(super) fn of_edge(svg: &mut Svg, edge: &Edge) {
    let Some(name) = &edge.name else { return };
    if let Some(label) = edge.label {
        return at(svg, name, label);
    }
    let parts = edge.points.windows(2).map(|pair| (pair[0], pair[1]));
    let longest = parts.reduce(|longest, part| {
        let gained = part.0.distance(part.1) - longest.0.distance(longest.1);
        if gained > 0.5 { part } else { longest }
    });
    let Some((from, to)) = longest else { return };
    let middle = from.towards(to, 0.5);
    let upright = (to.y - from.y).abs() > (to.x - from.x).abs();
    let lines = wrapped(name, BESIDE, WIDTH, MOST);
    let height = lines.len() as f64 * BESIDE * LINE_HEIGHT;
    if upright {
        let top = Point::new(middle.x + 6.0, middle.y - height / 2.0);
        svg.lines("name", &lines, Align::Left, top, BESIDE);
    } else {
        let top = Point::new(middle.x, middle.y - height - 4.0);
        svg.lines("name", &lines, Align::Middle, top, BESIDE);
    }
}

/// A name in a place that the diagram gives it.
fn at(svg: &mut Svg, name: &str, place: Bounds) {
    // What another program measured with its font is a little narrower or wider here.
    let within = (place.width * 1.1 + 4.0).max(width("MMM", BESIDE));
    let lines = wrapped(name, BESIDE, within, MOST);
    svg.lines("name", &lines, Align::Middle, Point::new(place.centre().x, place.y), BESIDE);
}

/// A text in the middle of an area; what does not fit ends in an ellipsis.
pub(super) fn centred(svg: &mut Svg, name: &str, area: Bounds) {
    let most = (area.height / (INSIDE * LINE_HEIGHT)).max(1.0) as usize;
    let lines = wrapped(name, INSIDE, area.width, most);
    let height = lines.len() as f64 * INSIDE * LINE_HEIGHT;
    let top = Point::new(area.centre().x, area.y + (area.height - height) / 2.0);
    svg.lines("text", &lines, Align::Middle, top, INSIDE);
}

/// A text at the top of an area.
pub(super) fn above(svg: &mut Svg, name: &str, area: Bounds) {
    let lines = wrapped(name, INSIDE, area.width, 2);
    svg.lines("text", &lines, Align::Middle, Point::new(area.centre().x, area.y), INSIDE);
}
