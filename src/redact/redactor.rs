use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use serde_json::{Map, Value};

use super::encoding::variants;
use super::personal::is_distinctive;
use super::view::View;
use super::{Personal, Secret, TooShort, cut, picture};

/// Bytes of a variant that the automaton holds; the rest of a longer one is compared where its head is found, so that a
/// secret the size of a document costs no more than a short one.
const HEAD: usize = 256;

/// Most values of personal data that one scenario learns to mask wherever they stand.
const MAX_LEARNT: usize = 1_000;

/// What a placeholder for a secret begins with, behind its bracket.
const SECRET: &str = "secret:";
/// The same for a value of personal data.
const PERSONAL: &str = "personal:";

/// Finds secrets in texts and masks them as `[secret:NAME]`, values of personal data as `[personal:FIELD]`, and encoded
/// images as `[image:KIND]`. A clone is cheap: what the run knows is shared, what a scenario adds is its own.
///
/// A secret is found as it is; percent-encoded, JSON-escaped and escaped for HTML or XML in any manner, also twice; in Base64,
/// standard and URL-safe, wherever it stands in the encoded text; and in hexadecimal. Where secrets overlap, all of them are
/// masked together under the name of the longest. Before and behind the `…` of a text that was cut, a part of a secret is
/// masked too.
#[derive(Clone, Default)]
pub struct Redactor {
    run: Arc<Secrets>,
    own: Secrets,
    personal: Arc<Personal>,
    learnt: usize,
}

#[derive(Clone, Default)]
struct Secrets {
    /// Text and label.
    texts: Arc<HashMap<String, String>>,
    labels: Arc<BTreeSet<String>>,
    search: OnceLock<Arc<Search>>,
}

struct Search {
    heads: AhoCorasick,
    variants: Vec<Variant>,
}

pub(super) struct Variant {
    pub(super) bytes: Vec<u8>,
    label: String,
}

/// A place to be masked, and the label of what is there.
#[derive(Clone, Copy)]
struct Found<'a> {
    start: usize,
    end: usize,
    /// Length of the longest part, which gives the label.
    len: usize,
    label: &'a str,
}

impl Redactor {
    /// A redactor that knows no secret.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a secret of the run, to be shared by all clones made afterwards.
    pub fn with(&self, name: &str, secret: &Secret) -> Self {
        let mut with = self.clone();
        Arc::make_mut(&mut with.run).add(format!("{SECRET}{name}"), secret.expose());
        with
    }

    /// Takes a declaration of what is personal data, beside those it has.
    pub fn declaring(&self, personal: &Personal) -> Self {
        let mut with = self.clone();
        Arc::make_mut(&mut with.personal).extend(personal);
        with
    }

    /// What is personal data.
    pub fn personal(&self) -> &Personal {
        &self.personal
    }

    /// Adds a text that became secret. One that is known already keeps its first name.
    ///
    /// # Errors
    /// If it is too short to be a secret; it is not added then.
    pub fn add(&mut self, name: &str, text: &str) -> Result<(), TooShort> {
        let secret = Secret::new(text)?;
        if !self.run.texts.contains_key(text) {
            self.own.add(format!("{SECRET}{name}"), secret.expose());
        }
        Ok(())
    }

    /// Learns the values of personal data in a document, to mask them wherever they stand from now on.
    pub fn learn(&mut self, document: &Value) {
        let personal = Arc::clone(&self.personal);
        personal.visit(document, &mut |field, text| self.learn_value(field, text));
    }

    /// Learns one value of personal data. One that cannot be told from an ordinary word is masked in its own place alone.
    pub fn learn_value(&mut self, field: &str, text: &str) {
        if self.learnt >= MAX_LEARNT || !is_distinctive(text) || self.own.texts.contains_key(text) {
            return;
        }
        self.learnt += 1;
        // Documents write names in capitals.
        for text in [text.to_owned(), text.to_uppercase(), text.to_lowercase()] {
            if !self.run.texts.contains_key(&text) {
                self.own.add(format!("{PERSONAL}{field}"), &text);
            }
        }
    }

