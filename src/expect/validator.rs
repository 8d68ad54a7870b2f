use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jsonschema::error::{TypeKind, ValidationErrorKind as Keyword};
use jsonschema::{PatternOptions, Retrieve, Uri, ValidationError, Validator};
use serde_json::{Value, json};

use super::difference::member_step;
use super::phrase::SHOWN;
use super::schema::{MAX_SCHEMA_BYTES, MAX_SCHEMA_FILES, Read, Refused, SchemaError};
use super::{Difference, MAX_DIFFERENCES, shown};

/// Whether this build can judge by schemas.
pub(super) const AVAILABLE: bool = true;

/// Files are named by URIs of this form inside of the validator: the project's root is the root of all.
const ROOT: &str = "file:///";
/// Most steps back that a pattern of a schema may take in one text.
const MAX_BACKTRACKING: usize = 100_000;
/// Most characters that are told of what is wrong with a schema.
const MAX_TOLD: usize = 200;
/// Largest compiled pattern, in bytes.
const MAX_COMPILED_PATTERN: usize = 1 << 20;

#[derive(Debug)]
pub(super) struct Compiled(Validator);

/// A schema that refers to nothing outside of it.
pub(super) fn alone(schema: &Value) -> Result<Compiled, Refused> {
    beside(schema, "", &(Arc::new(|_: &str| Err("it is not part of the project".to_owned())) as Read))
}

/// A schema that stands in a file of `folder`, and refers to files from there.
pub(super) fn beside(schema: &Value, folder: &str, read: &Read) -> Result<Compiled, Refused> {
    compile(schema, &format!("{folder}schema"), read)
}

/// The schema of a file.
pub(super) fn from_file(path: &str, read: &Read) -> Result<Compiled, Refused> {
    let schema = document(path, read).map_err(|why| Refused { says: "cannot be read", why, help: None })?;
    compile(&schema, path, read)
}

fn compile(schema: &Value, path: &str, read: &Read) -> Result<Compiled, Refused> {
    let mut base = url::Url::parse(ROOT).map_err(|error| invalid(error.to_string()))?;
    base.set_path(path);
    let patterns = PatternOptions::fancy_regex().backtrack_limit(MAX_BACKTRACKING).size_limit(MAX_COMPILED_PATTERN);
    let made = jsonschema::options()
        .with_base_uri(base.as_str())
        .with_retriever(Files { read: Arc::clone(read), count: AtomicUsize::new(0) })
        .with_pattern_options(patterns)
        .should_validate_formats(true)
        .build(schema);
    made.map(Compiled).map_err(|error| match error.kind() {
        Keyword::Referencing(jsonschema::ReferencingError::Unretrievable { uri, source }) => {
            let named = uri.strip_prefix(ROOT).unwrap_or(uri);
            Refused { says: "refers to a file that cannot be read", why: format!("`{named}`: {source}"), help: None }
        }
        _ => {
            let pointer = error.instance_path().as_str();
            let place = if pointer.is_empty() { String::new() } else { format!("{}: ", json_path(pointer, schema)) };
            let text = error.to_string();
            let text = text.char_indices().nth(MAX_TOLD).map_or(text.clone(), |(end, _)| format!("{}…", &text[..end]));
            invalid(format!("{place}{text}"))
        }
    })
}

fn invalid(why: String) -> Refused {
    Refused { says: "is not a JSON Schema", why, help: None }
}

/// A JSON document of the project.
fn document(path: &str, read: &Read) -> Result<Value, String> {
    let bytes = read(path)?;
    if bytes.len() > MAX_SCHEMA_BYTES {
        return Err(format!("it has {} bytes, and {MAX_SCHEMA_BYTES} are read at most", bytes.len()));
    }
    serde_json::from_slice(&bytes).map_err(|error| format!("it is not JSON: {error}"))
}

/// The files that a schema refers to: those of the project, nothing else.
struct Files {
    read: Read,
    count: AtomicUsize,
}

