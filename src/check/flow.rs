use std::collections::{BTreeSet, HashMap, HashSet};

use super::Surroundings;
use super::cases::is_guarded;
use super::variables::Uses;
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::scenario::{By, Doing, Fragment, Scenario, Step, StepKind, Variable, Ways};
use crate::source::Span;
use crate::template::Reference;

/// Files with more stops times names than this are not followed: what a run would tell is then told by the run.
const MAX_WORK: usize = 500_000;

/// Follows the ways through a scenario: reports what is read before anything can have saved it, and warns of what only some of
/// the ways save, and of steps that none reaches.
pub(super) fn of_scenario(scenario: &Scenario, around: &Surroundings<'_>, found: &mut Diagnostics) {
    let mut uses = Uses::default();
    scenario.expect.iter().for_each(|expect| uses.walk(expect));
    let at_end = uses.references.iter().map(|(reference, _)| *reference).collect();
    Flow::new(Ways::of_scenario(scenario), &scenario.vars, &around.vars).check(at_end, around, found);
}

/// The same of a fragment, whose outputs are read at its end.
pub(super) fn of_fragment(fragment: &Fragment, around: &Surroundings<'_>, found: &mut Diagnostics) {
    let at_end = fragment.outputs.iter().flat_map(|output| output.value.references()).collect();
    Flow::new(Ways::of_fragment(fragment), &[], &around.vars).check(at_end, around, found);
}

/// What is saved and read on the ways through a file.
struct Flow<'a> {
    ways: Ways<'a>,
    names: Names<'a>,
    /// What is saved at each stop, and what is gone if it is skipped.
    kept: Vec<Kept>,
    variables: &'a [Variable],
    /// The names of what is there in any case, because the settings give it.
    shared: &'a [&'a str],
}

#[derive(Default)]
struct Kept {
    saves: Vec<usize>,
    own: Option<usize>,
}

/// What steps save, `vars.name` and `steps.id`, by number.
#[derive(Default)]
struct Names<'a> {
    numbers: HashMap<String, usize>,
    /// Who saves each.
    savers: Vec<Vec<&'a Step>>,
}

impl<'a> Names<'a> {
    fn number(&mut self, name: String) -> usize {
        let next = self.savers.len();
        let number = *self.numbers.entry(name).or_insert(next);
        if number == next {
            self.savers.push(Vec::new());
        }
        number
    }

    fn saved(&mut self, name: String, saver: &'a Step) -> usize {
        let number = self.number(name);
        self.savers[number].push(saver);
        number
    }
}

/// What is there at a place, by number: on every way to it, and on some.
#[derive(Clone, Default, PartialEq)]
struct There {
    always: BTreeSet<usize>,
    sometimes: BTreeSet<usize>,
}

impl There {
    /// Takes another way to the same place into account; tells whether that changed anything.
    fn join(&mut self, other: &Self) -> bool {
        let before = (self.always.len(), self.sometimes.len());
        self.always.retain(|number| other.always.contains(number));
        self.sometimes.extend(&other.sometimes);
        before != (self.always.len(), self.sometimes.len())
    }
}

