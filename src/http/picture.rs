use std::borrow::Cow;

use serde_json::Value;

use super::shorten::{base64_of, decoded, media_of};
use super::{Exchange, Request, RequestBody};

/// An image, or another file of a known kind, that was sent or received.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    /// Its media type, by its first bytes.
    pub media: &'static str,
    content: Content<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Content<'a> {
    Raw(&'a [u8]),
    Base64(&'a str),
}

impl<'a> Picture<'a> {
    /// Its bytes; none if its base64 is broken behind the beginning.
    pub fn bytes(&self) -> Option<Cow<'a, [u8]>> {
        match self.content {
            Content::Raw(bytes) => Some(Cow::Borrowed(bytes)),
            Content::Base64(text) => decoded(text).map(Cow::Owned),
        }
    }

    /// What tells it from others without looking at the whole of it: where it was met again it is the same.
    pub fn mark(&self) -> (usize, &'a [u8]) {
        let bytes = match self.content {
            Content::Raw(bytes) => bytes,
            Content::Base64(text) => text.as_bytes(),
        };
        let middle = bytes.len() / 2;
        (bytes.len(), &bytes[middle..bytes.len().min(middle + 64)])
    }

    fn raw(bytes: &'a [u8]) -> Option<Self> {
        media_of(bytes).map(|media| Self { media, content: Content::Raw(bytes) })
    }

    fn base64(text: &'a str) -> Option<Self> {
        base64_of(text).map(|media| Self { media, content: Content::Base64(text) })
    }
}

/// Visits the images of a request and its answer: bodies, parts of forms, texts in JSON.
pub fn pictures(request: &Request, exchange: &Exchange, visit: &mut dyn FnMut(Picture<'_>)) {
    match &request.body {
        RequestBody::None => {}
        RequestBody::Json(value) => texts(value, visit),
        RequestBody::Bytes { bytes, .. } => Picture::raw(bytes).into_iter().for_each(&mut *visit),
        RequestBody::Multipart(parts) => {
            parts.iter().filter_map(|part| Picture::raw(&part.bytes)).for_each(&mut *visit);
        }
    }
    let Ok(answer) = &exchange.answer else { return };
    match Picture::raw(&answer.body) {
        Some(picture) => visit(picture),
        None => answer.json().into_iter().for_each(|value| texts(value, visit)),
    }
}

fn texts(value: &Value, visit: &mut dyn FnMut(Picture<'_>)) {
    match value {
        Value::String(text) => Picture::base64(text).into_iter().for_each(visit),
        Value::Array(items) => items.iter().for_each(|item| texts(item, visit)),
        Value::Object(members) => members.values().for_each(|member| texts(member, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
