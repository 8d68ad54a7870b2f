use serde_json::{Map, Value};

use super::shape::VISIT;
use crate::diagnostic::Diagnostics;
use crate::script::{Directive, Entry as ScriptEntry, Script, Visits as ScriptVisits};
use crate::source::{Sources, Span, Spanned};
use crate::template::{Evaluated, Scope, Template, TemplateError};
use crate::yaml::{Kind, Node, Shaped};

/// What a simulator is told by a scenario, a step or an answer.
#[derive(Clone, Debug, Default)]
pub struct Simulate {
    /// Process variables at the start.
    pub start: Vec<(Spanned<String>, Template)>,
    /// What elements are to do.
    pub entries: Vec<SimulateEntry>,
    /// Where it stands; `None` if the file says nothing.
    pub span: Option<Span>,
}

/// What one element is to do.
#[derive(Clone, Debug)]
pub struct SimulateEntry {
    /// The name of the element or of what it does.
    pub key: Spanned<String>,
    /// Visit by visit.
    pub visits: SimulateVisits,
}

/// For which visits something is said.
#[derive(Clone, Debug)]
pub enum SimulateVisits {
    /// For every visit.
    Every(DirectiveUse),
    /// One visit each, in order.
    Each(Vec<DirectiveUse>),
}

/// What is done in one visit.
#[derive(Clone, Debug)]
pub struct DirectiveUse {
    /// The outcome, by its name.
    pub outcome: Option<Spanned<String>>,
    /// The code on the wire.
    pub code: Option<Spanned<i64>>,
    /// A BPMN error to raise.
    pub error: Option<Spanned<String>>,
    /// Process variables to set.
    pub set: Vec<(Spanned<String>, Template)>,
    /// Results, stored where the catalogue says that results of the element stand.
    pub results: Vec<(Spanned<String>, Template)>,
    /// Where it stands.
    pub span: Span,
}

impl Simulate {
    pub(super) fn read(node: &Node, sources: &Sources, found: &mut Diagnostics) -> Self {
        let mut simulate = Self { span: Some(node.span), ..Self::default() };
        for entry in node.mapping("`simulate`", found).unwrap_or_default() {
            if entry.key.value == "start" {
                simulate.start = variables(&entry.value, "`start`", sources, found);
                continue;
            }
            let visits = match &entry.value.kind {
                Kind::Sequence(items) => SimulateVisits::Each(
                    items.iter().filter_map(|item| DirectiveUse::read(item, sources, found)).collect(),
                ),
                _ => match DirectiveUse::read(&entry.value, sources, found) {
                    Some(directive) => SimulateVisits::Every(directive),
                    None => continue,
                },
            };
            simulate.entries.push(SimulateEntry { key: entry.key.clone(), visits });
        }
        simulate
    }

    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.start.is_empty() && self.entries.is_empty()
    }

    /// Everything in it that may hold templates.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        let directives = self.entries.iter().flat_map(|entry| entry.visits.all());
        let set = directives.flat_map(|directive| directive.set.iter().chain(&directive.results));
        self.start.iter().chain(set).map(|(_, template)| template)
    }

    /// The script for a simulator, templates evaluated.
    ///
    /// # Errors
    /// The first template that cannot be evaluated.
    pub fn script(&self, scope: &Scope) -> Result<Script, TemplateError> {
        let entries = self.entries.iter().map(|entry| {
            let visits = match &entry.visits {
                SimulateVisits::Every(one) => ScriptVisits::Every(one.directive(scope)?),
                SimulateVisits::Each(many) => {
                    ScriptVisits::Each(many.iter().map(|one| one.directive(scope)).collect::<Result<_, _>>()?)
                }
            };
            Ok(ScriptEntry { key: entry.key.value.clone(), visits })
        });
        Ok(Script { start: evaluate(&self.start, scope)?, entries: entries.collect::<Result<_, _>>()? })
    }
}

impl SimulateVisits {
    /// What is said of any visit.
    pub fn all(&self) -> &[DirectiveUse] {
        match self {
            Self::Every(one) => std::slice::from_ref(one),
            Self::Each(many) => many,
        }
    }
}

impl DirectiveUse {
    /// A number is a code, a text an outcome, a mapping says more.
    fn read(node: &Node, sources: &Sources, found: &mut Diagnostics) -> Option<Self> {
        let mut directive =
            Self { outcome: None, code: None, error: None, set: Vec::new(), results: Vec::new(), span: node.span };
        match &node.kind {
            Kind::Scalar(scalar) if scalar.value().is_i64() => {
                directive.code = scalar.value().as_i64().map(|code| Spanned::new(code, node.span));
            }
            Kind::Scalar(scalar) if scalar.value().is_string() => {
                directive.outcome = Some(Spanned::new(scalar.text.clone(), node.span));
            }
            Kind::Mapping(_) => {
                let fields = Shaped::of(node, &VISIT, found)?;
                directive.outcome = fields.text("outcome", found);
                directive.code = fields.integer("code", found);
                directive.error = fields.text("error", found);
                if let Some(set) = fields.node("set") {
                    directive.set = variables(set, "`set`", sources, found);
                }
                if let Some(results) = fields.node("results") {
                    directive.results = variables(results, "`results`", sources, found);
                }
            }
            _ => return node.wrong("a simulated visit", "an outcome, a code or a mapping", found),
        }
        Some(directive)
    }

    fn directive(&self, scope: &Scope) -> Result<Directive, TemplateError> {
        Ok(Directive {
            outcome: self.outcome.as_ref().map(|outcome| outcome.value.clone()),
            code: self.code.as_ref().map(|code| code.value),
            error: self.error.as_ref().map(|error| error.value.clone()),
            set: evaluate(&self.set, scope)?,
            results: evaluate(&self.results, scope)?,
        })
    }
}

fn variables(node: &Node, what: &str, sources: &Sources, found: &mut Diagnostics) -> Vec<(Spanned<String>, Template)> {
    let entries = node.mapping(what, found).unwrap_or_default();
    entries.iter().map(|entry| (entry.key.clone(), Template::read(&entry.value, sources, found))).collect()
}

fn evaluate(values: &[(Spanned<String>, Template)], scope: &Scope) -> Result<Map<String, Value>, TemplateError> {
    let evaluated = |(name, template): &(Spanned<String>, Template)| {
        template.evaluate(scope).map(|Evaluated { value, .. }| (name.value.clone(), value))
    };
    values.iter().map(evaluated).collect()
}
