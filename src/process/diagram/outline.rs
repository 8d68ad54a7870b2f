use std::collections::{HashMap, HashSet};

use roxmltree::{Node as Element, NodeId};

use super::connect::{connect, straight};
use super::figure::{Elements, Looks, figure, line, local, name};
use super::layout::{Arc, Box, Net, Placed, layout};
use super::model::{ActivityKind, EventPlace, Figure};
use super::text::{width, wrapped};
use super::{Bounds, Edge, Plane, Point, Shape};
use crate::process::read::{BPMN, is};

/// Sizes as modellers have them.
const ACTIVITY: (f64, f64) = (100.0, 80.0);
const EVENT: f64 = 36.0;
const GATEWAY: f64 = 50.0;
const DATA: (f64, f64) = (36.0, 50.0);
const STORE: (f64, f64) = (50.0, 50.0);
/// The width of a remark and of names beside shapes.
const REMARK: f64 = 130.0;
const NAME: f64 = 90.0;
/// The size of names beside shapes, and how high a line of them is.
const SIZE: f64 = 11.0;
const LINE: f64 = SIZE * 1.2;
/// The room around what is inside of a subprocess, with its name above.
const INSIDE: f64 = 24.0;
const TITLE: f64 = 40.0;
/// How far events on a border are from each other, and from what leaves them.
const BORDER: f64 = 60.0;
/// The room for a name at the side of a pool or lane, and between pools.
const BAND: f64 = 30.0;
const BETWEEN: f64 = 60.0;
/// The size of a pool of which nothing is to be seen.
const CLOSED: (f64, f64) = (600.0, 60.0);

/// Nodes and flows of a process or subprocess, as they are to be laid out.
struct Scope<'a, 'input> {
    net: Net,
    nodes: Vec<Placing<'a, 'input>>,
    flows: Vec<Element<'a, 'input>>,
    /// Remarks and data that belong to no node.
    loose: Vec<Shape>,
}

/// A node that is laid out, with what belongs to it.
struct Placing<'a, 'input> {
    shape: Shape,
    /// What is inside of it, around the origin.
    inside: Option<Plane>,
    borders: Vec<Element<'a, 'input>>,
    /// Remarks and data that stand above it.
    above: Vec<Shape>,
}

/// Finds places for what a file has and its diagram does not draw.
pub(super) struct Outline<'a, 'input> {
    pub elements: &'a Elements<'a, 'input>,
    /// What is drawn, by the element.
    pub drawn: HashSet<NodeId>,
}

impl<'a, 'input> Outline<'a, 'input> {
    /// Adds what is missing: to the sheets that have a part of a process, else as sheets of their own.
    pub fn complete(&self, root: Element<'a, 'input>, planes: &mut Vec<Plane>) {
        let processes: Vec<_> = root.children().filter(|child| is(*child, "process")).collect();
        let participants: Vec<_> = root.descendants().filter(|one| is(*one, "participant")).collect();
        let undrawn: Vec<_> = processes.iter().copied().filter(|process| !self.is_begun(*process)).collect();
        if self.drawn.is_empty() && !participants.is_empty() {
            planes.push(self.pools(&participants, &undrawn));
        } else {
            let hidden = |process: &Element<'_, '_>| {
                participants.iter().any(|one| {
                    self.drawn.contains(&one.id()) && one.attribute("processRef").map(local) == process.attribute("id")
                })
            };
            for process in undrawn.iter().filter(|process| !hidden(process)) {
                let (mut plane, _) = self.whole(*process);
                plane.name = name(*process, self.elements);
                if !plane.shapes.is_empty() {
                    planes.push(plane);
                }
            }
        }
        let begun = root.descendants().filter(|one| is_scope(*one) && self.is_begun(*one));
        for scope in begun {
            self.patch(scope, planes);
        }
        self.connect(root, planes);
    }

    /// Whether something of a process or subprocess is drawn.
    fn is_begun(&self, scope: Element<'_, '_>) -> bool {
        scope.children().any(|child| self.drawn.contains(&child.id()) && self.figure(child).is_some())
    }

