use std::collections::HashMap;

use roxmltree::Node as Element;

use super::model::{
    Activity, ActivityKind, DataDirection, Envelope, Event, EventPlace, EventTrigger, Figure, GatewayKind, Line,
    Repetition,
};
use crate::process::read::{BPMN, is};

/// The elements of a file by their ids; of equal ids the first.
pub(super) type Elements<'a, 'input> = HashMap<&'a str, Element<'a, 'input>>;

/// What a diagram says of how an element looks, beside where it is.
#[derive(Clone, Copy, Default)]
pub(super) struct Looks {
    pub expanded: Option<bool>,
    pub horizontal: Option<bool>,
    pub marker: Option<bool>,
    /// Whether it is wider than high, where the diagram does not say how a pool lies.
    pub wide: bool,
}

/// How an element with an area looks; `None` if it is nothing of the kind.
pub(super) fn figure(element: Element<'_, '_>, looks: Looks, elements: &Elements<'_, '_>) -> Option<Figure> {
    if element.tag_name().namespace() != Some(BPMN) {
        return None;
    }
    let lying = looks.horizontal.unwrap_or(looks.wide);
    Some(match element.tag_name().name() {
        "participant" => Figure::Pool {
            lying,
            closed: element.attribute("processRef").is_none(),
            several: has(element, "participantMultiplicity"),
        },
        "lane" => Figure::Lane { lying },
        "dataObject" | "dataObjectReference" => {
            let data = element.attribute("dataObjectRef").and_then(|id| elements.get(id)).unwrap_or(&element);
            Figure::Data { direction: None, several: data.attribute("isCollection") == Some("true") }
        }
        tag @ ("dataInput" | "dataOutput") => Figure::Data {
            direction: Some(if tag == "dataInput" { DataDirection::Input } else { DataDirection::Output }),
            several: element.attribute("isCollection") == Some("true"),
        },
        "dataStore" | "dataStoreReference" => Figure::Store,
        "textAnnotation" => Figure::Annotation,
        "group" => Figure::Group,
        "message" => Figure::Message(Envelope::Asking),
        "choreographyTask" | "subChoreography" | "callChoreography" | "conversation" | "subConversation"
        | "callConversation" => Figure::Other,
        tag if tag.ends_with("Gateway") => gateway(element, tag, looks)?,
        tag if tag.ends_with("Event") => Figure::Event(event(element, tag, elements)?),
        tag => Figure::Activity(activity(element, tag, looks)?),
    })
}

fn gateway(element: Element<'_, '_>, tag: &str, looks: Looks) -> Option<Figure> {
    let kind = match tag {
        "exclusiveGateway" => GatewayKind::Exclusive,
        "parallelGateway" => GatewayKind::Parallel,
        "inclusiveGateway" => GatewayKind::Inclusive,
        "complexGateway" => GatewayKind::Complex,
        "eventBasedGateway" if element.attribute("instantiate") != Some("true") => GatewayKind::Event,
        "eventBasedGateway" if element.attribute("eventGatewayType") == Some("Parallel") => {
            GatewayKind::InstantiatingParallel
        }
        "eventBasedGateway" => GatewayKind::InstantiatingEvent,
        _ => return None,
    };
    // The standard leaves the cross away unless it is asked for; where nothing is drawn, people expect it.
    Some(Figure::Gateway { kind, marked: looks.marker.unwrap_or(false) })
}

fn event(element: Element<'_, '_>, tag: &str, elements: &Elements<'_, '_>) -> Option<Event> {
    let place = match tag {
        "startEvent" => EventPlace::Start { interrupting: element.attribute("isInterrupting") != Some("false") },
        "intermediateCatchEvent" => EventPlace::Catch,
        // A plain `intermediateEvent` is of no standard, but exists.
        "intermediateThrowEvent" | "intermediateEvent" => EventPlace::Throw,
        "implicitThrowEvent" => EventPlace::Throw,
        "boundaryEvent" => EventPlace::Boundary { interrupting: element.attribute("cancelActivity") != Some("false") },
        "endEvent" => EventPlace::End,
        _ => return None,
    };
    let own = element.children().filter(|child| child.tag_name().name().ends_with("EventDefinition"));
    let referred = element.children().filter(|child| is(*child, "eventDefinitionRef"));
    let referred = referred.filter_map(|child| elements.get(local(child.text()?.trim())).copied());
    let mut triggers = own.chain(referred).map(|definition| trigger(definition.tag_name().name()));
    let trigger = match (triggers.next(), triggers.next()) {
        (None, _) => EventTrigger::None,
        (Some(one), None) => one,
        _ if element.attribute("parallelMultiple") == Some("true") => EventTrigger::ParallelMultiple,
        _ => EventTrigger::Multiple,
    };
    Some(Event { place, trigger })
}

