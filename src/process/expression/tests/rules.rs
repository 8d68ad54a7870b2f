use serde_json::{Value, json};

use super::{class, eval, map};
use crate::process::expression::{Condition, EvaluationError, Map, Scope, Template};

/// The value as JSON, or the class of the error.
#[track_caller]
fn assert_eval(expression: &str, variables: Value, expected: Value) {
    let found = eval(expression, variables).unwrap_or_else(|error| json!(format!("error: {}", class(&error))));
    assert_eq!(found, expected, "{expression}");
}

#[track_caller]
fn assert_error(expression: &str, variables: Value, expected: &str) {
    assert_eval(expression, variables, json!(format!("error: {expected}")));
}

#[test]
fn unknown_top_level_names_are_errors_even_beside_null() {
    for expression in ["x", "x != null", "x == null", "x.y", "!x", "empty x", "x > \"\"", "x ? 1 : 2", "execution"] {
        assert_error(expression, json!({}), "unresolved");
    }
    assert_eval("x == null", json!({"x": null}), json!(true));
    assert_eval("execution.hasVariable(\"x\") ? x : 1", json!({}), json!(1));
    assert_eval("execution.hasVariable('x') ? x : 1", json!({"x": null}), json!(null));
}

#[test]
fn the_property_of_null_is_null_and_of_a_scalar_an_error() {
    assert_eval("x.y.z", json!({"x": null}), json!(null));
    assert_eval("x.y.z", json!({"x": {}}), json!(null));
    assert_eval("x[\"y\"]", json!({"x": {"y": 1}}), json!(1));
    assert_eval("x[k]", json!({"x": {"y": 1}, "k": "y"}), json!(1));
    assert_eval("x[null]", json!({"x": {"y": 1}}), json!(null));
    assert_eval("x[1]", json!({"x": {"1": 1}}), json!(null));
    for scalar in [json!(1), json!("text"), json!(true), json!(0.5)] {
        assert_error("x.y", json!({"x": scalar}), "property");
    }
    assert_error("execution.id", json!({}), "property");
}

#[test]
fn lists_are_read_by_index_and_have_no_other_property() {
    assert_eval("x[1]", json!({"x": [1, 2]}), json!(2));
    assert_eval("x[\"1\"]", json!({"x": [1, 2]}), json!(2));
    assert_eval("x[2]", json!({"x": [1, 2]}), json!(null));
    assert_eval("x[-1]", json!({"x": [1, 2]}), json!(null));
    assert_error("x.size", json!({"x": [1]}), "coercion");
    assert_error("x[true]", json!({"x": [1]}), "property");
}

#[test]
fn equality_coerces_by_the_first_kind_that_applies() {
    assert_eval("1 == 1.0", json!({}), json!(true));
    assert_eval("1.5 == \"1.5\"", json!({}), json!(true));
    assert_eval("\"1e1\" == 10.0", json!({}), json!(true));
    assert_eval("3 == \"3\"", json!({}), json!(true));
    assert_eval("0 == \"\"", json!({}), json!(true));
    assert_eval("true == \"True\"", json!({}), json!(true));
    assert_eval("false == \"\"", json!({}), json!(true));
    assert_eval("false == \"no\"", json!({}), json!(true));
    assert_eval("\"a\" == \"a\"", json!({}), json!(true));
    assert_eval("\"a\" != \"A\"", json!({}), json!(true));
    assert_eval("a == b", json!({"a": {"x": [1]}, "b": {"x": [1]}}), json!(true));
    assert_eval("a == b", json!({"a": [1], "b": [2]}), json!(false));
    assert_eval("a == \"{x=[1, 0.5, null]}\"", json!({"a": {"x": [1, 0.5, null]}}), json!(true));
    assert_error("3 == \"three\"", json!({}), "coercion");
    assert_error("3 == \"3.0\"", json!({}), "coercion");
    assert_error("1 == true", json!({}), "coercion");
    assert_error("0.5 == true", json!({}), "coercion");
    assert_error("true == x", json!({"x": []}), "coercion");
}

#[test]
fn null_equals_null_alone_and_has_no_order() {
    assert_eval("null == null", json!({}), json!(true));
    assert_eval("null == 0", json!({}), json!(false));
    assert_eval("null == \"\"", json!({}), json!(false));
    assert_eval("null == false", json!({}), json!(false));
    assert_eval("null != true", json!({}), json!(true));
    for operator in ["<", ">", "<=", ">="] {
        assert_eval(&format!("null {operator} 1"), json!({}), json!(false));
        assert_eval(&format!("1 {operator} null"), json!({}), json!(false));
    }
    assert_eval("null <= null", json!({}), json!(true));
    assert_eval("null >= null", json!({}), json!(true));
    assert_eval("null < null", json!({}), json!(false));
}

