use std::io::{self, Write};

use super::detail::detail;
use super::packed::write_packed;
use super::past::PastRun;
use super::shared::Shared;
use crate::report::StoredScenario;

/// Bytes of JSON after which a block is complete: enough to compress well, and unpacked in an instant.
const BLOCK: usize = 256 << 10;

/// Writes what happened in scenarios, several to a block. Each is a pair: the shared values that it is the first of the block
/// to have, and what happened, in which numbers stand for shared values.
pub(super) struct Blocks<'a> {
    out: &'a mut dyn Write,
    shared: Shared,
    /// The block as JSON, but for its last bracket.
    json: Vec<u8>,
    scenarios: usize,
    /// The number of the block's first scenario.
    first: usize,
}

impl<'a> Blocks<'a> {
    pub fn new(out: &'a mut dyn Write) -> Self {
        Self { out, shared: Shared::default(), json: Vec::new(), scenarios: 0, first: 0 }
    }

    /// Takes the next scenario.
    ///
    /// # Errors
    /// If a block cannot be written.
    pub fn add(&mut self, scenario: &StoredScenario, past: &[PastRun]) -> io::Result<()> {
        let detail = detail(scenario, past, &mut self.shared);
        self.json.push(if self.scenarios == 0 { b'[' } else { b',' });
        write!(self.json, "[[{}],", self.shared.take_added())?;
        serde_json::to_writer(&mut self.json, &detail)?;
        self.json.push(b']');
        self.scenarios += 1;
        if self.json.len() >= BLOCK { self.flush() } else { Ok(()) }
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        if self.scenarios > 0 {
            self.json.push(b']');
            write_packed(self.out, "block", self.first, &self.json)?;
            self.first += self.scenarios;
            self.scenarios = 0;
            self.json.clear();
            self.shared = Shared::default();
        }
        Ok(())
    }
}