fn trigger(tag: &str) -> EventTrigger {
    match tag {
        "messageEventDefinition" => EventTrigger::Message,
        "timerEventDefinition" => EventTrigger::Timer,
        "errorEventDefinition" => EventTrigger::Error,
        "escalationEventDefinition" => EventTrigger::Escalation,
        "signalEventDefinition" => EventTrigger::Signal,
        "conditionalEventDefinition" => EventTrigger::Conditional,
        "linkEventDefinition" => EventTrigger::Link,
        "compensateEventDefinition" => EventTrigger::Compensation,
        "cancelEventDefinition" => EventTrigger::Cancel,
        "terminateEventDefinition" => EventTrigger::Terminate,
        _ => EventTrigger::None,
    }
}

fn activity(element: Element<'_, '_>, tag: &str, looks: Looks) -> Option<Activity> {
    let sub = |transaction| ActivityKind::Sub {
        folded: looks.expanded == Some(false),
        event: element.attribute("triggeredByEvent") == Some("true"),
        transaction,
    };
    let kind = match tag {
        "task" => ActivityKind::Task,
        "userTask" => ActivityKind::User,
        "serviceTask" => ActivityKind::Service,
        "scriptTask" => ActivityKind::Script,
        "businessRuleTask" => ActivityKind::Rule,
        "manualTask" => ActivityKind::Manual,
        "sendTask" => ActivityKind::Send,
        "receiveTask" => ActivityKind::Receive,
        "callActivity" => ActivityKind::Call { folded: looks.expanded != Some(true) },
        "subProcess" | "adHocSubProcess" => sub(false),
        "transaction" => sub(true),
        _ => return None,
    };
    let instances = element.children().find(|child| is(*child, "multiInstanceLoopCharacteristics"));
    let repeated = match instances {
        Some(instances) if instances.attribute("isSequential") == Some("true") => Some(Repetition::Sequential),
        Some(_) => Some(Repetition::Parallel),
        None => has(element, "standardLoopCharacteristics").then_some(Repetition::Loop),
    };
    let compensates = element.attribute("isForCompensation") == Some("true");
    Some(Activity { kind, repeated, compensates, ad_hoc: tag == "adHocSubProcess" })
}

/// How an element that is a line looks; `None` if it is nothing of the kind.
pub(super) fn line(element: Element<'_, '_>, envelope: Option<Envelope>, elements: &Elements<'_, '_>) -> Option<Line> {
    if element.tag_name().namespace() != Some(BPMN) {
        return None;
    }
    Some(match element.tag_name().name() {
        "sequenceFlow" => {
            let source = element.attribute("sourceRef").and_then(|id| elements.get(local(id)));
            let of_gateway = source.is_some_and(|source| source.tag_name().name().ends_with("Gateway"));
            let default = source.and_then(|source| source.attribute("default"));
            Line::Sequence {
                default: default.is_some() && default == element.attribute("id"),
                conditional: !of_gateway && has(element, "conditionExpression"),
            }
        }
        "messageFlow" => Line::Message(envelope),
        "association" => {
            let direction = element.attribute("associationDirection");
            Line::Association { from: direction == Some("Both"), to: matches!(direction, Some("One" | "Both")) }
        }
        "dataInputAssociation" | "dataOutputAssociation" => Line::Data,
        "conversationLink" => Line::Conversation,
        _ => return None,
    })
}

/// The name or text of an element, as it is shown.
pub(super) fn name(element: Element<'_, '_>, elements: &Elements<'_, '_>) -> Option<String> {
    let child = |of: Element<'_, '_>, name: &str| of.children().find(|child| is(*child, name)).map(|child| child.id());
    let document = element.document();
    let name = match element.tag_name().name() {
        "textAnnotation" => {
            let text = child(element, "text").and_then(|id| document.get_node(id))?;
            text.descendants().filter_map(|node| node.text().filter(|_| node.is_text())).collect()
        }
        "group" => {
            let category = element.attribute("categoryValueRef").and_then(|id| elements.get(local(id)));
            category?.attribute("value")?.to_owned()
        }
        "dataObjectReference" => {
            let data = element.attribute("dataObjectRef").and_then(|id| elements.get(local(id)));
            let name = element.attribute("name").or_else(|| data?.attribute("name"));
            let state = child(element, "dataState").and_then(|id| document.get_node(id));
            let state = state.and_then(|state| state.attribute("name"));
            match (name, state) {
                (name, Some(state)) => format!("{}\n[{state}]", name.unwrap_or_default()),
                (name, None) => name?.to_owned(),
            }
        }
        "dataStoreReference" => {
            let store = element.attribute("dataStoreRef").and_then(|id| elements.get(local(id)));
            element.attribute("name").or_else(|| store?.attribute("name"))?.to_owned()
        }
        _ => element.attribute("name")?.to_owned(),
    };
    Some(name).filter(|name| !name.trim().is_empty())
}

/// An id without the prefix that some programs put before it.
pub(super) fn local(id: &str) -> &str {
    id.rsplit(':').next().unwrap_or(id)
}

fn has(element: Element<'_, '_>, child: &str) -> bool {
    element.children().any(|one| is(one, child))
}
