use std::sync::Arc;
use std::time::Duration;

use super::given::read_given;
use super::shape::{REQUEST_WITH, SAVED, STEP};
use super::variable::check_id;
use super::{Awaited, Branch, GivenInputs, Inputs, Poll, Retry, Simulate, StepExpectation, Use};
use crate::diagnostic::{Diagnostic, Diagnostics, Fix, Id};
use crate::expect::{BodyExpectation, Matcher};
use crate::query::JsonPath;
use crate::source::{Sources, Span, Spanned};
use crate::template::{Reference, Template};
use crate::yaml::{Entry, Kind, Node, Shaped};

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// Where it stands.
    pub span: Span,
    /// Its id, for `goto` and `steps.<id>`.
    pub id: Option<Spanned<String>>,
    /// The author's words for it.
    pub name: Option<Spanned<String>>,
    /// Who does it; the main actor if nothing is said.
    pub actor: Option<Spanned<String>>,
    /// What must be true, or it is skipped.
    pub condition: Option<Template>,
    /// What it does.
    pub kind: StepKind,
    /// What must hold afterwards.
    pub expect: Option<StepExpectation>,
    /// What is saved of the answer.
    pub save: Vec<Save>,
    /// What is done for which outcome.
    pub on: Vec<Branch>,
    /// How long it may take.
    pub timeout: Option<Spanned<Duration>>,
    /// When its requests are sent again.
    pub retry: Option<Arc<Retry>>,
    /// How it is done until its answer is what is waited for.
    pub poll: Option<Poll>,
    /// What a simulator is told for it.
    pub simulate: Simulate,
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum StepKind {
    /// An activity of the catalogue.
    Activity {
        /// Its name.
        name: Spanned<String>,
        /// Its inputs.
        with: GivenInputs,
        /// The element that is meant, by id or name, where an activity stands several times in a diagram.
        element: Option<Spanned<String>>,
        /// Whether it is sent although the process stands elsewhere.
        anywhere: bool,
    },
    /// Any other request.
    Request(Box<RequestLine>),
    /// Lets time pass.
    Wait(Spanned<Duration>),
    /// Awaits a call of the engine.
    Await(Box<Awaited>),
    /// Judges values, without a request.
    Check(Vec<Check>),
    /// The steps of a fragment.
    Use(Box<Use>),
}

impl StepKind {
    /// The key by which a step is of this kind.
    pub fn keyword(&self) -> &'static str {
        match self {
            Self::Activity { .. } => "activity",
            Self::Request(_) => "request",
            Self::Wait(_) => "wait",
            Self::Await(_) => "await",
            Self::Check(_) => "check",
            Self::Use(_) => "use",
        }
    }
}

/// A request that is no activity.
#[derive(Clone, Debug)]
pub struct RequestLine {
    /// The method.
    pub method: Spanned<String>,
    /// The path below the target's base URL, or a whole URL.
    pub target: Template,
    /// Headers.
    pub headers: Inputs,
    /// Query parameters.
    pub query: Inputs,
    /// A JSON body.
    pub json: Option<Template>,
    /// Whether the session's credential is sent.
    pub credential: bool,
}

/// An expectation on a value.
#[derive(Clone, Debug)]
pub struct Check {
    /// The value.
    pub value: Template,
    /// How it is called in messages: the expression as it was written.
    pub subject: String,
    /// Where it stands.
    pub span: Span,
    /// What must hold.
    pub matcher: Matcher,
}

/// A value that is saved.
#[derive(Clone, Debug)]
pub struct Save {
    /// Its name.
    pub name: Spanned<String>,
    /// Where it comes from.
    pub from: SaveFrom,
    /// Where that stands.
    pub span: Span,
}

/// Where a saved value comes from.
#[derive(Clone, Debug)]
pub enum SaveFrom {
    /// A JSONPath of the answer's body.
    Path {
        /// The path.
        path: JsonPath,
        /// As it was written.
        text: String,
    },
    /// A template over `response`.
    Template(Template),
    /// A header of the answer.
    Header(Spanned<String>),
}

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

impl Step {
    /// Reads a list of steps.
    pub(super) fn read_all(node: &Node, what: &str, sources: &Sources, found: &mut Diagnostics) -> Vec<Self> {
        let items = node.sequence(what, found).unwrap_or_default();
        items.iter().filter_map(|item| Self::read(item, sources, found)).collect()
    }

