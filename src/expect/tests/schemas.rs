//! Judging by JSON Schema, in builds that can.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// A matcher whose schemas are read from these files; `scenarios/` is the folder of the scenario.
fn load(text: &str, files: &[(&'static str, &'static str)]) -> (Matcher, String, usize) {
    let (node, sources) = node(text);
    let mut found = Diagnostics::new();
    let mut matcher = Matcher::read(&node, &sources, &mut found);
    let files: Vec<_> = files.to_vec();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let mut schemas = SchemaFiles::new(move |path| {
        counted.fetch_add(1, Ordering::Relaxed);
        let file = files.iter().find(|(name, _)| *name == path);
        file.map(|(_, text)| text.as_bytes().to_vec()).ok_or_else(|| format!("there is no file `{path}`"))
    });
    matcher.load_schemas("scenarios/", &mut schemas, &mut found);
    (matcher, frames(found.iter(), &sources, Style::Plain), count.load(Ordering::Relaxed))
}

const ANSWER: &str = r#"{
    "type": "object",
    "required": ["code", "name"],
    "additionalProperties": false,
    "properties": {
        "code": { "type": ["integer", "null"], "minimum": 700 },
        "name": { "type": "string", "minLength": 2, "pattern": "^[A-Z]" },
        "items": { "type": "array", "maxItems": 2, "items": { "$ref": "item.json#/$defs/item" } },
        "a/b~c": { "enum": ["x", "y"] },
        "at": { "format": "date" },
        "either": { "anyOf": [{ "type": "string" }, { "type": "number" }] }
    }
}"#;
const ITEM: &str = r#"{ "$defs": { "item": { "type": "object", "properties": { "0": { "const": 1 } } } } }"#;

#[test]
fn every_problem_of_a_body_is_told_with_its_place() {
    let files = [("scenarios/answer.json", ANSWER), ("scenarios/item.json", ITEM)];
    let (matcher, told, _) = load("{ schema: answer.json }", &files);
    assert_eq!(told, "");
    let good = json!({"code": 748, "name": "Ada", "items": [{"0": 1}], "at": "2026-01-31"});
    assert!(matcher.judge("body", Some(&good), &scope())[0].holds());
    let bad = json!({
        "code": 7, "name": "a", "items": [{"0": 2}, [], {}], "a/b~c": "z", "at": "yesterday", "either": true, "more": 1
    });
    insta::assert_json_snapshot!(matcher.judge("body", Some(&bad), &scope())[0].diff);
    let bodies = [bad, json!({}), json!("text"), json!({"code": null, "name": "Ada", "x": 1, "y": 2})];
    insta::assert_snapshot!(bodies.map(|body| lines(matcher.judge("body", Some(&body), &scope()))).join("\n"));
    assert!(!matcher.judge("body", None, &scope())[0].holds());
}

