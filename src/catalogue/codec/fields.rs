use serde_json::{Map, Value};

use super::pointer;
use crate::catalogue::Field;

/// The value of a dotted semantic name; null counts as absent.
pub fn get<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    name.split('.').try_fold(object, |at, segment| at.get(segment)).filter(|value| !value.is_null())
}

/// Sets the value of a dotted semantic name.
pub fn set(object: &mut Value, name: &str, value: Value) {
    let at = name.split('.').fold(object, |at, segment| pointer::member(at, segment.to_owned()));
    *at = value;
}

/// Puts the fields of a semantic object where they stand on the wire. Short pointers go first, so that what stands inside
/// of something else refines it.
pub fn write(fields: &[Field], object: &Value, body: &mut Value) {
    let mut places: Vec<(usize, &str, &Value)> = fields
        .iter()
        .filter_map(|field| {
            let pointer = field.pointers.first()?;
            Some((pointer.matches('/').count(), pointer.as_str(), get(object, &field.name)?))
        })
        .collect();
    places.sort_by_key(|(depth, _, _)| *depth);
    for (_, place, value) in places {
        pointer::set(body, place, value.clone());
    }
}

/// Reads a semantic object from the wire. Wholes go first and members refine them. What stands inside of a whole on the
/// wire and is a field of its own is no part of the whole. Of several fields of one name, the first that is there counts.
pub fn read(fields: &[&Field], body: &Value) -> Value {
    let mut there: Vec<(&str, &str, &Value)> = Vec::new();
    for field in fields {
        let name = field.name.value.as_str();
        if there.iter().any(|(known, ..)| *known == name) {
            continue;
        }
        let value = |at: &String| pointer::get(body, at).filter(|value| !value.is_null());
        there.extend(field.pointers.iter().find_map(|at| Some((name, at.as_str(), value(at)?))));
    }
    there.sort_by_key(|(name, ..)| name.matches('.').count());
    let mut object = Value::Object(Map::new());
    for (name, at, value) in there {
        if let Some(value) = without_others(value, at, fields) {
            set(&mut object, name, value);
        }
    }
    object
}

/// A whole without what is a field of its own; `None` if nothing is left. The root of a body is always there, so an empty one
/// says nothing.
fn without_others(value: &Value, at: &str, fields: &[&Field]) -> Option<Value> {
    let mut own = value.clone();
    if own.is_object() {
        let pointers = fields.iter().flat_map(|field| &field.pointers);
        for inner in pointers.filter_map(|pointer| pointer.strip_prefix(at)).filter(|inner| inner.starts_with('/')) {
            pointer::remove(&mut own, &pointer::tokens(inner));
        }
    }
    let nothing = |value: &Value| value.as_object().is_some_and(Map::is_empty);
    (!nothing(&own) || (nothing(value) && !at.is_empty())).then_some(own)
}
