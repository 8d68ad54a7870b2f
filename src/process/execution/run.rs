use std::collections::BTreeSet;

use serde_json::Value;

use super::state::Standing;
use super::token::{Armed, FrameId, Stand, Token, TokenId, Tokens};
use super::{Direction, Execution, Incident, Move, MoveKind, Occurrence, Refused, Work};
use crate::process::expression::Map;
use crate::process::{Definition, FlowIndex, NodeIndex, Parameter};

/// Whether the tokens can go on.
pub(super) type Stepped = Result<(), Incident>;

/// One run from an input to where all tokens stand again.
pub(super) struct Run<'a> {
    pub definition: &'a Definition,
    pub execution: &'a mut Execution,
    pub work: &'a mut dyn Work,
    pub moves: Vec<Move>,
    /// Tokens that come to their nodes; the last one moves next.
    pub coming: Vec<TokenId>,
    /// The token with which something is done, and which an incident is told of.
    pub focus: Option<TokenId>,
    /// The nodes entered since the run began.
    trail: Vec<NodeIndex>,
}

impl Execution {
    pub(super) fn begin(&mut self, definition: &Definition, work: &mut dyn Work) -> Vec<Move> {
        let mut run = Run::new(definition, self, work);
        let first = match definition.start() {
            Some(start) => run.arm_scope(Tokens::PROCESS, None).map(|()| run.add(start, Tokens::PROCESS)),
            None => Err(Incident::NoStart),
        };
        run.go(first)
    }

    pub(super) fn complete(
        &mut self,
        definition: &Definition,
        token: TokenId,
        locals: Map,
        work: &mut dyn Work,
    ) -> Vec<Move> {
        let mut run = Run::new(definition, self, work);
        let next = run.complete(token, locals);
        run.go(next)
    }

    pub(super) fn throw(
        &mut self,
        definition: &Definition,
        token: TokenId,
        code: &str,
        message: Option<String>,
        work: &mut dyn Work,
    ) -> Vec<Move> {
        let mut run = Run::new(definition, self, work);
        let next = run.raise(token, code, message);
        run.go(next)
    }

    pub(super) fn occur(
        &mut self,
        definition: &Definition,
        occurrence: &Occurrence,
        set: Vec<(String, Value)>,
        work: &mut dyn Work,
    ) -> Result<Vec<Move>, Refused> {
        let mut run = Run::new(definition, self, work);
        let all = run.receivers(|node| occurrence.reaches(node));
        let Some((_, first)) = all.first() else { return Err(Refused::NoReceiver) };
        let frame = run.frame_of(*first);
        run.execution.set(frame, set)?;
        let next = match occurrence {
            Occurrence::Signal { .. } => run.reach_all(&all, occurrence),
            _ => run.reach_all(&all[..1], occurrence),
        };
        Ok(run.go(next))
    }

    pub(super) fn advance(&mut self, definition: &Definition, to: u64, work: &mut dyn Work) -> Vec<Move> {
        let mut moves = Vec::new();
        let mut firings = 0;
        while let Standing::Waiting = self.standing
            && let Some(armed) = self.next_timer().filter(|armed| armed.timer.due <= to)
        {
            self.clock = self.clock.max(armed.timer.due);
            let limit = self.settings.firings;
            let mut run = Run::new(definition, self, work);
            let next = if firings == limit {
                run.focus = run.token_of(armed.receiver);
                Err(Incident::Timers { boundary: definition[armed.timer.boundary].id.clone(), firings: limit })
            } else {
                run.fire(armed)
            };
            moves.append(&mut run.go(next));
            firings += 1;
        }
        self.clock = self.clock.max(to);
        moves
    }

    /// The timer that fires next: of equal ones the first in the document.
    fn next_timer(&self) -> Option<Armed> {
        self.timers.iter().copied().min_by_key(|armed| (armed.timer.due, armed.timer.boundary, armed.receiver))
    }
}

impl<'a> Run<'a> {
    fn new(definition: &'a Definition, execution: &'a mut Execution, work: &'a mut dyn Work) -> Self {
        Self { definition, execution, work, moves: Vec::new(), coming: Vec::new(), focus: None, trail: Vec::new() }
    }

