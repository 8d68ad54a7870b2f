use super::{Attributes, Boundary, Kind, Nesting, Repetition, Thrown, Trigger};
use crate::process::{FlowIndex, NodeIndex, Parameter};
use crate::source::Span;

/// A flow node: an event, a task or a gateway.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where it stands in the definition.
    pub index: NodeIndex,
    /// Its id in the diagram.
    pub id: String,
    /// Its name as it is shown, with the line breaks and no-break spaces of the drawing; see [`Node::is_named`].
    pub name: Option<String>,
    /// Where its id is written: short enough to be underlined in a file that is one long line.
    pub span: Span,
    /// What it is called in BPMN, such as `serviceTask`.
    pub element: String,
    /// What it does.
    pub kind: Kind,
    /// The subprocess in which it stands; `None` in the process itself.
    pub scope: Option<NodeIndex>,
    /// The nodes that stand directly in it, in document order, if it is a subprocess.
    pub children: Vec<NodeIndex>,
    /// Whether it is done more than once each time the token comes.
    pub repetition: Option<Repetition>,
    /// Whether it undoes another activity, so that no flow leads to it.
    pub compensates: bool,
    /// Attributes that are not standard BPMN.
    pub attributes: Attributes,
    /// Evaluated on entry, in this order.
    pub inputs: Vec<Parameter>,
    /// Evaluated on completion, in this order.
    pub outputs: Vec<Parameter>,
    /// What the engine calls on entry and completion; kept, never run.
    pub listeners: Vec<Listener>,
    /// Flows into it.
    pub incoming: Vec<FlowIndex>,
    /// Flows out of it, in the order of the `<sequenceFlow>` elements.
    pub outgoing: Vec<FlowIndex>,
    /// Events on its border, in document order.
    pub boundaries: Vec<NodeIndex>,
    /// The flow that is taken if no other one is.
    pub default: Option<FlowIndex>,
}

/// A call of the engine on entry (`start`) or completion (`end`) of a node.
#[derive(Clone, Debug)]
pub struct Listener {
    /// `start`, `end`, `take`.
    pub event: String,
    /// The bean, as `${name}`; `None` for listeners that are a class, an expression or a script.
    pub delegate_expression: Option<String>,
    /// The element.
    pub span: Span,
}

impl Node {
    /// The name, else the id: how people are told about it.
    pub fn title(&self) -> &str {
        self.name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(&self.id)
    }

    /// The extension attributes without their places.
    pub fn attribute_texts(&self) -> std::collections::BTreeMap<String, String> {
        self.attributes.iter().map(|(name, value)| (name.clone(), value.value.clone())).collect()
    }

    /// Whether it has this name. White space counts as one space each, no-break spaces and line breaks included.
    pub fn is_named(&self, name: &str) -> bool {
        self.name.as_deref().is_some_and(|own| own.split_whitespace().eq(name.split_whitespace()))
    }

    /// Whether it is a task that a catalogue knows: one that somebody outside does, or the engine at once.
    pub fn is_task(&self) -> bool {
        matches!(self.kind, Kind::ExternalTask | Kind::AutomaticTask)
    }

    /// Whether it is something that is done, and can have events on its border: a task, a call or a subprocess.
    pub fn is_activity(&self) -> bool {
        !self.is_event() && !self.is_gateway()
    }

    /// Whether it is drawn as a circle.
    pub fn is_event(&self) -> bool {
        self.element.ends_with("Event")
    }

    /// Whether it is drawn as a diamond.
    pub fn is_gateway(&self) -> bool {
        self.element.ends_with("Gateway")
    }

    /// Whether a process, or a subprocess, begins with it.
    pub fn is_start(&self) -> bool {
        self.element == "startEvent"
    }

    /// Whether it is drawn as an end.
    pub fn is_end(&self) -> bool {
        self.element == "endEvent"
    }

    /// Whether it begins by itself when something happens, so that no flow leads to it.
    pub fn is_event_subprocess(&self) -> bool {
        matches!(self.kind, Kind::Subprocess(Nesting::Event))
    }

    /// Whether nothing leads to it, and it begins with the scope in which it stands if that has no start event.
    pub fn begins_alone(&self) -> bool {
        let is_target = matches!(self.kind, Kind::Catch(Trigger::Link { .. }));
        let by_itself = self.is_event_subprocess() || self.compensates || self.boundary().is_some();
        self.incoming.is_empty() && !is_target && !by_itself
    }

    /// Whether it ends what it happens at: the activity on whose border it is, or the scope around its event subprocess.
    pub fn interrupts(&self) -> bool {
        match &self.kind {
            Kind::Boundary(boundary) => boundary.interrupting,
            Kind::StartOn { interrupting, .. } => *interrupting,
            _ => false,
        }
    }

    /// Whether time can pass in it, so that something can end it before it is done.
    pub fn is_cancellable(&self) -> bool {
        self.is_activity() || self.waits()
    }

    /// Whether it gives several tokens for the one that comes, or adds one to those that are there.
    pub fn adds_tokens(&self) -> bool {
        let splits = !matches!(self.kind, Kind::ExclusiveGateway | Kind::EventGateway) && self.outgoing.len() > 1;
        let beside = matches!(
            self.kind,
            Kind::Boundary(Boundary { interrupting: false, .. }) | Kind::StartOn { interrupting: false, .. }
        );
        splits || beside || self.repetition.is_some()
    }

    /// Whether the process stands there until something comes from outside. A subprocess and a called process do not by
    /// themselves, but what is in them may; see [`Node::may_wait`].
    pub fn waits(&self) -> bool {
        match &self.kind {
            Kind::ExternalTask | Kind::UserTask | Kind::ReceiveTask { .. } | Kind::EventGateway => true,
            Kind::Catch(trigger) => !matches!(trigger, Trigger::Link { .. }),
            _ => false,
        }
    }

    /// Whether time can pass in it.
    pub fn may_wait(&self) -> bool {
        self.waits() || matches!(self.kind, Kind::CallActivity(_) | Kind::Subprocess(_))
    }

    /// What makes it happen, if it is an event that waits for something.
    pub fn trigger(&self) -> Option<&Trigger> {
        match &self.kind {
            Kind::StartOn { trigger, .. } | Kind::Catch(trigger) | Kind::Boundary(Boundary { trigger, .. }) => {
                Some(trigger)
            }
            _ => None,
        }
    }

    /// Whether it waits for a message.
    pub fn expects_message(&self) -> bool {
        matches!(self.kind, Kind::ReceiveTask { .. }) || matches!(self.trigger(), Some(Trigger::Message { .. }))
    }

    /// Whether it waits for a signal.
    pub fn expects_signal(&self) -> bool {
        matches!(self.trigger(), Some(Trigger::Signal { .. }))
    }

    /// The name of the message or signal that it waits for.
    pub fn awaited(&self) -> Option<&str> {
        match (&self.kind, self.trigger()) {
            (Kind::ReceiveTask { message: name }, _)
            | (_, Some(Trigger::Message { name } | Trigger::Signal { name })) => name.as_deref(),
            _ => None,
        }
    }

    /// What it throws, if it is an event that throws.
    pub fn thrown(&self) -> Option<&Thrown> {
        match &self.kind {
            Kind::Throw(thrown) | Kind::EndThrow(thrown) => Some(thrown),
            _ => None,
        }
    }

    /// The boundary data, if it is a boundary event.
    pub fn boundary(&self) -> Option<&Boundary> {
        match &self.kind {
            Kind::Boundary(boundary) => Some(boundary),
            _ => None,
        }
    }
}
