use axum::body::{Body, Bytes};
use multer::Multipart;

use super::bound::{MAX_JSON_DEPTH, MAX_PARTS, too_deep};
use crate::catalogue::{Media, Part, PartValue, WireBody};

/// Reads the body of a request by its content type: `multipart/form-data`, else JSON, else nothing.
///
/// # Errors
/// It is malformed or exceeds a bound; one sentence.
pub async fn read(content_type: Option<&str>, body: Bytes) -> Result<WireBody, String> {
    if let Some(boundary) = content_type.and_then(|value| multer::parse_boundary(value).ok()) {
        return parts(body, boundary).await.map(WireBody::Multipart);
    }
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(WireBody::None);
    }
    json(&body).map(WireBody::Json)
}

/// Reads JSON that is not nested too deeply.
///
/// # Errors
/// It is malformed, nested too deeply, or not what is wanted; one sentence.
pub fn json<T: serde::de::DeserializeOwned>(text: &[u8]) -> Result<T, String> {
    if too_deep(text) {
        return Err(format!("the body is nested more than {MAX_JSON_DEPTH} levels deep"));
    }
    serde_json::from_slice(text).map_err(|error| format!("the body cannot be read as JSON: {error}"))
}

async fn parts(body: Bytes, boundary: String) -> Result<Vec<Part>, String> {
    let wrong = |error: multer::Error| format!("the body cannot be read as multipart/form-data: {error}");
    let mut multipart = Multipart::new(Body::from(body).into_data_stream(), boundary);
    let mut parts = Vec::new();
    while let Some(field) = multipart.next_field().await.map_err(wrong)? {
        if parts.len() == MAX_PARTS {
            return Err(format!("the body has more than {MAX_PARTS} parts"));
        }
        let name = field.name().unwrap_or_default().to_owned();
        let file = field.file_name().map(str::to_owned);
        let media = field.content_type().map(|media| media.essence_str().to_owned());
        let value = match file {
            Some(file) => {
                let bytes = field.bytes().await.map_err(wrong)?;
                let mut found = Media::of_bytes(file, &*bytes);
                if let Some(media) = media.filter(|media| media != Media::UNKNOWN) {
                    found.media = media;
                }
                PartValue::File(found)
            }
            None => PartValue::Text(field.text().await.map_err(wrong)?),
        };
        parts.push(Part { name, value });
    }
    Ok(parts)
}
