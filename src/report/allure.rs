//! Allure 2 results: a folder with a JSON file per attempt of a scenario, and texts of what was sent and answered.

use std::fs;
use std::io;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::ctrf::{moment, whole};
use super::exchange::whole_text;
use super::story::{Attempt, Meaning, Step, Story};
use super::{ReportError, StoredRun};
use crate::event::Verdict;

/// Writes the results into a folder, which is made; results of other runs in it are kept, as Allure wants it.
pub(super) fn write(run: &StoredRun, folder: &Path) -> Result<(), ReportError> {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = folder.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let done = fs::create_dir_all(&beside).map_err(ReportError::Output).and_then(|()| fill(run, &beside));
    let done = done.and_then(|()| moved(&beside, folder).map_err(ReportError::Output));
    if done.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_dir_all(&beside);
    }
    done
}

/// Moves a folder to its place; what is in it, if there is one already.
fn moved(from: &Path, to: &Path) -> io::Result<()> {
    if !to.exists() {
        return fs::rename(from, to);
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::rename(entry.path(), to.join(entry.file_name()))?;
    }
    fs::remove_dir(from)
}

fn fill(run: &StoredRun, folder: &Path) -> Result<(), ReportError> {
    let write = |name: &str, text: &[u8]| fs::write(folder.join(name), text).map_err(ReportError::Output);
    let head = run.heads.first();
    if let Some(head) = head {
        let facts = [
            ("target", head.target.name.clone()),
            ("base_url", head.target.base_url.clone()),
            ("seed", head.seed.to_string()),
            ("run", head.run.clone()),
            ("flowproof", head.flowproof.clone()),
        ];
        let lines: String = facts.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        write("environment.properties", lines.as_bytes())?;
    }
    let id = head.map(|head| head.run.as_str()).unwrap_or_default();
    for scenario in run.scenarios()? {
        let scenario = scenario?;
        let story = Story::of(&scenario);
        let never = Attempt::default();
        let attempts = if story.attempts.is_empty() { std::slice::from_ref(&never) } else { &story.attempts };
        for (index, attempt) in attempts.iter().enumerate() {
            let uuid = uuid(&[id, story.id, &attempt.number.to_string()]);
            let mut files = Files { prefix: uuid.clone(), texts: Vec::new() };
            let last = index + 1 == attempts.len();
            let outcome = Outcome::of(&story, attempt, last, uuid, &mut files);
            let text = serde_json::to_vec(&outcome).map_err(|error| ReportError::Output(error.into()))?;
            write(&format!("{}-result.json", outcome.uuid), &text)?;
            for (name, text) in files.texts {
                write(&name, text.as_bytes())?;
            }
        }
    }
    Ok(())
}

