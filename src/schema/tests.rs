use std::path::Path;

use serde_json::{Value, json};

use super::{DIALECT, Kind, schema, writer::id};

/// A schema made anew from its source.
fn written(kind: Kind) -> Value {
    let root = match kind {
        Kind::Scenario => &crate::scenario::SHAPE,
        Kind::Fragment => &crate::scenario::FRAGMENT_SHAPE,
        Kind::Catalogue => &crate::catalogue::SHAPE,
        Kind::Settings => &crate::settings::SHAPE,
        Kind::Quarantine => &crate::settings::QUARANTINE,
        Kind::Events => return events(),
    };
    schema(kind.name(), kind.title(), root)
}

fn events() -> Value {
    let kind = Kind::Events;
    let mut schema = serde_json::Map::new();
    schema.insert("$schema".to_owned(), json!(DIALECT));
    schema.insert("$id".to_owned(), json!(id(kind.name())));
    let derived = schemars::schema_for!(crate::event::Event);
    schema.extend(derived.to_value().as_object().cloned().unwrap_or_default());
    schema.insert("title".to_owned(), json!(kind.title()));
    let mut schema = Value::Object(schema);
    describe_tags(&mut schema);
    schema
}

/// The members that tell variants apart are written by serde, so nobody could document them.
fn describe_tags(schema: &mut Value) {
    let Some(members) = schema.as_object_mut() else {
        schema.as_array_mut().into_iter().flatten().for_each(describe_tags);
        return;
    };
    for (name, member) in members.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        if member.get("const").is_some() && member.get("description").is_none() {
            member["description"] =
                json!(format!("Which kind of {} this is.", if name == "event" { "event" } else { "value" }));
        }
    }
    members.values_mut().for_each(describe_tags);
}

/// Every schema of a property, with a name for messages and whether examples of the mapping show it. What stands below `if`
/// asks and says nothing.
fn properties<'a>(schema: &'a Value, at: &str, all: &mut Vec<(String, &'a Value, bool)>) {
    match schema {
        Value::Object(members) => {
            for (name, member) in members.get("properties").and_then(Value::as_object).into_iter().flatten() {
                all.push((format!("{at}/{name}"), member, members.contains_key("examples")));
            }
            for (name, inside) in members.iter().filter(|(name, _)| !matches!(name.as_str(), "if" | "examples")) {
                properties(inside, &format!("{at}/{name}"), all);
            }
        }
        Value::Array(items) => items.iter().for_each(|inside| properties(inside, at, all)),
        _ => {}
    }
}

/// Whether an author has to know or guess what may be written: text that is no word of a list, and what is made of it.
fn is_free(schema: &Value, root: &Value, depth: usize) -> bool {
    if let Some(target) = schema["$ref"].as_str() {
        return depth < 4 && is_free(&root["$defs"][target.trim_start_matches("#/$defs/")], root, depth + 1);
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let inside = |schema: &Value| schema.is_object() && is_free(schema, root, depth);
    match () {
        () if ["enum", "const", "properties", "oneOf"].iter().any(|word| schema.get(word).is_some()) => false,
        () if types.contains(&"string") => true,
        () if types.contains(&"array") => inside(&schema["items"]),
        () if types.contains(&"object") => {
            let named = schema["patternProperties"].as_object().into_iter().flat_map(|named| named.values());
            named.chain([&schema["additionalProperties"]]).any(inside)
        }
        () if schema.get("anyOf").is_some() => schema["anyOf"].as_array().into_iter().flatten().any(inside),
        () => types.is_empty(),
    }
}

#[test]
fn every_key_is_described_and_shown_where_it_is_not_obvious() {
    let mut wrong = Vec::new();
    for kind in Kind::ALL {
        let schema = written(kind);
        let mut all = Vec::new();
        properties(&schema, kind.name(), &mut all);
        assert!(all.len() >= if kind == Kind::Quarantine { 6 } else { 21 }, "{}: {}", kind.name(), all.len());
        for (at, property, beside) in all {
            let told = property["description"].as_str().unwrap_or_default();
            // Events are written by flowproof, so their members need no sentence.
            let sentence =
                kind == Kind::Events || (told.ends_with(['.', '?', '!']) && !told.starts_with(char::is_lowercase));
            if told.is_empty() || !sentence {
                wrong.push(format!("{at} is described by {told:?}"));
            }
            let shown = beside || property.get("examples").is_some() || property.get("default").is_some();
            if kind != Kind::Events && is_free(property, &schema, 0) && !shown {
                wrong.push(format!("{at} has no example"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `UPDATE_SCHEMAS=1 cargo test --lib schema::` writes them anew.
#[test]
fn the_committed_schemas_are_those_of_the_code() {
    for kind in Kind::ALL {
        let mut written = serde_json::to_string_pretty(&written(kind)).unwrap();
        written.push('\n');
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(kind.file_name());
            std::fs::write(path, &written).unwrap();
        } else {
            assert!(
                written == kind.text(),
                "schemas/{} is not what the code says; run `UPDATE_SCHEMAS=1 cargo test --lib schema::` and look at it",
                kind.file_name()
            );
        }
    }
}
