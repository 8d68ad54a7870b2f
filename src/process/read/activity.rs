use roxmltree::Node as Element;

use super::extension::is_engine;
use super::xml::{Reader, is};
use crate::process::expression::Template;
use crate::process::model::{CallActivity, Instances, Mapping, MappingSource, Repetition};
use crate::source::Spanned;

impl Reader<'_> {
    pub(super) fn call_activity(&mut self, element: Element<'_, '_>) -> CallActivity {
        let called = self.attribute(element, "calledElement").filter(|called| !called.value.trim().is_empty());
        let called = called.map(|called| self.template(Spanned::new(called.value.as_str(), called.span)));
        let mut call = CallActivity { called, inputs: Vec::new(), outputs: Vec::new() };
        let extensions = element.children().filter(|child| is(*child, "extensionElements"));
        for mapping in extensions.flat_map(|found| found.children()) {
            if is_engine(mapping, "in") {
                call.inputs.extend(self.mapping(mapping));
            } else if is_engine(mapping, "out") {
                call.outputs.extend(self.mapping(mapping));
            }
        }
        call
    }

    /// A mapping of variables; a business key is no variable.
    fn mapping(&mut self, element: Element<'_, '_>) -> Option<Mapping> {
        let target = element.attribute("target").map(str::to_owned);
        let source = if element.attribute("variables") == Some("all") {
            MappingSource::All
        } else if let Some(expression) = self.attribute(element, "sourceExpression") {
            MappingSource::Expression(self.template(Spanned::new(expression.value.as_str(), expression.span)))
        } else {
            MappingSource::Variable(element.attribute("source")?.to_owned())
        };
        Some(Mapping { source, target })
    }

    /// Whether an activity is done more than once.
    pub(super) fn repetition(&mut self, element: Element<'_, '_>) -> Option<Repetition> {
        if element.children().any(|child| is(child, "standardLoopCharacteristics")) {
            return Some(Repetition::Loop);
        }
        let loops = element.children().find(|child| is(*child, "multiInstanceLoopCharacteristics"))?;
        let child = |name: &str| loops.children().find(|child| is(*child, name));
        let cardinality = child("loopCardinality").map(|text| {
            let text = self.content(text);
            self.template(Spanned::new(text.value.as_str(), text.span))
        });
        let reference = child("loopDataInputRef").map(|text| self.content(text));
        let collection = self.engine_attribute(loops, "collection").or(reference).map(|text| self.collection(text));
        let item = child("inputDataItem").and_then(|item| item.attribute("name")).map(str::to_owned);
        let element = self.engine_attribute(loops, "elementVariable").map(|name| name.value).or(item);
        let completion = child("completionCondition").map(|condition| self.condition(condition).value);
        let sequential = loops.attribute("isSequential") == Some("true");
        Some(Repetition::Instances(Instances { sequential, cardinality, collection, element, completion }))
    }

    /// A collection is an expression, or the name of a variable.
    fn collection(&mut self, text: Spanned<String>) -> Template {
        let name = text.value.trim();
        let is_name = !name.is_empty() && name.chars().all(|one| one.is_alphanumeric() || one == '_');
        match Template::parse(&format!("${{{name}}}")) {
            Ok(template) if is_name => template,
            _ => self.template(Spanned::new(text.value.as_str(), text.span)),
        }
    }
}
