use std::sync::Arc;

use serde_json::Value;

use super::check::{Checked, Outcome, check};
use super::difference::{Difference, DifferenceKind};
use super::kind::{Kind, Test};
use super::phrase::{SHOWN, phrase};
use super::reading::Reader;
use super::{Judgement, SchemaFiles, Verdict, around, excerpt, shown};
use crate::diagnostic::Diagnostics;
use crate::source::{Sources, Span};
use crate::template::{Reference, Scope, Template, TemplateError};
use crate::yaml::Node;

/// Most differences that a message tells; all of them are in [`Judgement::diff`].
pub(super) const TOLD: usize = 3;

/// What is wanted of one value, compiled from YAML.
///
/// A literal or a list wants equality; a map all of whose keys are matchers ([`MATCHERS`](super::MATCHERS)) wants all of
/// them; any other map is an error. Expected values are templates. A matcher is shared between threads freely.
#[derive(Clone, Debug)]
pub struct Matcher {
    span: Span,
    tests: Vec<Compiled>,
    templates: Vec<Template>,
}

/// A matcher, evaluated once if it reads no variable.
#[derive(Clone, Debug)]
struct Compiled {
    test: Test<Template>,
    constant: Option<Arc<Test<Value>>>,
}

impl Compiled {
    fn new(test: Test<Template>) -> Self {
        let constant = test.resolve(&mut |template| template.as_literal().cloned().ok_or(())).ok().map(Arc::new);
        Self { test, constant }
    }
}

impl Matcher {
    /// Reads a matcher. What could not be read is reported and left out.
    pub fn read(node: &Node, sources: &Sources, found: &mut Diagnostics) -> Self {
        let mut reader = Reader { sources, found, templates: Vec::new() };
        let tests = reader.tests(node);
        Self { span: node.span, templates: reader.templates, tests: tests.into_iter().map(Compiled::new).collect() }
    }

    /// A matcher that wants a value, written at `span`.
    pub fn equal_to(value: Value, span: Span) -> Self {
        let template = Template::literal(value, span);
        let test = Test { span, kind: Kind::Equal(template.clone()) };
        Self { span, tests: vec![Compiled::new(test)], templates: vec![template] }
    }

    /// Where it is written.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The templates of its expected values, in the order they are written.
    pub fn templates(&self) -> &[Template] {
        &self.templates
    }

    /// The values that it takes, where it names them itself: `748`, `{ in: [748, 802] }`.
    pub fn listed(&self) -> Vec<&Value> {
        let [Compiled { constant: Some(constant), .. }] = self.tests.as_slice() else { return Vec::new() };
        match &constant.kind {
            Kind::Equal(value) => vec![value],
            Kind::In(Value::Array(values)) => values.iter().collect(),
            _ => Vec::new(),
        }
    }

    /// Everything that its expected values read.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.templates.iter().flat_map(|template| template.references())
    }

    /// A JSON Schema, or the name of its file.
    pub fn read_schema(node: &Node, sources: &Sources, found: &mut Diagnostics) -> Self {
        let mut reader = Reader { sources, found, templates: Vec::new() };
        let kind = reader.kind("schema", node);
        let tests = kind.into_iter().map(|kind| Compiled::new(Test { span: node.span, kind })).collect();
        Self { span: node.span, tests, templates: reader.templates }
    }

    /// Reads the JSON Schema files that it names; `folder` is that of the file that names them, below the project's root and
    /// with a closing `/`. A matcher whose schema was not loaded is undecidable. Whether it names any.
    pub fn load_schemas(&mut self, folder: &str, files: &mut SchemaFiles, found: &mut Diagnostics) -> bool {
        let mut any = false;
        for compiled in &mut self.tests {
            let mut loaded = false;
            compiled.test.kind.schemas(&mut |schema| {
                loaded |= schema.waiting().is_some();
                schema.load(folder, files, found);
            });
            if loaded {
                *compiled = Compiled::new(compiled.test.clone());
            }
            any |= loaded;
        }
        any
    }

    /// Where it names a JSON Schema file.
    pub fn schema_file(&self) -> Option<Span> {
        self.tests.iter().find_map(|compiled| {
            let mut place = None;
            compiled.test.kind.clone().schemas(&mut |schema| place = place.or(schema.waiting()));
            place
        })
    }

    /// Whether it takes a value, `None` if nothing is there, as far as what is written decides that: not where an expected value
    /// is a template that reads something.
    pub fn decides(&self, actual: Option<&Value>) -> Option<bool> {
        let constants: Option<Vec<_>> = self.tests.iter().map(|compiled| compiled.constant.as_ref()).collect();
        let holds = |test: &Arc<Test<Value>>| {
            test.kind.problem().is_none() && check(&test.kind, actual).outcome == Outcome::Held
        };
        constants.map(|tests| tests.into_iter().all(holds))
    }

    /// Judges a value, `None` if nothing is there: one judgement for each matcher of the map. `subject` names the value in
    /// the message: `status`, `body $.code`.
    pub fn judge(&self, subject: &str, actual: Option<&Value>, scope: &Scope) -> Vec<Judgement> {
        self.tests.iter().map(|compiled| judge(compiled, subject, actual, scope)).collect()
    }
}

