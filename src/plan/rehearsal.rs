use serde::Serialize;
use serde_json::{Map, Value};

use crate::event::{BodyRecord, StepRecord};

/// What a scenario would do, as far as that is known before it is run. Secrets are masked in it.
///
/// What only the run can tell stands as a text between `‹` and `›` that says where it will come from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rehearsal {
    /// The scenario's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Why it would be skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
    /// The row that it is made of.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub case: Map<String, Value>,
    /// The variables that its steps read.
    pub vars: Map<String, Value>,
    /// What it would do, in the order of the file.
    pub steps: Vec<RehearsedStep>,
    /// What must hold in the end, as it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expect: Option<String>,
    /// Why it could not be carried out, as far as that is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
}

/// What a step would do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RehearsedStep {
    /// The step; its number is that of a run in which everything before it is done once.
    pub step: StepRecord,
    /// Where it stands: `scenarios/a.yaml:5:5`; absent for what opens the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// When it is done, where that is not always: a condition, an outcome, a place of the process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// What it would send.
    pub requests: Vec<RehearsedRequest>,
    /// What it would judge, as it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expect: Option<String>,
    /// What it would save.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub saves: Vec<String>,
    /// What it would do for which outcome: `quality-failure: goto selfie`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub on: Vec<String>,
}

/// A request that would be sent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RehearsedRequest {
    /// The exchange in the catalogue, or `request`.
    pub name: String,
    /// The method.
    pub method: String,
    /// The path and the query; the whole URL where it is of another host.
    pub path: String,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body, shortened.
    pub body: BodyRecord,
}
