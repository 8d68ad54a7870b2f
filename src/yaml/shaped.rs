use super::shape::{Form, Further, Key, Shape};
use super::{Entry, Node};
use crate::diagnostic::{Diagnostic, Diagnostics, Fix, Id, nearest, one_of};
use crate::source::{Span, Spanned};

/// Reads a mapping by its [`Shape`]: reports what is not of it, and gives the values of its keys.
///
/// A reader that asks for a key that the shape does not have, or for another kind of value than the shape has there, has a
/// defect: it panics in debug builds.
///
/// ```
/// use flowproof::{diagnostic::Diagnostics, source::Sources, yaml::{self, Form, Key, Shape, Shaped}};
/// static THING: Shape = Shape::new("thing", "a thing", "Something.", &[
///     Key::required("name", Form::Text, "what it is called"),
///     Key::new("size", Form::Integer(1, 9), "how large it is"),
/// ]);
/// let mut sources = Sources::new();
/// let file = sources.add("a.yaml", "name: x\nsiez: 3\n");
/// let mut found = Diagnostics::new();
/// let node = yaml::parse(&sources, file, &mut found).unwrap();
/// let fields = Shaped::of(&node, &THING, &mut found).unwrap();
/// assert_eq!(fields.text("name", &mut found).unwrap().value, "x");
/// assert!(fields.integer("size", &mut found).is_none());
/// assert_eq!(found.iter().next().unwrap().message, "a thing has no key `siez`");
/// ```
pub struct Shaped<'a> {
    shape: &'static Shape,
    what: String,
    span: Span,
    entries: &'a [Entry],
    variant: Variant<'a>,
}

/// Which further keys a mapping has.
#[derive(Clone, Copy)]
enum Variant<'a> {
    /// The keys, and the entry that decided it, if there is one.
    Known(Option<&'a Entry>, Option<&'static Key>, &'static [Key]),
    /// The problem was reported; any may be meant.
    Unknown,
}

impl<'a> Shaped<'a> {
    /// Reads a mapping. Reports anything that is no mapping, unknown keys, and keys that must be there and are not.
    pub fn of(node: &'a Node, shape: &'static Shape, found: &mut Diagnostics) -> Option<Self> {
        Self::called(node, shape, shape.what.to_owned(), found)
    }

    /// The same for a thing with a name, which messages then tell: ``the activity `a` has no key `b` ``.
    pub fn named(node: &'a Node, shape: &'static Shape, name: &str, found: &mut Diagnostics) -> Option<Self> {
        Self::called(node, shape, format!("{} `{name}`", shape.what), found)
    }

    fn called(node: &'a Node, shape: &'static Shape, what: String, found: &mut Diagnostics) -> Option<Self> {
        let entries = node.mapping(&what, found)?;
        let mut fields = Self { shape, what, span: node.span, entries, variant: Variant::Unknown };
        let told = fields.decide(found);
        if shape.rest.is_none() {
            let unknown = fields.rest().filter(|entry| told != Some(entry.key.span));
            found.extend(unknown.map(|entry| fields.unknown(&entry.key)));
        }
        let certain = match fields.variant {
            Variant::Known(_, _, keys) => keys,
            Variant::Unknown => &[],
        };
        let needed = shape.keys.iter().chain(certain).filter(|key| key.required);
        for key in needed.filter(|key| fields.find(key.name).is_none() && !fields.is_misspelt(key.name)) {
            let one = Diagnostic::new(Id::MISSING_KEY, format!("{} needs `{}`", fields.what, key.name));
            found.push(one.label(fields.first(), format!("add `{}:`", key.name)));
        }
        Some(fields)
    }

    /// Finds out which further keys there are, and gives the place of a key that was already told to be wrong.
    fn decide(&mut self, found: &mut Diagnostics) -> Option<Span> {
        match &self.shape.further {
            Further::None => self.variant = Variant::Known(None, None, &[]),
            Further::OneOf(keys) | Further::AnyOf(keys) => self.variant = Variant::Known(None, None, keys),
            Further::ByWord { key, default, words } => {
                let entry = self.find(key);
                let word = entry.map_or(*default, |entry| entry.value.as_scalar().map(|scalar| scalar.text.as_str()));
                let brings =
                    |word: &str| words.iter().find(|(known, _)| *known == word).map_or(&[][..], |(_, keys)| keys);
                let known = word.filter(|word| entry.is_none() || self.words(key).contains(word));
                // The word itself is reported by who reads it.
                self.variant = known.map_or(Variant::Unknown, |word| Variant::Known(entry, None, brings(word)));
            }
            Further::ByKey(variants) => {
                let mut given = variants.iter().filter_map(|(key, keys)| Some((self.find(key.name)?, key, *keys)));
                match (given.next(), given.next()) {
                    (Some((entry, key, keys)), None) => self.variant = Variant::Known(Some(entry), Some(key), keys),
                    (Some((first, ..)), Some((second, ..))) => {
                        let (one, other) = (&first.key, &second.key);
                        let message = format!("{} has `{}` or `{}`, not both", self.what, one.value, other.value);
                        let told = Diagnostic::new(Id::WRONG_VALUE, message).at(other.span).and(one.span, "first");
                        found.push(told.help(format!("make {} of each", self.what)));
                    }
                    (None, _) => {
                        let names: Vec<&str> = variants.iter().map(|(key, _)| key.name).collect();
                        let message = format!("{} needs {}", self.what, one_of(names.iter().copied()));
                        let one = Diagnostic::new(Id::MISSING_KEY, message).help("add what it does");
                        let near = |entry: &'a Entry| Some((entry, nearest(&entry.key.value, names.iter().copied())?));
                        let Some((entry, near)) = self.rest().find_map(near) else {
                            found.push(one.at(self.first()));
                            return None;
                        };
                        let fix = Fix::rename(entry.key.span, &entry.key.value, names.iter().copied());
                        found.push(one.label(entry.key.span, format!("did you mean `{near}`?")).fix_if(fix));
                        return Some(entry.key.span);
                    }
                }
            }
        }
        None
    }

