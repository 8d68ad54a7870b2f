use std::collections::HashMap;

use crate::catalogue::Selector;
use crate::diagnostic::{Diagnostic, Diagnostics, Id, nearest, one_of};
use crate::source::{Sources, Span, Spanned};
use crate::template::Template;
use crate::yaml::{Entry, Fields, Node};

/// What reading one file needs.
pub(super) struct Reader<'a> {
    pub sources: &'a Sources,
    pub found: &'a mut Diagnostics,
    /// The selectors read so far, with what they stand for.
    pub selectors: HashMap<Selector, (String, Span)>,
}

impl Reader<'_> {
    /// The entries of a mapping whose keys are names of things of one kind.
    pub fn named<'n>(&mut self, node: Option<&'n Node>, what: &str) -> Vec<&'n Entry> {
        let entries = node.and_then(|node| node.mapping(what, self.found)).unwrap_or_default();
        entries.iter().filter(|entry| self.is_name(&entry.key)).collect()
    }

    /// Reports a name that is not lower-case letters, digits and hyphens, beginning with a letter.
    fn is_name(&mut self, name: &Spanned<String>) -> bool {
        let fits = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !fits {
            let proposal = kebab(name);
            let message = format!("`{}` is no name: lower-case letters, digits and hyphens", name.value);
            let one = Diagnostic::new(Id::CATALOGUE_NAME, message).at(name.span);
            self.found.push(one.help_if((!proposal.is_empty()).then(|| format!("call it `{proposal}`"))));
        }
        fits
    }

    /// The entries of a mapping whose keys the author chooses freely.
    pub fn free<'n>(&mut self, node: Option<&'n Node>, what: &str) -> &'n [Entry] {
        node.and_then(|node| node.mapping(what, self.found)).unwrap_or_default()
    }

    /// The texts of a list, or a single one.
    pub fn texts(&mut self, node: Option<&Node>, what: &str) -> Vec<Spanned<String>> {
        node.map(|node| node.texts(what, self.found)).unwrap_or_default()
    }

    /// Reports a list with nothing in it.
    pub fn filled(&mut self, node: &Node, what: &str) {
        if let Some([]) = node.as_sequence() {
            self.found.push(Diagnostic::new(Id::WRONG_VALUE, format!("{what} must not be empty")).at(node.span));
        }
    }

    /// One of a few words.
    pub fn word<T: Copy>(&mut self, text: &Spanned<String>, what: &str, words: &[(&'static str, T)]) -> Option<T> {
        let known = words.iter().find(|(word, _)| *word == text.value).map(|(_, meaning)| *meaning);
        if known.is_none() {
            let names = words.iter().map(|(word, _)| *word);
            let one = Diagnostic::new(Id::WRONG_VALUE, format!("`{}` is no {what}", text.value));
            self.found.push(match nearest(text, names.clone()) {
                Some(near) => one.label(text.span, format!("did you mean `{near}`?")),
                None => one.at(text.span).help(format!("expected {}", one_of(names))),
            });
        }
        known
    }

    pub fn template(&mut self, node: &Node) -> Template {
        Template::read(node, self.sources, self.found)
    }

    /// The template of a key that must be there.
    pub fn required_template(&mut self, fields: &mut Fields, key: &'static str) -> Option<Template> {
        fields.required(key, self.found).map(|node| Template::read(node, self.sources, self.found))
    }

    /// A line for people; absent is empty.
    pub fn title(&mut self, fields: &mut Fields) -> String {
        fields.text("title", self.found).map(|title| title.value).unwrap_or_default()
    }

    pub fn flag(&mut self, fields: &mut Fields, key: &'static str) -> bool {
        fields.boolean(key, self.found).is_some_and(|flag| flag.value)
    }

    /// The ways in which an element is recognised. Two things recognised in the same way are reported.
    pub fn element(&mut self, node: Option<&Node>, owner: &str) -> Vec<Selector> {
        let Some(node) = node else { return Vec::new() };
        let mut selectors = Vec::new();
        for item in node.one_or_many() {
            let Some(entries) = item.mapping("a selector of an element", self.found) else { continue };
            let [Entry { key, value }] = entries else {
                let one = Diagnostic::new(Id::WRONG_VALUE, "a selector is one attribute or the name").at(item.span);
                self.found.push(one.help("several selectors are a list: any of them recognises the element"));
                continue;
            };
            let Some(text) = value.text(&format!("`{}`", key.value), self.found) else { continue };
            let selector = if key.value == "name" {
                Selector::Name(text.value.split_whitespace().collect::<Vec<_>>().join(" "))
            } else {
                Selector::Attribute { name: key.value.clone(), value: text.value }
            };
            match self.selectors.get(&selector) {
                Some((other, first)) if other != owner => {
                    let message = format!("`{owner}` and `{other}` are recognised by the same `{}`", key.value);
                    let one = Diagnostic::new(Id::CATALOGUE_DUPLICATE, message).label(item.span, "again");
                    self.found.push(one.and(*first, "first"));
                }
                _ => {
                    self.selectors.insert(selector.clone(), (owner.to_owned(), item.span));
                }
            }
            selectors.push(selector);
        }
        selectors
    }

    /// Whole numbers, each once.
    pub fn codes(&mut self, node: Option<&Node>) -> Vec<Spanned<i64>> {
        let items = node.map(Node::one_or_many).unwrap_or_default();
        items.iter().filter_map(|item| item.integer("a code", i64::MIN, i64::MAX, self.found)).collect()
    }

    /// Reports codes that two things of one list have.
    pub fn distinct_codes<'c>(&mut self, owners: impl IntoIterator<Item = (&'c str, &'c [Spanned<i64>])>) {
        let mut first: HashMap<i64, (&str, Span)> = HashMap::new();
        for (owner, codes) in owners {
            for code in codes {
                match first.get(&code.value) {
                    Some((other, span)) => {
                        let message = format!("the code {} stands for `{other}` and for `{owner}`", code.value);
                        let one = Diagnostic::new(Id::CATALOGUE_DUPLICATE, message).label(code.span, "again");
                        self.found.push(one.and(*span, "first"));
                    }
                    None => {
                        first.insert(code.value, (owner, code.span));
                    }
                }
            }
        }
    }
}

/// The name that was probably meant: `captureFace` and `Capture Face` are `capture-face`.
fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && kebab.ends_with(|c: char| c.is_ascii_lowercase()) {
            kebab.push('-');
        }
        match c.to_ascii_lowercase() {
            c if c.is_ascii_lowercase() => kebab.push(c),
            c if c.is_ascii_digit() && !kebab.is_empty() => kebab.push(c),
            _ if !kebab.is_empty() && !kebab.ends_with('-') => kebab.push('-'),
            _ => {}
        }
    }
    kebab.trim_end_matches('-').to_owned()
}
