use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a simulator is told for one world.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Process variables at the start; a dotted name sets a member.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub start: Map<String, Value>,
    /// What automatic elements and activities are to do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<Entry>,
}

/// What one element is to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The name of an automatic or interactive activity, the id or name of an element, or the value of one of the input
    /// parameters that the catalogue lists as `keys`.
    pub key: String,
    /// What it does, visit by visit.
    pub visits: Visits,
}

/// For which visits something is said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Visits {
    /// The same for every visit.
    Every(Directive),
    /// One visit each, in order; later visits take the default.
    Each(Vec<Directive>),
}

/// What is done in one visit. Nothing set means that it passes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Directive {
    /// The outcome, by its name in the catalogue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// The code on the wire; alone it names the outcome that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<i64>,
    /// A BPMN error to raise, whatever the catalogue knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Process variables to set; a dotted name sets a member.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub set: Map<String, Value>,
    /// Results, which are stored where the catalogue says that the element's results stand.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub results: Map<String, Value>,
}
