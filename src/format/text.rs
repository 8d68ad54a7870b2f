use std::collections::HashMap;

use super::block::Block;
use super::parts::take_apart;
use super::reader::{Reader, Root, Strange};
use super::writer::write;
use crate::diagnostic::Diagnostics;
use crate::source::Sources;
use crate::yaml::{self, Entry, Form, Kind, Node};

/// Why a text has no canonical form here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unformatted {
    /// It is no YAML that can be read; `check` says why.
    #[error("it is not well-formed")]
    Malformed,
    /// It is written in a way that is left as it is.
    #[error("what stands at line {line} is written in a way that is left as it is")]
    Strange {
        /// The line, from 1.
        line: usize,
    },
    /// It would mean something else, which is a defect of flowproof.
    #[error("it would mean something else afterwards; this is a mistake of flowproof, please report it")]
    Changed,
}

/// The kinds of files, by the key that they begin with.
static KINDS: [(&str, Form); 5] = [
    ("scenario", Form::Shape(&crate::scenario::SHAPE)),
    ("fragment", Form::Shape(&crate::scenario::FRAGMENT_SHAPE)),
    ("flowproof", Form::Shape(&crate::settings::SHAPE)),
    ("catalogue", Form::Shape(&crate::catalogue::SHAPE)),
    ("quarantine", Form::Shape(&crate::settings::QUARANTINE)),
];

/// The canonical form of a file. `None` if it is of no kind that has one, such as data for cases.
///
/// # Errors
/// If it cannot be read, or not be written without losing something.
pub fn canonical(text: &str) -> Result<Option<String>, Unformatted> {
    let (mark, body) = match text.strip_prefix('\u{feff}') {
        Some(body) => ("\u{feff}", body),
        None => ("", text),
    };
    let breaks = if body.contains("\r\n") { "\r\n" } else { "\n" };
    let body = body.replace("\r\n", "\n");
    if let Some(at) = body.find('\r') {
        return Err(strange(&body, at));
    }
    let before = tree(&body).ok_or(Unformatted::Malformed)?;
    let Some(form) = kind(&before) else { return Ok(None) };
    let Some(parted) = part(&body)? else { return Ok(Some(text.to_owned())) };
    let comments = parted.comments.clone();
    let formatted = parted.written(form);
    let after = tree(&formatted).filter(|after| is_same(&before, after)).and_then(|_| part(&formatted).ok()?);
    if after.is_none_or(|after| after.comments != comments) {
        return Err(Unformatted::Changed);
    }
    Ok(Some(format!("{mark}{}", formatted.replace('\n', breaks))))
}

/// A text whose root is a block collection, taken apart.
struct Parted<'a> {
    /// What stands before the root: directives, `---`.
    before: &'a str,
    block: Block,
    /// All comments, sorted.
    comments: Vec<String>,
    /// What ends the document.
    after: &'a str,
}

impl Parted<'_> {
    fn written(self, form: &'static Form) -> String {
        format!("{}{}\n{}", self.before, write(self.block, form).join("\n"), self.after)
    }
}

/// Takes a text apart. `None` if all of it is written in flow style, which is somebody's choice.
fn part(text: &str) -> Result<Option<Parted<'_>>, Unformatted> {
    let document = take_apart(text).ok_or(Unformatted::Malformed)?;
    let begin = match document.marker {
        None => 0,
        Some(marker) => {
            let end = text[marker..].find('\n').map_or(text.len(), |end| marker + end + 1);
            let rest = text[marker..end].trim_start_matches('-').trim();
            if !rest.is_empty() && !rest.starts_with('#') {
                return Err(strange(text, marker));
            }
            end
        }
    };
    if !document.root.is_block() {
        return Ok(None);
    }
    let read = Reader::new(text, begin).root(&document.root);
    let Root { block, mut comments, rest } = read.map_err(|Strange(at)| strange(text, at))?;
    if document.root.has_properties || !(rest.is_empty() || rest.starts_with("...")) {
        return Err(strange(text, begin));
    }
    comments.sort_unstable();
    Ok(Some(Parted { before: &text[..begin], block, comments, after: rest }))
}

fn strange(text: &str, at: usize) -> Unformatted {
    Unformatted::Strange { line: text[..at.min(text.len())].matches('\n').count() + 1 }
}

fn tree(text: &str) -> Option<Node> {
    let mut sources = Sources::new();
    let file = sources.add("", text);
    let mut found = Diagnostics::new();
    let node = yaml::parse(&sources, file, &mut found)?;
    (!found.has_errors()).then_some(node)
}

/// The form of a file: by its first key, else by one that only such a file has.
fn kind(node: &Node) -> Option<&'static Form> {
    let entries = node.as_mapping()?;
    let of = |entry: &Entry| KINDS.iter().find(|(key, _)| *key == entry.key.value).map(|(_, form)| form);
    entries.iter().find_map(of)
}

/// Whether two trees say the same, whatever the order of keys.
fn is_same(one: &Node, other: &Node) -> bool {
    match (&one.kind, &other.kind) {
        (Kind::Scalar(one), Kind::Scalar(other)) => one == other,
        (Kind::Sequence(one), Kind::Sequence(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Kind::Mapping(entries), Kind::Mapping(others)) => {
            let by_key: HashMap<&str, &Node> =
                others.iter().map(|entry| (entry.key.value.as_str(), &entry.value)).collect();
            let same =
                |entry: &Entry| by_key.get(entry.key.value.as_str()).is_some_and(|other| is_same(&entry.value, other));
            entries.len() == others.len() && entries.iter().all(same)
        }
        _ => false,
    }
}
