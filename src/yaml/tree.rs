use std::collections::{HashMap, HashSet};

use granit_parser::{Event, Parser, ScalarStyle as Notation};

use super::{Entry, Kind, Node, Scalar, ScalarStyle, syntax};
use crate::diagnostic::{Diagnostic, Diagnostics, Fix, Id};
use crate::source::{FileId, Sources, Span, Spanned};

/// Largest YAML file that is read, in bytes.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Deepest nesting of lists and mappings.
pub const MAX_DEPTH: usize = 128;
/// Most nodes of one file, those that aliases repeat included.
pub const MAX_NODES: usize = 1_000_000;

/// Stands for a key that is itself a mapping, which only an unquoted `{{ … }}` produces. The kinds of quotes in it follow.
const MAPPING_AS_KEY: &str = "{…}";

/// Stands for a key that is a list, which is reported and left out.
const LIST_AS_KEY: &str = "[…]";

const MERGE: &str = "<<";

/// Reads the one document of a file. On a syntax error the tree ends there and nothing is returned, since the rest cannot
/// be trusted; all problems are in `found`.
pub fn parse(sources: &Sources, file: FileId, found: &mut Diagnostics) -> Option<Node> {
    let text = sources.file(file).text();
    if text.len() > MAX_BYTES {
        let message = format!("`{}` has more than {MAX_BYTES} bytes", sources.file(file).name());
        found.push(Diagnostic::new(Id::FILE_TOO_LARGE, message).help("split it into several files"));
        return None;
    }
    let mut tree = Tree { file, text, found, anchors: HashMap::new(), open: Vec::new(), roots: Vec::new(), nodes: 0 };
    tree.read().ok()?;
    let mut roots = std::mem::take(&mut tree.roots).into_iter();
    let first = roots.next();
    match (&first, roots.next()) {
        (None, _) => {
            let message = format!("`{}` is empty", sources.file(file).name());
            let one = Diagnostic::new(Id::YAML_DOCUMENTS, message).at(Span::new(file, 0, 0));
            found.push(one.help("begin it with what it is: `scenario:`, `fragment:`, `catalogue:` or `flowproof:`"));
        }
        (Some(_), Some(second)) => {
            let one =
                Diagnostic::new(Id::YAML_DOCUMENTS, "a file holds one document").label(second.span, "a second one");
            found.push(one.help("remove the `---` line, or split the file"));
        }
        _ => {}
    }
    first
}

/// The problem of a mapping that is a template without quotes, if it is one.
pub(super) fn unquoted_template(node: &Node) -> Option<Diagnostic> {
    let key = &node.as_mapping()?.first()?.key;
    let inside = key.value.strip_prefix(MAPPING_AS_KEY)?;
    let one = Diagnostic::new(Id::YAML_UNQUOTED_TEMPLATE, "a template must be quoted");
    let one = one.label(node.span, "YAML reads this as a mapping").help("write it as \"{{ … }}\"");
    let exact = node.span.start + 1 == key.span.start && key.span.end + 1 == node.span.end;
    let quote = ['"', '\''].into_iter().find(|quote| !inside.contains(*quote));
    Some(one.fix_if(quote.filter(|_| exact).map(|quote| Fix::quoted(node.span, quote))))
}

/// The tree has reached a place after which nothing can be read; the problem was reported.
struct Broken;

struct Tree<'a> {
    file: FileId,
    text: &'a str,
    found: &'a mut Diagnostics,
    anchors: HashMap<usize, (Node, usize)>,
    open: Vec<Open>,
    roots: Vec<Node>,
    nodes: usize,
}

/// A list or mapping whose end has not been read.
struct Open {
    start: usize,
    anchor: usize,
    nodes_before: usize,
    kind: Partial,
}

enum Partial {
    Sequence(Vec<Node>),
    Mapping { entries: Vec<Entry>, key: Option<Spanned<String>>, seen: HashMap<String, Span> },
}

