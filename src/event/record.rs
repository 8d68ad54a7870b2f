use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Excerpt, Verdict};
use crate::expect::Difference;

/// What a run talks to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TargetRecord {
    /// The environment's name.
    pub name: String,
    /// Whether it is a simulator, by its handshake.
    pub simulator: bool,
    /// Its base URL.
    pub base_url: String,
}

/// The part of the selected scenarios that a run is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PartitionRecord {
    /// How scenarios are spread: by `hash` or by `time`.
    pub by: String,
    /// Which part, from 1.
    pub part: u32,
    /// Of how many.
    pub of: u32,
    /// How many scenarios all parts have together.
    #[serde(default)]
    pub all: usize,
    /// What they were spread by, as a hash: the parts of one run have the same, or they do not fit together.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub basis: String,
}

/// A run that a merged stream has taken in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PartRecord {
    /// Its unique id.
    pub run: String,
    /// When it began, UTC, ISO 8601 with milliseconds.
    pub at: String,
    /// How many scenarios it was to run.
    pub scenarios: usize,
    /// Which part it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<PartitionRecord>,
    /// Whether it came to its end.
    pub finished: bool,
}

/// What keeps a run from doing harm.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct GuardsRecord {
    /// The hosts that may be spoken to, where they are listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// Whether the target is marked as production, and was permitted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub production: bool,
    /// Most requests in a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_second: Option<f64>,
    /// Most requests under way at a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_flight: Option<u32>,
    /// Most requests of the run that may change something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mutations: Option<u64>,
    /// Most bytes of bodies that the run may send.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload: Option<u64>,
    /// How many requests in a row without a usable answer stop the sending for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breaker: Option<u32>,
}

impl GuardsRecord {
    /// Whether nothing is guarded.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Why the verdict of a scenario does not count for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct QuarantineRecord {
    /// Why, in the words of who put it there.
    pub reason: String,
    /// The last day on which it does not count, ISO 8601.
    pub until: String,
    /// Whether that day is over, so that it counts again.
    pub expired: bool,
}

/// What a scenario is to the run, other than one of those that were selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// It runs once, before all others.
    Before,
    /// It runs once, after all others.
    After,
}

/// The row of its scenario's `cases` that a scenario is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CaseRecord {
    /// Its number, from 1.
    pub number: u32,
    /// Where it stands: `scenarios/people.csv:4:1`.
    pub at: String,
    /// Its values by column, secrets masked, long ones shortened.
    pub values: Map<String, Value>,
}

/// What a failure that is known came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct KnownFailureRecord {
    /// Where it is followed up.
    pub ticket: String,
    /// The last day on which it does not count, ISO 8601.
    pub until: String,
    /// What came of it.
    pub finding: Finding,
}

/// What came of a failure that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Finding {
    /// The scenario failed, as is known; it does not count.
    Confirmed,
    /// The scenario passed: the failure is gone, or was never there.
    Unexpected,
    /// The day is over, so that a failure counts again.
    Expired,
}

/// The part of a scenario that a step belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Section {
    /// The implied opening of the session.
    Session,
    /// `before:`.
    Before,
    /// `steps:` or `answers:`.
    Steps,
    /// `after:`.
    After,
}

/// One execution of one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StepRecord {
    /// Counts the executed steps of the scenario, from 1; names the step in later events.
    pub number: u32,
    /// The part of the scenario.
    pub section: Section,
    /// The number of the step that it belongs to: whose branch it is part of, or whose fragment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<u32>,
    /// The author's id, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Who does it; absent for the main actor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// What it does: `activity`, `request`, `wait`, `await`, `check`, `use`, `expect`.
    pub kind: String,
    /// The activity's name, the request line, the duration, the path of the call, the fragment's path.
    pub subject: String,
    /// The author's words for it, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How often this activity was visited in this scenario, this time included; 0 where it does not apply.
    pub visit: u32,
}

/// An element of a process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ElementRecord {
    /// Its id in the diagram, if the engine tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name in the diagram.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The activity that it is, by the catalogue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<String>,
}

impl ElementRecord {
    /// What it is known by: its id, else its name.
    pub fn known(&self) -> Option<String> {
        self.id.clone().or_else(|| self.name.clone())
    }
}

/// A request with its answer, or with the reason why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ExchangeRecord {
    /// The name of the exchange, or `request`.
    pub name: String,
    /// Which try this was, from 1.
    pub attempt: u32,
    /// What was sent.
    pub request: RequestRecord,
    /// What came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<ResponseRecord>,
    /// Why nothing came back, or nothing that can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<TransportError>,
    /// From sending to the last byte, in milliseconds.
    pub millis: f64,
    /// Until the head of the answer was there, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_byte_millis: Option<f64>,
}

/// A request as it was sent, secrets masked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RequestRecord {
    /// The correlation id.
    pub id: String,
    /// The method.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// The headers that flowproof set.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: BodyRecord,
    /// A command line that sends the same, with secrets as environment names.
    pub curl: String,
}

/// An answer as it came, secrets masked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ResponseRecord {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: BodyRecord,
}

/// A call of the engine that a step has awaited, secrets masked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CallRecord {
    /// The method.
    pub method: String,
    /// The path behind `listener.url`, with the query.
    pub path: String,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: BodyRecord,
}

