use super::Reader;
use crate::catalogue::{BodyFormat, FormPlaces, FormType, FormUse, FormWire};
use crate::expect::Format;
use crate::yaml::{Entry, Form, Key, Names, Shape, Shaped, Words, words_of};

/// What values of forms may be said to be: the notations that matchers know, and two more.
const VALUES: &[(&str, FormType)] = &{
    let mut values = [("number", FormType::Number); Format::ALL.len() + 2];
    values[1] = ("phone", FormType::Phone);
    let mut at = 0;
    while at < Format::ALL.len() {
        values[at + 2] = (Format::ALL[at].1, FormType::Written(Format::ALL[at].0));
        at += 1;
    }
    values
};
static VALUE: Words =
    Words { what: "type of a form's value", words: &words_of::<_, { Format::ALL.len() + 2 }>(VALUES) };

pub(super) static FORMS: Shape = Shape::new(
    "forms",
    "`forms`",
    "How the definitions of forms are written: JSON pointers.",
    &[
        Key::required("components", Form::Text, "the list of components").such_as(&["/components"]),
        Key::required("component", Form::Shape(&COMPONENT), "where things stand in a component"),
        Key::new(
            "types",
            Form::Map(Names::Free, &Form::Word(&VALUE)),
            "what a value must be, by the engine's word for its type; with any other word it may be anything",
        )
        .such_as(&["{ EMAIL: email }"]),
    ],
);

static COMPONENT: Shape = Shape::new(
    "component",
    "`component`",
    "Pointers into a component of a form. What has no pointer is not looked at.",
    &[
        Key::required("id", Form::Text, "its name, by which its value is given").such_as(&["/id"]),
        Key::new("type", Form::Text, "the engine's word for its type").such_as(&["/type"]),
        Key::new("default", Form::Text, "the value where none is given").such_as(&["/defaultValue"]),
        Key::new("read-only", Form::Text, "whether its value cannot be given").such_as(&["/readOnly"]),
        Key::new("required", Form::Text, "whether a value is needed").such_as(&["/validation/required"]),
        Key::new("min-length", Form::Text, "the shortest text, in characters").such_as(&["/validation/minLength"]),
        Key::new("max-length", Form::Text, "the longest text, in characters").such_as(&["/validation/maxLength"]),
        Key::new("missing", Form::Text, "the message where a value is needed and there is none")
            .such_as(&["/messages/required"]),
        Key::new("invalid", Form::Text, "the message where a value is not of the type").such_as(&["/messages/invalid"]),
        Key::new("invalid-length", Form::Text, "the message where a text is too short or too long")
            .such_as(&["/messages/length"]),
        Key::new("by-language", Form::Text, "where the texts of a message stand in it by language")
            .such_as(&["/languages"]),
    ],
);

pub(super) static FORM_USE: Shape = Shape::new(
    "form",
    "`form`",
    "A form that an element shows, by which the values are judged.",
    &[
        Key::required("name", Form::Text, "the input parameter that names it").such_as(&["formName"]),
        Key::new("version", Form::Text, "the input parameter that gives its version; the latest without a value")
            .such_as(&["formVersion"]),
        Key::new("read-only", Form::Text, "the input parameter that says whether nothing is taken")
            .such_as(&["readOnly"]),
        Key::required("values", Form::Text, "the local variable that holds the values, by component")
            .such_as(&["values"]),
        Key::required("invalid", Form::Text, "the outcome of values that it does not allow").such_as(&["invalid"]),
        Key::new("attempts", Form::Shape(&FORM_ATTEMPTS), "how often that may be"),
    ],
);

static FORM_ATTEMPTS: Shape = Shape::new(
    "form-attempts",
    "`attempts`",
    "How often values may be wrong.",
    &[
        Key::required("limit", Form::Text, "the input parameter that limits it; the n-th time of a limit n exceeds it")
            .such_as(&["maxAttempts"]),
        Key::required("exceeded", Form::Text, "the outcome then").such_as(&["attempts-exceeded"]),
    ],
);

impl Reader<'_> {
    /// How the engine writes forms.
    pub fn forms(&mut self, fields: &Shaped) -> Option<FormWire> {
        let components = fields.text("components", self.found);
        components.iter().for_each(|pointer| self.pointer(pointer, BodyFormat::Json));
        let component = fields.inside("component", self.found);
        let types = fields.map("types", self.found).iter().filter_map(|entry| self.form_type(entry)).collect();
        let component = component?;
        let id = component.text("id", self.found);
        let mut places = FormPlaces::default();
        for (key, place) in [
            ("type", &mut places.kind),
            ("default", &mut places.default),
            ("read-only", &mut places.read_only),
            ("required", &mut places.required),
            ("min-length", &mut places.min_length),
            ("max-length", &mut places.max_length),
            ("missing", &mut places.missing),
            ("invalid", &mut places.invalid),
            ("invalid-length", &mut places.invalid_length),
            ("by-language", &mut places.by_language),
        ] {
            let pointer = component.text(key, self.found);
            pointer.iter().for_each(|pointer| self.pointer(pointer, BodyFormat::Json));
            *place = pointer.map(|pointer| pointer.value);
        }
        Some(FormWire { components: components?.value, id: id?.value, places, types })
    }

    fn form_type(&mut self, entry: &Entry) -> Option<(String, FormType)> {
        let text = entry.value.text(&format!("`{}`", entry.key.value), self.found)?;
        Some((entry.key.value.clone(), VALUE.mean(&text, VALUES, self.found)?))
    }

    /// How the simulator plays an element that shows a form.
    pub fn form_use(&mut self, fields: &Shaped) -> Option<FormUse> {
        let name = fields.text("name", self.found);
        let (version, read_only) = (self.plain(fields, "version"), self.plain(fields, "read-only"));
        let values = fields.text("values", self.found);
        let invalid = fields.text("invalid", self.found);
        let (mut limit, mut exceeded) = (None, None);
        if let Some(attempts) = fields.inside("attempts", self.found) {
            limit = self.plain(&attempts, "limit");
            exceeded = attempts.text("exceeded", self.found);
        }
        let (name, values) = (name?.value, values?.value);
        Some(FormUse { name, version, read_only, values, invalid: invalid?, limit, exceeded })
    }
}
