use serde_json::Value;

use super::request::{Part, Request, RequestBody, SentFile};
use super::{personal, shorten};
use crate::redact::{Personal, Redactor};

/// Most bytes of a body inside a curl line; a longer one is shortened and the line says so.
const BODY: usize = 8 << 10;

/// A command line that sends the same request: quoted for a POSIX shell, secrets as environment variables, files by path.
pub(super) fn line(request: &Request, url: &str, redactor: &Redactor) -> String {
    let mut words = vec!["curl".to_owned()];
    let mut shortened = false;
    let has_body = request.body != RequestBody::None;
    if has_body || request.method != "GET" {
        words.push(format!("-X {}", Words::of(&request.method, redactor)));
    }
    // Brackets and braces would be patterns to curl.
    if url.contains(['[', ']', '{', '}']) {
        words.push("-g".to_owned());
    }
    words.push(Words::of(url, redactor).to_string());
    for (name, value) in super::record::sent_headers(request) {
        // To curl, `name:` takes a header away; `name;` sends it empty.
        let header = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
        words.push(format!("-H {}", Words::of(&header, redactor)));
    }
    match &request.body {
        RequestBody::None => {}
        RequestBody::Json(value) => {
            let mut body = Words { redactor, parts: Vec::new() };
            let placed = redactor.personal().without_places(value);
            body.json(placed.as_ref().unwrap_or(value), &request.files);
            if body.literal_bytes() > BODY {
                shortened = true;
                body = Words::of(&shorten::json(value, redactor).to_string(), redactor);
            }
            words.push(format!("--data-raw {body}"));
        }
        RequestBody::Bytes { media, bytes } => match (file_of(bytes, &request.files), std::str::from_utf8(bytes)) {
            (Some(file), _) => words.push(format!("--data-binary {}", Words::of(&format!("@{}", file.path), redactor))),
            (None, Ok(text)) if media == personal::FORM && text.len() <= BODY => {
                let text = personal::pairs(text, redactor.personal());
                words.push(format!("--data-raw {}", Words::of(&text, redactor)));
            }
            (None, Ok(text)) if text.len() <= BODY => words.push(format!("--data-raw {}", Words::of(text, redactor))),
            (None, Ok(text)) => {
                shortened = true;
                words.push(format!("--data-raw {}", Words::of(&shorten::text(text, redactor).0, redactor)));
            }
            (None, Err(_)) => {
                shortened = true;
                words.push("--data-binary @body.bin".to_owned());
            }
        },
        RequestBody::Multipart(parts) => {
            for part in parts {
                let (word, whole) = form_word(part, &request.files, redactor);
                shortened |= !whole;
                words.push(word);
            }
        }
    }
    if shortened {
        words.push("# the body is not whole here".to_owned());
    }
    words.join(" ")
}

fn form_word(part: &Part, files: &[SentFile], redactor: &Redactor) -> (String, bool) {
    let media = part.media.as_ref().map(|media| format!(";type={media}")).unwrap_or_default();
    if let Some(field) = redactor.personal().field(&part.name) {
        let word = format!("{}={}", part.name, Redactor::placeholder(field));
        return (format!("--form-string {}", Words::of(&word, redactor)), true);
    }
    if let Some(file) = file_of(&part.bytes, files) {
        let name = part.file_name.as_ref().map(|name| format!(";filename={}", form_text(name))).unwrap_or_default();
        let word = format!("{}=@{}{media}{name}", part.name, form_text(&file.path));
        return (format!("-F {}", Words::of(&word, redactor)), true);
    }
    match std::str::from_utf8(&part.bytes) {
        Ok(text) if text.len() <= BODY => {
            (format!("--form-string {}", Words::of(&format!("{}={text}", part.name), redactor)), true)
        }
        _ => (format!("-F {}", Words::of(&format!("{}=@part.bin{media}", part.name), redactor)), false),
    }
}

/// A path or name inside curl's `-F`, quoted in its way where it holds a character that would end it.
fn form_text(text: &str) -> String {
    if text.contains([';', ',', '"']) {
        format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
    } else {
        text.to_owned()
    }
}

fn file_of<'a>(bytes: &[u8], files: &'a [SentFile]) -> Option<&'a SentFile> {
    if files.is_empty() {
        return None;
    }
    let sha256 = shorten::sha256(bytes);
    files.iter().find(|file| file.sha256 == sha256)
}

