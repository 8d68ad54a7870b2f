use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::diagnostic::{Diagnostics, Style, frames};
use crate::source::Sources;
use crate::template::{Data, Scope};
use crate::yaml::{Node, parse};

fn scope() -> Scope {
    let vars =
        json!({"code": 748, "name": "Ada", "codes": [748, 802], "map": {"a": 1}, "bad": "(", "token": "s3cret-s3cret"});
    let ids = Arc::new(uuid::Uuid::nil);
    Scope::new(jiff::Timestamp::UNIX_EPOCH, ids).with("vars", Data::from(&vars)).taint("vars.token")
}

fn node(text: &str) -> (Node, Sources) {
    let mut sources = Sources::new();
    let file = sources.add("a.yaml", text);
    let mut found = Diagnostics::new();
    let node = parse(&sources, file, &mut found);
    (node.unwrap_or_else(|| panic!("{text}: {found:?}")), sources)
}

fn read<T>(text: &str, read: impl FnOnce(&Node, &Sources, &mut Diagnostics) -> T) -> T {
    let (node, sources) = node(text);
    let mut found = Diagnostics::new();
    let made = read(&node, &sources, &mut found);
    assert!(found.is_empty(), "{text}: {found:?}");
    made
}

fn lines(judgements: Vec<Judgement>) -> String {
    let line = |one: Judgement| {
        let verdict = match one.verdict {
            Verdict::Held => "held",
            Verdict::Failed => "FAILED",
            Verdict::Undecidable(_) => "UNDECIDABLE",
        };
        format!("    {verdict}: {}", one.message)
    };
    judgements.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

/// `matcher` against each actual value; an empty text stands for nothing.
fn judged(matcher: &str, actuals: &[&str]) -> String {
    let compiled = read(matcher, Matcher::read);
    let judge = |text: &&str| {
        let actual: Option<Value> = (!text.is_empty()).then(|| serde_json::from_str(text).unwrap());
        lines(compiled.judge("body $.x", actual.as_ref(), &scope()))
    };
    format!("{matcher}\n{}", actuals.iter().map(judge).collect::<Vec<_>>().join("\n"))
}

#[test]
fn every_matcher_says_what_was_expected_and_what_came() {
    let table: &[(&str, &[&str])] = &[
        ("748", &["748", "748.0", "802", "\"748\"", "null", ""]),
        ("\"748\"", &["\"748\"", "748"]),
        ("null", &["null", "0", ""]),
        ("true", &["true", "\"true\""]),
        ("[1, 2]", &["[1.0, 2]", "[1, 3]", "[1, 9, 2]", "{}"]),
        ("{ eq: { a: 1, b: [x] } }", &[r#"{"b": ["x"], "a": 1}"#, r#"{"a": 2, "b": [], "c-d": null}"#]),
        ("{ eq: 18446744073709551615 }", &["18446744073709551615", "18446744073709551614"]),
        ("\"{{ vars.code }}\"", &["748", "749"]),
        ("{ ne: 748 }", &["802", "748", ""]),
        ("{ lt: 5 }", &["4", "5", "\"4\"", "null"]),
        ("{ le: 5 }", &["5", "5.1"]),
        ("{ gt: 0.5 }", &["1", "0.5"]),
        ("{ ge: 5 }", &["5", "4"]),
        ("{ lt: 2026-02-01 }", &["\"2026-01-31\"", "\"2026-02-01\"", "\"soon\"", "\"2026-01-31T00:00:00Z\"", "1"]),
        ("{ ge: \"2026-01-31T10:00:00Z\" }", &["\"2026-01-31T12:00:00+02:00\"", "\"2026-01-31T11:00:00+02:00\""]),
        ("{ in: [748, 802] }", &["802", "801", "\"748\""]),
        ("{ in: \"{{ vars.codes }}\" }", &["748", "1"]),
        ("{ contains: blur }", &["\"a blurred face\"", "\"a face\"", "[\"blur\"]", "[\"x\"]", "7"]),
        ("{ contains: 748 }", &["[802, 748]", "[\"748\"]", "\"748\""]),
        ("{ contains: [1, 2] }", &["[3, 2, 1]", "[3, 2]"]),
        (
            "{ contains: { code: 748, face: { ok: false } } }",
            &[
                r#"{"code": 748, "more": 1, "face": {"ok": false, "x": 1}}"#,
                r#"{"code": 748, "face": {}}"#,
                r#"[{"code": 748, "face": {"ok": false}}]"#,
                r#"[{"code": 748}]"#,
            ],
        ),
        ("{ starts-with: CFE }", &["\"CFE01\"", "\"XCFE01\"", "1"]),
        ("{ ends-with: \"01\" }", &["\"CFE01\"", "\"CFE02\""]),
        ("{ matches: \"[A-Z]{3}|[A-Z]{3}\\\\d\\\\d\" }", &["\"CFE01\"", "\"CFE\"", "\"xCFE01\"", "\"cfe\"", "1"]),
        ("{ type: integer }", &["1", "1.0", "1.5", "\"1\""]),
        ("{ type: [string, null] }", &["\"x\"", "null", "1"]),
        ("{ length: 2 }", &["\"éé\"", "[1, 2]", r#"{"a": 1, "b": 2}"#, "[1]", "2"]),
        ("{ length: { ge: 2, lt: 4 } }", &["[1, 2]", "[1]"]),
        ("{ exists: true }", &["null", ""]),
        ("{ exists: false }", &["", "null"]),
        ("{ empty: true }", &["\"\"", "[]", "{}", "[0]", "0"]),
        ("{ empty: false }", &["[0]", "\"\""]),
        ("{ one-of: [{ lt: 5 }, { gt: 3 }] }", &["1", "4", "\"x\""]),
        ("{ one-of: [{ lt: 5 }, none] }", &["\"none\"", "7", ""]),
        ("{ all: [{ gt: 3 }, { lt: 5 }] }", &["4", "5", ""]),
        ("{ any: [748, { starts-with: x }] }", &["748", "\"xy\"", "749"]),
        ("{ any: [{ exists: false }, 748] }", &["", "748", "1"]),
        ("{ each: { type: string } }", &["[\"a\", \"b\"]", "[]", "[\"a\", 1, null]", "\"a\""]),
        ("{ each: 1 }", &["[1, 1.0]", "[1, \"1\"]"]),
        ("{ not: 748 }", &["749", "748", ""]),
        ("{ not: { lt: 5 } }", &["5", "4", "\"x\""]),
        ("{ not: { contains: x, length: 1 } }", &["\"xy\"", "\"x\""]),
        ("{ not: { exists: true } }", &["", "1"]),
        ("{ close-to: { value: 1.0, within: 0.1 } }", &["1.1", "1.2", "\"1.0\""]),
        ("{ between: [1, 5] }", &["1", "5", "6", "\"3\""]),
        ("{ between: [2026-01-01, 2026-12-31] }", &["\"2026-06-01\"", "\"2027-01-01\""]),
        ("{ format: uuid }", &["\"123e4567-e89b-12d3-a456-426614174000\"", "\"123\"", "1"]),
        ("{ unordered: [1, 2, 2] }", &["[2, 1, 2.0]", "[1, 2, 3]", "[1, 2, 2, 2]", "1"]),
        ("{ gt: 1, lt: 5, ne: 3 }", &["2", "3", "9"]),
    ];
    let judged = table.iter().map(|(matcher, actuals)| judged(matcher, actuals)).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(judged);
    let named = table.iter().map(|(matcher, _)| *matcher).collect::<String>();
    let names = MATCHERS.keys.iter().map(|key| key.name).filter(|name| *name != "schema");
    names.for_each(|name| assert!(named.contains(name), "{name}"));
}

#[test]
fn expectations_that_cannot_be_judged_say_why() {
    let table = [
        "\"{{ vars.nothing }}\"",
        "{ lt: \"{{ vars.map }}\" }",
        "{ in: \"{{ vars.code }}\" }",
        "{ matches: \"{{ vars.bad }}\" }",
        "{ each: { starts-with: \"{{ vars.code }}\" } }",
        "{ between: [\"{{ vars.code }}\", 5] }",
        "{ not: { close-to: { value: \"{{ vars.name }}\", within: 1 } } }",
        "{ unordered: \"{{ vars.map }}\" }",
    ];
    insta::assert_snapshot!(table.map(|matcher| judged(matcher, &["1"])).join("\n"));
}

#[test]
fn problems_of_matchers_are_shown_where_they_stand() {
    let table = [
        "{ code: 748 }",
        "{ containz: x }",
        "{ contains: x, lenght: 3 }",
        "{}",
        "{ lt: { a: 1 } }",
        "{ lt: soon }",
        "{ in: 748 }",
        "{ one-of: 748 }",
        "{ any: [] }",
        "{ all: [{ code: 1 }] }",
        "{ between: [5, 1] }",
        "{ between: [5] }",
        "{ between: [1, 2026-01-01] }",
        "{ close-to: 5 }",
        "{ close-to: { value: 1, within: -1, of: 2 } }",
        "{ matches: \"a(b\" }",
        "{ matches: 'x{2,1}' }",
        "{ matches: 'a{1000}{1000}' }",
        "{ type: text }",
        "{ format: guid }",
        "{ exists: maybe }",
        "{ not: { lt: x } }",
        "{ length: { exists: 1 } }",
        "{ starts-with: 748 }",
        "{ eq: \"{{ vars.x\" }",
    ];
    let frames = table.map(|text| {
        let (node, sources) = node(text);
        let mut found = Diagnostics::new();
        Matcher::read(&node, &sources, &mut found);
        assert!(found.has_errors(), "{text}");
        frames(found.iter(), &sources, Style::Plain)
    });
    insta::assert_snapshot!(frames.concat());
}

const BODY: &str = r#"
code: 748
state: { in: [A, B] }
$.items[*].id: [1, 2]
$.items[?@.id == 2].name: { length: 1 }
$.missing[*]: { empty: true }
$.face['quality-score']: { ge: 0.5 }
$.error: { exists: false }
$: { contains: { code: 748 } }
"#;

#[test]
fn a_body_is_judged_by_members_and_paths() {
    let expectation = read(BODY, |node, sources, found| BodyExpectation::read(node, "body", sources, found));
    let good = json!({
        "code": 748, "state": "A", "items": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}], "face": {"quality-score": 0.5}
    });
    let bad = json!({"code": "748", "items": [{"id": 2}], "face": {}, "error": null});
    let judged = |body| lines(expectation.judge(body, &scope()));
    insta::assert_snapshot!(format!("{}\n---\n{}\n---\n{}", judged(Some(&good)), judged(Some(&bad)), judged(None)));
    let unreadable = expectation.unreadable("is not JSON");
    assert!(unreadable.iter().all(|one| one.verdict == Verdict::Failed));
    assert_eq!(unreadable[0].message, "body code cannot be read: the body is not JSON");
    let whole = read("[1, 2]", |node, sources, found| BodyExpectation::read(node, "body", sources, found));
    assert_eq!(lines(whole.judge(Some(&json!([1, 2])), &scope())), "    held: body is [1, 2], expected [1, 2]");
}

#[test]
fn problems_of_body_keys_are_shown_where_they_stand() {
    let (node, sources) = node("$.a[?@.b in [1]]: 1\n\"$.face-quality\": 2\n\"$.x[\": 3\ncontains: { a: 1 }\n");
    let mut found = Diagnostics::new();
    BodyExpectation::read(&node, "body", &sources, &mut found);
    insta::assert_snapshot!(frames(found.iter(), &sources, Style::Plain));
}

#[test]
fn a_status_is_a_number_a_class_or_a_matcher() {
    let judged = |text: &str, status| lines(read(text, StatusExpectation::read).judge(status, &scope()));
    let table = [("200", 200), ("200", 404), ("2xx", 204), ("2XX", 400), ("{ in: [200, 204] }", 204)];
    let text = table.map(|(text, status)| format!("{text}\n{}", judged(text, status))).join("\n");
    let wrong = ["20", "OK", "[200, 201]", "6xx", "true"].map(|text| {
        let (node, sources) = node(text);
        let mut found = Diagnostics::new();
        StatusExpectation::read(&node, &sources, &mut found);
        frames(found.iter(), &sources, Style::Plain)
    });
    insta::assert_snapshot!(format!("{text}\n---\n{}", wrong.concat()));
}

#[test]
fn long_values_are_cut_around_the_difference() {
    let (a, b) = (format!("{}x{}", "a".repeat(500), "b".repeat(500)), "a".repeat(1000));
    let matcher = read(&a, Matcher::read);
    insta::assert_snapshot!(lines(matcher.judge("body", Some(&b.into()), &scope())));
}

#[test]
fn a_judgement_tells_its_place_and_what_is_secret() {
    let (node, sources) = node("x: { eq: \"{{ vars.token }}\", length: 3 }\n");
    let mut found = Diagnostics::new();
    let matcher = Matcher::read(node.get("x").unwrap(), &sources, &mut found);
    let judged = matcher.judge("body", Some(&json!("other")), &scope());
    assert_eq!(judged[0].tainted, ["s3cret-s3cret"]);
    assert_eq!(sources.text(judged[0].span), "eq: \"{{ vars.token }}\"");
    assert_eq!(sources.text(judged[1].span), "length: 3");
    assert_eq!(matcher.references().map(|one| one.path.join(".")).collect::<Vec<_>>(), ["vars.token"]);
    assert_eq!((judged[1].actual.clone(), judged[1].holds()), (Some(json!("other")), false));
}

#[cfg(not(feature = "json-schema"))]
#[test]
fn a_build_without_json_schema_says_so() {
    for text in ["{ schema: a.json }", "{ not: { schema: { type: string } } }"] {
        let (node, sources) = node(text);
        let mut found = Diagnostics::new();
        let matcher = Matcher::read(&node, &sources, &mut found);
        let one = found.iter().next().unwrap();
        assert!(one.message.ends_with("cannot be used"), "{}", one.message);
        assert_eq!(one.help, ["build it with `--features json-schema`, or use matchers"]);
        let judged = matcher.judge("body", Some(&json!("x")), &scope());
        assert!(matches!(judged[0].verdict, Verdict::Undecidable(_)));
    }
}

#[cfg(feature = "json-schema")]
mod schemas;

#[test]
fn matchers_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Matcher>();
    shared::<BodyExpectation>();
    shared::<StatusExpectation>();
}

/// JSON values that are often equal, nearly equal or of another type.
pub(super) fn json_values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2_i64..3).prop_map(Value::from),
        prop::sample::select(vec![1.0, -0.0, 0.5, 1e300]).prop_map(Value::from),
        prop::sample::select(vec!["", "1", "a", "2026-01-31", "é"]).prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map("[ab-]", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Matchers as JSON, which is YAML: right ones, wrong ones, nested ones.
fn matchers() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(MATCHERS.keys.iter().map(|key| key.name).collect::<Vec<_>>());
    json_values().prop_recursive(3, 12, 3, move |inner| {
        prop_oneof![
            (names.clone(), inner.clone()).prop_map(|(name, value)| json!({name: value})),
            (names.clone(), prop::collection::vec(inner, 0..3)).prop_map(|(name, list)| json!({name: list})),
        ]
    })
}

proptest! {
    #[test]
    fn judging_never_panics_and_not_is_never_held_with_its_matcher(wanted in matchers(), actual in json_values()) {
        let judged = |wanted: &Value, actual: Option<&Value>| {
            let (node, sources) = node(&wanted.to_string());
            let mut found = Diagnostics::new();
            let judged = Matcher::read(&node, &sources, &mut found).judge("body", actual, &scope());
            let complete = !found.has_errors() && judged.len() == 1;
            judged.into_iter().all(|one| one.holds()) && complete
        };
        for actual in [Some(&actual), None] {
            let both = judged(&wanted, actual) && judged(&json!({"not": &wanted}), actual);
            prop_assert!(!both);
        }
    }

    #[test]
    fn equality_is_what_eq_judges(wanted in json_values(), actual in json_values()) {
        let (node, _) = node("x");
        let judged = Matcher::equal_to(wanted.clone(), node.span).judge("body", Some(&actual), &scope());
        prop_assert_eq!(judged[0].holds(), crate::query::equal(&wanted, &actual));
        prop_assert_eq!(judged[0].diff.is_empty(), judged[0].holds());
    }
}
