use serde_json::{Map, Value};

/// The largest array index that a pointer may hold, since whatever is before it has to be written as well.
pub const MAX_INDEX: usize = 15;

/// Whether a pointer is well-formed by RFC 6901 and within bounds.
///
/// # Errors
/// What is wrong with it, as the end of a sentence.
pub fn check(pointer: &str) -> Result<(), String> {
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return Err("it must be empty or begin with `/`".to_owned());
    }
    let mut after_tilde = pointer.split('~').skip(1);
    if after_tilde.any(|rest| !rest.starts_with(['0', '1'])) {
        return Err("`~` is written `~0`, and `/` inside a name `~1`".to_owned());
    }
    match tokens(pointer).iter().filter_map(|token| index(token)).find(|index| *index > MAX_INDEX) {
        Some(_) => Err(format!("an index in it may be {MAX_INDEX} at most")),
        None => Ok(()),
    }
}

/// The value at a pointer.
pub fn get<'a>(root: &'a Value, pointer: &str) -> Option<&'a Value> {
    if pointer.contains('~') {
        return root.pointer(pointer);
    }
    // Without escapes nothing has to be copied.
    pointer.split('/').skip(1).try_fold(root, |at, token| match at {
        Value::Object(members) => members.get(token),
        Value::Array(items) => items.get(index(token)?),
        _ => None,
    })
}

/// The names of a pointer, escapes resolved.
pub fn tokens(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")).collect()
}

/// A token that can be an index: a number as RFC 6901 writes it. All digits of a longer number count as too large.
fn index(token: &str) -> Option<usize> {
    let digits = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit());
    (digits && (token == "0" || !token.starts_with('0'))).then(|| token.parse().unwrap_or(usize::MAX))
}

/// Sets a value. Members on the way are made; whatever is on the way and can have none is replaced. An object that is set
/// where one is adds its members.
pub fn set(root: &mut Value, pointer: &str, value: Value) {
    let mut at = root;
    for token in tokens(pointer) {
        at = match index(&token).filter(|index| *index <= MAX_INDEX && !at.is_object()) {
            Some(index) => element(at, index),
            None => member(at, token),
        };
    }
    match (at, value) {
        (Value::Object(there), Value::Object(members)) => there.extend(members),
        (at, value) => *at = value,
    }
}

/// The element of an array, which is made and lengthened as needed.
fn element(at: &mut Value, index: usize) -> &mut Value {
    if !at.is_array() {
        *at = Value::Array(Vec::new());
    }
    match at {
        Value::Array(items) => {
            items.resize(items.len().max(index + 1), Value::Null);
            &mut items[index]
        }
        other => other,
    }
}

/// The member of an object, which is made as needed.
pub fn member(at: &mut Value, name: String) -> &mut Value {
    if !at.is_object() {
        *at = Value::Object(Map::new());
    }
    match at {
        Value::Object(members) => members.entry(name).or_insert(Value::Null),
        other => other,
    }
}

/// Takes a value away, and the objects that became empty by it.
pub fn remove(root: &mut Value, tokens: &[String]) {
    let Some((first, rest)) = tokens.split_first() else { return };
    let Some(members) = root.as_object_mut() else { return };
    if rest.is_empty() {
        members.shift_remove(first);
        return;
    }
    let Some(next) = members.get_mut(first) else { return };
    let before = next.as_object().is_some_and(Map::is_empty);
    remove(next, rest);
    if !before && next.as_object().is_some_and(Map::is_empty) {
        members.shift_remove(first);
    }
}
