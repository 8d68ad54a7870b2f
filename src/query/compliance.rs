//! The public compliance suite for RFC 9535, the extensions that must be refused, and the bounds.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn values(path: &str, document: &Value) -> Vec<Value> {
    let found = JsonPath::compile(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    found.evaluate(document).unwrap().into_iter().map(|node| node.value.clone()).collect()
}

/// What becomes of a case of the suite.
#[derive(Debug, PartialEq)]
enum Fate {
    Right,
    /// A valid path that is refused, with an error.
    Refused(String),
    Wrong(String),
}

fn fate(case: &Value) -> Fate {
    let selector = case["selector"].as_str().unwrap();
    let invalid = case["invalid_selector"] == true;
    let path = match JsonPath::compile(selector) {
        Err(_) if invalid => return Fate::Right,
        Err(error) => return Fate::Refused(format!("{selector}: {error}")),
        Ok(_) if invalid => return Fate::Wrong(format!("{selector}: accepted")),
        Ok(path) => path,
    };
    let found = path.evaluate(&case["document"]).unwrap();
    let values: Value = found.iter().map(|node| node.value.clone()).collect();
    let paths: Value = found.iter().map(|node| node.path.as_str()).collect();
    let one = (vec![case["result"].clone()], vec![case["result_paths"].clone()]);
    // Where the order is left open, the suite lists what is allowed.
    let many = case.get("results").and_then(Value::as_array).zip(case["results_paths"].as_array());
    let (results, places) = many.map_or(one, |(results, places)| (results.clone(), places.clone()));
    let holds = results.iter().zip(&places).any(|(wanted, place)| (wanted, place) == (&values, &paths));
    if holds { Fate::Right } else { Fate::Wrong(format!("{selector}: {values} {paths}")) }
}

/// The same case with something else expected.
fn altered(case: &Value) -> Value {
    let mut case = case.clone();
    match case.get("results").and_then(Value::as_array).map(Vec::len) {
        _ if case["invalid_selector"] == true => case["invalid_selector"] = json!(false),
        Some(count) => (0..count).for_each(|at| case["results"][at].as_array_mut().unwrap().push(json!(null))),
        None => case["result"].as_array_mut().unwrap().push(json!(null)),
    }
    case
}

#[test]
#[ignore = "needs third-party data"]
fn no_case_of_the_compliance_suite_is_answered_wrongly() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/jsonpath-cts/cts.json");
    let suite: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let cases = suite["tests"].as_array().unwrap();
    let others: Vec<Fate> = cases.iter().map(fate).filter(|fate| *fate != Fate::Right).collect();
    assert_eq!(others, []);
    let invalid = cases.iter().filter(|case| case["invalid_selector"] == true).count();
    assert_eq!((cases.len(), invalid), (703, 247), "the suite is not the one that is known");
    println!("{} paths answered as they must be, {invalid} refused as they must be", cases.len() - invalid);
    let right = cases.iter().map(altered).filter(|case| fate(case) == Fate::Right);
    assert_eq!(right.collect::<Vec<_>>(), [json!(null); 0], "a case with something else expected must not be right");
}

#[test]
fn extensions_and_slips_are_refused_at_their_place() {
    let refused = |text: &str| {
        let error = JsonPath::compile(text).expect_err(text);
        let help = error.help.map(|help| format!("; {help}")).unwrap_or_default();
        format!("{text}\n{}^ {}{help}", " ".repeat(text[..error.offset].chars().count()), error.message)
    };
    let all = [
        "code",
        "",
        "$.",
        "$.a b",
        "$. a",
        "$.data.face-quality[0]",
        "$['a'",
        "$.a[?@.b in [748]]",
        "$[?@.a =~ /x/]",
        "$[?@.a = 1]",
        "$[?@.a == 1 and @.b == 2]",
        "$[?@.a == 1 & @.b == 2]",
        "$[?in(@.a, @.b)]",
        "$[?any_of(@.a, @.b)]",
        "$.items.length()",
        "$.items[(@.length-1)]",
        "$[?count(@..*)]",
        "$[?length(@.a)]",
        "$[?length(@.*) < 3]",
        "$[?value(@.a)]",
        "$[?count(1) == 1]",
        "$[?match(@.a, '(')]",
        "$[?match(@.a, '\\\\d+')]",
        "$[?match(@.a, match(@.b, 'c'))]",
        "$[?@.a == 1 .5]",
        "$[?@.a == 1e400]",
        "$[- 1]",
        "$[?@.a == 'x]",
        "$[9007199254740992]",
        "$[?é. == 1]",
    ];
    insta::assert_snapshot!(all.map(refused).join("\n\n"));
}