    fn read(node: &Node, sources: &Sources, found: &mut Diagnostics) -> Option<Self> {
        let fields = Shaped::of(node, &STEP, found)?;
        let kind = fields.variant().and_then(|entry| Self::read_kind(entry, &fields, sources, found));
        let id = fields.text("id", found).inspect(|id| check_id(id, found));
        let name = fields.text("name", found);
        let actor = fields.text("as", found);
        let expect = fields.beside("expect").and_then(|node| StepExpectation::read(node, sources, found));
        // What a fragment gives is picked, not found in an answer.
        let save = fields.beside("save").filter(|_| !matches!(kind, Some(StepKind::Use(_))));
        let save = save.map(|node| Save::read_all(node, sources, found)).unwrap_or_default();
        let on = fields.beside("on").map(|node| Branch::read_all(node, sources, found)).unwrap_or_default();
        let condition = fields.node("if").map(|node| read_condition(node, sources, found));
        let timeout = fields.duration("timeout", found);
        let retry = fields.beside("retry").and_then(|node| Retry::read(node, found)).map(Arc::new);
        let poll = fields.beside("poll").and_then(|node| Poll::read(node, sources, found));
        let simulate = fields.beside("simulate").map(|node| Simulate::read(node, sources, found)).unwrap_or_default();
        if let (Some(StepKind::Await(_)), Some(timeout)) = (&kind, &timeout) {
            let one = Diagnostic::new(Id::WRONG_VALUE, "a call that is awaited has no `timeout`").at(timeout.span);
            found.push(one.help("say how long it may take to come: `await: { path: /hooks/consent, deadline: 90s }`"));
        }
        if let Some((first, _)) = simulate.start.first() {
            let one =
                Diagnostic::new(Id::WRONG_VALUE, "`start` stands in the scenario's own `simulate`").at(first.span);
            found.push(one.help("a step is simulated after the process has started"));
        }
        if let Some(entry) = fields.variant() {
            let stated = expect.iter().chain(poll.iter().flat_map(Poll::expectations));
            misjudged(&entry.key.value, stated, found);
        }
        Some(Self {
            span: node.span,
            id,
            name,
            actor,
            condition,
            kind: kind?,
            expect,
            save,
            on,
            timeout,
            retry,
            poll,
            simulate,
        })
    }

    /// A step that does a fragment and nothing else.
    pub(super) fn of_fragment(one: Use) -> Self {
        Self {
            span: one.span,
            id: None,
            name: None,
            condition: None,
            actor: None,
            kind: StepKind::Use(Box::new(one)),
            expect: None,
            save: Vec::new(),
            on: Vec::new(),
            timeout: None,
            retry: None,
            poll: None,
            simulate: Simulate::default(),
        }
    }

    /// What stands for it in a frame: its subject, else where it begins.
    pub fn place(&self) -> Span {
        match &self.kind {
            StepKind::Activity { name, .. } => name.span,
            StepKind::Request(line) => line.method.span,
            StepKind::Wait(duration) => duration.span,
            StepKind::Await(awaited) => awaited.place(),
            StepKind::Use(one) => one.path.span,
            StepKind::Check(checks) => checks.first().map_or(self.span.slice(0, 0), |check| check.span),
        }
    }

    /// The names of the variables that it sets.
    pub fn saved(&self) -> impl Iterator<Item = &Spanned<String>> {
        let picks = match &self.kind {
            StepKind::Use(one) => one.save.as_slice(),
            _ => &[],
        };
        self.save.iter().map(|save| &save.name).chain(picks.iter().map(|pick| &pick.name))
    }

    /// Everything that is judged of its answer.
    pub fn expectations(&self) -> impl Iterator<Item = &StepExpectation> {
        self.expect.iter().chain(self.poll.iter().flat_map(Poll::expectations))
    }

    /// It and all steps inside of its branches, in the order of the file.
    pub fn with_inner(&self) -> Vec<&Self> {
        let mut all = vec![self];
        for branch in &self.on {
            all.extend(branch.steps.iter().flat_map(Self::with_inner));
        }
        all
    }

    fn read_kind(entry: &Entry, fields: &Shaped, sources: &Sources, found: &mut Diagnostics) -> Option<StepKind> {
        match entry.key.value.as_str() {
            "activity" => {
                let with =
                    fields.node("with").map(|node| read_given(node, "`with`", sources, found)).unwrap_or_default();
                let element = fields.text("element", found);
                let at = fields.chosen("at", found);
                let name = entry.value.text("`activity`", found)?;
                Some(StepKind::Activity { name, with, element, anywhere: at.is_some() })
            }
            "request" => RequestLine::read(entry, fields, sources, found).map(Box::new).map(StepKind::Request),
            "wait" => entry.value.duration("`wait`", found).map(StepKind::Wait),
            "await" => Awaited::read(entry, sources, found).map(Box::new).map(StepKind::Await),
            "use" => Use::read(entry, fields, sources, found).map(Box::new).map(StepKind::Use),
            _ => {
                let checks = entry.value.mapping("`check`", found)?;
                Some(StepKind::Check(checks.iter().map(|check| Check::read(check, sources, found)).collect()))
            }
        }
    }

