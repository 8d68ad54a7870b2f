use minijinja::value::{Value as Engine, ValueKind};
use serde_json::{Map, Number, Value};

/// Deepest nesting of a value that a template may give.
pub const MAX_DEPTH: usize = 128;
/// Most values, nested ones counted, that one expression may give.
pub const MAX_NODES: usize = 1_000_000;

/// Why a value of the engine is no JSON.
#[derive(Debug, PartialEq)]
pub(super) enum NotJson {
    /// Undefined, at the top or somewhere inside.
    Undefined,
    /// A function that was not called, bytes, or a number that JSON cannot write.
    Kind(String),
    /// A bound, named.
    Limit(String),
}

/// The JSON of a value of the engine. Undefined is refused wherever it stands.
pub(super) fn to_json(value: &Engine) -> Result<Value, NotJson> {
    let mut nodes = 0;
    convert(value, 0, &mut nodes)
}

/// The text of a value in a mixed scalar: strings as they are, anything else as JSON.
pub(super) fn to_text(value: &Engine) -> Result<String, NotJson> {
    match value.kind() {
        ValueKind::String => Ok(value.as_str().unwrap_or_default().to_owned()),
        _ => Ok(to_json(value)?.to_string()),
    }
}

fn convert(value: &Engine, depth: usize, nodes: &mut usize) -> Result<Value, NotJson> {
    *nodes += 1;
    if depth > MAX_DEPTH {
        return Err(NotJson::Limit(format!("the value is nested deeper than {MAX_DEPTH} levels")));
    }
    if *nodes > MAX_NODES {
        return Err(NotJson::Limit(format!("the value has more than {MAX_NODES} values in it")));
    }
    match value.kind() {
        ValueKind::Undefined => Err(NotJson::Undefined),
        ValueKind::None => Ok(Value::Null),
        ValueKind::Bool => Ok(Value::Bool(value.is_true())),
        ValueKind::Number => number(value),
        ValueKind::String => Ok(Value::String(value.as_str().unwrap_or_default().to_owned())),
        ValueKind::Seq | ValueKind::Iterable => {
            let items = value.try_iter().map_err(|error| NotJson::Kind(error.to_string()))?;
            items.map(|item| convert(&item, depth + 1, nodes)).collect::<Result<_, _>>().map(Value::Array)
        }
        ValueKind::Map => {
            let mut map = Map::new();
            for key in value.try_iter().map_err(|error| NotJson::Kind(error.to_string()))? {
                let item = value.get_item(&key).map_err(|error| NotJson::Kind(error.to_string()))?;
                map.insert(to_text(&key)?, convert(&item, depth + 1, nodes)?);
            }
            Ok(Value::Object(map))
        }
        ValueKind::Bytes => Err(NotJson::Kind("it gives bytes, which have no JSON; encode them".to_owned())),
        // An error that the engine carries as a value says more than its kind.
        ValueKind::Invalid => Err(NotJson::Kind(value.to_string())),
        _ => Err(NotJson::Kind("it gives a function; call it with `()`".to_owned())),
    }
}

fn number(value: &Engine) -> Result<Value, NotJson> {
    if value.is_integer() {
        return i64::try_from(value.clone())
            .map(Value::from)
            .or_else(|_| u64::try_from(value.clone()).map(Value::from))
            .map_err(|_| NotJson::Kind("it gives a whole number beyond 64 bits".to_owned()));
    }
    f64::try_from(value.clone())
        .ok()
        .and_then(Number::from_f64)
        .map(Value::Number)
        .ok_or_else(|| NotJson::Kind("it gives a number that JSON cannot write".to_owned()))
}
