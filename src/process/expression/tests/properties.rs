use proptest::prelude::*;
use serde_json::{Value, json};

use super::{class, eval, map};
use crate::process::expression::{Condition, Scope, Template};

/// Texts of expressions, with more parentheses than anybody writes.
fn expressions() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("true".to_owned()),
        Just("null".to_owned()),
        Just("execution.hasVariable(\"a\")".to_owned()),
        "[a-c]",
        (0..i64::MAX).prop_map(|number| number.to_string()),
        (0u32..1000, 0u32..1000).prop_map(|(whole, part)| format!("{whole}.{part}")),
        "[a-z \\\\\"']{0,4}".prop_map(|text| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))),
    ];
    leaf.prop_recursive(5, 40, 3, |inner| {
        let operator =
            prop::sample::select(vec!["||", "&&", "==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%"]);
        prop_oneof![
            (inner.clone(), operator, inner.clone()).prop_map(|(left, sign, right)| format!("({left} {sign} {right})")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
            (prop::sample::select(vec!["!", "-", "empty "]), inner.clone())
                .prop_map(|(sign, x)| format!("({sign}{x})")),
            inner.clone().prop_map(|object| format!("({object}).b")),
            (inner.clone(), inner.clone()).prop_map(|(object, key)| format!("({object})[{key}]")),
            (inner.clone(), inner).prop_map(|(object, other)| format!("({object}).equals({other})")),
        ]
    })
}

fn values() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-3),
        json!(0.5),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!("true"),
        json!("7"),
        json!([1, "x"]),
        json!({"a": 1, "b": {"a": null}}),
    ])
}

proptest! {
    #[test]
    fn any_text_parses_or_is_refused(text in "\\PC{0,60}") {
        let _ = Template::parse(&text);
        let _ = Template::parse(&format!("${{{text}}}"));
    }

    #[test]
    fn any_signs_parse_or_are_refused(text in "[${}()\\[\\]a1.\"'\\\\!=<>&|?:,+ -]{0,40}") {
        if let Ok(template) = Template::parse(&format!("${{{text}")) {
            let variables = map(json!({"a": {"a": 1}}));
            let _ = template.evaluate(Scope { locals: &variables, variables: &variables });
        }
    }

    #[test]
    fn what_is_printed_parses_to_the_same(text in expressions()) {
        let printed = |text: &str| {
            let template = Template::parse(&format!("${{{text}}}")).unwrap();
            template.expressions().map(ToString::to_string).collect::<String>()
        };
        let once = printed(&text);
        prop_assert_eq!(printed(&once), once);
    }

    #[test]
    fn evaluation_gives_a_value_or_a_known_error(text in expressions(), a in values(), b in values()) {
        // `c` stays unknown.
        if let Err(error) = eval(&text, json!({"a": a, "b": b})) {
            prop_assert!(!matches!(class(&error), "syntax" | "unsupported"), "{}", error);
        }
    }

    #[test]
    fn watching_the_atoms_changes_no_verdict(text in expressions(), a in values(), b in values()) {
        let variables = map(json!({"a": a, "b": b}));
        let scope = Scope { locals: &variables, variables: &variables };
        let condition = Condition::parse(&format!("${{{text}}}")).unwrap();
        match (condition.test(scope), condition.watch(scope)) {
            (Ok(verdict), Ok((watched, atoms))) => {
                prop_assert_eq!(verdict, watched);
                let put_together = condition.sole().is_some_and(|one| one.is_put_together());
                prop_assert_eq!(atoms.len(), if put_together { condition.atoms().len() } else { 0 });
            }
            (verdict, watched) => prop_assert_eq!(verdict.err(), watched.err()),
        }
    }
}