    fn figure(&self, element: Element<'_, '_>) -> Option<Figure> {
        let open = is_scope(element) && element.children().any(|child| is_flow_node(child));
        let looks = Looks { expanded: Some(open), horizontal: Some(true), marker: Some(true), wide: true };
        figure(element, looks, self.elements)
    }

    /// Pools below each other, each with its process.
    fn pools(&self, participants: &[Element<'a, 'input>], processes: &[Element<'a, 'input>]) -> Plane {
        let mut all = Plane::default();
        let mut top = 0.0;
        let mut widest = CLOSED.0;
        for participant in participants {
            let process = participant.attribute("processRef").map(local);
            let process = processes.iter().find(|one| process.is_some() && one.attribute("id") == process);
            let inside = process.map(|process| self.whole(*process)).filter(|(inside, _)| !inside.shapes.is_empty());
            let Some(mut pool) = self.shape(*participant, Bounds::new(0.0, top, CLOSED.0, CLOSED.1)) else { continue };
            match inside {
                Some((mut inside, lanes)) => {
                    let size = inside.bounds().unwrap_or_default();
                    let (left, above) = if lanes { (BAND, 0.0) } else { (BAND + INSIDE, INSIDE) };
                    inside.shift(left - size.x.min(0.0), top + above);
                    pool.bounds.width = size.right() + left + if lanes { 0.0 } else { INSIDE };
                    pool.bounds.height = size.bottom() + 2.0 * above;
                    all.shapes.push(pool);
                    all.shapes.append(&mut inside.shapes);
                    all.edges.append(&mut inside.edges);
                }
                None => {
                    if let Figure::Pool { closed, .. } = &mut pool.figure {
                        *closed = true;
                    }
                    all.shapes.push(pool);
                }
            }
            let pool = all.shapes.iter().rev().find(|shape| matches!(shape.figure, Figure::Pool { .. }));
            let bounds = pool.map_or_else(Bounds::default, |pool| pool.bounds);
            widest = widest.max(bounds.width);
            top = bounds.bottom() + BETWEEN;
        }
        // Pools are as wide as each other, and so are their lanes.
        for shape in &mut all.shapes {
            if matches!(shape.figure, Figure::Pool { .. } | Figure::Lane { .. }) {
                shape.bounds.width = widest - shape.bounds.x;
            }
        }
        all
    }

    /// A process from nothing, around the origin, and whether it has lanes.
    fn whole(&self, process: Element<'a, 'input>) -> (Plane, bool) {
        let mut lanes: Vec<Element<'a, 'input>> = Vec::new();
        let mut lane_of: HashMap<&str, usize> = HashMap::new();
        let innermost = process.descendants().filter(|one| {
            is(*one, "lane")
                && of_process(*one) == Some(process)
                && !one.descendants().skip(1).any(|inner| is(inner, "lane"))
        });
        for lane in innermost {
            for node in lane.children().filter(|child| is(*child, "flowNodeRef")) {
                lane_of.insert(local(node.text().unwrap_or_default().trim()), lanes.len());
            }
            lanes.push(lane);
        }
        // The innermost first, since the size of a node is that of what is inside.
        let mut scopes: Vec<Element<'a, 'input>> = process.descendants().filter(|one| is_scope(*one)).collect();
        scopes.reverse();
        let mut inside: HashMap<NodeId, Plane> = HashMap::new();
        for scope in scopes.iter().filter(|scope| **scope != process) {
            if scope.children().any(|child| is_flow_node(child)) {
                let plane = self.plane(*scope, &HashMap::new(), 0, &mut inside, |_| true).0;
                inside.insert(scope.id(), plane);
            }
        }
        let (mut plane, placed) = self.plane(process, &lane_of, lanes.len(), &mut inside, |_| true);
        if lanes.is_empty() {
            return (plane, false);
        }
        let depth = lanes.iter().map(|lane| nesting(*lane)).max().unwrap_or(0) as f64;
        let left = BAND * (depth + 1.0) + INSIDE;
        plane.shift(left, 0.0);
        let right = placed.width + left + INSIDE;
        let mut sides: Vec<(Element<'a, 'input>, f64, f64)> = Vec::new();
        for (lane, (top, bottom)) in lanes.iter().zip(&placed.lanes) {
            sides.push((*lane, *top, *bottom));
            // Lanes around it reach as far as all of their parts.
            for around in lane.ancestors().skip(1).filter(|one| is(*one, "lane")) {
                match sides.iter_mut().find(|(known, ..)| *known == around) {
                    Some(known) => known.2 = *bottom,
                    None => sides.push((around, *top, *bottom)),
                }
            }
        }
        sides.sort_by_key(|(lane, ..)| nesting(*lane));
        for (at, (lane, top, bottom)) in sides.into_iter().enumerate() {
            let x = BAND * nesting(lane) as f64;
            if let Some(shape) = self.shape(lane, Bounds::new(x, top, right - x, bottom - top)) {
                plane.shapes.insert(at, shape);
            }
        }
        (plane, true)
    }

