use super::{Entry, Node};
use crate::diagnostic::{Diagnostic, Diagnostics, Id, nearest, one_of};
use crate::source::{Span, Spanned};

/// Reads a mapping key by key and, at the end, reports every key that nobody asked for.
///
/// ```
/// use flowproof::{diagnostic::Diagnostics, source::Sources, yaml::{self, Fields}};
/// let mut sources = Sources::new();
/// let file = sources.add("a.yaml", "name: x\nnmae: y\n");
/// let mut found = Diagnostics::new();
/// let node = yaml::parse(&sources, file, &mut found).unwrap();
/// let mut fields = Fields::of(&node, "a thing", &mut found).unwrap();
/// let name = fields.required("name", &mut found);
/// fields.finish(&mut found);
/// assert!(name.is_some());
/// assert_eq!(found.len(), 1);
/// ```
pub struct Fields<'a> {
    what: String,
    span: Span,
    entries: &'a [Entry],
    known: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// Starts to read a mapping; `what` names the thing in messages, with its article (`a step`). Reports anything that is
    /// no mapping.
    pub fn of(node: &'a Node, what: &str, found: &mut Diagnostics) -> Option<Self> {
        let entries = node.mapping(what, found)?;
        Some(Self { what: what.to_owned(), span: node.span, entries, known: Vec::new() })
    }

    /// Where the mapping stands.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The value of a key, or `None` if it is absent. A key with nothing behind it is present with a null node.
    pub fn optional(&mut self, key: &'static str) -> Option<&'a Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of a key, for readers that need the key's place.
    pub fn entry(&mut self, key: &'static str) -> Option<&'a Entry> {
        self.known.push(key);
        self.entries.iter().find(|entry| entry.key.value == key)
    }

    /// The value of a key that must be there.
    pub fn required(&mut self, key: &'static str, found: &mut Diagnostics) -> Option<&'a Node> {
        let value = self.optional(key);
        if value.is_none() {
            let message = format!("{} needs `{key}`", self.what);
            let first = self.entries.first().map_or(self.span, |entry| entry.key.span);
            found.push(Diagnostic::new(Id::MISSING_KEY, message).label(first, format!("add `{key}:`")));
        }
        value
    }

    /// The text of a key.
    pub fn text(&mut self, key: &'static str, found: &mut Diagnostics) -> Option<Spanned<String>> {
        self.optional(key)?.text(&format!("`{key}`"), found)
    }

    /// The text of a key that must be there.
    pub fn required_text(&mut self, key: &'static str, found: &mut Diagnostics) -> Option<Spanned<String>> {
        self.required(key, found)?.text(&format!("`{key}`"), found)
    }

    /// The boolean of a key.
    pub fn boolean(&mut self, key: &'static str, found: &mut Diagnostics) -> Option<Spanned<bool>> {
        self.optional(key)?.boolean(&format!("`{key}`"), found)
    }

    /// The whole number of a key.
    pub fn integer(&mut self, key: &'static str, min: i64, max: i64, found: &mut Diagnostics) -> Option<Spanned<i64>> {
        self.optional(key)?.integer(&format!("`{key}`"), min, max, found)
    }

    /// Declares keys as known without reading them.
    pub fn know(&mut self, keys: &[&'static str]) {
        self.known.extend(keys);
    }

    /// The entries that were not asked for, for mappings whose keys are names chosen by the author.
    pub fn rest(&self) -> impl Iterator<Item = &'a Entry> + '_ {
        self.entries.iter().filter(|entry| !self.known.contains(&entry.key.value.as_str()))
    }

    /// Reports every key that was not asked for.
    pub fn finish(self, found: &mut Diagnostics) {
        for entry in self.rest() {
            found.push(unknown_key(&self.what, &entry.key, &self.known));
        }
    }
}

fn unknown_key(what: &str, key: &Spanned<String>, known: &[&'static str]) -> Diagnostic {
    let one = Diagnostic::new(Id::UNKNOWN_KEY, format!("{what} has no key `{}`", key.value));
    match nearest(&key.value, known.iter().copied()) {
        Some(near) => one.label(key.span, format!("did you mean `{near}`?")),
        None => one.label(key.span, "unknown key").help(format!("known keys: {}", one_of(known.iter().copied()))),
    }
}
