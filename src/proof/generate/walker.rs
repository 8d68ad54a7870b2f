use serde_json::{Map as Members, Value};

use super::cells::Cells;
use super::choice::{Choice, fill};
use super::stage::Stage;
use crate::process::graph::{Graph, Way};
use crate::process::{Call, Effect, Execution, Input, Move, MoveKind, NodeIndex, Settings, State};
use crate::proof::Map;
use crate::script::Directive;

/// Walks through a definition by choices, on the execution itself.
pub(super) struct Walker<'a, S> {
    pub map: &'a Map,
    pub graph: &'a Graph,
    pub cells: &'a Cells,
    pub stage: &'a S,
}

/// An instance between two steps.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing<M> {
    /// Nothing before it is started.
    pub execution: Option<Execution>,
    pub memory: M,
    pub timed_out: bool,
}

/// Where a walk has led.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Place {
    /// Before the start.
    Before,
    /// An automatic element is about to be performed.
    Work(NodeIndex),
    /// The process waits.
    Wait(NodeIndex),
    /// It has ended.
    End(NodeIndex),
}

/// What an automatic element did in a step.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Worked {
    pub node: NodeIndex,
    /// What it was told.
    pub told: Option<Directive>,
}

/// What came of a step.
pub(super) struct Went<M> {
    pub place: Place,
    /// What identifies the situation at this place.
    pub key: String,
    pub standing: Standing<M>,
    /// The arcs that were taken, in order.
    pub arcs: Vec<usize>,
    /// How many of them were taken before the last choice.
    pub before: usize,
    pub works: Vec<Worked>,
    /// The outcome and the code of the answer that is given where the process waits or ends, if somebody answered.
    pub answer: Option<(String, Option<i64>)>,
    /// How far the clock moved.
    pub waited: u64,
}

/// Why a step cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    /// The element at which it goes no further.
    pub node: Option<NodeIndex>,
    pub reason: String,
    /// The arcs that were taken until then.
    pub arcs: Vec<usize>,
}

/// Stops an execution before an element of which nothing is chosen.
const STOP: &str = "nothing is chosen";

