use serde_json::{Map, Value};

use super::bound::MAX_COMPONENTS;
use crate::catalogue::variable;
use crate::catalogue::{FormPlaces, FormType, FormWire};

/// The definition of a form: what values its components take.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    components: Vec<Component>,
}

/// A component of a form.
#[derive(Clone, Debug, PartialEq)]
struct Component {
    id: String,
    kind: Option<FormType>,
    default: Option<Value>,
    read_only: bool,
    required: bool,
    min_length: Option<u64>,
    max_length: Option<u64>,
    missing: Message,
    invalid: Message,
    invalid_length: Message,
}

/// A message: by language, or for all of them.
#[derive(Clone, Debug, Default, PartialEq)]
struct Message {
    text: Option<String>,
    by_language: Map<String, Value>,
}

impl Form {
    /// Reads a definition.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence.
    pub fn read(definition: &Value, wire: &FormWire) -> Result<Self, String> {
        let components = definition.pointer(&wire.components).and_then(Value::as_array);
        let components = components.ok_or_else(|| format!("the form has no list at `{}`", wire.components))?;
        if components.len() > MAX_COMPONENTS {
            return Err(format!("a form has {MAX_COMPONENTS} components at most"));
        }
        let read = components.iter().enumerate().filter_map(|(at, one)| Component::read(at, one, wire).transpose());
        let components: Vec<Component> = read.collect::<Result<_, _>>()?;
        let mut ids = std::collections::BTreeSet::new();
        match components.iter().find(|one| !ids.insert(one.id.as_str())) {
            Some(twice) => Err(format!("the form has two components `{}`", twice.id)),
            None => Ok(Self { components }),
        }
    }

    /// Judges what is given and fills in the rest. Values that the form has no component for stay as they are.
    ///
    /// # Errors
    /// A message for each component that does not take its value.
    pub fn judge(&self, given: &Map<String, Value>, language: &str) -> Result<Map<String, Value>, Map<String, Value>> {
        let (mut values, mut problems) = (given.clone(), Map::new());
        for component in &self.components {
            if component.read_only {
                values.shift_remove(&component.id);
            }
            let given = values.get(&component.id).filter(|value| !value.is_null() && *value != "");
            match component.problem(given.or(component.default.as_ref())) {
                Some((message, otherwise)) => {
                    let message = message.text(language).unwrap_or(otherwise);
                    problems.insert(component.id.clone(), message.into());
                }
                None if given.is_none() => {
                    values.extend(component.default.clone().map(|one| (component.id.clone(), one)))
                }
                None => {}
            }
        }
        if problems.is_empty() { Ok(values) } else { Err(problems) }
    }
}

impl Component {
    /// One component; nothing for what has no name, such as a text between others.
    fn read(at: usize, component: &Value, wire: &FormWire) -> Result<Option<Self>, String> {
        let Some(id) = component.pointer(&wire.id).filter(|id| !id.is_null()).map(variable::text) else {
            return if component.is_object() { Ok(None) } else { Err(format!("component {} is no mapping", at + 1)) };
        };
        let FormPlaces { kind, default, read_only, required, min_length, max_length, .. } = &wire.places;
        let find = |place: &Option<String>| component.pointer(place.as_ref()?).filter(|value| !value.is_null());
        let wrong = |what: &str| format!("`{what}` of the component `{id}` is not what it must be");
        let flag = |place: &Option<String>, what: &str| match find(place) {
            None => Ok(false),
            Some(value) => value.as_bool().ok_or_else(|| wrong(what)),
        };
        let number = |place: &Option<String>, what: &str| match find(place) {
            None => Ok(None),
            Some(value) => value.as_u64().map(Some).ok_or_else(|| wrong(what)),
        };
        let kind = find(kind).map(variable::text);
        let kind = kind.and_then(|kind| wire.types.iter().find(|(word, _)| *word == kind)).map(|(_, kind)| *kind);
        let message = |place: &Option<String>| Message::read(find(place), wire.places.by_language.as_deref());
        Ok(Some(Self {
            kind,
            default: find(default).filter(|value| *value != "").cloned(),
            read_only: flag(read_only, "read-only")?,
            required: flag(required, "required")?,
            min_length: number(min_length, "min-length")?,
            max_length: number(max_length, "max-length")?,
            missing: message(&wire.places.missing),
            invalid: message(&wire.places.invalid),
            invalid_length: message(&wire.places.invalid_length),
            id,
        }))
    }

    /// What is wrong with a value: the form's message, and what is said where the form says nothing.
    fn problem(&self, value: Option<&Value>) -> Option<(&Message, &'static str)> {
        let Some(value) = value else { return self.required.then_some((&self.missing, "a value is needed")) };
        if self.kind.is_some_and(|kind| !accepts(kind, value)) {
            return Some((&self.invalid, "the value is not valid"));
        }
        let length = variable::text(value).chars().count() as u64;
        let fits = self.min_length.is_none_or(|min| length >= min) && self.max_length.is_none_or(|max| length <= max);
        (!fits).then_some((&self.invalid_length, "the value is too short or too long"))
    }
}

impl Message {
    fn read(message: Option<&Value>, by_language: Option<&str>) -> Self {
        let texts = message.zip(by_language).and_then(|(message, pointer)| message.pointer(pointer)?.as_object());
        Self {
            text: message.and_then(Value::as_str).map(str::to_owned),
            by_language: texts.cloned().unwrap_or_default(),
        }
    }

    /// The text in a language, else in any.
    fn text(&self, language: &str) -> Option<&str> {
        let written = self.by_language.get(language).or_else(|| self.by_language.values().next());
        self.text.as_deref().or_else(|| written?.as_str()).filter(|text| !text.is_empty())
    }
}

fn accepts(kind: FormType, value: &Value) -> bool {
    match (kind, value) {
        (FormType::Number, Value::Number(_)) => true,
        (FormType::Number, Value::String(text)) => text.trim().parse::<f64>().is_ok_and(f64::is_finite),
        (FormType::Phone, Value::String(text)) => is_phone(text),
        (FormType::Written(format), Value::String(text)) => format.accepts(text),
        _ => false,
    }
}

/// At most 15 digits, which is the most that E.164 allows.
fn is_phone(text: &str) -> bool {
    let number = text.strip_prefix('+').unwrap_or(text);
    let digits = number.chars().filter(char::is_ascii_digit).count();
    (5..=15).contains(&digits) && number.chars().all(|c| c.is_ascii_digit() || " -.()".contains(c))
}
