use super::spot::{On, Spot};
use crate::diagnostic::Diagnostics;
use crate::source::{Sources, Span};
use crate::template::Template;
use crate::yaml::{self, Entry, Kind, Node, Scalar, ScalarStyle, Shape};

/// What stands in for the word at the cursor, so that a file can be read in which it is not finished.
const CURSOR: &str = "zzcursorzz";

/// A YAML file as it stands in the editor.
pub(super) struct File {
    /// Its text alone.
    pub sources: Sources,
    /// Its tree.
    pub root: Node,
    /// What it is.
    pub shape: &'static Shape,
}

/// A name that templates of a file can read.
#[derive(Debug)]
pub(super) struct Defined {
    /// What it stands below: `vars`.
    pub root: &'static str,
    /// Its name.
    pub name: String,
    /// Where its name is written.
    pub name_span: Span,
    /// Where all of it is written.
    pub span: Span,
    /// What it is.
    pub what: &'static str,
}

/// A text with a word at the cursor that is being written.
pub(super) struct Unfinished {
    /// The text in which something can be found there.
    pub text: String,
    /// Where in it the cursor's word stands.
    pub at: usize,
    /// Where the word stands in the text that the editor has.
    pub word: std::ops::Range<usize>,
    /// Whether what is at the cursor would be a key, and lacks its colon.
    pub lacks_colon: bool,
}

impl File {
    /// Reads a text. `None` if it is not well-formed or of a kind that has no shape.
    pub fn read(name: &str, text: &str) -> Option<Self> {
        let mut sources = Sources::new();
        let id = sources.add(name, text);
        let root = yaml::parse(&sources, id, &mut Diagnostics::new())?;
        let has = |key: &str| root.get(key).is_some();
        let first = root.as_mapping()?.first()?.key.value.as_str();
        let shape = match first {
            "scenario" => &crate::scenario::SHAPE,
            "fragment" => &crate::scenario::FRAGMENT_SHAPE,
            "catalogue" => &crate::catalogue::SHAPE,
            "flowproof" => &crate::settings::SHAPE,
            "quarantine" => &crate::settings::QUARANTINE,
            // The first key may be the one that is being written.
            _ if has("scenario") || has("answers") || first == CURSOR => &crate::scenario::SHAPE,
            _ => return None,
        };
        Some(Self { sources, root, shape })
    }

    /// What is at a byte offset.
    pub fn spot(&self, offset: usize) -> Option<Spot<'_>> {
        Spot::find(&self.root, self.shape, offset)
    }

    /// The path that a template reads at a byte offset, such as `vars.applicant`, and where it stands.
    pub fn reference(&self, spot: &Spot<'_>, offset: usize) -> Option<(Vec<String>, Span)> {
        let mut found = Diagnostics::new();
        let template = match spot.on {
            On::Value(node, _) => Template::read(node, &self.sources, &mut found),
            On::Key(key) => {
                let is_quoted = self.sources.text(key.span).starts_with(['"', '\'']);
                let style = if is_quoted { ScalarStyle::Quoted } else { ScalarStyle::Plain };
                let kind = Kind::Scalar(Scalar { text: key.value.clone(), style });
                Template::read(&Node { span: key.span, kind }, &self.sources, &mut found)
            }
        };
        let holds = |span: Span| (span.start as usize..=span.end as usize).contains(&offset);
        let reference = template.references().iter().find(|reference| holds(reference.span))?;
        Some((reference.path.clone(), reference.span))
    }

    /// Everything that the file defines for its templates.
    pub fn defined(&self) -> Vec<Defined> {
        let mut all = Vec::new();
        let entries = |key: &str| self.root.get(key).and_then(Node::as_mapping).unwrap_or_default();
        for (key, root, what) in [
            ("vars", "vars", "a variable"),
            ("secrets", "secrets", "a secret"),
            ("inputs", "inputs", "an input of the fragment"),
            ("actors", "actors", "an actor"),
        ] {
            all.extend(entries(key).iter().map(|entry| defined(root, entry, what)));
        }
        for row in self.root.get("cases").and_then(Node::as_sequence).unwrap_or_default() {
            for entry in row.as_mapping().unwrap_or_default() {
                if all.iter().all(|one| one.root != "case" || one.name != entry.key.value) {
                    all.push(defined("case", entry, "a value of the case"));
                }
            }
        }
        collect(&self.root, &mut all);
        all
    }

    /// The steps that have an id: the id and where the step stands.
    pub fn steps(&self) -> Vec<Defined> {
        self.defined().into_iter().filter(|one| one.root == "steps").collect()
    }
}