/// One word of a shell command in the making: literal text, and pieces that the shell puts in.
struct Words<'a> {
    redactor: &'a Redactor,
    parts: Vec<Piece>,
}

enum Piece {
    Literal(String),
    /// The file as base64.
    File(String),
}

impl<'a> Words<'a> {
    fn of(text: &str, redactor: &'a Redactor) -> Self {
        Self { redactor, parts: vec![Piece::Literal(text.to_owned())] }
    }

    fn literal_bytes(&self) -> usize {
        let bytes = |piece: &Piece| if let Piece::Literal(text) = piece { text.len() } else { 0 };
        self.parts.iter().map(bytes).sum()
    }

    fn push(&mut self, text: &str) {
        match self.parts.last_mut() {
            Some(Piece::Literal(last)) => last.push_str(text),
            _ => self.parts.push(Piece::Literal(text.to_owned())),
        }
    }

    /// Compact JSON in which the files' content stands by path.
    fn json(&mut self, value: &Value, files: &[SentFile]) {
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.push(if index == 0 { "[" } else { "," });
                    self.json(item, files);
                }
                self.push(if items.is_empty() { "[]" } else { "]" });
            }
            Value::Object(members) => {
                for (index, (name, member)) in members.iter().enumerate() {
                    self.push(if index == 0 { "{" } else { "," });
                    self.push(&Value::String(name.clone()).to_string());
                    self.push(":");
                    match self.redactor.personal().field(name) {
                        Some(field) if Personal::tells(member) => {
                            self.push(&Value::String(Redactor::placeholder(field)).to_string());
                        }
                        _ => self.json(member, files),
                    }
                }
                self.push(if members.is_empty() { "{}" } else { "}" });
            }
            Value::String(text) => {
                let bytes = if files.is_empty() { None } else { shorten::decoded(text) };
                match bytes.and_then(|bytes| file_of(&bytes, files)) {
                    Some(file) => {
                        let prefix = text.find(";base64,").map_or("", |at| &text[..at + ";base64,".len()]);
                        self.push(&format!("\"{prefix}"));
                        self.parts.push(Piece::File(file.path.clone()));
                        self.push("\"");
                    }
                    None => self.push(&value.to_string()),
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => self.push(&value.to_string()),
        }
    }
}

impl std::fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for piece in &self.parts {
            match piece {
                Piece::File(path) => {
                    // Without options: the versions of base64 differ in those for line breaks.
                    write!(f, "\"$(base64 < {} | tr -d '\\n')\"", quoted(path))?;
                }
                Piece::Literal(text) => {
                    let masked = self.redactor.mask(text);
                    let mut rest: &str = &masked;
                    while let Some((before, name, after)) = next_secret(rest) {
                        if !before.is_empty() {
                            f.write_str(&quoted(before))?;
                        }
                        write!(f, "\"${}\"", variable(name))?;
                        rest = after;
                    }
                    if !rest.is_empty() || masked.is_empty() {
                        f.write_str(&quoted(rest))?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Splits masked text at the first secret: what stands before it, its name, what stands after it.
fn next_secret(masked: &str) -> Option<(&str, &str, &str)> {
    const OPEN: &str = "[secret:";
    let mut from = 0;
    while let Some(at) = masked[from..].find(OPEN).map(|at| from + at) {
        let name = &masked[at + OPEN.len()..];
        let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || "_.-".contains(c)));
        match end {
            Some(end) if end > 0 && name[end..].starts_with(']') => {
                return Some((&masked[..at], &name[..end], &name[end + 1..]));
            }
            _ => from = at + OPEN.len(),
        }
    }
    None
}

/// The environment variable that stands for a secret: itself where the secret has the name of one.
fn variable(secret: &str) -> String {
    if secret.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_') {
        return secret.to_owned();
    }
    let plain = secret.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
    format!("FLOWPROOF_{}", plain.collect::<String>())
}

/// `text` as one word for a POSIX shell; bare where it needs no quotes.
fn quoted(text: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,".contains(c);
    if !text.is_empty() && text.chars().all(bare) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
#[path = "tests/curl.rs"]
mod tests;
