use super::Entry;
use crate::diagnostic::{Diagnostic, Diagnostics, Fix, Id, nearest, one_of};
use crate::source::Spanned;

/// What a mapping of a file may hold: the one source of what its reader accepts and of what editors are told.
///
/// Shapes are static data. One that can hold itself refers to its own static.
#[derive(Debug)]
pub struct Shape {
    /// Its name in the JSON Schemas; no two shapes of one kind of file share it.
    pub name: &'static str,
    /// How messages call it, with its article: `a step`; `the activity` where its name follows.
    pub what: &'static str,
    /// What it is, in a sentence.
    pub about: &'static str,
    /// The keys that it has in any case.
    pub keys: &'static [Key],
    /// The keys that it has beside them.
    pub further: Further,
    /// Whether it has to hold something. The reader reports it in words of its own if not.
    pub filled: bool,
    /// What all other keys have behind them, where the author chooses names; otherwise other keys are refused.
    pub rest: Option<(Names, &'static Form)>,
}

/// The keys of a mapping that depend on another.
#[derive(Debug)]
pub enum Further {
    /// There are none.
    None,
    /// Exactly one of these keys must be there. The reader reports it in words of its own if not.
    OneOf(&'static [Key]),
    /// At least one of these keys must be there. The reader reports it in words of its own if not.
    AnyOf(&'static [Key]),
    /// Exactly one of these keys must be there, and brings others with it.
    ByKey(&'static [(Key, &'static [Key])]),
    /// The word behind a key brings others with it. Words that bring none are left out.
    ByWord {
        /// The key.
        key: &'static str,
        /// The word that holds if the key is absent.
        default: Option<&'static str>,
        /// Words, and the keys that they bring.
        words: &'static [(&'static str, &'static [Key])],
    },
}

/// One key of a mapping.
#[derive(Debug)]
pub struct Key {
    /// As it is written.
    pub name: &'static str,
    /// What stands behind it.
    pub form: Form,
    /// What it means, in a line; editors show it.
    pub about: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// What holds without it, as YAML.
    pub default: Option<&'static str>,
    /// What may be written, as YAML.
    pub examples: &'static [&'static str],
}