#[test]
fn order_coerces_to_decimal_then_integer_then_text() {
    assert_eval("2 < 10", json!({}), json!(true));
    assert_eval("\"2\" < 10", json!({}), json!(true));
    assert_eval("\"2\" < \"10\"", json!({}), json!(false));
    assert_eval("2 < 2.5", json!({}), json!(true));
    assert_eval("\"b\" > \"a\"", json!({}), json!(true));
    assert_eval("2 <= 2 && 2 >= 2", json!({}), json!(true));
    assert_eval("x > \"\"", json!({"x": "text"}), json!(true));
    assert_eval("x > \"\"", json!({"x": ""}), json!(false));
    assert_eval("x > \"\"", json!({"x": 5}), json!(true));
    assert_eval("x > \"\"", json!({"x": -5}), json!(false));
    assert_eval("x > \"\"", json!({"x": 0.5}), json!(true));
    assert_eval("x > \"\"", json!({"x": false}), json!(true));
    assert_error("true > 0", json!({}), "coercion");
    assert_error("x < y", json!({"x": [], "y": {}}), "coercion");
    assert_eval("true > false", json!({}), json!(true));
}

#[test]
fn logic_coerces_to_boolean_and_stops_early() {
    assert_eval("!x", json!({"x": null}), json!(true));
    assert_eval("!x", json!({"x": ""}), json!(true));
    assert_eval("!x", json!({"x": "TRUE"}), json!(false));
    assert_eval("!x", json!({"x": "yes"}), json!(true));
    assert_error("!x", json!({"x": 1}), "coercion");
    assert_error("!x", json!({"x": {}}), "coercion");
    assert_eval("false && missing", json!({}), json!(false));
    assert_eval("true || missing", json!({}), json!(true));
    assert_error("true && missing", json!({}), "unresolved");
    assert_error("missing && false", json!({}), "unresolved");
    assert_eval("\"true\" && null", json!({}), json!(false));
    assert_eval("true ? \"no coercion\" : missing", json!({}), json!("no coercion"));
    assert_eval("null ? missing : 3", json!({}), json!(3));
    assert_error("1 ? 2 : 3", json!({}), "coercion");
}

#[test]
fn a_condition_must_give_a_boolean() {
    let none = map(json!({}));
    let test = |text: &str| Condition::parse(text).unwrap().test(Scope { locals: &none, variables: &none });
    assert_eq!(test("${true}"), Ok(true));
    assert_eq!(test("${null}"), Err(EvaluationError::ConditionNull));
    assert_eq!(test("${\"true\"}"), Err(EvaluationError::NotBoolean { found: "a text".to_owned() }));
    assert_eq!(test("${1}"), Err(EvaluationError::NotBoolean { found: "an integer".to_owned() }));
    assert_eq!(test("${true}${true}"), Err(EvaluationError::NotBoolean { found: "a text".to_owned() }));
}

#[test]
fn equals_is_strict_about_types() {
    assert_eval("x.equals(\"a\")", json!({"x": "a"}), json!(true));
    assert_eval("x.equals(1)", json!({"x": "1"}), json!(false));
    assert_eval("x.equals(1)", json!({"x": 1}), json!(true));
    assert_eval("x.equals(1)", json!({"x": 1.0}), json!(false));
    assert_eval("x.equals(null)", json!({"x": "a"}), json!(false));
    assert_eval("\"a\".equals(x)", json!({"x": null}), json!(false));
    assert_error("x.equals(\"a\")", json!({"x": null}), "method");
    assert_error("x.y.equals(\"a\")", json!({"x": {}}), "method");
    assert_error("x.trim()", json!({"x": "a"}), "method");
    assert_error("x.equals()", json!({"x": "a"}), "method");
    assert_error("execution.setVariable(\"a\", 1)", json!({}), "method");
    assert_error("execution.getVariables()", json!({}), "method");
}

#[test]
fn execution_tells_locals_from_variables() {
    let (locals, variables) = (map(json!({"l": 1, "both": "local"})), map(json!({"v": 2, "both": "process"})));
    let eval =
        |text: &str| Template::parse(text).unwrap().evaluate(Scope { locals: &locals, variables: &variables }).unwrap();
    assert_eq!(eval("${both}"), json!("local"));
    assert_eq!(eval("${execution.hasVariable('l') && execution.hasVariable('v')}"), json!(true));
    assert_eq!(eval("${execution.hasVariable('none')}"), json!(false));
    assert_eq!(eval("${execution.hasVariableLocal('l')}"), json!(true));
    assert_eq!(eval("${execution.hasVariableLocal('v')}"), json!(false));
    assert_eq!(eval("${execution.getVariable('v')}"), json!(2));
    assert_eq!(eval("${execution.getVariable('none')}"), json!(null));
    assert_eq!(eval("${execution.getVariableLocal('both')}"), json!("local"));
    assert_eq!(eval("${execution.getVariableLocal('v')}"), json!(null));
}

