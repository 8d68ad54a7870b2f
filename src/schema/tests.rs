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
    Value::Object(schema)
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
