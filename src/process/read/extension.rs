use roxmltree::Node as Element;

use super::xml::{Reader, is};
use crate::diagnostic::{Diagnostic, Id};
use crate::process::model::{Attributes, Listener};
use crate::process::{Parameter, ParameterValue};
use crate::source::Spanned;

/// Namespaces in which the engine's own elements and attributes stand.
const ENGINE: [&str; 2] = ["http://camunda.org/schema/1.0/bpmn", "http://activiti.org/bpmn"];

/// What the engine's extension elements say about a node.
#[derive(Default)]
pub(super) struct Extension {
    pub(super) inputs: Vec<Parameter>,
    pub(super) outputs: Vec<Parameter>,
    pub(super) listeners: Vec<Listener>,
}

pub(super) fn is_engine(element: Element<'_, '_>, name: &str) -> bool {
    ENGINE.iter().any(|namespace| element.has_tag_name((*namespace, name)))
}

impl Reader<'_> {
    /// An attribute in the engine's namespace, else one without namespace.
    pub(in crate::process) fn engine_attribute(&self, element: Element<'_, '_>, name: &str) -> Option<Spanned<String>> {
        let attribute = ENGINE
            .iter()
            .find_map(|namespace| element.attribute_node((*namespace, name)))
            .or_else(|| element.attribute_node(name))?;
        Some(Spanned::new(attribute.value().to_owned(), self.span(attribute.range_value())))
    }

    pub(super) fn extension(&mut self, node: Element<'_, '_>) -> Extension {
        let mut extension = Extension::default();
        for element in
            node.children().filter(|child| is(*child, "extensionElements")).flat_map(|found| found.children())
        {
            if is_engine(element, "inputOutput") {
                for child in element.children() {
                    if is_engine(child, "inputParameter") {
                        extension.inputs.extend(self.parameter(child));
                    } else if is_engine(child, "outputParameter") {
                        extension.outputs.extend(self.parameter(child));
                    }
                }
            } else if is_engine(element, "executionListener") {
                extension.listeners.push(Listener {
                    event: element.attribute("event").unwrap_or("start").to_owned(),
                    delegate_expression: element.attribute("delegateExpression").map(str::to_owned),
                    span: self.tag_span(element),
                });
            }
        }
        extension
    }

    fn parameter(&mut self, element: Element<'_, '_>) -> Option<Parameter> {
        let Some(name) = self.attribute(element, "name").filter(|name| !name.value.is_empty()) else {
            let message = "a parameter has no name, so nothing can read it";
            self.found.push(Diagnostic::new(Id::PROCESS_MISSING, message).at(self.tag_span(element)));
            return None;
        };
        let mut attributes: Attributes = self.attributes(element);
        // The name of a parameter is not a name to show; everything else that a designer wrote is kept.
        attributes.extend(self.attribute(element, "id").map(|id| ("id".to_owned(), id)));
        let content = self.content(element);
        let span = if content.value.is_empty() { name.span } else { content.span };
        let value = self.nested_value(element);
        Some(Parameter { name: name.value, value, span, attributes })
    }

    /// The value inside an element: its one child element, else its text.
    fn nested_value(&mut self, element: Element<'_, '_>) -> ParameterValue {
        let mut children = element.children().filter(Element::is_element);
        match (children.next(), children.next()) {
            (None, _) => self.text_value(element),
            (Some(child), None) => self.value(child),
            (Some(_), Some(second)) => {
                let message = "a parameter holds at most one element; put several into a list or map";
                self.found.push(Diagnostic::new(Id::PROCESS_UNSUPPORTED, message).at(self.tag_span(second)));
                ParameterValue::Unsupported(second.tag_name().name().to_owned())
            }
        }
    }

    /// The value that an element is. Recursion is bounded by the depth of the file.
    fn value(&mut self, element: Element<'_, '_>) -> ParameterValue {
        if is_engine(element, "list") {
            let items = element.children().filter(Element::is_element);
            ParameterValue::List(items.map(|item| self.value(item)).collect())
        } else if is_engine(element, "map") {
            let mut entries = Vec::new();
            for entry in element.children().filter(|child| is_engine(*child, "entry")) {
                match self.attribute(entry, "key") {
                    Some(key) => {
                        let key = self.template(Spanned::new(key.value.as_str(), key.span));
                        entries.push((key, self.nested_value(entry)));
                    }
                    None => {
                        let message = "a map entry has no key";
                        self.found.push(Diagnostic::new(Id::PROCESS_MISSING, message).at(self.tag_span(entry)));
                    }
                }
            }
            ParameterValue::Map(entries)
        } else if is_engine(element, "value") {
            self.text_value(element)
        } else {
            let name = element.tag_name().name();
            let message = format!("a parameter that is a `{name}` is not evaluated; reaching it is an incident");
            self.found.push(Diagnostic::new(Id::PROCESS_UNSUPPORTED, message).at(self.tag_span(element)));
            ParameterValue::Unsupported(name.to_owned())
        }
    }

    fn text_value(&mut self, element: Element<'_, '_>) -> ParameterValue {
        let text = self.content(element);
        ParameterValue::Text(self.template(Spanned::new(text.value.as_str(), text.span)))
    }
}
