use std::ops::Range;

use roxmltree::{Document, Node, ParsingOptions};

use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::process::expression::{SyntaxError, Template};
use crate::process::model::Attributes;
use crate::source::{FileId, Sources, Span, Spanned};

/// The namespace of BPMN 2.0 elements.
pub(in crate::process) const BPMN: &str = "http://www.omg.org/spec/BPMN/20100524/MODEL";
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// Largest file, in bytes.
const MAX_BYTES: usize = 32 * 1024 * 1024;
/// Deepest nesting of elements.
const MAX_DEPTH: usize = 256;
/// Most elements, texts and comments.
const MAX_NODES: u32 = 2_000_000;

/// Attributes of the standard that are not kept as a designer's own.
const STANDARD: [&str; 26] = [
    "attachedToRef",
    "calledElement",
    "cancelActivity",
    "completionQuantity",
    "default",
    "definitionalCollaborationRef",
    "eventGatewayType",
    "gatewayDirection",
    "id",
    "implementation",
    "instantiate",
    "isClosed",
    "isExecutable",
    "isForCompensation",
    "isImmediate",
    "isInterrupting",
    "messageRef",
    "name",
    "operationRef",
    "parallelMultiple",
    "method",
    "processType",
    "sourceRef",
    "startQuantity",
    "targetRef",
    "triggeredByEvent",
];

/// The text of one file and the problems found in it.
pub(in crate::process) struct Reader<'a> {
    pub(super) file: FileId,
    pub(super) text: &'a str,
    pub(in crate::process) found: Diagnostics,
}

impl<'a> Reader<'a> {
    pub(in crate::process) fn new(sources: &'a Sources, file: FileId) -> Self {
        Self { file, text: sources.file(file).text(), found: Diagnostics::new() }
    }

