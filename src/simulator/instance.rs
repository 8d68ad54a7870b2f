use std::collections::BTreeSet;
use std::sync::Arc;

use super::behaviour::{Memory, Player, Subject};
use super::book::Book;
use super::program::Program;
use super::refusal::{Reason, Refusal};
use super::setup::Setup;
use crate::catalogue::{Catalogue, Ending};
use crate::process::expression::Map;
use crate::process::{Execution, Input, Move, MoveKind, NodeIndex, Refused, Settings, State};

/// An instance of a process.
#[derive(Debug)]
pub struct Instance {
    /// Its id.
    pub id: String,
    /// The id of its token.
    pub token: String,
    /// Its process.
    pub program: Arc<Program>,
    /// Where the client that created it reaches the simulator.
    pub base_url: String,
    /// When it was created, in milliseconds.
    pub created_ms: u64,
    /// When it ended or failed, in milliseconds.
    pub ended_ms: Option<u64>,
    /// What it remembers beside its variables.
    pub memory: Memory,
    /// Which exchanges have uploaded something since the wait state was reached.
    pub uploads: BTreeSet<String>,
    /// Whether it was ended from outside.
    pub terminated: bool,
    /// Whether a timer has fired.
    pub timed_out: bool,
    /// The execution, once it is started.
    pub execution: Option<Execution>,
}

/// What an execution needs beside itself.
pub struct Surroundings<'a> {
    /// What all worlds share.
    pub setup: &'a Setup,
    /// The fields of the instance's token.
    pub token: Option<&'a Map>,
    /// What the world was told.
    pub book: &'a mut Book,
    /// The elements for which nothing was declared.
    pub stubs: &'a mut BTreeSet<String>,
}

impl Instance {
    /// An instance that is not started.
    pub fn new(id: String, token: String, program: Arc<Program>, base_url: &str, now_ms: u64) -> Self {
        Self {
            id,
            token,
            program,
            base_url: base_url.to_owned(),
            created_ms: now_ms,
            ended_ms: None,
            memory: Memory::default(),
            uploads: BTreeSet::new(),
            terminated: false,
            timed_out: false,
            execution: None,
        }
    }

    /// Starts the execution and gives its moves.
    pub fn start(&mut self, variables: Map, now_ms: u64, around: Surroundings<'_>) -> Vec<Move> {
        let program = Arc::clone(&self.program);
        let subject = Subject { instance: &self.id, base_url: &self.base_url, token: around.token };
        let mut player = player(&program, subject, &mut self.memory, around);
        let (execution, moves) =
            Execution::start(&program.definition, Settings::default(), variables, now_ms, &mut player);
        self.execution = Some(execution);
        self.moved(&moves);
        moves
    }

    /// Applies one input and gives the moves; none if the instance is not started.
    ///
    /// # Errors
    /// The input does not fit how the execution stands; nothing has changed.
    pub fn apply(&mut self, input: Input, around: Surroundings<'_>) -> Result<Vec<Move>, Refused> {
        let Some(execution) = self.execution.as_mut().filter(|_| !self.terminated) else { return Ok(Vec::new()) };
        let program = Arc::clone(&self.program);
        let stays = matches!(input, Input::Advance { to } if execution.timers().iter().all(|timer| timer.due > to));
        let left = if stays { None } else { Some(self.memory.leave()) };
        let subject = Subject { instance: &self.id, base_url: &self.base_url, token: around.token };
        let mut player = player(&program, subject, &mut self.memory, around);
        match execution.apply(&program.definition, input, &mut player) {
            Ok(moves) => {
                self.moved(&moves);
                Ok(moves)
            }
            Err(refused) => {
                left.into_iter().for_each(|left| self.memory.waiting = left);
                Err(refused)
            }
        }
    }

    /// Ends it where it stands; nothing moves it from now on.
    ///
    /// # Errors
    /// It has ended already.
    pub fn terminate(&mut self, now_ms: u64) -> Result<(), Refusal> {
        if self.terminated || (self.execution.is_some() && self.waiting().is_none()) {
            return Err(Reason::Ended.into());
        }
        self.terminated = true;
        self.ended_ms = Some(now_ms);
        Ok(())
    }

    fn moved(&mut self, moves: &[Move]) {
        let Some(last) = moves.last() else { return };
        self.uploads.clear();
        self.timed_out |= moves.iter().any(|one| matches!(one.kind, MoveKind::TimerFired { .. }));
        if self.waiting().is_none() {
            self.ended_ms.get_or_insert(last.at);
        }
    }

    /// The element at which it waits.
    pub fn waiting(&self) -> Option<NodeIndex> {
        if self.terminated {
            return None;
        }
        match self.execution.as_ref()?.state() {
            State::Waiting { node, .. } => Some(node),
            State::Ended { .. } | State::Incident(_) => None,
        }
    }

    /// The execution and the element at which it waits.
    ///
    /// # Errors
    /// It is not started, or has ended.
    pub fn must_wait(&self) -> Result<(&Execution, NodeIndex), Refusal> {
        let execution = self.execution.as_ref().ok_or(Reason::NotStarted)?;
        let node = self.waiting().ok_or(Reason::Ended)?;
        Ok((execution, node))
    }

    /// Its state, as the engine's word.
    pub fn state<'a>(&self, catalogue: &'a Catalogue) -> &'a str {
        let states = &catalogue.session.states;
        let word = |state: &str| states.0.get(state).map(String::as_str);
        if self.terminated {
            return word("terminated").unwrap_or("terminated");
        }
        let Some(execution) = &self.execution else { return word("created").unwrap_or("created") };
        if self.waiting().is_some() {
            let state = self.memory.waiting.state.as_deref().or_else(|| {
                let at = self.program.activity(self.waiting()?, catalogue)?;
                at.simulated.state.as_deref()
            });
            let state = state.and_then(word);
            return state.or_else(|| word("running")).unwrap_or("running");
        }
        let ending = Ending {
            incident: matches!(execution.state(), State::Incident(_)),
            timed_out: self.timed_out,
            failed_check: self.memory.has_failed_check(),
        };
        catalogue.session.states.word(catalogue.session.final_state(&ending, execution.variables()))
    }
}

fn player<'a>(
    program: &'a Program,
    subject: Subject<'a>,
    memory: &'a mut Memory,
    around: Surroundings<'a>,
) -> Player<'a> {
    Player { setup: around.setup, program, subject, book: around.book, memory, stubs: around.stubs }
}