impl<S: Stage> Walker<'_, S> {
    /// Makes a step: the first choice is how it begins, the others are those of the automatic elements, in order. Where they end,
    /// the walk stops before the next one.
    pub fn step(&self, from: &Standing<S::Memory>, choices: &[&Choice]) -> Result<Went<S::Memory>, Broken> {
        let definition = self.map.definition();
        let mut memory = from.memory.clone();
        let mut works: Vec<Worked> = Vec::new();
        let mut ahead: Option<(NodeIndex, String)> = None;
        let mut timed_out = from.timed_out;
        let refused = |reason: String| Broken { node: None, reason, arcs: Vec::new() };
        let Some((first, rest)) = choices.split_first() else { return Err(refused(STOP.to_owned())) };
        let before = from.execution.as_ref().map(Execution::clock).unwrap_or_default();
        let waited_at = from.execution.as_ref().and_then(Execution::at);
        self.stage.leave(&mut memory);
        let work = &mut |call: Call<'_>| {
            let node = call.node.index;
            match rest.get(works.len()) {
                Some(Choice::Work { fails, setting }) => {
                    let set = self.cells.directive(node, setting, call.variables);
                    let told = match fails {
                        Some(fails) => Directive { set: set.set, ..fails.clone() },
                        None => set,
                    };
                    let told = (told != Directive::default()).then_some(told);
                    works.push(Worked { node, told: told.clone() });
                    self.stage.perform(call, told, &mut memory)
                }
                _ => {
                    // What an answer tells depends on whose it is, once it tells of a failure.
                    let code = self.stage.code(&memory).map(|code| format!("{code} {waited_at:?}"));
                    let key = self.key(node, call.variables, &memory) + &code.unwrap_or_default();
                    ahead = Some((node, key));
                    Effect::Incident(STOP.to_owned())
                }
            }
        };
        let (execution, moves) = match (first, &from.execution) {
            (Choice::Start(setting), None) => {
                let variables = self.cells.started(setting);
                let (execution, moves) = Execution::start(definition, Settings::default(), variables, 0, work);
                (execution, moves)
            }
            (Choice::Answer { given, fails }, Some(execution)) => {
                let mut execution = execution.clone();
                let input = match fails {
                    Some(fails) => Input::Throw { code: fails.error.clone(), message: None, set: Vec::new() },
                    None => self.completion(&execution, given).ok_or_else(|| refused("it is not taken".to_owned()))?,
                };
                let moves = execution.apply(definition, input, work).map_err(|error| refused(error.to_string()))?;
                (execution, moves)
            }
            (Choice::Timeout, Some(execution)) => {
                let mut execution = execution.clone();
                let due = execution.timers().iter().map(|timer| timer.due).min();
                let to = due.ok_or_else(|| refused("no timer runs".to_owned()))?;
                let moves = execution.apply(definition, Input::Advance { to }, work);
                timed_out = true;
                (execution, moves.map_err(|error| refused(error.to_string()))?)
            }
            _ => return Err(refused(STOP.to_owned())),
        };
        let (arcs, before_last) = self.arcs(&moves, &works);
        let waited = execution.clock() - before;
        let place = match (&ahead, execution.state()) {
            (Some((node, _)), _) => Place::Work(*node),
            (None, State::Waiting { node, .. }) => Place::Wait(node),
            (None, State::Ended { node }) => Place::End(node),
            (None, State::Incident(incident)) => {
                return Err(Broken { node: execution.at(), reason: incident.to_string(), arcs });
            }
        };
        let answer = match (first, &place) {
            (Choice::Answer { given, fails }, Place::Wait(_) | Place::End(_)) => {
                let code = self.stage.code(&memory).or(fails.as_ref().and_then(|fails| fails.code));
                Some(self.answer(from, given, code).map_err(|reason| Broken {
                    node: waited_at,
                    reason,
                    arcs: arcs.clone(),
                })?)
            }
            _ => None,
        };
        let key = match (ahead, &place) {
            (Some((_, key)), _) => key,
            (None, Place::Wait(node)) => self.key(*node, execution.variables(), &memory),
            (None, _) => String::new(),
        };
        let standing = Standing { execution: Some(execution), memory, timed_out };
        Ok(Went { place, key, standing, arcs, before: before_last, works, answer, waited })
    }

    fn key(&self, node: NodeIndex, variables: &Members<String, Value>, memory: &S::Memory) -> String {
        self.cells.key(node, variables, self.stage.has_failed_check(memory))
    }

    /// The outcome of an answer with its code.
    fn answer(
        &self,
        from: &Standing<S::Memory>,
        given: &[(usize, Value)],
        code: Option<i64>,
    ) -> Result<(String, Option<i64>), String> {
        let at = from.execution.as_ref().and_then(Execution::at);
        let activity = at.and_then(|at| self.map.activity_at(at)).ok_or(STOP)?;
        let filled = fill(activity, given, &parameters(from)).ok_or(STOP)?;
        let outcome = filled.outcomes(code).next().map(|outcome| outcome.name.value.clone());
        let told = code.map_or_else(|| "no code".to_owned(), |code| format!("the code {code}"));
        let nameless = || format!("the answer has {told}, for which `{}` has no outcome", activity.name.value);
        Ok((outcome.ok_or_else(nameless)?, code))
    }

    /// What completes the element at which an instance waits.
    fn completion(&self, execution: &Execution, given: &[(usize, Value)]) -> Option<Input> {
        let activity = self.map.activity_at(execution.at()?)?;
        let locals = fill(activity, given, execution.inputs())?.locals;
        let set = activity.simulated.written(&locals, execution.inputs(), execution.variables());
        Some(Input::Complete { locals, set })
    }

    /// The arcs of moves, and how many come before the last element that was performed.
    fn arcs(&self, moves: &[Move], works: &[Worked]) -> (Vec<usize>, usize) {
        let definition = self.map.definition();
        let (mut arcs, mut before) = (Vec::new(), 0);
        let mut performed = works.iter().peekable();
        for one in moves {
            match &one.kind {
                MoveKind::Taken { flow } => {
                    arcs.extend(definition.flow(flow).and_then(|flow| self.graph.arc(Way::Flow(flow.index))));
                }
                MoveKind::Entered { node, .. } => {
                    let Some(node) = definition.node(node) else { continue };
                    arcs.extend(self.graph.arc(Way::Event(node.index)));
                    if performed.peek().is_some_and(|worked| worked.node == node.index) {
                        performed.next();
                        before = arcs.len();
                    }
                }
                _ => {}
            }
        }
        (arcs, before)
    }

    /// The state of an instance that has ended, as the engine's word.
    pub fn state(&self, standing: &Standing<S::Memory>) -> String {
        let session = &self.map.catalogue().session;
        let ending = crate::catalogue::Ending {
            incident: false,
            timed_out: standing.timed_out,
            failed_check: self.stage.has_failed_check(&standing.memory),
        };
        let nothing = Members::new();
        let variables = standing.execution.as_ref().map_or(&nothing, Execution::variables);
        session.states.word(session.final_state(&ending, variables)).to_owned()
    }
}

/// The input parameters of the element at which an instance waits.
pub(super) fn parameters<M>(standing: &Standing<M>) -> Members<String, Value> {
    standing.execution.as_ref().map(|execution| execution.inputs().clone()).unwrap_or_default()
}
