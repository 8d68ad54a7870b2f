use std::collections::HashMap;

use regex::{Regex, RegexBuilder};

/// Largest compiled form of a regular expression, in bytes.
const SIZE_LIMIT: usize = 1 << 20;

/// The regular expressions that are written in a JSONPath, by text and by whether they must match the whole.
#[derive(Clone, Debug, Default)]
pub(super) struct Patterns(HashMap<(bool, String), Regex>);

impl Patterns {
    pub(super) fn add(&mut self, pattern: &str, whole: bool) -> Result<(), String> {
        let regex = compile(pattern, whole)?;
        self.0.insert((whole, pattern.to_owned()), regex);
        Ok(())
    }

    /// Whether `text` matches. A pattern that comes from the document and is no I-Regexp matches nothing (RFC 9535,
    /// section 2.4.6).
    pub(super) fn matches(&self, pattern: &str, text: &str, whole: bool) -> bool {
        match self.0.get(&(whole, pattern.to_owned())) {
            Some(regex) => regex.is_match(text),
            None => compile(pattern, whole).is_ok_and(|regex| regex.is_match(text)),
        }
    }
}

fn compile(pattern: &str, whole: bool) -> Result<Regex, String> {
    let translated = translate(pattern)?;
    let anchored = if whole { format!("^(?:{translated})$") } else { translated };
    let regex = RegexBuilder::new(&anchored).size_limit(SIZE_LIMIT).nest_limit(64).build();
    regex.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => format!("it is larger than {SIZE_LIMIT} bytes when compiled"),
        _ => "it is not well-formed".to_owned(),
    })
}

/// An I-Regexp (RFC 9485) in the notation of `regex`: a dot matches neither line feed nor carriage return.
fn translate(pattern: &str) -> Result<String, String> {
    let mut translated = String::with_capacity(pattern.len());
    let mut in_class = false;
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(c) if c.is_ascii_alphanumeric() && !matches!(c, 'n' | 'r' | 't' | 'p' | 'P') => {
                    return Err(format!("I-Regexp (RFC 9485) has no `\\{c}`"));
                }
                Some(escaped) => translated.extend(['\\', escaped]),
                None => return Err("it ends in a backslash".to_owned()),
            },
            '(' if !in_class && chars.peek() == Some(&'?') => {
                return Err("I-Regexp (RFC 9485) has no `(?`".to_owned());
            }
            '.' if !in_class => translated.push_str("[^\\n\\r]"),
            '[' if !in_class => {
                in_class = true;
                translated.push('[');
            }
            ']' if in_class => {
                in_class = false;
                translated.push(']');
            }
            // Inside a class `regex` gives these a meaning of their own: nested classes and set operations.
            '[' | '&' | '~' if in_class => translated.extend(['\\', c]),
            _ => translated.push(c),
        }
    }
    Ok(translated)
}
