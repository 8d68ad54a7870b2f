use super::subject::{Subject, called};
use crate::diagnostic::{Diagnostic, Diagnostics, Element, Id};
use crate::process::NodeIndex;

/// Whether the diagram shows what the process is.
pub(super) fn check(subject: &Subject<'_>, found: &mut Diagnostics) {
    let definition = subject.definition;
    let drawing = definition.drawing();
    if drawing.shown.is_empty() {
        let message = "the file has no diagram, so that nobody sees the process in a modeler";
        let one = Diagnostic::new(Id::LINT_NOT_DRAWN, message).at(definition.id().span).of(definition);
        found.push(one.help("open it in a modeler that lays out what has no coordinates, and store it"));
        return;
    }
    // What stands in a subprocess that is drawn closed is not to be seen.
    let is_open = |scope: Option<NodeIndex>| {
        let is_shown = |child: &NodeIndex| drawing.shown.contains(&definition[*child].id);
        scope.is_none_or(|scope| definition[scope].children.iter().any(is_shown))
    };
    let nodes = definition.nodes().iter().filter(|node| is_open(node.scope));
    let nodes = nodes.map(|node| (Element::from(node), "shape"));
    let flows = definition.flows().iter().filter(|flow| is_open(definition[flow.source].scope));
    let flows = flows.map(|flow| (Element::from(flow), "edge"));
    for (element, what) in nodes.chain(flows).filter(|(element, _)| !drawing.shown.contains(&element.id)) {
        let message = format!("{} has no {what} in the diagram, so that nobody sees it there", called(element.clone()));
        let one = Diagnostic::new(Id::LINT_NOT_DRAWN, message).at(element.span).of(element);
        found.push(one.help("draw it, or remove it"));
    }
    for reference in &drawing.dangling {
        let message = format!("the diagram shows `{}`, which is nothing in the file", reference.value);
        let element = Element { id: reference.value.clone(), name: None, span: reference.span };
        let one = Diagnostic::new(Id::LINT_DANGLING_SHAPE, message).at(reference.span).of(element);
        found.push(one.help("remove the shape or edge; modelers refuse such a file, or lose what they cannot place"));
    }
}
