use std::collections::{BTreeMap, HashMap};
use std::ops::Index;

use super::{Boundary, Kind, Node, Thrown, Trigger};
use crate::process::expression::Condition;
use crate::process::{Drawing, FlowIndex, NodeIndex};
use crate::source::{FileId, Span, Spanned};

/// Attributes that are not standard BPMN, by local name: what a designer or engine adds, such as `topic`.
pub type Attributes = BTreeMap<String, Spanned<String>>;

/// A process definition: one executable `<process>` of a BPMN file.
///
/// Nodes and flows stand in document order, which decides at gateways. Names are looked up by `id`.
#[derive(Clone, Debug)]
pub struct Definition {
    pub(in crate::process) file: FileId,
    pub(in crate::process) id: Spanned<String>,
    pub(in crate::process) name: Option<String>,
    pub(in crate::process) executable: bool,
    pub(in crate::process) attributes: Attributes,
    pub(in crate::process) nodes: Vec<Node>,
    pub(in crate::process) flows: Vec<Flow>,
    pub(in crate::process) errors: Vec<ErrorDeclaration>,
    pub(in crate::process) start: Option<NodeIndex>,
    pub(in crate::process) event_subprocesses: Vec<NodeIndex>,
    pub(in crate::process) drawing: Drawing,
    pub(in crate::process) nodes_by_id: HashMap<String, NodeIndex>,
    pub(in crate::process) flows_by_id: HashMap<String, FlowIndex>,
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

    /// What of the file its diagram shows.
    pub fn drawing(&self) -> &Drawing {
        &self.drawing
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

    /// The nodes that stand directly in a subprocess, or in the process itself, in document order.
    pub fn nodes_in(&self, scope: Option<NodeIndex>) -> impl Iterator<Item = &Node> {
        let (all, inside): (&[Node], &[NodeIndex]) = match scope {
            None => (&self.nodes, &[]),
            Some(holder) => (&[], &self[holder].children),
        };
        all.iter().filter(|node| node.scope.is_none()).chain(inside.iter().map(|child| &self[*child]))
    }

    /// The event subprocesses that stand directly in a scope, in document order.
    pub fn event_subprocesses(&self, scope: Option<NodeIndex>) -> impl Iterator<Item = NodeIndex> {
        self.event_subprocesses.iter().copied().filter(move |index| self[*index].scope == scope)
    }

    /// What catches an error that an activity throws: an event on its border, else what catches it around it.
    pub fn handler(&self, activity: NodeIndex, code: &str) -> Option<NodeIndex> {
        self.error_handler(activity, code).or_else(|| self.catcher(self[activity].scope, code))
    }

    /// The nodes with which a subprocess, or the process itself, begins, in document order: its start events, else every node that
    /// nothing leads to (BPMN 2.0.2, section 10.5.2).
    pub fn beginnings(&self, scope: Option<NodeIndex>) -> Vec<NodeIndex> {
        let inside: Vec<&Node> = self.nodes_in(scope).collect();
        let drawn = inside.iter().any(|node| node.is_start());
        let begins = |node: &&&Node| if drawn { node.is_start() } else { node.begins_alone() };
        inside.iter().filter(begins).map(|node| node.index).collect()
    }

    /// Whether several tokens can be in it at once.
    pub fn is_concurrent(&self) -> bool {
        self.nodes.iter().any(Node::adds_tokens)
    }

    /// The catching event that a throwing link leads to: the first one of its name in its scope.
    pub fn link_target(&self, throwing: NodeIndex) -> Option<NodeIndex> {
        let Some(Thrown::Link { name }) = self[throwing].thrown() else { return None };
        let catches = |node: &&Node| matches!(&node.kind, Kind::Catch(Trigger::Link { name: own }) if own == name);
        self.nodes_in(self[throwing].scope).find(catches).map(|node| node.index)
    }

    /// What catches an error that is thrown in a scope: of each scope outwards, first the start of an event subprocess in it, then
    /// an event on its border. Gives the event subprocess or the boundary event.
    pub fn catcher(&self, mut scope: Option<NodeIndex>, code: &str) -> Option<NodeIndex> {
        // An event subprocess does not catch what it throws itself.
        let mut from_beside = false;
        loop {
            if let Some(within) = self.event_subprocess(scope, code).filter(|_| !from_beside) {
                return Some(within);
            }
            let host = scope?;
            if let Some(handler) = self.error_handler(host, code) {
                return Some(handler);
            }
            from_beside = self[host].is_event_subprocess();
            scope = self[host].scope;
        }
    }

    /// The event subprocess of a scope that begins with an error: the first one with that code, else the first that catches every
    /// code.
    pub fn event_subprocess(&self, scope: Option<NodeIndex>, code: &str) -> Option<NodeIndex> {
        let catches = |wanted: Option<&str>| {
            let begins = |node: &NodeIndex| match &self[*node].kind {
                Kind::StartOn { trigger: Trigger::Error { code, .. }, .. } => code.as_deref() == wanted,
                _ => false,
            };
            self.event_subprocesses(scope).find(|index| self[*index].children.iter().any(begins))
        };
        catches(Some(code)).or_else(|| catches(None))
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
