use std::collections::BTreeSet;

use serde_json::Value;

use super::state::Standing;
use super::variables::write_all;
use super::{ArmedTimer, Call, Direction, Effect, Execution, Incident, Move, MoveKind, Work};
use crate::process::expression::Map;
use crate::process::{Boundary, Definition, FlowIndex, Kind, Node, NodeIndex, Parameter, Timer, Trigger};

/// What becomes of the token when a node has been dealt with.
enum Next {
    /// It goes on to this node.
    Node(NodeIndex),
    /// It stands.
    Stands,
}

type Stepped = Result<Next, Incident>;

/// One run from an input to where the token stands again.
struct Run<'a> {
    definition: &'a Definition,
    execution: &'a mut Execution,
    work: &'a mut dyn Work,
    moves: Vec<Move>,
    /// The nodes entered since the last wait state.
    trail: Vec<NodeIndex>,
}

impl Execution {
    pub(super) fn begin(&mut self, definition: &Definition, work: &mut dyn Work) -> Vec<Move> {
        let first = definition.start().map(Next::Node).ok_or(Incident::NoStart);
        Run::new(definition, self, work).go(first)
    }

    pub(super) fn complete(&mut self, definition: &Definition, locals: Map, work: &mut dyn Work) -> Vec<Move> {
        let mut run = Run::new(definition, self, work);
        let next = run.wait_node().and_then(|node| run.leave_completed(node, locals));
        run.go(next)
    }

    pub(super) fn throw(
        &mut self,
        definition: &Definition,
        code: &str,
        message: Option<String>,
        work: &mut dyn Work,
    ) -> Vec<Move> {
        let mut run = Run::new(definition, self, work);
        let next = run.wait_node().and_then(|node| run.leave_by_error(node, code, message));
        run.go(next)
    }

    pub(super) fn advance(&mut self, definition: &Definition, to: u64, work: &mut dyn Work) -> Vec<Move> {
        let mut moves = Vec::new();
        let mut firings = 0;
        // Timers stand in document order, and the first of equal ones is taken.
        while let Standing::Waiting = self.standing
            && let Some(timer) = self.timers.iter().copied().min_by_key(|timer| timer.due).filter(|one| one.due <= to)
        {
            self.clock = self.clock.max(timer.due);
            let limit = self.settings.firings;
            let mut run = Run::new(definition, self, work);
            let next = if firings == limit {
                Err(Incident::Timers { boundary: definition[timer.boundary].id.clone(), firings: limit })
            } else {
                run.wait_node().and_then(|node| run.leave_by_timer(node, timer))
            };
            moves.append(&mut run.go(next));
            firings += 1;
        }
        self.clock = self.clock.max(to);
        moves
    }
}

impl<'a> Run<'a> {
    fn new(definition: &'a Definition, execution: &'a mut Execution, work: &'a mut dyn Work) -> Self {
        Self { definition, execution, work, moves: Vec::new(), trail: Vec::new() }
    }

    /// Moves the token on until it stands.
    fn go(mut self, mut next: Stepped) -> Vec<Move> {
        loop {
            next = match next {
                Ok(Next::Node(node)) => self.enter(node),
                Ok(Next::Stands) => break,
                Err(incident) => {
                    let node = self.at().map(|node| node.id.clone());
                    self.tell(MoveKind::Incident { node, incident: incident.clone() });
                    self.execution.timers.clear();
                    self.execution.standing = Standing::Incident(incident);
                    break;
                }
            };
        }
        self.moves
    }

    fn tell(&mut self, kind: MoveKind) {
        self.moves.push(Move { at: self.execution.clock, kind });
    }