/// What other libraries take. A silently empty answer would be a false verdict.
#[test]
fn no_other_dialect_is_understood() {
    for text in [
        "$[?@.a =~ 'x']",
        "$[?(@.a in ['x'])]",
        "$[?(@.a nin ['x'])]",
        "$[?(@.a subsetof ['x'])]",
        "$[?(@.a anyof ['x'])]",
        "$[?(@.a noneof ['x'])]",
        "$[?(@.a contains 'x')]",
        "$[?(@.a size 2)]",
        "$[?(@.a empty true)]",
        "$[?(@.a sizeof $.b)]",
        "$[?@.a <> 1]",
        "$[?@.a === 1]",
        "$[?@.a ~= 1]",
        "$[?@.a and @.b]",
        "$[?@.a or @.b]",
        "$[?not @.a]",
        "$[?!@.a == 1]",
        "$[?@.a == @.b == @.c]",
        "$[?1]",
        "$[?true]",
        "$[?@.a == [1]]",
        "$[?@.a == {'b': 1}]",
        "$[?@.a == 01]",
        "$[?@.a == .5]",
        "$[?@.a == 1.]",
        "$[?@.a == +1]",
        "$[?@.a + 1 == 2]",
        "$[?@.a - 1 == 2]",
        "$[?@.a * 2 == 2]",
        "$[?@.* == 1]",
        "$[?@..a == 1]",
        "$[?@[0, 1] == 1]",
        "$[?@[0:1] == 1]",
        "$[?keys(@) == 1]",
        "$[?@.length() > 1]",
        "$[?(@.a).b]",
        "$.a.sum()",
        "$.a.min()",
        "$.a.keys()",
        "$.a.concat('x')",
        "$..a.first()",
        "$.a~",
        "$.*~",
        "$~",
        "$.a^",
        "$[?@property == 'a']",
        "$[?@parent.a]",
        "$.@",
        "$.a[b]",
        "$[a]",
        "$.'a'",
        "$.\"a\"",
        "$.[a]",
        "$.['a']",
        "$['a'].['b']",
        "$.1",
        "$.-1",
        "$[01]",
        "$[-0]",
        "$[1.0]",
        "$[1e0]",
        "$[(@.length - 1)]",
        "$[@.length - 1]",
        "$[#-1]",
        "$[0,]",
        "$[,0]",
        "$[]",
        "$[0 1]",
        "$['a' 'b']",
        "$[0..2]",
        "$[0-2]",
        "$[1:2:3:4]",
        "$['a',]",
        "$..",
        "$...a",
        "$.a..",
        "$a",
        "$ .a.",
        " $.a",
        "$.a ",
        "a.b",
        ".a",
        "@.a",
        "/a/b",
        "$.a | $.b",
        "$.a || $.b",
        "$.a, $.b",
        "$.a;b",
        "$.a[?(@.b == 'x'",
        "$[?@.a == \"x']",
        "$['\\x41']",
        "$['\\u00']",
        "$[?search(@.a)]",
        "$[?match(@.a, 'x') == true]",
        "$[?length(@.a, 1) == 1]",
        "$[?count(@.a) ]",
        "$[?Length(@.a) == 1]",
        "$[?length (@.a) == 1]",
    ] {
        assert!(JsonPath::compile(text).is_err(), "{text}");
    }
}