    /// The nodes of a process or subprocess that are to be placed, around the origin.
    fn plane(
        &self,
        scope: Element<'a, 'input>,
        lane_of: &HashMap<&str, usize>,
        lanes: usize,
        inside: &mut HashMap<NodeId, Plane>,
        wanted: impl Fn(Element<'a, 'input>) -> bool,
    ) -> (Plane, Placed) {
        let mut all = self.scope(scope, lane_of, lanes, inside, wanted);
        let mut placed = layout(&all.net);
        // A lane in which nothing stands is one all the same.
        while placed.lanes.len() < lanes {
            let bottom = placed.lanes.last().map_or(0.0, |lane| lane.1);
            placed.lanes.push((bottom, bottom + ACTIVITY.1));
            placed.height += ACTIVITY.1;
        }
        let mut plane = Plane::default();
        for (node, middle) in all.nodes.drain(..).zip(&placed.middles) {
            self.put(node, *middle, &mut plane);
        }
        let mut beside = placed.height + INSIDE;
        for mut shape in all.loose {
            shape.bounds = shape.bounds.moved(0.0, beside);
            label_below(&mut shape);
            beside = shape.bounds.bottom() + INSIDE + 2.0 * LINE;
            plane.shapes.push(shape);
        }
        let by_id: HashMap<String, usize> =
            plane.shapes.iter().enumerate().map(|(at, shape)| (shape.id.clone(), at)).collect();
        for (flow, routed) in all.flows.iter().zip(&placed.arcs) {
            let Some(line) = line(*flow, None, self.elements) else { continue };
            if let Some(source) = flow.attribute("sourceRef").and_then(|id| by_id.get(local(id))) {
                aside(&mut plane.shapes[*source], &routed.points);
            }
            let name = name(*flow, self.elements);
            let label = name.as_deref().zip(routed.label).map(|(name, at)| {
                let (width, height) = label_size(name);
                Bounds::new(at.x - width / 2.0, at.y, width, height)
            });
            plane.edges.push(Edge { id: id(*flow), name, line, points: routed.points.clone(), label });
        }
        (plane, placed)
    }

