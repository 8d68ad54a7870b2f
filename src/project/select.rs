use crate::scenario::Scenario;

/// Which of the scenarios found are meant.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// A scenario must have one of these tags; none means any.
    pub tags: Vec<String>,
}

impl Selection {
    /// Whether a scenario is meant.
    pub fn includes(&self, scenario: &Scenario) -> bool {
        self.tags.is_empty() || scenario.tags.iter().any(|tag| self.tags.contains(&tag.value))
    }
}
