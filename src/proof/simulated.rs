use std::collections::BTreeSet;

use serde_json::{Map as Members, Value};

use super::deed::Deed;
use super::outcome::may_have_code;
use super::walk::Follower;
use super::{Map, Places};
use crate::catalogue::{Activity, Attempts, Automatic, Behaviour, Failure, InputType, Outcome, Rule};
use crate::diagnostic::{Diagnostic, Id, one_of};
use crate::process::{Node, NodeIndex};
use crate::scenario::{DirectiveUse, Simulate, SimulateEntry, SimulateVisits, StepExpectation};
use crate::source::{Span, Spanned};

impl Follower<'_> {
    /// Reports what a step allows and what is said of the automatic elements behind it, by its `simulate` or by the picture that it
    /// sends, where the two exclude each other.
    pub(super) fn judge_simulated(
        &mut self,
        deed: &Deed<'_>,
        simulate: &Simulate,
        standing: &Places,
        allowed: &[&Outcome],
        expect: Option<&StepExpectation>,
        folder: &str,
    ) {
        let pictures = deed.pictures(folder).map(|(path, span)| (path.clone(), span, (self.marks)(&path)));
        let pictures: Vec<_> = pictures.filter(|(.., marks)| !marks.is_empty()).collect();
        if simulate.entries.is_empty() && self.scenario.simulate.entries.is_empty() && pictures.is_empty() {
            return;
        }
        let passed: BTreeSet<NodeIndex> = standing.nodes().flat_map(|node| self.map.passed_after(node)).collect();
        let mut told = Vec::new();
        for entry in &simulate.entries {
            let nodes = automatic_nodes(self.map, &entry.key.value);
            if nodes.iter().any(|node| passed.contains(node)) {
                told.extend(Told::read(self.map, entry, nodes));
            } else if !nodes.is_empty() {
                let one = unused(self.map, deed, &entry.key, &passed);
                self.tell(one);
            }
        }
        // What the scenario says of every visit holds where the step says nothing.
        for entry in &self.scenario.simulate.entries {
            let nodes = automatic_nodes(self.map, &entry.key.value);
            let is_open = !nodes.iter().any(|node| told.iter().any(|told: &Told<'_>| told.nodes.contains(node)));
            if matches!(entry.visits, SimulateVisits::Every(_)) {
                told.extend(Told::read(self.map, entry, nodes).filter(|_| is_open));
            } else {
                // What it says of each visit depends on how many there were.
                told.extend(Told::open(self.map, entry, nodes).filter(|_| is_open));
            }
        }
        for (path, span, marks) in &pictures {
            let found = Told::of_picture(self.map, deed, path, *span, marks, &passed, &told);
            told.extend(found);
        }
        if told.iter().all(|told| told.open) {
            return;
        }
        let scene = Scene { map: self.map, deed, standing, passed, told, allowed, expect };
        if let Some(problem) = scene.contradiction() {
            self.tell(problem);
        }
    }
}

impl Deed<'_> {
    /// The pictures that it sends, by their paths below the root, as far as they are written out.
    fn pictures(&self, folder: &str) -> impl Iterator<Item = (String, Span)> {
        let files = self.with.iter().filter(|(name, _)| {
            self.activity.input(&name.value).is_some_and(|input| matches!(input.kind, InputType::File { .. }))
        });
        files.filter_map(move |(_, given)| {
            let template = given.template()?;
            Some((format!("{folder}{}", template.as_literal()?.as_str()?), template.span()))
        })
    }
}

fn unused(map: &Map, deed: &Deed<'_>, key: &Spanned<String>, passed: &BTreeSet<NodeIndex>) -> Diagnostic {
    let message = format!("nothing between `{}` and the next activity is `{}`", deed.name.value, key.value);
    let automatic = passed.iter().filter_map(|node| map.automatic_at(*node));
    let names: BTreeSet<&str> = automatic.map(|automatic| automatic.name.value.as_str()).collect();
    let help = (!names.is_empty()).then(|| format!("`simulate` of this step can be about {}", one_of(names)));
    Diagnostic::new(Id::UNUSED_SIMULATION, message).at(key.span).help_if(help)
}