/// A body, shortened where it is long and described where it is not text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum BodyRecord {
    /// There is none.
    None,
    /// JSON; long texts inside are cut and say so.
    Json {
        /// The value.
        value: Value,
        /// Its size on the wire in bytes.
        bytes: u64,
    },
    /// Other text, cut to its beginning.
    Text {
        /// The text or its beginning.
        text: String,
        /// Its size on the wire in bytes.
        bytes: u64,
        /// Whether it was cut.
        cut: bool,
    },
    /// Anything else: images, archives.
    Binary {
        /// The media type.
        media: String,
        /// Its size in bytes.
        bytes: u64,
        /// The SHA-256 of its bytes, in hexadecimal.
        sha256: String,
    },
}

/// The part of an exchange in which it broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ErrorPhase {
    /// The request could not be built: a bad URL, a host that is not allowed.
    Request,
    /// The host's name was not resolved.
    Dns,
    /// No connection was made.
    Connect,
    /// The TLS handshake failed.
    Tls,
    /// The time was up.
    Timeout,
    /// The connection broke before the whole answer was there.
    Cut,
    /// The answer is not what the protocol says: not HTTP, too large, not JSON, a redirect to elsewhere.
    Protocol,
}

/// Why an exchange has no usable answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TransportError {
    /// Where it broke.
    pub phase: ErrorPhase,
    /// What happened and what to do, in a sentence.
    pub message: String,
}

impl TransportError {
    /// What happened, and what to do about it, which stands behind a semicolon.
    pub fn parts(&self) -> (&str, Option<&str>) {
        match self.message.split_once("; ") {
            Some((what, advice)) => (what, Some(advice)),
            None => (&self.message, None),
        }
    }
}

/// One look at an answer that is waited for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PollRecord {
    /// Which look it is, from 1.
    pub number: u32,
    /// When it was sent, as ISO 8601 time since the first.
    pub after: String,
    /// The HTTP status.
    pub status: u16,
    /// The outcome, if an activity is polled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// The code, if the answer had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<i64>,
    /// What it came to.
    pub result: PollResult,
    /// The first thing that is not as it is waited for, or that shows that it never will be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What one look at an answer that is waited for came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PollResult {
    /// Not yet.
    Waiting,
    /// It is what was waited for.
    Reached,
    /// It shows that what is waited for will never come.
    KnownBad,
    /// Not yet, and the time is up.
    Deadline,
}

/// Whether an expectation holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Held {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// It could not be judged.
    Undecided,
}

/// One expectation and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ExpectationRecord {
    /// What is judged: `outcome`, `status`, `body $.code`.
    pub subject: String,
    /// Whether it holds.
    pub held: Held,
    /// What was expected, for people.
    pub expected: String,
    /// What came; absent if nothing did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<Value>,
    /// The sentence that says it.
    pub message: String,
    /// Where two JSON values differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// The author's lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<Excerpt>,
}

/// A problem of a scenario, as it is shown at the end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Problem {
    /// A stable id: `expect/outcome`, `run/position`, `run/transport` …
    pub id: String,
    /// What it makes of the scenario: failed, errored or aborted.
    pub verdict: Verdict,
    /// One sentence.
    pub message: String,
    /// The number of the step in which it arose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<u32>,
    /// The author's lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<Excerpt>,
    /// Further lines: what was expected, where the process stands, what to do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Where two JSON values differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// The part of the answer's body that it is about, as JSONPath.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The values that its step read, and where they came from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<ValueRecord>,
    /// Where the process stood, and what it would have accepted there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<Box<StandingRecord>>,
}

/// A value that a step read, and where it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ValueRecord {
    /// Its name, as templates read it: `vars.picture`.
    pub name: String,
    /// The value, secrets masked; a long one is shortened to a text.
    pub value: Value,
    /// Where it came from, in words: ``saved from `$.id` of the answer``.
    pub origin: String,
    /// Where that is written: `scenarios/a.yaml:5:12`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The number of the step whose answer it is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<u32>,
    /// The correlation id of the request that was answered with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
}

/// Where the process stood when a problem arose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StandingRecord {
    /// In words: ``at `confirm-face` (Confirm Face Image)``.
    pub told: String,
    /// The element; absent when the process has ended, or if it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub element: Option<ElementRecord>,
    /// The state of the instance, in the engine's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The inputs of the activity that it would have accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<String>,
}

/// One visit of a walk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WalkRecord {
    /// The activity.
    pub activity: String,
    /// Its outcome.
    pub outcome: String,
    /// The code, if the answer had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<i64>,
    /// Who did it, where that is one who has joined the walk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
}

/// A place where a process was seen to stand, and what came of that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StopRecord {
    /// The element: its id, else its name. Absent if it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub element: Option<String>,
    /// The activity that was done there; absent if nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<String>,
    /// Its outcome; `timeout` if the time was up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// The code, if the answer had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<i64>,
}

/// The walk of another actor than the main one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OtherWalk {
    /// The actor.
    pub actor: String,
    /// The activities that were visited, with their outcomes.
    pub walk: Vec<WalkRecord>,
}