    /// Visits its matchers, those of steps inside it too.
    pub(super) fn matchers_mut(&mut self, visit: &mut dyn FnMut(&mut Matcher)) {
        match &mut self.kind {
            StepKind::Check(checks) => checks.iter_mut().for_each(|check| visit(&mut check.matcher)),
            StepKind::Await(awaited) => {
                awaited.condition.iter_mut().flat_map(BodyExpectation::matchers_mut).for_each(&mut *visit);
            }
            _ => {}
        }
        let expectations = self.expect.iter_mut().chain(self.poll.iter_mut().flat_map(Poll::expectations_mut));
        expectations.flat_map(StepExpectation::matchers_mut).for_each(&mut *visit);
        self.on.iter_mut().flat_map(|branch| &mut branch.steps).for_each(|step| step.matchers_mut(visit));
    }

    /// Every template of the step, for checks of what it reads.
    pub fn templates(&self) -> Vec<&Template> {
        let mut templates: Vec<&Template> = Vec::new();
        match &self.kind {
            StepKind::Activity { with, .. } => templates.extend(super::given::templates(with)),
            StepKind::Request(line) => {
                templates.push(&line.target);
                templates.extend(line.headers.iter().chain(&line.query).map(|(_, template)| template));
                templates.extend(&line.json);
            }
            StepKind::Wait(_) => {}
            StepKind::Await(awaited) => templates.push(&awaited.path),
            StepKind::Use(one) => templates.extend(one.with.iter().map(|(_, template)| template)),
            StepKind::Check(checks) => templates.extend(checks.iter().map(|check| &check.value)),
        }
        templates.extend(self.simulate.templates());
        templates.extend(&self.condition);
        templates
    }
}

impl Step {
    /// Everything that the step itself reads, in what it does and in what is expected of it.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        let checks = match &self.kind {
            StepKind::Check(checks) => checks.as_slice(),
            _ => &[],
        };
        let awaited = match &self.kind {
            StepKind::Await(awaited) => Some(awaited),
            _ => None,
        };
        let judged = checks.iter().flat_map(|check| check.matcher.references());
        let judged = judged.chain(awaited.into_iter().flat_map(|awaited| awaited.references()));
        let judged = judged.chain(self.expectations().flat_map(StepExpectation::references));
        self.templates().into_iter().flat_map(Template::references).chain(judged)
    }
}

/// Reports what is expected of steps that do not have it.
fn misjudged<'a>(kind: &str, stated: impl Iterator<Item = &'a StepExpectation>, found: &mut Diagnostics) {
    for expectation in stated {
        if let ("wait", Some((key, span))) = (kind, expectation.of_answer()) {
            let one = Diagnostic::new(Id::WRONG_VALUE, format!("a wait has no `{key}`")).at(span);
            found.push(one.help("`next` and `instance` can be expected of it"));
        }
        if let ("await", Some((key, span))) = (kind, expectation.of_answer_alone()) {
            let one = Diagnostic::new(Id::WRONG_VALUE, format!("a call has no `{key}`")).at(span);
            found.push(one.help("`headers`, `body`, `schema`, `next` and `instance` can be expected of it"));
        }
        for outcome in expectation.outcome.iter().filter(|_| kind == "request") {
            let one = Diagnostic::new(Id::WRONG_VALUE, "a request has no outcome").at(outcome.span);
            found.push(one.help("expect its `status`; outcomes are of activities"));
        }
        if let ("request", Some(answer)) = (kind, &expectation.answer) {
            let message = "the catalogue reads nothing of the answer of a request";
            let one = Diagnostic::new(Id::WRONG_VALUE, message).at(answer.span());
            found.push(one.help("expect its `body`; `answer` is of activities"));
        }
    }
}

/// Reads `if`: a template that gives `true` or `false`.
fn read_condition(node: &Node, sources: &Sources, found: &mut Diagnostics) -> Template {
    let condition = Template::read(node, sources, found);
    let literal = condition.as_literal().filter(|value| !value.is_boolean());
    if literal.is_some() || condition.is_text() {
        let one = Diagnostic::new(Id::WRONG_VALUE, "`if` is neither true nor false").at(node.span);
        found.push(match literal.and_then(|value| value.as_str()) {
            Some(text) => as_template(one, text, node.span),
            None => one.help("write one expression: \"{{ vars.count > 0 and not vars.done }}\""),
        });
    }
    condition
}

/// Offers to make a template of a text that was meant as one.
fn as_template(one: Diagnostic, text: &str, span: Span) -> Diagnostic {
    let quote = if text.contains('"') { '\'' } else { '"' };
    let template = format!("{quote}{{{{ {} }}}}{quote}", text.trim());
    let simple = !text.contains(['\'', '\\', '{', '}', '\n']);
    let fix = simple.then(|| Fix::certain("make it a template", span, template.as_str()));
    one.help(format!("write {template}")).fix_if(fix)
}