    fn scope(
        &self,
        scope: Element<'a, 'input>,
        lane_of: &HashMap<&str, usize>,
        lanes: usize,
        inside: &mut HashMap<NodeId, Plane>,
        wanted: impl Fn(Element<'a, 'input>) -> bool,
    ) -> Scope<'a, 'input> {
        let mut all = Scope { net: Net::default(), nodes: Vec::new(), flows: Vec::new(), loose: Vec::new() };
        let mut places: HashMap<&str, (usize, Option<usize>)> = HashMap::new();
        let children = || scope.children().filter(|child| wanted(*child));
        for node in children().filter(|child| is_flow_node(*child) && !is(*child, "boundaryEvent")) {
            let Some(shape) = self.shape(node, Bounds::default()) else { continue };
            places.entry(node.attribute("id").unwrap_or_default()).or_insert((all.nodes.len(), None));
            all.nodes.push(Placing {
                shape,
                inside: inside.remove(&node.id()),
                borders: Vec::new(),
                above: Vec::new(),
            });
        }
        for event in children().filter(|child| is(*child, "boundaryEvent")) {
            let host = event.attribute("attachedToRef").and_then(|host| places.get(local(host))).copied();
            if let Some((host, _)) = host {
                let exit = all.nodes[host].borders.len();
                places.entry(event.attribute("id").unwrap_or_default()).or_insert((host, Some(exit)));
                all.nodes[host].borders.push(event);
            }
        }
        let partners = partners(scope);
        for item in children().filter(|child| !is_flow_node(*child)) {
            let Some(figure) = self.figure(item) else { continue };
            if !matches!(figure, Figure::Data { .. } | Figure::Store | Figure::Annotation) || is(item, "dataObject") {
                continue;
            }
            let Some(shape) = self.shape(item, Bounds::default()) else { continue };
            let own = item.attribute("id").unwrap_or_default();
            let partner = partners.get(own).and_then(|ids| ids.iter().find_map(|id| places.get(id)));
            match partner {
                Some((node, _)) => all.nodes[*node].above.push(shape),
                None => all.loose.push(shape),
            }
        }
        for node in &mut all.nodes {
            let lane = lane_of.get(node.shape.id.as_str()).copied().unwrap_or(lanes);
            all.net.boxes.push(self.measured(node, lane));
        }
        // What takes back stands behind the event that calls for it, as if a flow led there.
        let calls = |child: &Element<'_, '_>| {
            let source = child.attribute("sourceRef").and_then(|id| places.get(local(id)));
            is(*child, "sequenceFlow") || is(*child, "association") && source.is_some_and(|source| source.1.is_some())
        };
        for flow in children().filter(calls) {
            let end = |name| flow.attribute(name).and_then(|id| places.get(local(id))).copied();
            let (Some((from, exit)), Some((to, _))) = (end("sourceRef"), end("targetRef")) else { continue };
            let label = name(flow, self.elements).map(|name| label_size(&name));
            all.net.arcs.push(Arc { from, exit, to, label });
            all.flows.push(flow);
        }
        all
    }

    /// How large a node is; its shape and what belongs to it get their places around its middle.
    fn measured(&self, node: &mut Placing<'_, '_>, lane: usize) -> Box {
        let (mut width, mut height) = size(&node.shape.figure);
        if let Some(inside) = &mut node.inside
            && let Some(bounds) = inside.bounds()
        {
            inside.shift(-bounds.x, -bounds.y);
            (width, height) = ((bounds.width + 2.0 * INSIDE).max(width), bounds.height + TITLE + INSIDE);
            inside.shift(-width / 2.0 + INSIDE, -height / 2.0 + TITLE);
        }
        let (mut exits, mut borders) = (Vec::new(), 0.0_f64);
        if !node.borders.is_empty() {
            width = width.max(BORDER * node.borders.len() as f64 + 20.0);
            for (at, event) in node.borders.iter().enumerate() {
                let x = width / 2.0 - 16.0 - BORDER * (at as f64 + 0.5);
                exits.push(Point::new(x, height / 2.0 + EVENT / 2.0));
                let within = border_name(node.borders.len());
                let name = name(*event, self.elements).map_or(0, |name| wrapped(&name, SIZE, within, 12).len());
                borders = borders.max(EVENT / 2.0 + 6.0 + name as f64 * LINE);
            }
        }
        node.shape.bounds = Bounds::around(Point::default(), width, height);
        let (mut below, mut above, mut room) = (height / 2.0 + borders, height / 2.0, width);
        if matches!(node.shape.figure, Figure::Event(_) | Figure::Gateway { .. })
            && let Some(name) = &node.shape.name
        {
            below += 8.0 + wrapped(name, SIZE, NAME, 12).len() as f64 * LINE;
            room = room.max(NAME + 4.0);
        }
        // What stands above is in a row, centred.
        let sizes: Vec<(f64, f64)> = node.above.iter().map(item_size).collect();
        let row: f64 = sizes.iter().map(|(width, _)| width + 10.0).sum();
        let tallest = sizes.iter().map(|(_, height)| *height).fold(0.0, f64::max);
        let mut left = -row / 2.0;
        for (item, (room, height)) in node.above.iter_mut().zip(&sizes) {
            let (width, own) = own_size(item);
            let top = -above - INSIDE - tallest + (tallest - height);
            item.bounds = Bounds::new(left + 5.0 + (room - width) / 2.0, top, width, own);
            left += room + 10.0;
        }
        if tallest > 0.0 {
            above += INSIDE + tallest;
        }
        let corner = matches!(node.shape.figure, Figure::Gateway { .. }).then_some(height / 2.0);
        Box { width, room: room.max(row), above, below, exits, corner, lane }
    }