#[test]
fn arithmetic_follows_java() {
    assert_eval("1 + 2 * 3 - 4", json!({}), json!(3));
    assert_eval("7 / 2", json!({}), json!(3.5));
    assert_eval("7 div 2", json!({}), json!(3.5));
    assert_eval("7 mod 4", json!({}), json!(3));
    assert_eval("-7 % 4", json!({}), json!(-3));
    assert_eval("x - 1", json!({"x": null}), json!(-1));
    assert_eval("x + y", json!({"x": null, "y": null}), json!(0));
    assert_eval("\"1\" + \"2\"", json!({}), json!(3));
    assert_eval("\"1.5\" + 1", json!({}), json!(2.5));
    assert_eval("-x", json!({"x": "5"}), json!(-5));
    assert_eval("-x", json!({"x": "0.5"}), json!(-0.5));
    assert_eval("9223372036854775807 + 1", json!({}), json!(i64::MIN));
    assert_error("\"a\" + 1", json!({}), "coercion");
    assert_error("1 % 0", json!({}), "arithmetic");
    assert_error("1 / 0", json!({}), "arithmetic");
    assert_error("-x", json!({"x": true}), "coercion");
}

#[test]
fn empty_and_word_operators() {
    for (value, expected) in
        [(json!(null), true), (json!(""), true), (json!([]), true), (json!({}), true), (json!(0), false)]
    {
        assert_eval("empty x", json!({"x": value}), json!(expected));
    }
    assert_eval("not empty x and 1 lt 2 or false", json!({"x": "a"}), json!(true));
    assert_eval("1 eq 1 and 1 ne 2 and 1 le 1 and 2 ge 2 and 2 gt 1", json!({}), json!(true));
}

#[test]
fn operators_bind_as_they_should() {
    for (written, meant) in [
        ("a || b && c", "(a || (b && c))"),
        ("a == b < c", "(a == (b < c))"),
        ("a - b - c", "((a - b) - c)"),
        ("a + b * c", "(a + (b * c))"),
        ("!a.b == c", "((! a.b) == c)"),
        ("!!a", "(! (! a))"),
        ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"),
        ("a || b ? c : d", "((a || b) ? c : d)"),
        ("a.b[\"c\"].d(e, 1)", "a.b[\"c\"].d(e, 1)"),
    ] {
        let template = Template::parse(&format!("${{{written}}}")).unwrap();
        let printed = template.expressions().map(ToString::to_string).collect::<String>();
        assert_eq!(printed, meant, "{written}");
    }
}

#[test]
fn templates_keep_the_type_of_one_part_and_join_several() {
    let (locals, variables) =
        (map(json!({})), map(json!({"n": 5, "d": 1.0, "x": null, "m": {"a": [1, "b"]}, "big": 1e10})));
    let eval =
        |text: &str| Template::parse(text).unwrap().evaluate(Scope { locals: &locals, variables: &variables }).unwrap();
    assert_eq!(eval(" ${n}\n "), json!(5));
    assert_eq!(eval("#{n}"), json!(5));
    assert_eq!(eval("${m}"), json!({"a": [1, "b"]}));
    assert_eq!(eval("plain"), json!("plain"));
    assert_eq!(eval("  "), json!(null));
    assert_eq!(eval("n=${n}&d=${d}&x=${x}&m=${m}"), json!("n=5&d=1.0&x=&m={a=[1, b]}"));
    assert_eq!(eval("${big}!"), json!("1.0E10!"));
    assert_eq!(eval("\\${n}"), json!("${n}"));
    assert_eq!(eval("a\\b $5 # {n}"), json!("a\\b $5 # {n}"));
    assert_eq!(eval("${\"}\"}"), json!("}"));
    assert_eq!(eval("${\"a\\\"b\\\\\"}"), json!("a\"b\\"));
}

#[test]
fn names_read_are_top_level_names_and_names_asked_for() {
    let names = |text: &str| Template::parse(text).unwrap().names_read().into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(names("${idv.config.x > \"\" ? a[b].c : -1}"), "a b idv");
    assert_eq!(
        names("${execution.hasVariableLocal(\"p\") ? execution.getVariableLocal(\"q\") : execution.getVariable('r')}"),
        "q r"
    );
    assert_eq!(names("${execution.hasVariable(name)}"), "name");
    assert_eq!(names("text ${a}-${b}"), "a b");
    assert_eq!(names("text"), "");
}

#[test]
fn constants_are_recognised() {
    let constant = |text: &str| Condition::parse(text).unwrap().constant();
    assert_eq!(constant("${true}"), Some(true));
    assert_eq!(constant("${1 > 2}"), Some(false));
    assert_eq!(constant("${x}"), None);
    assert_eq!(constant("${execution.hasVariable('x')}"), None);
    assert_eq!(constant("${false && x}"), None, "reading x may fail elsewhere; only literals fold");
    assert_eq!(constant("text"), None, "an error is no verdict");
    assert!(Template::parse("${3}").unwrap().is_constant());
    assert!(!Template::parse("a${x}").unwrap().is_constant());
}

