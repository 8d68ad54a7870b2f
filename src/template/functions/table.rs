/// One function of templates, as it is documented.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// The name as it is called: `fake.name`.
    pub name: &'static str,
    /// The arguments with their defaults, as an author would write them.
    pub arguments: &'static str,
    /// One sentence on what it gives.
    pub meaning: &'static str,
    /// An expression that uses it.
    pub example: &'static str,
    /// What the example gives, as JSON, where that does not depend on the seed or the clock.
    pub gives: Option<&'static str>,
    /// Whether `text | name` works as well.
    pub filter: bool,
}

/// Every function that flowproof adds to the template language, in the order in which they are documented.
pub fn functions() -> &'static [Function] {
    FUNCTIONS
}

macro_rules! table {
    ($($name:literal ($arguments:literal) $meaning:literal, $example:literal $(=> $gives:literal)? $(, $filter:ident)?;)*) => {
        const FUNCTIONS: &[Function] = &[$(Function {
            name: $name,
            arguments: $arguments,
            meaning: $meaning,
            example: $example,
            gives: table!(@option $($gives)?),
            filter: table!(@flag $($filter)?),
        }),*];
    };
    (@option) => { None };
    (@option $gives:literal) => { Some($gives) };
    (@flag) => { false };
    (@flag filter) => { true };
}