/// An id that is always that of the same things.
fn uuid(parts: &[&str]) -> String {
    let hash = Sha256::digest(parts.join("\n"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Uuid::from_bytes(bytes).to_string()
}

/// Texts that go along.
struct Files {
    prefix: String,
    texts: Vec<(String, String)>,
}

impl Files {
    fn add(&mut self, name: &str, text: String) -> Attachment {
        let source = format!("{}-{}-attachment.txt", self.prefix, self.texts.len() + 1);
        self.texts.push((source.clone(), text));
        Attachment { name: name.to_owned(), source, kind: "text/plain" }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    uuid: String,
    history_id: String,
    test_case_id: String,
    full_name: String,
    name: String,
    status: &'static str,
    status_details: Details,
    stage: &'static str,
    start: i64,
    stop: i64,
    labels: Vec<Named>,
    parameters: Vec<Named>,
    steps: Vec<Stage>,
    attachments: Vec<Attachment>,
}

#[derive(Serialize)]
struct Details {
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<String>,
    flaky: bool,
    known: bool,
    muted: bool,
}

#[derive(Serialize)]
struct Named {
    name: String,
    value: String,
}

#[derive(Serialize)]
struct Stage {
    name: String,
    status: &'static str,
    stage: &'static str,
    start: i64,
    stop: i64,
    steps: Vec<Stage>,
    attachments: Vec<Attachment>,
}

#[derive(Serialize)]
struct Attachment {
    name: String,
    source: String,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl Outcome {
    fn of(story: &Story<'_>, attempt: &Attempt<'_>, last: bool, uuid: String, files: &mut Files) -> Self {
        let end = story.end.as_ref().filter(|_| last);
        let (status, message) = match (story.meaning(), attempt.verdict) {
            (_, Some(verdict)) if !last => (status(verdict), attempt.problems.first().map(|one| one.message.clone())),
            (Meaning::Passed, _) => ("passed", None),
            (Meaning::Skipped(reason), _) => ("skipped", Some(reason)),
            (Meaning::Failed(message), _) => ("failed", Some(message)),
            (Meaning::Errored(message), _) => ("broken", Some(message)),
        };
        let text = if last { story.text() } else { attempt.text() };
        let start = moment(attempt.at).or(story.at().and_then(moment)).unwrap_or_default();
        let id = self::uuid(&[story.id]);
        let mut attachments = Vec::new();
        // Many files are slow to make: what went well has one.
        let apart = !matches!(status, "passed" | "skipped");
        if !apart {
            let exchanges = attempt.steps.iter().flat_map(|step| {
                let texts = step.exchanges.iter().map(|exchange| whole_text(exchange));
                std::iter::once(format!("── {} ──\n", step.name())).chain(texts).collect::<Vec<_>>()
            });
            let text = exchanges.collect::<Vec<_>>().join("\n");
            if !text.is_empty() {
                attachments.push(files.add("requests and responses", text));
            }
        }
        Self {
            uuid,
            history_id: id.clone(),
            test_case_id: id,
            full_name: story.id.to_owned(),
            name: story.name(),
            status,
            status_details: Details {
                message,
                trace: Some(text).filter(|text| !text.is_empty()),
                flaky: end.is_some_and(|end| end.flaky),
                known: end.is_some_and(|end| end.known.is_some()),
                muted: end.is_some_and(|end| end.quarantine.is_some_and(|quarantine| !quarantine.expired)),
            },
            stage: "finished",
            start,
            stop: start.saturating_add(whole(attempt.millis)),
            labels: labels(story),
            parameters: parameters(story),
            steps: stages(&attempt.steps, &[], apart, files),
            attachments,
        }
    }
}

fn labels(story: &Story<'_>) -> Vec<Named> {
    let (file, _) = story.file_and_case();
    let (folder, suite) = file.rsplit_once('/').unwrap_or(("", file));
    let mut all = vec![("framework", "flowproof"), ("package", file), ("parentSuite", folder), ("suite", suite)];
    all.extend(story.process.map(|process| ("feature", process)));
    all.extend(story.owner.map(|owner| ("owner", owner)));
    all.extend(story.tags.iter().map(|tag| ("tag", tag.as_str())));
    all.extend(story.covers.iter().map(|covers| ("covers", covers.as_str())));
    let named = |(name, value): (&str, &str)| Named { name: name.to_owned(), value: value.to_owned() };
    all.into_iter().filter(|(_, value)| !value.is_empty()).map(named).collect()
}

fn parameters(story: &Story<'_>) -> Vec<Named> {
    let values = story.case.into_iter().flat_map(|case| &case.values);
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    values.map(|(name, value)| Named { name: name.clone(), value: text(value) }).collect()
}

/// Most levels of steps within steps.
const MOST_LEVELS: usize = 16;

/// The steps that belong to one, or to none, with those that belong to them.
fn stages(steps: &[Step<'_>], within: &[u32], apart: bool, files: &mut Files) -> Vec<Stage> {
    if within.len() == MOST_LEVELS {
        return Vec::new();
    }
    let own = steps.iter().filter(|step| step.record.within == within.last().copied());
    own.map(|step| {
        let start = moment(step.at).unwrap_or_default();
        let exchanges = step.exchanges.iter().filter(|_| apart);
        Stage {
            name: step.name(),
            status: step.verdict.map_or("broken", status),
            stage: "finished",
            start,
            stop: start.saturating_add(whole(step.millis)),
            attachments: exchanges.map(|exchange| files.add(&exchange.name, whole_text(exchange))).collect(),
            steps: stages(steps, &[within, &[step.record.number]].concat(), apart, files),
        }
    })
    .collect()
}

fn status(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Skipped => "skipped",
        Verdict::Failed => "failed",
        Verdict::Errored | Verdict::Aborted => "broken",
    }
}
