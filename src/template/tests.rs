use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Data, Evaluated, Scope, Template, stream_key};
use crate::diagnostic::Diagnostics;
use crate::source::Sources;
use crate::yaml;

fn scope() -> Scope {
    let vars = json!({"name": "Ada", "n": 4, "on": true, "none": null, "list": [1, {"a": 2}], "token": "s3cret-token"});
    Scope::new("2026-03-01T12:00:00.123456Z".parse().unwrap(), Arc::new(|| uuid::Uuid::from_u128(7)))
        .with("vars", vars)
        .with("secrets", json!({"pin": 12345, "pass": "p@ss word"}))
        .taint("secrets")
        .taint("vars.token")
}

/// The template of the key `a`, the problems of reading it, and the sources.
fn read(yaml: &str) -> (Template, Vec<String>, Sources) {
    let mut sources = Sources::new();
    let file = sources.add("a.yaml", yaml);
    let mut found = Diagnostics::new();
    let node = yaml::parse(&sources, file, &mut found).unwrap();
    let template = Template::read(node.get("a").unwrap(), &sources, &mut found);
    let show = |one: &crate::diagnostic::Diagnostic| {
        let span = one.primary.as_ref().unwrap().span;
        let help = one.help.join("; ");
        format!("{} {} at {} `{}` {help}", one.id, one.message, sources.locate(span), sources.text(span))
            .trim()
            .to_owned()
    };
    let found = found.iter().map(show).collect();
    (template, found, sources)
}

#[track_caller]
fn evaluated(yaml: &str) -> Evaluated {
    let (template, found, _) = read(yaml);
    assert_eq!(found, [""; 0]);
    template.evaluate(&scope()).unwrap()
}

#[track_caller]
fn value(template: &str) -> Value {
    evaluated(&format!("a: {}", json!(template))).value
}

/// The failure of an evaluation, with the place it names.
#[track_caller]
fn failure(yaml: &str) -> String {
    let (template, found, sources) = read(yaml);
    assert_eq!(found, [""; 0]);
    let one = template.evaluate(&scope()).unwrap_err().into_diagnostic();
    let label = one.primary.unwrap();
    let place = format!("{} `{}`", sources.locate(label.span), sources.text(label.span));
    format!("{} {} at {place} {} {}", one.id, one.message, label.message, one.help.join("; ")).trim().to_owned()
}

#[test]
fn a_lone_expression_keeps_its_type() {
    for (template, expected) in [
        ("{{ vars.n + 1 }}", json!(5)),
        ("{{ vars.n / 8 }}", json!(0.5)),
        ("{{ vars.on }}", json!(true)),
        ("{{ vars.none }}", json!(null)),
        ("{{ vars.list }}", json!([1, {"a": 2}])),
        ("{{ {'b': vars.n, 'a': [none]} }}", json!({"b": 4, "a": [null]})),
        ("{{ 9007199254740993 }}", json!(9007199254740993_i64)),
        ("{{ 18446744073709551615 }}", json!(u64::MAX)),
        ("{{ range(3) }}", json!([0, 1, 2])),
        ("{{ vars.name }}", json!("Ada")),
        ("{{- vars.n -}}", json!(4)),
        ("{{ vars.missing | default(3) }}", json!(3)),
        ("{{ vars.missing is defined }}", json!(false)),
    ] {
        assert_eq!(value(template), expected, "{template}");
    }
    assert_eq!(evaluated("a: |\n  {{ vars.n }}\n").value, json!(4));
}

