use serde_json::Value;

use super::run::{Run, Stepped};
use super::token::{Receiver, Stand, TokenId};
use super::{Call, Direction, Effect, Incident, MoveKind, Occurrence};
use crate::process::expression::Map;
use crate::process::{Kind, Node, Repetition, Thrown, Trigger};

/// Coming to a node, and what is done there.
impl Run<'_> {
    /// A token has come before its node, unless it was cancelled on the way.
    pub fn come(&mut self, id: TokenId) -> Stepped {
        let Some((index, Stand::Comes(by))) = self.token(id).map(|token| (token.node, token.stand)) else {
            return Ok(());
        };
        let node = &self.definition[index];
        self.focus = Some(id);
        if let Some(flow) = by {
            self.tell(MoveKind::Taken { flow: self.definition[flow].id.clone() });
            let joins = matches!(node.kind, Kind::ParallelGateway | Kind::InclusiveGateway);
            if joins && node.incoming.len() > 1 {
                return self.join(id, node, flow);
            }
        }
        let is_instance = self.token(id).is_some_and(|token| token.instance);
        match &node.repetition {
            Some(Repetition::Instances(instances)) if !is_instance && node.unexecuted().is_none() => {
                self.begin_instances(id, node, instances)
            }
            _ => self.enter(id, false),
        }
    }

    /// Enters a node. What it waits for may have happened already.
    pub fn enter(&mut self, id: TokenId, happened: bool) -> Stepped {
        let clock = self.execution.clock;
        let Some(token) = self.execution.tokens.get_mut(id) else { return Ok(()) };
        let node = &self.definition[token.node];
        token.since = clock;
        token.stand = Stand::Acts;
        if !token.instance {
            token.locals = Map::new();
        }
        self.focus = Some(id);
        let visits = &mut self.execution.visits[node.index.position()];
        *visits += 1;
        let visit = *visits;
        self.tell(MoveKind::Entered { node: node.id.clone(), visit });
        self.pass(node.index)?;
        if let Some(what) = node.unexecuted() {
            return Err(Incident::Unsupported { node: node.id.clone(), what });
        }
        for parameter in &node.inputs {
            let value = self.evaluate(id, parameter, Direction::Input)?;
            if let Some(token) = self.execution.tokens.get_mut(id) {
                token.locals.insert(parameter.name.clone(), value);
            }
        }
        if happened {
            return self.complete(id, Map::new());
        }
        match &node.kind {
            Kind::ExternalTask | Kind::UserTask => self.wait(id, node, Stand::Waits),
            Kind::ReceiveTask { .. } | Kind::Catch(Trigger::Message { .. } | Trigger::Signal { .. }) => {
                self.listen(id, node, visit)
            }
            Kind::Catch(Trigger::Link { .. }) => self.complete(id, Map::new()),
            Kind::Catch(trigger) => {
                if let Trigger::Timer { duration } = trigger {
                    self.arm(Receiver::At(id), node, duration)?;
                }
                self.wait(id, node, Stand::Listens)
            }
            Kind::EventGateway => self.listen_behind(id, node),
            Kind::CallActivity(call) => {
                self.pass_in(id, call)?;
                self.perform(id, node, visit)
            }
            Kind::AutomaticTask => self.perform(id, node, visit),
            Kind::Subprocess(_) => self.begin_subprocess(id, node),
            Kind::End => {
                self.tell(MoveKind::Completed { node: node.id.clone() });
                self.consume(id)
            }
            Kind::Terminate => {
                self.tell(MoveKind::Completed { node: node.id.clone() });
                self.cancel_beside(id)?;
                self.consume(id)
            }
            Kind::EndThrow(Thrown::Error { code }) => {
                self.tell(MoveKind::Completed { node: node.id.clone() });
                self.raise(id, code.as_deref().unwrap_or_default(), None)
            }
            Kind::EndThrow(thrown) => {
                self.tell(MoveKind::Completed { node: node.id.clone() });
                self.throw(id, node, thrown)?;
                self.consume(id)
            }
            Kind::Throw(Thrown::Link { .. }) => self.go_to_link(id, node),
            Kind::Throw(thrown) => {
                self.map_outputs(id, node)?;
                self.tell(MoveKind::Completed { node: node.id.clone() });
                self.throw(id, node, thrown)?;
                self.follow(id)
            }
            Kind::ExclusiveGateway => self.decide(id, node),
            Kind::ParallelGateway => {
                self.tell(MoveKind::Completed { node: node.id.clone() });
                self.split(id, node.outgoing.clone())
            }
            Kind::InclusiveGateway => self.choose(id, node),
            Kind::Start | Kind::StartOn { .. } | Kind::Boundary(_) | Kind::Unsupported(_) => {
                self.complete(id, Map::new())
            }
        }
    }

    /// Waits, with the timers on the border of the node.
    fn wait(&mut self, id: TokenId, node: &Node, stand: Stand) -> Stepped {
        if let Some(token) = self.execution.tokens.get_mut(id) {
            token.stand = stand;
        }
        self.arm_border(id, node)
    }

    /// Waits for a message or signal, unless one has been told to come.
    fn listen(&mut self, id: TokenId, node: &Node, visit: u32) -> Stepped {
        match self.told(id, node, visit) {
            Some(effect) => self.take_effect(id, node, effect),
            None => self.wait(id, node, Stand::Listens),
        }
    }

    /// Waits for the first of the events behind a gateway.
    fn listen_behind(&mut self, id: TokenId, node: &Node) -> Stepped {
        let definition = self.definition;
        self.wait(id, node, Stand::Listens)?;
        for flow in &node.outgoing {
            let event = &definition[definition[*flow].target];
            let visit = self.execution.visits(event.index) + 1;
            match event.trigger() {
                Some(Trigger::Timer { duration }) => self.arm(Receiver::Before(id, *flow), event, duration)?,
                _ if event.waits() => match self.told(id, event, visit) {
                    Some(Effect::Complete { set, .. }) => {
                        self.set(id, event, set)?;
                        return self.happen(event, Receiver::Before(id, *flow));
                    }
                    Some(Effect::Error { code, message, .. }) => return self.raise(id, &code, message),
                    Some(Effect::Incident(reason)) => {
                        return Err(Incident::Work { node: event.id.clone(), reason });
                    }
                    None => {}
                },
                _ => {}
            }
        }
        Ok(())
    }

    /// What is told to come to a node that waits for something.
    fn told(&mut self, id: TokenId, node: &Node, visit: u32) -> Option<Effect> {
        let (inputs, now) = (self.visible(id), self.execution.clock);
        let variables = &self.execution.variables;
        self.work.receive(Call { node, inputs: &inputs, variables, visit, now })
    }

    fn perform(&mut self, id: TokenId, node: &Node, visit: u32) -> Stepped {
        let (inputs, now) = (self.visible(id), self.execution.clock);
        let variables = &self.execution.variables;
        let effect = self.work.perform(Call { node, inputs: &inputs, variables, visit, now });
        self.take_effect(id, node, effect)
    }

    fn take_effect(&mut self, id: TokenId, node: &Node, effect: Effect) -> Stepped {
        match effect {
            Effect::Complete { locals, set, remove } => {
                self.set(id, node, set)?;
                let frame = self.token(id).map(|token| token.frame);
                for name in remove {
                    frame.into_iter().for_each(|frame| self.execution.forget(frame, &name));
                }
                if let Kind::CallActivity(call) = &node.kind {
                    self.pass_out(id, call, &locals)?;
                }
                self.complete(id, locals)
            }
            Effect::Error { code, message, set } => {
                self.set(id, node, set)?;
                self.raise(id, &code, message)
            }
            Effect::Incident(reason) => Err(Incident::Work { node: node.id.clone(), reason }),
        }
    }

    fn set(&mut self, id: TokenId, node: &Node, set: Vec<(String, Value)>) -> Stepped {
        let Some(frame) = self.token(id).map(|token| token.frame) else { return Ok(()) };
        self.execution.set(frame, set).map_err(|error| Incident::Write { node: node.id.clone(), error })
    }

    /// The local variables that a node sees: its own before those of the subprocesses around it.
    fn visible(&self, id: TokenId) -> Map {
        let Some(token) = self.token(id) else { return Map::new() };
        self.execution.see(token.frame, &token.locals, |scope| scope.locals.clone())
    }

    /// What is thrown reaches what waits for it.
    fn throw(&mut self, id: TokenId, node: &Node, thrown: &Thrown) -> Stepped {
        let occurrence = match thrown.clone() {
            Thrown::Signal { name } => Occurrence::Signal { name },
            Thrown::Message { name } => Occurrence::Message { name },
            Thrown::Escalation { code } => Occurrence::Escalation { code },
            Thrown::Nothing | Thrown::Error { .. } | Thrown::Link { .. } | Thrown::Unsupported(_) => return Ok(()),
        };
        self.tell(MoveKind::Thrown { node: node.id.clone(), occurrence: occurrence.clone() });
        match &occurrence {
            Occurrence::Escalation { code } => self.escalate(id, code.as_deref()),
            Occurrence::Signal { .. } => {
                let all = self.receivers(|node| occurrence.reaches(node));
                self.reach_all(&all, &occurrence)
            }
            // A message is for somebody outside.
            Occurrence::Message { .. } | Occurrence::Condition => Ok(()),
        }
    }

    fn go_to_link(&mut self, id: TokenId, node: &Node) -> Stepped {
        self.tell(MoveKind::Completed { node: node.id.clone() });
        let Some(target) = self.definition.link_target(node.index) else {
            return Err(Incident::Stuck { node: node.id.clone() });
        };
        if let Some(token) = self.execution.tokens.get_mut(id) {
            (token.node, token.stand) = (target, Stand::Comes(None));
            self.coming.push(id);
        }
        Ok(())
    }
}
