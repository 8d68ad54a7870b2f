use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Knowledge;
use super::subject::{Subject, called};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::process::expression::{Binary, Expression, Term};
use crate::process::{Definition, NodeIndex, ParameterValue};

/// Variables that are counted up or down.
pub(super) struct Counters<'a> {
    /// The nodes that count each.
    nodes: BTreeMap<&'a str, Vec<NodeIndex>>,
}

impl<'a> Counters<'a> {
    pub fn of(definition: &'a Definition, knowledge: &'a Knowledge) -> Self {
        let mut nodes: BTreeMap<&str, Vec<NodeIndex>> = BTreeMap::new();
        for node in definition.nodes() {
            let drawn = node.outputs.iter().filter(|output| counts(&output.name, &output.value));
            let known = knowledge.deeds.get(&node.index).and_then(|deeds| deeds.counts.as_deref());
            for name in drawn.map(|output| output.name.as_str()).chain(known) {
                nodes.entry(name).or_default().push(node.index);
            }
        }
        Self { nodes }
    }

    pub fn has(&self, name: &str) -> bool {
        self.nodes.contains_key(name)
    }

    /// All of them, with the nodes that count each.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &[NodeIndex])> {
        self.nodes.iter().map(|(name, nodes)| (*name, nodes.as_slice()))
    }
}

/// Whether a value is that of a variable itself, with something added or subtracted.
fn counts(name: &str, value: &ParameterValue) -> bool {
    fn adds(name: &str, expression: &Expression) -> bool {
        let is_it = |side: &Expression| matches!(&side.term, Term::Name(read) if read == name);
        match &expression.term {
            Term::Binary(Binary::Add, left, right) => is_it(left) || is_it(right),
            Term::Binary(Binary::Subtract, left, _) => is_it(left),
            _ => expression.operands().into_iter().any(|operand| adds(name, operand)),
        }
    }
    value.templates().into_iter().flat_map(|template| template.expressions()).any(|one| adds(name, one))
}

/// Conditions that ask whether a counter is exactly some number.
pub(super) fn check(subject: &Subject<'_>, found: &mut Diagnostics) {
    for flow in subject.definition.flows() {
        let Some(condition) = &flow.condition else { continue };
        let exact: BTreeSet<&str> =
            condition.value.template.expressions().flat_map(|one| exact(one, &subject.counters)).collect();
        if let Some(name) = exact.first() {
            let message = format!("{} asks whether the counter `{name}` is exactly some number", called(flow));
            let one = Diagnostic::new(Id::LINT_EXACT_COUNTER, message).at(condition.span).of(flow);
            found.push(one.help("once it has passed the number it never is again; compare with `>=` or `<`"));
        }
    }
}

/// The counters that an expression compares by `==` or `!=` with something else than 0, where they may begin.
fn exact<'e>(expression: &'e Expression, counters: &Counters<'_>) -> Vec<&'e str> {
    let mut found: Vec<&str> = expression.operands().into_iter().flat_map(|operand| exact(operand, counters)).collect();
    if let Term::Binary(Binary::Equal | Binary::NotEqual, left, right) = &expression.term {
        let is_number = |side: &Expression| match &side.term {
            Term::Literal(value) => value.is_number() && value != &Value::from(0),
            _ => true,
        };
        for (side, other) in [(left, right), (right, left)] {
            if let Term::Name(name) = &side.term
                && counters.has(name)
                && is_number(other)
            {
                found.push(name);
            }
        }
    }
    found
}