    /// Moves all tokens on until they stand.
    fn go(mut self, first: Stepped) -> Vec<Move> {
        let done = first.and_then(|()| self.move_on()).and_then(|()| self.stand());
        if let Err(incident) = done {
            self.fail(incident);
        }
        self.moves
    }

    fn move_on(&mut self) -> Stepped {
        loop {
            while let Some(token) = self.coming.pop() {
                self.come(token)?;
            }
            if !self.join_inclusive()? && !self.meet_conditions()? {
                return Ok(());
            }
        }
    }

    /// Nothing moves any more: the process waits, or it has ended, or its tokens wait for one another.
    fn stand(&mut self) -> Stepped {
        let tokens = &self.execution.tokens;
        if tokens.within(Tokens::PROCESS).next().is_none() {
            self.execution.standing = Standing::Ended;
            return Ok(());
        }
        if tokens.all().any(|(_, token)| matches!(token.stand, Stand::Waits | Stand::Listens)) {
            self.execution.standing = Standing::Waiting;
            return Ok(());
        }
        let joining = tokens.all().filter(|(_, token)| matches!(token.stand, Stand::Joins(_)));
        let (ids, nodes): (Vec<TokenId>, BTreeSet<NodeIndex>) = joining.map(|(id, token)| (id, token.node)).unzip();
        self.focus = ids.first().copied();
        Err(Incident::Deadlock { nodes: nodes.into_iter().map(|node| self.definition[node].id.clone()).collect() })
    }

    fn fail(&mut self, incident: Incident) {
        let at = self.focus.and_then(|id| self.execution.tokens.get(id));
        if let Some(token) = at {
            self.execution.last = (Some(token.node), token.locals.clone());
        }
        let node = self.execution.last.0.map(|node| self.definition[node].id.clone());
        self.tell(MoveKind::Incident { node, incident: incident.clone() });
        self.execution.timers.clear();
        self.execution.standing = Standing::Incident(incident);
    }

    pub fn tell(&mut self, kind: MoveKind) {
        self.moves.push(Move { at: self.execution.clock, kind });
    }

    pub fn token(&self, id: TokenId) -> Option<&Token> {
        self.execution.tokens.get(id)
    }

    /// Puts a token before a node; it moves next.
    pub fn add(&mut self, node: NodeIndex, frame: FrameId) {
        let id = self.execution.tokens.add(Token::before(node, frame));
        self.coming.push(id);
    }

    /// Notes that a node was entered.
    ///
    /// # Errors
    /// Too many were since something came from outside.
    pub fn pass(&mut self, node: NodeIndex) -> Stepped {
        self.trail.push(node);
        let fuel = self.execution.settings.fuel;
        if self.trail.len() <= fuel as usize {
            return Ok(());
        }
        // Names what was passed more than once.
        let (mut passed, mut again) = (BTreeSet::new(), BTreeSet::new());
        let repeated = self.trail.iter().filter(|node| !passed.insert(**node) && again.insert(**node));
        let nodes = repeated.map(|node| self.definition[*node].id.clone()).collect();
        Err(Incident::NoProgress { moves: fuel, nodes })
    }

    pub fn evaluate(&self, id: TokenId, parameter: &Parameter, direction: Direction) -> Result<Value, Incident> {
        let Some(token) = self.token(id) else { return Ok(Value::Null) };
        let value = self.execution.see(token.frame, &token.locals, |scope| parameter.value.evaluate(scope));
        value.map_err(|error| Incident::Parameter {
            node: self.definition[token.node].id.clone(),
            parameter: parameter.name.clone(),
            direction,
            error,
        })
    }

    /// Whether a flow can be taken. Conditions see the variables of the process and the subprocesses around, not those of the activity
    /// that was left.
    pub fn holds(&mut self, id: TokenId, index: FlowIndex) -> Result<bool, Incident> {
        let flow = &self.definition[index];
        let (Some(condition), Some(token)) = (&flow.condition, self.token(id)) else { return Ok(true) };
        let nothing = Map::new();
        let watched = self.execution.see(token.frame, &nothing, |scope| condition.watch(scope));
        let (value, atoms) = watched.map_err(|error| Incident::Condition { flow: flow.id.clone(), error })?;
        self.tell(MoveKind::Evaluated { flow: flow.id.clone(), value, atoms });
        Ok(value)
    }
}
