use super::Evidence;

/// Most scenarios that are named for an element.
const MOST_NAMED: usize = 20;

/// How often something was passed, and by which scenarios.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// By all scenarios.
    pub hits: u64,
    /// How many scenarios.
    pub scenarios: u64,
    /// The first of them, by number.
    pub by: Vec<u32>,
    /// The last of them.
    last: Option<u32>,
    /// By the last of them.
    now: u64,
    observed: bool,
}

impl Tally {
    /// Counts once more.
    pub fn hit(&mut self, scenario: u32, evidence: Evidence) {
        self.hits += 1;
        self.observed |= evidence == Evidence::Observed;
        if self.last != Some(scenario) {
            (self.last, self.now) = (Some(scenario), 0);
            self.scenarios += 1;
            if self.by.len() < MOST_NAMED {
                self.by.push(scenario);
            }
        }
        self.now += 1;
    }

    pub fn is_hit(&self) -> bool {
        self.hits > 0
    }

    /// How often one scenario passed it, of which no later one was counted.
    pub fn of(&self, scenario: u32) -> u64 {
        if self.last == Some(scenario) { self.now } else { 0 }
    }

    /// The only scenario that passed it.
    pub fn sole(&self) -> Option<u32> {
        self.by.first().copied().filter(|_| self.scenarios == 1)
    }

    pub fn evidence(&self) -> Option<Evidence> {
        let evidence = if self.observed { Evidence::Observed } else { Evidence::Inferred };
        self.is_hit().then_some(evidence)
    }

    pub fn is_inferred(&self) -> bool {
        self.evidence() == Some(Evidence::Inferred)
    }
}