#[test]
fn in_text_values_are_written_as_json() {
    assert_eq!(
        value("{{ vars.on }} {{ vars.none }} {{ vars.list }} {{ vars.n }} {{ vars.name }}"),
        json!(r#"true null [1,{"a":2}] 4 Ada"#)
    );
    assert_eq!(
        value("{% if vars.on %}{{ vars.on }}{% endif %} {# x #}{{ vars.list }}\n"),
        json!("true [1,{\"a\":2}]\n")
    );
    assert_eq!(value("a {{- ' b' }}"), json!("a b"));
    assert_eq!(value("a } }} { {"), json!("a } }} { {"));
}

#[test]
fn whole_values_are_templates() {
    let yaml = "a:\n  x: [1, '{{ vars.n }}']\n  y: 1.10\n  z: {w: 'v{{ vars.n }}'}\n";
    assert_eq!(evaluated(yaml).value, json!({"x": [1, 4], "y": 1.1, "z": {"w": "v4"}}));
    let (literal, ..) = read("a: {x: [1, true], y: '748'}");
    assert_eq!(literal.as_literal(), Some(&json!({"x": [1, true], "y": "748"})));
    let (template, ..) = read("a: {x: '{{ vars.n }}'}");
    assert_eq!(template.as_literal(), None);
}

#[test]
fn undefined_is_named_with_its_place_and_the_nearest_name() {
    for (yaml, expected) in [
        (
            "a: 'é {{ vars.naem }}'",
            "template/undefined `vars.naem` is not defined at a.yaml:1:10 `vars.naem` not defined did you mean `name`?",
        ),
        (
            "a: \"{{ \\\"x\\\" ~ vars.tokn }}\"",
            "template/undefined `vars.tokn` is not defined at a.yaml:1:16 `vars.tokn` not defined did you mean `token`?",
        ),
        (
            "a: |\n  {{ vars.n }}\n    {{ vars.list[1].b }}\n",
            "template/undefined `vars.list.1.b` is not defined at a.yaml:3:8 `vars.list[1].b` not defined did you mean `a`?",
        ),
        (
            "a: '{{ {\"x\": vars.nope} }}'",
            "template/undefined `vars.nope` is not defined at a.yaml:1:14 `vars.nope` not defined did you mean `none`?",
        ),
        (
            "a: '{{ vars.n.deep }}'",
            "template/undefined `vars.n.deep` is not defined at a.yaml:1:8 `vars.n.deep` not defined `vars.n` has no values in it",
        ),
        (
            "a: '{{ var.n }}'",
            "template/undefined `var` is not defined at a.yaml:1:8 `var.n` not defined did you mean `vars`?",
        ),
        (
            "a: '{% if vars.on %}{{ vars.nmae }}{% endif %}'",
            "template/undefined `vars.nmae` is not defined at a.yaml:1:24 `vars.nmae` not defined did you mean `name`?",
        ),
        (
            "a: '{{ url_query(\"/cb?x=1\", \"code\") }}'",
            "template/undefined the expression is undefined at a.yaml:1:8 `url_query(\"/cb?x=1\", \"code\")` no such value",
        ),
    ] {
        assert_eq!(failure(yaml), expected, "{yaml}");
    }
}

#[test]
fn problems_of_reading_have_exact_places() {
    for (yaml, expected) in [
        (
            "a: 'x {{ vars. }}'",
            "template/syntax this is no template: unexpected end of input, expected identifier or integer at a.yaml:1:14 `.` text in it stands in quotes, `==` compares, `~` joins, `|` filters: \"{{ vars.name | upper ~ '!' }}\"",
        ),
        ("a: x {{ vars.n", "template/syntax a template is not closed at a.yaml:1:6 `{{`"),
        (
            "a: '{{ }}'",
            "template/syntax the template is empty at a.yaml:1:7 ` ` write a name or an expression between `{{` and `}}`",
        ),
        (
            "a: '{{ vars.n | uper }}'",
            "template/unknown-function there is no filter `uper` at a.yaml:1:17 `uper` did you mean `upper`?",
        ),
        (
            "a: \"{{ \\\"\\\" ~ fake.nmae() }}\"",
            "template/unknown-function there is no function `fake.nmae` at a.yaml:1:15 `fake.nmae` did you mean `fake.name`?",
        ),
        (
            "a: '{{ vars.n is odds }}'",
            "template/unknown-function there is no test `odds` at a.yaml:1:18 `odds` did you mean `odd`?",
        ),
        (
            "a:\n  '{{ x }}': 1",
            "template/key a key cannot hold a template at a.yaml:2:3 `'{{ x }}'` write the whole mapping as one template: \"{{ {name: value} }}\"",
        ),
        (
            "a: {{ x }}",
            "yaml/unquoted-template a template must be quoted at a.yaml:1:4 `{{ x }}` write it as \"{{ … }}\"",
        ),
        (
            "a: '{% filter uper %}x{% endfilter %}'",
            "template/unknown-function there is no filter `uper` at a.yaml:1:15 `uper` did you mean `upper`?",
        ),
    ] {
        assert_eq!(read(yaml).1, [expected], "{yaml}");
    }
    let all = read("a: ['{{ debug() }}', '{{ x| }}', 'b {{ foo() }} {{ bar() }}']").1;
    assert_eq!(all.len(), 4, "{all:?}");
}

#[test]
fn references_and_calls_are_known_before_running() {
    let (template, _, sources) = read(
        "a: ['{{ vars.a[\"b\"].c ~ fake.name(locale=case.l) }}', '{% for x in steps.s.list %}{{ x.y }}{{ loop.index }}{% endfor %}']",
    );
    let shown: Vec<_> =
        template.references().iter().map(|one| (one.path.join("."), sources.text(one.span).to_owned())).collect();
    let expected = [("vars.a.b.c", "vars.a[\"b\"].c"), ("case.l", "case.l"), ("steps.s.list", "steps.s.list")];
    assert_eq!(shown, expected.map(|(path, text)| (path.to_owned(), text.to_owned())));
    assert_eq!(template.calls().iter().map(|call| call.value.as_str()).collect::<Vec<_>>(), ["fake.name"]);
}

#[test]
fn bounds_are_named() {
    let (fuel, text) = ("50000 units of work (fuel)", "longer than 1048576 bytes");
    for (template, expected) in [
        ("{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}", fuel),
        ("{{ range(99999) | map('string') | join | length }}", fuel),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "calls itself deeper than 100 levels"),
        ("x{{ 'y' * 2000000 }}", text),
        ("{% for i in range(99999) %}{{ random.choice(range(100000)) }}{% endfor %}", fuel),
        ("{% for i in range(99999) %}{{ hash(vars.list | string * 4000) }}{% endfor %}", fuel),
        ("{{ random.digits(10001) }}", "at most 10000 characters"),
    ] {
        let failure = failure(&format!("a: {}", json!(template)));
        assert!(failure.contains(expected), "{template}: {failure}");
    }
    let (_, found, _) = read(&format!("a: '{}{{{{ x }}}}'", "y".repeat(70_000)));
    assert!(found[0].starts_with("template/limit a scalar with a template in it is longer than 65536 bytes"));
    let (_, found, _) = read(&format!("a: '{}'", "{{ y }}".repeat(1_001)));
    assert!(found[0].starts_with("template/limit a scalar has more than 1000 templates in it"));
    let (_, found, _) = read(&format!("a: '{{{{ {}1 }}}}'", "1+".repeat(300)));
    assert!(found[0].starts_with("template/limit a template has more than 500 words and signs"), "{found:?}");
}