impl RequestLine {
    fn read(entry: &Entry, fields: &Shaped, sources: &Sources, found: &mut Diagnostics) -> Option<Self> {
        let with = fields.node("with");
        let line = entry.value.text("`request`", found)?;
        let text = line.value.trim();
        let Some((method, target)) = text.split_once(char::is_whitespace).map(|(method, rest)| (method, rest.trim()))
        else {
            let one = Diagnostic::new(Id::WRONG_VALUE, "a request is a method and a path").at(line.span);
            found.push(one.help("write `request: GET /path`"));
            return None;
        };
        if !METHODS.contains(&method) {
            let one = Diagnostic::new(Id::WRONG_VALUE, format!("`{method}` is no method"));
            let place = entry.value.place(sources.text(line.span), 0, method.len());
            found.push(one.at(place).meant(place, method, METHODS));
            return None;
        }
        let target_at = line.value.len() - line.value.trim_end().len();
        let offset = line.value.len() - target_at - target.len();
        let target_span = entry.value.place(sources.text(line.span), offset, target.len());
        let mut request = Self {
            method: Spanned::new(method.to_owned(), line.span),
            target: Template::parse(target, target_span, found),
            headers: Vec::new(),
            query: Vec::new(),
            json: None,
            credential: true,
        };
        if let Some(with) = with.and_then(|with| Shaped::of(with, &REQUEST_WITH, found)) {
            let named = |node: Option<&Node>, what: &str, found: &mut Diagnostics| {
                node.map(|node| read_inputs(node, what, sources, found)).unwrap_or_default()
            };
            request.headers = named(with.node("headers"), "`headers`", found);
            request.query = named(with.node("query"), "`query`", found);
            request.json = with.node("json").map(|node| Template::read(node, sources, found));
            request.credential = with.boolean("credential", found).is_none_or(|given| given.value);
        }
        Some(request)
    }
}

impl Check {
    fn read(entry: &Entry, sources: &Sources, found: &mut Diagnostics) -> Self {
        let key = &entry.key;
        let value = Template::read(&entry.key_node(sources.text(key.span)), sources, found);
        if value.as_literal().is_some() {
            let one = Diagnostic::new(Id::WRONG_VALUE, format!("`{}` reads no value", key.value)).at(key.span);
            found.push(as_template(one, &key.value, key.span));
        }
        let subject = key.value.trim().trim_start_matches("{{").trim_end_matches("}}").trim().to_owned();
        Self { value, subject, span: key.span, matcher: Matcher::read(&entry.value, sources, found) }
    }
}

impl Save {
    pub(super) fn read_all(node: &Node, sources: &Sources, found: &mut Diagnostics) -> Vec<Self> {
        let entries = node.mapping("`save`", found).unwrap_or_default();
        let read = |entry: &Entry, found: &mut Diagnostics| {
            check_id(&entry.key, found);
            // What was reported still has its name, for those who read it.
            let broken = || SaveFrom::Template(Template::broken(entry.value.span));
            let from = SaveFrom::read(&entry.value, sources, found).unwrap_or_else(broken);
            Self { name: entry.key.clone(), from, span: entry.value.span }
        };
        entries.iter().map(|entry| read(entry, found)).collect()
    }
}

impl SaveFrom {
    fn read(node: &Node, sources: &Sources, found: &mut Diagnostics) -> Option<Self> {
        if let Kind::Mapping(_) = node.kind {
            let fields = Shaped::of(node, &SAVED, found)?;
            let header = fields.text("header", found);
            return header.map(Self::Header);
        }
        let text = node.text("a saved value", found)?;
        if !text.value.starts_with('$') {
            let template = Template::read(node, sources, found);
            if template.as_literal().is_some() {
                let one = Diagnostic::new(Id::WRONG_VALUE, format!("`{}` saves nothing of the answer", text.value));
                let help = "write a JSONPath (`$.id`), a template (\"{{ response.status }}\") or `{ header: NAME }`";
                found.push(one.at(node.span).help(help));
                return None;
            }
            return Some(Self::Template(template));
        }
        match JsonPath::compile(&text.value) {
            Ok(path) => Some(Self::Path { path, text: text.value }),
            Err(error) => {
                let place = node.place(sources.text(node.span), error.offset, 1);
                found.push(
                    Diagnostic::new(Id::QUERY_PATH, format!("`{}` is no JSONPath", text.value))
                        .label(place, error.message),
                );
                None
            }
        }
    }
}

/// Reads a mapping of names to values that may hold templates.
pub(super) fn read_inputs(node: &Node, what: &str, sources: &Sources, found: &mut Diagnostics) -> Inputs {
    let entries = node.mapping(what, found).unwrap_or_default();
    entries.iter().map(|entry| (entry.key.clone(), Template::read(&entry.value, sources, found))).collect()
}