#[test]
fn syntax_errors_say_what_and_where() {
    for (text, message, at) in [
        ("${a", "the expression is not closed by `}`", 2..3),
        ("${a ==}", "expected a value, found the end of the expression", 6..7),
        ("${a = b}", "`=` has no meaning in an expression", 4..5),
        ("${a b}", "expected an operator or `}`, found `b`", 4..5),
        ("${'a}", "the text is not closed", 2..5),
        ("${(a}", "expected `)`, found the end of the expression", 4..5),
        ("${a.1}", "expected an operator or `}`, found `0.1`", 3..5),
        ("${a ? b}", "expected `:`, found the end of the expression", 7..8),
        ("${'\\n'}", "only the quote and `\\` can be escaped", 3..4),
        ("${99999999999999999999}", "the number is too large", 2..22),
        ("${}", "expected a value, found the end of the expression", 2..3),
    ] {
        let error = Template::parse(text).unwrap_err();
        assert_eq!((error.message.as_str(), error.at), (message, at), "{text}");
    }
}

#[test]
fn depth_and_length_are_bounded_and_named() {
    let nested =
        |open: &str, close: &str, levels: usize| format!("${{{}a{}}}", open.repeat(levels), close.repeat(levels));
    for (open, close, how) in [
        ("(", ")", "nested deeper than 64"),
        ("!", "", "nested deeper than 64"),
        ("a[", "]", "nested deeper than 64"),
        ("a.b(", ")", "nested deeper than 64"),
        ("true?1:", "", "nested deeper than 64"),
        ("", ".b", "chained deeper than 256"),
        ("", "+a", "chained deeper than 256"),
        ("", ".b()", "chained deeper than 256"),
    ] {
        assert!(Template::parse(&nested(open, close, 50)).is_ok(), "{open}{close}");
        let error = Template::parse(&nested(open, close, 5_000)).unwrap_err();
        assert_eq!(error.message, format!("the expression is {how} levels"), "{open}{close}");
    }
    // The deepest accepted tree is evaluated and printed within a test's small stack.
    let deepest = format!("({})", vec!["1"; 250].join("+"));
    assert_eval(&deepest, json!({}), json!(250));
    assert!(Template::parse(&format!("${{{deepest}}}")).unwrap().expressions().all(|one| !one.to_string().is_empty()));
    let long = format!("${{\"{}\"}}", "x".repeat(64 * 1024));
    assert!(Template::parse(&long).unwrap_err().message.contains("at most 65536 bytes"));
}

#[test]
fn atoms_are_told_as_they_were_asked() {
    let watch = |condition: &str| {
        let (locals, variables) = (Map::new(), map(json!({"a": true, "b": false, "n": 3, "t": "true"})));
        let condition = Condition::parse(&format!("${{{condition}}}")).unwrap();
        let (value, atoms) = condition.watch(Scope { locals: &locals, variables: &variables }).unwrap();
        let letter = |atom: &Option<bool>| atom.map_or('-', |value| if value { 't' } else { 'f' });
        let names: Vec<String> = condition.atoms().iter().map(ToString::to_string).collect();
        format!("{value} {} [{}]", atoms.iter().map(letter).collect::<String>(), names.join("] ["))
    };
    let told = [
        ("a", "true  [a]"),
        ("!a", "false t [a]"),
        ("a && b", "false tf [a] [b]"),
        ("b && a", "false f- [b] [a]"),
        ("a || b", "true t- [a] [b]"),
        ("!(b || n == 3)", "false ft [b] [(n == 3)]"),
        ("b ? a : n > 2", "true f-t [b] [a] [(n > 2)]"),
        ("a ? n > 2 : b", "true tt- [a] [(n > 2)] [b]"),
        ("t && a", "true tt [t] [a]"),
        ("a == (b || a)", "true  [(a == (b || a))]"),
    ];
    for (condition, expected) in told {
        assert_eq!(watch(condition), expected, "{condition}");
    }
    let many = vec!["a"; 65].join(" || ");
    assert!(Condition::parse(&format!("${{{many}}}")).unwrap().atoms().is_empty(), "65 atoms are too many");
    let suppose = |values: &[bool]| Condition::parse("${a && (b || c)}").unwrap().suppose(values);
    assert_eq!(suppose(&[true, false, true]), Some((true, vec![Some(true), Some(false), Some(true)])));
    assert_eq!(suppose(&[false, true, true]), Some((false, vec![Some(false), None, None])));
    assert_eq!(suppose(&[true]), None, "the second atom has no value");
}
