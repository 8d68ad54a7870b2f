use super::hatch::{hatch, rectangle};
use super::label::INSIDE;
use super::paint::Paint;
use super::svg::{Align, Number, Svg};
use crate::process::diagram::text::width;
use crate::process::diagram::{Bounds, Point};

/// How high the legend is.
const HEIGHT: f64 = 44.0;
const SWATCH: f64 = 28.0;

/// What the colours and patterns mean, in lines no wider than the picture. Gives how much room that takes.
pub(super) fn legend(svg: &mut Svg, paint: &Paint, top: Point, within: f64) -> f64 {
    let shades = paint.shades();
    if shades.is_empty() {
        return 0.0;
    }
    svg.raw(r#"<g class="legend">"#);
    let mut at = Point::new(top.x, top.y + 16.0);
    for shade in shades {
        let needed = SWATCH + 64.0 + width(shade.meaning(), INSIDE);
        wrap(&mut at, needed, top.x, within);
        svg.add(format_args!(r#"<g data-state="{}">"#, shade.name()));
        let swatch = Bounds::new(at.x, at.y, SWATCH, 16.0);
        svg.rectangle("body filled", swatch, 3.0);
        hatch(svg, shade, &rectangle(swatch.grown(-1.0)));
        let [x, y, end] = [at.x + SWATCH + 6.0, at.y + 8.0, at.x + 2.0 * SWATCH + 6.0].map(Number);
        svg.add(format_args!(r#"<path class="flow" stroke-width="2" d="M{x} {y}H{end}"/>"#));
        let text = Point::new(at.x + 2.0 * SWATCH + 12.0, at.y + 1.0);
        svg.lines("text", &[shade.meaning().to_owned()], Align::Left, text, INSIDE);
        svg.raw("</g>");
        at.x += needed + 16.0;
    }
    if paint.counts() {
        let told = "the wider a flow, the more often it was taken";
        wrap(&mut at, width(told, INSIDE), top.x, within);
        svg.lines("text", &[told.to_owned()], Align::Left, Point::new(at.x, at.y + 1.0), INSIDE);
    }
    svg.raw("</g>");
    at.y - top.y - 16.0 + HEIGHT
}

fn wrap(at: &mut Point, needed: f64, left: f64, within: f64) {
    if at.x > left && at.x + needed > left + within {
        *at = Point::new(left, at.y + 24.0);
    }
}