/// What facts of a picture are called that it says of itself.
const MARKS: &str = "marks.";

/// What some automatic elements do in their first visit after the step.
struct Told<'a> {
    /// Who says so, for people: `simulate`, or a picture.
    by: String,
    /// What is said, for people.
    key: String,
    span: Span,
    nodes: Vec<NodeIndex>,
    automatic: &'a Automatic,
    /// The failure that they have, with its code on the wire; `None` if they pass.
    failure: Option<(&'a Failure, i64)>,
    /// Whether it is not known what they do.
    open: bool,
}

impl<'a> Told<'a> {
    /// `None` where the catalogue does not say what comes of it.
    fn read(map: &'a Map, entry: &SimulateEntry, nodes: Vec<NodeIndex>) -> Option<Self> {
        let directive = match &entry.visits {
            SimulateVisits::Every(one) => one,
            SimulateVisits::Each(many) => many.first()?,
        };
        let automatic = map.automatic_at(*nodes.first()?)?;
        let failure = match failure_of(directive, automatic) {
            Some(failure) => {
                let code = directive.code.as_ref().map(|code| code.value);
                Some((failure, code.or(failure.codes.first().copied())?))
            }
            None if directive.error.is_some() => return None,
            None => None,
        };
        let (by, key) = ("`simulate`".to_owned(), entry.key.value.clone());
        Some(Self { by, key, span: entry.key.span, nodes, automatic, failure, open: false })
    }

    /// The same where it is not known which visit it is.
    fn open(map: &'a Map, entry: &SimulateEntry, nodes: Vec<NodeIndex>) -> Option<Self> {
        Self::read(map, entry, nodes).map(|told| Self { failure: None, open: true, ..told })
    }

    /// What the marks of a picture make checks do that judge it and of which nothing else is said. What they do of one without marks
    /// is not known: it may be for a real engine.
    fn of_picture(
        map: &'a Map,
        deed: &Deed<'_>,
        path: &str,
        span: Span,
        marks: &Members<String, Value>,
        passed: &BTreeSet<NodeIndex>,
        others: &[Told<'_>],
    ) -> Vec<Self> {
        let wire = &map.catalogue().wire;
        let uploads = deed.activity.requests.iter().filter_map(|request| wire.exchange(&request.exchange.value));
        let stores: Vec<&str> = uploads.filter_map(|upload| upload.stores.as_deref()).map(fixed).collect();
        let mut found: Vec<Self> = Vec::new();
        for node in passed.iter().filter(|node| !others.iter().any(|told| told.nodes.contains(node))) {
            let Some(automatic) = map.automatic_at(*node) else { continue };
            let Behaviour::Check { subject: Some(subject), rules, .. } = &automatic.behaviour else { continue };
            if !stores.contains(&fixed(subject)) {
                continue;
            }
            let Some((failure, code)) = failing_by(rules, automatic, marks) else { continue };
            match found.iter_mut().find(|told| std::ptr::eq(told.automatic, automatic)) {
                Some(told) => told.nodes.push(*node),
                None => found.push(Self {
                    by: format!("`{}`", path.rsplit('/').next().unwrap_or(path)),
                    key: automatic.name.value.clone(),
                    span,
                    nodes: vec![*node],
                    automatic,
                    failure: Some((failure, code)),
                    open: false,
                }),
            }
        }
        found
    }

    /// The limit on its failures, where it has one.
    fn attempts(&self) -> Option<&'a Attempts> {
        match &self.automatic.behaviour {
            Behaviour::Check { attempts, .. } => attempts.as_ref().filter(|_| self.failure.is_some()),
            _ => None,
        }
    }
}

/// The beginning of the name of a variable, up to what differs from one to the other.
fn fixed(variable: &str) -> &str {
    variable.split('{').next().unwrap_or(variable)
}