#[test]
fn a_schema_judges_inside_of_other_matchers() {
    let files = [("scenarios/item.json", r#"{ "type": "integer" }"#)];
    let (matcher, told, read) = load("{ each: { schema: item.json }, not: { schema: item.json } }", &files);
    assert_eq!((told.as_str(), read), ("", 1), "read once, however often it is named");
    let judged = |value: Value| matcher.judge("body", Some(&value), &scope()).iter().all(Judgement::holds);
    assert!(judged(json!([1, 2])));
    assert!(!judged(json!([1, "2"])));
}

#[test]
fn a_schema_in_the_scenario_refers_to_files_from_there() {
    let files =
        [("shared/item.json", r##"{ "items": { "$ref": "#/$defs/own" }, "$defs": { "own": { "type": "string" } } }"##)];
    let (matcher, told, _) = load(r#"{ schema: { $ref: "../shared/item.json" } }"#, &files);
    assert_eq!(told, "");
    assert!(matcher.judge("body", Some(&json!(["a"])), &scope())[0].holds());
    assert!(!matcher.judge("body", Some(&json!([1])), &scope())[0].holds());
}

#[test]
fn a_schema_that_holds_itself_judges_trees() {
    let tree = r##"{ "type": "object", "properties": { "left": { "$ref": "#" }, "right": { "$ref": "tree.json" } },
        "additionalProperties": false }"##;
    let (matcher, told, _) = load("{ schema: tree.json }", &[("scenarios/tree.json", tree)]);
    assert_eq!(told, "");
    assert!(matcher.judge("body", Some(&json!({"left": {"right": {}}})), &scope())[0].holds());
    let judged = matcher.judge("body", Some(&json!({"left": {"right": {"middle": 1}}})), &scope());
    assert_eq!(judged[0].diff[0].path, "$.left.right.middle");
}

/// A reference that leads to itself alone says nothing, and must not be followed for ever.
#[test]
fn a_reference_to_itself_ends() {
    for schema in [r##"{ "$ref": "#" }"##, r##"{ "allOf": [{ "$ref": "#" }] }"##, r##"{ "$ref": "self.json" }"##] {
        let (matcher, _, _) = load("{ schema: self.json }", &[("scenarios/self.json", schema)]);
        assert_eq!(matcher.judge("body", Some(&json!(1)), &scope()).len(), 1);
    }
}

#[test]
fn what_cannot_be_used_is_told_where_it_is_named() {
    let files: &[(&str, &str)] = &[
        ("scenarios/broken.json", "{ \"type\": \"strin\" }"),
        ("scenarios/inside.json", r#"{ "properties": { "a": { "minimum": "5" } } }"#),
        ("scenarios/text.json", "{ type: string }"),
        ("scenarios/remote.json", r#"{ "$ref": "https://example.com/answer.json" }"#),
        ("scenarios/missing.json", r#"{ "$ref": "../other/none.json" }"#),
        ("scenarios/outside.json", r#"{ "$ref": "../../../etc/passwd" }"#),
        ("scenarios/nowhere.json", r##"{ "$ref": "#/$defs/none" }"##),
        ("scenarios/pattern.json", r#"{ "pattern": "(" }"#),
        ("scenarios/dialect.json", r#"{ "$schema": "https://example.com/dialect" }"#),
    ];
    let names = ["none", "broken", "inside", "text", "remote", "missing", "outside", "nowhere", "pattern", "dialect"];
    let told = names.map(|name| load(&format!("{{ schema: {name}.json }}"), files).1);
    insta::assert_snapshot!(told.join("\n"));
    insta::assert_snapshot!("inline", load("{ schema: { type: strin } }", &[]).1 + &load("{ schema: [1] }", &[]).1);
}

#[test]
fn bounds_are_named() {
    let long: &'static str = Box::leak(format!("\"{}\"", "x".repeat(MAX_SCHEMA_BYTES)).into_boxed_str());
    let (_, told, _) = load("{ schema: long.json }", &[("scenarios/long.json", long)]);
    assert!(told.contains("4194304 are read at most"), "{told}");
    let chain: Vec<(&'static str, &'static str)> = (0..100)
        .map(|at| {
            let name: &'static str = Box::leak(format!("scenarios/{at}.json").into_boxed_str());
            let text: &'static str = Box::leak(format!(r#"{{ "$ref": "{}.json" }}"#, at + 1).into_boxed_str());
            (name, text)
        })
        .collect();
    let (_, told, _) = load("{ schema: 0.json }", &chain);
    assert!(told.contains("a schema refers to 64 files at most"), "{told}");
    let slow = [("scenarios/slow.json", r#"{ "pattern": "^(?=(a+)+$)(a|aa)+$" }"#)];
    let (matcher, told, _) = load("{ schema: slow.json }", &slow);
    assert_eq!(told, "");
    assert!(!matcher.judge("body", Some(&json!("a".repeat(40) + "b")), &scope())[0].holds());
}
