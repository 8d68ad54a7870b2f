use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::{MIN_CHARACTERS, Redactor};

/// Fewest digits of a number that is masked wherever it stands: shorter ones are years, codes and counts.
const MIN_DIGITS: usize = 6;

/// Gives the places in a document, as JSON pointers (RFC 6901).
pub type Locate = Arc<dyn Fn(&Value) -> Vec<String> + Send + Sync>;

/// What is personal data, by the names of the members that hold it and by places in documents.
#[derive(Clone, Default)]
pub struct Personal {
    names: Vec<String>,
    places: Vec<(String, Locate)>,
}

impl Personal {
    /// Declares the members of a name, at any depth.
    pub fn name(&mut self, name: &str) {
        if self.field(name).is_none() {
            self.names.push(name.to_owned());
        }
    }

    /// Declares places in documents, under the name by which they are masked.
    pub fn places(&mut self, field: &str, locate: Locate) {
        self.places.push((field.to_owned(), locate));
    }

    pub(super) fn extend(&mut self, other: &Self) {
        other.names.iter().for_each(|name| self.name(name));
        self.places.extend(other.places.iter().cloned());
    }

    /// Whether nothing is declared.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.places.is_empty()
    }

    /// The field that members of a name are, if they are personal.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.names.iter().map(String::as_str).find(|known| *known == name)
    }

    /// The field that a path of a document, or of a template, ends at.
    pub fn field_at(&self, path: &str) -> Option<&str> {
        let is_name = |c: char| c.is_alphanumeric() || "_-".contains(c);
        // The index of an element says nothing of what it is.
        let mut names = path.rsplit(|c: char| !is_name(c)).filter(|name| !name.is_empty());
        self.field(names.find(|name| !name.chars().all(|c| c.is_ascii_digit()))?)
    }

    /// Whether a value tells anything about a person.
    pub fn tells(value: &Value) -> bool {
        match value {
            Value::Null => false,
            Value::String(text) => !text.is_empty(),
            Value::Array(items) => !items.is_empty(),
            Value::Object(members) => !members.is_empty(),
            Value::Bool(_) | Value::Number(_) => true,
        }
    }

    /// The first field of which a document has a member that tells something.
    pub fn field_in(&self, document: &Value) -> Option<&str> {
        match document {
            Value::Array(items) => items.iter().find_map(|item| self.field_in(item)),
            Value::Object(members) => members.iter().find_map(|(name, member)| {
                self.field(name).filter(|_| Self::tells(member)).or_else(|| self.field_in(member))
            }),
            _ => None,
        }
    }

    /// A document with placeholders at the declared places; `None` if it has none of them. Members are not looked for by their
    /// names here.
    pub fn without_places(&self, document: &Value) -> Option<Value> {
        let mut masked: Option<Value> = None;
        for (field, locate) in &self.places {
            for pointer in locate(document) {
                let place = masked.get_or_insert_with(|| document.clone()).pointer_mut(&pointer);
                if let Some(place) = place.filter(|value| Self::tells(value)) {
                    *place = Value::String(Redactor::placeholder(field));
                }
            }
        }
        masked
    }

    /// Visits the values of personal data in a document: the field, and the text of each value in it.
    pub(super) fn visit(&self, document: &Value, visit: &mut dyn FnMut(&str, &str)) {
        if !self.names.is_empty() {
            self.visit_members(document, visit);
        }
        for (field, locate) in &self.places {
            let found = locate(document);
            found.iter().filter_map(|pointer| document.pointer(pointer)).for_each(|value| leaves(field, value, visit));
        }
    }

    fn visit_members(&self, value: &Value, visit: &mut dyn FnMut(&str, &str)) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.visit_members(item, visit)),
            Value::Object(members) => {
                for (name, member) in members {
                    match self.field(name) {
                        Some(field) => leaves(field, member, visit),
                        None => self.visit_members(member, visit),
                    }
                }
            }
            _ => {}
        }
    }
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = self.places.iter().map(|(field, _)| field);
        f.debug_tuple("Personal").field(&self.names.iter().chain(places).collect::<Vec<_>>()).finish()
    }
}

fn leaves(field: &str, value: &Value, visit: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::String(text) => visit(field, text.trim()),
        Value::Number(number) => visit(field, &number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| leaves(field, item, visit)),
        Value::Object(members) => members.values().for_each(|member| leaves(field, member, visit)),
        Value::Null | Value::Bool(_) => {}
    }
}

/// Whether a value can be masked wherever it stands without masking ordinary words and numbers.
pub(super) fn is_distinctive(text: &str) -> bool {
    let fewest = if text.chars().all(|c| c.is_ascii_digit()) { MIN_DIGITS } else { MIN_CHARACTERS };
    text.chars().count() >= fewest && !matches!(text, "true" | "false" | "null" | "none")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn declared() -> Personal {
        let mut personal = Personal::default();
        personal.name("firstName");
        personal.places("number", Arc::new(|_| vec!["/doc/0/number".to_owned()]));
        personal
    }

    #[test]
    fn values_are_masked_in_their_places_and_then_everywhere() {
        let mut redactor = Redactor::new().declaring(&declared());
        let people = json!([{ "firstName": "Al" }, { "firstName": "Sigrid" }, { "firstName": null }]);
        let body = json!({ "people": people, "doc": [{ "number": 1234567 }] });
        redactor.learn(&body);
        let masked = redactor.mask_json(redactor.personal().without_places(&body).unwrap());
        let hidden = "[personal:firstName]";
        let people = json!([{ "firstName": hidden }, { "firstName": hidden }, { "firstName": null }]);
        assert_eq!(masked, json!({ "people": people, "doc": [{ "number": "[personal:number]" }] }));
        assert_eq!(redactor.mask("Al SIGRID 1234567"), "Al [personal:firstName] [personal:number]");
        assert!(redactor.contains("sigrid") && !redactor.contains_secret("sigrid"));
    }

    #[test]
    fn ordinary_words_are_no_personal_data() {
        for text in ["Al", "1990", "12345", "true", "none", ""] {
            assert!(!is_distinctive(text), "{text}");
        }
        assert!(is_distinctive("Anna") && is_distinctive("123456"));
    }

    #[test]
    fn a_path_is_of_the_member_that_it_ends_at() {
        let personal = declared();
        for path in ["firstName", "$.user.firstName", "body $['firstName']", "$.a[3].firstName[0]", "vars.firstName"] {
            assert_eq!(personal.field_at(path), Some("firstName"), "{path}");
        }
        for path in ["", "$", "$.firstName.length", "firstNames"] {
            assert_eq!(personal.field_at(path), None, "{path}");
        }
    }
}
