use super::icon;
use super::label;
use super::svg::{Align, Number, Svg};
use crate::process::diagram::text::wrapped;
use crate::process::diagram::{Bounds, DataDirection, Envelope, Point, Shape};

/// A sheet of paper with a corner turned over.
pub(super) fn data(svg: &mut Svg, shape: &Shape, direction: Option<DataDirection>, several: bool) {
    let Bounds { x, y, width, height } = shape.bounds;
    let fold = (width * 0.3).min(height * 0.3);
    let (right, bottom, [left, top, fold_x, fold_y]) =
        (Number(x + width), Number(y + height), [x, y, x + width - fold, y + fold].map(Number));
    svg.path("body filled thin", &format!("M{left} {top}H{fold_x}L{right} {fold_y}V{bottom}H{left}Z"));
    svg.path("band", &format!("M{fold_x} {top}V{fold_y}H{right}"));
    let scale = (width / 36.0).min(height / 50.0);
    let corner = Point::new(x + 11.0 * scale, y + 10.0 * scale);
    match direction {
        Some(DataDirection::Input) => svg.icon(icon::INPUT, corner, scale * 0.75),
        Some(DataDirection::Output) => svg.icon(icon::OUTPUT, corner, scale * 0.75),
        None => {}
    }
    if several {
        svg.icon(icon::SEVERAL, Point::new(x + width / 2.0, y + height - 8.0 * scale), scale * 0.9);
    }
    label::beside(svg, shape);
}

/// A drum.
pub(super) fn store(svg: &mut Svg, shape: &Shape) {
    let Bounds { x, y, width, height } = shape.bounds;
    let (rise, half) = (height * 0.12, Number(width / 2.0));
    let [left, right, top, bottom, rise_] = [x, x + width, y + rise, y + height - rise, rise].map(Number);
    let arc = |sweep: u8| format!("A{half} {rise_} 0 0 {sweep}");
    let round = format!("M{left} {top}{} {right} {top}V{bottom}{} {left} {bottom}Z", arc(1), arc(1));
    svg.path("body filled thin", &round);
    let mut rings = String::new();
    for ring in 0..3 {
        let at = Number(y + rise + f64::from(ring) * height * 0.07);
        rings += &format!("M{left} {at}{} {right} {at}", arc(0));
    }
    svg.path("band", &rings);
    label::beside(svg, shape);
}

/// A text behind a bracket.
pub(super) fn annotation(svg: &mut Svg, shape: &Shape) {
    let bounds = shape.bounds;
    let [x, y, bottom] = [bounds.x, bounds.y, bounds.bottom()].map(Number);
    let tip = Number(bounds.x + 10.0_f64.min(bounds.width / 3.0));
    svg.path("band", &format!("M{tip} {y}H{x}V{bottom}H{tip}"));
    let Some(text) = &shape.name else { return };
    let line = label::INSIDE * label::LINE_HEIGHT;
    // A remark is read even if it is longer than its bracket.
    let most = (bounds.height / line).ceil().max(4.0) as usize;
    let lines = wrapped(text, label::INSIDE, (bounds.width - 10.0).max(60.0), most);
    svg.lines("text", &lines, Align::Left, Point::new(bounds.x + 7.0, bounds.y + 4.0), label::INSIDE);
}

/// A frame.
pub(super) fn group(svg: &mut Svg, shape: &Shape) {
    svg.rectangle("body framed", shape.bounds, 10.0);
    match (&shape.name, shape.label) {
        (Some(_), Some(_)) => label::beside(svg, shape),
        (Some(name), None) => label::above(svg, name, shape.bounds.moved(0.0, 6.0)),
        (None, _) => {}
    }
}

/// What belongs to a choreography or a conversation.
pub(super) fn other(svg: &mut Svg, shape: &Shape) {
    svg.rectangle("body filled thin", shape.bounds, 10.0);
    if let Some(name) = &shape.name {
        label::centred(svg, name, shape.bounds.grown(-4.0));
    }
}

/// An envelope.
pub(super) fn message(svg: &mut Svg, shape: &Shape, envelope: Envelope) {
    let scale = (shape.bounds.width / 16.0).min(shape.bounds.height / 11.0);
    svg.icon(icon::of_envelope(envelope), shape.bounds.centre(), scale);
    label::beside(svg, shape);
}
