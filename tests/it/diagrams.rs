//! The process definitions that ship: what holds of a careful diagram, and that each is drawn so that it can be read.

use std::collections::{BTreeMap, BTreeSet};

use flowproof::diagnostic::Diagnostics;
use flowproof::process::{Definition, Kind, Node, Trigger};
use flowproof::source::Sources;

use crate::project::shipped;

const SHIPPED: [&str; 2] = ["face-onboarding", "identity-verification"];

fn text(process: &str) -> String {
    std::fs::read_to_string(shipped().join(format!("processes/{process}.bpmn"))).unwrap()
}

fn definition(process: &str) -> Definition {
    let mut sources = Sources::new();
    let file = sources.add(process, text(process));
    let (definition, problems): (_, Diagnostics) = Definition::read(&sources, file);
    assert!(problems.is_empty(), "{process}: {problems:?}");
    definition.unwrap()
}

fn is_timer(node: &Node) -> bool {
    node.boundary().is_some_and(|boundary| matches!(boundary.trigger, Trigger::Timer { .. }))
}

/// What real exports hold themselves to, and a few rules more.
#[test]
fn shipped_diagrams_are_careful() {
    for process in SHIPPED {
        let definition = definition(process);
        let mut names = BTreeSet::new();
        let mut ends = 0;
        for node in definition.nodes() {
            let told = format!("{process}: {} ({})", node.id, node.title());
            let (ways_in, ways_out) = (node.incoming.len(), node.outgoing.len());
            assert!(node.name.is_some(), "{told} has no name");
            match &node.kind {
                Kind::Start => assert_eq!((ways_in, ways_out), (0, 1), "{told}"),
                Kind::End => ends += 1,
                Kind::ExternalTask | Kind::AutomaticTask => {
                    assert_eq!((ways_in, ways_out), (1, 1), "{told}");
                    let timers = node.boundaries.iter().filter(|event| is_timer(&definition[**event])).count();
                    let waits = node.kind == Kind::ExternalTask;
                    assert_eq!(timers, usize::from(waits), "{told}: timers");
                    assert!(names.insert(node.title().to_owned()), "{told}: the name is used twice");
                }
                Kind::ExclusiveGateway => {
                    assert!(ways_in == 1 || ways_out == 1, "{told} joins and splits");
                    assert!(ways_in > 1 || ways_out > 1, "{told} does neither");
                    assert!(ways_out <= 3, "{told} has {ways_out} ways out");
                    assert_eq!(node.default.is_some(), ways_out > 1, "{told}: default");
                    for flow in node.outgoing.iter().filter(|_| ways_out > 1) {
                        let conditional = definition[*flow].condition.is_some();
                        assert_ne!(conditional, node.default == Some(*flow), "{told}: {}", definition[*flow].id);
                    }
                }
                Kind::Boundary(boundary) => {
                    assert_eq!((ways_in, ways_out), (0, 1), "{told}");
                    assert!(boundary.interrupting, "{told}");
                    let target = &definition[definition[node.outgoing[0]].target];
                    assert_eq!(target.kind, Kind::ExclusiveGateway, "{told} leads to no gateway");
                }
                other => panic!("{told} is {other:?}"),
            }
        }
        assert_eq!(ends, 1, "{process}: ends");
        let codes: BTreeSet<_> = definition.errors().iter().map(|error| &error.code).collect();
        assert_eq!(codes.len(), definition.errors().len(), "{process}: an error is declared twice");
    }
}

/// Every node stands on a walk from the start to the end.
#[test]
fn shipped_diagrams_are_sound() {
    for process in SHIPPED {
        let definition = definition(process);
        let mut forth: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut back: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let flows = definition.flows().iter().map(|flow| (flow.source, flow.target));
        let attached = definition.nodes().iter().filter_map(|node| Some((node.boundary()?.host, node.index)));
        for (from, to) in flows.chain(attached) {
            forth.entry(from.position()).or_default().push(to.position());
            back.entry(to.position()).or_default().push(from.position());
        }
        let end = definition.nodes().iter().find(|node| node.kind == Kind::End).unwrap();
        let reached = closure(definition.start().unwrap().position(), &forth);
        let leaving = closure(end.index.position(), &back);
        for node in definition.nodes() {
            let at = node.index.position();
            assert!(reached.contains(&at), "{process}: {} is never reached", node.id);
            assert!(leaving.contains(&at), "{process}: {} never ends", node.id);
        }
    }
}

fn closure(from: usize, arcs: &BTreeMap<usize, Vec<usize>>) -> BTreeSet<usize> {
    let (mut seen, mut open) = (BTreeSet::from([from]), vec![from]);
    while let Some(at) = open.pop() {
        open.extend(arcs.get(&at).into_iter().flatten().filter(|next| seen.insert(**next)));
    }
    seen
}

