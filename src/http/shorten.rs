use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::redact::{Personal, Redactor};

/// Most characters of a string inside JSON.
pub(super) const STRING: usize = 200;
/// Most elements of an array that are kept.
pub(super) const ARRAY: usize = 50;
/// Most values of one JSON body that are kept, over all its levels.
pub(super) const VALUES: usize = 2_000;
/// Most bytes of a text body that are kept.
pub(super) const TEXT: usize = 4 << 10;

/// JSON as events carry it: secrets masked, long strings, arrays and bodies cut, images described.
pub(super) fn json(value: &Value, redactor: &Redactor) -> Value {
    let placed = redactor.personal().without_places(value);
    Walk { redactor, left: VALUES }.value(placed.as_ref().unwrap_or(value))
}

/// The beginning of a text with its secrets masked, and whether it was cut.
pub(super) fn text(text: &str, redactor: &Redactor) -> (String, bool) {
    // Masked first: half a secret would not be recognised.
    let masked = redactor.mask(text);
    let end = masked.floor_char_boundary(TEXT);
    (masked[..end].to_owned(), end < masked.len())
}

/// `(image/jpeg, 4711 bytes, sha256 ab12cd34…)`
pub(super) fn describe(media: &str, bytes: &[u8]) -> String {
    format!("({media}, {} bytes, sha256 {}…)", bytes.len(), &sha256(bytes)[..12])
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}

/// The bytes that a string stands for, if it is base64 of some length, alone or in a `data:` URL.
pub(super) fn decoded(text: &str) -> Option<Vec<u8>> {
    let encoded = encoded(text)?;
    STANDARD.decode(encoded).or_else(|_| STANDARD_NO_PAD.decode(encoded)).ok()
}

/// The media type of the file that a string stands for in base64, by its beginning alone.
pub(super) fn base64_of(text: &str) -> Option<&'static str> {
    let head = encoded(text)?.as_bytes();
    media_of(&STANDARD.decode(&head[..24]).ok()?)
}

fn encoded(text: &str) -> Option<&str> {
    let encoded = match text.strip_prefix("data:") {
        Some(url) => url.split_once(";base64,")?.1,
        None => text,
    };
    // Short texts are words more often than files.
    (encoded.len() >= 64).then_some(encoded)
}

/// The media type by the first bytes; `None` if they are no known kind of file.
pub(super) fn media_of(bytes: &[u8]) -> Option<&'static str> {
    const KNOWN: [(usize, &[u8], &str); 8] = [
        (0, b"\xff\xd8\xff", "image/jpeg"),
        (0, b"\x89PNG\r\n\x1a\n", "image/png"),
        (0, b"GIF8", "image/gif"),
        (8, b"WEBP", "image/webp"),
        (4, b"ftyp", "video/mp4"),
        (0, b"%PDF-", "application/pdf"),
        (0, b"PK\x03\x04", "application/zip"),
        (0, b"\x1a\x45\xdf\xa3", "video/webm"),
    ];
    let starts = |(at, magic, _): &&(usize, &[u8], &str)| bytes.get(*at..).is_some_and(|rest| rest.starts_with(magic));
    KNOWN.iter().find(starts).map(|(_, _, media)| *media)
}

struct Walk<'a> {
    redactor: &'a Redactor,
    left: usize,
}

impl Walk<'_> {
    fn value(&mut self, value: &Value) -> Value {
        self.left = self.left.saturating_sub(1);
        match value {
            Value::String(text) => Value::String(self.string(text)),
            Value::Array(items) => self.array(items),
            Value::Object(members) => self.object(members),
            Value::Number(number) => {
                // A secret of digits may have become a number on its way.
                let plain = number.to_string();
                let masked = self.redactor.mask(&plain);
                if masked == plain { value.clone() } else { Value::String(masked.into_owned()) }
            }
            Value::Null | Value::Bool(_) => value.clone(),
        }
    }

    fn string(&self, text: &str) -> String {
        if let Some(media) = base64_of(text)
            && let Some(bytes) = decoded(text)
        {
            return describe(media, &bytes);
        }
        let masked = self.redactor.mask(text);
        match masked.char_indices().nth(STRING) {
            None => masked.into_owned(),
            Some((end, _)) => format!("{}… ({} characters)", &masked[..end], text.chars().count()),
        }
    }

    fn array(&mut self, items: &[Value]) -> Value {
        let mut kept = Vec::new();
        for item in items.iter().take(ARRAY) {
            if self.left == 0 {
                break;
            }
            kept.push(self.value(item));
        }
        if kept.len() < items.len() {
            kept.push(Value::String(format!("… ({} elements)", items.len())));
        }
        Value::Array(kept)
    }

    fn object(&mut self, members: &Map<String, Value>) -> Value {
        let mut kept = Map::new();
        for (name, value) in members {
            if self.left == 0 {
                kept.insert("…".to_owned(), Value::String(format!("({} members)", members.len())));
                break;
            }
            let value = match self.redactor.personal().field(name) {
                Some(field) if Personal::tells(value) => Value::String(Redactor::placeholder(field)),
                _ => self.value(value),
            };
            kept.insert(self.string(name), value);
        }
        Value::Object(kept)
    }
}
