use serde::{Deserialize, Serialize};

use super::{ConditionCoverage, Criterion, Element, Figure, LoopCoverage, ScenarioCoverage};

/// The version of the form of a stored coverage. It grows when a reader of an older one would misread a newer one.
pub const VERSION: u32 = 1;

/// What scenarios that were run have proven of a process definition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// The version of the form.
    pub version: u32,
    /// The name of the process in the settings, or the file.
    pub process: String,
    /// The id of the process in its diagram.
    pub definition: String,
    /// The ids of the runs.
    pub runs: Vec<String>,
    /// One figure for each criterion that applies, in the order of [`Criterion::ALL`].
    pub figures: Vec<Figure>,
    /// Nodes, then flows, each in document order.
    pub elements: Vec<Element>,
    /// The conditions that can be true and false, in document order of their flows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<ConditionCoverage>,
    /// The ways that lead back, in the order of the diagram's arcs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loops: Vec<LoopCoverage>,
    /// The error codes that are declared or caught, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<CodeCoverage>,
    /// The scenarios that walked the process, in the order in which they were taken in.
    pub scenarios: Vec<ScenarioCoverage>,
    /// Elements that the runs told of and that the definition does not have, sorted: another version of it was walked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
}

/// Whether an error code was seen to be caught.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeCoverage {
    /// The code; absent for the events that catch every code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Whether the definition declares it.
    pub declared: bool,
    /// Whether an event that can be reached catches it.
    pub catchable: bool,
    /// How often it was caught.
    pub caught: u64,
    /// How often it was thrown and nothing caught it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub uncaught: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(super) fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Coverage {
    /// The figure of a criterion, if that applies.
    pub fn figure(&self, criterion: Criterion) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.criterion == criterion)
    }

    /// The element of an id.
    pub fn element(&self, id: &str) -> Option<&Element> {
        self.elements.iter().find(|element| element.id == id)
    }

    /// The elements that can be covered and are not, in the order of [`Coverage::elements`].
    pub fn uncovered(&self) -> impl Iterator<Item = &Element> {
        self.elements.iter().filter(|element| element.state == super::State::Uncovered)
    }

    /// Reads stored ones: a list.
    ///
    /// # Errors
    /// Why the text is none.
    pub fn read_all(text: &str) -> Result<Vec<Self>, String> {
        let all: Vec<Self> = serde_json::from_str(text).map_err(|error| error.to_string())?;
        match all.iter().find(|coverage| coverage.version != VERSION) {
            Some(other) => Err(format!("it has the version {}, and this flowproof reads {VERSION}", other.version)),
            None => Ok(all),
        }
    }
}
