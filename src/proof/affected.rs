use std::collections::BTreeSet;

use super::told::{names, whereabouts};
use super::trace::Gap;
use super::{Map, Place, Trace, WalkTouched};
use crate::diagnostic::{Diagnostic, one_of};
use crate::process::{Change, Class, Definition, Diff, FlowIndex, Kind, Node, Part, Touched};

/// Two versions of a process definition, and what differs between them.
#[derive(Clone, Copy)]
pub struct Versions<'a> {
    /// What was.
    pub old: &'a Map,
    /// What is.
    pub new: &'a Map,
    /// The difference.
    pub diff: &'a Diff,
}

/// What a new version does to a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing that it touches is executed otherwise.
    None,
    /// Its walk is there, and something on it has changed: these elements. None are named where it cannot be told.
    Rerun(Vec<String>),
    /// Its walk is there, and at these gateways another way may be taken before its own.
    MayDivert(Vec<String>),
    /// Its walk is no longer there.
    Broken(Break),
}

/// Where a walk is no longer there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// What of it still is, in order.
    pub prefix: Vec<String>,
    /// What came next.
    pub then: Option<String>,
    /// Where the process stands there now, in words.
    pub stands: Option<String>,
    /// What is wrong with it, if its file says so.
    pub why: Option<String>,
}

/// What an effect was judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// What a stored run has walked.
    Trace,
    /// What the diagrams allow.
    Diagram,
}

/// What a new version does to a scenario, and by what it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// What it does.
    pub effect: Effect,
    /// By what it is known.
    pub evidence: Evidence,
}

/// What a scenario touches, by the ids of its elements.
struct Elements<'a> {
    old: BTreeSet<&'a str>,
    new: BTreeSet<&'a str>,
}

impl Versions<'_> {
    /// Judges a scenario by what it touches of both diagrams, by what is wrong with its file where the new one counts, and by
    /// what it walked when it was last run on the old one, if it was.
    pub fn judge(
        &self,
        old: &WalkTouched,
        new: &WalkTouched,
        problems: &[Diagnostic],
        trace: Option<&Trace>,
    ) -> Judged {
        let trace = trace.filter(|trace| !trace.is_empty() && trace.fits(self.old));
        if let Some(gap) = trace.and_then(|trace| trace.gap(self.old, self.new)) {
            return Judged { effect: Effect::Broken(Break::of_gap(gap, problems)), evidence: Evidence::Trace };
        }
        if let Some(problem) = problems.iter().find(|problem| problem.is_error()) {
            let effect = Effect::Broken(Break::of_problem(problem, new, self.new));
            return Judged { effect, evidence: Evidence::Diagram };
        }
        match trace {
            Some(trace) => {
                let elements = Elements { old: trace.elements(), new: BTreeSet::new() };
                Judged { effect: self.effect(&elements, false), evidence: Evidence::Trace }
            }
            None => {
                let elements = Elements {
                    old: ids(self.old.definition(), &old.elements),
                    new: ids(self.new.definition(), &new.elements),
                };
                Judged { effect: self.effect(&elements, old.vague || new.vague), evidence: Evidence::Diagram }
            }
        }
    }

    fn effect(&self, elements: &Elements<'_>, vague: bool) -> Effect {
        let diverting = self.diverting(elements);
        if !diverting.is_empty() {
            return Effect::MayDivert(diverting);
        }
        let executed = || self.diff.changes.iter().filter(|change| change.is_executed());
        let mut touched: Vec<String> = Vec::new();
        for change in executed().filter(|change| self.touches(change, elements)) {
            if !touched.contains(&change.element) {
                touched.push(change.element.clone());
            }
        }
        match (touched.is_empty(), vague && executed().next().is_some()) {
            (false, _) | (true, true) => Effect::Rerun(touched),
            (true, false) => Effect::None,
        }
    }

    /// Whether a change is of something that is touched.
    fn touches(&self, change: &Change, elements: &Elements<'_>) -> bool {
        let is_touched = |id: &str| elements.old.contains(id) || elements.new.contains(id);
        match change.part {
            Part::Process => true,
            // What refers to it has changed as well.
            Part::Declaration | Part::Drawing => false,
            Part::Flow => is_touched(&change.element) || self.opens_beside(change, elements),
            Part::Node => {
                let hosts = [self.old, self.new].into_iter().filter_map(|map| {
                    let boundary = map.definition().node(&change.element)?.boundary()?;
                    Some(map.definition()[boundary.host].id.as_str())
                });
                is_touched(&change.element) || hosts.into_iter().any(is_touched)
            }
        }
    }

    /// Whether a flow is new or gone where more than one is taken at a time.
    fn opens_beside(&self, change: &Change, elements: &Elements<'_>) -> bool {
        let map = match change.class {
            Class::Added => self.new,
            Class::Removed => self.old,
            _ => return false,
        };
        let source = map.definition().flow(&change.element).map(|flow| &map.definition()[flow.source]);
        source.is_some_and(|source| !decides(source) && elements.old.contains(source.id.as_str()))
    }

    /// The gateways at which another way may be taken before that of the scenario.
    fn diverting(&self, elements: &Elements<'_>) -> Vec<String> {
        let (old, new) = (self.old.definition(), self.new.definition());
        let mut found = Vec::new();
        for gateway in old.nodes().iter().filter(|node| decides(node) && elements.old.contains(node.id.as_str())) {
            let Some(now) = new.node(&gateway.id).filter(|node| decides(node)) else { continue };
            let taken = gateway.outgoing.iter().filter(|flow| elements.old.contains(old[**flow].id.as_str()));
            if taken.into_iter().any(|flow| self.is_asked_otherwise(gateway, *flow, now)) {
                found.push(gateway.id.clone());
            }
        }
        // A gateway that was put on the way decides as well.
        let is_fresh = |node: &&Node| decides(node) && node.outgoing.len() > 1 && old.node(&node.id).is_none();
        let fresh = new.nodes().iter().filter(is_fresh).filter(|node| elements.new.contains(node.id.as_str()));
        found.extend(fresh.map(|node| node.id.clone()));
        found
    }

    /// Whether a flow is no longer asked for after the same conditions.
    fn is_asked_otherwise(&self, gateway: &Node, flow: FlowIndex, now: &Node) -> bool {
        let (old, new) = (self.old.definition(), self.new.definition());
        let id = &old[flow].id;
        let Some(still) = new.flow(id).filter(|flow| now.outgoing.contains(&flow.index)) else { return true };
        let (before, after) = (asked(old, gateway, flow), asked(new, now, still.index));
        let conditioned = |id: &str| self.diff.of_element(id).any(|change| change.class == Class::Condition);
        before != after || before.iter().any(|id| conditioned(id))
    }
}

