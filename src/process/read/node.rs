use roxmltree::Node as Element;

use super::declared::Declared;
use super::event::EventDefinition;
use super::xml::{BPMN, Reader, is};
use crate::process::model::{Kind, Nesting};

/// Elements of a process that a token passes, besides those that end in `Task`, `Event` or `Gateway`.
const FLOW_NODES: [&str; 5] = ["task", "callActivity", "subProcess", "adHocSubProcess", "transaction"];
/// Those of them that hold nodes of their own.
const HOLDERS: [&str; 3] = ["subProcess", "adHocSubProcess", "transaction"];

/// The BPMN name of an element if a token can pass it.
pub(in crate::process) fn flow_node_tag<'a>(element: Element<'a, '_>) -> Option<&'a str> {
    let tag = element.tag_name();
    let name = tag.name();
    let matches =
        ["Task", "Event", "Gateway"].iter().any(|ending| name.ends_with(ending)) || FLOW_NODES.contains(&name);
    (tag.namespace() == Some(BPMN) && matches).then_some(name)
}

/// Whether an element holds nodes of its own.
pub(super) fn is_holder(element: Element<'_, '_>) -> bool {
    HOLDERS.iter().any(|name| is(element, name))
}

impl Reader<'_> {
    /// What a node does. A boundary event has to be attached first.
    pub(super) fn kind(&mut self, element: Element<'_, '_>, tag: &str, declared: &Declared) -> Kind {
        if element.attribute("isForCompensation") == Some("true") {
            return Kind::Unsupported(format!("{tag} for compensation"));
        }
        match (tag, EventDefinition::of(element)) {
            ("startEvent", EventDefinition::None) => Kind::Start,
            ("startEvent", _) => {
                let interrupting = element.attribute("isInterrupting") != Some("false");
                Kind::StartOn { trigger: self.trigger(element, declared), interrupting }
            }
            ("endEvent", EventDefinition::None) => Kind::End,
            ("endEvent", EventDefinition::One(definition)) if is(definition, "terminateEventDefinition") => {
                Kind::Terminate
            }
            ("endEvent", _) => Kind::EndThrow(self.thrown(element, declared)),
            ("intermediateThrowEvent", _) => Kind::Throw(self.thrown(element, declared)),
            ("intermediateCatchEvent", _) => Kind::Catch(self.trigger(element, declared)),
            ("exclusiveGateway", _) => Kind::ExclusiveGateway,
            ("parallelGateway", _) => Kind::ParallelGateway,
            ("inclusiveGateway", _) => Kind::InclusiveGateway,
            ("eventBasedGateway", _) => Kind::EventGateway,
            ("serviceTask" | "sendTask" | "businessRuleTask", _) => match self.engine_attribute(element, "type") {
                Some(kind) if kind.value == "external" => Kind::ExternalTask,
                _ => Kind::AutomaticTask,
            },
            ("scriptTask" | "manualTask" | "task", _) => Kind::AutomaticTask,
            ("userTask", _) => Kind::UserTask,
            ("receiveTask", _) => Kind::ReceiveTask { message: self.message(element, declared) },
            ("callActivity", _) => Kind::CallActivity(self.call_activity(element)),
            ("subProcess", _) if element.attribute("triggeredByEvent") == Some("true") => {
                Kind::Subprocess(Nesting::Event)
            }
            ("subProcess", _) => Kind::Subprocess(Nesting::Embedded),
            ("transaction", _) => Kind::Subprocess(Nesting::Transaction),
            ("adHocSubProcess", _) => Kind::Subprocess(Nesting::AdHoc),
            (_, EventDefinition::One(definition)) => {
                Kind::Unsupported(format!("{tag} with {}", definition.tag_name().name()))
            }
            _ => Kind::Unsupported(tag.to_owned()),
        }
    }
}
