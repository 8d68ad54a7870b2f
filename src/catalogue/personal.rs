use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::query::JsonPath;
use crate::redact::Personal;
use crate::source::{Sources, Spanned};
use crate::yaml::{Form, Key, Shaped};

/// The key under which personal data are declared.
pub const PERSONAL: Key = Key::new(
    "personal",
    Form::OneOrMany(&Form::Text),
    "what is personal data, and masked in all outputs: names of members at any depth, or JSONPaths of whole bodies",
)
.such_as(&["[firstName, $..documentNumber]"]);

/// One declaration of what is personal data.
#[derive(Clone, Debug)]
pub enum PersonalField {
    /// The members of a name, at any depth.
    Name(String),
    /// Places in the body of a request or an answer.
    Path {
        /// How it is called where it is masked.
        field: String,
        /// The places.
        path: JsonPath,
    },
}

impl PersonalField {
    /// Reads the declarations of a file.
    pub fn read_all(fields: &Shaped, sources: &Sources, found: &mut Diagnostics) -> Vec<Self> {
        let texts = fields.texts(PERSONAL.name, found);
        texts.iter().filter_map(|text| Self::read(text, sources, found)).collect()
    }

    fn read(text: &Spanned<String>, sources: &Sources, found: &mut Diagnostics) -> Option<Self> {
        let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-".contains(c));
        let name = text.value.strip_prefix("$..").unwrap_or(&text.value);
        if is_name(name) {
            return Some(Self::Name(name.to_owned()));
        }
        if !text.value.starts_with('$') {
            let message = format!("`{}` is no name of a member", text.value);
            let one = Diagnostic::new(Id::WRONG_VALUE, message).at(text.span);
            found.push(one.help("write a plain name, or a JSONPath that begins with `$`"));
            return None;
        }
        let path = JsonPath::read(&text.value, text.span, sources, found)?;
        let names = text.value.rsplit(|c: char| !(c.is_alphanumeric() || c == '_'));
        let field = names.into_iter().find(|name| name.starts_with(char::is_alphabetic)).unwrap_or("data").to_owned();
        Some(Self::Path { field, path })
    }

    /// Adds it to what is masked.
    pub fn declare(&self, personal: &mut Personal) {
        match self {
            Self::Name(name) => personal.name(name),
            Self::Path { field, path } => {
                let path = path.clone();
                personal.places(field, Arc::new(move |document| path.pointers(document)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::redact::Redactor;
    use crate::source::Span;

    fn read(text: &str) -> (Option<PersonalField>, usize) {
        let mut sources = Sources::new();
        let file = sources.add("a.yaml", text);
        let span = Span::new(file, 0, text.len());
        let mut found = Diagnostics::new();
        (PersonalField::read(&Spanned::new(text.to_owned(), span), &sources, &mut found), found.len())
    }

    #[test]
    fn names_and_paths_are_declared() {
        let mut personal = Personal::default();
        for text in ["firstName", "$..documentNumber", "$.person['born on'].day"] {
            let (field, problems) = read(text);
            assert_eq!(problems, 0, "{text}");
            field.unwrap().declare(&mut personal);
        }
        let redactor = Redactor::new().declaring(&personal);
        let body =
            json!({ "firstName": "Al", "x": [{ "documentNumber": 1 }], "person": { "born on": { "day": "3" } } });
        let masked = redactor.mask_json(redactor.personal().without_places(&body).unwrap());
        assert_eq!(
            masked.to_string(),
            r#"{"firstName":"[personal:firstName]","x":[{"documentNumber":"[personal:documentNumber]"}],"person":{"born on":{"day":"[personal:day]"}}}"#
        );
    }

    #[test]
    fn what_is_neither_is_refused() {
        for text in ["first name", "$.a[", ""] {
            let (field, problems) = read(text);
            assert!(field.is_none() && problems == 1, "{text}");
        }
    }
}