#[test]
fn what_reads_a_secret_is_secret() {
    let tainted = |template: &str| evaluated(&format!("a: {}", json!(template))).tainted;
    assert_eq!(tainted("{{ vars.token }}"), ["s3cret-token"]);
    assert_eq!(tainted("{{ vars['token'] | upper }}"), ["S3CRET-TOKEN"]);
    assert_eq!(tainted("{{ base64(secrets.pass) }}"), ["cEBzcyB3b3Jk"]);
    assert_eq!(tainted("{{ secrets.pin * 2 }}"), ["24690"]);
    assert_eq!(tainted("Bearer {{ vars.token }} of {{ vars.name }}"), ["s3cret-token"], "only that part");
    assert_eq!(tainted("{{ [vars.token, {'k': secrets.pass}] }}"), ["s3cret-token", "p@ss word"]);
    assert_eq!(tainted("{{ vars }}"), ["s3cret-token"].map(str::to_owned), "what holds a secret is read whole");
    assert_eq!(tainted("{% set x = vars.token %}{{ x }}!"), ["s3cret-token!"]);
    assert_eq!(tainted("{{ vars.name }}"), [""; 0]);
    assert_eq!(tainted("{{ vars.token | length }}"), [""; 0], "too short to hide");
    let boolean = evaluated("a: '{{ vars.token == \"x\" }}'");
    assert!(boolean.secret && boolean.tainted.is_empty());
    assert!(!evaluated("a: '{{ vars.name }}'").secret);
    assert_eq!(format!("{boolean:?}"), "Evaluated([secret])");
}

