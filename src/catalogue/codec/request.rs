use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};

use super::{CodecError, Invalid, Media, ParamValue, Params, fields, path, text};
use crate::catalogue::{BodyFormat, Exchange, Field, InputType};

/// Writes padding, reads with and without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A request on the wire, without what the sender adds to every one (credential, correlation, content type).
#[derive(Clone, Debug, PartialEq)]
pub struct WireRequest {
    /// The method.
    pub method: String,
    /// The URL: absolute, or path and query.
    pub url: String,
    /// Headers; their names are compared without case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: WireBody,
}

/// The body of a request on the wire.
#[derive(Clone, Debug, PartialEq)]
pub enum WireBody {
    /// None.
    None,
    /// JSON.
    Json(Value),
    /// `multipart/form-data`.
    Multipart(Vec<Part>),
}

/// One part of a `multipart/form-data` body.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Its content.
    pub value: PartValue,
}

/// The content of a part.
#[derive(Clone, Debug, PartialEq)]
pub enum PartValue {
    /// Text, without file name.
    Text(String),
    /// A file with its name and media type.
    File(Media),
}

impl Exchange {
    /// Writes a request. Parameters that are absent or null are left out; nothing is validated, since scenarios send wrong
    /// values on purpose.
    ///
    /// # Errors
    /// A parameter of the path is missing, one is not known, or one cannot stand where the exchange puts it.
    pub fn write_request(&self, base_url: &str, params: &Params) -> Result<WireRequest, CodecError> {
        if let Some(parameter) = params.iter().find_map(|(name, value)| self.without_place(name, value)) {
            return Err(CodecError::Unknown { exchange: self.name.value.clone(), parameter });
        }
        let mut headers = Vec::new();
        for (header, name) in &self.headers {
            if let Some(value) = self.text_of(params, name, "a header")? {
                if value.chars().any(|c| !matches!(c, ' '..='~')) {
                    return Err(self.unwritable(name, "a header", "it has characters that are not printable ASCII"));
                }
                headers.push((header.clone(), value));
            }
        }
        let method = self.methods.first().cloned().unwrap_or_default();
        Ok(WireRequest { method, url: self.write_url(base_url, params)?, headers, body: self.write_body(params)? })
    }

    fn write_url(&self, base_url: &str, params: &Params) -> Result<String, CodecError> {
        if let Some(name) = &self.url
            && let Some(url) = self.text_of(params, name, "the URL")?
        {
            return Ok(url);
        }
        let path = self.path.fill(|name| match self.text_of(params, name, "the path")? {
            // Clients resolve these even when they are encoded.
            Some(value) if value == "." || value == ".." => {
                Err(self.unwritable(name, "the path", "`.` and `..` mean another path"))
            }
            Some(value) => Ok(value),
            None => Err(CodecError::Missing { exchange: self.name.value.clone(), parameter: name.to_owned() }),
        })?;
        let mut url = format!("{}{path}", base_url.trim_end_matches('/'));
        let mut separator = '?';
        for (wire, name) in &self.query {
            if let Some(value) = self.text_of(params, name, "the query")? {
                url.push(separator);
                url.push_str(&format!("{}={}", path::encode(wire), path::encode(&value)));
                separator = '&';
            }
        }
        Ok(url)
    }

    fn write_body(&self, params: &Params) -> Result<WireBody, CodecError> {
        Ok(match self.body.format {
            BodyFormat::None => WireBody::None,
            BodyFormat::Json => {
                let mut object = Map::new();
                for (name, value) in params {
                    let value = match value {
                        ParamValue::Json(value) => value.clone(),
                        ParamValue::File(media) if self.is_text(name) => {
                            let text = str::from_utf8(&media.bytes);
                            text.map_err(|_| self.unwritable(name, "the body", "it is no UTF-8"))?.into()
                        }
                        ParamValue::File(media) => Value::String(BASE64.encode(&media.bytes)),
                    };
                    object.insert(name.clone(), value);
                }
                let object = Value::Object(object);
                let mut body = Value::Object(Map::new());
                fields::write(&self.body.fields, &object, &mut body);
                WireBody::Json(body)
            }
            BodyFormat::Multipart => {
                let parts = self.body.fields.iter().filter_map(|field| {
                    let value = match params.get(&field.name.value) {
                        Some(ParamValue::File(media)) => PartValue::File(media.clone()),
                        _ => PartValue::Text(text::write(&self.member(params, field)?, self.kind(&field.name))),
                    };
                    Some(Part { name: part_name(field)?.to_owned(), value })
                });
                WireBody::Multipart(parts.collect())
            }
        })
    }

    /// The value of a field, which may be a member of a parameter.
    fn member(&self, params: &Params, field: &Field) -> Option<Value> {
        let (name, inner) = field.name.split_once('.').map_or((field.name.as_str(), None), |(a, b)| (a, Some(b)));
        let value = params.get(name)?.as_json()?;
        inner.map_or(Some(value), |inner| fields::get(value, inner)).filter(|value| !value.is_null()).cloned()
    }

