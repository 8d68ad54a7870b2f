use super::Format;
use super::kind::JsonType;
use crate::yaml::{Definition, Form, Key, Names, Notation, Shape, Words};

/// All matchers, with what each wants of a value.
pub static MATCHERS: Shape = Shape::new(
    "matchers",
    "a matcher",
    "Matchers that must all hold.",
    &[
        Key::new("eq", Form::Any, "equals this value; the only way to expect a map").such_as(&["{ status: ACTIVE }"]),
        Key::new("ne", Form::Any, "is anything else").such_as(&["PENDING"]),
        Key::new("lt", ORDERED, "is less, or earlier if both are ISO dates or times").such_as(&["500"]),
        Key::new("le", ORDERED, "is at most, or no later").such_as(&["3"]),
        Key::new("gt", ORDERED, "is more, or later").such_as(&["0"]),
        Key::new("ge", ORDERED, "is at least, or no earlier").such_as(&["2026-01-31"]),
        Key::new("in", LISTED, "equals one value of this list").such_as(&["[601, 602]"]),
        Key::new(
            "contains",
            Form::Any,
            "a text has this text in it, a list has this item (or each item of this list), a map has these members",
        )
        .such_as(&["blurred"]),
        Key::new("starts-with", Form::Text, "a text begins with this text").such_as(&["application/json"]),
        Key::new("ends-with", Form::Text, "a text ends with this text").such_as(&[".jpg"]),
        Key::new("matches", Form::Text, "a text matches this regular expression as a whole")
            .such_as(&["\"[A-Z]{2}[0-9]+\""]),
        Key::new(
            "type",
            Form::OneOrMany(&Form::Word(&TYPES)),
            "is string, number, integer, boolean, array, object or null",
        )
        .such_as(&["string", "[string, \"null\"]"]),
        Key::new("length", Form::Named(&MATCHER), "has this many characters, items or members; a number or a matcher")
            .such_as(&["2", "{ ge: 1 }"]),
        Key::new("exists", Form::Boolean, "is there at all (also null), or with false is not"),
        Key::new("empty", Form::Boolean, "is a text, list or map with nothing in it, or with false is not"),
        Key::new("one-of", Form::List(&Form::Named(&MATCHER)), "fulfils exactly one of these matchers")
            .such_as(&["[{ lt: 0 }, { gt: 100 }]"]),
        Key::new("all", Form::List(&Form::Named(&MATCHER)), "fulfils every one of these matchers")
            .such_as(&["[{ ge: 1 }, { type: integer }]"]),
        Key::new("any", Form::List(&Form::Named(&MATCHER)), "fulfils at least one of these matchers")
            .such_as(&["[{ empty: true }, { starts-with: A }]"]),
        Key::new("each", Form::Named(&MATCHER), "is a list whose every item fulfils this matcher; an empty list does")
            .such_as(&["{ type: string }"]),
        Key::new("not", Form::Named(&MATCHER), "does not fulfil this matcher, though it could")
            .such_as(&["{ contains: error }"]),
        Key::new("close-to", Form::Shape(&CLOSE_TO), "is a number no further than `within` from `value`")
            .such_as(&["{ value: 0.9, within: 0.05 }"]),
        Key::new("between", Form::List(&Form::Any), "is from the first to the second of two values, both included")
            .such_as(&["[1, 10]"]),
        Key::new("format", Form::Word(&FORMATS), "is a text in this notation"),
        Key::new("schema", SCHEMA, "fulfils this JSON Schema, a file or written here")
            .such_as(&["schemas/answer.json"]),
        Key::new("unordered", LISTED, "is a list of exactly these items, in any order").such_as(&["[b, a]"]),
    ],
)
.filled();

/// What is wanted of one value.
pub static MATCHER: Definition = Definition {
    name: "matcher",
    about: "What is wanted of a value: a literal or a list for equality, or matchers that must all hold.",
    form: Form::Either(&[Form::Null, Form::Text, Form::List(&Form::Any), Form::Shape(&MATCHERS)]),
};

/// What is wanted of a body.
pub static BODY: Definition = Definition {
    name: "body",
    about: "What is wanted of a body: a plain key is a member of it, a key that begins with `$` is a JSONPath.",
    form: Form::Either(&[
        Form::Null,
        Form::Text,
        Form::List(&Form::Any),
        Form::Map(Names::Free, &Form::Named(&MATCHER)),
    ]),
};

/// What is wanted of an HTTP status.
pub static STATUS: Definition = Definition {
    name: "status",
    about: "An HTTP status: a number, a class such as `2xx`, or a matcher.",
    form: Form::Either(&[Form::Integer(100, 599), Form::Like(&CLASS), Form::Shape(&MATCHERS)]),
};

/// A JSON Schema, or the name of its file.
pub const SCHEMA: Form = Form::Either(&[Form::Text, Form::Map(Names::Free, &Form::Any)]);

/// The shape of `close-to`.
pub(super) static CLOSE_TO: Shape = Shape::new(
    "close-to",
    "`close-to`",
    "A number and how far from it another may be.",
    &[
        Key::required("value", ORDERED, "the number").such_as(&["0.9"]),
        Key::required("within", ORDERED, "how far from it a number may be").such_as(&["0.05"]),
    ],
);

/// A number or a date, or a template that gives one.
const ORDERED: Form = Form::Text;
/// A list, or a template that gives one.
const LISTED: Form = Form::Either(&[Form::List(&Form::Any), Form::Text]);

static CLASS: Notation =
    Notation { about: "a class of statuses such as `2xx`, or a template", pattern: r"^[1-5][xX]{2}$|\{\{" };
static TYPES: Words = Words { what: "type", words: &names(&JsonType::ALL) };
static FORMATS: Words = Words { what: "format", words: &names(&Format::ALL) };

const fn names<T, const N: usize>(table: &[(T, &'static str, &'static str); N]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut at = 0;
    while at < N {
        names[at] = table[at].1;
        at += 1;
    }
    names
}
