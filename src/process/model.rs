use std::collections::{BTreeMap, HashMap};
use std::ops::Index;

use super::expression::{Condition, Template};
use super::{FlowIndex, NodeIndex, Parameter};
use crate::source::{FileId, Span, Spanned};

/// Attributes that are not standard BPMN, by local name: what a designer or engine adds, such as `topic`.
pub type Attributes = BTreeMap<String, Spanned<String>>;

/// A process definition: one executable `<process>` of a BPMN file.
///
/// Nodes and flows stand in document order, which decides at gateways. Names are looked up by `id`.
#[derive(Clone, Debug)]
pub struct Definition {
    pub(super) file: FileId,
    pub(super) id: Spanned<String>,
    pub(super) name: Option<String>,
    pub(super) executable: bool,
    pub(super) attributes: Attributes,
    pub(super) nodes: Vec<Node>,
    pub(super) flows: Vec<Flow>,
    pub(super) errors: Vec<ErrorDeclaration>,
    pub(super) start: Option<NodeIndex>,
    pub(super) nodes_by_id: HashMap<String, NodeIndex>,
    pub(super) flows_by_id: HashMap<String, FlowIndex>,
}

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
    /// What it does.
    pub kind: Kind,
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
    /// Boundary events that are attached to it.
    pub boundaries: Vec<NodeIndex>,
    /// The flow that is taken if no other one is.
    pub default: Option<FlowIndex>,
}

/// What a node does when the token reaches it.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// The start event without a trigger.
    Start,
    /// An end event: none or terminate, which are the same with one token.
    End,
    /// A service task of an external worker: the process waits there.
    ExternalTask,
    /// A service task that the engine performs at once.
    AutomaticTask,
    /// Takes the first flow whose condition holds.
    ExclusiveGateway,
    /// An event on the border of an activity.
    Boundary(Boundary),
    /// Anything else, as it is called in BPMN. Reaching it is an incident.
    Unsupported(String),
}

/// An event on the border of an activity.
#[derive(Clone, Debug, PartialEq)]
pub struct Boundary {
    /// The activity.
    pub host: NodeIndex,
    /// What makes it happen.
    pub trigger: Trigger,
    /// Whether it cancels the activity. One that does not needs a second token, which is not executed.
    pub interrupting: bool,
}

/// What makes a boundary event happen.
#[derive(Clone, Debug, PartialEq)]
pub enum Trigger {
    /// A BPMN error of the activity.
    Error {
        /// The code that is caught; `None` catches every code that no other event catches.
        code: Option<String>,
        /// The process variable that the code is written to.
        code_variable: Option<String>,
        /// The process variable that the message is written to.
        message_variable: Option<String>,
    },
    /// Time.
    Timer {
        /// How long after entry.
        duration: Timer,
    },
    /// Anything else, by the name of its definition; it never happens.
    Unsupported(String),
}

/// How long a timer runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Timer {
    /// Milliseconds.
    After(u64),
    /// An expression that gives an ISO 8601 duration when the activity is entered.
    Computed(Template),
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

/// A sequence flow.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Where it stands in the definition.
    pub index: FlowIndex,
    /// Its id in the diagram.
    pub id: String,
    /// Its name as it is shown.
    pub name: Option<String>,
    /// Where its id is written.
    pub span: Span,
    /// The node that it leaves.
    pub source: NodeIndex,
    /// The node that it leads to.
    pub target: NodeIndex,
    /// When it may be taken; always, if there is none. The span is the condition's text.
    pub condition: Option<Spanned<Condition>>,
}

/// An `<error>` element.
#[derive(Clone, Debug)]
pub struct ErrorDeclaration {
    /// What `errorRef` refers to.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// The code that is thrown and caught.
    pub code: Option<String>,
    /// Where its id is written.
    pub span: Span,
}

impl Definition {
    /// The file it was read from.
    pub fn file(&self) -> FileId {
        self.file
    }

    /// The id of the process and where it is written.
    pub fn id(&self) -> Spanned<&str> {
        Spanned::new(self.id.value.as_str(), self.id.span)
    }

    /// The name of the process.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Whether the process says that it is executable.
    pub fn is_executable(&self) -> bool {
        self.executable
    }

    /// Attributes of the process that are not standard BPMN, such as a default language.
    pub fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// The start event without a trigger; the first one if there are several.
    pub fn start(&self) -> Option<NodeIndex> {
        self.start
    }

    /// All nodes, in document order.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// All flows, in document order.
    pub fn flows(&self) -> &[Flow] {
        &self.flows
    }

    /// All declared errors, in document order.
    pub fn errors(&self) -> &[ErrorDeclaration] {
        &self.errors
    }

    /// The node with an id.
    pub fn node(&self, id: &str) -> Option<&Node> {
        self.nodes_by_id.get(id).map(|index| &self[*index])
    }

    /// The flow with an id.
    pub fn flow(&self, id: &str) -> Option<&Flow> {
        self.flows_by_id.get(id).map(|index| &self[*index])
    }

    /// The nodes that have a name, compared as [`Node::is_named`] does.
    pub fn nodes_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Node> {
        self.nodes.iter().filter(move |node| node.is_named(name))
    }

    /// The boundary event of `host` that catches an error: the first one with that code, else the first that catches
    /// every code.
    pub fn error_handler(&self, host: NodeIndex, code: &str) -> Option<NodeIndex> {
        let catches = |wanted: Option<&str>| {
            self[host].boundaries.iter().copied().find(|boundary| match &self[*boundary].kind {
                Kind::Boundary(Boundary { trigger: Trigger::Error { code, .. }, .. }) => code.as_deref() == wanted,
                _ => false,
            })
        };
        catches(Some(code)).or_else(|| catches(None))
    }
}

impl Index<NodeIndex> for Definition {
    type Output = Node;

    fn index(&self, index: NodeIndex) -> &Node {
        &self.nodes[index.position()]
    }
}

impl Index<FlowIndex> for Definition {
    type Output = Flow;

    fn index(&self, index: FlowIndex) -> &Flow {
        &self.flows[index.position()]
    }
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

    /// Whether it is a task that is executed.
    pub fn is_task(&self) -> bool {
        matches!(self.kind, Kind::ExternalTask | Kind::AutomaticTask)
    }

    /// The boundary data, if it is a boundary event.
    pub fn boundary(&self) -> Option<&Boundary> {
        match &self.kind {
            Kind::Boundary(boundary) => Some(boundary),
            _ => None,
        }
    }
}