impl Retrieve for Files {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        let Some(path) = uri.as_str().strip_prefix(ROOT) else {
            return Err("only files of the project are read".into());
        };
        if self.count.fetch_add(1, Ordering::Relaxed) >= MAX_SCHEMA_FILES {
            return Err(format!("a schema refers to {MAX_SCHEMA_FILES} files at most").into());
        }
        let path = percent_encoding::percent_decode_str(path).decode_utf8()?;
        Ok(document(&path, &self.read)?)
    }
}

impl Compiled {
    pub(super) fn errors(&self, value: &Value) -> Vec<SchemaError> {
        self.0.iter_errors(value).flat_map(|error| told(&error, value)).take(MAX_DIFFERENCES).collect()
    }
}

/// What the validator found, place by place.
fn told(error: &ValidationError, whole: &Value) -> Vec<SchemaError> {
    let path = json_path(error.instance_path().as_str(), whole);
    let actual = error.instance().as_ref();
    let keyword = error.kind().keyword();
    let (what, wanted) = match error.kind() {
        Keyword::Required { property } => {
            let path = format!("{path}{}", member_step(property.as_str().unwrap_or_default()));
            let message = format!("{} is absent and `required`", place(&path));
            return vec![SchemaError {
                difference: Difference::new(&path, Some(&json!({ "required": [property] })), None),
                message,
            }];
        }
        Keyword::AdditionalProperties { unexpected } | Keyword::UnevaluatedProperties { unexpected } => {
            let one = |name: &String| {
                let path = format!("{path}{}", member_step(name));
                let message = format!("{} is not allowed by `{keyword}`", place(&path));
                SchemaError { difference: Difference::new(&path, None, actual.get(name)), message }
            };
            return unexpected.iter().map(one).collect();
        }
        Keyword::Type { kind } => {
            let types: Vec<String> = match kind {
                TypeKind::Single(one) => vec![one.to_string()],
                TypeKind::Multiple(many) => many.iter().map(|one| one.to_string()).collect(),
            };
            (types.join(" or "), json!(types))
        }
        Keyword::Enum { options } => (format!("one of {}", shown(options, SHOWN)), options.as_ref().clone()),
        Keyword::Constant { expected_value } => (shown(expected_value, SHOWN), expected_value.as_ref().clone()),
        Keyword::Pattern { pattern } => (pattern.clone(), json!(pattern)),
        Keyword::Format { format } => (format.clone(), json!(format)),
        Keyword::Minimum { limit } | Keyword::ExclusiveMinimum { limit } => (limit.to_string(), limit.clone()),
        Keyword::Maximum { limit } | Keyword::ExclusiveMaximum { limit } => (limit.to_string(), limit.clone()),
        Keyword::MinLength { limit }
        | Keyword::MaxLength { limit }
        | Keyword::MinItems { limit }
        | Keyword::MaxItems { limit }
        | Keyword::MinProperties { limit }
        | Keyword::MaxProperties { limit } => (limit.to_string(), json!(limit)),
        Keyword::MultipleOf { multiple_of } => (multiple_of.to_string(), json!(multiple_of)),
        Keyword::OneOfMultipleValid { .. } => ("and it fits several".to_owned(), json!(true)),
        Keyword::BacktrackLimitExceeded { .. } => {
            (format!("which takes more than {MAX_BACKTRACKING} steps"), json!(true))
        }
        _ => (String::new(), json!(true)),
    };
    let space = if what.is_empty() { "" } else { " " };
    let message = format!("{} is {}, expected `{keyword}`{space}{what}", place(&path), shown(actual, SHOWN));
    let expected = json!({ keyword: wanted });
    vec![SchemaError { difference: Difference::new(&path, Some(&expected), Some(actual)), message }]
}

/// A JSON pointer into a value as JSONPath.
fn json_path(pointer: &str, whole: &Value) -> String {
    let (mut path, mut at) = ("$".to_owned(), Some(whole));
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        match at {
            Some(Value::Array(items)) => {
                path += &format!("[{step}]");
                at = step.parse().ok().and_then(|index: usize| items.get(index));
            }
            other => {
                path += &member_step(&step);
                at = other.and_then(|value| value.get(&step));
            }
        }
    }
    path
}

/// How a place is called in messages.
fn place(path: &str) -> &str {
    match path.strip_prefix('$') {
        Some("") | None => "it",
        Some(rest) => rest,
    }
}
