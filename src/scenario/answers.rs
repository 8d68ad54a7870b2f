use std::sync::Arc;
use std::time::Duration;

use super::given::read_given;
use super::shape::ANSWER;
use super::{Branch, GivenInputs, Retry, Save, Simulate, StepExpectation};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::expect::Matcher;
use crate::source::{Sources, Span, Spanned};
use crate::template::{Reference, Template};
use crate::yaml::{self, Kind, Node, Shaped};

/// What the process gets where it stands: for scenarios in which the process leads.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// The answers by activity or element. An entry for an element goes before one for its activity.
    pub entries: Vec<AnswersEntry>,
    /// Where they stand.
    pub span: Option<Span>,
}

/// The answers for one activity or element.
#[derive(Clone, Debug)]
pub struct AnswersEntry {
    /// The activity's name, or the id or name of an element.
    pub key: Spanned<String>,
    /// Visit by visit.
    pub visits: Visits,
}

/// For which visits an answer is meant.
#[derive(Clone, Debug)]
pub enum Visits {
    /// For every visit.
    Every(Box<Answer>),
    /// One visit each, in order. A further visit fails the scenario.
    Each(Vec<Answer>),
}

impl Visits {
    /// The answers in it.
    pub fn all(&self) -> &[Answer] {
        match self {
            Self::Every(one) => std::slice::from_ref(&**one),
            Self::Each(many) => many,
        }
    }

    /// Whether there is one for each visit.
    pub fn is_list(&self) -> bool {
        matches!(self, Self::Each(_))
    }

    fn all_mut(&mut self) -> &mut [Answer] {
        match self {
            Self::Every(one) => std::slice::from_mut(&mut **one),
            Self::Each(many) => many,
        }
    }
}

/// One answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Where it stands.
    pub span: Span,
    /// Who gives it; the main actor if nothing is said.
    pub actor: Option<Spanned<String>>,
    /// The inputs of the activity.
    pub with: GivenInputs,
    /// Instead of answering: how long time passes, so that a timer can fire.
    pub wait: Option<Spanned<Duration>>,
    /// Whether it is fine if it is never used.
    pub optional: bool,
    /// What must hold afterwards.
    pub expect: Option<StepExpectation>,
    /// What is saved of the answer.
    pub save: Vec<Save>,
    /// What is done for which outcome; only `continue` and `end` make sense here.
    pub on: Vec<Branch>,
    /// When its requests are sent again.
    pub retry: Option<Arc<Retry>>,
    /// What a simulator is told for it.
    pub simulate: Simulate,
}

impl Answer {
    /// Everything that it reads, in what it gives and in what is expected of it.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        let templates = super::given::templates(&self.with).chain(self.simulate.templates());
        templates.flat_map(Template::references).chain(self.expect.iter().flat_map(StepExpectation::references))
    }
}

impl Answers {
    pub(super) fn read(node: &Node, sources: &Sources, found: &mut Diagnostics) -> Self {
        let entries = node.mapping("`answers`", found).unwrap_or_default();
        let read = |entry: &yaml::Entry, found: &mut Diagnostics| {
            let visits = match &entry.value.kind {
                Kind::Sequence(items) => {
                    Visits::Each(items.iter().filter_map(|item| Answer::read(item, sources, found)).collect())
                }
                _ => Visits::Every(Box::new(Answer::read(&entry.value, sources, found)?)),
            };
            Some(AnswersEntry { key: entry.key.clone(), visits })
        };
        Self { entries: entries.iter().filter_map(|entry| read(entry, found)).collect(), span: Some(node.span) }
    }

    /// Visits its matchers.
    pub(super) fn matchers_mut(&mut self, visit: &mut dyn FnMut(&mut Matcher)) {
        for answer in self.entries.iter_mut().flat_map(|entry| entry.visits.all_mut()) {
            answer.expect.iter_mut().flat_map(StepExpectation::matchers_mut).for_each(&mut *visit);
            answer.on.iter_mut().flat_map(|branch| &mut branch.steps).for_each(|step| step.matchers_mut(visit));
        }
    }

    /// Every answer of every entry.
    pub fn all(&self) -> impl Iterator<Item = &Answer> {
        self.entries.iter().flat_map(|entry| entry.visits.all())
    }

    /// Every branch of every answer.
    pub fn branches(&self) -> impl Iterator<Item = &Branch> {
        self.all().flat_map(|answer| &answer.on)
    }

    /// Reports branches that make no sense where the process leads.
    pub(super) fn check_branches(&self, found: &mut Diagnostics) {
        for branch in self.branches() {
            if matches!(branch.action, super::Action::Goto(_) | super::Action::Repeat) {
                let message = format!("`{}` makes no sense where the process leads", branch.action);
                let one = Diagnostic::new(Id::WRONG_VALUE, message).at(branch.span);
                found.push(one.help("list one answer per visit, or write `continue`, `end`, `steps` or `use`"));
            }
        }
    }
}

impl Answer {
    fn read(node: &Node, sources: &Sources, found: &mut Diagnostics) -> Option<Self> {
        let mut answer = Self {
            span: node.span,
            actor: None,
            with: Vec::new(),
            wait: None,
            optional: false,
            expect: None,
            save: Vec::new(),
            on: Vec::new(),
            retry: None,
            simulate: Simulate::default(),
        };
        if node.is_null() {
            return Some(answer);
        }
        let fields = Shaped::of(node, &ANSWER, found)?;
        answer.actor = fields.text("as", found);
        answer.with = fields.node("with").map(|node| read_given(node, "`with`", sources, found)).unwrap_or_default();
        let wait = fields.entry("wait");
        answer.wait = fields.duration("wait", found);
        answer.optional = fields.boolean("optional", found).is_some_and(|optional| optional.value);
        answer.expect = fields.node("expect").and_then(|node| StepExpectation::read(node, sources, found));
        answer.save = fields.node("save").map(|node| Save::read_all(node, sources, found)).unwrap_or_default();
        answer.on = fields.node("on").map(|node| Branch::read_all(node, sources, found)).unwrap_or_default();
        answer.retry = fields.node("retry").and_then(|node| Retry::read(node, found)).map(Arc::new);
        answer.simulate = fields.node("simulate").map(|node| Simulate::read(node, sources, found)).unwrap_or_default();
        if let (Some(wait), Some((first, _))) = (wait, answer.with.first()) {
            let one = Diagnostic::new(Id::WRONG_VALUE, "an answer waits or gives inputs, not both").at(wait.key.span);
            found.push(one.and(first.span, "inputs").help("make two answers of it: `[{ wait: … }, { with: … }]`"));
        }
        Some(answer)
    }
}
