use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::diagnostic::Diagnostics;
use crate::scenario::Scenario;
use crate::source::{FileId, Sources};

/// A scenario as a plan holds it: as its text, which is a tenth of what is made of it, to be read again when its turn comes.
/// Only the few scenarios that run at the moment need more.
#[derive(Clone, Debug)]
pub enum Held {
    /// As it was read: its text alone would not give it again.
    Whole(Arc<Scenario>),
    /// As its text.
    Text(FileId),
    /// As its text, and as what was last read of it for as long as a case of it runs.
    Cases(FileId, Arc<Mutex<Weak<Scenario>>>),
}

impl Held {
    /// The file of its text.
    pub fn file(&self) -> FileId {
        match self {
            Self::Whole(scenario) => scenario.file,
            Self::Text(file) | Self::Cases(file, _) => *file,
        }
    }

    /// What the scenario says.
    pub fn scenario(&self, sources: &Sources) -> Arc<Scenario> {
        let read = |file: &FileId| {
            let read = Scenario::read(sources, *file, &mut Diagnostics::new());
            Arc::new(read.expect("a text that was a scenario is one again"))
        };
        match self {
            Self::Whole(scenario) => scenario.clone(),
            Self::Text(file) => read(file),
            Self::Cases(file, last) => {
                // A thread that panicked while it held the lock left a sound value behind.
                let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
                last.upgrade().unwrap_or_else(|| {
                    let scenario = read(file);
                    *last = Arc::downgrade(&scenario);
                    scenario
                })
            }
        }
    }

    /// Lets go of what can be read again.
    pub fn shrink(&mut self) {
        if let Self::Whole(scenario) = self {
            *self = match scenario.cases {
                None => Self::Text(scenario.file),
                Some(_) => Self::Cases(scenario.file, Arc::default()),
            };
        }
    }
}
