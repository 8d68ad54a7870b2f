use super::Reader;
use crate::catalogue::{BodyFormat, FormPlaces, FormType, FormUse, FormWire};
use crate::expect::Format;
use crate::yaml::{Entry, Fields, Node};

impl Reader<'_> {
    /// How the engine writes forms.
    pub fn forms(&mut self, node: &Node) -> Option<FormWire> {
        let mut fields = Fields::of(node, "`forms`", self.found)?;
        let components = fields.required_text("components", self.found);
        components.iter().for_each(|pointer| self.pointer(pointer, BodyFormat::Json));
        let component = fields.required("component", self.found);
        let component = component.and_then(|node| Fields::of(node, "`component`", self.found));
        let types = fields.optional("types");
        let types = self.free(types, "`types`").iter().filter_map(|entry| self.form_type(entry)).collect();
        fields.finish(self.found);
        let mut component = component?;
        let id = component.required_text("id", self.found);
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
        component.finish(self.found);
        Some(FormWire { components: components?.value, id: id?.value, places, types })
    }

    fn form_type(&mut self, entry: &Entry) -> Option<(String, FormType)> {
        let text = entry.value.text(&format!("`{}`", entry.key.value), self.found)?;
        let written = Format::ALL.iter().map(|(format, name, _)| (*name, FormType::Written(*format)));
        let words: Vec<_> =
            [("number", FormType::Number), ("phone", FormType::Phone)].into_iter().chain(written).collect();
        Some((entry.key.value.clone(), self.word(&text, "type of a form's value", &words)?))
    }

    /// How the simulator plays an element that shows a form.
    pub fn form_use(&mut self, node: &Node) -> Option<FormUse> {
        let mut fields = Fields::of(node, "`form`", self.found)?;
        let name = fields.required_text("name", self.found);
        let version = fields.text("version", self.found).map(|name| name.value);
        let read_only = fields.text("read-only", self.found).map(|name| name.value);
        let values = fields.required_text("values", self.found);
        let invalid = fields.required_text("invalid", self.found);
        let (mut limit, mut exceeded) = (None, None);
        if let Some(mut attempts) =
            fields.optional("attempts").and_then(|node| Fields::of(node, "`attempts`", self.found))
        {
            limit = attempts.required_text("limit", self.found).map(|name| name.value);
            exceeded = attempts.required_text("exceeded", self.found);
            attempts.finish(self.found);
        }
        fields.finish(self.found);
        let (name, values) = (name?.value, values?.value);
        Some(FormUse { name, version, read_only, values, invalid: invalid?, limit, exceeded })
    }
}
