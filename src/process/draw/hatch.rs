use std::fmt::Write as _;

use super::paint::Shade;
use super::svg::{Number, Svg};
use crate::process::diagram::{Bounds, Point};

/// The pattern of a state within a convex figure; what is covered has none. Drawn as lines, since a pattern would need an id
/// that other pictures on a page have as well.
pub(super) fn hatch(svg: &mut Svg, shade: Shade, corners: &[Point]) {
    // Normals of the lines, and how far they are apart.
    let directions: &[(f64, f64, f64)] = match shade {
        Shade::Covered => return,
        Shade::Partly => &[(1.0, 1.0, 14.0)],
        Shade::Uncovered => &[(1.0, -1.0, 14.0)],
        Shade::Infeasible => &[(1.0, 1.0, 16.0), (1.0, -1.0, 16.0)],
        Shade::Added => &[(1.0, 0.0, 10.0)],
        Shade::Removed => &[(0.0, 1.0, 10.0)],
        Shade::Changed => &[(1.0, 1.0, 8.0)],
    };
    let mut path = String::new();
    for direction in directions {
        lines(&mut path, *direction, corners);
    }
    if !path.is_empty() {
        svg.path("hatch", &path);
    }
}

fn lines(path: &mut String, (a, b, apart): (f64, f64, f64), corners: &[Point]) {
    let values = || corners.iter().map(|corner| a * corner.x + b * corner.y);
    let (least, most) = values().fold((f64::MAX, f64::MIN), |(least, most), value| (least.min(value), most.max(value)));
    // A figure as large as a whole diagram needs no finer pattern.
    let apart = apart.max((most - least) / 400.0);
    let mut value = (least / apart).floor() * apart + apart;
    while value < most {
        let sides = corners.iter().zip(corners.iter().cycle().skip(1));
        let met = sides.filter_map(|(from, to)| {
            let (before, after) = (a * from.x + b * from.y - value, a * to.x + b * to.y - value);
            ((before < 0.0) != (after < 0.0)).then(|| from.towards(*to, before / (before - after)))
        });
        let met: Vec<Point> = met.collect();
        if let [from, to] = met.as_slice() {
            let [x, y, to_x, to_y] = [from.x, from.y, to.x, to.y].map(Number);
            let _ = write!(path, "M{x} {y}L{to_x} {to_y}");
        }
        value += apart;
    }
}

/// The corners of a rectangle.
pub(super) fn rectangle(bounds: Bounds) -> [Point; 4] {
    let (right, bottom) = (bounds.right(), bounds.bottom());
    [
        Point::new(bounds.x, bounds.y),
        Point::new(right, bounds.y),
        Point::new(right, bottom),
        Point::new(bounds.x, bottom),
    ]
}

/// The corners of a square that stands on one of them.
pub(super) fn diamond(bounds: Bounds) -> [Point; 4] {
    let centre = bounds.centre();
    [
        Point::new(centre.x, bounds.y),
        Point::new(bounds.right(), centre.y),
        Point::new(centre.x, bounds.bottom()),
        Point::new(bounds.x, centre.y),
    ]
}

/// Corners on a circle.
pub(super) fn round(centre: Point, radius: f64) -> [Point; 16] {
    std::array::from_fn(|corner| {
        let angle = corner as f64 * std::f64::consts::TAU / 16.0;
        Point::new(centre.x + radius * angle.cos(), centre.y + radius * angle.sin())
    })
}
