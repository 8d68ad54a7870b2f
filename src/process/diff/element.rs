use std::ops::Range;

use roxmltree::Node as Tag;

use super::Class;
use super::fact::{Fact, Facts};
use crate::process::read::{BPMN, Reader, flow_node_tag, is};
use crate::source::Spanned;

/// What an element is to the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// The process itself.
    Process,
    /// An event, an activity or a gateway.
    Node,
    /// A sequence flow.
    Flow,
    /// An error, message, signal or escalation that events refer to.
    Declaration,
    /// What is drawn beside the process and never executed.
    Drawing,
}

/// What events refer to.
const DECLARED: [&str; 4] = ["error", "message", "signal", "escalation"];
/// What is drawn and never executed.
const DRAWN: [&str; 11] = [
    "participant",
    "messageFlow",
    "lane",
    "textAnnotation",
    "association",
    "group",
    "dataObject",
    "dataObjectReference",
    "dataStoreReference",
    "dataStore",
    "category",
];
/// Children that other elements tell of.
const TOLD_ELSEWHERE: [&str; 6] =
    ["incoming", "outgoing", "laneSet", "flowNodeRef", "extensionElements", "supportedInterfaceRef"];

/// One element of a definition, as it is compared.
#[derive(Debug)]
pub(super) struct Element {
    pub id: Spanned<String>,
    pub part: Part,
    pub name: Option<String>,
    /// What it is, in words.
    pub kind: String,
    /// The bytes of the file that it takes up.
    pub range: Range<usize>,
    pub facts: Vec<Fact>,
}

impl Element {
    /// Reads an element, if it is one that is compared.
    pub fn read(reader: &Reader<'_>, tag: Tag<'_, '_>) -> Option<Self> {
        let part = part(tag)?;
        let id = reader.attribute(tag, "id").filter(|id| !id.value.is_empty())?;
        let mut facts = Facts::new(reader);
        let kind = kind(reader, tag);
        facts.add(Class::Kind, "", Spanned::new(kind.clone(), id.span));
        if part == Part::Node {
            let inside = tag.parent().filter(|parent| flow_node_tag(*parent).is_some());
            let inside = inside.and_then(|parent| parent.attribute("id")).unwrap_or_default();
            facts.add_if(Class::Rerouted, "inside", Spanned::new(inside.to_owned(), id.span));
        }
        attributes(&mut facts, tag, part);
        for child in tag.children().filter(Tag::is_element) {
            content(&mut facts, tag, child, part);
        }
        extensions(&mut facts, tag);
        let name = tag.attribute("name").filter(|name| !name.trim().is_empty());
        let name = name.map(|name| name.split_whitespace().collect::<Vec<_>>().join(" "));
        Some(Self { id, part, name, kind, range: tag.range(), facts: facts.all })
    }
}

fn part(tag: Tag<'_, '_>) -> Option<Part> {
    if tag.tag_name().namespace() != Some(BPMN) {
        return None;
    }
    match tag.tag_name().name() {
        _ if flow_node_tag(tag).is_some() => Some(Part::Node),
        "sequenceFlow" => Some(Part::Flow),
        "process" => Some(Part::Process),
        name if DECLARED.contains(&name) => Some(Part::Declaration),
        name if DRAWN.contains(&name) => Some(Part::Drawing),
        _ => None,
    }
}

/// `exclusive gateway`, `service task, external`, `boundary event, timer`.
fn kind(reader: &Reader<'_>, tag: Tag<'_, '_>) -> String {
    let mut told = words(tag.tag_name().name());
    for child in tag.children().filter(|child| child.tag_name().namespace() == Some(BPMN)) {
        match child.tag_name().name() {
            name if name.ends_with("EventDefinition") => {
                told += &format!(", {}", words(name.trim_end_matches("EventDefinition")));
            }
            name if name.ends_with("LoopCharacteristics") => told += ", repeated",
            _ => {}
        }
    }
    if reader.engine_attribute(tag, "type").is_some_and(|kind| kind.value == "external") {
        told += ", external";
    }
    let is_false = |name| tag.attribute(name) == Some("false");
    if is_false("cancelActivity") || is_false("isInterrupting") {
        told += ", not interrupting";
    }
    if tag.attribute("triggeredByEvent") == Some("true") {
        told += ", by event";
    }
    told
}

/// `exclusiveGateway` as people say it.
pub(super) fn words(name: &str) -> String {
    let mut words = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(c.to_ascii_lowercase());
    }
    words
}

