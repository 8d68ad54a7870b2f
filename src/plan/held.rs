use std::sync::Arc;

use crate::diagnostic::Diagnostics;
use crate::scenario::Scenario;
use crate::source::{FileId, Sources};

/// A scenario as a plan holds it. What makes many scenarios is held as it was read and shared by them. What makes one is
/// read again from its text when its turn comes: a text is a tenth of what is made of it, and only the few scenarios that
/// run at the moment need more.
#[derive(Clone, Debug)]
pub enum Held {
    /// As it was read.
    Whole(Arc<Scenario>),
    /// As its text.
    Text(FileId),
}

impl Held {
    /// What the scenario says.
    pub fn scenario(&self, sources: &Sources) -> Arc<Scenario> {
        match self {
            Self::Whole(scenario) => scenario.clone(),
            Self::Text(file) => {
                let read = Scenario::read(sources, *file, &mut Diagnostics::new());
                Arc::new(read.expect("a text that was a scenario is one again"))
            }
        }
    }

    /// Lets go of what can be read again.
    pub fn shrink(&mut self) {
        if let Self::Whole(scenario) = self {
            *self = Self::Text(scenario.file);
        }
    }
}