#[test]
fn what_the_underlying_evaluator_answers_wrongly_is_right_here() {
    let list = json!([{"a": 1, "d": 2}, {"a": 3, "d": 4}]);
    assert_eq!(values("$..['a','d']", &list), [json!(1), json!(2), json!(3), json!(4)]);
    assert_eq!(values("$[?@[?@>1]]", &json!([[1], [2]])), [json!([2])]);
    assert_eq!(values("$[?count(@.x) == 0]", &list), values("$[*]", &list));
    let big = json!([{"a": 9_007_199_254_740_993_u64, "b": 9_007_199_254_740_992_u64}, {"a": [1], "b": [1.0]}]);
    assert_eq!(values("$[?@.a == @.b]", &big), [big[1].clone()]);
    assert_eq!(values("$[?@ == 0]", &json!([1e-17])), [json!(null); 0]);
}

/// The parser skips white space inside names, which makes operators of other dialects part of a name.
#[test]
fn what_the_underlying_parser_takes_for_a_name_is_refused() {
    for text in ["$.a b", "$[?@.a in [748]]", "$[?@. a == 1]", "$[?@.a == 1e400]", "$[?in(@.a, @.b)]"] {
        assert!(jsonpath_rust::parser::parse_json_path(text).is_ok(), "the parser refuses `{text}` by itself now");
        assert!(JsonPath::compile(text).is_err(), "{text}");
    }
}

#[test]
fn singular_paths_are_names_and_indices_alone() {
    for (path, singular) in
        [("$", true), ("$.a[0]['b'][-1]", true), ("$.*", false), ("$..a", false), ("$[0,1]", false), ("$[0:1]", false)]
    {
        assert_eq!(JsonPath::compile(path).unwrap().is_singular(), singular, "{path}");
    }
}

#[test]
fn bounds_are_named() {
    let long = format!("$.{}", "a".repeat(MAX_LENGTH));
    assert_eq!(JsonPath::compile(&long).unwrap_err().message, "a JSONPath has at most 4096 bytes");
    for open in ["[?(", "[?@[", "[?length("] {
        let error = JsonPath::compile(&format!("${}", open.repeat(100))).unwrap_err();
        assert_eq!(error.message, "a JSONPath nests at most 8 brackets and parentheses");
    }
    let document = json!(vec![vec![0; 1000]; 2000]);
    let error = JsonPath::compile("$..*").unwrap().evaluate(&document).unwrap_err();
    assert_eq!(error.message, "the JSONPath visits more than 1000000 nodes of this document");
}

/// The parser tries alternatives again when a call is not what it first took it for.
#[test]
fn the_worst_nesting_is_parsed_in_few_steps() {
    for (open, close) in [("length(", ")"), ("count(@[?", "])"), ("(", ")"), ("!(", ")"), ("@[?", "]")] {
        for inside in ["@", "@.a ==", "'"] {
            let depth = MAX_NESTING - 1;
            let _ = JsonPath::compile(&format!("$[?{}{inside}{}]", open.repeat(depth), close.repeat(depth)));
        }
    }
}

/// Paths from the grammar's own words, so that many are valid.
fn paths() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "$", "@", ".", "..", "*", "[", "]", "?", "(", ")", "'a'", "\"b\"", "a", "b", "0", "-1", "1.5", ":", ",", "==",
        "<", "!", "&&", "||", " ", "length", "count", "value", "match", "in", "é", "'", "\\",
    ]);
    prop::collection::vec(word, 0..14).prop_map(|words| format!("${}", words.concat()))
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in paths()) {
        let document = json!({"a": [1, {"b": "x"}, []], "b": {"a": null, "b": 1.5}});
        if let Ok(path) = JsonPath::compile(&text) {
            let found = path.evaluate(&document).unwrap();
            prop_assert!(!path.is_singular() || found.len() <= 1);
            for node in found {
                let again = JsonPath::compile(&node.path).unwrap();
                prop_assert!(again.is_singular());
                prop_assert!(std::ptr::eq(again.evaluate(&document).unwrap()[0].value, node.value));
            }
        }
    }

    #[test]
    fn no_characters_make_it_panic(text in "\\PC{0,40}") {
        let _ = JsonPath::compile(&text);
        let _ = JsonPath::compile(&format!("${text}"));
    }
}