    /// What stands in the place of a value of personal data.
    pub fn placeholder(field: &str) -> String {
        format!("[{PERSONAL}{field}]")
    }

    /// Everything that is to be kept out of outputs: labels and texts.
    pub fn known(&self) -> impl Iterator<Item = (&str, &str)> {
        let of_run = self.run.texts.iter().map(|(text, label)| (label.as_str(), text.as_str()));
        of_run.chain(self.known_here())
    }

    /// The same without what the run knew before this scenario began.
    pub fn known_here(&self) -> impl Iterator<Item = (&str, &str)> {
        self.own.texts.iter().map(|(text, label)| (label.as_str(), text.as_str()))
    }

    /// The text without its secrets.
    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.mask_bytes(text.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            // Secrets are whole characters, so nothing is ever lost here.
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }

    /// Bytes, of a body that need not be text, without their secrets.
    pub fn mask_bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let found = self.find(bytes);
        if found.is_empty() {
            return Cow::Borrowed(bytes);
        }
        let (mut masked, mut at) = (Vec::with_capacity(bytes.len()), 0);
        for one in found {
            masked.extend_from_slice(&bytes[at..one.start]);
            masked.push(b'[');
            masked.extend_from_slice(one.label.as_bytes());
            masked.push(b']');
            at = one.end;
        }
        masked.extend_from_slice(&bytes[at..]);
        Cow::Owned(masked)
    }

    /// JSON without secrets in its strings, keys and numbers, and without the values of personal data; a number that is
    /// masked becomes text.
    pub fn mask_json(&self, value: Value) -> Value {
        match value {
            Value::String(text) => match self.mask(&text) {
                Cow::Owned(masked) => Value::String(masked),
                Cow::Borrowed(_) => Value::String(text),
            },
            Value::Number(number) => match self.mask(&number.to_string()) {
                Cow::Owned(masked) => Value::String(masked),
                Cow::Borrowed(_) => Value::Number(number),
            },
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.mask_json(item)).collect()),
            Value::Object(entries) => Value::Object(self.mask_members(entries)),
            other => other,
        }
    }

    fn mask_members(&self, entries: Map<String, Value>) -> Map<String, Value> {
        let masked = entries.into_iter().map(|(name, item)| {
            let item = match self.personal.field(&name) {
                Some(field) if Personal::tells(&item) => Value::String(Self::placeholder(field)),
                _ => self.mask_json(item),
            };
            (self.mask(&name).into_owned(), item)
        });
        masked.collect()
    }

    /// Whether a text holds anything that is to be masked, in any form.
    pub fn contains(&self, text: &str) -> bool {
        !self.find(text.as_bytes()).is_empty()
    }

    /// Whether a text holds a secret in any form.
    pub fn contains_secret(&self, text: &str) -> bool {
        self.find(text.as_bytes()).iter().any(|found| found.label.starts_with(SECRET))
    }

    /// Every place that is to be masked, in order, apart from each other.
    fn find<'s>(&'s self, bytes: &[u8]) -> Vec<Found<'s>> {
        let knows = !(self.run.texts.is_empty() && self.own.texts.is_empty());
        if !knows && !picture::may_hold(bytes) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for view in View::all(bytes) {
            if knows {
                let masked = self.placeholders(&view.bytes);
                for secrets in [&*self.run, &self.own] {
                    secrets.find(&view, &masked, &mut found);
                }
            }
            for (start, end, label) in picture::encoded(&view.bytes) {
                let (start, end) = view.origin(start, end);
                found.push(Found { start, end, len: end - start, label });
            }
        }
        join(found)
    }

    /// Places that were masked before. Only labels that are known count, else a text could hide a secret in brackets.
    fn placeholders(&self, text: &[u8]) -> Vec<(usize, usize)> {
        let mut places = Vec::new();
        let mut from = 0;
        for open in memchr::memchr_iter(b'[', text) {
            let rest = &text[open + 1..];
            if open < from || ![SECRET, PERSONAL].iter().any(|kind| rest.starts_with(kind.as_bytes())) {
                continue;
            }
            let mut labels = self.run.labels.iter().chain(self.own.labels.iter()).map(String::as_bytes);
            let known = labels.find(|label| rest.starts_with(label) && rest.get(label.len()) == Some(&b']'));
            if let Some(label) = known {
                from = open + label.len() + 2;
                places.push((open, from));
            }
        }
        places
    }
}

