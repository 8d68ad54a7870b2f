use super::hatch::{hatch, rectangle};
use super::icon::{self, Icon};
use super::label;
use super::paint::Mark;
use super::svg::Svg;
use crate::process::diagram::{Activity, ActivityKind, Bounds, Point, Shape};

/// How round the corners are.
const RADIUS: f64 = 10.0;
/// How far marks at the lower side are from each other.
const APART: f64 = 19.0;

pub(super) fn activity(svg: &mut Svg, shape: &Shape, activity: &Activity, mark: Option<&Mark>) {
    let bounds = shape.bounds;
    let radius = RADIUS.min(bounds.width / 4.0).min(bounds.height / 4.0);
    let (event, transaction) = match activity.kind {
        ActivityKind::Sub { event, transaction, .. } => (event, transaction),
        _ => (false, false),
    };
    let class = match activity.kind {
        ActivityKind::Call { folded: true } => "body filled thick",
        ActivityKind::Call { folded: false } => "body thick",
        _ if event => "body filled dotted",
        _ if activity.is_open() => "body",
        _ => "body filled",
    };
    svg.rectangle(class, bounds, radius);
    if let Some(mark) = mark.filter(|_| !activity.is_open()) {
        hatch(svg, mark.shade, &rectangle(bounds.grown(-3.0)));
    }
    if transaction && bounds.width > 20.0 && bounds.height > 20.0 {
        svg.rectangle("band", bounds.grown(-3.5), (radius - 2.5).max(1.0));
    }
    // Very small tasks of foreign programs keep their marks inside.
    let scale = (bounds.height / 50.0).clamp(0.4, 1.0);
    let icon = icon::of_activity(activity.kind);
    if let Some(icon) = icon {
        svg.icon(icon, Point::new(bounds.x + 14.0 * scale, bounds.y + 14.0 * scale), scale);
    }
    let marks = marks(activity);
    let left = bounds.centre().x - (marks.len() as f64 - 1.0) / 2.0 * APART * scale;
    for (place, mark) in marks.iter().enumerate() {
        let at = Point::new(left + place as f64 * APART * scale, bounds.bottom() - 11.0 * scale);
        svg.icon(mark, at, scale);
    }
    let Some(name) = &shape.name else { return };
    let below = if marks.is_empty() { 4.0 } else { 20.0 * scale };
    let mut area = Bounds::new(bounds.x + 5.0, bounds.y + 4.0, bounds.width - 10.0, bounds.height - 4.0 - below);
    if activity.is_open() {
        return label::above(svg, name, area.moved(0.0, 2.0));
    }
    // A long name stands below the icon if there is room for it.
    let lines = crate::process::diagram::text::wrapped(name, label::INSIDE, area.width, usize::MAX);
    let height = lines.len() as f64 * label::INSIDE * label::LINE_HEIGHT;
    if icon.is_some() && (area.height - height) / 2.0 < 19.0 && height <= area.height - 19.0 {
        area = Bounds { y: area.y + 19.0, height: area.height - 19.0, ..area };
    }
    label::centred(svg, name, area);
}

/// What stands at the lower side.
fn marks(activity: &Activity) -> Vec<Icon> {
    let folded = match activity.kind {
        ActivityKind::Sub { folded, .. } | ActivityKind::Call { folded } => folded,
        _ => false,
    };
    let marks = [
        activity.repeated.map(icon::of_repetition),
        folded.then_some(icon::FOLDED),
        activity.compensates.then_some(icon::COMPENSATES),
        activity.ad_hoc.then_some(icon::AD_HOC),
    ];
    marks.into_iter().flatten().collect()
}
