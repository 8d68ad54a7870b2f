use super::super::Template;

fn needs(text: &str) -> Vec<String> {
    Template::parse(text).unwrap().needs().into_iter().map(str::to_owned).collect()
}

#[test]
fn what_is_read_is_needed_unless_it_was_asked_for() {
    for (text, needed) in [
        ("${a.b == c}", &["a", "c"][..]),
        ("${a != null}", &["a"]),
        ("${execution.hasVariable(\"a\") ? a : b}", &["b"]),
        ("${execution.hasVariable(\"a\") ? b : a}", &["a", "b"]),
        ("${!execution.hasVariable(\"a\") ? 1 : a + 1}", &[]),
        ("${execution.hasVariable(\"a\") && a == 1 || a == 2}", &["a"]),
        ("${execution.hasVariable(\"a\") == false || a.b}", &[]),
        ("${execution.hasVariable(\"a\") != false && a.b}", &[]),
        ("${!(execution.hasVariable(\"a\") && execution.hasVariable(\"b\")) || a == b}", &[]),
        ("${(execution.hasVariable(\"a\") || execution.hasVariable(\"b\")) && a == b}", &["a", "b"]),
        ("${execution.hasVariableLocal(\"a\") ? a : null}", &[]),
        ("${execution.getVariable(\"a\") == null}", &[]),
        ("${other.hasVariable(\"a\") ? a : null}", &["a", "other"]),
        ("plain", &[]),
        ("${a}-${b[c]}", &["a", "b", "c"]),
    ] {
        assert_eq!(needs(text), needed, "{text}");
    }
}

#[test]
fn what_is_asked_for_is_mentioned() {
    let mentions =
        |text: &str| Template::parse(text).unwrap().mentions().into_iter().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(mentions("${execution.hasVariable(\"a\") ? b : execution.getVariable(\"c\")}"), ["a", "b", "c"]);
    assert_eq!(mentions("${\"a\".equals(b)}"), ["b"]);
}
