use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::{Exchange, Request, RequestBody};
use crate::redact::{Personal, Redactor};

/// The media type of what a form sends where it sends no files.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// Lets a redactor learn the values of personal data in a request and its answer.
pub fn learn(request: &Request, exchange: &Exchange, redactor: &mut Redactor) {
    if redactor.personal().is_empty() {
        return;
    }
    let mut pairs = request.url.query().map(str::to_owned).into_iter().collect::<Vec<_>>();
    match &request.body {
        RequestBody::None => {}
        RequestBody::Json(value) => redactor.learn(value),
        RequestBody::Bytes { media, bytes } if media == FORM => pairs.push(String::from_utf8_lossy(bytes).into_owned()),
        RequestBody::Bytes { bytes, .. } => {
            if let Ok(value) = serde_json::from_slice(bytes) {
                redactor.learn(&value);
            }
        }
        RequestBody::Multipart(parts) => {
            for part in parts {
                let field = redactor.personal().field(&part.name).map(str::to_owned);
                if let (Some(field), Ok(text)) = (field, std::str::from_utf8(&part.bytes)) {
                    redactor.learn_value(&field, text);
                }
            }
        }
    }
    if let Ok(answer) = &exchange.answer {
        match answer.json() {
            Ok(value) => redactor.learn(value),
            Err(_) if answer.media() == FORM => pairs.push(String::from_utf8_lossy(&answer.body).into_owned()),
            Err(_) => {}
        }
    }
    for pair in pairs.iter().flat_map(|pairs| pairs.split('&')) {
        let Some((name, value)) = pair.split_once('=') else { continue };
        if let Some(field) = redactor.personal().field(&decoded(name)).map(str::to_owned) {
            redactor.learn_value(&field, decoded(value).trim());
        }
    }
}

/// The pairs of a query or form without the values of personal data.
pub(super) fn pairs<'t>(text: &'t str, personal: &Personal) -> Cow<'t, str> {
    if personal.is_empty() {
        return Cow::Borrowed(text);
    }
    let masked = text.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) if !value.is_empty() => match personal.field(&decoded(name)) {
            Some(field) => format!("{name}={}", Redactor::placeholder(field)),
            None => pair.to_owned(),
        },
        _ => pair.to_owned(),
    });
    Cow::Owned(masked.collect::<Vec<_>>().join("&"))
}

/// A URL without the values of personal data in its query.
pub(super) fn url<'t>(url: &'t str, personal: &Personal) -> Cow<'t, str> {
    match url.split_once('?') {
        Some((before, query)) if !personal.is_empty() => Cow::Owned(format!("{before}?{}", pairs(query, personal))),
        _ => Cow::Borrowed(url),
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}
