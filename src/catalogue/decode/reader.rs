use std::collections::HashMap;

use crate::catalogue::Selector;
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::{Sources, Span, Spanned};
use crate::template::Template;
use crate::yaml::{Entry, Form, Key, NAME, Names, Node, Shaped};

pub(super) const TITLE: Key = Key::new("title", Form::Text, "a line for people").such_as(&["Take a selfie"]);
pub(super) const CODES: Key = Key::new(
    "codes",
    Form::OneOrMany(&Form::Integer(i64::MIN, i64::MAX)),
    "the codes that it may carry; the first is shown",
)
.such_as(&["[601, 602]"]);
pub(super) const ELEMENT: Key = Key::new(
    "element",
    Form::OneOrMany(&Form::Map(Names::Free, &Form::Text)),
    "how its element is recognised in a diagram and in answers: `{ name: … }` or `{ ATTRIBUTE: VALUE }`, or a list of them",
).such_as(&["{ key: SELFIE }", "{ name: Take a selfie }"]);
pub(super) const LOCALS: Key = Key::new(
    "locals",
    Form::Map(Names::Free, &Form::Any),
    "local variables that its output mappings may read where nothing else gives them",
)
.such_as(&["{ score: 0.93 }"]);
/// Names of things of one kind.
pub(super) const NAMED: Names = Names::Like(&NAME);

/// What reading one file needs.
pub(super) struct Reader<'a> {
    pub sources: &'a Sources,
    pub found: &'a mut Diagnostics,
    /// The selectors read so far, with what they stand for.
    pub selectors: HashMap<Selector, (String, Span)>,
}

impl Reader<'_> {
    /// The entries of a key whose keys are names of things of one kind.
    pub fn named<'n>(&mut self, fields: &Shaped<'n>, key: &'static str) -> Vec<&'n Entry> {
        fields.map(key, self.found).iter().filter(|entry| self.is_name(&entry.key)).collect()
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

    /// Reports a list with nothing in it.
    pub fn filled(&mut self, node: &Node, what: &str) {
        if let Some([]) = node.as_sequence() {
            self.found.push(Diagnostic::new(Id::WRONG_VALUE, format!("{what} must not be empty")).at(node.span));
        }
    }

    pub fn template(&mut self, node: &Node) -> Template {
        Template::read(node, self.sources, self.found)
    }

    /// The template of a key.
    pub fn template_of(&mut self, fields: &Shaped, key: &'static str) -> Option<Template> {
        fields.node(key).map(|node| self.template(node))
    }

    /// A line for people; absent is empty.
    pub fn title(&mut self, fields: &Shaped) -> String {
        fields.text("title", self.found).map(|title| title.value).unwrap_or_default()
    }

    pub fn flag(&mut self, fields: &Shaped, key: &'static str) -> bool {
        fields.boolean(key, self.found).is_some_and(|flag| flag.value)
    }

    /// The text of a key without its place.
    pub fn plain(&mut self, fields: &Shaped, key: &'static str) -> Option<String> {
        fields.text(key, self.found).map(|text| text.value)
    }

    /// The texts of a key without their places.
    pub fn plain_texts(&mut self, fields: &Shaped, key: &'static str) -> Vec<String> {
        fields.texts(key, self.found).into_iter().map(|text| text.value).collect()
    }

    /// The ways in which an element is recognised. Two things recognised in the same way are reported.
    pub fn element(&mut self, fields: &Shaped, owner: &str) -> Vec<Selector> {
        let Some(node) = fields.node("element") else { return Vec::new() };
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
    pub fn codes(&mut self, fields: &Shaped) -> Vec<Spanned<i64>> {
        let items = fields.node("codes").map(Node::one_or_many).unwrap_or_default();
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
