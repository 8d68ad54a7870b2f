use super::icon;
use super::label::{self, INSIDE, LINE_HEIGHT};
use super::svg::{Number, Svg};
use crate::process::diagram::text::wrapped;
use crate::process::diagram::{Bounds, Point, Repetition, Shape};

/// How much room a name has at the side.
const BAND: f64 = 30.0;

pub(super) fn pool(svg: &mut Svg, shape: &Shape, lying: bool, closed: bool, several: bool) {
    let bounds = shape.bounds;
    svg.rectangle("body thin", bounds, 0.0);
    if several {
        let at = Point::new(bounds.centre().x, bounds.bottom() - 12.0);
        svg.icon(icon::of_repetition(Repetition::Parallel), at, 1.0);
    }
    if closed {
        if let Some(name) = &shape.name {
            if lying {
                label::centred(svg, name, bounds.grown(-4.0));
            } else {
                turned(svg, name, bounds);
            }
        }
        return;
    }
    let [x, y, right, bottom] = [bounds.x, bounds.y, bounds.right(), bounds.bottom()].map(Number);
    if lying {
        let band = Number(bounds.x + BAND.min(bounds.width));
        svg.path("band", &format!("M{band} {y}V{bottom}"));
    } else {
        let band = Number(bounds.y + BAND.min(bounds.height));
        svg.path("band", &format!("M{x} {band}H{right}"));
    }
    named(svg, shape, lying);
}

pub(super) fn lane(svg: &mut Svg, shape: &Shape, lying: bool) {
    svg.rectangle("body thin", shape.bounds, 0.0);
    named(svg, shape, lying);
}

fn named(svg: &mut Svg, shape: &Shape, lying: bool) {
    let Some(name) = &shape.name else { return };
    let bounds = shape.bounds;
    if lying {
        turned(svg, name, Bounds { width: BAND.min(bounds.width), ..bounds });
    } else {
        let area = Bounds { height: BAND.min(bounds.height), ..bounds };
        label::centred(svg, name, area);
    }
}

/// A name that reads from the bottom to the top.
fn turned(svg: &mut Svg, name: &str, area: Bounds) {
    let most = (area.width / (INSIDE * LINE_HEIGHT)).max(1.0) as usize;
    let lines = wrapped(name, INSIDE, area.height - 8.0, most);
    svg.turned("text", &lines, area.centre(), INSIDE);
}