#[derive(Clone, Copy, Debug)]
struct Area {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Area {
    fn of(bounds: roxmltree::Node<'_, '_>) -> Self {
        let number = |name: &str| bounds.attribute(name).unwrap().parse::<f64>().unwrap();
        let (left, top) = (number("x"), number("y"));
        Self { left, top, right: left + number("width"), bottom: top + number("height") }
    }

    fn between(one: (f64, f64), other: (f64, f64)) -> Self {
        let (left, right) = (one.0.min(other.0), one.0.max(other.0));
        let (top, bottom) = (one.1.min(other.1), one.1.max(other.1));
        Self { left, top, right, bottom }
    }

    /// Whether both have more than a border in common.
    fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    fn touches(&self, (x, y): (f64, f64)) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }
}

fn child<'a>(node: roxmltree::Node<'a, 'a>, name: &str) -> Option<roxmltree::Node<'a, 'a>> {
    node.children().find(|child| child.tag_name().name() == name)
}

/// Everything has a place, nothing covers anything else, and flows run straight from border to border.
#[test]
fn shipped_diagrams_are_drawn() {
    for process in SHIPPED {
        let (definition, text) = (definition(process), text(process));
        let document = roxmltree::Document::parse(&text).unwrap();
        let drawn = |kind: &'static str| {
            document.descendants().filter(move |node| node.tag_name().name() == kind).map(|node| {
                let element = node.attribute("bpmnElement").unwrap();
                (element, node)
            })
        };
        let shapes: BTreeMap<&str, Area> =
            drawn("BPMNShape").map(|(id, node)| (id, Area::of(child(node, "Bounds").unwrap()))).collect();
        let labels: Vec<(&str, Area)> = drawn("BPMNShape")
            .chain(drawn("BPMNEdge"))
            .filter_map(|(id, node)| Some((id, Area::of(child(child(node, "BPMNLabel")?, "Bounds")?))))
            .collect();
        let mut problems = Vec::new();
        for node in definition.nodes().iter().filter(|node| !shapes.contains_key(node.id.as_str())) {
            problems.push(format!("{} is not drawn", node.id));
        }
        let host = |id: &str| {
            let boundary = definition.node(id).and_then(Node::boundary);
            boundary.map(|boundary| definition[boundary.host].id.as_str())
        };
        for (number, (id, area)) in shapes.iter().enumerate() {
            if host(id).is_some_and(|host| !area.overlaps(&shapes[host])) {
                problems.push(format!("{id} is not on the border of its activity"));
            }
            for (other, place) in shapes.iter().skip(number + 1) {
                if area.overlaps(place) && host(id) != Some(*other) && host(other) != Some(*id) {
                    problems.push(format!("{id} covers {other}"));
                }
            }
        }
        for (number, (id, label)) in labels.iter().enumerate() {
            problems.extend(
                shapes
                    .iter()
                    .filter(|(_, area)| label.overlaps(area))
                    .map(|(other, _)| format!("the label of {id} covers {other}")),
            );
            problems.extend(
                labels[number + 1..]
                    .iter()
                    .filter(|(_, area)| label.overlaps(area))
                    .map(|(other, _)| format!("the labels of {id} and {other} cover one another")),
            );
        }
        let edges: BTreeMap<&str, _> = drawn("BPMNEdge").collect();
        for flow in definition.flows() {
            let Some(edge) = edges.get(flow.id.as_str()) else {
                problems.push(format!("{} is not drawn", flow.id));
                continue;
            };
            let number =
                |node: roxmltree::Node<'_, '_>, name: &str| node.attribute(name).unwrap().parse::<f64>().unwrap();
            let points: Vec<(f64, f64)> = edge
                .children()
                .filter(|node| node.tag_name().name() == "waypoint")
                .map(|node| (number(node, "x"), number(node, "y")))
                .collect();
            let (source, target) = (&definition[flow.source].id, &definition[flow.target].id);
            let (first, last) = (points[0], points[points.len() - 1]);
            if !shapes[source.as_str()].touches(first) || !shapes[target.as_str()].touches(last) {
                problems.push(format!("{} does not lead from {source} to {target}", flow.id));
            }
            for pair in points.windows(2) {
                let line = Area::between(pair[0], pair[1]);
                if line.left < line.right && line.top < line.bottom {
                    problems.push(format!("{} is not straight at {:?}", flow.id, pair[0]));
                }
                problems.extend(
                    shapes
                        .iter()
                        .filter(|(_, area)| line.overlaps(area))
                        .map(|(other, _)| format!("{} crosses {other}", flow.id)),
                );
                problems.extend(
                    labels
                        .iter()
                        .filter(|(_, area)| line.overlaps(area))
                        .map(|(other, _)| format!("{} crosses the label of {other}", flow.id)),
                );
            }
        }
        assert!(problems.is_empty(), "{process}:\n{}", problems.join("\n"));
    }
}
