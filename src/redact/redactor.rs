use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use serde_json::Value;

use super::encoding::variants;
use super::view::View;
use super::{Secret, TooShort};

/// Bytes of a variant that the automaton holds; the rest of a longer one is compared where its head is found, so that a
/// secret the size of a document costs no more than a short one.
const HEAD: usize = 256;

const OPEN: &[u8] = b"[secret:";

/// Finds secrets in texts and masks them as `[secret:NAME]`. A clone is cheap: the secrets of the run are shared, those that
/// a scenario adds are its own.
///
/// A secret is found as it is; percent-encoded and JSON-escaped in any manner, also twice; in Base64, standard and URL-safe,
/// wherever it stands in the encoded text; and in hexadecimal. Where secrets overlap, all of them are masked together
/// under the name of the longest.
#[derive(Clone, Default)]
pub struct Redactor {
    run: Arc<Secrets>,
    own: Secrets,
}

#[derive(Clone, Default)]
struct Secrets {
    /// Text and name.
    texts: Arc<HashMap<String, String>>,
    search: OnceLock<Arc<Search>>,
}

struct Search {
    heads: AhoCorasick,
    variants: Vec<Variant>,
}

struct Variant {
    bytes: Vec<u8>,
    name: String,
}

/// A place to be masked, and the name of what is there.
#[derive(Clone, Copy)]
struct Found<'a> {
    start: usize,
    end: usize,
    /// Length of the longest part, which gives the name.
    len: usize,
    name: &'a str,
}

impl Redactor {
    /// A redactor that knows no secret.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a secret of the run, to be shared by all clones made afterwards.
    pub fn with(&self, name: &str, secret: &Secret) -> Self {
        let mut with = self.clone();
        Arc::make_mut(&mut with.run).add(name, secret.expose());
        with
    }

    /// Adds a text that became secret. One that is known already keeps its first name.
    ///
    /// # Errors
    /// If it is too short to be a secret; it is not added then.
    pub fn add(&mut self, name: &str, text: &str) -> Result<(), TooShort> {
        let secret = Secret::new(text)?;
        if !self.run.texts.contains_key(text) {
            self.own.add(name, secret.expose());
        }
        Ok(())
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
            masked.extend_from_slice(OPEN);
            masked.extend_from_slice(one.name.as_bytes());
            masked.push(b']');
            at = one.end;
        }
        masked.extend_from_slice(&bytes[at..]);
        Cow::Owned(masked)
    }

    /// JSON without secrets in its strings, keys and numbers; a number with a secret in it becomes text.
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
            Value::Object(entries) => {
                let entries =
                    entries.into_iter().map(|(key, item)| (self.mask(&key).into_owned(), self.mask_json(item)));
                Value::Object(entries.collect())
            }
            other => other,
        }
    }

    /// Whether a text holds a secret in any form.
    pub fn contains(&self, text: &str) -> bool {
        self.contains_bytes(text.as_bytes())
    }

    /// Whether bytes hold a secret in any form.
    pub fn contains_bytes(&self, bytes: &[u8]) -> bool {
        !self.find(bytes).is_empty()
    }

    /// Every place that is to be masked, in order, apart from each other.
    fn find<'s>(&'s self, bytes: &[u8]) -> Vec<Found<'s>> {
        if self.run.texts.is_empty() && self.own.texts.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for view in View::all(bytes) {
            let masked = self.placeholders(&view.bytes);
            for secrets in [&*self.run, &self.own] {
                secrets.find(&view, &masked, &mut found);
            }
        }
        join(found)
    }

    /// Places that were masked before. Only names that are known count, else a text could hide a secret in brackets.
    fn placeholders(&self, text: &[u8]) -> Vec<(usize, usize)> {
        let mut places = Vec::new();
        let mut at = 0;
        while let Some(found) = memchr::memmem::find(&text[at..], OPEN) {
            let start = at + found;
            let name = start + OPEN.len();
            let known = self
                .names()
                .map(str::as_bytes)
                .find(|known| text[name..].starts_with(known) && text.get(name + known.len()) == Some(&b']'));
            at = known.map_or(name, |known| name + known.len() + 1);
            if known.is_some() {
                places.push((start, at));
            }
        }
        places
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.run.texts.values().chain(self.own.texts.values()).map(String::as_str)
    }
}

impl Secrets {
    fn add(&mut self, name: &str, text: &str) {
        if !self.texts.contains_key(text) {
            Arc::make_mut(&mut self.texts).insert(text.to_owned(), name.to_owned());
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
            found.push(Found { start, end, len: end - start, name: &variant.name });
        }
    }
}

impl Search {
    fn new(texts: &HashMap<String, String>) -> Self {
        let of = |(text, name): (&String, &String)| {
            let name = name.clone();
            variants(text).into_iter().map(move |bytes| Variant { bytes, name: name.clone() }).collect::<Vec<_>>()
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
    found.sort_by_key(|one| (one.start, std::cmp::Reverse(one.end), one.name));
    let mut joined: Vec<Found> = Vec::new();
    for one in found {
        match joined.last_mut() {
            Some(last) if one.start < last.end => {
                last.end = last.end.max(one.end);
                if one.len > last.len {
                    (last.len, last.name) = (one.len, one.name);
                }
            }
            _ => joined.push(one),
        }
    }
    joined
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Redactor").field(&self.names().collect::<Vec<_>>()).finish()
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