    fn at(&self) -> Option<&'a Node> {
        self.execution.at.map(|node| &self.definition[node])
    }

    fn wait_node(&self) -> Result<&'a Node, Incident> {
        self.at().ok_or(Incident::NoStart)
    }

    fn enter(&mut self, index: NodeIndex) -> Stepped {
        let definition = self.definition;
        let node = &definition[index];
        let execution = &mut *self.execution;
        execution.at = Some(index);
        execution.since = execution.clock;
        execution.locals = Map::new();
        execution.timers.clear();
        execution.visits[index.position()] += 1;
        let visit = execution.visits[index.position()];
        self.tell(MoveKind::Entered { node: node.id.clone(), visit });
        self.trail.push(index);
        if self.trail.len() > self.execution.settings.fuel as usize {
            return Err(self.no_progress());
        }
        if let Some(what) = node.unexecuted() {
            return Err(Incident::Unsupported { node: node.id.clone(), what });
        }
        for parameter in &node.inputs {
            let value = self.evaluate(node, parameter, Direction::Input)?;
            self.execution.locals.insert(parameter.name.clone(), value);
        }
        match &node.kind {
            Kind::ExternalTask => self.wait(node),
            Kind::AutomaticTask => self.perform(node, visit),
            Kind::End | Kind::Terminate => {
                self.tell(MoveKind::Completed { node: node.id.clone() });
                Ok(self.end(node))
            }
            Kind::ExclusiveGateway => self.decide(node),
            _ => self.leave_completed(node, Map::new()),
        }
    }

    fn end(&mut self, node: &Node) -> Next {
        self.tell(MoveKind::Ended { node: node.id.clone() });
        self.execution.standing = Standing::Ended;
        Next::Stands
    }

    fn wait(&mut self, node: &Node) -> Stepped {
        for boundary in &node.boundaries {
            let event = &self.definition[*boundary];
            let Kind::Boundary(Boundary { trigger: Trigger::Timer { duration }, .. }) = &event.kind else { continue };
            let due = self.due(event, duration)?;
            self.execution.timers.push(ArmedTimer { boundary: *boundary, due });
        }
        self.execution.standing = Standing::Waiting;
        Ok(Next::Stands)
    }

    /// When a timer fires that begins to run now.
    fn due(&self, event: &Node, timer: &Timer) -> Result<u64, Incident> {
        let computed = match timer {
            Timer::Computed(template) => {
                let failed = |reason: String| Incident::Timer { boundary: event.id.clone(), reason };
                let value = template.evaluate(self.execution.scope()).map_err(|error| failed(error.to_string()))?;
                let text = value.as_str().ok_or_else(|| failed(format!("`{value}` is no text")))?;
                &Timer::computed(text).map_err(failed)?
            }
            written => written,
        };
        Ok(match computed {
            Timer::After(after) | Timer::Every { period: after, .. } => self.execution.clock.saturating_add(*after),
            Timer::At(at) => self.execution.clock.max(*at),
            // What is computed is written out.
            Timer::Computed(_) => self.execution.clock,
        })
    }

    fn perform(&mut self, node: &Node, visit: u32) -> Stepped {
        let (inputs, variables) = (&self.execution.locals, &self.execution.variables);
        let effect = self.work.perform(Call { node, inputs, variables, visit, now: self.execution.clock });
        match effect {
            Effect::Complete { locals, set, remove } => {
                self.set(node, set)?;
                for name in remove {
                    self.execution.variables.shift_remove(&name);
                }
                self.leave_completed(node, locals)
            }
            Effect::Error { code, message, set } => {
                self.set(node, set)?;
                self.leave_by_error(node, &code, message)
            }
            Effect::Incident(reason) => Err(Incident::Work { node: node.id.clone(), reason }),
        }
    }

    fn set(&mut self, node: &Node, set: Vec<(String, Value)>) -> Result<(), Incident> {
        write_all(&mut self.execution.variables, set).map_err(|error| Incident::Write { node: node.id.clone(), error })
    }

    fn leave_completed(&mut self, node: &Node, locals: Map) -> Stepped {
        self.execution.locals.extend(locals);
        self.map_outputs(node)?;
        self.execution.timers.clear();
        self.tell(MoveKind::Completed { node: node.id.clone() });
        self.follow(node)
    }

    fn leave_by_error(&mut self, node: &Node, code: &str, message: Option<String>) -> Stepped {
        let handler = self.definition.error_handler(node.index, code).map(|handler| &self.definition[handler]);
        let boundary = handler.map(|handler| handler.id.clone());
        self.tell(MoveKind::Error { node: node.id.clone(), code: code.to_owned(), boundary });
        let Some(handler) = handler else {
            return Err(Incident::UnhandledError { node: node.id.clone(), code: code.to_owned(), message });
        };
        if let Kind::Boundary(Boundary { trigger: Trigger::Error { code_variable, message_variable, .. }, .. }) =
            &handler.kind
        {
            let variables = &mut self.execution.variables;
            if let Some(name) = code_variable {
                variables.insert(name.clone(), code.into());
            }
            if let Some(name) = message_variable {
                variables.insert(name.clone(), message.into());
            }
        }
        self.cancel(node, handler)
    }

    fn leave_by_timer(&mut self, node: &Node, timer: ArmedTimer) -> Stepped {
        let event = &self.definition[timer.boundary];
        self.tell(MoveKind::TimerFired { boundary: event.id.clone() });
        if event.boundary().is_some_and(|boundary| !boundary.interrupting) {
            let what = "an event that does not interrupt".to_owned();
            return Err(Incident::Unsupported { node: event.id.clone(), what });
        }
        self.cancel(node, event)
    }

    fn cancel(&mut self, node: &Node, boundary: &Node) -> Stepped {
        if self.execution.settings.map_outputs_on_cancel {
            self.map_outputs(node)?;
        }
        self.tell(MoveKind::Cancelled { node: node.id.clone() });
        Ok(Next::Node(boundary.index))
    }

    fn map_outputs(&mut self, node: &Node) -> Result<(), Incident> {
        for parameter in &node.outputs {
            let value = self.evaluate(node, parameter, Direction::Output)?;
            self.execution.variables.insert(parameter.name.clone(), value);
        }
        Ok(())
    }

    fn evaluate(&self, node: &Node, parameter: &Parameter, direction: Direction) -> Result<Value, Incident> {
        parameter.value.evaluate(self.execution.scope()).map_err(|error| Incident::Parameter {
            node: node.id.clone(),
            parameter: parameter.name.clone(),
            direction,
            error,
        })
    }

    /// Leaves something that is no gateway: by its only flow, whose condition must hold if it has one.
    fn follow(&mut self, node: &Node) -> Stepped {
        if !node.outgoing.is_empty() {
            // The locals end with the activity; a condition on its flow sees the process alone.
            self.execution.locals = Map::new();
        }
        match node.outgoing.as_slice() {
            [] => Ok(self.end(node)),
            [flow] if node.default == Some(*flow) || self.holds(*flow)? => Ok(self.take(*flow)),
            [_] => Err(Incident::Stuck { node: node.id.clone() }),
            _ => Err(Incident::ParallelFlows { node: node.id.clone() }),
        }
    }

    /// Takes the first flow, in document order, whose condition holds; the default if none does.
    fn decide(&mut self, node: &Node) -> Stepped {
        // As after an activity: conditions see the variables of the process alone.
        self.execution.locals = Map::new();
        let mut chosen = None;
        for flow in node.outgoing.iter().copied().filter(|flow| node.default != Some(*flow)) {
            if self.holds(flow)? {
                chosen = Some(flow);
                break;
            }
        }
        let flow = chosen.or(node.default).ok_or_else(|| Incident::Stuck { node: node.id.clone() })?;
        self.tell(MoveKind::Completed { node: node.id.clone() });
        Ok(self.take(flow))
    }

    fn holds(&mut self, index: FlowIndex) -> Result<bool, Incident> {
        let flow = &self.definition[index];
        let Some(condition) = &flow.condition else { return Ok(true) };
        let (value, atoms) = condition
            .watch(self.execution.scope())
            .map_err(|error| Incident::Condition { flow: flow.id.clone(), error })?;
        self.tell(MoveKind::Evaluated { flow: flow.id.clone(), value, atoms });
        Ok(value)
    }

    fn take(&mut self, index: FlowIndex) -> Next {
        let flow = &self.definition[index];
        self.tell(MoveKind::Taken { flow: flow.id.clone() });
        Next::Node(flow.target)
    }

    /// Names what was passed more than once.
    fn no_progress(&self) -> Incident {
        let (mut passed, mut again) = (BTreeSet::new(), BTreeSet::new());
        let repeated = self.trail.iter().filter(|node| !passed.insert(**node) && again.insert(**node));
        let nodes = repeated.map(|node| self.definition[*node].id.clone()).collect();
        Incident::NoProgress { moves: self.execution.settings.fuel, nodes }
    }
}