/// The failure of the first rule that holds of a picture, if that can be told by its marks alone.
fn failing_by<'a>(
    rules: &'a [Rule],
    automatic: &'a Automatic,
    marks: &Members<String, Value>,
) -> Option<(&'a Failure, i64)> {
    for rule in rules {
        let decided = rule.when.iter().map(|(fact, matcher)| {
            let mark = fact.strip_prefix(MARKS)?;
            matcher.decides(marks.get(mark))
        });
        let decided: Vec<Option<bool>> = decided.collect();
        if decided.contains(&Some(false)) {
            continue;
        }
        if decided.contains(&None) {
            return None;
        }
        let failure = automatic.failures.iter().find(|failure| failure.name.value == rule.outcome.value)?;
        return Some((failure, rule.code.or(failure.codes.first().copied())?));
    }
    None
}

fn failure_of<'a>(directive: &DirectiveUse, automatic: &'a Automatic) -> Option<&'a Failure> {
    let failures = &automatic.failures;
    match (&directive.outcome, &directive.error, &directive.code) {
        (Some(outcome), ..) => failures.iter().find(|failure| failure.name.value == outcome.value),
        (None, Some(error), _) => failures.iter().find(|failure| failure.error.as_ref() == Some(&error.value)),
        (None, None, Some(code)) => failures.iter().find(|failure| failure.codes.contains(&code.value)),
        (None, None, None) => None,
    }
}

/// An activity that is done while automatic elements are told what to do.
struct Scene<'a> {
    map: &'a Map,
    deed: &'a Deed<'a>,
    /// The elements at which it is done.
    standing: &'a Places,
    /// The automatic elements that may be executed behind it.
    passed: BTreeSet<NodeIndex>,
    told: Vec<Told<'a>>,
    /// The outcomes that the step allows.
    allowed: &'a [&'a Outcome],
    expect: Option<&'a StepExpectation>,
}

