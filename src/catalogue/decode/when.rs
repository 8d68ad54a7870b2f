use super::Reader;
use crate::catalogue::When;
use crate::diagnostic::{Diagnostic, Id};
use crate::expect::{Matcher, StatusExpectation};
use crate::source::Spanned;
use crate::yaml::{Entry, Fields, Node};

impl Reader<'_> {
    /// Conditions on an answer.
    pub fn when(&mut self, node: &Node) -> When {
        let Some(mut fields) = Fields::of(node, "`when`", self.found) else { return When::default() };
        let status = fields.optional("status").map(|node| StatusExpectation::read(node, self.sources, self.found));
        let inputs = fields.optional("inputs");
        let inputs = self.free(inputs, "`inputs`").iter().map(|entry| self.matcher(entry)).collect();
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