#[test]
fn a_failure_does_not_quote_a_secret() {
    let secret = failure("a: '{{ base64_decode(secrets.pass) ~ hash(\"x\", vars.token) }}'");
    assert!(!secret.contains("s3cret") && !secret.contains("p@ss"), "{secret}");
    assert!(secret.contains("it reads a secret"), "{secret}");
    let open = failure("a: '{{ hash(\"x\", vars.name) }}'");
    assert!(open.contains("there is no hash `Ada`"), "{open}");
}

#[test]
fn the_same_stream_gives_the_same_data() {
    let (template, ..) =
        read("a: ['{{ fake.name() }}', '{{ random.hex(8) ~ random.hex(8) }}', '{{ uuid(seeded=true) }}']");
    let with = |key| template.evaluate(&scope().stream(key)).unwrap().value;
    assert_eq!(with(1), with(1));
    assert_ne!(with(1), with(2));
    let two = with(1)[1].as_str().unwrap().to_owned();
    assert_ne!(two[..8], two[8..], "two calls differ");
    assert_ne!(stream_key(1, "a#1", "x"), stream_key(1, "a#", "1x"));
    assert_eq!(stream_key(1, "a", "x"), stream_key(1, "a", "x"));
    // Data that a seed once gave is what stored failures are reproduced with.
    assert_eq!(
        with(stream_key(1, "a", "x")),
        json!(["Luella Denesik", "9cf950c991c7698a", "307feddd-8421-4f98-8f28-b695baf2554c"])
    );
}

#[test]
fn the_clock_and_ids_come_from_the_scope() {
    assert_eq!(value("{{ now() }}"), json!("2026-03-01T12:00:00.123Z"));
    assert_eq!(value("{{ now(offset='-1d') }}"), json!("2026-02-28T12:00:00.123Z"));
    assert_eq!(value("{{ now(offset='P1M', format='%Y/%m/%d') }}"), json!("2026/04/01"));
    assert_eq!(value("{{ uuid() }}"), json!("00000000-0000-0000-0000-000000000007"));
    assert!(failure("a: '{{ now(offset=\"soon\") }}'").contains("`soon` is no duration"));
    assert!(failure("a: '{{ now(format=\"%!\") }}'").contains("is no date format"));
    let born = value("{{ fake.date_of_birth(min_age=18, max_age=19) }}");
    assert!(born.as_str().unwrap().starts_with("2007-"), "{born}");
}

#[test]
fn shared_data_is_read_like_any_other() {
    let body = Data::shared(Arc::new(json!({"id": 7})));
    let scope = scope().with("response", Data::fields([("status", Data::from(json!(200))), ("body", body)]));
    let (template, ..) = read("a: '{{ [response.body.id, response] }}'");
    let value = template.evaluate(&scope).unwrap().value;
    assert_eq!(value, json!([7, {"body": {"id": 7}, "status": 200}]));
}

#[test]
fn a_function_is_no_value() {
    assert!(failure("a: '{{ uuid }}'").contains("call it with `()`"));
    assert!(failure("a: '{{ [fake] }}'").contains("call it with `()`"));
}

