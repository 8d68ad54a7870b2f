use std::collections::BTreeMap;

use crate::plan::Filter;
use crate::scenario::Scenario;

/// Which of the scenarios found are meant.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// A scenario must have one of these tags; none means any.
    pub tags: Vec<String>,
    /// A scenario must have none of these.
    pub without: Vec<String>,
    /// What else must hold of it.
    pub filter: Option<Filter>,
}

impl Selection {
    /// What tags say: those that begin with `!` are not to be there.
    pub fn by_tags(all: &[String]) -> Self {
        let (without, tags): (Vec<&String>, Vec<&String>) = all.iter().partition(|tag| tag.starts_with('!'));
        Self {
            tags: tags.into_iter().cloned().collect(),
            without: without.into_iter().map(|tag| tag.trim_start_matches('!').to_owned()).collect(),
            filter: None,
        }
    }

    /// Whether a scenario has the right tags.
    pub(super) fn fits_tags(&self, scenario: &Scenario) -> bool {
        let has = |wanted: &[String]| scenario.tags.iter().any(|tag| wanted.contains(&tag.value));
        (self.tags.is_empty() || has(&self.tags)) && !has(&self.without)
    }
}

/// What was there to select from.
#[derive(Clone, Debug, Default)]
pub struct Offered {
    /// How many files with scenarios were read.
    pub files: usize,
    /// How many of them have each tag.
    pub tags: BTreeMap<String, usize>,
}

impl Offered {
    pub(super) fn add(&mut self, scenario: &Scenario) {
        self.files += 1;
        for tag in &scenario.tags {
            *self.tags.entry(tag.value.clone()).or_default() += 1;
        }
    }
}