fn attributes(facts: &mut Facts<'_, '_>, tag: Tag<'_, '_>, part: Part) {
    for attribute in tag.attributes() {
        let value = facts.value(attribute);
        match attribute.name() {
            // What the kind of an element tells.
            "id" | "cancelActivity" | "isInterrupting" | "triggeredByEvent" => {}
            "type" if value.value == "external" => {}
            "name" if part == Part::Declaration && !is(tag, "error") => facts.add(Class::Trigger, "name", value),
            "name" => facts.add_if(Class::Name, "", value),
            "default" => facts.add(Class::Default, "", value),
            "sourceRef" if part != Part::Drawing => facts.add(Class::Rerouted, "from", value),
            "targetRef" if part != Part::Drawing => facts.add(Class::Rerouted, "to", value),
            "attachedToRef" => facts.add(Class::Rerouted, "on", value),
            "errorCode" => facts.add(Class::Error, "code", value),
            "escalationCode" => facts.add(Class::Trigger, "code", value),
            // Which way a gateway is meant says nothing that its flows do not say.
            "gatewayDirection" => facts.add(Class::Documentation, "direction", value),
            name if part == Part::Drawing => facts.add(Class::Documentation, name, value),
            name => facts.add(Class::Implementation, name, value),
        }
    }
}

/// What a child of an element says of it.
fn content(facts: &mut Facts<'_, '_>, tag: Tag<'_, '_>, child: Tag<'_, '_>, part: Part) {
    let name = child.tag_name().name();
    let text = facts.reader.content(child);
    match name {
        // Elements of their own.
        _ if self::part(child).is_some() && child.attribute("id").is_some() => {}
        name if TOLD_ELSEWHERE.contains(&name) => {}
        "documentation" => facts.add_if(Class::Documentation, "documentation", text),
        "conditionExpression" => facts.add(Class::Condition, "", text),
        name if name.ends_with("EventDefinition") => event(facts, child),
        name if name.ends_with("LoopCharacteristics") => {
            for attribute in child.attributes().filter(|attribute| attribute.name() != "id") {
                let value = facts.value(attribute);
                facts.add(Class::Implementation, &format!("repetition {}", attribute.name()), value);
            }
            for part in child.children().filter(Tag::is_element) {
                let key = format!("repetition {}", part.tag_name().name());
                facts.add(Class::Implementation, &key, facts.whole(part));
            }
        }
        name if part == Part::Drawing || is(tag, "process") => {
            facts.add(Class::Documentation, &words(name), facts.whole(child));
        }
        name => facts.add(Class::Implementation, &words(name), facts.whole(child)),
    }
}

/// What makes an event happen.
fn event(facts: &mut Facts<'_, '_>, definition: Tag<'_, '_>) {
    let kind = definition.tag_name().name().trim_end_matches("EventDefinition");
    let class = match kind {
        "error" => Class::Error,
        "timer" => Class::Timer,
        "conditional" => Class::Condition,
        "compensate" | "terminate" => Class::Implementation,
        _ => Class::Trigger,
    };
    for attribute in definition.attributes().filter(|attribute| attribute.name() != "id") {
        let value = facts.value(attribute);
        match attribute.name() {
            "errorRef" => facts.add_reference(Class::Error, "code", value),
            "messageRef" | "signalRef" | "escalationRef" => facts.add_reference(Class::Trigger, kind, value),
            name => facts.add(class, &words(name), value),
        }
    }
    for child in definition.children().filter(Tag::is_element) {
        let key = match child.tag_name().name() {
            "timeDuration" => "after".to_owned(),
            "timeDate" => "at".to_owned(),
            "timeCycle" => "every".to_owned(),
            "condition" => String::new(),
            name => words(name),
        };
        facts.add(class, &key, facts.whole(child));
    }
}

/// What the engine's own elements say.
fn extensions(facts: &mut Facts<'_, '_>, tag: Tag<'_, '_>) {
    let extensions = tag.children().filter(|child| is(*child, "extensionElements"));
    for element in extensions.flat_map(|extensions| extensions.children()).filter(Tag::is_element) {
        match element.tag_name().name() {
            "inputOutput" => element.children().filter(Tag::is_element).for_each(|one| parameter(facts, one)),
            name => {
                let event = element.attribute("event").map(|event| format!(" {event}")).unwrap_or_default();
                facts.add(Class::Implementation, &format!("{}{event}", words(name)), facts.whole(element));
            }
        }
    }
}

fn parameter(facts: &mut Facts<'_, '_>, parameter: Tag<'_, '_>) {
    let way = words(parameter.tag_name().name());
    let name = parameter.attribute("name").unwrap_or_default();
    let key = format!("{} {name}", way.trim_end_matches(" parameter"));
    facts.add(Class::Parameter, &key, facts.inside(parameter));
    for attribute in parameter.attributes().filter(|attribute| !matches!(attribute.name(), "id" | "name")) {
        let value = facts.value(attribute);
        facts.add_detail(Class::Parameter, &key, attribute.name(), value);
    }
}
