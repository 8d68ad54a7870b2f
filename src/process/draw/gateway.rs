use super::hatch::{diamond, hatch};
use super::icon;
use super::label;
use super::paint::Mark;
use super::svg::Svg;
use crate::process::diagram::{GatewayKind, Shape};

/// The width for which icons are made.
const USUAL: f64 = 50.0;

pub(super) fn gateway(svg: &mut Svg, shape: &Shape, kind: GatewayKind, marked: bool, mark: Option<&Mark>) {
    let bounds = shape.bounds;
    svg.polygon("body filled", &diamond(bounds));
    if let Some(mark) = mark {
        hatch(svg, mark.shade, &diamond(bounds.grown(-2.0)));
    }
    if marked || kind != GatewayKind::Exclusive {
        svg.icon(icon::of_gateway(kind), bounds.centre(), bounds.width.min(bounds.height) / USUAL);
    }
    label::beside(svg, shape);
}
