use std::ops::Range;

/// A name in an expression and the bytes it covers.
#[derive(Debug, PartialEq)]
pub(super) struct Name {
    /// Its segments: `["vars", "applicant"]`; a filter or test has one.
    pub(super) path: Vec<String>,
    /// Where it stands in the scanned text.
    pub(super) range: Range<usize>,
}

/// The names that an expression mentions. The engine knows them too, but not where they stand, nor filters and functions
/// before they run.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Names {
    pub(super) paths: Vec<Name>,
    pub(super) calls: Vec<Name>,
    pub(super) filters: Vec<Name>,
    pub(super) tests: Vec<Name>,
}

const WORDS: [&str; 13] =
    ["and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None"];

#[derive(Clone, Copy, PartialEq)]
enum Before {
    Other,
    Dot,
    Pipe,
    Is,
}

/// Scans one expression, or what stands in one `{% … %}`, that the engine has accepted.
pub(super) fn scan(source: &str, base: usize, names: &mut Names) {
    let bytes = source.as_bytes();
    let (mut at, mut depth, mut before) = (0, 0usize, Before::Other);
    while at < bytes.len() {
        let byte = bytes[at];
        match byte {
            b'\'' | b'"' => at = string_end(bytes, at),
            b'0'..=b'9' => {
                at = word_end(bytes, at);
                if bytes.get(at) == Some(&b'.') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
                    at = word_end(bytes, at + 1);
                }
            }
            _ if is_word(byte) => {
                let end = word_end(bytes, at);
                let word = &source[at..end];
                let single = || Name { path: vec![word.to_owned()], range: base + at..base + end };
                match before {
                    Before::Dot => {}
                    Before::Pipe => names.filters.push(single()),
                    Before::Is if word == "not" => {
                        at = end;
                        continue;
                    }
                    Before::Is if word != "in" => names.tests.push(single()),
                    _ if word == "is" => {
                        before = Before::Is;
                        at = end;
                        continue;
                    }
                    _ if WORDS.contains(&word) => {}
                    _ => {
                        let (mut path, end) = chain(source, at);
                        let range = base + at..base + end;
                        let next = skip_space(bytes, end);
                        at = end;
                        before = Before::Other;
                        match (bytes.get(next), bytes.get(next + 1)) {
                            (Some(b'('), _) => {
                                if path.len() > 1 {
                                    let owner = path[..path.len() - 1].to_vec();
                                    names.paths.push(Name { path: owner, range: range.clone() });
                                }
                                names.calls.push(Name { path: std::mem::take(&mut path), range });
                            }
                            // The name of an argument.
                            (Some(b'='), next) if next != Some(&b'=') && depth > 0 => {}
                            _ => names.paths.push(Name { path, range }),
                        }
                        continue;
                    }
                }
                at = end;
            }
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            _ => {
                match byte {
                    b'(' | b'[' | b'{' => depth += 1,
                    b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                at += 1;
                before = match byte {
                    b'.' => Before::Dot,
                    b'|' => Before::Pipe,
                    _ => Before::Other,
                };
                continue;
            }
        }
        before = Before::Other;
    }
}

/// How many words, strings and signs stand in an expression.
pub(super) fn tokens(source: &str) -> usize {
    let bytes = source.as_bytes();
    let (mut at, mut count) = (0, 0);
    while at < bytes.len() {
        count += usize::from(!bytes[at].is_ascii_whitespace());
        at = match bytes[at] {
            b'\'' | b'"' => string_end(bytes, at),
            byte if is_word(byte) => word_end(bytes, at),
            _ => at + 1,
        };
    }
    count
}

/// The name that begins at `at` with the attributes and constant subscripts behind it, and where it ends.
fn chain(source: &str, start: usize) -> (Vec<String>, usize) {
    let bytes = source.as_bytes();
    let mut end = word_end(bytes, start);
    let mut path = vec![source[start..end].to_owned()];
    loop {
        let at = skip_space(bytes, end);
        match bytes.get(at) {
            Some(b'.') => {
                let from = skip_space(bytes, at + 1);
                let to = word_end(bytes, from);
                if from == to {
                    return (path, end);
                }
                path.push(source[from..to].to_owned());
                end = to;
            }
            Some(b'[') => {
                let from = skip_space(bytes, at + 1);
                let (segment, to) = match bytes.get(from) {
                    Some(b'\'' | b'"') => {
                        let to = string_end(bytes, from);
                        (source.get(from + 1..to.saturating_sub(1)).unwrap_or_default(), to)
                    }
                    Some(b'0'..=b'9') => {
                        let to = word_end(bytes, from);
                        (&source[from..to], to)
                    }
                    _ => return (path, end),
                };
                let close = skip_space(bytes, to);
                if bytes.get(close) != Some(&b']') || segment.contains('\\') {
                    return (path, end);
                }
                path.push(segment.to_owned());
                end = close + 1;
            }
            _ => return (path, end),
        }
    }
}

/// Whether a byte may stand in a name.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn word_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|byte| !is_word(*byte)).map_or(bytes.len(), |len| at + len)
}

fn skip_space(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|byte| !byte.is_ascii_whitespace()).map_or(bytes.len(), |len| at + len)
}

/// One past the quote that ends the string that begins at `at`; the end of the text if none does.
pub(super) fn string_end(bytes: &[u8], at: usize) -> usize {
    let quote = bytes[at];
    let mut end = at + 1;
    while end < bytes.len() {
        match bytes[end] {
            b'\\' => end += 2,
            byte if byte == quote => return end + 1,
            _ => end += 1,
        }
    }
    bytes.len()
}

impl Names {
    /// Keeps what is not bound inside the template itself.
    pub(super) fn keep(&mut self, free: impl Fn(&str) -> bool) {
        let is_free = |name: &Name| free(&name.path[0]);
        self.paths.retain(is_free);
        self.calls.retain(is_free);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(source: &str) -> Names {
        let mut names = Names::default();
        scan(source, 0, &mut names);
        names
    }

    fn dotted(names: &[Name], source: &str) -> Vec<String> {
        names.iter().map(|name| format!("{} @{}", name.path.join("."), &source[name.range.clone()])).collect()
    }

    #[test]
    fn paths_calls_filters_and_tests_are_told_apart() {
        let source =
            r#"vars.a["b c"][0].d|upper ~ f(x, name=vars.y) if z is not defined and "vars.no" else a.b(1.5).c"#;
        let found = names(source);
        assert_eq!(
            dotted(&found.paths, source),
            [r#"vars.a.b c.0.d @vars.a["b c"][0].d"#, "x @x", "vars.y @vars.y", "z @z", "a @a.b"]
        );
        assert_eq!(dotted(&found.calls, source), ["f @f", "a.b @a.b"]);
        assert_eq!(dotted(&found.filters, source), ["upper @upper"]);
        assert_eq!(dotted(&found.tests, source), ["defined @defined"]);
    }

    #[test]
    fn a_computed_subscript_ends_the_path() {
        let source = "steps[vars.which].out in [1, '\\'']";
        assert_eq!(dotted(&names(source).paths, source), ["steps @steps", "vars.which @vars.which"]);
    }
}
