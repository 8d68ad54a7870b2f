use std::collections::HashSet;

use roxmltree::{Node as Element, NodeId};

use super::figure::{Elements, Looks, figure, line, local, name};
use super::outline::Outline;
use super::{Bounds, Diagram, Edge, Envelope, Plane, Point, Shape};
use crate::diagnostic::{Diagnostic, Diagnostics, Id, nearest};
use crate::process::read::{BPMN, Reader, is};
use crate::source::{FileId, Sources};

/// The namespace of shapes and lines.
const DI: &str = "http://www.omg.org/spec/BPMN/20100524/DI";
/// The namespace of bounds.
const DC: &str = "http://www.omg.org/spec/DD/20100524/DC";
/// The namespace of places on a line.
const WAYPOINT: &str = "http://www.omg.org/spec/DD/20100524/DI";
/// Farthest place from the origin, in both directions.
const MAX_COORDINATE: f64 = 1e6;

impl Diagram {
    /// Reads what is drawn of a BPMN file, and finds places for what has none.
    ///
    /// Gives no diagram if the file is no BPMN. What is drawn of no element, or nowhere, is told and left out.
    pub fn read(sources: &Sources, file: FileId) -> (Option<Self>, Diagnostics) {
        let mut reader = Reader::new(sources, file);
        let document = reader.parse();
        let diagram = document.as_ref().and_then(|document| reader.diagram(document.root_element()));
        (diagram, reader.found)
    }
}