impl Scene<'_> {
    fn contradiction(&self) -> Option<Diagnostic> {
        if self.allowed.is_empty() || self.standing.nodes().next().is_none() {
            return None;
        }
        self.told.iter().filter(|told| !told.open).find_map(|told| match told.failure {
            Some((_, code)) => self.excluded_by_failure(told, code),
            None => self.excluded_by_passing(told),
        })
    }

    /// The outcomes allowed are all raised by nothing but what passes.
    fn excluded_by_passing(&self, told: &Told<'_>) -> Option<Diagnostic> {
        let codes: Vec<i64> = self.told.iter().filter_map(|told| told.failure).map(|(_, code)| code).collect();
        let excluded = |outcome: &&Outcome| {
            let raised = told.nodes.iter().any(|node| self.map.may_throw(*node, &outcome.errors));
            let staged = codes.iter().any(|code| may_have_code(outcome, Some(*code)));
            raised && !staged && !self.raised_elsewhere(outcome, &self.passed)
        };
        if !self.allowed.iter().all(excluded) {
            return None;
        }
        let key = &told.key;
        let message = format!("`{}` cannot give {}: {} lets `{key}` pass", self.name(), self.wanted(), told.by);
        Some(self.problem(message).and(told.span, "nothing else raises it"))
    }

    /// What fails for sure, and what comes of it, is not what is allowed.
    fn excluded_by_failure(&self, told: &Told<'_>, code: i64) -> Option<Diagnostic> {
        let success = self.deed.activity.outcome(Activity::SUCCESS)?;
        // There is no way past it.
        if !self.standing.nodes().all(|node| self.map.after_without(node, success, &told.nodes).is_empty()) {
            return None;
        }
        // What lies behind it is not reached.
        let beside = self.standing.nodes().flat_map(|node| self.map.passed_beside(node, &told.nodes)).collect();
        let is_reached = |one: &&Told<'_>| {
            std::ptr::eq(*one, told) || one.nodes.iter().any(|node| BTreeSet::contains(&beside, node))
        };
        let reached: Vec<&Told<'_>> = self.told.iter().filter(is_reached).collect();
        let results = self.results(success, &reached);
        let elsewhere = |outcome: &Outcome| self.raised_elsewhere(outcome, &beside);
        let comes = |outcome: &&&Outcome| results.iter().any(|one| std::ptr::eq(*one, **outcome)) || elsewhere(outcome);
        let key = &told.key;
        if results.is_empty() {
            return None;
        }
        if self.allowed.iter().find(comes).is_none() {
            let message =
                format!("`{}` cannot give {}: {} lets `{key}` fail with {code}", self.name(), self.wanted(), told.by);
            let names: BTreeSet<&str> = results.iter().map(|outcome| outcome.name.value.as_str()).collect();
            let problem = self.problem(message).and(told.span, "told here");
            return Some(problem.help(format!("it then gives {}", one_of(names))));
        }
        let wanted = self.expect.and_then(|expect| expect.code.as_ref())?;
        let listed: Vec<i64> = wanted.matcher.listed().iter().filter_map(|value| value.as_i64()).collect();
        let only =
            reached.iter().all(|one| one.failure.is_none_or(|(_, other)| other == code) && one.attempts().is_none());
        if listed.is_empty() || listed.contains(&code) || !only || self.allowed.iter().any(|one| elsewhere(one)) {
            return None;
        }
        let message = format!("the code is {code}, not {}: {} lets `{key}` fail with it", listed[0], told.by);
        Some(Diagnostic::new(Id::CONTRADICTION, message).at(wanted.span).and(told.span, "told here"))
    }

    /// The outcomes that can come of all that is told to fail: a limit may turn a failure into another, or let it pass.
    fn results<'a>(&'a self, success: &'a Outcome, all: &[&Told<'_>]) -> Vec<&'a Outcome> {
        let mut codes: Vec<i64> = all.iter().filter_map(|told| told.failure).map(|(_, code)| code).collect();
        let mut results = Vec::new();
        for told in all {
            let Some(attempts) = told.attempts() else { continue };
            let exceeded = told.automatic.failures.iter().filter(|failure| failure.name.value == attempts.exceeded);
            codes.extend(exceeded.flat_map(|failure| &failure.codes));
            results.extend(attempts.raised_if.is_some().then_some(success));
        }
        let drawn = self.deed.activity.outcomes.iter().filter(|outcome| !outcome.errors.is_empty());
        results.extend(drawn.filter(|outcome| codes.iter().any(|code| may_have_code(outcome, Some(*code)))));
        results
    }

    /// Whether one of some automatic elements of which nothing is said may raise an outcome, for instance since a picture is bad.
    fn raised_elsewhere(&self, outcome: &Outcome, among: &BTreeSet<NodeIndex>) -> bool {
        let is_told = |node: &NodeIndex| self.told.iter().any(|told| !told.open && told.nodes.contains(node));
        among.iter().any(|node| !is_told(node) && self.map.may_throw(*node, &outcome.errors))
    }

    fn name(&self) -> &str {
        &self.deed.name.value
    }

    fn wanted(&self) -> String {
        one_of(self.allowed.iter().map(|outcome| outcome.name.value.as_str()))
    }

    fn problem(&self, message: String) -> Diagnostic {
        let stated = self.expect.and_then(|expect| expect.outcome.first());
        Diagnostic::new(Id::CONTRADICTION, message).at(stated.map_or(self.deed.name.span, |outcome| outcome.span))
    }
}

/// The automatic elements that a key of `simulate` means.
fn automatic_nodes(map: &Map, key: &str) -> Vec<NodeIndex> {
    let is_meant = |node: &&Node| {
        map.automatic_at(node.index).is_some_and(|automatic| {
            let mut named = node.inputs.iter().filter(|input| automatic.keys.contains(&input.name));
            automatic.name.value == key
                || node.id == key
                || node.is_named(key)
                || named.any(|input| input.value.as_plain_text() == Some(key))
        })
    };
    map.definition().nodes().iter().filter(is_meant).map(|node| node.index).collect()
}
