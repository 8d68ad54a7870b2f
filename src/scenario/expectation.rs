use super::shape::{ACTOR_EXPECTATION, EXPECTATION, WALK_EXPECTATION};
use crate::diagnostic::Diagnostics;
use crate::expect::{BodyExpectation, Matcher, StatusExpectation};
use crate::source::{Sources, Span, Spanned};
use crate::template::Reference;
use crate::yaml::{Entry, Node, Shaped};

/// What must hold after a step. Everything given is judged, also when something before it does not hold.
#[derive(Clone, Debug)]
pub struct StepExpectation {
    /// Where it stands.
    pub span: Span,
    /// The outcomes that are allowed; empty if nothing is said of it.
    pub outcome: Vec<Spanned<String>>,
    /// The code of the answer.
    pub code: Option<Promise>,
    /// The HTTP status.
    pub status: Option<StatusExpectation>,
    /// Headers of the answer, by name without regard to case.
    pub headers: Vec<(Spanned<String>, Matcher)>,
    /// The body of the answer.
    pub body: Option<BodyExpectation>,
    /// A JSON Schema of the body.
    pub schema: Option<Matcher>,
    /// What the catalogue's wire reads of the answer, by its names.
    pub answer: Option<BodyExpectation>,
    /// The state of the process instance, in the engine's words.
    pub instance: Option<Promise>,
    /// How long the answer took, in milliseconds of real time.
    pub time: Option<Promise>,
    /// The activity at which the process stands afterwards.
    pub next: Option<Spanned<String>>,
}

/// A matcher with the place of its key.
#[derive(Clone, Debug)]
pub struct Promise {
    /// Where it stands.
    pub span: Span,
    /// What must hold.
    pub matcher: Matcher,
}

impl Promise {
    fn read(entry: Option<&Entry>, sources: &Sources, found: &mut Diagnostics) -> Option<Self> {
        let entry = entry?;
        Some(Self { span: entry.key.span.to(entry.value.span), matcher: Matcher::read(&entry.value, sources, found) })
    }
}

impl StepExpectation {
    /// A text is an outcome, a mapping says more.
    pub(super) fn read(node: &Node, sources: &Sources, found: &mut Diagnostics) -> Option<Self> {
        let nothing = Self {
            span: node.span,
            outcome: Vec::new(),
            code: None,
            status: None,
            headers: Vec::new(),
            body: None,
            schema: None,
            answer: None,
            instance: None,
            time: None,
            next: None,
        };
        if node.as_scalar().is_some() {
            let outcome = node.text("`expect`", found)?;
            return Some(Self { outcome: vec![outcome], ..nothing });
        }
        let fields = Shaped::of(node, &EXPECTATION, found)?;
        let outcome = fields.texts("outcome", found);
        let headers = fields.map("headers", found).iter();
        let headers = headers.map(|entry| (entry.key.clone(), Matcher::read(&entry.value, sources, found))).collect();
        let expectation = Self {
            outcome,
            code: Promise::read(fields.entry("code"), sources, found),
            status: fields.node("status").map(|node| StatusExpectation::read(node, sources, found)),
            headers,
            body: fields.node("body").map(|node| BodyExpectation::read(node, "body", sources, found)),
            answer: fields.node("answer").map(|node| BodyExpectation::read(node, "answer", sources, found)),
            schema: fields.node("schema").map(|node| Matcher::read_schema(node, sources, found)),
            instance: Promise::read(fields.entry("instance"), sources, found),
            time: Promise::read(fields.entry("time"), sources, found),
            next: fields.text("next", found),
            ..nothing
        };
        Some(expectation)
    }
}

impl StepExpectation {
    /// The first of what it says that only an answer has, or a call of the engine.
    pub(super) fn of_answer(&self) -> Option<(&'static str, Span)> {
        let header = self.headers.first().map(|(name, _)| ("headers", name.span));
        let body = self.body.as_ref().map(|body| ("body", body.span()));
        let schema = self.schema.as_ref().map(|schema| ("schema", schema.span()));
        self.of_answer_alone().or(header).or(body).or(schema)
    }

    /// The first of what it says that only an answer has.
    pub(super) fn of_answer_alone(&self) -> Option<(&'static str, Span)> {
        let outcome = self.outcome.first().map(|outcome| ("outcome", outcome.span));
        let promised = |key, promise: &Option<Promise>| promise.as_ref().map(|promise| (key, promise.span));
        let status = self.status.as_ref().map(|status| ("status", status.span()));
        let answer = self.answer.as_ref().map(|answer| ("answer", answer.span()));
        let all = [outcome, promised("code", &self.code), status, answer, promised("time", &self.time)];
        all.into_iter().flatten().next()
    }

    /// Whether it says nothing at all.
    pub(super) fn is_empty(&self) -> bool {
        let promised = [&self.code, &self.instance, &self.time].into_iter().any(Option::is_some);
        let named = !self.outcome.is_empty() || !self.headers.is_empty() || self.next.is_some();
        let spoken = self.status.is_some() || self.body.is_some() || self.answer.is_some() || self.schema.is_some();
        !promised && !named && !spoken
    }

