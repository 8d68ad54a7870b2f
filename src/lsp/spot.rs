use crate::source::Spanned;
use crate::yaml::{Entry, Form, Kind, Node, Shape};

/// A place in a file, and what is around it.
#[derive(Debug)]
pub(super) struct Spot<'a> {
    /// The mappings around it, from the outside, each with the key under which it goes on.
    pub levels: Vec<Level<'a>>,
    /// What stands there.
    pub on: On<'a>,
}

/// A mapping around a place.
#[derive(Debug)]
pub(super) struct Level<'a> {
    /// What the mapping is.
    pub owner: Owner,
    /// What it holds.
    pub entries: &'a [Entry],
    /// The key at or behind which the place is.
    pub key: &'a str,
}

/// What a mapping is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Owner {
    /// One with keys of its own.
    Shape(&'static Shape),
    /// One in which the author chooses names.
    Names(&'static Form),
    /// Anything.
    Unknown,
}

/// What stands at a place.
#[derive(Debug)]
pub(super) enum On<'a> {
    /// A key.
    Key(&'a Spanned<String>),
    /// A value that is neither list nor mapping, and what it may be.
    Value(&'a Node, Option<&'static Form>),
}

impl<'a> Spot<'a> {
    /// What is at a byte offset of a file, which is of a shape.
    pub fn find(root: &'a Node, shape: &'static Shape, offset: usize) -> Option<Self> {
        let mut levels = Vec::new();
        let on = descend(root, Expected::Mapping(Owner::Shape(shape)), offset, &mut levels)?;
        Some(Self { levels, on })
    }

    /// The text that stands there.
    pub fn text(&self) -> &'a str {
        match self.on {
            On::Key(key) => &key.value,
            On::Value(node, _) => node.as_scalar().map_or("", |scalar| &scalar.text),
        }
    }
}

impl Level<'_> {
    /// The name of its shape; empty if it has none.
    pub fn shape(&self) -> &'static str {
        match self.owner {
            Owner::Shape(shape) => shape.name,
            Owner::Names(_) | Owner::Unknown => "",
        }
    }

    /// The text of a key.
    pub fn text(&self, key: &str) -> Option<&str> {
        let entry = self.entries.iter().find(|entry| entry.key.value == key)?;
        entry.value.as_scalar().map(|scalar| scalar.text.as_str())
    }
}

impl Owner {
    /// What stands behind a key.
    fn behind(self, key: &str, entries: &[Entry]) -> Option<&'static Form> {
        match self {
            Self::Shape(shape) => {
                let beside = shape.keys_beside(entries);
                let known = beside.into_iter().chain(shape.all_further()).find(|known| known.name == key);
                known.map(|key| &key.form).or(shape.rest.map(|(_, form)| form))
            }
            Self::Names(form) => Some(form),
            Self::Unknown => None,
        }
    }
}

/// What is expected of a value.
#[derive(Clone, Copy)]
enum Expected {
    Mapping(Owner),
    Form(Option<&'static Form>),
}

fn descend<'a>(node: &'a Node, expected: Expected, offset: usize, levels: &mut Vec<Level<'a>>) -> Option<On<'a>> {
    let holds = |node: &Node| (node.span.start as usize..=node.span.end as usize).contains(&offset);
    match &node.kind {
        Kind::Scalar(_) => match expected {
            Expected::Form(form) => Some(On::Value(node, form)),
            Expected::Mapping(_) => None,
        },
        Kind::Sequence(items) => {
            let form = match expected {
                Expected::Form(form) => form.and_then(item_of),
                Expected::Mapping(_) => None,
            };
            descend(items.iter().find(|item| holds(item))?, Expected::Form(form), offset, levels)
        }
        Kind::Mapping(entries) => {
            let owner = match expected {
                Expected::Mapping(owner) => owner,
                Expected::Form(form) => form.map_or(Owner::Unknown, mapping_of),
            };
            let at_key =
                |entry: &&Entry| (entry.key.span.start as usize..=entry.key.span.end as usize).contains(&offset);
            if let Some(entry) = entries.iter().find(at_key) {
                levels.push(Level { owner, entries, key: &entry.key.value });
                return Some(On::Key(&entry.key));
            }
            let entry = entries.iter().find(|entry| holds(&entry.value))?;
            levels.push(Level { owner, entries, key: &entry.key.value });
            descend(&entry.value, Expected::Form(owner.behind(&entry.key.value, entries)), offset, levels)
        }
    }
}

/// What a mapping is where a form is expected.
fn mapping_of(form: &'static Form) -> Owner {
    match form {
        Form::Shape(shape) => Owner::Shape(shape),
        Form::Map(_, values) => Owner::Names(values),
        Form::Named(definition) => mapping_of(&definition.form),
        Form::OneOrMany(item) => mapping_of(item),
        Form::Either(ways) => {
            let known = ways.iter().map(mapping_of).find(|owner| !matches!(owner, Owner::Unknown));
            known.unwrap_or(Owner::Unknown)
        }
        _ => Owner::Unknown,
    }
}

/// What the items of a list are where a form is expected.
fn item_of(form: &'static Form) -> Option<&'static Form> {
    match form {
        Form::List(item) | Form::OneOrMany(item) => Some(item),
        Form::Named(definition) => item_of(&definition.form),
        Form::Either(ways) => ways.iter().find_map(item_of),
        _ => None,
    }
}

/// The words and truths that a value may be where a form is expected.
pub(super) fn words_of(form: &'static Form) -> Vec<&'static str> {
    match form {
        Form::Word(words) => words.words.to_vec(),
        Form::Boolean => vec!["true", "false"],
        Form::Named(definition) => words_of(&definition.form),
        Form::OneOrMany(item) => words_of(item),
        Form::Either(ways) => ways.iter().flat_map(words_of).collect(),
        _ => Vec::new(),
    }
}
