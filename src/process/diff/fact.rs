use roxmltree::{Attribute, Node as Tag};

use super::Class;
use crate::process::duration::milliseconds;
use crate::process::expression::{Part, Template};
use crate::process::read::Reader;
use crate::source::Spanned;

/// One thing that is said of an element.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    pub class: Class,
    /// What it is about.
    pub key: String,
    /// What of that, where it is a detail of another fact.
    pub detail: Option<String>,
    /// What is said, as it is written.
    pub value: Spanned<String>,
    /// The same for all that mean the same.
    pub meaning: String,
    /// Whether it names a declaration, whose own value is what counts.
    pub refers: bool,
}

/// The facts of one element, in the order in which they are written.
pub(super) struct Facts<'r, 'a> {
    pub reader: &'r Reader<'a>,
    pub all: Vec<Fact>,
}

impl<'r, 'a> Facts<'r, 'a> {
    pub fn new(reader: &'r Reader<'a>) -> Self {
        Self { reader, all: Vec::new() }
    }

    pub fn add(&mut self, class: Class, key: &str, value: Spanned<String>) {
        let same = |fact: &&Fact| fact.class == class && fact.detail.is_none() && numbered(&fact.key, key);
        let key = match self.all.iter().filter(same).count() {
            0 => key.to_owned(),
            before => format!("{key} {}", before + 1).trim().to_owned(),
        };
        let meaning = meaning(class, &value.value);
        self.all.push(Fact { class, key, detail: None, value, meaning, refers: false });
    }

    /// Adds what is not empty.
    pub fn add_if(&mut self, class: Class, key: &str, value: Spanned<String>) {
        if !value.value.trim().is_empty() {
            self.add(class, key, value);
        }
    }

    /// Adds what another fact says more of.
    pub fn add_detail(&mut self, class: Class, key: &str, detail: &str, value: Spanned<String>) {
        let meaning = meaning(class, &value.value);
        let (key, detail) = (key.to_owned(), Some(detail.to_owned()));
        self.all.push(Fact { class, key, detail, value, meaning, refers: false });
    }

    /// Adds the name of a declaration.
    pub fn add_reference(&mut self, class: Class, key: &str, value: Spanned<String>) {
        self.add(class, key, value);
        if let Some(fact) = self.all.last_mut() {
            fact.refers = true;
        }
    }

    pub fn value(&self, attribute: Attribute<'_, '_>) -> Spanned<String> {
        Spanned::new(attribute.value().to_owned(), self.reader.span(attribute.range_value()))
    }

    /// All that stands in an element.
    pub fn inside(&self, tag: Tag<'_, '_>) -> Spanned<String> {
        let text = self.reader.content(tag);
        match tag.children().any(|child| child.is_element()) {
            true => Spanned::new(children(tag), text.span),
            false => text,
        }
    }

    /// An element with its attributes, but for its name where it says nothing else.
    pub fn whole(&self, tag: Tag<'_, '_>) -> Spanned<String> {
        let inside = self.inside(tag);
        let attributes = attributes(tag, &["id", "event"]);
        let both = [attributes.as_str(), inside.value.as_str()];
        let told: Vec<&str> = both.into_iter().filter(|text| !text.is_empty()).collect();
        Spanned::new(told.join(" "), inside.span)
    }
}

/// Whether a key is another one, or that with a number.
fn numbered(key: &str, of: &str) -> bool {
    let rest = key.strip_prefix(of).map(str::trim_start);
    rest.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit()))
}

/// What a text says, whichever way it is written.
fn meaning(class: Class, text: &str) -> String {
    let spaced = || text.split_whitespace().collect::<Vec<_>>().join(" ");
    match class {
        Class::Name | Class::Documentation => spaced(),
        Class::Timer => milliseconds(text.trim()).map_or_else(|_| spaced(), |millis| format!("{millis} ms")),
        Class::Condition => match Template::parse(text) {
            Ok(template) => template.parts().iter().map(told).collect(),
            Err(_) => spaced(),
        },
        _ => text.trim().to_owned(),
    }
}

fn told(part: &Part) -> String {
    match part {
        Part::Text(text) => text.clone(),
        Part::Expression(expression) => format!("${{{expression}}}"),
        Part::Broken(error) => error.message.clone(),
    }
}

fn attributes(tag: Tag<'_, '_>, but: &[&str]) -> String {
    let all = tag.attributes().filter(|attribute| !but.contains(&attribute.name()) && attribute.name() != "type");
    let mut all: Vec<String> = all.map(|attribute| format!("{}={}", attribute.name(), attribute.value())).collect();
    all.sort();
    all.join(" ")
}

/// Children as one line. Recursion is bounded by the depth of the file.
fn children(tag: Tag<'_, '_>) -> String {
    let one = |child: Tag<'_, '_>| {
        let inside = match child.children().any(|inner| inner.is_element()) {
            true => children(child),
            false => child.text().unwrap_or_default().trim().to_owned(),
        };
        let (name, attributes) = (child.tag_name().name(), attributes(child, &["id"]));
        match (name, attributes.as_str()) {
            ("value", "") => inside,
            ("list" | "map", "") => inside,
            ("entry", _) => format!("{}: {inside}", child.attribute("key").unwrap_or_default()),
            (name, "") => format!("{name} {inside}").trim().to_owned(),
            (name, attributes) => format!("{name} {attributes} {inside}").trim().to_owned(),
        }
    };
    let inner: Vec<String> = tag.children().filter(Tag::is_element).map(one).collect();
    match tag.tag_name().name() {
        "list" => format!("[{}]", inner.join(", ")),
        "map" => format!("{{{}}}", inner.join(", ")),
        _ => inner.join("; "),
    }
}
