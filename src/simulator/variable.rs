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

/// A value as text: text as it is, null as nothing, the rest as JSON.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
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

    use super::{fill, get};

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
    fn a_value_is_found_unless_it_is_null() {
        let variables = map(json!({ "a": { "b": 1, "c": null } }));
        assert_eq!(get(&variables, "a.b"), Some(&json!(1)));
        assert_eq!((get(&variables, "a.c"), get(&variables, "a.b.c"), get(&variables, "x")), (None, None, None));
    }
}
