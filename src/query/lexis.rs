use super::path::{MAX_LENGTH, MAX_NESTING, QueryError};

/// A name directly followed by `(`, in the order of the text.
pub(super) struct Call {
    /// Byte offset of the name.
    pub(super) offset: usize,
}

const FUNCTIONS: [&str; 5] = ["length", "count", "value", "match", "search"];

/// Refuses what the grammar of the parser lets pass or explains badly: texts that are too long or nest too deeply (the
/// parser tries alternatives again at each level), white space inside a token, and the extensions of other dialects.
pub(super) fn check(text: &str) -> Result<Vec<Call>, QueryError> {
    if text.len() > MAX_LENGTH {
        return Err(QueryError::new(format!("a JSONPath has at most {MAX_LENGTH} bytes"), MAX_LENGTH));
    }
    if !text.starts_with('$') {
        return Err(QueryError::new("a JSONPath begins with `$`", 0));
    }
    let mut scan = Scan { text, at: 0, open: 0, token: 0, calls: Vec::new() };
    while scan.at < text.len() {
        scan.step()?;
    }
    Ok(scan.calls)
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    open: usize,
    /// Where the token before `at` begins.
    token: usize,
    calls: Vec<Call>,
}

impl Scan<'_> {
    fn step(&mut self) -> Result<(), QueryError> {
        let Some(c) = self.text[self.at..].chars().next() else { return Ok(()) };
        match c {
            '\'' | '"' => self.string(c),
            c if is_space(c) => self.space()?,
            c if is_word(c) => self.word()?,
            _ => {
                self.punctuation(c)?;
                self.token = self.at;
                self.at += c.len_utf8();
            }
        }
        Ok(())
    }

    fn string(&mut self, quote: char) {
        self.token = self.at;
        let mut escaped = false;
        let body = self.text[self.at + 1..].char_indices().find(|(_, c)| {
            let ends = *c == quote && !escaped;
            escaped = *c == '\\' && !escaped;
            ends
        });
        self.at = body.map_or(self.text.len(), |(length, _)| self.at + length + 2);
    }

    /// The parser skips white space anywhere; the RFC allows it only between tokens.
    fn space(&mut self) -> Result<(), QueryError> {
        let start = self.at;
        let rest = self.text[start..].trim_start_matches(is_space);
        self.at = self.text.len() - rest.len();
        let before = self.text[..start].chars().next_back().unwrap_or('$');
        let Some(after) = rest.chars().next() else {
            return Err(QueryError::new("white space is not allowed at the end", start));
        };
        let number = self.text[self.token..].starts_with(|c: char| c == '-' || c.is_ascii_digit());
        let splits = matches!(before, '.' | '-' | '+')
            || after == '+'
            || (is_word(before) && matches!(after, '-' | '('))
            || (is_word(before) && is_word(after) && !self.is_operator(rest))
            || (number && after == '.');
        if splits { Err(QueryError::new("white space is not allowed here", start)) } else { Ok(()) }
    }

    fn is_operator(&self, rest: &str) -> bool {
        word(rest).is_some_and(|word| WORD_OPERATORS.iter().any(|(name, _)| *name == word))
    }

    fn word(&mut self) -> Result<(), QueryError> {
        let offset = self.at;
        let rest = &self.text[offset..];
        let word = word(rest).unwrap_or_default();
        let member = self.text[..offset].ends_with('.');
        let after = rest[word.len()..].chars().next();
        let spaced = self.text[..offset].ends_with(is_space);
        if let (false, true, Some((_, help))) =
            (member, spaced, WORD_OPERATORS.iter().find(|(name, _)| *name == word && after != Some('(')))
        {
            return Err(QueryError::new(format!("JSONPath has no operator `{word}`"), offset).help(*help));
        }
        if after == Some('(') {
            self.call(word, member, offset)?;
        }
        if after == Some('-') && !word.starts_with(|c: char| c.is_ascii_digit()) && (member || !self.in_exponent(word))
        {
            let name = &rest[..rest.find(|c| !is_word(c) && c != '-').unwrap_or(rest.len())];
            let error = QueryError::new("a name with a hyphen must be quoted", offset);
            return Err(error.help(format!("write `['{name}']`")));
        }
        self.token = if self.in_number() { self.token } else { offset };
        self.at += word.len();
        Ok(())
    }

    fn call(&mut self, word: &str, member: bool, offset: usize) -> Result<(), QueryError> {
        if member {
            return Err(QueryError::new("functions stand only inside filters", offset)
                .help(format!("write `[?{word}(@.name) == …]`, or use a matcher")));
        }
        if !FUNCTIONS.contains(&word) {
            let known = crate::diagnostic::one_of(FUNCTIONS);
            return Err(
                QueryError::new(format!("JSONPath has no function `{word}`"), offset).help(format!("write {known}"))
            );
        }
        self.calls.push(Call { offset });
        Ok(())
    }

    fn in_exponent(&self, word: &str) -> bool {
        self.in_number() && matches!(word, "e" | "E")
    }

    /// Whether the text between the last token's start and here is the beginning of a number such as `-1.`.
    fn in_number(&self) -> bool {
        let begun = &self.text[self.token..self.at];
        !begun.is_empty()
            && begun.starts_with(|c: char| c == '-' || c.is_ascii_digit())
            && begun.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '+'))
    }

    fn punctuation(&mut self, c: char) -> Result<(), QueryError> {
        let rest = &self.text[self.at..];
        let before = self.text[..self.at].trim_end_matches(is_space).chars().next_back();
        let help = match c {
            '=' if rest.starts_with("=~") => Some("write `match(@.name, '…')` or `search(@.name, '…')`"),
            '=' if rest.starts_with("===") => Some("write `==`"),
            '=' if !rest.starts_with("==") && !matches!(before, Some('=' | '!' | '<' | '>')) => Some("write `==`"),
            '&' if !rest.starts_with("&&") && before != Some('&') => Some("write `&&`"),
            '|' if !rest.starts_with("||") && before != Some('|') => Some("write `||`"),
            '(' if before == Some('[') => Some("write `[-1]` for the last item, or a filter `[?…]`"),
            '^' => Some("a JSONPath cannot go to the parent"),
            _ => None,
        };
        if let Some(help) = help {
            let shown = if rest.starts_with("=~") { "=~" } else { &rest[..c.len_utf8()] };
            return Err(QueryError::new(format!("`{shown}` is not part of JSONPath"), self.at).help(help));
        }
        match c {
            '(' | '[' if self.open == MAX_NESTING => {
                let message = format!("a JSONPath nests at most {MAX_NESTING} brackets and parentheses");
                return Err(QueryError::new(message, self.at));
            }
            '(' | '[' => self.open += 1,
            ')' | ']' => self.open = self.open.saturating_sub(1),
            _ => {}
        }
        Ok(())
    }
}

const WORD_OPERATORS: [(&str, &str); 9] = [
    ("in", "write `@.a == 1 || @.a == 2`, or use the matcher `in`"),
    ("nin", "write `@.a != 1 && @.a != 2`"),
    ("and", "write `&&`"),
    ("or", "write `||`"),
    ("not", "write `!`"),
    ("contains", "use `search(@.a, '…')`, or the matcher `contains`"),
    ("anyof", "write the alternatives with `||`"),
    ("subsetof", "use a matcher"),
    ("size", "write `length(@.a) == …`"),
];

fn word(text: &str) -> Option<&str> {
    let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
    (end > 0).then(|| &text[..end])
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii()
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}