/// What a value may be.
#[derive(Debug)]
pub enum Form {
    /// Anything; where templates have a meaning, it may hold them.
    Any,
    /// Anything; only a mapping of one of these keys alone is no value but says something of it.
    Marked(&'static [Key]),
    /// Nothing: the key alone says it.
    Null,
    /// Text; plain numbers and booleans are taken as written.
    Text,
    /// Text in a notation.
    Like(&'static Notation),
    /// A length of time ([`parse_duration`](super::parse_duration)).
    Duration,
    /// `true` or `false`.
    Boolean,
    /// A whole number of a range, both ends included.
    Integer(i64, i64),
    /// Any number.
    Number,
    /// One of some words.
    Word(&'static Words),
    /// A list.
    List(&'static Form),
    /// A list, or a single value for a list of one.
    OneOrMany(&'static Form),
    /// Names that the author chooses, with values of one form.
    Map(Names, &'static Form),
    /// A mapping with keys of its own.
    Shape(&'static Shape),
    /// A short and a long way to say it.
    Either(&'static [Form]),
    /// A form that has a name, because it stands at many places.
    Named(&'static Definition),
}

/// A form with a name.
#[derive(Debug)]
pub struct Definition {
    /// Its name in the JSON Schemas.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub about: &'static str,
    /// The form.
    pub form: Form,
}

/// A notation of text.
#[derive(Debug)]
pub struct Notation {
    /// What it is, for people.
    pub about: &'static str,
    /// A regular expression that all of it matches, understood by ECMAScript as well.
    pub pattern: &'static str,
}

/// Some words, of which one is chosen.
#[derive(Debug)]
pub struct Words {
    /// What they are: `role`.
    pub what: &'static str,
    /// The words.
    pub words: &'static [&'static str],
}

/// Which names an author may choose.
#[derive(Clone, Copy, Debug)]
pub enum Names {
    /// Any.
    Free,
    /// Those of a notation.
    Like(&'static Notation),
    /// Some words.
    Of(&'static Words),
}

/// Names that templates can read: a hyphen would be a subtraction.
pub static ID: Notation =
    Notation { about: "a lower-case letter, then lower-case letters, digits and `_`", pattern: "^[a-z][a-z0-9_]*$" };
/// Names of activities, outcomes and the like.
pub static NAME: Notation =
    Notation { about: "a lower-case letter, then lower-case letters, digits and `-`", pattern: "^[a-z][a-z0-9-]*$" };

impl Key {
    /// A key that may be left out.
    pub const fn new(name: &'static str, form: Form, about: &'static str) -> Self {
        Self { name, form, about, required: false, default: None, examples: &[] }
    }

    /// A key that must be there.
    pub const fn required(name: &'static str, form: Form, about: &'static str) -> Self {
        Self { name, form, about, required: true, default: None, examples: &[] }
    }

    /// The same with what holds without it.
    pub const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    /// The same with what may be written.
    pub const fn such_as(mut self, examples: &'static [&'static str]) -> Self {
        self.examples = examples;
        self
    }
}

impl Shape {
    /// A mapping of some keys.
    pub const fn new(name: &'static str, what: &'static str, about: &'static str, keys: &'static [Key]) -> Self {
        Self { name, what, about, keys, further: Further::None, filled: false, rest: None }
    }

    /// The same with keys that depend on another.
    pub const fn further(mut self, further: Further) -> Self {
        self.further = further;
        self
    }

    /// The same, where holding nothing is wrong.
    pub const fn filled(mut self) -> Self {
        self.filled = true;
        self
    }

    /// The same with names that the author chooses beside the keys.
    pub const fn rest(mut self, names: Names, form: &'static Form) -> Self {
        self.rest = Some((names, form));
        self
    }

    /// The keys that a mapping can have beside those that it has, as far as these decide it. Who is about to write one reads
    /// them; the mapping may be wrong or not finished.
    pub fn keys_beside(&self, entries: &[Entry]) -> Vec<&'static Key> {
        let has = |name: &str| entries.iter().any(|entry| entry.key.value == name);
        let mut keys: Vec<&'static Key> = self.keys.iter().collect();
        match &self.further {
            Further::None => {}
            Further::AnyOf(all) => keys.extend(*all),
            Further::OneOf(all) if all.iter().any(|key| has(key.name)) => {
                keys.extend(all.iter().filter(|key| has(key.name)));
            }
            Further::OneOf(all) => keys.extend(*all),
            Further::ByKey(cases) => match cases.iter().find(|(key, _)| has(key.name)) {
                Some((key, beside)) => keys.extend(std::iter::once(key).chain(*beside)),
                None => keys.extend(cases.iter().map(|(key, _)| key)),
            },
            Further::ByWord { key, default, words } => {
                let entry = entries.iter().find(|entry| entry.key.value == *key);
                let word =
                    entry.and_then(|entry| entry.value.as_scalar()).map(|scalar| scalar.text.as_str()).or(*default);
                let brought = words.iter().find(|(known, _)| Some(*known) == word);
                keys.extend(brought.into_iter().flat_map(|(_, keys)| *keys));
            }
        }
        keys
    }

    /// The keys that a mapping can have beside `keys`, whatever decides.
    pub fn all_further(&self) -> Vec<&'static Key> {
        match &self.further {
            Further::None => Vec::new(),
            Further::OneOf(keys) | Further::AnyOf(keys) => keys.iter().collect(),
            Further::ByKey(cases) => cases.iter().flat_map(|(key, keys)| std::iter::once(key).chain(*keys)).collect(),
            Further::ByWord { words, .. } => words.iter().flat_map(|(_, keys)| *keys).collect(),
        }
    }
}

/// The words of a table from words to what they mean, so that the table is their only source.
pub const fn words_of<T, const N: usize>(table: &[(&'static str, T)]) -> [&'static str; N] {
    assert!(table.len() == N, "N is the length of the table");
    let mut words = [""; N];
    let mut at = 0;
    while at < N {
        words[at] = table[at].0;
        at += 1;
    }
    words
}

/// So many words are listed beside the place where one is wrong; more stand below.
const FEW: usize = 2;

impl Words {
    /// Reports a text that is none of the words, and gives `None`.
    pub fn read(&self, text: &Spanned<String>, found: &mut Diagnostics) -> Option<&'static str> {
        let known = self.words.iter().copied().find(|word| *word == text.value);
        if known.is_none() {
            let one = Diagnostic::new(Id::WRONG_VALUE, format!("`{}` is no {}", text.value, self.what));
            let one = one.fix_if(Fix::rename(text.span, text, self.words.iter().copied()));
            found.push(match nearest(text, self.words.iter().copied()) {
                Some(near) => one.label(text.span, format!("did you mean `{near}`?")),
                None if self.words.len() <= FEW => one.label(text.span, format!("expected {}", self.all())),
                None => one.at(text.span).help(format!("expected {}", self.all())),
            });
        }
        known
    }

    fn all(&self) -> String {
        one_of(self.words.iter().copied())
    }

    /// What a word means by the table from which the words were taken.
    pub fn mean<T: Copy>(
        &self,
        text: &Spanned<String>,
        table: &[(&'static str, T)],
        found: &mut Diagnostics,
    ) -> Option<T> {
        debug_assert!(table.iter().map(|(word, _)| word).eq(self.words), "another table than that of {}", self.what);
        let word = self.read(text, found)?;
        table.iter().find(|(known, _)| *known == word).map(|(_, meaning)| *meaning)
    }
}