    /// Where the mapping stands.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The entry whose key or word decides which further keys there are.
    pub fn variant(&self) -> Option<&'a Entry> {
        match self.variant {
            Variant::Known(entry, ..) => entry,
            Variant::Unknown => None,
        }
    }

    /// The value of a key, or `None` if it is absent. A key with nothing behind it is present with a null node.
    pub fn node(&self, key: &'static str) -> Option<&'a Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value of a key that stands only beside some others; `None` where it stands beside none of them, which was reported.
    pub fn beside(&self, key: &'static str) -> Option<&'a Node> {
        debug_assert!(
            self.shape.keys.iter().chain(self.shape.all_further()).any(|known| known.name == key),
            "the shape `{}` has no key `{key}`",
            self.shape.name
        );
        self.form(key).and_then(|_| self.find(key)).map(|entry| &entry.value)
    }

    /// The entry of a key, for readers that need the key's place.
    pub fn entry(&self, key: &'static str) -> Option<&'a Entry> {
        self.expect(key, |_| true);
        self.find(key)
    }

    /// The text of a key.
    pub fn text(&self, key: &'static str, found: &mut Diagnostics) -> Option<Spanned<String>> {
        self.expect(key, |form| matches!(form, Form::Text | Form::Like(_)));
        let node = &self.find(key)?.value;
        // A notation is of text; a plain number or boolean that looks like it is a slip.
        let number = node.as_scalar().is_some_and(|scalar| !scalar.value().is_string());
        if number && matches!(self.form(key), Some(Form::Like(_))) {
            return node.wrong(&format!("`{key}`"), "text", found);
        }
        node.text(&format!("`{key}`"), found)
    }

    /// The texts of a key that takes a list of them, or a single one.
    pub fn texts(&self, key: &'static str, found: &mut Diagnostics) -> Vec<Spanned<String>> {
        self.expect(key, |form| matches!(form, Form::OneOrMany(Form::Text | Form::Like(_) | Form::Word(_))));
        self.find(key).map(|entry| entry.value.texts(&format!("`{key}`"), found)).unwrap_or_default()
    }

    /// The boolean of a key.
    pub fn boolean(&self, key: &'static str, found: &mut Diagnostics) -> Option<Spanned<bool>> {
        self.expect(key, |form| matches!(form, Form::Boolean));
        self.find(key)?.value.boolean(&format!("`{key}`"), found)
    }

    /// The whole number of a key, in the range that the shape gives.
    pub fn integer(&self, key: &'static str, found: &mut Diagnostics) -> Option<Spanned<i64>> {
        let (min, max) = match self.form(key) {
            Some(Form::Integer(min, max)) => (*min, *max),
            _ => {
                debug_assert!(false, "`{key}` of `{}` is no whole number", self.shape.name);
                (i64::MIN, i64::MAX)
            }
        };
        self.find(key)?.value.integer(&format!("`{key}`"), min, max, found)
    }

    /// The length of time of a key.
    pub fn duration(&self, key: &'static str, found: &mut Diagnostics) -> Option<Spanned<std::time::Duration>> {
        self.expect(key, |form| matches!(form, Form::Duration));
        self.find(key)?.value.duration(&format!("`{key}`"), found)
    }

    /// The word of a key.
    pub fn chosen(&self, key: &'static str, found: &mut Diagnostics) -> Option<Spanned<String>> {
        let Some(Form::Word(words)) = self.form(key) else {
            debug_assert!(false, "`{key}` of `{}` is no word", self.shape.name);
            return None;
        };
        let text = self.find(key)?.value.text(&format!("`{key}`"), found)?;
        words.read(&text, found).map(|_| text)
    }

    /// What the word of a key means, by the table from which the shape has its words.
    pub fn word<T: Copy>(
        &self,
        key: &'static str,
        table: &[(&'static str, T)],
        found: &mut Diagnostics,
    ) -> Option<Spanned<T>> {
        let Some(Form::Word(words)) = self.form(key) else {
            debug_assert!(false, "`{key}` of `{}` is no word", self.shape.name);
            return None;
        };
        let text = self.find(key)?.value.text(&format!("`{key}`"), found)?;
        words.mean(&text, table, found).map(|meaning| Spanned::new(meaning, text.span))
    }

    /// The entries of a key behind which the author chooses names.
    pub fn map(&self, key: &'static str, found: &mut Diagnostics) -> &'a [Entry] {
        self.expect(key, |form| matches!(form, Form::Map(..)));
        let entries = self.find(key).and_then(|entry| entry.value.mapping(&format!("`{key}`"), found));
        entries.unwrap_or_default()
    }

    /// The items of a key that takes a list.
    pub fn list(&self, key: &'static str, found: &mut Diagnostics) -> &'a [Node] {
        self.expect(key, |form| matches!(form, Form::List(_)));
        self.find(key).and_then(|entry| entry.value.sequence(&format!("`{key}`"), found)).unwrap_or_default()
    }

    /// The mapping behind a key, which has a shape of its own.
    pub fn inside(&self, key: &'static str, found: &mut Diagnostics) -> Option<Self> {
        let Some(Form::Shape(shape)) = self.form(key) else {
            debug_assert!(false, "`{key}` of `{}` has no shape", self.shape.name);
            return None;
        };
        Self::of(&self.find(key)?.value, shape, found)
    }

    /// The entries that are none of the shape's keys, for mappings in which the author chooses names.
    pub fn rest(&self) -> impl Iterator<Item = &'a Entry> + '_ {
        self.entries.iter().filter(|entry| !self.keys().any(|key| key.name == entry.key.value))
    }

    fn find(&self, key: &str) -> Option<&'a Entry> {
        self.entries.iter().find(|entry| entry.key.value == key)
    }

    /// Whether a key that is not known is probably this one, which is told as such.
    fn is_misspelt(&self, key: &str) -> bool {
        let known = || self.keys().map(|known| known.name);
        self.shape.rest.is_none() && self.rest().any(|entry| nearest(&entry.key.value, known()) == Some(key))
    }

    /// The place that is shown where something is missing.
    fn first(&self) -> Span {
        self.entries.first().map_or(self.span, |entry| entry.key.span)
    }

    /// The keys that this mapping may have.
    fn keys(&self) -> impl Iterator<Item = &'static Key> {
        let (deciding, known, any) = match self.variant {
            Variant::Known(_, key, keys) => (key, keys, None),
            Variant::Unknown => (None, &[][..], Some(self.shape.all_further())),
        };
        self.shape.keys.iter().chain(deciding).chain(known).chain(any.into_iter().flatten())
    }

    fn form(&self, key: &str) -> Option<&'static Form> {
        self.keys().find(|known| known.name == key).map(|known| &known.form)
    }

    /// Holds readers to the shape.
    fn expect(&self, key: &str, fits: impl FnOnce(&Form) -> bool) {
        debug_assert!(
            self.form(key).is_some_and(fits),
            "the shape `{}` has no key `{key}` with such a value",
            self.shape.name
        );
    }

    fn words(&self, key: &str) -> &'static [&'static str] {
        match self.shape.keys.iter().find(|known| known.name == key).map(|known| &known.form) {
            Some(Form::Word(words)) => words.words,
            _ => &[],
        }
    }

    /// A key that belongs beside others than the one that decides.
    fn misplaced(&self, key: &Spanned<String>) -> Option<Diagnostic> {
        let (Further::ByKey(cases), Some(entry)) = (&self.shape.further, self.variant()) else { return None };
        let others = cases.iter().filter(|(_, keys)| keys.iter().any(|known| known.name == key.value));
        let others: Vec<&str> = others.map(|(deciding, _)| deciding.name).collect();
        let message = format!("{} with `{}` has no `{}`", self.what, entry.key.value, key.value);
        let one = Diagnostic::new(Id::UNKNOWN_KEY, message).at(key.span).and(entry.key.span, "beside this");
        (!others.is_empty()).then(|| one.help(format!("it stands beside {}", one_of(others))))
    }

    fn unknown(&self, key: &Spanned<String>) -> Diagnostic {
        if let Some(one) = self.misplaced(key) {
            return one;
        }
        let one = Diagnostic::new(Id::UNKNOWN_KEY, format!("{} has no key `{}`", self.what, key.value));
        let known = || self.keys().map(|known| known.name);
        let one = one.fix_if(Fix::rename(key.span, &key.value, known().filter(|known| self.find(known).is_none())));
        match nearest(&key.value, known()) {
            Some(near) => one.label(key.span, format!("did you mean `{near}`?")),
            None => one.label(key.span, "unknown key").help(format!("known keys: {}", one_of(known()))),
        }
    }
}