/// The flows whose conditions decide before a flow is taken, its own included.
fn asked<'a>(definition: &'a Definition, gateway: &Node, flow: FlowIndex) -> Vec<&'a str> {
    // All of its conditions are asked where several may hold.
    let all = gateway.kind == Kind::InclusiveGateway;
    let others = gateway.outgoing.iter().copied().filter(|other| gateway.default != Some(*other));
    let mut asked = Vec::new();
    for other in others {
        asked.push(definition[other].id.as_str());
        if other == flow && !all {
            break;
        }
    }
    asked
}

/// Whether conditions choose among the ways out of a node.
fn decides(node: &Node) -> bool {
    matches!(node.kind, Kind::ExclusiveGateway | Kind::InclusiveGateway)
}

fn ids<'a>(definition: &'a Definition, touched: &Touched) -> BTreeSet<&'a str> {
    let nodes = touched.nodes.iter().map(|node| definition[*node].id.as_str());
    nodes.chain(touched.flows.iter().map(|flow| definition[*flow].id.as_str())).collect()
}

impl Break {
    fn of_gap(gap: Gap, problems: &[Diagnostic]) -> Self {
        let stands = (!gap.stands.is_empty()).then(|| one_of(gap.stands.iter().map(String::as_str)));
        let why = problems.iter().find(|problem| problem.is_error()).map(|problem| problem.message.clone());
        Self { prefix: gap.prefix, then: Some(gap.then), stands, why }
    }

    fn of_problem(problem: &Diagnostic, walked: &WalkTouched, map: &Map) -> Self {
        let why = Some(problem.message.clone());
        let place = problem.primary.as_ref().map(|label| label.span);
        let at = place.and_then(|place| {
            let before = |stood: &super::Stood| stood.step.file == place.file && stood.step.start <= place.start;
            walked.stood.iter().rposition(before)
        });
        let Some(at) = at else { return Self { prefix: Vec::new(), then: None, stands: None, why } };
        let stood = &walked.stood[at];
        let walks = |to: usize| walked.stood[..to].iter().map(|stood| stood.activity.clone()).collect();
        let places = names(map, &stood.places);
        if places.contains(&stood.activity) {
            // It is reached; what is expected of it is not what comes.
            return Self { prefix: walks(at + 1), then: None, stands: None, why };
        }
        let known = !places.is_empty() || stood.places.has(Place::Ended);
        Self {
            prefix: walks(at),
            then: Some(stood.activity.clone()),
            stands: known.then(|| whereabouts(map, &stood.places)),
            why,
        }
    }
}
