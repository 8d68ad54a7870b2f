use std::collections::HashSet;

use roxmltree::Node as Element;

use super::xml::Reader;
use crate::process::Drawing;

/// The namespace of BPMN diagram interchange.
const DIAGRAM: &str = "http://www.omg.org/spec/BPMN/20100524/DI";

impl Reader<'_> {
    /// What the diagrams of a file show.
    pub(super) fn drawing(&self, root: Element<'_, '_>) -> Drawing {
        let is_drawn = |element: &Element<'_, '_>| element.tag_name().namespace() == Some(DIAGRAM);
        let (drawn, others): (Vec<_>, Vec<_>) = root.descendants().filter(Element::is_element).partition(is_drawn);
        let ids: HashSet<&str> = others.iter().filter_map(|element| element.attribute("id")).collect();
        let mut drawing = Drawing::default();
        for element in drawn.into_iter().filter(|one| matches!(one.tag_name().name(), "BPMNShape" | "BPMNEdge")) {
            let Some(reference) = self.attribute(element, "bpmnElement") else { continue };
            // A reference may be a qualified name.
            let local = reference.value.rsplit(':').next().unwrap_or_default();
            let known = [reference.value.as_str(), local].into_iter().find(|id| ids.contains(id)).map(str::to_owned);
            match known {
                Some(id) => drop(drawing.shown.insert(id)),
                None => drawing.dangling.push(reference),
            }
        }
        drawing
    }
}
