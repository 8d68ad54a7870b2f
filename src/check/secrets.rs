use crate::catalogue::Activity;
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::scenario::{Given, RequestLine};
use crate::source::Spanned;
use crate::template::Template;

/// Headers that carry credentials.
const HEADERS: [&str; 5] = ["authorization", "proxy-authorization", "cookie", "x-api-key", "api-key"];
/// A key has so many signs at least; what is shorter is a word.
const MIN_KEY: usize = 16;

/// Reports credentials that stand in the headers of a request in clear.
pub(super) fn of_request(line: &RequestLine, found: &mut Diagnostics) {
    for (name, value) in &line.headers {
        if HEADERS.contains(&name.value.to_ascii_lowercase().as_str()) {
            report(&format!("the header `{}`", name.value), value, found);
        }
    }
}

/// Reports what is given in clear to inputs that the catalogue calls secret.
pub(super) fn of_inputs(activity: &Activity, given: &[(Spanned<String>, Given)], found: &mut Diagnostics) {
    for (name, given) in given {
        let secret = activity.input(&name.value).is_some_and(|input| input.secret);
        if let Some(value) = given.template().filter(|_| secret) {
            report(&format!("the input `{}`", name.value), value, found);
        }
    }
}

fn report(what: &str, value: &Template, found: &mut Diagnostics) {
    if value.as_literal().and_then(|value| value.as_str()).is_some_and(looks_like_a_key) {
        let one = Diagnostic::new(Id::CLEAR_SECRET, format!("{what} holds what looks like a key, in clear"));
        found.push(one.at(value.span()).help("take it from the environment, as a secret: \"{{ secrets.NAME }}\""));
    }
}

/// Whether a text is long, without blanks, and of letters and digits: words that tests of refusals send are none.
fn looks_like_a_key(text: &str) -> bool {
    let key = text.split_once(' ').map_or(text, |(_, rest)| rest);
    let has = |is: fn(&char) -> bool| key.chars().any(|c| is(&c));
    key.len() >= MIN_KEY
        && !key.contains(char::is_whitespace)
        && has(char::is_ascii_digit)
        && has(char::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::looks_like_a_key;

    #[test]
    fn keys_are_told_from_words() {
        for key in ["Bearer 8f2kd93nf7s0dk2m", "sk_live_51Hx8f2kd93nf", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"] {
            assert!(looks_like_a_key(key), "{key}");
        }
        for word in ["wrong", "Bearer nonsense", "somebody-elses-key-altogether", "a key of 16 words or more", "key-1"]
        {
            assert!(!looks_like_a_key(word), "{word}");
        }
    }
}