table! {
    "uuid" ("seeded=false") "A fresh random UUID; with `seeded=true` the same one for the same seed", "uuid()";
    "now" ("offset=none, format=none") "The moment in UTC as ISO 8601, moved by a duration, in a strftime format", "now(offset=\"-1d\", format=\"%Y-%m-%d\")";
    "date" ("moment, offset=none, format=none") "A day or a moment (ISO 8601, UTC), moved by a duration, in a strftime format", "date(\"2026-01-31\", offset=\"1mo\")" => r#""2026-02-28""#, filter;
    "file" ("path") "What stands in a file, by its path relative to the file that says so: text, or bytes for `base64` and `hash`", "file(\"letter.txt\")" => r#""Dear Ada""#;
    "base64" ("text, url_safe=false") "The Base64 of a text's UTF-8 or of a file's bytes", "base64(\"user:pass\")" => r#""dXNlcjpwYXNz""#, filter;
    "base64_decode" ("text") "The text behind Base64, standard or URL-safe, padded or not; it must be UTF-8", "base64_decode(\"dXNlcjpwYXNz\")" => r#""user:pass""#, filter;
    "hash" ("text, algorithm=\"sha256\"") "The hexadecimal digest of a text, or of a file's bytes, by `sha256`, `sha384` or `sha512`", "hash(\"abc\", \"sha256\")" => r#""ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad""#, filter;
    "json" ("value") "The value as compact JSON text", "json({\"a\": [1, true, none]})" => r#""{\"a\":[1,true,null]}""#, filter;
    "parse_json" ("text") "The value that a JSON text stands for", "parse_json('{\"a\": [1, null]}')" => r#"{"a": [1, null]}"#, filter;
    "url_encode" ("text") "The text percent-encoded for use in a query or path segment", "url_encode(\"a b&c\")" => r#""a%20b%26c""#, filter;
    "url_query" ("url, name") "The first value of a query parameter, decoded once as forms are (`+` is a space); undefined if it is absent", "url_query(\"https://example.com/cb?code=a%20b&x=1\", \"code\")" => r#""a b""#, filter;
    "fake.name" ("locale=\"en\"") "First and last name; locales here and below: `de en fr it nl pt tr`", "fake.name()";
    "fake.first_name" ("locale=\"en\"") "A first name", "fake.first_name(locale=\"fr\")";
    "fake.last_name" ("locale=\"en\"") "A last name", "fake.last_name()";
    "fake.email" ("") "An address at example.com, .net or .org, which reach nobody", "fake.email()";
    "fake.username" ("") "A login name", "fake.username()";
    "fake.ipv4" ("") "An IPv4 address", "fake.ipv4()";
    "fake.user_agent" ("") "What a browser calls itself", "fake.user_agent()";
    "fake.phone" ("locale=\"en\"") "A phone number", "fake.phone()";
    "fake.company" ("locale=\"en\"") "The name of a company", "fake.company()";
    "fake.job" ("") "The title of a job", "fake.job()";
    "fake.street" ("locale=\"en\"") "A street", "fake.street()";
    "fake.building_number" ("locale=\"en\"") "The number of a building", "fake.building_number()";
    "fake.postcode" ("locale=\"en\"") "A post code", "fake.postcode()";
    "fake.city" ("locale=\"en\"") "A city", "fake.city()";
    "fake.state" ("") "The name of a state of the USA", "fake.state()";
    "fake.country" ("") "The name of a country, in English", "fake.country()";
    "fake.country_code" ("") "The two letters of a country (ISO 3166-1)", "fake.country_code()";
    "fake.date_of_birth" ("min_age=18, max_age=90") "The birthday of somebody of that age, as ISO 8601; for one seed it changes with the calendar year alone", "fake.date_of_birth(min_age=18, max_age=30)";
    "fake.date" ("from, to") "A day between two, both included, as ISO 8601", "fake.date(\"2026-01-31\", \"2026-01-31\")" => r#""2026-01-31""#;
    "fake.word" ("") "One word of Latin", "fake.word()";
    "fake.sentence" ("words=8") "A sentence of Latin", "fake.sentence(words=5)";
    "random.int" ("min, max") "A whole number of `min` to `max`, both included", "random.int(7, 7)" => "7";
    "random.float" ("min, max") "A number from `min` up to `max`", "random.float(0, 1)";
    "random.choice" ("list") "One item of a list", "random.choice([\"a\"])" => r#""a""#;
    "random.shuffle" ("list") "The items of a list in another order", "random.shuffle([1, 1])" => "[1, 1]";
    "random.bool" ("") "`true` or `false`", "random.bool()";
    "random.digits" ("count") "A text of decimal digits", "random.digits(8)";
    "random.hex" ("count") "A text of hexadecimal digits in lower case", "random.hex(16)";
    "random.letters" ("count") "A text of letters A to Z", "random.letters(2)";
    "random.text" ("count, alphabet") "A text of characters of an alphabet", "random.text(3, \"x\")" => r#""xxx""#;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostics;
    use crate::source::{Sources, Span};
    use crate::template::{Scope, Template};
    use std::sync::Arc;

    fn evaluate(expression: &str) -> serde_json::Value {
        let mut sources = Sources::new();
        let text = format!("{{{{ {expression} }}}}");
        let span = Span::new(sources.add("a.yaml", text.clone()), 0, text.len());
        let mut found = Diagnostics::new();
        let template = Template::parse(&text, span, &mut found);
        assert!(found.is_empty(), "{found:?}");
        let scope = Scope::new("2026-03-01T12:00:00Z".parse().unwrap(), Arc::new(|| uuid::Uuid::from_u128(7))).files(
            Arc::new(|path| match path {
                "letter.txt" => Ok(b"Dear Ada".as_slice().into()),
                "image.jpg" => Ok(b"\xff\xd8".as_slice().into()),
                other => Err(format!("there is no file `{other}`")),
            }),
        );
        template.evaluate(&scope).unwrap_or_else(|error| panic!("{expression}: {error}")).value
    }

    #[test]
    fn every_example_works_and_gives_what_it_says() {
        for one in functions() {
            assert!(one.example.starts_with(one.name), "{}", one.name);
            let value = evaluate(one.example);
            assert!(!value.is_null() && value != "", "{}", one.name);
            if let Some(gives) = one.gives {
                assert_eq!(value, serde_json::from_str::<serde_json::Value>(gives).unwrap(), "{}", one.name);
            }
        }
    }

    #[test]
    fn text_functions_are_filters_too() {
        for one in functions().iter().filter(|one| one.filter && !matches!(one.name, "url_query" | "date")) {
            let arguments = one.example.split_once('(').unwrap().1.strip_suffix(')').unwrap();
            let text = arguments.strip_suffix(", \"sha256\"").unwrap_or(arguments);
            assert_eq!(evaluate(&format!("{text} | {}", one.name)), evaluate(one.example));
        }
        assert_eq!(evaluate("'2026-01-31' | date(offset='1d')"), "2026-02-01");
    }

    #[test]
    fn files_are_text_or_bytes() {
        assert_eq!(evaluate("base64(file('image.jpg'))"), "/9g=");
        assert_eq!(evaluate("file('image.jpg') | base64(url_safe=true)"), "_9g");
        assert_eq!(evaluate("hash(file('image.jpg')) == hash(file('letter.txt'))"), false);
        assert_eq!(evaluate("file('letter.txt') | length"), 8);
    }

    #[test]
    fn dates_keep_their_form() {
        assert_eq!(evaluate("date('2026-01-31T23:30:00Z', offset='1h')"), "2026-02-01T00:30:00Z");
        assert_eq!(evaluate("date('2026-01-31T23:30:00.120+02:00')"), "2026-01-31T21:30:00.12Z");
        assert_eq!(evaluate("date('2024-02-29', offset='-1y', format='%d.%m.%Y')"), "28.02.2023");
    }

    #[test]
    fn what_functions_cannot_do_is_told() {
        let told = |expression: &str| {
            std::panic::catch_unwind(|| evaluate(expression))
                .unwrap_err()
                .downcast::<String>()
                .map(|text| *text)
                .unwrap()
        };
        for (expression, why) in [
            ("file('none.txt')", "there is no file `none.txt`"),
            ("file('image.jpg')", "the expression has no value"),
            ("date('soon')", "`soon` is no day and no moment"),
            ("date('2026-01-31', offset='long')", "`long` is no duration"),
            ("date('9999-12-31', offset='1d')", "leads out of the calendar"),
            ("parse_json('{')", "this is no JSON"),
            ("fake.date('2026-02-01', '2026-01-01')", "needs a day and a later one"),
            ("random.text(2, '')", "needs characters to choose from"),
            ("random.letters(10001)", "at most 10000 characters"),
            ("random.float(1, 1)", "needs a minimum below its maximum"),
        ] {
            let text = told(expression);
            assert!(text.contains(why), "{expression}: {text}");
        }
    }
}
