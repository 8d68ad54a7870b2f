use super::{Action, Answers, Body, Branch, End, Fragment, Scenario, Step};
use crate::catalogue::Activity;

/// The ways through the steps of a file: what can come after what.
#[derive(Debug)]
pub struct Ways<'a> {
    /// The stops, in the order of the file within each block.
    pub stops: Vec<Stop<'a>>,
    /// Where the ways begin.
    pub start: usize,
    /// Where they end: where a scenario judges what it expects at its end, and a fragment its outputs.
    pub end: usize,
}

/// Something on the way.
#[derive(Debug)]
pub struct Stop<'a> {
    /// What is done there.
    pub doing: Doing<'a>,
    /// Where it leads.
    pub ways: Vec<Way<'a>>,
    /// The stop whose branch it is part of.
    pub parent: Option<usize>,
    /// The stop before it in its block.
    pub previous: Option<usize>,
}

/// What is done at a stop.
#[derive(Clone, Copy, Debug)]
pub enum Doing<'a> {
    /// A step.
    Step(&'a Step),
    /// The process leads, and gets answers.
    Answers(&'a Answers),
    /// The end.
    End,
}

/// A way from one stop to another.
#[derive(Clone, Copy, Debug)]
pub struct Way<'a> {
    /// The other.
    pub to: usize,
    /// When it is taken.
    pub by: By<'a>,
}

/// When a way is taken.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    /// The step was skipped.
    Skipped,
    /// It was done, and what it gave is what it expects.
    Done,
    /// It was done, and gave the outcome of this branch.
    Branch(&'a Branch),
}

impl<'a> Ways<'a> {
    /// The ways through a scenario: what is before, its body, its end, what is after.
    pub fn of_scenario(scenario: &'a Scenario) -> Self {
        let [before, _, after] = scenario.sections();
        let mut ways = Self { stops: Vec::new(), start: 0, end: 0 };
        let end = ways.add(Doing::End, None, None);
        let (end_at, passed) = (end, Some(end));
        let last = ways.add_block(after, None, None, passed);
        ways.stops[end_at].ways.extend(last.map(|to| Way { to, by: By::Done }));
        let body = match &scenario.body {
            Body::Steps(steps) => ways.add_block(steps, Some(end), None, passed),
            Body::Answers(answers) => {
                let at = ways.add(Doing::Answers(answers), None, None);
                ways.stops[at].ways.push(Way { to: end, by: By::Done });
                for branch in answers.branches() {
                    // The process leads on behind them.
                    let first = ways.add_block(&branch.steps, Some(at), Some(at), passed);
                    ways.stops[at].ways.extend(first.map(|to| Way { to, by: By::Branch(branch) }));
                }
                Some(at)
            }
        };
        let body = body.unwrap_or(end);
        ways.start = ways.add_block(before, Some(body), None, passed).unwrap_or(body);
        ways.end = end;
        ways
    }

    /// The ways through a fragment.
    pub fn of_fragment(fragment: &'a Fragment) -> Self {
        let mut ways = Self { stops: Vec::new(), start: 0, end: 0 };
        ways.end = ways.add(Doing::End, None, None);
        ways.start = ways.add_block(&fragment.steps, Some(ways.end), None, None).unwrap_or(ways.end);
        ways
    }

    /// The stops from which a way leads to one.
    pub fn before(&self, stop: usize) -> impl Iterator<Item = &Stop<'a>> {
        self.stops.iter().filter(move |other| other.ways.iter().any(|way| way.to == stop))
    }

    /// The step that is done at a stop.
    pub fn step(&self, stop: usize) -> Option<&'a Step> {
        match self.stops[stop].doing {
            Doing::Step(step) => Some(step),
            Doing::Answers(_) | Doing::End => None,
        }
    }

    fn add(&mut self, doing: Doing<'a>, parent: Option<usize>, previous: Option<usize>) -> usize {
        self.stops.push(Stop { doing, ways: Vec::new(), parent, previous });
        self.stops.len() - 1
    }

    /// Adds a block that goes on at `exit`, where `passed` is the end of the whole; gives its first stop.
    fn add_block(
        &mut self,
        steps: &'a [Step],
        exit: Option<usize>,
        parent: Option<usize>,
        passed: Option<usize>,
    ) -> Option<usize> {
        let first = self.stops.len();
        for (at, step) in steps.iter().enumerate() {
            self.add(Doing::Step(step), parent, at.checked_sub(1).map(|before| first + before));
        }
        for (at, step) in steps.iter().enumerate() {
            let next = if at + 1 < steps.len() { Some(first + at + 1) } else { exit };
            let mut ways = Vec::new();
            let mut lead = |to: Option<usize>, by| ways.extend(to.map(|to| Way { to, by }));
            if step.condition.is_some() {
                lead(next, By::Skipped);
            }
            if step.goes_on() {
                lead(next, By::Done);
            }
            for branch in &step.on {
                let named = |id: &str| {
                    let has = |step: &Step| step.id.as_ref().is_some_and(|other| other.value == id);
                    steps.iter().position(has).map(|at| first + at)
                };
                let target = match &branch.action {
                    Action::Continue => next,
                    Action::Repeat => Some(first + at),
                    Action::Goto(id) => named(&id.value),
                    Action::End(End::Passed) => passed,
                    Action::End(End::Failed) => None,
                };
                let entry = self.add_block(&branch.steps, target, Some(first + at), passed).or(target);
                lead(entry, By::Branch(branch));
            }
            self.stops[first + at].ways = ways;
        }
        (!steps.is_empty()).then_some(first)
    }
}

impl Step {
    /// Whether the step behind it can come: not where every outcome that it allows has a branch.
    fn goes_on(&self) -> bool {
        let handles_success = self.on.iter().any(|branch| branch.outcome.value == Activity::SUCCESS);
        !handles_success || self.expect.is_some() || self.poll.is_some()
    }
}
