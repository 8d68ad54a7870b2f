use std::collections::BTreeSet;

use serde_json::Value;

use super::happen::receivers;
use super::token::{Armed, FrameId, Receiver, Stand, Token, TokenId, Tokens};
use super::{Incident, Move, Occurrence, Work, WriteError};
use crate::process::expression::{Map, Scope};
use crate::process::{Definition, Node, NodeIndex};

/// What engines do differently; the defaults are the documented ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Whether the output parameters of an activity are evaluated when a boundary event cancels it. Default: no.
    pub map_outputs_on_cancel: bool,
    /// Most nodes that are passed, and most instances of an activity, between two wait states. Default: 1,000.
    pub fuel: u32,
    /// Most timers that fire in one advance of the clock. Default: 10,000.
    pub firings: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { map_outputs_on_cancel: false, fuel: 1_000, firings: 10_000 }
    }
}

/// One instance of a process: where its tokens are, its variables and its virtual clock. The definition is passed to
/// every call and must be the same one.
#[derive(Clone, Debug)]
pub struct Execution {
    pub(super) settings: Settings,
    pub(super) standing: Standing,
    pub(super) clock: u64,
    pub(super) variables: Map,
    pub(super) tokens: Tokens,
    pub(super) timers: Vec<Armed>,
    /// Conditions that have made their event happen, and still hold.
    pub(super) met: BTreeSet<(NodeIndex, Receiver)>,
    pub(super) visits: Vec<u32>,
    /// Where the last token was that was consumed or failed, and its local variables.
    pub(super) last: (Option<NodeIndex>, Map),
    /// The place that was turned to, as long as a token waits there.
    turned: Option<TokenId>,
}

/// How an execution stands, between two inputs.
#[derive(Clone, Debug)]
pub(super) enum Standing {
    Waiting,
    Ended,
    Incident(Incident),
}

/// A timer that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArmedTimer {
    /// The event: on a border, in the way, behind a gateway, or the start of an event subprocess.
    pub boundary: NodeIndex,
    /// When it fires, in milliseconds of the virtual clock.
    pub due: u64,
}

/// How an execution stands.
#[derive(Clone, Debug, PartialEq)]
pub enum State<'a> {
    /// It waits: of several places, this is the one that was turned to, else the first in the document at which an answer is
    /// waited for, else the first at which an event is.
    Waiting {
        /// The task or event.
        node: NodeIndex,
        /// When it was entered, in milliseconds of the virtual clock.
        since: u64,
        /// When the first timer of it, or of a subprocess around it, fires, if there is one.
        due: Option<u64>,
    },
    /// All tokens were consumed, the last one at this node.
    Ended {
        /// The end event, or the node that no flow leaves.
        node: NodeIndex,
    },
    /// It cannot go on.
    Incident(&'a Incident),
}

/// A place at which an execution waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The task or event.
    pub node: NodeIndex,
    /// When it was entered, in milliseconds of the virtual clock.
    pub since: u64,
    /// Whether an answer is waited for; otherwise it is an event.
    pub answerable: bool,
}

/// What happens to an execution from outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The task that it waits at is completed.
    Complete {
        /// Local results, added to the input values; the output parameters read them.
        locals: Map,
        /// Process variables to write before, by dotted path.
        set: Vec<(String, Value)>,
    },
    /// The task that it waits at throws a BPMN error.
    Throw {
        /// The code.
        code: String,
        /// The message.
        message: Option<String>,
        /// Process variables to write before, by dotted path.
        set: Vec<(String, Value)>,
    },
    /// A message comes, for the first in the document that waits for it.
    Message {
        /// Its name.
        name: String,
        /// Process variables to write before, by dotted path.
        set: Vec<(String, Value)>,
    },
    /// A signal comes, for all that wait for it.
    Signal {
        /// Its name.
        name: String,
        /// Process variables to write before, by dotted path.
        set: Vec<(String, Value)>,
    },
    /// The virtual clock moves on, and timers that are due on the way fire, each at its own time.
    Advance {
        /// The new time in milliseconds.
        to: u64,
    },
}

