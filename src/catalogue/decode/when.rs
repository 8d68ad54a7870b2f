use super::Reader;
use crate::catalogue::When;
use crate::expect::{Matcher, StatusExpectation};
use crate::source::Spanned;
use crate::yaml::{Entry, Fields, Node};

impl Reader<'_> {
    /// Conditions on an answer.
    pub fn when(&mut self, node: &Node) -> When {
        let Some(mut fields) = Fields::of(node, "`when`", self.found) else { return When::default() };
        let status = fields.optional("status").and_then(|node| StatusExpectation::read(node, self.found));
        let inputs = fields.optional("inputs");
        let inputs = self.free(inputs, "`inputs`").iter().filter_map(|entry| self.matcher(entry)).collect();
        let fields = fields.rest().filter_map(|entry| self.matcher(entry)).collect();
        When { status, fields, inputs }
    }

    /// A name and the matcher behind it.
    pub fn matcher(&mut self, entry: &Entry) -> Option<(Spanned<String>, Matcher)> {
        Some((entry.key.clone(), Matcher::read(&entry.value, self.sources, self.found)?))
    }
}
