use std::collections::HashMap;

use roxmltree::Node as Element;

use super::declared::Declared;
use super::node::{flow_node_tag, is_holder};
use super::xml::{Reader, is};
use crate::diagnostic::{Diagnostic, Diagnostics, Id, nearest, suggest};
use crate::process::element::element_of;
use crate::process::model::{Boundary, Definition, Flow, Kind, Node, Thrown};
use crate::process::{FlowIndex, NodeIndex};
use crate::source::{FileId, Sources, Span, Spanned};

impl Definition {
    /// Reads the executable process of a BPMN file; of several the first, of none the first process that has nodes.
    ///
    /// Gives no definition if the file is no BPMN. A definition with errors among its problems can be looked at, but
    /// not trusted: a flow that names an unknown node, for one, is not in it.
    pub fn read(sources: &Sources, file: FileId) -> (Option<Self>, Diagnostics) {
        let mut reader = Reader::new(sources, file);
        let document = reader.parse();
        let definition = document.as_ref().and_then(|document| reader.definition(document.root_element()));
        (definition, reader.found)
    }
}

impl Reader<'_> {
    fn definition(&mut self, root: Element<'_, '_>) -> Option<Definition> {
        let processes: Vec<_> = root.children().filter(|child| is(*child, "process")).collect();
        let executable = |process: &Element<'_, '_>| process.attribute("isExecutable") == Some("true");
        let has_nodes = |process: &Element<'_, '_>| process.children().any(|child| flow_node_tag(child).is_some());
        let chosen = processes
            .iter()
            .find(|process| executable(process))
            .or_else(|| processes.iter().find(|process| has_nodes(process)))
            .or(processes.first());
        let Some(process) = chosen.copied().filter(|_| is(root, "definitions")) else {
            let message = "the file is not a BPMN 2.0 process: it has no `definitions` with a `process`";
            self.found.push(Diagnostic::new(Id::PROCESS_NOT_BPMN, message).at(self.tag_span(root)));
            return None;
        };
        for other in processes.iter().filter(|other| **other != process && has_nodes(other)) {
            let name = other.attribute("id").unwrap_or_default();
            let message = format!("the file holds several processes; `{name}` is not read");
            self.found.push(Diagnostic::new(Id::PROCESS_UNSUPPORTED, message).at(self.tag_span(*other)));
        }
        let declared = self.declared(root);
        let mut definition = Definition {
            file: self.file,
            id: self.attribute(process, "id").unwrap_or_else(|| Spanned::new(String::new(), self.tag_span(process))),
            name: process.attribute("name").map(str::to_owned),
            executable: executable(&process),
            attributes: self.attributes(process),
            nodes: Vec::new(),
            flows: Vec::new(),
            errors: declared.errors.clone(),
            start: None,
            event_subprocesses: Vec::new(),
            drawing: self.drawing(root),
            nodes_by_id: HashMap::new(),
            flows_by_id: HashMap::new(),
        };
        let elements = self.nodes(process, &declared, &mut definition);
        self.flows(process, &mut definition);
        for (element, index) in &elements {
            let told = self.found.len();
            self.attach(*element, *index, &declared, &mut definition);
            self.default(*element, *index, &mut definition);
            self.found.of_since(told, || (&definition[*index]).into());
        }
        self.links(&definition);
        self.start(process, &mut definition);
        Some(definition)
    }

    /// Adds all nodes, those of subprocesses behind these; what they refer to is resolved later.
    fn nodes<'a, 'input>(
        &mut self,
        process: Element<'a, 'input>,
        declared: &Declared,
        definition: &mut Definition,
    ) -> Vec<(Element<'a, 'input>, NodeIndex)> {
        let mut elements = Vec::new();
        let mut seen = HashMap::new();
        // The holders met so far. Descendants come in document order, a holder before what it holds.
        let mut scopes = HashMap::from([(process.id(), None)]);
        for element in process.descendants() {
            let Some(tag) = flow_node_tag(element) else { continue };
            let holder = element.parent().and_then(|parent| scopes.get(&parent.id()).copied());
            let Some(scope) = holder else { continue };
            let Some(id) = self.id(element) else { continue };
            self.unique(&mut seen, &id);
            let index = NodeIndex::new(definition.nodes.len());
            if is_holder(element) {
                scopes.insert(element.id(), Some(index));
            }
            if let Some(holder) = scope {
                definition.nodes[holder.position()].children.push(index);
            }
            let told = self.found.len();
            let kind = self.kind(element, tag, declared);
            let repetition = self.repetition(element);
            let extension = self.extension(element);
            definition.nodes_by_id.entry(id.value.clone()).or_insert(index);
            let node = Node {
                index,
                id: id.value,
                name: element.attribute("name").map(str::to_owned),
                span: id.span,
                element: tag.to_owned(),
                kind,
                scope,
                children: Vec::new(),
                repetition,
                compensates: element.attribute("isForCompensation") == Some("true"),
                attributes: self.attributes(element),
                inputs: extension.inputs,
                outputs: extension.outputs,
                listeners: extension.listeners,
                incoming: Vec::new(),
                outgoing: Vec::new(),
                boundaries: Vec::new(),
                default: None,
            };
            if tag != "boundaryEvent" {
                self.unexecuted(&node, told);
            }
            if node.is_event_subprocess() {
                definition.event_subprocesses.push(index);
            }
            self.found.of_since(told, || (&node).into());
            definition.nodes.push(node);
            elements.push((element, index));
        }
        elements
    }

    /// Tells that a node is not executed, unless a problem of it says so already.
    fn unexecuted(&mut self, node: &Node, told: usize) {
        if let Some(what) = node.unexecuted()
            && self.found.len() == told
        {
            let message = format!("`{}` is not executed: {what}", node.id);
            self.found.push(Diagnostic::new(Id::PROCESS_UNSUPPORTED, message).at(node.span));
        }
    }

    fn flows(&mut self, process: Element<'_, '_>, definition: &mut Definition) {
        let mut seen: HashMap<String, Span> = HashMap::new();
        for node in &definition.nodes {
            seen.entry(node.id.clone()).or_insert(node.span);
        }
        let holds = |element: Element<'_, '_>| element == process || is_holder(element);
        let flows = process.descendants().filter(|element| is(*element, "sequenceFlow"));
        for element in flows.filter(|flow| flow.parent().is_some_and(holds)) {
            let Some(id) = self.id(element) else { continue };
            let told = self.found.len();
            let name = element.attribute("name").map(str::to_owned);
            self.unique(&mut seen, &id);
            let source = self.node_reference(element, "sourceRef", &id, definition);
            let target = self.node_reference(element, "targetRef", &id, definition);
            let condition = element.children().find(|child| is(*child, "conditionExpression"));
            let condition = condition.map(|condition| self.condition(condition));
            self.found.of_since(told, || element_of(&id.value, name.as_deref(), id.span));
            let (Some(source), Some(target)) = (source, target) else { continue };
            if definition[source].scope != definition[target].scope {
                let message = format!("`{}` leads across the border of a subprocess", id.value);
                let one = Diagnostic::new(Id::PROCESS_DANGLING, message).at(id.span);
                let one = one.of(element_of(&id.value, name.as_deref(), id.span));
                self.found.push(one.help("let it lead to the subprocess, or from it"));
                continue;
            }
            let index = FlowIndex::new(definition.flows.len());
            definition.nodes[source.position()].outgoing.push(index);
            definition.nodes[target.position()].incoming.push(index);
            definition.flows_by_id.entry(id.value.clone()).or_insert(index);
            definition.flows.push(Flow { index, id: id.value, name, span: id.span, source, target, condition });
        }
    }

    fn attach(&mut self, element: Element<'_, '_>, index: NodeIndex, declared: &Declared, definition: &mut Definition) {
        if !is(element, "boundaryEvent") {
            return;
        }
        let told = self.found.len();
        let trigger = self.trigger(element, declared);
        let id = Spanned::new(definition[index].id.clone(), definition[index].span);
        let Some(host) = self.node_reference(element, "attachedToRef", &id, definition) else { return };
        if !definition[host].is_activity() || definition[host].scope != definition[index].scope {
            let message = format!(
                "`attachedToRef` of `{}` names `{}`, which is no activity beside it",
                id.value, definition[host].id
            );
            self.found.push(Diagnostic::new(Id::PROCESS_DANGLING, message).at(id.span));
            return;
        }
        let interrupting = element.attribute("cancelActivity") != Some("false");
        definition.nodes[host.position()].boundaries.push(index);
        definition.nodes[index.position()].kind = Kind::Boundary(Boundary { host, trigger, interrupting });
        self.unexecuted(&definition[index], told);
    }

    /// A link leads to a catching event in its scope.
    fn links(&mut self, definition: &Definition) {
        for node in &definition.nodes {
            if let Some(Thrown::Link { name }) = node.thrown()
                && definition.link_target(node.index).is_none()
            {
                let message = format!("the link `{name}` of `{}` leads to no catching event in its scope", node.id);
                self.found.push(Diagnostic::new(Id::PROCESS_DANGLING, message).at(node.span).of(node));
            }
        }
    }

    fn default(&mut self, element: Element<'_, '_>, index: NodeIndex, definition: &mut Definition) {
        let Some(default) = self.attribute(element, "default") else { return };
        let node = &definition[index];
        let found = node.outgoing.iter().copied().find(|flow| definition[*flow].id == default.value);
        if found.is_none() {
            let own = node.outgoing.iter().map(|flow| definition[*flow].id.as_str());
            let message = format!("the default `{}` of `{}` is no flow that leaves it", default.value, node.id);
            let help = suggest(&default.value, own);
            self.found.push(Diagnostic::new(Id::PROCESS_DANGLING, message).at(default.span).help_if(help));
        }
        definition.nodes[index.position()].default = found;
    }

    fn start(&mut self, process: Element<'_, '_>, definition: &mut Definition) {
        let starts: Vec<&Node> = definition.nodes_in(None).filter(|node| node.kind == Kind::Start).collect();
        let Some(first) = starts.first() else {
            let message = "the process has no start event without a trigger, so nothing can start it";
            self.found.push(Diagnostic::new(Id::PROCESS_START, message).at(self.tag_span(process)).of(&*definition));
            return;
        };
        for other in &starts[1..] {
            let message = format!("`{}` is a second start event without a trigger", other.id);
            let diagnostic = Diagnostic::new(Id::PROCESS_START, message).at(other.span).of(*other);
            self.found.push(diagnostic.and(first.span, "the first one"));
        }
        definition.start = Some(first.index);
    }

    pub(super) fn id(&mut self, element: Element<'_, '_>) -> Option<Spanned<String>> {
        let id = self.attribute(element, "id").filter(|id| !id.value.is_empty());
        if id.is_none() {
            let message = format!("a `{}` has no id, so nothing can refer to it", element.tag_name().name());
            self.found.push(Diagnostic::new(Id::PROCESS_MISSING, message).at(self.tag_span(element)));
        }
        id
    }

    pub(super) fn unique(&mut self, seen: &mut HashMap<String, Span>, id: &Spanned<String>) {
        if let Some(first) = seen.get(&id.value) {
            let message = format!("the id `{}` is given twice", id.value);
            let diagnostic = Diagnostic::new(Id::PROCESS_DUPLICATE_ID, message).at(id.span);
            self.found.push(diagnostic.and(*first, "first here"));
        } else {
            seen.insert(id.value.clone(), id.span);
        }
    }

    fn node_reference(
        &mut self,
        element: Element<'_, '_>,
        attribute: &str,
        of: &Spanned<String>,
        definition: &Definition,
    ) -> Option<NodeIndex> {
        let Some(reference) = self.attribute(element, attribute) else {
            let message = format!("`{}` has no `{attribute}`", of.value);
            self.found.push(Diagnostic::new(Id::PROCESS_MISSING, message).at(of.span));
            return None;
        };
        let found = definition.nodes_by_id.get(&reference.value).copied();
        if found.is_none() {
            let message = format!("`{attribute}` of `{}` names `{}`, which is no node", of.value, reference.value);
            // Ids are long and alike; the whole list would help nobody.
            let near = nearest(&reference.value, definition.nodes.iter().map(|node| node.id.as_str()));
            let help = near.map(|near| format!("did you mean `{near}`?"));
            self.found.push(Diagnostic::new(Id::PROCESS_DANGLING, message).at(reference.span).help_if(help));
        }
        found
    }
}
