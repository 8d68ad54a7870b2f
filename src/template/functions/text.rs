use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use minijinja::value::{Kwargs, Serde, Value, ValueKind};
use minijinja::{Error, ErrorKind, State};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::engine::failed;
use crate::template::json::{NotJson, to_json, to_text};

/// All but the unreserved characters of RFC 3986 section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const ANY_PADDING: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);

/// Bytes of an argument that cost one unit of work.
pub(super) const BYTES_PER_FUEL: u64 = 1024;

pub(super) fn base64(state: &State, value: &Value, options: Kwargs) -> Result<String, Error> {
    let url_safe: Option<bool> = options.get("url_safe")?;
    options.assert_all_used()?;
    let bytes = bytes(state, value)?;
    Ok(if url_safe == Some(true) { URL_SAFE_NO_PAD.encode(bytes) } else { STANDARD.encode(bytes) })
}

pub(super) fn base64_decode(state: &State, value: &Value) -> Result<String, Error> {
    let standard: String = text(state, value)?
        .chars()
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    let bytes = ANY_PADDING.decode(standard).map_err(|error| failed(format!("this is no Base64: {error}")))?;
    String::from_utf8(bytes).map_err(|_| failed("what is behind the Base64 is no UTF-8 text"))
}

pub(super) fn hash(state: &State, value: &Value, algorithm: Option<&str>) -> Result<String, Error> {
    let text = bytes(state, value)?;
    let digest = match algorithm.unwrap_or("sha256") {
        "sha256" => Sha256::digest(text).to_vec(),
        "sha384" => Sha384::digest(text).to_vec(),
        "sha512" => Sha512::digest(text).to_vec(),
        other => return Err(failed(format!("there is no hash `{other}`; known: `sha256`, `sha384`, `sha512`"))),
    };
    Ok(data_encoding::HEXLOWER.encode(&digest))
}

pub(super) fn json(value: &Value) -> Result<String, Error> {
    to_json(value).map(|json| json.to_string()).map_err(refused)
}

pub(super) fn parse_json(state: &State, value: &Value) -> Result<Value, Error> {
    let text = text(state, value)?;
    let json: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| failed(format!("this is no JSON: {error}")))?;
    Ok(Value::from(Serde(&json)))
}

pub(super) fn url_encode(state: &State, value: &Value) -> Result<String, Error> {
    Ok(utf8_percent_encode(&text(state, value)?, RESERVED).to_string())
}

pub(super) fn url_query(state: &State, url: &Value, name: &str) -> Result<Value, Error> {
    let url = text(state, url)?;
    // A `Location` may be relative, so the query is found by the text alone.
    let query = url.split('#').next().unwrap_or_default().split_once('?').map_or("", |(_, query)| query);
    let value = url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
    Ok(value.map_or(Value::UNDEFINED, |(_, value)| Value::from(value.as_ref())))
}

fn text(state: &State, value: &Value) -> Result<String, Error> {
    let text = to_text(value).map_err(refused)?;
    // What goes in is work as well, else a loop over a large body would be free.
    state.consume_fuel(text.len() as u64 / BYTES_PER_FUEL)?;
    Ok(text)
}

/// The bytes of a file, or the UTF-8 of anything else as text.
fn bytes(state: &State, value: &Value) -> Result<Vec<u8>, Error> {
    if value.kind() != ValueKind::Bytes {
        return text(state, value).map(String::into_bytes);
    }
    let bytes = value.as_bytes().unwrap_or_default().to_vec();
    state.consume_fuel(bytes.len() as u64 / BYTES_PER_FUEL)?;
    Ok(bytes)
}

fn refused(why: NotJson) -> Error {
    match why {
        NotJson::Undefined => Error::from(ErrorKind::UndefinedError),
        NotJson::Kind(what) | NotJson::Limit(what) => failed(what),
    }
}
