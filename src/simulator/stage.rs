use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Map;

use super::behaviour::{Memory, Player, Subject};
use super::book::Book;
use super::program::Program;
use super::setup::{Setup, SimulatorConfig};
use crate::catalogue::Catalogue;
use crate::process::{Call, Definition, Effect};
use crate::proof::generate;
use crate::script::{Directive, Entry, Visits};

/// A process that is played without worlds, requests and a clock: what a search for walks needs.
#[derive(Debug)]
pub struct Stage {
    setup: Setup,
    program: Program,
}

impl Stage {
    /// Sets the stage for a definition.
    pub fn new(catalogue: Arc<Catalogue>, definition: Arc<Definition>) -> Self {
        let program = Program::shipped(String::new(), definition, &catalogue);
        let config = SimulatorConfig {
            catalogue,
            definitions: Vec::new(),
            keys: Vec::new(),
            strict_credentials: false,
            now: Timestamp::UNIX_EPOCH,
            secret: [0; 32],
            entropy: Arc::new(|| 0),
            faults: None,
        };
        Self { setup: Setup::new(config), program }
    }
}

impl generate::Stage for Stage {
    type Memory = Memory;

    fn perform(&self, call: Call<'_>, told: Option<Directive>, memory: &mut Memory) -> Effect {
        let mut book = Book::default();
        let entry = |directive| Entry { key: call.node.id.clone(), visits: Visits::Every(directive) };
        book.write_step(told.into_iter().map(entry).collect());
        let (token, mut stubs) = (Map::new(), BTreeSet::new());
        let subject = Subject { instance: "", base_url: "", token: Some(&token) };
        let mut player =
            Player { setup: &self.setup, program: &self.program, subject, book: &mut book, memory, stubs: &mut stubs };
        crate::process::Work::perform(&mut player, call)
    }

    fn leave(&self, memory: &mut Memory) {
        memory.leave();
    }

    fn code(&self, memory: &Memory) -> Option<i64> {
        memory.waiting.failure.as_ref().map(|failure| failure.code)
    }

    fn has_failed_check(&self, memory: &Memory) -> bool {
        memory.has_failed_check()
    }
}
