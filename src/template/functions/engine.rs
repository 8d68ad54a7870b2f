use std::collections::BTreeMap;
use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Output, State, UndefinedBehavior};

use super::{fake, file, functions, random, text, time};
use crate::template::MAX_FUEL;
use crate::template::json::{NotJson, to_text};

/// The language: fixed when the program is built, so sharing it is no hidden state.
pub(in crate::template) static ENGINE: LazyLock<Environment<'static>> = LazyLock::new(engine);

fn engine() -> Environment<'static> {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_fuel(Some(MAX_FUEL));
    engine.set_recursion_limit(100);
    // Without it errors have no place.
    engine.set_debug(true);
    engine.set_formatter(write_like_json);
    engine.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    let mut syntax = SyntaxConfig::builder();
    syntax.keep_trailing_newline(true);
    if let Ok(syntax) = syntax.build() {
        engine.set_syntax(syntax);
    }
    // It shows the whole scope, secrets included, without naming what it reads.
    engine.remove_global("debug");
    engine.remove_filter("pprint");
    // With it a loop could build values of any depth, or that hold themselves.
    engine.remove_global("namespace");
    engine.add_function("uuid", random::uuid);
    engine.add_function("now", time::now);
    engine.add_function("date", time::date);
    engine.add_filter("date", time::date);
    engine.add_function("file", file::file);
    engine.add_function("parse_json", text::parse_json);
    engine.add_filter("parse_json", text::parse_json);
    engine.add_function("base64", text::base64);
    engine.add_filter("base64", text::base64);
    engine.add_function("base64_decode", text::base64_decode);
    engine.add_filter("base64_decode", text::base64_decode);
    engine.add_function("hash", text::hash);
    engine.add_filter("hash", text::hash);
    engine.add_function("json", text::json);
    engine.add_filter("json", text::json);
    engine.add_function("url_encode", text::url_encode);
    engine.add_filter("url_encode", text::url_encode);
    engine.add_function("url_query", text::url_query);
    engine.add_filter("url_query", text::url_query);
    engine.add_global("fake", fake::fake());
    engine.add_global("random", random::random());
    engine
}

fn write_like_json(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    if value.kind() == ValueKind::Undefined {
        return minijinja::escape_formatter(out, state, value);
    }
    let text = to_text(value).map_err(|why| match why {
        NotJson::Undefined => Error::from(ErrorKind::UndefinedError),
        NotJson::Kind(what) | NotJson::Limit(what) => failed(what),
    })?;
    out.write_str(&text).map_err(Error::from)
}

/// A failure that its author can act on.
pub(super) fn failed(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

/// A root whose values are functions.
pub(super) fn namespace<const N: usize>(functions: [(&'static str, Value); N]) -> Value {
    Value::from(BTreeMap::from(functions))
}

/// The engine's own functions.
const OWN_FUNCTIONS: [&str; 2] = ["range", "dict"];
/// Filters of the engine, for proposals.
const OWN_FILTERS: [&str; 45] = [
    "abs",
    "attr",
    "batch",
    "bool",
    "capitalize",
    "chain",
    "count",
    "d",
    "default",
    "dictsort",
    "e",
    "escape",
    "first",
    "float",
    "format",
    "groupby",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "safe",
    "select",
    "selectattr",
    "slice",
    "sort",
    "split",
    "string",
    "sum",
    "title",
    "tojson",
    "trim",
    "upper",
];
/// Tests of the engine, for proposals.
const OWN_TESTS: [&str; 18] = [
    "boolean",
    "defined",
    "divisibleby",
    "endingwith",
    "eq",
    "even",
    "float",
    "in",
    "integer",
    "iterable",
    "mapping",
    "none",
    "number",
    "odd",
    "sequence",
    "startingwith",
    "string",
    "undefined",
];

pub(in crate::template) fn known_functions() -> Vec<&'static str> {
    functions().iter().map(|one| one.name).chain(OWN_FUNCTIONS).collect()
}

pub(in crate::template) fn known_filters() -> Vec<&'static str> {
    functions().iter().filter(|one| one.filter).map(|one| one.name).chain(OWN_FILTERS).collect()
}

pub(in crate::template) fn known_tests() -> Vec<&'static str> {
    OWN_TESTS.to_vec()
}

pub(in crate::template) fn is_function(name: &str) -> bool {
    known_functions().contains(&name)
}

pub(in crate::template) fn is_filter(name: &str) -> bool {
    exists(name, "name is filter")
}

pub(in crate::template) fn is_test(name: &str) -> bool {
    exists(name, "name is test")
}

/// The engine has no list of its filters and tests, but a test that asks.
fn exists(name: &str, question: &str) -> bool {
    let answer = ENGINE.compile_expression(question).and_then(|question| question.eval(minijinja::context!(name)));
    answer.is_ok_and(|answer| answer.is_true())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_proposed_exists() {
        assert!(known_filters().into_iter().all(is_filter));
        assert!(known_tests().into_iter().all(is_test));
        assert!(!is_filter("uper") && !is_test("odds") && !is_function("debug"));
        for name in known_functions().into_iter() {
            let expression = ENGINE.compile_expression(name).unwrap();
            assert!(!expression.eval(()).unwrap().is_undefined(), "{name}");
        }
    }
}