    /// The tree, unless the file is no XML or exceeds a bound.
    pub(in crate::process) fn parse(&mut self) -> Option<Document<'a>> {
        if self.text.len() > MAX_BYTES {
            let message = format!("a process file is at most {MAX_BYTES} bytes long, this one has {}", self.text.len());
            self.found.push(Diagnostic::new(Id::PROCESS_LIMIT, message));
            return None;
        }
        let options = ParsingOptions { nodes_limit: MAX_NODES, ..ParsingOptions::default() };
        let document = match Document::parse_with_options(self.text, options) {
            Ok(document) => document,
            Err(error) => {
                self.malformed(&error);
                return None;
            }
        };
        let deep = too_deep(&document).map(|node| node.range());
        if let Some(range) = deep {
            let message = format!("elements are nested deeper than {MAX_DEPTH} levels");
            self.found.push(Diagnostic::new(Id::PROCESS_LIMIT, message).at(self.span(range.start..range.start + 1)));
            return None;
        }
        Some(document)
    }

    fn malformed(&mut self, error: &roxmltree::Error) {
        let at = error.pos();
        let line_start = self.text.split_inclusive('\n').take(at.row.saturating_sub(1) as usize).map(str::len).sum();
        let line: &str = &self.text[line_start..];
        let offset = line.char_indices().nth(at.col.saturating_sub(1) as usize).map_or(line.len(), |(at, _)| at);
        let start = line_start + offset;
        let length = self.text[start..].chars().next().map_or(0, char::len_utf8);
        let span = self.span(start..start + length);
        let diagnostic = match error {
            roxmltree::Error::NodesLimitReached => {
                let message = format!("a process file has at most {MAX_NODES} elements and texts");
                Diagnostic::new(Id::PROCESS_LIMIT, message)
            }
            roxmltree::Error::DtdDetected => {
                Diagnostic::new(Id::PROCESS_XML, "a document type definition is not read").at(span)
            }
            _ => Diagnostic::new(Id::PROCESS_XML, format!("the file is not well-formed XML: {error}")).at(span),
        };
        self.found.push(diagnostic);
    }

    pub(in crate::process) fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }

    /// The `<` and name of an element: what is underlined where an element has no id.
    pub(in crate::process) fn tag_span(&self, node: Node<'_, '_>) -> Span {
        let start = node.range().start;
        let length = self.text[start..].find([' ', '>', '/', '\n', '\t', '\r']).unwrap_or(1);
        self.span(start..start + length)
    }

    /// An attribute without namespace and the span of its value.
    pub(in crate::process) fn attribute(&self, node: Node<'_, '_>, name: &str) -> Option<Spanned<String>> {
        let attribute = node.attribute_node(name)?;
        Some(Spanned::new(attribute.value().to_owned(), self.span(attribute.range_value())))
    }

    /// All attributes that are not standard BPMN; of equal local names the first one.
    pub(super) fn attributes(&self, node: Node<'_, '_>) -> Attributes {
        let mut attributes = Attributes::new();
        for attribute in node.attributes() {
            let standard = match attribute.namespace() {
                None => STANDARD.contains(&attribute.name()),
                Some(namespace) => namespace == BPMN || namespace == XSI,
            };
            if !standard {
                let value = Spanned::new(attribute.value().to_owned(), self.span(attribute.range_value()));
                attributes.entry(attribute.name().to_owned()).or_insert(value);
            }
        }
        attributes
    }

    /// The text of an element without the white space around it, and where that stands; the tag if there is none.
    pub(in crate::process) fn content(&self, node: Node<'_, '_>) -> Spanned<String> {
        let texts = || node.children().filter(Node::is_text);
        let text: String = texts().filter_map(|child| child.text()).collect();
        let span = match (texts().next(), texts().next_back()) {
            (Some(first), Some(last)) if !text.trim().is_empty() => {
                let raw = &self.text[first.range().start..last.range().end];
                let start = first.range().start + (raw.len() - raw.trim_start().len());
                self.span(start..start + raw.trim().len())
            }
            _ => self.tag_span(node),
        };
        Spanned::new(text.trim().to_owned(), span)
    }

    /// Compiles a text; a broken one is told and kept as broken.
    pub(super) fn template(&mut self, text: Spanned<&str>) -> Template {
        Template::parse(text.value).unwrap_or_else(|error| {
            let span = self.inside(text.span, error.at.clone());
            let message = format!("`{}` is not an expression: {}", shortened(text.value), error.message);
            self.found.push(Diagnostic::new(Id::PROCESS_EXPRESSION, message).at(span));
            Template::broken(SyntaxError { message: error.message, at: error.at })
        })
    }

    /// The place in the file of a part of a decoded text: an entity such as `&lt;` is one character of it.
    fn inside(&self, span: Span, part: Range<usize>) -> Span {
        let raw = &self.text[span.start as usize..span.end as usize];
        let offset = |wanted: usize| {
            let (mut decoded, mut at) = (0, 0);
            while decoded < wanted && at < raw.len() {
                let rest = &raw[at..];
                let entity = rest.starts_with('&').then(|| rest.find(';')).flatten();
                at += entity.map_or_else(|| rest.chars().next().map_or(1, char::len_utf8), |end| end + 1);
                decoded += entity.map_or_else(|| rest.chars().next().map_or(1, char::len_utf8), |_| 1);
            }
            at
        };
        let start = offset(part.start);
        let end = offset(part.end).max(start);
        span.slice(start, end - start)
    }
}

/// A text as a message shows it: cut after 60 characters.
pub(super) fn shortened(text: &str) -> String {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Whether an element is a BPMN element of this name.
pub(in crate::process) fn is(node: Node<'_, '_>, name: &str) -> bool {
    node.has_tag_name((BPMN, name))
}

/// The first element that lies too deep. Walks without recursion, since the depth is what is in question.
fn too_deep<'a, 'input>(document: &'a Document<'input>) -> Option<Node<'a, 'input>> {
    let mut node = document.root();
    let mut depth = 0;
    loop {
        if depth > MAX_DEPTH {
            return Some(node);
        }
        if let Some(child) = node.first_child() {
            depth += 1;
            node = child;
            continue;
        }
        loop {
            if let Some(next) = node.next_sibling() {
                node = next;
                break;
            }
            node = node.parent()?;
            depth -= 1;
        }
    }
}
