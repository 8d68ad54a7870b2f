use roxmltree::Node as Element;

use super::xml::{BPMN, Reader, is};
use crate::diagnostic::{Diagnostic, Id};
use crate::process::duration::milliseconds;
use crate::process::model::{Kind, Timer, Trigger};
use crate::source::Spanned;

/// Elements of a process that a token passes, besides those that end in `Task`, `Event` or `Gateway`.
const FLOW_NODES: [&str; 5] = ["task", "callActivity", "subProcess", "adHocSubProcess", "transaction"];

/// The BPMN name of an element if a token can pass it.
pub(in crate::process) fn flow_node_tag<'a>(element: Element<'a, '_>) -> Option<&'a str> {
    let tag = element.tag_name();
    let name = tag.name();
    let matches =
        ["Task", "Event", "Gateway"].iter().any(|ending| name.ends_with(ending)) || FLOW_NODES.contains(&name);
    (tag.namespace() == Some(BPMN) && matches).then_some(name)
}

/// The definition of what makes an event happen, if it has one.
fn event_definition<'a, 'input>(event: Element<'a, 'input>) -> Option<Element<'a, 'input>> {
    event.children().find(|child| {
        let tag = child.tag_name();
        tag.namespace() == Some(BPMN) && (tag.name().ends_with("EventDefinition") || tag.name() == "eventDefinitionRef")
    })
}

impl Reader<'_> {
    /// What a node other than a boundary event does.
    pub(super) fn kind(&self, element: Element<'_, '_>, tag: &str) -> Kind {
        let unsupported = || match event_definition(element) {
            Some(definition) => Kind::Unsupported(format!("{tag} with {}", definition.tag_name().name())),
            None => Kind::Unsupported(tag.to_owned()),
        };
        match tag {
            "startEvent" if event_definition(element).is_none() => Kind::Start,
            "endEvent" => match event_definition(element) {
                None => Kind::End,
                Some(definition) if is(definition, "terminateEventDefinition") => Kind::End,
                Some(_) => unsupported(),
            },
            "exclusiveGateway" => Kind::ExclusiveGateway,
            "serviceTask" => {
                let loops = element.children().find(|child| child.tag_name().name().ends_with("LoopCharacteristics"));
                if let Some(loops) = loops {
                    return Kind::Unsupported(format!("serviceTask with {}", loops.tag_name().name()));
                }
                if element.attribute("isForCompensation") == Some("true") {
                    return Kind::Unsupported("serviceTask for compensation".to_owned());
                }
                match self.engine_attribute(element, "type") {
                    Some(kind) if kind.value == "external" => Kind::ExternalTask,
                    _ => Kind::AutomaticTask,
                }
            }
            _ => unsupported(),
        }
    }

    /// What makes a boundary event happen. `code` finds the code of a declared error.
    pub(super) fn trigger(&mut self, event: Element<'_, '_>, code: impl Fn(&str) -> Option<Option<String>>) -> Trigger {
        let Some(definition) = event_definition(event) else {
            return Trigger::Unsupported("no event definition".to_owned());
        };
        if is(definition, "errorEventDefinition") {
            let reference = self.attribute(definition, "errorRef");
            return Trigger::Error {
                code: reference.and_then(|reference| self.error_code(reference, code)),
                code_variable: self.engine_attribute(definition, "errorCodeVariable").map(|name| name.value),
                message_variable: self.engine_attribute(definition, "errorMessageVariable").map(|name| name.value),
            };
        }
        if is(definition, "timerEventDefinition") {
            let duration = definition.children().find(|child| is(*child, "timeDuration"));
            return match duration.and_then(|duration| self.timer(duration)) {
                Some(duration) => Trigger::Timer { duration },
                None => Trigger::Unsupported("a timer that is no duration".to_owned()),
            };
        }
        Trigger::Unsupported(definition.tag_name().name().to_owned())
    }

    fn error_code(
        &mut self,
        reference: Spanned<String>,
        code: impl Fn(&str) -> Option<Option<String>>,
    ) -> Option<String> {
        // A reference may be a qualified name; errors are looked up by their local one.
        let local = reference.value.rsplit(':').next().unwrap_or_default();
        if let Some(code) = code(&reference.value).or_else(|| code(local)) {
            return code.filter(|code| !code.is_empty());
        }
        let message = format!("`errorRef` names no declared error; `{}` itself is taken as the code", reference.value);
        self.found.push(Diagnostic::new(Id::PROCESS_ERROR_REF, message).at(reference.span));
        Some(reference.value).filter(|code| !code.is_empty())
    }

    fn timer(&mut self, duration: Element<'_, '_>) -> Option<Timer> {
        let text = self.content(duration);
        if text.value.contains("${") || text.value.contains("#{") {
            return Some(Timer::Computed(self.template(Spanned::new(text.value.as_str(), text.span))));
        }
        match milliseconds(&text.value) {
            Ok(after) => Some(Timer::After(after)),
            Err(reason) => {
                let message = format!("`{}` is not a duration: {reason}", text.value);
                let help = "write an ISO 8601 duration such as `PT4M30S` or `P5D`";
                self.found.push(Diagnostic::new(Id::PROCESS_DURATION, message).at(text.span).help(help));
                None
            }
        }
    }
}