    /// Puts a node and what belongs to it at a place.
    fn put(&self, node: Placing<'_, '_>, middle: Point, plane: &mut Plane) {
        let Placing { mut shape, inside, borders, above } = node;
        let host = shape.bounds;
        shape.bounds = host.moved(middle.x, middle.y);
        label_below(&mut shape);
        plane.shapes.push(shape);
        if let Some(mut inside) = inside {
            inside.shift(middle.x, middle.y);
            plane.shapes.append(&mut inside.shapes);
            plane.edges.append(&mut inside.edges);
        }
        for (at, event) in borders.iter().enumerate() {
            let x = middle.x + host.width / 2.0 - 16.0 - BORDER * (at as f64 + 0.5);
            let bounds = Bounds::around(Point::new(x, middle.y + host.height / 2.0), EVENT, EVENT);
            let Some(mut shape) = self.shape(*event, bounds) else { continue };
            // Beside the line that leaves it.
            shape.label = shape.name.as_ref().map(|name| {
                let lines = wrapped(name, SIZE, border_name(borders.len()), 12);
                let widest = lines.iter().map(|line| width(line, SIZE)).fold(0.0, f64::max);
                let height = lines.len() as f64 * LINE;
                Bounds::new(x - widest - 5.0, bounds.bottom() + 3.0, widest, height)
            });
            plane.shapes.push(shape);
        }
        for mut item in above {
            item.bounds = item.bounds.moved(middle.x, middle.y);
            label_below(&mut item);
            plane.shapes.push(item);
        }
    }

    /// Places what is missing of a process or subprocess that is drawn in part, below what is drawn.
    fn patch(&self, scope: Element<'a, 'input>, planes: &mut [Plane]) {
        let own: HashSet<&str> = scope.children().filter_map(|child| child.attribute("id")).collect();
        let plane = planes.iter_mut().find(|plane| plane.shapes.iter().any(|shape| own.contains(shape.id.as_str())));
        let Some(plane) = plane else { return };
        let missing = |child: Element<'a, 'input>| !self.drawn.contains(&child.id());
        for event in scope.children().filter(|child| is(*child, "boundaryEvent") && missing(*child)) {
            let host = event.attribute("attachedToRef").map(local);
            let host = plane.shapes.iter().find(|shape| Some(shape.id.as_str()) == host).map(|shape| shape.bounds);
            let Some(host) = host else { continue };
            let at = |x: f64| Bounds::around(Point::new(x, host.bottom()), EVENT, EVENT);
            // The first place from the right at which nothing stands yet.
            let steps = (host.width / (EVENT + 4.0)) as usize;
            let mut free = (0..steps).map(|step| at(host.right() - 20.0 - step as f64 * (EVENT + 4.0)));
            let taken =
                |place: &Bounds| plane.shapes.iter().any(|shape| is_border(shape) && shape.bounds.overlaps(place));
            let place = free.find(|place| !taken(place)).unwrap_or_else(|| at(host.centre().x));
            plane.shapes.extend(self.shape(event, place));
        }
        let (mut added, _) = self.plane(scope, &HashMap::new(), 0, &mut HashMap::new(), missing);
        let (Some(all), Some(new)) = (plane.bounds(), added.bounds()) else { return };
        added.shift(all.x - new.x, all.bottom() + BETWEEN - new.y);
        plane.shapes.append(&mut added.shapes);
        plane.edges.append(&mut added.edges);
    }