fn judge(compiled: &Compiled, subject: &str, actual: Option<&Value>, scope: &Scope) -> Judgement {
    let mut tainted = Vec::new();
    let resolved = match &compiled.constant {
        Some(constant) => Ok(Arc::clone(constant)),
        None => {
            let mut evaluate = |template: &Template| -> Result<Value, TemplateError> {
                let evaluated = template.evaluate(scope)?;
                tainted.extend(evaluated.tainted);
                Ok(evaluated.value)
            };
            compiled.test.resolve(&mut evaluate).map(Arc::new)
        }
    };
    let mut judgement = Judgement::new(compiled.test.span, subject, Verdict::Held, "");
    judgement.actual = actual.map(excerpt);
    judgement.tainted = tainted;
    let (test, problem) = match resolved {
        Ok(test) => {
            let problem = test.kind.problem();
            (Some(test), problem)
        }
        Err(error) => (None, Some(error.to_string())),
    };
    if let Some(test) = &test {
        judgement.expected = phrase(&test.kind);
        judgement.expected_value = expected_value(&test.kind).map(excerpt);
    }
    match (test, problem) {
        (Some(test), None) => {
            let checked = check(&test.kind, actual);
            judgement.message = message(subject, &test.kind, actual, &judgement.expected, &checked);
            judgement.diff = checked.diff;
            if checked.outcome != Outcome::Held {
                judgement.verdict = Verdict::Failed;
            }
        }
        (_, problem) => {
            let reason = problem.unwrap_or_default();
            judgement.message = format!("{subject} cannot be judged: {reason}");
            judgement.verdict = Verdict::Undecidable(reason);
        }
    }
    judgement
}

fn expected_value(kind: &Kind<Value>) -> Option<&Value> {
    match kind {
        Kind::Equal(value) | Kind::Contains(value) | Kind::Unordered(value) | Kind::In(value) => Some(value),
        _ => None,
    }
}

fn message(subject: &str, kind: &Kind<Value>, actual: Option<&Value>, expected: &str, checked: &Checked) -> String {
    let Some(actual) = actual else { return format!("{subject} is absent, expected {expected}") };
    let place = |one: &Difference| one.path != "$";
    if let (Kind::Schema(_), Some(problems)) = (kind, &checked.note) {
        return format!("{subject} is not {expected}: {problems}");
    }
    if !checked.diff.is_empty() && checked.diff.iter().all(place) {
        let unordered = matches!(kind, Kind::Unordered(_));
        return format!("{subject} differs from what is expected in {}", places(&checked.diff, unordered));
    }
    if let (Kind::Equal(Value::String(wanted)), Value::String(found)) = (kind, actual)
        && checked.outcome != Outcome::Held
    {
        let (found, wanted) = around(found, wanted, SHOWN);
        return format!("{subject} is {found}, expected {wanted}");
    }
    let note = checked.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
    format!("{subject} is {}, expected {expected}{note}", shown(actual, SHOWN))
}

/// The first differences. Positions mean nothing where the order does not matter.
fn places(diff: &[Difference], unordered: bool) -> String {
    let value = |value: &Option<Value>| shown(value.as_ref().unwrap_or(&Value::Null), SHOWN / 2);
    let told = diff.iter().take(TOLD).map(|one| {
        let place = one.path.strip_prefix('$').unwrap_or(&one.path);
        match one.kind {
            DifferenceKind::Missing if unordered => format!("{} is absent", value(&one.expected)),
            DifferenceKind::Unexpected if unordered => format!("{} was not expected", value(&one.actual)),
            DifferenceKind::Missing => format!("{place} is absent, expected {}", value(&one.expected)),
            DifferenceKind::Unexpected => format!("{place} is {} and was not expected", value(&one.actual)),
            DifferenceKind::Changed => {
                format!("{place} is {}, expected {}", value(&one.actual), value(&one.expected))
            }
        }
    });
    let told = told.collect::<Vec<_>>().join("; ");
    let what = if unordered { "item" } else { "place" };
    match diff.len() {
        1 => format!("one {what}: {told}"),
        count if count > TOLD => format!("{count} {what}s: {told}; and {} more", count - TOLD),
        count => format!("{count} {what}s: {told}"),
    }
}