    /// Everything that its expected values read.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        let promises = [&self.code, &self.instance, &self.time].into_iter().flatten().map(|promise| &promise.matcher);
        let matchers = promises.chain(self.headers.iter().map(|(_, matcher)| matcher));
        let body = self.body.iter().chain(&self.answer).flat_map(|body| body.references());
        matchers
            .flat_map(|matcher| matcher.references())
            .chain(body)
            .chain(self.status.iter().flat_map(|status| status.references()))
    }
}

impl StepExpectation {
    /// Its matchers.
    pub(super) fn matchers_mut(&mut self) -> impl Iterator<Item = &mut Matcher> {
        let promises = [&mut self.code, &mut self.instance, &mut self.time].into_iter().flatten();
        let promises = promises.map(|promise| &mut promise.matcher);
        let headers = self.headers.iter_mut().map(|(_, matcher)| matcher);
        let body = self.body.iter_mut().chain(&mut self.answer).flat_map(BodyExpectation::matchers_mut);
        let status = self.status.iter_mut().filter_map(StatusExpectation::matcher_mut);
        promises.chain(headers).chain(body).chain(status).chain(&mut self.schema)
    }
}

/// What must hold at the end of a scenario.
#[derive(Clone, Debug)]
pub struct WalkExpectation {
    /// Where it stands.
    pub span: Span,
    /// The state of the process instance, in the engine's words.
    pub instance: Option<Promise>,
    /// The activities, exactly and in order.
    pub walk: Option<Spanned<Vec<Spanned<String>>>>,
    /// Activities that were visited in this order, others between them.
    pub walk_includes: Option<Spanned<Vec<Spanned<String>>>>,
    /// How often activities were visited.
    pub visits: Vec<(Spanned<String>, Matcher)>,
    /// Activities that were not visited.
    pub never: Vec<Spanned<String>>,
    /// The outcomes of an activity, visit by visit.
    pub outcomes: Vec<(Spanned<String>, Vec<Spanned<String>>)>,
    /// What must hold of the walks of other actors, by their names.
    pub actors: Vec<(Spanned<String>, WalkExpectation)>,
}

impl WalkExpectation {
    /// Everything that its expected values read.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        let instance = self.instance.iter().map(|promise| &promise.matcher);
        let matchers = self.visits.iter().map(|(_, matcher)| matcher).chain(instance);
        matchers.flat_map(Matcher::references)
    }

    pub(super) fn read(node: &Node, sources: &Sources, found: &mut Diagnostics) -> Option<Self> {
        let fields = Shaped::of(node, &WALK_EXPECTATION, found)?;
        let mut expect = Self::read_walk(node.span, &fields, sources, found);
        for entry in fields.map("actors", found) {
            let Some(fields) = Shaped::of(&entry.value, &ACTOR_EXPECTATION, found) else { continue };
            let of_actor = Self::read_walk(entry.value.span, &fields, sources, found);
            expect.actors.push((entry.key.clone(), of_actor));
        }
        Some(expect)
    }

    fn read_walk(span: Span, fields: &Shaped, sources: &Sources, found: &mut Diagnostics) -> Self {
        let names = |node: Option<&Node>, what: &str, found: &mut Diagnostics| {
            node.map(|node| Spanned::new(node.texts(what, found), node.span))
        };
        let instance = Promise::read(fields.entry("instance"), sources, found);
        let walk = names(fields.node("walk"), "`walk`", found);
        let walk_includes = names(fields.node("walk-includes"), "`walk-includes`", found);
        let visits = fields.map("visits", found).iter();
        let visits = visits.map(|entry| (entry.key.clone(), Matcher::read(&entry.value, sources, found))).collect();
        let never = fields.texts("never", found);
        let outcomes = fields.map("outcomes", found).iter();
        let outcomes = outcomes.map(|entry| (entry.key.clone(), entry.value.texts("an outcome", found))).collect();
        Self { span, instance, walk, walk_includes, visits, never, outcomes, actors: Vec::new() }
    }

    /// Its matchers, and those of other actors.
    pub(super) fn matchers_mut(&mut self) -> Vec<&mut Matcher> {
        let instance = self.instance.iter_mut().map(|promise| &mut promise.matcher);
        let own = instance.chain(self.visits.iter_mut().map(|(_, matcher)| matcher));
        own.chain(self.actors.iter_mut().flat_map(|(_, expect)| expect.matchers_mut())).collect()
    }

    /// This and what is expected of other actors.
    pub fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.actors.iter().map(|(_, expect)| expect))
    }

    /// Every activity that it names, those of other actors not included.
    pub fn activities(&self) -> impl Iterator<Item = &Spanned<String>> {
        let listed = self.walk.iter().chain(&self.walk_includes).flat_map(|names| names.value.iter());
        let keyed = self.visits.iter().map(|(name, _)| name).chain(self.outcomes.iter().map(|(name, _)| name));
        listed.chain(keyed).chain(&self.never)
    }
}
