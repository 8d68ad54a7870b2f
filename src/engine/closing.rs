use serde::Deserialize;

use super::Detail;
use super::control::Shortened;
use super::walker::Walker;
use crate::event::{EventKind, Role};
use crate::process::{Incident, Move, MoveKind};

impl Walker<'_> {
    /// Takes leave of the simulator, and tells what it says of what happened.
    pub(super) async fn close_world(&mut self) {
        let Some(control) = self.control.take() else { return };
        // Of a scenario that passes nobody looks at them one by one.
        let moves = self.run.options.detail != Detail::Problems || !self.problems.is_empty();
        let closed = match control.close(self.planned.role == Some(Role::Before), moves).await {
            Ok(closed) => closed,
            Err(trouble) => {
                self.report(trouble);
                return;
            }
        };
        for mut movement in closed.moves {
            let mut take = |name: &str| movement.as_object_mut().and_then(|fields| fields.remove(name));
            let request = take("request").and_then(|id| id.as_str().map(str::to_owned));
            let instance = take("instance").and_then(|id| id.as_str().map(str::to_owned)).unwrap_or_default();
            if let Ok(Move { kind: MoveKind::Incident { node, incident }, .. }) = Move::deserialize(&movement) {
                let told = self.stop_of(node.as_deref().unwrap_or("its start"), &incident);
                self.explain(told).await;
            }
            self.journal.emit(EventKind::TokenMoved { request, instance, movement }).await;
        }
        for Shortened { instance, moves } in closed.walks {
            let instance = Some(instance);
            let kind = EventKind::InstanceWalked {
                actor: None,
                instance,
                moves: Some(moves),
                stops: Vec::new(),
                ended: false,
            };
            self.journal.emit(kind).await;
        }
        if closed.lost_moves > 0 {
            let message =
                format!("{} moves of the process are not told: the simulator keeps no more", closed.lost_moves);
            self.journal.emit(EventKind::Noted { message }).await;
        }
        let unused =
            closed.unused.iter().map(|key| format!("`simulate` says something of `{key}` that was never needed"));
        let stubs = closed.stubs.iter().map(|name| format!("nothing was said of {name}: the simulator let it pass"));
        for message in unused.chain(stubs) {
            self.journal.emit(EventKind::Noted { message }).await;
        }
    }

    /// Why the simulator could not go on, with the text of the condition where the definition is at hand.
    fn stop_of(&self, node: &str, incident: &Incident) -> String {
        let definition = self.planned.definition.as_deref();
        let name = definition.and_then(|definition| definition.node(node)).map_or(node, |node| node.title());
        let mut told = format!("the process stopped at \u{201c}{name}\u{201d} ({node}): {incident}");
        if let Incident::Condition { flow, .. } = incident
            && let Some(condition) = definition.and_then(|definition| definition.flow(flow)?.condition.as_ref())
        {
            let text = self.run.sources.text(condition.span).trim();
            told +=
                &format!("; the condition is `{text}`, so its variables must be set, for instance under `simulate`");
        }
        told
    }

    /// Adds to what is wrong; where nothing is, tells it as a remark.
    async fn explain(&mut self, told: String) {
        match self.problems.first_mut() {
            Some(problem) => problem.notes.push(told),
            None => self.journal.emit(EventKind::Noted { message: told }).await,
        }
    }
}
