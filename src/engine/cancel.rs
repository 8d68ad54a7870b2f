use tokio::sync::watch;

/// How urgently a run is to end. The order is that of urgency; it only grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Not at all.
    #[default]
    None,
    /// No scenario is begun; those that run go to their `after`.
    Drain,
    /// Everything stops where it is.
    Abort,
}

/// Tells running scenarios to end. A clone tells the same scenarios.
#[derive(Clone, Debug)]
pub struct Cancel(watch::Sender<Urgency>);

impl Default for Cancel {
    fn default() -> Self {
        Self(watch::Sender::new(Urgency::None))
    }
}

impl Cancel {
    /// Asks for more urgency: the first call drains, the second aborts.
    pub fn press(&self) {
        self.0.send_modify(|urgency| {
            *urgency = match urgency {
                Urgency::None => Urgency::Drain,
                Urgency::Drain | Urgency::Abort => Urgency::Abort,
            };
        });
    }

    /// How urgent it is now.
    pub fn urgency(&self) -> Urgency {
        *self.0.borrow()
    }

    /// Waits until it is at least as urgent.
    pub async fn reached(&self, urgency: Urgency) {
        let mut receiver = self.0.subscribe();
        // The sender lives as long as `self`, so waiting ends with the urgency alone.
        let _ = receiver.wait_for(|now| *now >= urgency).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urgency_only_grows() {
        let cancel = Cancel::default();
        assert_eq!(cancel.urgency(), Urgency::None);
        cancel.press();
        assert_eq!(cancel.urgency(), Urgency::Drain);
        cancel.press();
        cancel.press();
        assert_eq!(cancel.urgency(), Urgency::Abort);
    }
}