/// Why an input was not applied. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The instance has ended.
    #[error("the process instance has ended")]
    Ended,
    /// The instance stands at an incident.
    #[error("the process instance cannot go on: {0}")]
    Incident(Incident),
    /// The place waits for an event, not for an answer.
    #[error("the process waits for an event, which no answer replaces")]
    NoAnswer,
    /// Nothing waits for this message or signal.
    #[error("nothing waits for it")]
    NoReceiver,
    /// The clock does not go back.
    #[error("the clock stands at {now} ms and cannot go back to {to} ms")]
    Backwards {
        /// The time of the clock.
        now: u64,
        /// The time that was wanted.
        to: u64,
    },
    /// A variable cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl Execution {
    /// Starts an instance at virtual time `now` and moves it to where it first stands.
    pub fn start(
        definition: &Definition,
        settings: Settings,
        variables: Map,
        now: u64,
        work: &mut dyn Work,
    ) -> (Self, Vec<Move>) {
        let mut execution = Self {
            settings,
            standing: Standing::Waiting,
            clock: now,
            variables,
            tokens: Tokens::new(),
            timers: Vec::new(),
            met: BTreeSet::new(),
            visits: vec![0; definition.nodes().len()],
            last: (None, Map::new()),
            turned: None,
        };
        let moves = execution.begin(definition, work);
        (execution, moves)
    }

    /// Applies one input and moves the tokens to where they stand again.
    ///
    /// Advancing the clock of an instance that has ended or failed is allowed and moves nothing, since several
    /// instances share a clock.
    ///
    /// # Errors
    /// If the input cannot be applied as things stand; then nothing has changed.
    pub fn apply(&mut self, definition: &Definition, input: Input, work: &mut dyn Work) -> Result<Vec<Move>, Refused> {
        match input {
            Input::Complete { locals, set } => {
                let (id, frame) = self.must_answer()?;
                self.set(frame, set)?;
                Ok(self.complete(definition, id, locals, work))
            }
            Input::Throw { code, message, set } => {
                let (id, frame) = self.must_answer()?;
                self.set(frame, set)?;
                Ok(self.throw(definition, id, &code, message, work))
            }
            Input::Message { name, set } => {
                self.must_wait()?;
                self.occur(definition, &Occurrence::Message { name: Some(name) }, set, work)
            }
            Input::Signal { name, set } => {
                self.must_wait()?;
                self.occur(definition, &Occurrence::Signal { name: Some(name) }, set, work)
            }
            Input::Advance { to } if to < self.clock => Err(Refused::Backwards { now: self.clock, to }),
            Input::Advance { to } => Ok(self.advance(definition, to, work)),
        }
    }

    /// Turns to another place at which it waits: the next answer is for that one. Of several tokens there the first is meant.
    ///
    /// # Errors
    /// If it does not wait there; then nothing has changed.
    pub fn turn_to(&mut self, node: NodeIndex) -> Result<(), Refused> {
        self.must_wait()?;
        let there = self.waits().into_iter().find(|(_, token)| token.node == node).map(|(id, _)| id);
        self.turned = Some(there.ok_or(Refused::NoReceiver)?);
        Ok(())
    }

    /// Writes a process variable, by dotted path, while the execution stands: what an upload leaves behind.
    ///
    /// # Errors
    /// If the path cannot be written; then nothing has changed.
    pub fn write(&mut self, path: &str, value: Value) -> Result<(), WriteError> {
        let frame = self.place().map_or(Tokens::PROCESS, |(_, token)| token.frame);
        self.set(frame, vec![(path.to_owned(), value)])
    }

    fn must_wait(&self) -> Result<(), Refused> {
        match &self.standing {
            Standing::Waiting => Ok(()),
            Standing::Ended => Err(Refused::Ended),
            Standing::Incident(incident) => Err(Refused::Incident(incident.clone())),
        }
    }

    fn must_answer(&self) -> Result<(TokenId, FrameId), Refused> {
        self.must_wait()?;
        let (id, token) = self.place().filter(|(_, token)| token.stand == Stand::Waits).ok_or(Refused::NoAnswer)?;
        Ok((id, token.frame))
    }

    /// The tokens that wait: those for an answer first, each in document order.
    fn waits(&self) -> Vec<(TokenId, &Token)> {
        let waits = |token: &Token| matches!(token.stand, Stand::Waits | Stand::Listens);
        let mut all: Vec<_> = self.tokens.all().filter(|(_, token)| waits(token)).collect();
        all.sort_by_key(|(id, token)| (token.stand != Stand::Waits, token.node, *id));
        all
    }

    /// The token of the place at which it waits.
    fn place(&self) -> Option<(TokenId, &Token)> {
        let Standing::Waiting = self.standing else { return None };
        let all = self.waits();
        let turned = all.iter().find(|(id, _)| Some(*id) == self.turned);
        turned.or(all.first()).copied()
    }

    /// All places at which it waits: those for an answer first, each in document order.
    pub fn places(&self) -> Vec<Waiting> {
        let place = |(_, token): (TokenId, &Token)| Waiting {
            node: token.node,
            since: token.since,
            answerable: token.stand == Stand::Waits,
        };
        match self.standing {
            Standing::Waiting => self.waits().into_iter().map(place).collect(),
            Standing::Ended | Standing::Incident(_) => Vec::new(),
        }
    }

    /// The events that wait for a message or signal while an answer is waited for or not, in document order: in the way, on borders, and
    /// those with which event subprocesses begin.
    pub fn awaited<'a>(&self, definition: &'a Definition) -> Vec<&'a Node> {
        let Standing::Waiting = self.standing else { return Vec::new() };
        let waits = |node: &Node| node.expects_message() || node.expects_signal();
        let all = receivers(&self.tokens, definition, waits);
        all.into_iter().map(|(event, _)| &definition[event]).collect()
    }

    /// How it stands.
    pub fn state(&self) -> State<'_> {
        match (&self.standing, self.place(), self.last.0) {
            (Standing::Incident(incident), ..) => State::Incident(incident),
            (Standing::Waiting, Some((id, token)), _) => {
                State::Waiting { node: token.node, since: token.since, due: self.due(id, token) }
            }
            (Standing::Ended, _, Some(node)) => State::Ended { node },
            // Without a start event there is no node, and `begin` has recorded that as an incident.
            (Standing::Ended | Standing::Waiting, ..) => State::Incident(&Incident::NoStart),
        }
    }

    /// When the first timer fires that can end what a token waits for.
    fn due(&self, id: TokenId, token: &Token) -> Option<u64> {
        let around: BTreeSet<TokenId> =
            std::iter::once(id).chain(self.tokens.holders(token.frame).map(|(holder, _)| holder)).collect();
        let concerns = |armed: &&Armed| match armed.receiver {
            Receiver::At(id) | Receiver::Before(id, _) | Receiver::Inside(id) => around.contains(&id),
            Receiver::In(frame) => self.tokens.frame(frame).is_some_and(|frame| match frame.holder {
                Some(holder) => around.contains(&holder),
                None => true,
            }),
        };
        self.timers.iter().filter(concerns).map(|armed| armed.timer.due).min()
    }

    /// The node at which it waits, or at which the last token was consumed or failed.
    pub fn at(&self) -> Option<NodeIndex> {
        self.place().map(|(_, token)| token.node).or(self.last.0)
    }

    /// The values of the input parameters of the node at which it stands.
    pub fn inputs(&self) -> &Map {
        self.place().map_or(&self.last.1, |(_, token)| &token.locals)
    }

    /// The variables of the process.
    pub fn variables(&self) -> &Map {
        &self.variables
    }

    /// What an expression sees where the execution stands, but for the variables of subprocesses around it.
    pub fn scope(&self) -> Scope<'_> {
        Scope { locals: self.inputs(), variables: &self.variables }
    }

    /// The timers that run, in document order of their events.
    pub fn timers(&self) -> Vec<ArmedTimer> {
        let mut timers: Vec<ArmedTimer> = self.timers.iter().map(|armed| armed.timer).collect();
        timers.sort_by_key(|timer| timer.boundary);
        timers
    }

    /// How often a node was reached.
    pub fn visits(&self, node: NodeIndex) -> u32 {
        self.visits.get(node.position()).copied().unwrap_or_default()
    }

    /// The virtual clock in milliseconds.
    pub fn clock(&self) -> u64 {
        self.clock
    }
}
