use std::collections::HashMap;

use roxmltree::Node as Tag;

use super::Class;
use super::element::{Element, Part};
use super::fact::Facts;
use crate::process::read::Reader;
use crate::source::{FileId, Sources, Span, Spanned};

/// The elements of one version, in document order.
#[derive(Debug, Default)]
pub(super) struct Outline {
    pub elements: Vec<Element>,
    by_id: HashMap<String, usize>,
    /// The flows out of each node in document order, by their places among the elements.
    leaving: HashMap<String, Vec<usize>>,
}

impl Outline {
    /// Reads a file; one that is no XML has no elements.
    pub fn read(sources: &Sources, file: FileId) -> Self {
        let mut reader = Reader::new(sources, file);
        let Some(document) = reader.parse() else { return Self::default() };
        let mut outline = Self::default();
        for tag in document.root_element().descendants().filter(Tag::is_element) {
            if let Some(element) = Element::read(&reader, tag) {
                outline.add(element);
            }
        }
        outline.resolve();
        let is_drawn = |tag: &Tag<'_, '_>| matches!(tag.tag_name().name(), "BPMNShape" | "BPMNEdge");
        document.root_element().descendants().filter(is_drawn).for_each(|tag| outline.draw(&reader, tag));
        outline
    }

    fn add(&mut self, element: Element) {
        let at = self.elements.len();
        let from = element.fact(Class::Rerouted, "from").map(str::to_owned);
        if let Some(source) = from.filter(|_| element.part == Part::Flow) {
            self.leaving.entry(source).or_default().push(at);
        }
        // Of two elements with one id, which is an error, the first counts.
        self.by_id.entry(element.id.value.clone()).or_insert(at);
        self.elements.push(element);
    }

    /// Puts what declarations say in the place of their ids: it is what is thrown, caught and waited for.
    fn resolve(&mut self) {
        let declared = self.elements.iter().filter(|element| element.part == Part::Declaration);
        let said: HashMap<String, String> = declared
            .filter_map(|element| {
                let (class, key) = match element.kind.as_str() {
                    "error" => (Class::Error, "code"),
                    "escalation" => (Class::Trigger, "code"),
                    _ => (Class::Trigger, "name"),
                };
                Some((element.id.value.clone(), element.fact(class, key)?.to_owned()))
            })
            .collect();
        for fact in self.elements.iter_mut().flat_map(|element| &mut element.facts).filter(|fact| fact.refers) {
            let local = fact.value.value.rsplit(':').next().unwrap_or_default();
            if let Some(said) = said.get(&fact.value.value).or_else(|| said.get(local)) {
                fact.value.value.clone_from(said);
                fact.meaning.clone_from(said);
            }
        }
    }

    /// Adds where an element is drawn.
    fn draw(&mut self, reader: &Reader<'_>, shape: Tag<'_, '_>) {
        let of = shape.attribute("bpmnElement").unwrap_or_default();
        let of = of.rsplit(':').next().unwrap_or_default();
        let Some(at) = self.by_id.get(of) else { return };
        let mut facts = Facts::new(reader);
        facts.all.append(&mut self.elements[*at].facts);
        let mut points = Vec::new();
        for part in shape.descendants().filter(Tag::is_element) {
            let place = ["x", "y", "width", "height"].into_iter().filter_map(|name| part.attribute(name));
            let place: Vec<String> = place.map(number).collect();
            match part.tag_name().name() {
                "waypoint" => points.push(place.join(",")),
                "Bounds" => {
                    let of_label = part.parent().is_some_and(|parent| parent.tag_name().name() == "BPMNLabel");
                    let key = if of_label { "label" } else { "bounds" };
                    let value = Spanned::new(place.join(","), reader.tag_span(part));
                    facts.add(Class::Layout, key, value);
                }
                _ => {}
            }
        }
        if !points.is_empty() {
            let value = Spanned::new(points.join(" "), reader.tag_span(shape));
            facts.add(Class::Layout, "waypoints", value);
        }
        for attribute in shape.attributes().filter(|one| !matches!(one.name(), "id" | "bpmnElement")) {
            let value = facts.value(attribute);
            facts.add(Class::Layout, attribute.name(), value);
        }
        self.elements[*at].facts = facts.all;
    }

    /// The element with an id.
    pub fn get(&self, id: &str) -> Option<&Element> {
        self.by_id.get(id).map(|at| &self.elements[*at])
    }

    /// The flows out of a node, in document order.
    pub fn leaving(&self, node: &str) -> impl Iterator<Item = &Element> {
        self.leaving.get(node).into_iter().flatten().map(|at| &self.elements[*at])
    }

    /// What people know an element as: its name, else its id; a flow by what it connects, and its name.
    pub fn called(&self, id: &str) -> String {
        let Some(element) = self.get(id) else { return format!("`{id}`") };
        let name = |id: &str| match self.get(id).and_then(|element| element.name.as_deref()) {
            Some(name) => format!("\u{201c}{name}\u{201d}"),
            None => format!("`{id}`"),
        };
        match (element.fact(Class::Rerouted, "from"), element.fact(Class::Rerouted, "to")) {
            (Some(from), Some(to)) => {
                let own = element.name.as_deref().map(|name| format!(" (\u{201c}{name}\u{201d})")).unwrap_or_default();
                format!("{} \u{2192} {}{own}", name(from), name(to))
            }
            _ => name(id),
        }
    }

    /// The innermost element at a place of the file.
    pub fn at(&self, place: Span) -> Option<&Element> {
        let start = place.start as usize;
        // Elements stand in document order, so the last that holds a place is the innermost.
        let before = self.elements.partition_point(|element| element.range.start <= start);
        self.elements[..before].iter().rev().find(|element| element.range.contains(&start))
    }
}

impl Element {
    /// What is said of one thing.
    pub fn fact(&self, class: Class, key: &str) -> Option<&str> {
        let found = self.facts.iter().find(|fact| fact.class == class && fact.key == key && fact.detail.is_none());
        found.map(|fact| fact.value.value.as_str())
    }
}

/// A coordinate: exporters write `12`, `12.0` and `12.00`.
fn number(text: &str) -> String {
    text.trim().parse::<f64>().map_or_else(|_| text.trim().to_owned(), |number| number.to_string())
}
