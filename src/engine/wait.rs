use std::time::Duration;

use super::control::iso;
use super::position::Position;
use super::problem::Trouble;
use super::walker::Walker;
use crate::event::EventKind;

/// The outcome of a visit that a timer ended.
pub(super) const TIMEOUT: &str = "timeout";

impl Walker<'_> {
    /// Lets time pass: on a simulator its clock is moved, elsewhere it is waited for.
    pub(super) async fn pass(&mut self, duration: Duration) -> Result<(), Trouble> {
        match &self.control {
            Some(control) => {
                control.advance(duration).await?;
                self.virtual_time += duration;
            }
            None => tokio::time::sleep(duration).await,
        }
        let simulated = self.control.is_some();
        self.journal.emit(EventKind::Waited { step: self.step, duration: iso(duration), simulated }).await;
        self.age_other_walks();
        Ok(())
    }

    /// Lets time pass, and reads where the process stands then.
    pub(super) async fn let_pass(&mut self, duration: Duration) -> Result<(), Trouble> {
        self.pass(duration).await?;
        let stood = self.position().clone();
        if let Position::At { .. } = stood {
            self.stand(Position::Unknown("time has passed".to_owned()));
        }
        self.outlast(stood).await
    }

    /// Finds out whether the process still stands where it stood before time has passed; else a timer has ended a visit.
    pub(super) async fn outlast(&mut self, stood: Position) -> Result<(), Trouble> {
        let Position::At { activity, element, .. } = &stood else { return Ok(()) };
        self.know_position().await?;
        let stayed = matches!(self.position(), Position::At { element: now, .. } if now.id == element.id);
        if let (false, Some(activity)) = (stayed, activity) {
            self.count_visit(activity);
            self.record_visit(activity, TIMEOUT, None, &stood);
        }
        Ok(())
    }
}
