use serde_json::Value;

use super::Incident;
use super::run::{Run, Stepped};
use super::token::{Count, Frame, FrameId, Stand, Token, TokenId};
use crate::process::expression::{EvaluationError, Map, Template};
use crate::process::{Instances, Node, Repetition};

/// Activities that are done more than once.
impl Run<'_> {
    /// Begins the first instance, or all of them. Of none, the activity is passed.
    pub fn begin_instances(&mut self, id: TokenId, node: &Node, instances: &Instances) -> Stepped {
        let (total, items) = self.count(id, node, instances)?;
        if total == 0 {
            return self.follow(id);
        }
        let count = Count { total, begun: 0, completed: 0, items };
        let frame = self.execution.tokens.open(Frame { instances: Some(count), ..Frame::of(id, None) });
        if let Some(token) = self.execution.tokens.get_mut(id) {
            (token.stand, token.since) = (Stand::Holds(frame), self.execution.clock);
        }
        self.tell_count(id, frame);
        self.arm_border(id, node)?;
        let first = if instances.sequential { 1 } else { total };
        let ids: Vec<TokenId> = (0..first).filter_map(|_| self.next_instance(node, frame, instances)).collect();
        self.tell_count(id, frame);
        self.coming.extend(ids.into_iter().rev());
        Ok(())
    }

    /// How many instances there are, and the items they find.
    fn count(&self, id: TokenId, node: &Node, instances: &Instances) -> Result<(usize, Vec<Value>), Incident> {
        let failed = |reason: String| Incident::Instances { node: node.id.clone(), reason };
        let frame = self.token(id).map_or(super::token::Tokens::PROCESS, |token| token.frame);
        let nothing = Map::new();
        let evaluate = |template: &Template| -> Result<Value, EvaluationError> {
            self.execution.see(frame, &nothing, |scope| template.evaluate(scope))
        };
        let most = self.execution.settings.fuel as usize;
        let (total, items) = match (&instances.collection, &instances.cardinality) {
            (Some(collection), _) => match evaluate(collection).map_err(|error| failed(error.to_string()))? {
                Value::Array(items) => (items.len(), items),
                other => return Err(failed(format!("`{other}` is no list"))),
            },
            (None, Some(cardinality)) => {
                let value = evaluate(cardinality).map_err(|error| failed(error.to_string()))?;
                let number = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
                let number = number.ok_or_else(|| failed(format!("`{value}` is no number of instances")))?;
                (usize::try_from(number).unwrap_or(usize::MAX), Vec::new())
            }
            (None, None) => return Err(failed("it says neither how many there are nor over which list".to_owned())),
        };
        if total > most {
            return Err(failed(format!("{total} are more than {most}")));
        }
        Ok((total, items))
    }

    /// The token of the next instance, before its node.
    fn next_instance(&mut self, node: &Node, frame: FrameId, instances: &Instances) -> Option<TokenId> {
        let count = self.execution.tokens.frame_mut(frame)?.instances.as_mut()?;
        let number = count.begun;
        count.begun += 1;
        let mut locals = Map::from_iter([("loopCounter".to_owned(), Value::from(number))]);
        if let (Some(name), Some(item)) = (&instances.element, count.items.get(number)) {
            locals.insert(name.clone(), item.clone());
        }
        Some(self.execution.tokens.add(Token { locals, instance: true, ..Token::before(node.index, frame) }))
    }

    /// An instance has ended: the next one begins, or they are enough.
    pub fn end_instance(&mut self, id: TokenId, node: &Node) -> Stepped {
        let Some(Repetition::Instances(instances)) = &node.repetition else { return Ok(()) };
        let Some(token) = self.execution.tokens.remove(id) else { return Ok(()) };
        let frame = token.frame;
        let counted = self.execution.tokens.frame_mut(frame).and_then(|frame| {
            let count = frame.instances.as_mut()?;
            count.completed += 1;
            Some((frame.holder?, count.begun < count.total, count.completed < count.total))
        });
        let Some((body, more, open)) = counted else { return Ok(()) };
        self.focus = Some(body);
        self.tell_count(body, frame);
        let enough = match &instances.completion {
            None => false,
            Some(condition) => {
                let met = self.execution.see(frame, &token.locals, |scope| condition.test(scope));
                met.map_err(|error| Incident::Instances { node: node.id.clone(), reason: error.to_string() })?
            }
        };
        if !enough && instances.sequential && more {
            let next = self.next_instance(node, frame, instances);
            self.tell_count(body, frame);
            self.coming.extend(next);
            return Ok(());
        }
        if !enough && open {
            return Ok(());
        }
        self.cancel_within(frame, None)?;
        self.execution.tokens.close(frame);
        self.disarm(body);
        self.follow(body)
    }

    /// The variables in which the activity tells how many instances there are.
    fn tell_count(&mut self, body: TokenId, frame: FrameId) {
        let numbers = self.execution.tokens.frame(frame).and_then(|frame| {
            let Count { total, begun, completed, .. } = frame.instances.as_ref()?;
            Some((*total, *completed, begun - completed))
        });
        let Some((total, completed, active)) = numbers else { return };
        if let Some(token) = self.execution.tokens.get_mut(body) {
            token.locals.insert("nrOfInstances".to_owned(), total.into());
            token.locals.insert("nrOfCompletedInstances".to_owned(), completed.into());
            token.locals.insert("nrOfActiveInstances".to_owned(), active.into());
        }
    }
}
