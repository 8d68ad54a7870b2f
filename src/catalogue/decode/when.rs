use super::Reader;
use crate::catalogue::When;
use crate::diagnostic::{Diagnostic, Id};
use crate::expect::{MATCHER, Matcher, STATUS, StatusExpectation};
use crate::source::Spanned;
use crate::yaml::{Entry, Form, Key, Names, Node, Shape, Shaped};

/// Conditions on an answer; all must hold.
pub(super) static WHEN: Shape = Shape::new(
    "when",
    "`when`",
    "Conditions on an answer, all of which must hold: its status, what was given, and its fields by name.",
    &[
        Key::new("status", Form::Named(&STATUS), "the HTTP status: `200`, `2xx`, or a matcher").such_as(&[
            "200",
            "4xx",
            "{ in: [400, 401] }",
        ]),
        Key::new("inputs", Form::Map(Names::Free, &Form::Named(&MATCHER)), "matchers on what the step gave, by input")
            .such_as(&["{ consent: false }"]),
    ],
)
.rest(Names::Free, &Form::Named(&MATCHER));

impl Reader<'_> {
    /// Conditions on an answer.
    pub fn when(&mut self, node: &Node) -> When {
        let Some(fields) = Shaped::of(node, &WHEN, self.found) else { return When::default() };
        let status = fields.node("status").map(|node| StatusExpectation::read(node, self.sources, self.found));
        let inputs = fields.map("inputs", self.found).iter().map(|entry| self.matcher(entry)).collect();
        let fields = fields.rest().map(|entry| self.matcher(entry)).collect();
        When { status, fields, inputs }
    }

    /// A name and the matcher behind it.
    pub fn matcher(&mut self, entry: &Entry) -> (Spanned<String>, Matcher) {
        let matcher = Matcher::read(&entry.value, self.sources, self.found);
        if let Some(file) = matcher.schema_file() {
            let one = Diagnostic::new(Id::WRONG_VALUE, "a catalogue reads no other file, so it has no schemas");
            self.found.push(one.at(file));
        }
        (entry.key.clone(), matcher)
    }
}