fn fragments() -> impl Strategy<Value = String> {
    let words = [
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        "vars",
        ".",
        "name",
        "token",
        "|",
        "upper",
        "is",
        "not",
        "defined",
        "(",
        ")",
        "[",
        "]",
        "'",
        "\"",
        "\\",
        "1",
        "é",
        " ",
        "\n",
        "-",
        "if",
        "for x in",
        "endfor",
        "else",
        "endif",
        "set",
        "=",
        "~",
        "fake",
        "random.int",
        ",",
        "raw",
        "endraw",
        "macro m()",
        "endmacro",
        "m()",
        "filter",
    ];
    prop::collection::vec(prop::sample::select(words.to_vec()), 0..24).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn no_text_panics(text in prop_oneof![fragments(), "\\PC{0,40}"]) {
        let mut sources = Sources::new();
        let file = sources.add("a.yaml", text.clone());
        let span = crate::source::Span::new(file, 0, text.len());
        let template = Template::parse(&text, span, &mut Diagnostics::new());
        let _ = template.evaluate(&scope());
    }

    #[test]
    fn nothing_reads_a_secret_unseen(text in fragments()) {
        let mut sources = Sources::new();
        let file = sources.add("a.yaml", text.clone());
        let span = crate::source::Span::new(file, 0, text.len());
        let template = Template::parse(&text, span, &mut Diagnostics::new());
        if let Ok(given) = template.evaluate(&scope()) {
            prop_assert!(given.secret || !given.value.to_string().to_lowercase().contains("s3cret"), "{}", text);
        }
    }
}

#[test]
fn long_chains_do_not_exhaust_the_stack() {
    let shapes = |n: usize| {
        [
            format!("{{{{ {}1 }}}}", "1+".repeat(n)),
            format!("{{{{ {}1 }}}}", "1~".repeat(n)),
            format!("{{{{ {}1 }}}}", "- ".repeat(n)),
            format!("{{{{ {}1 }}}}", "not ".repeat(n / 2)),
            format!("{{{{ 1{} }}}}", "**1".repeat(n)),
            format!("{{{{ vars{} }}}}", ".a".repeat(n)),
            format!("{{{{ vars{} }}}}", "|d".repeat(n)),
            format!("{{{{ vars{} }}}}", "[0]".repeat(n)),
            format!("{{{{ vars{} }}}}", "()".repeat(n)),
            format!("{{{{ 1{} }}}}", " if 1 else 1".repeat(n / 4)),
            format!("{{{{ 1{} }}}}", " and 1".repeat(n / 2)),
            format!("{{{{ {}{} }}}}", "[".repeat(n), "]".repeat(n)),
            format!("{}{}", "{% if 1 %}".repeat(n / 8), "{% endif %}".repeat(n / 8)),
            format!("{{% if 1 %}}{}{{% endif %}}", "{% elif 1 %}".repeat(n / 5)),
            format!("{{% set x = 1 %}}{}{{{{ x }}}}", "{% set x = [x] %}".repeat(n / 6)),
        ]
    };
    // As many as are allowed, and far more.
    for text in shapes(120).into_iter().chain(shapes(20_000)) {
        let mut sources = Sources::new();
        let file = sources.add("a.yaml", text.clone());
        let span = crate::source::Span::new(file, 0, text.len());
        let template = Template::parse(&text, span, &mut Diagnostics::new());
        let _ = template.evaluate(&scope());
    }
}

#[test]
fn data_comes_through_as_it_is() {
    let data = r#"{"z":1.0,"a":[18446744073709551615,-9223372036854775808,1e300,"\u0000é"],"m":{}}"#;
    let scope = scope().with("data", serde_json::from_str::<Value>(data).unwrap());
    let (template, ..) = read("a: '{{ data }}'");
    assert_eq!(
        template.evaluate(&scope).unwrap().value.to_string(),
        serde_json::from_str::<Value>(data).unwrap().to_string()
    );
}

#[test]
fn templates_are_shared_by_threads() {
    fn shared<T: Send + Sync + Clone>() {}
    shared::<Template>();
    shared::<Scope>();
}

/// The engine's own list of what an expression reads leaves out what is sliced.
#[test]
fn a_part_of_a_secret_is_a_secret() {
    for template in [
        "{{ secrets.pass[:-2] }}",
        "{{ vars.token[1:] }}",
        "{{ ('x' ~ secrets.pass)[:8] }}",
        "{{ base64(secrets.pass[:6]) }}",
    ] {
        assert!(evaluated(&format!("a: {}", json!(template))).secret, "{template}");
        let block = format!("{{% if true %}}{template}{{% endif %}}");
        assert!(evaluated(&format!("a: {}", json!(block))).secret, "{block}");
    }
    let bound = "{% for secret in [1, 2] %}{{ secret }}{% endfor %}";
    assert!(!evaluated(&format!("a: {}", json!(bound))).secret);
}