impl Secrets {
    fn add(&mut self, label: String, text: &str) {
        if !self.texts.contains_key(text) {
            Arc::make_mut(&mut self.labels).insert(label.clone());
            Arc::make_mut(&mut self.texts).insert(text.to_owned(), label);
            self.search = OnceLock::new();
        }
    }

    fn find<'s>(&'s self, view: &View, masked: &[(usize, usize)], found: &mut Vec<Found<'s>>) {
        if self.texts.is_empty() {
            return;
        }
        let search = self.search.get_or_init(|| Arc::new(Search::new(&self.texts)));
        let mut compared: Vec<usize> = Vec::new();
        for head in search.heads.find_overlapping_iter(&*view.bytes) {
            let variant = &search.variants[head.pattern().as_usize()];
            let mut end = head.end();
            if variant.bytes.len() > HEAD {
                compared.resize(search.variants.len(), 0);
                let compared = &mut compared[head.pattern().as_usize()];
                // Comparing again inside of what was compared would make a text of equal bytes quadratic.
                if head.start() >= *compared {
                    let rest = view.bytes[end..].iter().zip(&variant.bytes[HEAD..]);
                    end += rest.take_while(|(left, right)| left == right).count();
                    *compared = end;
                }
            }
            let after = masked.partition_point(|(_, masked_end)| *masked_end <= head.start());
            if masked.get(after).is_some_and(|(masked_start, _)| *masked_start < end) {
                continue;
            }
            let (start, end) = view.origin(head.start(), end);
            found.push(Found { start, end, len: end - start, label: &variant.label });
        }
        for (start, end, variant) in cut::parts(&view.bytes, &search.variants) {
            let after = masked.partition_point(|(_, masked_end)| *masked_end <= start);
            if masked.get(after).is_none_or(|(masked_start, _)| end <= *masked_start) {
                let (start, end) = view.origin(start, end);
                found.push(Found { start, end, len: end - start, label: &variant.label });
            }
        }
    }
}

impl Search {
    fn new(texts: &HashMap<String, String>) -> Self {
        let of = |(text, label): (&String, &String)| {
            let label = label.clone();
            variants(text).into_iter().map(move |bytes| Variant { bytes, label: label.clone() }).collect::<Vec<_>>()
        };
        let variants: Vec<Variant> = texts.iter().flat_map(of).collect();
        let heads = variants.iter().map(|variant| &variant.bytes[..variant.bytes.len().min(HEAD)]);
        let heads = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(heads)
            .expect("heads are short and there are fewer than 2^31 bytes of them");
        Self { heads, variants }
    }
}

/// Joins places that overlap, so that no end of one is left beside another.
fn join(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by_key(|one| (one.start, std::cmp::Reverse(one.end), one.label));
    let mut joined: Vec<Found> = Vec::new();
    for one in found {
        match joined.last_mut() {
            Some(last) if one.start < last.end => {
                last.end = last.end.max(one.end);
                if one.len > last.len {
                    (last.len, last.label) = (one.len, one.label);
                }
            }
            _ => joined.push(one),
        }
    }
    joined
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels = self.run.labels.iter().chain(self.own.labels.iter());
        f.debug_tuple("Redactor").field(&labels.collect::<Vec<_>>()).finish()
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
