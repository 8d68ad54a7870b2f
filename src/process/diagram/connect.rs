use super::layout::straightened;
use super::model::{EventPlace, Figure};
use super::{Bounds, Point, Shape};

/// How far a line goes from a shape before it turns.
const AWAY: f64 = 20.0;

/// A line with right angles from one shape to another, out of the way of both.
pub(super) fn connect(from: &Shape, to: &Shape) -> Vec<Point> {
    let on_border = matches!(&from.figure, Figure::Event(event) if matches!(event.place, EventPlace::Boundary { .. }));
    let (source, target) = (from.bounds, to.bounds);
    let (start, end) = (source.centre(), target.centre());
    let points = if on_border {
        let low =
            (source.bottom() + AWAY).max(if target.y > source.bottom() { source.bottom() } else { target.bottom() });
        if target.y > source.bottom() + AWAY {
            let between = f64::midpoint(source.bottom(), target.y);
            upright(start.x, source.bottom(), between, end.x, target.y)
        } else {
            let low = low + AWAY;
            upright(start.x, source.bottom(), low, end.x, target.bottom())
        }
    } else if target.x >= source.right() {
        let between = f64::midpoint(source.right(), target.x);
        let (right, left) = (Point::new(source.right(), start.y), Point::new(target.x, end.y));
        vec![right, Point::new(between, start.y), Point::new(between, end.y), left]
    } else if target.y >= source.bottom() {
        upright(start.x, source.bottom(), f64::midpoint(source.bottom(), target.y), end.x, target.y)
    } else if target.bottom() <= source.y {
        upright(start.x, source.y, f64::midpoint(source.y, target.bottom()), end.x, target.bottom())
    } else {
        // Beside each other, to the left: around below.
        let low = source.bottom().max(target.bottom()) + AWAY;
        upright(start.x, source.bottom(), low, end.x, target.bottom())
    };
    straightened(points)
}

/// Down or up, aside, and down or up again.
fn upright(from_x: f64, from_y: f64, between: f64, to_x: f64, to_y: f64) -> Vec<Point> {
    vec![Point::new(from_x, from_y), Point::new(from_x, between), Point::new(to_x, between), Point::new(to_x, to_y)]
}

/// A straight line between the borders of two shapes.
pub(super) fn straight(from: &Shape, to: &Shape) -> Vec<Point> {
    let (start, end) = (from.bounds.centre(), to.bounds.centre());
    vec![border(from.bounds, end), border(to.bounds, start)]
}

/// Where the line from the middle to a place leaves a rectangle.
fn border(bounds: Bounds, towards: Point) -> Point {
    let middle = bounds.centre();
    let part = |half: f64, along: f64| if along.abs() > half { half / along.abs() } else { 1.0 };
    let part = part(bounds.width / 2.0, towards.x - middle.x).min(part(bounds.height / 2.0, towards.y - middle.y));
    middle.towards(towards, part)
}