    /// Draws the lines that no diagram draws, between shapes that are there.
    fn connect(&self, root: Element<'a, 'input>, planes: &mut [Plane]) {
        for plane in planes {
            let shapes: HashMap<&str, &Shape> =
                plane.shapes.iter().rev().map(|shape| (shape.id.as_str(), shape)).collect();
            let known: HashSet<&str> = plane.edges.iter().map(|edge| edge.id.as_str()).collect();
            let mut added = Vec::new();
            let lines = root.descendants().filter(|one| one.tag_name().namespace() == Some(BPMN));
            for element in lines.filter(|one| !self.drawn.contains(&one.id())) {
                let Some(line) = line(element, None, self.elements) else { continue };
                let id = id(element);
                if known.contains(id.as_str()) {
                    continue;
                }
                let ends = ends(element);
                let shape = |id: Option<&str>| id.and_then(|id| shapes.get(local(id))).copied();
                let (Some(from), Some(to)) = (shape(ends.0), shape(ends.1)) else { continue };
                let right_angles = is(element, "sequenceFlow") || is(element, "messageFlow");
                // Whoever drew both ends left the line between them out on purpose.
                let placed = |shape: &Shape| {
                    self.elements.get(shape.id.as_str()).is_some_and(|element| self.drawn.contains(&element.id()))
                };
                if !right_angles && placed(from) && placed(to) {
                    continue;
                }
                let points = if right_angles { connect(from, to) } else { straight(from, to) };
                added.push(Edge { id, name: name(element, self.elements), line, points, label: None });
            }
            plane.edges.append(&mut added);
        }
    }

    fn shape(&self, element: Element<'_, '_>, bounds: Bounds) -> Option<Shape> {
        let mut shape = Shape {
            id: id(element),
            name: name(element, self.elements),
            figure: self.figure(element)?,
            bounds,
            label: None,
        };
        if bounds == Bounds::default() {
            let (width, height) = own_size(&shape);
            shape.bounds = Bounds::new(0.0, 0.0, width, height);
        }
        Some(shape)
    }
}

fn id(element: Element<'_, '_>) -> String {
    element.attribute("id").unwrap_or_default().to_owned()
}

/// Whether an element has nodes and flows inside.
fn is_scope(element: Element<'_, '_>) -> bool {
    ["process", "subProcess", "adHocSubProcess", "transaction"].iter().any(|tag| is(element, tag))
}

/// Whether sequence flows lead to and from an element.
fn is_flow_node(element: Element<'_, '_>) -> bool {
    let looks = Looks::default();
    let figure = figure(element, looks, &Elements::new());
    matches!(figure, Some(Figure::Activity(_) | Figure::Event(_) | Figure::Gateway { .. }))
}

fn is_border(shape: &Shape) -> bool {
    matches!(&shape.figure, Figure::Event(event) if matches!(event.place, EventPlace::Boundary { .. }))
}

fn of_process<'a, 'input>(element: Element<'a, 'input>) -> Option<Element<'a, 'input>> {
    element.ancestors().find(|one| is(*one, "process"))
}

/// In how many lanes a lane stands.
fn nesting(lane: Element<'_, '_>) -> usize {
    lane.ancestors().skip(1).filter(|one| is(*one, "lane")).count()
}

