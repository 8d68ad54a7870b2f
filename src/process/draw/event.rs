use super::hatch::{hatch, round};
use super::icon;
use super::label;
use super::paint::Mark;
use super::svg::Svg;
use crate::process::diagram::{Event, EventPlace, Shape};

/// The radius for which icons are made.
const USUAL: f64 = 18.0;

pub(super) fn event(svg: &mut Svg, shape: &Shape, event: Event, mark: Option<&Mark>) {
    let centre = shape.bounds.centre();
    let radius = shape.bounds.width.min(shape.bounds.height) / 2.0;
    let scale = radius / USUAL;
    let (class, twice) = match event.place {
        EventPlace::Start { interrupting: true } => ("", false),
        EventPlace::Start { interrupting: false } => (" dashed", false),
        EventPlace::Catch | EventPlace::Throw | EventPlace::Boundary { interrupting: true } => (" thin", true),
        EventPlace::Boundary { interrupting: false } => (" thin dashed", true),
        EventPlace::End => (" thick", false),
    };
    svg.circle(&format!("body filled{class}"), centre, radius);
    if let Some(mark) = mark {
        hatch(svg, mark.shade, &round(centre, radius - 1.0));
    }
    if twice {
        let class = if class.ends_with("dashed") { "band dashed" } else { "band" };
        svg.circle(class, centre, radius - 3.5 * scale.min(1.0));
    }
    let telling = matches!(event.place, EventPlace::Throw | EventPlace::End);
    // Two circles leave less room.
    let scale = if twice { scale * 0.9 } else { scale };
    svg.icon(icon::of_event(event.trigger, telling), centre, scale);
    label::beside(svg, shape);
}
