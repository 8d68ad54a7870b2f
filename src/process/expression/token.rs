use std::ops::Range;

use serde_json::Value;

use super::SyntaxError;

/// A word or sign of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Literal(Value),
    Name(String),
    /// An operator or bracket, in its canonical spelling (`and` is `&&`).
    Sign(&'static str),
    End,
}

/// Longer signs first, so that `<=` is not read as `<`.
const SIGNS: [&str; 22] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "+", "-", "*", "/", "%", "?", ":", ".", "[", "]", "(", ")", ",",
];

/// Reads tokens off a text on demand, so that a template's parser can stop at the closing brace.
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str, at: usize) -> Self {
        Self { text, at }
    }

    /// The next token and its bytes. `}` and the end of the text are both [`Token::End`]; neither is consumed.
    pub(super) fn next(&mut self) -> Result<(Token, Range<usize>), SyntaxError> {
        let rest = self.text[self.at..].trim_start();
        self.at = self.text.len() - rest.len();
        let start = self.at;
        let Some(first) = rest.chars().next() else { return Ok((Token::End, start..start)) };
        let token = match first {
            '}' => return Ok((Token::End, start..start + 1)),
            '"' | '\'' => self.string(first)?,
            '0'..='9' => self.number()?,
            '.' if rest[1..].starts_with(|next: char| next.is_ascii_digit()) => self.number()?,
            _ if starts_name(first) => self.name(),
            _ => match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
                Some(sign) => {
                    self.at += sign.len();
                    Token::Sign(sign)
                }
                None => {
                    let message = format!("`{}` has no meaning in an expression", first.escape_debug());
                    return Err(SyntaxError::new(message, start..start + first.len_utf8()));
                }
            },
        };
        Ok((token, start..self.at))
    }

    fn string(&mut self, quote: char) -> Result<Token, SyntaxError> {
        let start = self.at;
        let mut value = String::new();
        let mut characters = self.text[start + 1..].char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' => match characters.next() {
                    Some((_, escaped)) if escaped == '\\' || escaped == quote => value.push(escaped),
                    _ => {
                        let at = start + 1 + at;
                        return Err(SyntaxError::new("only the quote and `\\` can be escaped", at..at + 1));
                    }
                },
                _ if character == quote => {
                    self.at = start + 1 + at + 1;
                    return Ok(Token::Literal(Value::String(value)));
                }
                _ => value.push(character),
            }
        }
        Err(SyntaxError::new("the text is not closed", start..self.text.len()))
    }

    fn number(&mut self) -> Result<Token, SyntaxError> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let digits = |mut at: usize| {
            while bytes.get(at).is_some_and(u8::is_ascii_digit) {
                at += 1;
            }
            at
        };
        let mut end = digits(start);
        let mut decimal = false;
        if bytes.get(end) == Some(&b'.') {
            decimal = true;
            end = digits(end + 1);
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let exponent = digits(end + 1 + sign);
            if exponent > end + 1 + sign {
                decimal = true;
                end = exponent;
            }
        }
        self.at = end;
        let text = &self.text[start..end];
        let value = if decimal {
            text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::from)
        } else {
            text.parse::<i64>().ok().map(Value::from)
        };
        value.map(Token::Literal).ok_or_else(|| SyntaxError::new("the number is too large", start..end))
    }

    fn name(&mut self) -> Token {
        let rest = &self.text[self.at..];
        let name = &rest[..rest.find(|next: char| !continues_name(next)).unwrap_or(rest.len())];
        self.at += name.len();
        match name {
            "true" => Token::Literal(Value::Bool(true)),
            "false" => Token::Literal(Value::Bool(false)),
            "null" => Token::Literal(Value::Null),
            "and" => Token::Sign("&&"),
            "or" => Token::Sign("||"),
            "not" => Token::Sign("!"),
            "eq" => Token::Sign("=="),
            "ne" => Token::Sign("!="),
            "lt" => Token::Sign("<"),
            "gt" => Token::Sign(">"),
            "le" => Token::Sign("<="),
            "ge" => Token::Sign(">="),
            "div" => Token::Sign("/"),
            "mod" => Token::Sign("%"),
            "empty" => Token::Sign("empty"),
            _ => Token::Name(name.to_owned()),
        }
    }
}

fn starts_name(character: char) -> bool {
    character.is_alphabetic() || character == '_' || character == '$'
}

fn continues_name(character: char) -> bool {
    starts_name(character) || character.is_alphanumeric()
}