fn size(figure: &Figure) -> (f64, f64) {
    match figure {
        Figure::Event(_) => (EVENT, EVENT),
        Figure::Gateway { .. } => (GATEWAY, GATEWAY),
        Figure::Data { .. } => DATA,
        Figure::Store => STORE,
        Figure::Activity(activity) if matches!(activity.kind, ActivityKind::Sub { folded: false, .. }) => {
            (ACTIVITY.0 + 2.0 * INSIDE, ACTIVITY.1)
        }
        _ => ACTIVITY,
    }
}

/// The size of a shape alone; a remark is as high as its text.
fn own_size(shape: &Shape) -> (f64, f64) {
    if shape.figure != Figure::Annotation {
        return size(&shape.figure);
    }
    let lines = shape.name.as_ref().map_or(1, |text| wrapped(text, 12.0, REMARK - 10.0, 40).len().max(1));
    (REMARK, lines as f64 * 14.4 + 8.0)
}

/// The same with its name below.
fn item_size(shape: &Shape) -> (f64, f64) {
    let (width, height) = own_size(shape);
    match &shape.name {
        Some(name) if shape.figure != Figure::Annotation => {
            (NAME, height + 8.0 + wrapped(name, SIZE, NAME, 12).len() as f64 * LINE)
        }
        _ => (width, height),
    }
}

/// Gives the name of an event, a gateway or data its place below.
fn label_below(shape: &mut Shape) {
    let beside =
        matches!(shape.figure, Figure::Event(_) | Figure::Gateway { .. } | Figure::Data { .. } | Figure::Store);
    if let Some(name) = shape.name.as_ref().filter(|_| beside) {
        let (width, height) = label_size(name);
        let top = Point::new(shape.bounds.centre().x, shape.bounds.bottom() + 5.0 + height / 2.0);
        shape.label = Some(Bounds::around(top, width, height));
    }
}

/// Moves the name of a gateway out of the way of a line that leaves it downwards.
fn aside(shape: &mut Shape, line: &[Point]) {
    let middle = shape.bounds.centre();
    let down = matches!(line, [first, second, ..] if first.y > middle.y && second.y > first.y);
    if let (Some(label), Figure::Gateway { .. }, true) = (&mut shape.label, &shape.figure, down) {
        label.x = middle.x - 6.0 - label.width;
    }
}

/// How wide the name of an event on a border may be, beside so many others.
fn border_name(events: usize) -> f64 {
    if events == 1 { BORDER + 20.0 } else { BORDER - 8.0 }
}

fn label_size(name: &str) -> (f64, f64) {
    let lines = wrapped(name, SIZE, NAME, 12);
    let widest = lines.iter().map(|line| width(line, SIZE)).fold(0.0, f64::max);
    (widest, lines.len() as f64 * LINE)
}

/// What the remarks and data of a scope belong to, by their ids.
fn partners<'a>(scope: Element<'a, '_>) -> HashMap<&'a str, Vec<&'a str>> {
    let mut all: HashMap<&str, Vec<&str>> = HashMap::new();
    let inner = scope.children().flat_map(|child| {
        // Data associations stand inside of activities.
        let own = is(child, "association").then_some(child);
        own.into_iter().chain(child.children().filter(|one| one.tag_name().name().ends_with("putAssociation")))
    });
    for association in inner {
        if let (Some(from), Some(to)) = ends(association) {
            all.entry(local(from)).or_default().push(local(to));
            all.entry(local(to)).or_default().push(local(from));
        }
    }
    all
}

/// The ids of what a line connects. A data association names data and stands inside of the activity.
fn ends<'a>(line: Element<'a, '_>) -> (Option<&'a str>, Option<&'a str>) {
    let referred = |tag| line.children().find(|child| is(*child, tag)).and_then(|child| child.text()).map(str::trim);
    let around = || line.ancestors().skip(1).find(|one| is_flow_node(*one)).and_then(|one| one.attribute("id"));
    match line.tag_name().name() {
        "dataInputAssociation" => (referred("sourceRef"), around()),
        "dataOutputAssociation" => (around(), referred("targetRef")),
        _ => (line.attribute("sourceRef"), line.attribute("targetRef")),
    }
}