fn defined(root: &'static str, entry: &Entry, what: &'static str) -> Defined {
    let (name, name_span) = (entry.key.value.clone(), entry.key.span);
    Defined { root, name, name_span, span: name_span.to(entry.value.span), what }
}

/// Collects what steps and answers save, and the ids of steps, wherever they stand.
fn collect(node: &Node, all: &mut Vec<Defined>) {
    match &node.kind {
        Kind::Scalar(_) => {}
        Kind::Sequence(items) => items.iter().for_each(|item| collect(item, all)),
        Kind::Mapping(entries) => {
            let is_step =
                ["activity", "request", "use", "wait", "await", "check"].iter().any(|key| node.get(key).is_some());
            if let Some(id) = node.get("id").filter(|_| is_step)
                && let Some(scalar) = id.as_scalar()
            {
                all.push(Defined {
                    root: "steps",
                    name: scalar.text.clone(),
                    name_span: id.span,
                    span: node.span,
                    what: "a step",
                });
            }
            for saved in node.get("save").and_then(Node::as_mapping).unwrap_or_default() {
                all.push(defined("vars", saved, "a saved value"));
            }
            for picked in
                node.get("save").filter(|save| save.as_mapping().is_none()).map(Node::one_or_many).unwrap_or_default()
            {
                let Some(scalar) = picked.as_scalar() else { continue };
                let (name, span) = (scalar.text.clone(), picked.span);
                all.push(Defined { root: "vars", name, name_span: span, span, what: "a saved output" });
            }
            entries.iter().for_each(|entry| collect(&entry.value, all));
        }
    }
}

impl Unfinished {
    /// Makes texts that may be well-formed of one with a word that is being written: the whole, then what stands up to its line.
    pub fn all(text: &str, cursor: usize) -> Vec<Self> {
        let line_start = text[..cursor].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[cursor..].find(['\n', '\r']).map_or(text.len(), |at| cursor + at);
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '$');
        let back =
            text[line_start..cursor].chars().rev().take_while(|c| is_word(*c)).map(char::len_utf8).sum::<usize>();
        // The dash of a list stands alone.
        let start = match text.get(cursor - back..cursor) {
            Some("-") => cursor,
            _ => cursor - back,
        };
        let ahead = text[cursor..line_end].chars().take_while(|c| is_word(*c)).map(char::len_utf8).sum::<usize>();
        let end = cursor + ahead;
        let head = &text[line_start..start];
        let (is_value, open) = situation(head);
        let has_colon = text[end..line_end].trim_start().starts_with(':');
        let lacks_colon = !is_value && !has_colon;
        let before = &text[..start];
        let rest = &text[end..line_end];
        // What follows without a gap belongs to something else, which may not even be well-formed.
        let goes_on = rest.is_empty() || rest.starts_with([':', ' ', ',', '}', ']', '"', '\'']);
        let rest = if goes_on { rest } else { "" };
        let space = if head.ends_with(':') { " " } else { "" };
        let at = start + space.len();
        // It may be a key or an item of a list, what is open may be closed or not, and what follows may be sound or not.
        let colons: &[&str] = if lacks_colon { &[":", ""] } else { &[""] };
        let mut closings = vec![String::new(), open.iter().rev().collect()];
        closings.dedup();
        let mut all = Vec::new();
        for colon in colons {
            for closing in &closings {
                for behind in [&text[line_end..], ""] {
                    let text = format!("{before}{space}{CURSOR}{colon}{rest}{closing}{behind}");
                    all.push(Self { text, at, word: start..end, lacks_colon });
                }
            }
        }
        all
    }
}

/// Whether what follows the beginning of a line is a value, and what closes the quotes and brackets that are open there.
fn situation(head: &str) -> (bool, Vec<char>) {
    let (mut open, mut quoted, mut since): (Vec<char>, bool, usize) = (Vec::new(), false, 0);
    for (at, letter) in head.char_indices() {
        match letter {
            _ if quoted => {
                if open.last() == Some(&letter) {
                    open.pop();
                    quoted = false;
                }
                continue;
            }
            '"' | '\'' => {
                open.push(letter);
                quoted = true;
            }
            '{' => open.push('}'),
            '[' => open.push(']'),
            '}' | ']' => drop(open.pop()),
            _ => {}
        }
        if matches!(letter, '{' | '[' | ',') && !open.is_empty() {
            since = at + 1;
        }
    }
    let part = head[since..].trim_end();
    let in_list = open.last() == Some(&']');
    (quoted || in_list || part.ends_with(':') || part.contains(": "), open)
}
