use roxmltree::Node as Element;

use super::declared::Declared;
use super::xml::{BPMN, Reader, is};
use crate::process::expression::Condition;
use crate::process::model::{Thrown, Trigger};
use crate::source::Spanned;

/// What makes an event happen, or what it throws: nothing, one thing, or several, which is not executed.
pub(super) enum EventDefinition<'a, 'input> {
    None,
    One(Element<'a, 'input>),
    Several,
}

impl<'a, 'input> EventDefinition<'a, 'input> {
    pub(super) fn of(event: Element<'a, 'input>) -> Self {
        let mut all = event.children().filter(|child| {
            let tag = child.tag_name();
            let is_one = tag.name().ends_with("EventDefinition") || tag.name() == "eventDefinitionRef";
            tag.namespace() == Some(BPMN) && is_one
        });
        match (all.next(), all.next()) {
            (None, _) => Self::None,
            (Some(one), None) => Self::One(one),
            (Some(_), Some(_)) => Self::Several,
        }
    }
}

impl Reader<'_> {
    /// What makes an event happen.
    pub(super) fn trigger(&mut self, event: Element<'_, '_>, declared: &Declared) -> Trigger {
        let definition = match EventDefinition::of(event) {
            EventDefinition::None => return Trigger::Unsupported("no event definition".to_owned()),
            EventDefinition::Several => return Trigger::Unsupported("several event definitions".to_owned()),
            EventDefinition::One(definition) => definition,
        };
        if is(definition, "errorEventDefinition") {
            Trigger::Error {
                code: self.error_code(definition, declared),
                code_variable: self.engine_attribute(definition, "errorCodeVariable").map(|name| name.value),
                message_variable: self.engine_attribute(definition, "errorMessageVariable").map(|name| name.value),
            }
        } else if is(definition, "timerEventDefinition") {
            match self.timer(definition) {
                Ok(duration) => Trigger::Timer { duration },
                Err(what) => Trigger::Unsupported(what.to_owned()),
            }
        } else if is(definition, "messageEventDefinition") {
            Trigger::Message { name: self.message(definition, declared) }
        } else if is(definition, "signalEventDefinition") {
            Trigger::Signal { name: self.signal(definition, declared) }
        } else if is(definition, "escalationEventDefinition") {
            Trigger::Escalation {
                code: self.escalation(definition, declared),
                code_variable: self.engine_attribute(definition, "escalationCodeVariable").map(|name| name.value),
            }
        } else if is(definition, "conditionalEventDefinition") {
            let condition = definition.children().find(|child| is(*child, "condition"));
            Trigger::Conditional { condition: condition.map(|condition| self.condition(condition).value) }
        } else if is(definition, "linkEventDefinition") {
            Trigger::Link { name: self.link(definition) }
        } else {
            Trigger::Unsupported(definition.tag_name().name().to_owned())
        }
    }

    /// What an event throws.
    pub(super) fn thrown(&mut self, event: Element<'_, '_>, declared: &Declared) -> Thrown {
        let definition = match EventDefinition::of(event) {
            EventDefinition::None => return Thrown::Nothing,
            EventDefinition::Several => return Thrown::Unsupported("several event definitions".to_owned()),
            EventDefinition::One(definition) => definition,
        };
        if is(definition, "errorEventDefinition") {
            Thrown::Error { code: self.error_code(definition, declared) }
        } else if is(definition, "escalationEventDefinition") {
            Thrown::Escalation { code: self.escalation(definition, declared) }
        } else if is(definition, "signalEventDefinition") {
            Thrown::Signal { name: self.signal(definition, declared) }
        } else if is(definition, "messageEventDefinition") {
            Thrown::Message { name: self.message(definition, declared) }
        } else if is(definition, "linkEventDefinition") {
            Thrown::Link { name: self.link(definition) }
        } else {
            Thrown::Unsupported(definition.tag_name().name().to_owned())
        }
    }

    /// The condition that an element holds, and where it stands.
    pub(super) fn condition(&mut self, element: Element<'_, '_>) -> Spanned<Condition> {
        let text = self.content(element);
        let template = self.template(Spanned::new(text.value.as_str(), text.span));
        Spanned::new(Condition { template }, text.span)
    }
}
