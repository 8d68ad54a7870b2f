//! The Common Test Report Format, as its schema permits it: <https://ctrf.io>.

use std::collections::BTreeMap;
use std::io::Write;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::format::put;
use super::story::{Attempt, Meaning, Story};
use super::{ReportError, StoredRun};
use crate::event::Verdict;

/// The version of the specification.
const SPECIFICATION: &str = "0.0.0";

pub(super) fn write(run: &StoredRun, out: &mut dyn Write) -> Result<(), ReportError> {
    let head = run.heads.first();
    let (run_id, at) = head.map(|head| (head.run.as_str(), head.at.as_str())).unwrap_or_default();
    put(out, format!("{{\n\"reportFormat\":\"CTRF\",\n\"specVersion\":\"{SPECIFICATION}\""))?;
    let generated_by = format!("flowproof {}", env!("CARGO_PKG_VERSION"));
    for (name, value) in [("runId", run_id), ("timestamp", at), ("generatedBy", generated_by.as_str())] {
        put(out, format!(",\n\"{name}\":{}", json!(value)))?;
    }
    let version = head.map_or(env!("CARGO_PKG_VERSION"), |head| head.flowproof.as_str());
    let tool = json!({ "name": "flowproof", "version": version });
    put(out, format!(",\n\"results\":{{\n\"tool\":{tool},\n\"tests\":["))?;
    let mut counts = Counts::default();
    let mut gap = "\n";
    for scenario in run.scenarios()? {
        let scenario = scenario?;
        let test = Test::of(&Story::of(&scenario));
        counts.add(&test);
        put(out, std::mem::replace(&mut gap, ",\n"))?;
        put(out, serde_json::to_vec(&test).map_err(|error| ReportError::Output(error.into()))?)?;
    }
    let start = moment(at).unwrap_or_default();
    let summary = counts.summary(start, run.millis.unwrap_or_default());
    let environment = json!({
        "testEnvironment": head.map(|head| head.target.name.as_str()).unwrap_or_default(),
        "extra": { "seed": head.map(|head| head.seed), "simulator": head.map(|head| head.target.simulator) },
    });
    put(out, format!("\n],\n\"summary\":{summary},\n\"environment\":{environment}\n}}\n}}\n"))
}

/// The tests by what they came to.
#[derive(Default)]
struct Counts {
    tests: u64,
    by_status: BTreeMap<&'static str, u64>,
    flaky: u64,
}

impl Counts {
    fn add(&mut self, test: &Test) {
        self.tests += 1;
        *self.by_status.entry(test.status).or_default() += 1;
        self.flaky += u64::from(test.flaky);
    }

    fn summary(&self, start: i64, millis: f64) -> Value {
        let of = |status| self.by_status.get(status).copied().unwrap_or(0);
        let duration = whole(millis);
        json!({
            "tests": self.tests,
            "passed": of("passed"),
            "failed": of("failed"),
            "skipped": of("skipped"),
            "pending": of("pending"),
            "other": of("other"),
            "flaky": self.flaky,
            "start": start,
            "stop": start.saturating_add(duration),
            "duration": duration,
        })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Test {
    test_id: String,
    name: String,
    status: &'static str,
    duration: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop: Option<i64>,
    suite: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    raw_status: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    file_path: String,
    retries: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    retry_attempts: Vec<Retry>,
    flaky: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    steps: Vec<Value>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    extra: Map<String, Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Retry {
    attempt: u32,
    status: &'static str,
    duration: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<i64>,
}

impl Test {
    fn of(story: &Story<'_>) -> Self {
        let (status, message) = match story.meaning() {
            Meaning::Passed => ("passed", None),
            Meaning::Skipped(reason) => ("skipped", Some(reason)),
            Meaning::Failed(message) => ("failed", Some(message)),
            // It failed for those who know no third; what it was is the raw status.
            Meaning::Errored(message) => ("failed", Some(message)),
        };
        let end = story.end.as_ref();
        let (file, _) = story.file_and_case();
        let start = story.at().and_then(moment);
        let duration = whole(end.map_or(0.0, |end| end.millis));
        let excerpt = end.and_then(|end| end.problems.iter().find_map(|problem| problem.excerpt.as_ref()));
        let attempts = story.attempts.as_slice();
        let steps = attempts.last().map(|attempt| attempt.steps.as_slice()).unwrap_or_default();
        let steps = steps.iter().map(|step| {
            let status = step.verdict.map_or("other", status_of);
            json!({ "name": step.name(), "status": status, "extra": { "duration": whole(step.millis) } })
        });
        let mut extra = Map::new();
        let texts = [("owner", story.owner), ("process", story.process)];
        extra.extend(texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text?)))));
        if !story.covers.is_empty() {
            extra.insert("covers".to_owned(), json!(story.covers));
        }
        Self {
            test_id: story.id.to_owned(),
            name: story.name(),
            status,
            duration,
            start,
            stop: start.map(|start| start.saturating_add(duration)),
            suite: file.split('/').map(str::to_owned).collect(),
            message,
            trace: Some(story.text()).filter(|text| !text.is_empty()),
            snippet: excerpt.map(|excerpt| excerpt.text.clone()),
            line: excerpt.map(|excerpt| excerpt.line),
            raw_status: end.map_or("unfinished", |end| end.verdict.as_str()).to_owned(),
            tags: story.tags.to_vec(),
            file_path: file.to_owned(),
            retries: attempts.len().saturating_sub(1),
            retry_attempts: match attempts {
                [] | [_] => Vec::new(),
                attempts => attempts.iter().map(Retry::of).collect(),
            },
            flaky: end.is_some_and(|end| end.flaky),
            parameters: story.case.map(|case| Value::Object(case.values.clone())),
            steps: steps.collect(),
            extra,
        }
    }
}

impl Retry {
    fn of(attempt: &Attempt<'_>) -> Self {
        Self {
            attempt: attempt.number,
            status: attempt.verdict.map_or("other", status_of),
            duration: whole(attempt.millis),
            message: attempt.problems.first().map(|problem| problem.message.clone()),
            trace: Some(attempt.text()).filter(|text| !text.is_empty()),
            start: moment(attempt.at),
        }
    }
}

fn status_of(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Skipped => "skipped",
        Verdict::Failed | Verdict::Errored => "failed",
        Verdict::Aborted => "other",
    }
}

/// A time as milliseconds since 1970.
pub(super) fn moment(at: &str) -> Option<i64> {
    at.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
}

/// A duration in whole milliseconds.
#[expect(clippy::cast_possible_truncation, reason = "what is too long becomes the longest")]
pub(super) fn whole(millis: f64) -> i64 {
    millis.round().max(0.0) as i64
}