    /// Reads a request into its parameters, with those of its path as [`Wire::route`](crate::catalogue::Wire::route)
    /// found them. What is not known is left aside. Whether the values are right is said by [`Exchange::validate`].
    ///
    /// # Errors
    /// The body has another format than the exchange, or a file is no base64.
    pub fn read_request(&self, path_params: &[(String, String)], request: &WireRequest) -> Result<Params, Invalid> {
        let mut params = Params::new();
        let mut put = |name: &str, value: &str| {
            params.entry(name.to_owned()).or_insert_with(|| text::read(value, self.kind(name)).into());
        };
        path_params.iter().for_each(|(name, value)| put(name, value));
        let query = path::query(&request.url);
        for (wire, name) in &self.query {
            query.iter().filter(|(given, _)| given == wire).for_each(|(_, value)| put(name, value));
        }
        for (wire, name) in &self.headers {
            let given = request.headers.iter().filter(|(given, _)| given.eq_ignore_ascii_case(wire));
            given.for_each(|(_, value)| put(name, value));
        }
        let mut problems = Vec::new();
        let body = match (&self.body.format, &request.body) {
            (BodyFormat::None, _) | (_, WireBody::None) => Params::new(),
            (BodyFormat::Json, WireBody::Json(body)) if body.is_object() => self.read_json(body, &mut problems),
            (BodyFormat::Multipart, WireBody::Multipart(parts)) => self.read_parts(parts),
            (BodyFormat::Json, _) => {
                return Err(Invalid { problems: vec!["the body must be a JSON object".to_owned()] });
            }
            (BodyFormat::Multipart, _) => {
                return Err(Invalid { problems: vec!["the body must be multipart/form-data".to_owned()] });
            }
        };
        body.into_iter().for_each(|(name, value)| {
            params.entry(name).or_insert(value);
        });
        if problems.is_empty() { Ok(params) } else { Err(Invalid { problems }) }
    }

    fn read_json(&self, body: &Value, problems: &mut Vec<String>) -> Params {
        let Value::Object(object) = fields::read(&self.body.fields.iter().collect::<Vec<_>>(), body) else {
            return Params::new();
        };
        let mut params = Params::new();
        for (name, value) in object {
            let encoded = value.as_str().filter(|_| matches!(self.kind(&name), InputType::File { .. }));
            let decode = |text: &str| if self.is_text(&name) { Ok(text.into()) } else { BASE64.decode(text) };
            match encoded.map(decode) {
                None => params.insert(name, ParamValue::Json(value)),
                Some(Ok(bytes)) => params.insert(name.clone(), Media::of_bytes(name, bytes).into()),
                Some(Err(_)) => {
                    problems.push(format!("`{name}` is no base64"));
                    None
                }
            };
        }
        params
    }

    fn read_parts(&self, parts: &[Part]) -> Params {
        let mut files = Params::new();
        let mut object = Value::Object(Map::new());
        let mut ordered: Vec<&Field> = self.body.fields.iter().collect();
        ordered.sort_by_key(|field| field.name.matches('.').count());
        for field in ordered {
            match parts.iter().find(|part| part_name(field) == Some(&part.name)).map(|part| &part.value) {
                Some(PartValue::File(media)) => {
                    files.insert(field.name.value.clone(), media.clone().into());
                }
                Some(PartValue::Text(text)) => {
                    fields::set(&mut object, &field.name, text::read(text, self.kind(&field.name)));
                }
                None => {}
            }
        }
        if let Value::Object(object) = object {
            files.extend(object.into_iter().map(|(name, value)| (name, ParamValue::Json(value))));
        }
        files
    }

    /// The text of a parameter for a place that holds text alone; `None` if it is absent or null.
    fn text_of(&self, params: &Params, name: &str, place: &'static str) -> Result<Option<String>, CodecError> {
        match params.get(name) {
            None | Some(ParamValue::Json(Value::Null)) => Ok(None),
            Some(ParamValue::Json(value)) => Ok(Some(text::write(value, self.kind(name)))),
            Some(ParamValue::File(_)) => Err(self.unwritable(name, place, "it is a file")),
        }
    }

    fn unwritable(&self, parameter: &str, place: &'static str, why: &'static str) -> CodecError {
        let exchange = self.name.value.clone();
        CodecError::Unwritable { exchange, parameter: parameter.to_owned(), place, why }
    }

    /// What a parameter must be; text where nothing is declared.
    fn kind(&self, name: &str) -> &InputType {
        self.params.iter().find(|param| param.name.value == name).map_or(&InputType::Text, |param| &param.kind)
    }

    /// Whether a file stands in JSON as text.
    fn is_text(&self, name: &str) -> bool {
        self.params.iter().any(|param| param.name.value == name && param.as_text)
    }

    /// What of a parameter stands nowhere in the request: itself, or a member where members alone have places.
    fn without_place(&self, name: &str, value: &ParamValue) -> Option<String> {
        if value.is_null() {
            return None;
        }
        if !self.parameters().contains(&name) {
            return Some(name.to_owned());
        }
        let named = |wanted: &str| self.body.fields.iter().any(|field| field.name.value == wanted);
        let elsewhere = self.path.parameters().any(|parameter| parameter == name)
            || self.query.iter().chain(&self.headers).any(|(_, parameter)| parameter == name)
            || self.url.as_deref() == Some(name);
        if elsewhere || named(name) {
            return None;
        }
        let inside = |member: &str| {
            let path = format!("{name}.{member}");
            self.body.fields.iter().any(|field| field.name.strip_prefix(&path).is_some_and(starts_member))
        };
        let members = value.as_json().and_then(Value::as_object)?;
        let lost = members.iter().find(|(member, value)| !value.is_null() && !inside(member));
        lost.map(|(member, _)| format!("{name}.{member}"))
    }

    /// The names of all parameters that stand somewhere in the request.
    pub fn parameters(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.path.parameters().collect();
        names.extend(self.query.iter().chain(&self.headers).map(|(_, name)| name.as_str()));
        names.extend(self.url.as_deref());
        names.extend(self.body.fields.iter().map(|field| field.name.split('.').next().unwrap_or_default()));
        let mut seen = std::collections::BTreeSet::new();
        names.retain(|name| seen.insert(*name));
        names
    }
}

/// Whether a name ends here or goes on with a member.
fn starts_member(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('.')
}

/// The name of the part in which a field stands.
fn part_name(field: &Field) -> Option<&str> {
    field.pointers.first()?.strip_prefix('/')
}