impl Tree<'_> {
    fn read(&mut self) -> Result<(), Broken> {
        for next in Parser::new_from_str(self.text) {
            let (event, at) = next.map_err(|error| self.syntax(&error))?;
            let range = at.byte_range().unwrap_or(0..0);
            match event {
                Event::Scalar(text, notation, anchor, tag) => {
                    let span = Span::new(self.file, range.start, range.end);
                    self.refuse_tag(tag.is_some(), span);
                    let style = match notation {
                        Notation::Plain => ScalarStyle::Plain,
                        Notation::SingleQuoted | Notation::DoubleQuoted => ScalarStyle::Quoted,
                        Notation::Literal | Notation::Folded => ScalarStyle::Block,
                    };
                    let kind = Kind::Scalar(Scalar { text: text.into_owned(), style });
                    self.count(1, span)?;
                    self.add(Node { span: self.trimmed(span), kind }, anchor, 1);
                }
                Event::SequenceStart(_, anchor, tag) => {
                    self.begin(range.start, anchor, tag.is_some(), Partial::Sequence(Vec::new()))?;
                }
                Event::MappingStart(_, anchor, tag) => {
                    let kind = Partial::Mapping { entries: Vec::new(), key: None, seen: HashMap::new() };
                    self.begin(range.start, anchor, tag.is_some(), kind)?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.end(range.end),
                Event::Alias(id) => {
                    let span = Span::new(self.file, range.start, range.end);
                    let (mut node, size) = self.alias(id, span)?;
                    self.count(size, span)?;
                    node.span = span;
                    self.add(node, 0, size);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn begin(&mut self, start: usize, anchor: usize, tagged: bool, kind: Partial) -> Result<(), Broken> {
        let span = Span::new(self.file, start, start + 1);
        self.refuse_tag(tagged, span);
        if self.open.len() >= MAX_DEPTH {
            return Err(self.limit(span, format!("nesting is deeper than {MAX_DEPTH} levels")));
        }
        self.count(1, span)?;
        self.open.push(Open { start, anchor, nodes_before: self.nodes, kind });
        Ok(())
    }

    fn end(&mut self, end: usize) {
        let Some(open) = self.open.pop() else { return };
        let last = match &open.kind {
            Partial::Sequence(items) => items.last().map(|node| node.span.end),
            Partial::Mapping { entries, .. } => entries.last().map(|entry| entry.value.span.end),
        };
        // A block collection ends where its last value ends; the parser reports the next token's place instead.
        let flow = self.text[open.start.min(self.text.len())..].starts_with(['[', '{']);
        let end = if flow { end } else { last.map_or(end, |last| last as usize) };
        let kind = match open.kind {
            Partial::Sequence(items) => Kind::Sequence(items),
            Partial::Mapping { entries, .. } => Kind::Mapping(self.merged(entries)),
        };
        let size = self.nodes - open.nodes_before + 1;
        self.add(Node { span: Span::new(self.file, open.start, end), kind }, open.anchor, size);
    }

    /// Replaces `<<: *other` by the entries of the other mapping that are not given here (the YAML merge key). They stand
    /// where it stood, since order can matter.
    fn merged(&mut self, entries: Vec<Entry>) -> Vec<Entry> {
        if !entries.iter().any(|entry| entry.key.value == MERGE) {
            return entries;
        }
        let mut given: HashSet<String> = entries.iter().map(|entry| entry.key.value.clone()).collect();
        let mut merged = Vec::new();
        for entry in entries {
            if entry.key.value != MERGE {
                merged.push(entry);
                continue;
            }
            for source in entry.value.one_or_many() {
                let Some(others) = source.as_mapping() else {
                    let one = Diagnostic::new(Id::WRONG_TYPE, "`<<` merges mappings alone").at(source.span);
                    self.found.push(one.help("name an anchor of a mapping: `<<: *name`"));
                    continue;
                };
                merged.extend(others.iter().filter(|other| given.insert(other.key.value.clone())).cloned());
            }
        }
        merged
    }

    fn add(&mut self, node: Node, anchor: usize, size: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.roots.push(node),
            Some(Partial::Sequence(items)) => items.push(node),
            Some(Partial::Mapping { entries, key, seen }) => match key.take() {
                None => *key = Some(read_key(&node, self.text, self.found)),
                Some(key) if key.value == LIST_AS_KEY => {}
                Some(key) => match seen.get(&key.value) {
                    Some(first) if !key.value.starts_with(MAPPING_AS_KEY) => self.found.push(
                        Diagnostic::new(Id::YAML_DUPLICATE_KEY, format!("the key `{}` stands here twice", key.value))
                            .label(key.span, "again")
                            .and(*first, "first"),
                    ),
                    _ => {
                        seen.insert(key.value.clone(), key.span);
                        entries.push(Entry { key, value: node });
                    }
                },
            },
        }
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<(Node, usize), Broken> {
        if let Some(found) = self.anchors.get(&id) {
            return Ok(found.clone());
        }
        let one = Diagnostic::new(Id::YAML_LIMIT, "an alias names an anchor that encloses it").at(span);
        self.found.push(one.help("name an anchor that ends before this place"));
        Err(Broken)
    }

    fn count(&mut self, nodes: usize, span: Span) -> Result<(), Broken> {
        self.nodes += nodes;
        if self.nodes > MAX_NODES {
            return Err(self.limit(span, format!("more than {MAX_NODES} values, those that aliases repeat included")));
        }
        Ok(())
    }

    fn limit(&mut self, span: Span, message: String) -> Broken {
        self.found.push(Diagnostic::new(Id::YAML_LIMIT, message).at(span));
        Broken
    }

    fn refuse_tag(&mut self, tagged: bool, span: Span) {
        if tagged {
            let one = Diagnostic::new(Id::YAML_TAG, "tags have no meaning here").at(span);
            self.found.push(one.help("remove the `!…` in front of the value"));
        }
    }

    fn syntax(&mut self, error: &granit_parser::ScanError) -> Broken {
        let at = error.marker().byte_offset().unwrap_or(self.text.len()).min(self.text.len());
        let mut start = at;
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        let span = Span::new(self.file, start, start + self.text[start..].chars().next().map_or(0, char::len_utf8));
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line = self.text[line_start..].lines().next().unwrap_or_default();
        let one = Diagnostic::new(Id::YAML_SYNTAX, format!("this is not YAML: {}", error.info())).at(span);
        self.found
            .push(one.help_if(syntax::advice(&error.info(), line)).fix_if(syntax::quoted(self.file, line_start, line)));
        Broken
    }

    /// The parser's span of a block scalar includes the line break after it.
    fn trimmed(&self, span: Span) -> Span {
        let written = self.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        span.slice(0, written.trim_end().len())
    }
}

fn read_key(node: &Node, text: &str, found: &mut Diagnostics) -> Spanned<String> {
    match &node.kind {
        Kind::Scalar(scalar) => Spanned::new(scalar.text.clone(), node.span),
        Kind::Mapping(_) => {
            let written = text.get(node.span.start as usize..node.span.end as usize).unwrap_or_default();
            let quotes = ['"', '\''].into_iter().filter(|quote| written.contains(*quote));
            Spanned::new(MAPPING_AS_KEY.chars().chain(quotes).collect(), node.span)
        }
        Kind::Sequence(_) => {
            found.push(Diagnostic::new(Id::YAML_KEY, "a key must be a name").at(node.span));
            Spanned::new(LIST_AS_KEY.to_owned(), node.span)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(text: &str) -> (Option<Node>, Vec<String>, Sources) {
        let mut sources = Sources::new();
        let file = sources.add("a.yaml", text);
        let mut found = Diagnostics::new();
        let node = parse(&sources, file, &mut found);
        let found = found.iter().map(|one| format!("{}: {}", one.id, one.message)).collect();
        (node, found, sources)
    }

    #[test]
    fn values_keep_their_places() {
        let (node, found, sources) = read("a: 1\nlist:\n  - x: \"é\"\n  - [1, 2]\nend: |\n  text\n");
        let node = node.unwrap();
        assert_eq!(found, [""; 0]);
        assert_eq!(node.to_json(), json!({"a": 1, "list": [{"x": "é"}, [1, 2]], "end": "text\n"}));
        let list = node.get("list").unwrap();
        assert_eq!(sources.text(list.span), "- x: \"é\"\n  - [1, 2]");
        assert_eq!(sources.text(list.as_sequence().unwrap()[1].span), "[1, 2]");
        assert_eq!(sources.text(list.as_sequence().unwrap()[0].get("x").unwrap().span), "\"é\"");
    }

    #[test]
    fn both_places_of_a_duplicate_key_are_shown() {
        let mut sources = Sources::new();
        let file = sources.add("a.yaml", "a: 1\nb: 2\na: 3\n");
        let mut found = Diagnostics::new();
        parse(&sources, file, &mut found);
        let one = found.iter().next().unwrap();
        assert_eq!(one.id, Id::YAML_DUPLICATE_KEY);
        assert_eq!(sources.locate(one.primary.as_ref().unwrap().span), "a.yaml:3:1");
        assert_eq!(sources.locate(one.secondary[0].span), "a.yaml:1:1");
    }

    #[test]
    fn aliases_are_replaced_and_bounded() {
        assert_eq!(read("a: &x {k: 1}\nb: *x\n").0.unwrap().to_json(), json!({"a": {"k": 1}, "b": {"k": 1}}));
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..9 {
            let item = format!("*a{}", level - 1);
            bomb += &format!("a{level}: &a{level} [{}]\n", vec![item; 9].join(", "));
        }
        let (node, found, _) = read(&bomb);
        assert!(node.is_none());
        assert_eq!(found, ["yaml/limit: more than 1000000 values, those that aliases repeat included"]);
    }

    #[test]
    fn merge_keys_add_what_is_not_given() {
        let (node, found, _) = read("a: &x {k: 1, l: 2}\nb: {<<: *x, l: 3}\n");
        assert_eq!(found, [""; 0]);
        assert_eq!(node.unwrap().get("b").unwrap().to_json(), json!({"k": 1, "l": 3}));
        let (node, _, _) = read("a: &x {k: 1, l: 2}\nb: &y {m: 1, k: 2}\nc: {z: 0, <<: [*x, *y], m: 5, n: 6}\n");
        let merged = node.unwrap().get("c").unwrap().to_json();
        assert_eq!(merged.to_string(), r#"{"z":0,"k":1,"l":2,"m":5,"n":6}"#, "each where it stands");
        assert_eq!(read("b: {<<: 1}\n").1, ["yaml/wrong-type: `<<` merges mappings alone"]);
    }

    #[test]
    fn nesting_is_bounded() {
        for text in ["- ".repeat(100_000), "[".repeat(100_000), format!("a: {}", "[".repeat(200))] {
            let (node, found, _) = read(&text);
            assert!(node.is_none());
            assert_eq!(found.len(), 1, "{found:?}");
        }
    }

    #[test]
    fn an_unquoted_template_is_recognised() {
        let (node, _, _) = read("a: {{ x }}\n");
        let mut found = Diagnostics::new();
        assert!(node.unwrap().get("a").unwrap().text("`a`", &mut found).is_none());
        assert_eq!(found.iter().next().unwrap().id, Id::YAML_UNQUOTED_TEMPLATE);
        let (_, found, _) = read("a: {{ x }} y\n");
        assert!(found[0].starts_with("yaml/syntax"), "{found:?}");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[-a-z0-9:{}\\[\\]\"'|>&*!#%@ \n\t,?é]{0,80}") {
            read(&text);
        }
    }
}
