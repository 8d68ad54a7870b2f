use super::actor::Cast;
use super::cancel::Urgency;
use super::position::Position;
use super::walker::Walker;
use crate::event::{EventKind, Section, StopRecord};

impl Walker<'_> {
    /// Tells where the processes of a real target were seen to stand. A simulator tells every move.
    pub(super) async fn tell_stops(&mut self) {
        if self.run.target.simulator {
            return;
        }
        for owner in self.cast.owners() {
            self.give_turn(owner);
            let walk = self.cast.walk();
            let (mut stops, mut ended) = (walk.stops.clone(), false);
            match &walk.position {
                Position::Ended => ended = true,
                Position::At { element, .. } => {
                    stops.push(StopRecord { element: element.known(), activity: None, outcome: None, code: None });
                }
                Position::Nowhere | Position::Unknown(_) => {}
            }
            if stops.is_empty() {
                continue;
            }
            let instance = self.instance();
            let actor = self.cast.name().map(str::to_owned);
            self.journal.emit(EventKind::InstanceWalked { actor, instance, moves: None, stops, ended }).await;
        }
        self.give_turn(Cast::MAIN);
    }

    /// The instance of the one who acts, if it is known.
    fn instance(&self) -> Option<String> {
        let instance = self.scope().json(&["session".to_owned(), "instance".to_owned()])?;
        instance.as_str().map(str::to_owned)
    }

    /// Tells which process instances have not come to an end, and ends them where the environment says so and the catalogue says
    /// how. A simulator forgets its worlds.
    pub(super) async fn leave_instances(&mut self) {
        if self.run.target.simulator {
            return;
        }
        for owner in self.cast.owners() {
            self.give_turn(owner);
            let Some(state) = self.cast.walk().state.clone().filter(|state| !self.is_final(state)) else { continue };
            let instance = self.instance();
            let ended = self.end_instance().await;
            let actor = self.cast.name().map(str::to_owned);
            self.journal.emit(EventKind::InstanceLeft { actor, instance, state, ended }).await;
        }
    }

    /// Ends the instance of the one who acts. That it cannot be ended judges nothing, and is told.
    async fn end_instance(&mut self) -> bool {
        let catalogue = self.catalogue().clone();
        let end = catalogue.session.end.as_ref().and_then(|name| catalogue.activity(&name.value));
        let Some(activity) = end.filter(|_| self.run.target.end_instances) else { return false };
        if self.run.cancel.urgency() == Urgency::Abort {
            return false;
        }
        let name = activity.name.value.clone();
        let (since, before) = (std::time::Instant::now(), self.problems.len());
        // A budget that was used up does not keep it from being sent.
        self.budget = self.budget.max(self.next_number());
        if self.begin_implied(Section::After, &name).await.is_err() {
            return false;
        }
        let sent = self.send_activity(activity, &[]).await;
        let problem = match sent.and_then(|reading| reading.require_success(activity)) {
            Ok(()) => None,
            Err(trouble) => Some(trouble.0.message),
        };
        self.end(before, since).await;
        let Some(message) = problem else { return true };
        self.journal.emit(EventKind::Noted { message: format!("an instance could not be ended: {message}") }).await;
        false
    }
}
