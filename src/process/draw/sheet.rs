use super::activity::activity;
use super::edge::edge;
use super::event::event;
use super::gateway::gateway;
use super::item;
use super::label::{BESIDE, LINE_HEIGHT};
use super::legend::legend;
use super::paint::{Mark, Paint};
use super::pool;
use super::style;
use super::svg::{Align, Escaped, Number, Svg};
use crate::process::diagram::text::wrapped;
use crate::process::diagram::{Bounds, Diagram, Edge, EventPlace, Figure, Line, Plane, Point, Shape};

/// The room around everything.
const MARGIN: f64 = 20.0;
/// The room for the name of a sheet, where there are several.
const HEADING: f64 = 34.0;
/// A picture of nothing has a size as well.
const LEAST: f64 = 160.0;

/// The picture of a diagram, as an SVG document that needs nothing else.
///
/// Every element is a group with its id in `data-element` and, if something is known of it, its state in `data-state`.
/// Sheets stand below each other. The same diagram and paint give the same text.
pub fn draw(diagram: &Diagram, paint: &Paint) -> String {
    let planes: Vec<(&Plane, Bounds)> =
        diagram.planes().iter().filter_map(|plane| Some((plane, around(plane)?))).collect();
    let several = planes.len() > 1;
    let mut body = Svg::default();
    let (mut width, mut height) = (LEAST, MARGIN);
    for (plane, bounds) in planes {
        if let Some(name) = plane.name.as_ref().filter(|_| several) {
            let line = wrapped(name, 15.0, f64::MAX, 1);
            body.lines("heading", &line, Align::Left, Point::new(MARGIN, height), 15.0);
            height += HEADING;
        }
        let (x, y) = (Number(MARGIN - bounds.x), Number(height - bounds.y));
        body.add(format_args!("<g class=\"plane\" transform=\"translate({x} {y})\">\n"));
        sheet(&mut body, plane, paint);
        body.raw("</g>\n");
        width = width.max(bounds.width + 2.0 * MARGIN);
        height += bounds.height + MARGIN;
    }
    let legend_height = legend(&mut body, paint, Point::new(MARGIN, height - MARGIN), width - 2.0 * MARGIN);
    let (width, height) = (Number(width.ceil()), Number((height + legend_height).max(LEAST / 2.0).ceil()));
    let name = Escaped(diagram.name());
    let mut svg = Svg::default();
    svg.add(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"bpmn\" role=\"img\" aria-label=\"{name}\" \
         width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n<title>{name}</title>\n<style>\n{}</style>\n\
         <rect class=\"ground\" width=\"{width}\" height=\"{height}\"/>\n{}</svg>\n",
        style::sheet(),
        body.into_text()
    ));
    svg.into_text()
}

/// Where a plane lies, with the names that stand below its shapes.
fn around(plane: &Plane) -> Option<Bounds> {
    let names = plane.shapes.iter().filter(|shape| shape.label.is_none() && named_beside(&shape.figure));
    let names = names.filter_map(|shape| {
        let lines = wrapped(shape.name.as_ref()?, BESIDE, 90.0, 12).len() as f64;
        let height = 10.0 + lines * BESIDE * LINE_HEIGHT;
        let below = Point::new(shape.bounds.centre().x, shape.bounds.bottom() + height / 2.0);
        Some(Bounds::around(below, 90.0, height))
    });
    names.fold(plane.bounds(), |all, one| all.map(|all| all.union(&one)))
}

fn named_beside(figure: &Figure) -> bool {
    matches!(figure, Figure::Event(_) | Figure::Gateway { .. } | Figure::Data { .. } | Figure::Store)
}

