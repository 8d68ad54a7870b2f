use serde_json::Value;

use super::{Scalar, ScalarStyle};

/// Texts that other readers of YAML take for something else.
const OTHERWISE: [&str; 8] = ["y", "n", "yes", "no", "on", "off", "<<", "="];

/// A value as YAML on one line: text is plain where it can be, and in double quotes elsewhere.
pub fn written(value: &Value) -> String {
    match value {
        Value::String(text) => written_text(text),
        Value::Array(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", ")),
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| format!("{}: {}", written_text(name), written(value)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
        // JSON writes these as YAML does.
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

fn written_text(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { Value::from(text).to_string() }
}

/// Whether a text can stand without quotes, wherever it stands.
fn is_plain(text: &str) -> bool {
    let scalar = Scalar { text: text.to_owned(), style: ScalarStyle::Plain };
    let first = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '+' | '$' | '(');
    let inner =
        |c: char| (!c.is_control() && !",[]{}\u{feff}\u{2028}\u{2029}".contains(c)) && (c == ' ' || !c.is_whitespace());
    scalar.value().is_string()
        && text.starts_with(first)
        && text.chars().all(inner)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !OTHERWISE.contains(&text.to_lowercase().as_str())
        // A line of dots ends a document.
        && !text.starts_with("...")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostics;
    use crate::source::Sources;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(text: &str) -> Option<Value> {
        let mut sources = Sources::new();
        let file = sources.add("a.yaml", text);
        let mut found = Diagnostics::new();
        let node = crate::yaml::parse(&sources, file, &mut found)?;
        found.is_empty().then(|| node.to_json())
    }

    #[test]
    fn values_are_written_as_people_would() {
        for (value, text) in [
            (json!("A customer"), "A customer"),
            (json!("../faces/clear.jpg"), "../faces/clear.jpg"),
            (json!("748"), "\"748\""),
            (json!("no"), "\"no\""),
            (json!("{{ vars.a }}"), "\"{{ vars.a }}\""),
            (json!("a: b"), "\"a: b\""),
            (json!(""), "\"\""),
            (json!("- a"), "\"- a\""),
            (json!({ "a": [1, true, null, "x y"], "b": {} }), "{ a: [1, true, null, x y], b: {} }"),
        ] {
            assert_eq!(written(&value), text);
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[-a-z0-9:{}\\[\\]\"'|>&*!#%@ \n\t,?é~./\u{85}\u{a0}\u{2028}]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[-a-z:{ #]{0,5}", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().filter(|(name, _)| name != "<<").collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_the_same(value in values()) {
            let text = format!("a: {}\n", written(&value));
            prop_assert_eq!(read(&text).map(|read| read["a"].clone()), Some(value), "{}", text);
        }
    }
}
