use serde_json::{Value, json};

use super::activity::Reading;
use super::around::SavedValue;
use super::origin::Origin;
use super::problem::Trouble;
use super::walker::Walker;
use crate::event::{EventKind, Role};
use crate::redact::{Personal, Redactor};
use crate::scenario::{Save, SaveFrom};
use crate::source::Spanned;
use crate::template::Data;

impl Walker<'_> {
    /// Keeps what a step saves of its answer.
    pub(super) async fn save(
        &mut self,
        id: Option<&Spanned<String>>,
        saves: &[Save],
        reading: &Reading,
    ) -> Result<(), Trouble> {
        let mut kept = reading.data();
        let mut secret = false;
        for save in saves {
            let (value, from, tainted) = self.saved(save, reading)?;
            secret |= tainted;
            kept.insert(save.name.value.clone(), value.clone());
            let origin = Origin::at(format!("saved from {from}"), save.span).answered(self.step, self.requests);
            self.keep_saved(&save.name.value, &value, tainted, origin);
            let told = self.without_personal(&save.name.value, &save.from, value);
            let (step, name) = (self.step, save.name.value.clone());
            self.journal.emit(EventKind::ValueSaved { step, name, from, value: told }).await;
        }
        if let Some(id) = id {
            let origin = Origin::told("read of the answer").answered(self.step, self.requests);
            self.memory.set_step(&id.value, &Value::Object(kept), secret, origin);
        }
        Ok(())
    }

    /// A saved value as it is told: where it is personal data, that it is.
    fn without_personal(&mut self, name: &str, from: &SaveFrom, value: Value) -> Value {
        let redactor = &mut self.journal.redactor;
        let of_path = match from {
            SaveFrom::Path { text, .. } => redactor.personal().field_at(text),
            SaveFrom::Header(_) | SaveFrom::Template(_) => None,
        };
        match of_path.or_else(|| redactor.personal().field(name)).map(str::to_owned) {
            Some(field) if Personal::tells(&value) => {
                redactor.learn(&json!({ field.as_str(): value }));
                Value::String(Redactor::placeholder(&field))
            }
            _ => value,
        }
    }

    /// Keeps a saved value for later steps, and for all scenarios if this one prepares the run.
    pub(super) fn keep_saved(&mut self, name: &str, value: &Value, secret: bool, origin: Origin) {
        // What a fragment saves is its own.
        if self.planned.role == Some(Role::Before) && self.frames.is_empty() {
            let kept = SavedValue { value: value.clone(), secret, origin: origin.elsewhere() };
            self.kept.0.insert(name.to_owned(), kept);
        }
        self.memory.set_var(name, value, secret, origin);
    }

    /// The value, where it came from, and whether it is secret.
    fn saved(&mut self, save: &Save, reading: &Reading) -> Result<(Value, String, bool), Trouble> {
        let missing =
            |message: String, walker: &Self| Trouble::failed("run/save", message).at(&walker.run.sources, save.span);
        match &save.from {
            SaveFrom::Path { path, text } => {
                let found = path.evaluate(&reading.body).map_err(|error| missing(error.message, self))?;
                let value = match (path.is_singular(), found.as_slice()) {
                    (true, []) => {
                        let message = format!(
                            "there is nothing at `{text}` in the answer, so `{}` cannot be saved",
                            save.name.value
                        );
                        let body = self.journal.redactor.mask_json(Value::clone(&reading.body));
                        let shown = crate::expect::shown(&body, 200);
                        return Err(missing(message, self).note(format!("the answer is {shown}")));
                    }
                    (true, [one, ..]) => one.value.clone(),
                    (false, many) => many.iter().map(|located| located.value.clone()).collect(),
                };
                let secret = self.journal.redactor.contains_secret(&value.to_string());
                Ok((value, format!("`{text}` of the answer"), secret))
            }
            SaveFrom::Header(name) => {
                let header = reading.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(&name.value));
                let Some((_, value)) = header else {
                    return Err(missing(format!("the answer has no header `{}`", name.value), self));
                };
                let secret = self.journal.redactor.contains_secret(value);
                Ok((json!(value), format!("the header `{}`", name.value), secret))
            }
            SaveFrom::Template(template) => {
                self.prepare(template.references())?;
                let scope = self.scope().with("response", reading.response());
                let scope = scope.with("responses", Data::fields(reading.earlier.iter().cloned()));
                let (value, secret) = self.evaluate_tracked(template, &scope)?;
                Ok((value, "a template over the answer".to_owned(), secret))
            }
        }
    }
}
