use std::time::Duration;

use tokio::sync::watch;

/// How urgently a run is to end. The order is that of urgency; it only grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Not at all.
    #[default]
    None,
    /// No scenario is begun; those that run go to their end.
    Finish,
    /// No scenario is begun; those that run go to their `after`.
    Drain,
    /// Everything stops where it is.
    Abort,
}

/// Why a run ends before its scenarios have all come to a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Somebody asked for it.
    Interrupted,
    /// So many scenarios failed or errored, which is the most that may.
    Failures(usize),
    /// It takes longer than it may.
    Timeout(Duration),
}

impl Why {
    /// The id of the problem that it is for a scenario which it stops.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Interrupted => "run/interrupted",
            Self::Failures(_) => "run/max-failures",
            Self::Timeout(_) => "run/run-timeout",
        }
    }
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Interrupted => f.write_str("the run was interrupted"),
            Self::Failures(most) => write!(f, "as many scenarios as may had failed (`max-failures`: {most})"),
            Self::Timeout(limit) => write!(f, "the time for the run was over (`run-timeout`: {limit:?})"),
        }
    }
}

/// Tells running scenarios to end. A clone tells the same scenarios.
#[derive(Clone, Debug)]
pub struct Cancel(watch::Sender<(Urgency, Why)>);

impl Default for Cancel {
    fn default() -> Self {
        Self(watch::Sender::new((Urgency::None, Why::Interrupted)))
    }
}

impl Cancel {
    /// Asks for more urgency: the first call drains, the second aborts.
    pub fn press(&self) {
        self.0.send_modify(|(urgency, why)| {
            *why = Why::Interrupted;
            *urgency = match urgency {
                Urgency::None | Urgency::Finish => Urgency::Drain,
                Urgency::Drain | Urgency::Abort => Urgency::Abort,
            };
        });
    }

    /// Ends the run for a reason of its own, unless it ends as urgently already.
    pub(super) fn end(&self, urgency: Urgency, why: Why) {
        self.0.send_if_modified(|now| {
            let grows = urgency > now.0;
            if grows {
                *now = (urgency, why);
            }
            grows
        });
    }

    /// How urgent it is now.
    pub fn urgency(&self) -> Urgency {
        self.0.borrow().0
    }

    /// Why the run is to end; `None` if it is not.
    pub fn why(&self) -> Option<Why> {
        let (urgency, why) = *self.0.borrow();
        (urgency > Urgency::None).then_some(why)
    }

    /// Waits until it is at least as urgent.
    pub async fn reached(&self, urgency: Urgency) {
        let mut receiver = self.0.subscribe();
        // The sender lives as long as `self`, so waiting ends with the urgency alone.
        let _ = receiver.wait_for(|(now, _)| *now >= urgency).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urgency_only_grows() {
        let cancel = Cancel::default();
        assert_eq!((cancel.urgency(), cancel.why()), (Urgency::None, None));
        cancel.press();
        assert_eq!(cancel.urgency(), Urgency::Drain);
        cancel.end(Urgency::Finish, Why::Failures(1));
        cancel.end(Urgency::Drain, Why::Timeout(Duration::ZERO));
        assert_eq!((cancel.urgency(), cancel.why()), (Urgency::Drain, Some(Why::Interrupted)));
        cancel.press();
        cancel.press();
        assert_eq!(cancel.urgency(), Urgency::Abort);
    }

    #[test]
    fn the_more_urgent_reason_counts() {
        let cancel = Cancel::default();
        cancel.end(Urgency::Finish, Why::Failures(3));
        assert_eq!((cancel.urgency(), cancel.why()), (Urgency::Finish, Some(Why::Failures(3))));
        cancel.end(Urgency::Drain, Why::Timeout(Duration::from_secs(9)));
        assert_eq!(cancel.why(), Some(Why::Timeout(Duration::from_secs(9))));
        cancel.press();
        assert_eq!((cancel.urgency(), cancel.why()), (Urgency::Abort, Some(Why::Interrupted)));
    }
}