impl Reader<'_> {
    fn diagram<'a>(&mut self, root: Element<'a, 'a>) -> Option<Diagram> {
        if !is(root, "definitions") {
            let message = "the file is not a BPMN 2.0 process: it has no `definitions`";
            self.found.push(Diagnostic::new(Id::PROCESS_NOT_BPMN, message).at(self.tag_span(root)));
            return None;
        }
        let mut elements = Elements::new();
        for element in root.descendants().filter(|one| one.tag_name().namespace() == Some(BPMN)) {
            if let Some(id) = element.attribute("id") {
                elements.entry(id).or_insert(element);
            }
        }
        let drawn = root.children().filter(|child| child.has_tag_name((DI, "BPMNDiagram")));
        let drawn = drawn.flat_map(|diagram| diagram.children().filter(|child| child.has_tag_name((DI, "BPMNPlane"))));
        let mut drawn_elements = HashSet::new();
        let mut planes: Vec<Plane> = drawn.map(|plane| self.plane(plane, &elements, &mut drawn_elements)).collect();
        Outline { elements: &elements, drawn: drawn_elements }.complete(root, &mut planes);
        Some(Diagram { name: title(root), planes })
    }

    fn plane(&mut self, plane: Element<'_, '_>, elements: &Elements<'_, '_>, drawn: &mut HashSet<NodeId>) -> Plane {
        let shapes: Vec<_> = plane.children().filter(|child| child.has_tag_name((DI, "BPMNShape"))).collect();
        let parents = shapes.iter().filter_map(|shape| of(*shape, elements)?.parent());
        let with_parts: HashSet<_> = parents.map(|parent| parent.id()).collect();
        let of = of(plane, elements);
        let mut read = Plane { name: of.and_then(|of| name(of, elements)), ..Plane::default() };
        for shape in shapes {
            let Some(element) = self.element(shape, elements) else { continue };
            let Some(bounds) = self.bounds(shape) else {
                self.useless(shape, "has no bounds that can be drawn");
                continue;
            };
            let truth = |name| shape.attribute(name).map(|value| value == "true");
            let looks = Looks {
                expanded: truth("isExpanded").or(Some(with_parts.contains(&element.id()))),
                horizontal: truth("isHorizontal"),
                marker: truth("isMarkerVisible"),
                wide: bounds.width >= bounds.height,
            };
            let Some(figure) = figure(element, looks, elements) else {
                self.useless(shape, "is of an element that has no area");
                continue;
            };
            drawn.insert(element.id());
            read.shapes.push(Shape {
                id: element.attribute("id").unwrap_or_default().to_owned(),
                name: name(element, elements),
                figure,
                bounds,
                label: self.label(shape),
            });
        }
        for edge in plane.children().filter(|child| child.has_tag_name((DI, "BPMNEdge"))) {
            let Some(element) = self.element(edge, elements) else { continue };
            let waypoints = edge.children().filter(|child| child.has_tag_name((WAYPOINT, "waypoint")));
            let points: Option<Vec<Point>> = waypoints.map(point).collect();
            let Some(points) = points.filter(|points| points.len() >= 2) else {
                self.useless(edge, "does not have two places that can be drawn");
                continue;
            };
            let envelope = match edge.attribute("messageVisibleKind") {
                Some("initiating") => Some(Envelope::Asking),
                Some("non_initiating") => Some(Envelope::Answering),
                _ => None,
            };
            let Some(line) = line(element, envelope, elements) else {
                self.useless(edge, "is of an element that is no line");
                continue;
            };
            drawn.insert(element.id());
            let id = element.attribute("id").unwrap_or_default().to_owned();
            read.edges.push(Edge { id, name: name(element, elements), line, points, label: self.label(edge) });
        }
        read
    }

    /// What a shape or a line is of.
    fn element<'a, 'input>(
        &mut self,
        shape: Element<'_, '_>,
        elements: &Elements<'a, 'input>,
    ) -> Option<Element<'a, 'input>> {
        let found = of(shape, elements);
        if found.is_none() {
            let named = self.attribute(shape, "bpmnElement");
            let span = named.as_ref().map_or_else(|| self.tag_span(shape), |named| named.span);
            let named = named.map(|named| named.value).unwrap_or_default();
            let message = match named.as_str() {
                "" => "the diagram draws something without saying of which element".to_owned(),
                named => format!("the diagram draws `{named}`, which is no element of this file"),
            };
            // Ids are long and alike; the whole list would help nobody.
            let near = nearest(&named, elements.keys().copied());
            let help = near.map(|near| format!("did you mean `{near}`?"));
            self.found.push(Diagnostic::new(Id::PROCESS_DIAGRAM, message).at(span).help_if(help));
        }
        found
    }

    fn useless(&mut self, shape: Element<'_, '_>, why: &str) {
        let named = self.attribute(shape, "bpmnElement");
        let span = named.as_ref().map_or_else(|| self.tag_span(shape), |named| named.span);
        let message = format!("what the diagram draws of `{}` {why}", named.map(|one| one.value).unwrap_or_default());
        self.found.push(Diagnostic::new(Id::PROCESS_DIAGRAM, message).at(span));
    }

    fn bounds(&self, shape: Element<'_, '_>) -> Option<Bounds> {
        let bounds = shape.children().find(|child| child.has_tag_name((DC, "Bounds")))?;
        let [x, y, width, height] = ["x", "y", "width", "height"].map(|name| coordinate(bounds, name));
        let bounds = Bounds::new(x?, y?, width?, height?);
        (bounds.width > 0.0 && bounds.height > 0.0).then_some(bounds)
    }

    /// Where a name stands; many programs write an empty label, which says nothing.
    fn label(&self, shape: Element<'_, '_>) -> Option<Bounds> {
        self.bounds(shape.children().find(|child| child.has_tag_name((DI, "BPMNLabel")))?)
    }
}

/// What a shape, a line or a plane is of.
fn of<'a, 'input>(shape: Element<'_, '_>, elements: &Elements<'a, 'input>) -> Option<Element<'a, 'input>> {
    let named = shape.attribute("bpmnElement")?;
    elements.get(named).or_else(|| elements.get(local(named))).copied()
}

fn coordinate(element: Element<'_, '_>, name: &str) -> Option<f64> {
    let value: f64 = element.attribute(name)?.trim().parse().ok()?;
    (value.is_finite() && value.abs() <= MAX_COORDINATE).then_some(value)
}

fn point(waypoint: Element<'_, '_>) -> Option<Point> {
    Some(Point::new(coordinate(waypoint, "x")?, coordinate(waypoint, "y")?))
}

/// What the whole file is called: the name of its collaboration or of its first process that has one.
fn title(root: Element<'_, '_>) -> String {
    let of = |tag| root.children().filter(move |child| is(*child, tag));
    let mut named = of("collaboration").chain(of("process")).filter_map(|one| one.attribute("name"));
    let name = named.find(|name| !name.trim().is_empty());
    let id = || of("process").find_map(|process| process.attribute("id"));
    name.or_else(id).unwrap_or("Process").split_whitespace().collect::<Vec<_>>().join(" ")
}