impl<'a> Flow<'a> {
    fn new(ways: Ways<'a>, variables: &'a [Variable], shared: &'a [&'a str]) -> Self {
        let mut flow = Self { ways, names: Names::default(), kept: Vec::new(), variables, shared };
        for at in 0..flow.ways.stops.len() {
            let kept = match flow.ways.stops[at].doing {
                Doing::Step(step) => {
                    let saves = flow.saves(step);
                    let own = step.id.as_ref().map(|id| flow.names.number(format!("steps.{}", id.value)));
                    Kept { saves, own }
                }
                // The order of answers is the process's: what any of them saves is taken to be there.
                Doing::Answers(answers) => {
                    let saved = answers.all().flat_map(|answer| &answer.save);
                    let saves = saved.map(|save| flow.names.number(format!("vars.{}", save.name.value))).collect();
                    Kept { saves, own: None }
                }
                Doing::End => Kept::default(),
            };
            flow.kept.push(kept);
        }
        flow
    }

    /// What a step saves.
    fn saves(&mut self, step: &'a Step) -> Vec<usize> {
        let variables = self.variables;
        let shared = self.shared;
        let declared =
            |name: &str| shared.contains(&name) || variables.iter().any(|variable| variable.name.value == name);
        let mut saves = Vec::new();
        for name in step.saved().filter(|name| !declared(&name.value)) {
            saves.push(self.names.saved(format!("vars.{}", name.value), step));
        }
        if let Some(id) = &step.id {
            let number = self.names.saved(format!("steps.{}", id.value), step);
            // Of a wait or a check there is nothing to read.
            if !matches!(step.kind, StepKind::Wait(_) | StepKind::Check(_)) {
                saves.push(number);
            }
        }
        saves
    }

    /// What is there where each stop is reached; `None` where no way leads.
    fn flow(&self) -> Vec<Option<There>> {
        let mut there: Vec<Option<There>> = vec![None; self.ways.stops.len()];
        there[self.ways.start] = Some(There::default());
        let mut open = vec![self.ways.start];
        while let Some(at) = open.pop() {
            let kept = &self.kept[at];
            for way in &self.ways.stops[at].ways {
                let Some(mut state) = there[at].clone() else { continue };
                match (way.by, kept.own) {
                    (By::Skipped, Some(own)) => {
                        state.always.remove(&own);
                        state.sometimes.remove(&own);
                    }
                    (By::Skipped, None) => {}
                    _ => {
                        state.always.extend(&kept.saves);
                        state.sometimes.extend(&kept.saves);
                    }
                }
                let changed = match &mut there[way.to] {
                    Some(known) => known.join(&state),
                    fresh => {
                        *fresh = Some(state);
                        true
                    }
                };
                if changed {
                    open.push(way.to);
                }
            }
        }
        there
    }

    fn check(&self, at_end: Vec<&Reference>, around: &Surroundings<'_>, found: &mut Diagnostics) {
        if self.ways.stops.len().saturating_mul(self.names.savers.len()) > MAX_WORK {
            return;
        }
        let there = self.flow();
        for at in 0..self.ways.stops.len() {
            let mut uses = Uses::default();
            self.ways.step(at).into_iter().for_each(|step| uses.step(step));
            let mut reads: Vec<&Reference> = uses.references.iter().map(|(reference, _)| *reference).collect();
            if at == self.ways.end {
                reads.extend(&at_end);
            }
            match &there[at] {
                Some(there) => self.check_reads(at, &reads, there, around, found),
                None => self.check_reach(at, &there, found),
            }
        }
    }

    /// Warns of a step that no way leads to; of several in a row, of the first.
    fn check_reach(&self, at: usize, there: &[Option<There>], found: &mut Diagnostics) {
        let stop = &self.ways.stops[at];
        let reached = |at: Option<usize>| at.is_none_or(|at| there[at].is_some());
        if let Some(step) = self.ways.step(at).filter(|_| reached(stop.parent) && reached(stop.previous)) {
            let one = Diagnostic::new(Id::UNREACHABLE_STEP, "no way leads to this step").at(step.place());
            let before = stop.previous.and_then(|at| self.ways.step(at));
            found.push(match before {
                Some(before) => one.and(before.place(), "this one never goes on"),
                None => one,
            });
        }
    }

    fn check_reads(
        &self,
        at: usize,
        reads: &[&Reference],
        there: &There,
        around: &Surroundings<'_>,
        found: &mut Diagnostics,
    ) {
        let mut needed: Vec<(&Reference, usize)> = Vec::new();
        let mut guarded: HashSet<usize> = HashSet::new();
        for reference in reads {
            for (number, through) in self.needs(reference) {
                needed.push((reference, number));
                if is_guarded(through, around.sources) {
                    guarded.insert(number);
                }
            }
        }
        let mut told = HashSet::new();
        for (reference, number) in needed {
            let own = self.kept[at].saves.contains(&number) && reference.path[0] == "vars";
            if guarded.contains(&number)
                || there.always.contains(&number)
                || own
                || !told.insert((reference.span, number))
            {
                continue;
            }
            if there.sometimes.contains(&number) {
                self.maybe(at, reference, number, around, found);
            } else {
                self.too_early(reference, number, found);
            }
        }
    }

    /// What a reference needs of what steps save, through variables that are made of it, with the reference that says so.
    fn needs<'r>(&self, reference: &'r Reference) -> Vec<(usize, &'r Reference)>
    where
        'a: 'r,
    {
        let (mut needs, mut seen, mut open) = (Vec::new(), HashSet::new(), vec![reference]);
        while let Some(next) = open.pop() {
            let [root, name, ..] = next.path.as_slice() else { continue };
            let path = format!("{root}.{name}");
            if let Some(number) = self.names.numbers.get(&path) {
                needs.push((*number, next));
            } else if root == "vars" && seen.insert(path) {
                let declared = self.variables.iter().filter(|variable| &variable.name.value == name);
                open.extend(declared.flat_map(|variable| variable.value.references()));
            }
        }
        needs
    }

    fn name(&self, number: usize) -> &str {
        let named = self.names.numbers.iter().find(|(_, other)| **other == number);
        named.map_or("", |(name, _)| name.as_str())
    }

    fn too_early(&self, reference: &Reference, number: usize, found: &mut Diagnostics) {
        let name = self.name(number);
        let Some(saver) = self.names.savers[number].first() else { return };
        let one = Diagnostic::new(Id::READ_TOO_EARLY, format!("`{name}` is not there when this is read"));
        let one = one.label(reference.span, "read here");
        found.push(match saver.kind {
            StepKind::Wait(_) | StepKind::Check(_) if name.starts_with("steps.") => {
                let kind = saver.kind.keyword();
                one.and(place(saver), format!("a step with `{kind}` gives nothing to read"))
            }
            _ => one.and(place(saver), "saved by this step").help("read it behind the step that saves it"),
        });
    }

    fn maybe(
        &self,
        at: usize,
        reference: &Reference,
        number: usize,
        around: &Surroundings<'_>,
        found: &mut Diagnostics,
    ) {
        let savers = &self.names.savers[number];
        let condition = |step: &Step| step.condition.as_ref().map(|one| around.sources.text(one.span()).trim());
        // Several that save the same are most likely each other's alternatives, and steps of the same condition stand and
        // fall together.
        let own = self.ways.step(at).and_then(condition);
        if savers.len() > 1 || (own.is_some() && savers.iter().any(|saver| condition(saver) == own)) {
            return;
        }
        let name = self.name(number);
        let one = Diagnostic::new(Id::MAYBE_UNDEFINED, format!("`{name}` may not be there when this is read"));
        let mut one = one.label(reference.span, "read here");
        if let Some(saver) = savers.first() {
            one = match &saver.condition {
                Some(condition) => one.and(condition.span(), "saved only where this is true"),
                None => one.and(place(saver), "saved by this step, past which there is a way"),
            };
        }
        found.push(
            one.help(format!("ask for it: `if: \"{{{{ {name} is defined }}}}\"`, or read `{name} | default(…)`")),
        );
    }
}

/// What stands for a step that saves: its id, else its subject.
fn place(step: &Step) -> Span {
    step.id.as_ref().map_or(step.place(), |id| id.span)
}
