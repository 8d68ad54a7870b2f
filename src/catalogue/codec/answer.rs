use serde_json::{Map, Value, json};

use super::fields;
use crate::catalogue::{Answer, Exchange, Field, Wire};

/// An answer on the wire.
#[derive(Clone, Debug, PartialEq)]
pub struct WireAnswer {
    /// The HTTP status.
    pub status: u16,
    /// Headers beside those that every answer has.
    pub headers: Vec<(String, String)>,
    /// The JSON body, if there is one.
    pub body: Option<Value>,
    /// The media type, where the body is no JSON but this text.
    pub media: Option<String>,
}

impl Exchange {
    /// Writes an answer: its constants, then the fields of a semantic object (`{"element": {"id": …}, "code": …}`) that it
    /// has a place for. Fields that are absent or null are left out; an answer without places and constants has no body.
    pub fn write_answer(&self, answer: &Answer, object: &Value) -> WireAnswer {
        if let Some(media) = &answer.media {
            let text = answer.fields.first().and_then(|field| fields::get(object, &field.name)).cloned();
            return WireAnswer { status: answer.status, headers: Vec::new(), body: text, media: Some(media.clone()) };
        }
        let body = (!answer.fields.is_empty() || !answer.constants.is_empty()).then(|| {
            let mut body = Value::Object(answer.constants.clone());
            fields::write(&answer.fields, object, &mut body);
            body
        });
        WireAnswer { status: answer.status, headers: Vec::new(), body, media: None }
    }
}

impl Exchange {
    /// Whether the body of an answer of this status is a text instead of JSON.
    pub fn answers_text(&self, status: u16) -> bool {
        self.answers.iter().any(|answer| answer.status == status && answer.media.is_some())
    }
}

impl Wire {
    /// Reads an answer into a semantic object. Where things stand is told by the exchange's answers of that status, all of
    /// them together; a success with another status than those that are declared is read as any of the declared
    /// successes, and everything else as a refusal. Of a field's pointers the first that leads to something counts; null
    /// is nothing.
    pub fn read_answer(&self, exchange: &Exchange, status: u16, body: &Value) -> Value {
        let of = |fits: &dyn Fn(u16) -> bool| -> Vec<&Field> {
            exchange.answers.iter().filter(|answer| fits(answer.status)).flat_map(|answer| &answer.fields).collect()
        };
        let same_status = exchange.answers.iter().any(|answer| answer.status == status);
        let success = |status: u16| (200..300).contains(&status);
        let fields = match () {
            () if same_status => of(&|declared| declared == status),
            () if success(status) => of(&success),
            () => self.error_fields.iter().collect(),
        };
        fields::read(&fields, body)
    }

    /// Writes a refusal. A reason that the catalogue does not list is a 400 that says its name.
    pub fn write_refusal(&self, reason: &str, detail: Option<&str>) -> WireAnswer {
        let known = self.reasons.get(reason);
        let message = known.map_or_else(|| reason.replace('-', " "), |known| known.message.clone());
        let message = detail.map_or_else(|| message.clone(), |detail| format!("{message}: {detail}"));
        let object = json!({ "code": known.map(|known| known.code), "message": message });
        let mut body = Value::Object(Map::new());
        fields::write(&self.error_fields, &object, &mut body);
        let status = known.map_or(400, |known| known.status);
        WireAnswer { status, headers: Vec::new(), body: Some(body), media: None }
    }
}
