use super::{Definition, ErrorDeclaration, Flow, Node};
use crate::diagnostic::Element;
use crate::source::Span;

/// An element as diagnostics name it.
pub(super) fn element_of(id: &str, name: Option<&str>, span: Span) -> Element {
    let name = name.map(|name| name.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|name| !name.is_empty());
    Element { id: id.to_owned(), name, span }
}

impl From<&Node> for Element {
    fn from(node: &Node) -> Self {
        element_of(&node.id, node.name.as_deref(), node.span)
    }
}

impl From<&Flow> for Element {
    fn from(flow: &Flow) -> Self {
        element_of(&flow.id, flow.name.as_deref(), flow.span)
    }
}

impl From<&ErrorDeclaration> for Element {
    fn from(error: &ErrorDeclaration) -> Self {
        element_of(&error.id, error.name.as_deref(), error.span)
    }
}

impl From<&Definition> for Element {
    fn from(definition: &Definition) -> Self {
        let id = definition.id();
        element_of(id.value, definition.name(), id.span)
    }
}
