//! How catalogues name process variables, and what values that elements are given mean.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// A dotted path with values put in for `{name}`: those of the first map that has one at this dotted path. Nothing where
/// none has.
pub fn fill(pattern: &str, known: &[&Map<String, Value>]) -> Option<String> {
    let mut filled = String::new();
    let mut rest = pattern;
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, inner)| Some((before, inner.split_once('}')?)))
    {
        filled.push_str(before);
        filled.push_str(&known.iter().find_map(|values| get(values, name)).map(text)?);
        rest = after;
    }
    Some(filled + rest)
}

/// What is written where a path says: one value, or for a path with `{*}` each member of it in the place of the star.
/// Nothing where `{name}` has no value.
pub fn places(pattern: &str, value: &Value, known: &[&Map<String, Value>]) -> Vec<(String, Value)> {
    let Some((before, after)) = pattern.split_once("{*}") else {
        return fill(pattern, known).map(|path| (path, value.clone())).into_iter().collect();
    };
    let (Some(before), Some(after)) = (fill(before, known), fill(after, known)) else { return Vec::new() };
    let members = value.as_object().into_iter().flatten();
    members.map(|(name, value)| (format!("{before}{name}{after}"), value.clone())).collect()
}

/// The items of a list, of a text that is the JSON of one, or of a text of names with commas between them.
pub fn list(value: &Value) -> Option<Cow<'_, [Value]>> {
    match value {
        Value::Array(items) => Some(Cow::Borrowed(items)),
        Value::String(text) if text.trim_start().starts_with(['[', '{']) => {
            serde_json::from_str(text).ok().map(Cow::Owned)
        }
        Value::String(text) => {
            Some(text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(Value::from).collect())
        }
        _ => None,
    }
}

/// The member of a mapping; anything else is its own.
pub fn member<'a>(value: &'a Value, name: &str) -> &'a Value {
    match value {
        Value::Object(members) => members.get(name).unwrap_or(&Value::Null),
        other => other,
    }
}

/// A value as text: text as it is, null as nothing, the rest as JSON.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Whether a parameter says yes, as a value or as a text.
pub fn is_true(value: &Value) -> bool {
    *value == Value::Bool(true) || value.as_str().is_some_and(|text| text.trim() == "true")
}

/// Whether a parameter says no, as a value or as a text.
pub fn is_false(value: &Value) -> bool {
    *value == Value::Bool(false) || value.as_str().is_some_and(|text| text.trim() == "false")
}

/// The value at a dotted path, if there is one that is not null.
pub fn get<'a>(variables: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let mut segments = path.split('.');
    let root = variables.get(segments.next()?)?;
    segments.try_fold(root, |at, member| at.get(member)).filter(|value| !value.is_null())
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::{fill, get, list, member, places};

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_path_takes_values() {
        let inputs = map(json!({ "key": "face1", "number": 1, "nothing": null }));
        let more = map(json!({ "key": "other", "in": { "side": "A" } }));
        let filled = |pattern: &str| fill(pattern, &[&inputs, &more]);
        assert_eq!(filled("_faces.{key}.x{number}").as_deref(), Some("_faces.face1.x1"), "the first map wins");
        assert_eq!(filled("a.{in.side}").as_deref(), Some("a.A"));
        assert_eq!((filled("a.{missing}"), filled("a.{nothing}")), (None, None));
        assert_eq!(filled("a{").as_deref(), Some("a{"));
    }

    #[test]
    fn a_star_is_each_member() {
        let inputs = map(json!({ "key": "page" }));
        let places = |pattern: &str, value: Value| places(pattern, &value, &[&inputs]);
        assert_eq!(places("a.{key}", json!({ "x": 1 })), [("a.page".to_owned(), json!({ "x": 1 }))]);
        let each = [("a.page.x.v".to_owned(), json!(1)), ("a.page.y.v".to_owned(), json!(null))];
        assert_eq!(places("a.{key}.{*}.v", json!({ "x": 1, "y": null })), each);
        assert_eq!(places("a.{*}", json!(5)), []);
        assert_eq!(places("a.{missing}.{*}", json!({ "x": 1 })), []);
    }

    #[test]
    fn a_list_may_be_written_as_text() {
        let items = [json!("a"), json!({ "type": "b" })];
        for written in [json!(items), json!(r#"["a", {"type": "b"}]"#)] {
            let read = list(&written).unwrap();
            assert_eq!(*read, items);
            let names: Vec<&Value> = read.iter().map(|item| member(item, "type")).collect();
            assert_eq!(names, [&json!("a"), &json!("b")]);
        }
        assert_eq!(*list(&json!(" a,, b c ")).unwrap(), [json!("a"), json!("b c")]);
        assert!(list(&json!("")).unwrap().is_empty());
        for no_list in [json!({}), json!(r#"{"a": 1}"#), json!("[a"), json!(null), json!(5)] {
            assert_eq!(list(&no_list), None, "{no_list}");
        }
        assert_eq!(member(&json!({}), "type"), &json!(null));
    }

    #[test]
    fn a_value_is_found_unless_it_is_null() {
        let variables = map(json!({ "a": { "b": 1, "c": null } }));
        assert_eq!(get(&variables, "a.b"), Some(&json!(1)));
        assert_eq!((get(&variables, "a.c"), get(&variables, "a.b.c"), get(&variables, "x")), (None, None, None));
    }
}