/// Everything of a plane: what others stand on first, larger before smaller, then lines, then the rest.
fn sheet(svg: &mut Svg, plane: &Plane, paint: &Paint) {
    let (mut under, mut over): (Vec<&Shape>, Vec<&Shape>) =
        plane.shapes.iter().partition(|shape| shape.figure.holds_others());
    let area = |shape: &Shape| shape.bounds.width * shape.bounds.height;
    let rank = |shape: &Shape| match shape.figure {
        Figure::Pool { .. } => 0,
        Figure::Lane { .. } => 1,
        _ => 2,
    };
    under.sort_by(|one, other| rank(one).cmp(&rank(other)).then(area(other).total_cmp(&area(one))));
    // What stands on a border is not to be hidden by what it stands on.
    let on_border = |shape: &&Shape| matches!(&shape.figure, Figure::Event(event) if matches!(event.place, EventPlace::Boundary { .. }));
    over.sort_by_key(on_border);
    for shape in under {
        one(svg, shape, paint);
    }
    for line in &plane.edges {
        group(svg, class_of_line(line), &line.id, line.name.as_deref(), paint.of(&line.id));
        edge(svg, line, paint.of(&line.id));
        svg.raw("</g>\n");
    }
    for shape in over {
        one(svg, shape, paint);
    }
}

fn one(svg: &mut Svg, shape: &Shape, paint: &Paint) {
    let mark = paint.of(&shape.id);
    let class = class_of_shape(&shape.figure);
    group(svg, class, &shape.id, shape.name.as_deref(), mark);
    match &shape.figure {
        Figure::Pool { lying, closed, several } => pool::pool(svg, shape, *lying, *closed, *several),
        Figure::Lane { lying } => pool::lane(svg, shape, *lying),
        Figure::Activity(what) => activity(svg, shape, what, mark),
        Figure::Event(what) => event(svg, shape, *what, mark),
        Figure::Gateway { kind, marked } => gateway(svg, shape, *kind, *marked, mark),
        Figure::Data { direction, several } => item::data(svg, shape, *direction, *several),
        Figure::Store => item::store(svg, shape),
        Figure::Annotation => item::annotation(svg, shape),
        Figure::Group => item::group(svg, shape),
        Figure::Message(envelope) => item::message(svg, shape, *envelope),
        Figure::Other => item::other(svg, shape),
    }
    svg.raw("</g>\n");
}

/// The beginning of what belongs to an element, with what is said where somebody points at it.
fn group(svg: &mut Svg, class: &str, id: &str, name: Option<&str>, mark: Option<&Mark>) {
    svg.add(format_args!(r#"<g class="{class}" data-element="{}""#, Escaped(id)));
    if let Some(mark) = mark {
        svg.add(format_args!(r#" data-state="{}""#, mark.shade.name()));
        if let Some(hits) = mark.hits {
            svg.add(format_args!(r#" data-hits="{hits}""#));
        }
    }
    let name = name.map(|name| name.split_whitespace().collect::<Vec<_>>().join(" "));
    svg.add(format_args!("><title>{}", Escaped(name.as_deref().unwrap_or(id))));
    if let Some(mark) = mark {
        svg.add(format_args!(" · {}", mark.shade.meaning()));
        match mark.hits {
            Some(1) => svg.raw(" · once"),
            Some(hits) if hits > 0 => svg.add(format_args!(" · {hits} times")),
            _ => {}
        }
        if let Some(note) = &mark.note {
            svg.add(format_args!(" · {}", Escaped(note)));
        }
    }
    svg.raw("</title>");
}

fn class_of_shape(figure: &Figure) -> &'static str {
    match figure {
        Figure::Pool { .. } => "pool",
        Figure::Lane { .. } => "lane",
        Figure::Activity(_) => "activity",
        Figure::Event(_) => "event",
        Figure::Gateway { .. } => "gateway",
        Figure::Data { .. } => "item",
        Figure::Store => "store",
        Figure::Annotation => "annotation",
        Figure::Group => "group",
        Figure::Message(_) => "envelope",
        Figure::Other => "other",
    }
}

fn class_of_line(edge: &Edge) -> &'static str {
    match edge.line {
        Line::Sequence { .. } => "sequence",
        Line::Message(_) => "message",
        Line::Association { .. } => "association",
        Line::Data => "data",
        Line::Conversation => "conversation",
    }
}
