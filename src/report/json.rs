//! One JSON document of the whole run; docs/reports.md describes it.
//!
//! What depends on the clock or on chance stands below `run`, `timing` and `evidence`, so that the rest is the same, byte for
//! byte, whenever the same scenarios are run with the same seed on the same target, in one piece or in several.

use std::io::Write;

use serde::Serialize;

use super::format::put;
use super::story::{Attempt, End, Step, Story};
use super::{Head, ReportError, StoredRun};
use crate::event::{
    CaseRecord, Event, Excerpt, Held, KnownFailureRecord, OtherWalk, PartitionRecord, Problem, QuarantineRecord, Role,
    Section, StandingRecord, ValueRecord, Verdict, WalkRecord,
};
use crate::expect::Difference;

/// The version of the document. It grows when a reader of an older one would misread a newer one.
const VERSION: u32 = 1;

pub(super) fn write(run: &StoredRun, out: &mut dyn Write) -> Result<(), ReportError> {
    let first = run.heads.first();
    let target = first.map(|head| Target { name: &head.target.name, simulator: head.target.simulator });
    put(out, format!("{{\n\"version\":{VERSION}"))?;
    member(out, "run", &Identity::of(run)?)?;
    member(out, "seed", &first.map(|head| head.seed))?;
    member(out, "target", &target)?;
    member(out, "guards", &first.map(|head| &head.guards))?;
    member(out, "summary", &run.selected)?;
    put(out, ",\n\"scenarios\":[")?;
    let mut gap = "\n";
    for scenario in run.scenarios()? {
        let scenario = scenario?;
        let story = Story::of(&scenario);
        if story.role.is_none() {
            put(out, std::mem::replace(&mut gap, ",\n"))?;
            put(out, text(&Scenario::of(&story))?)?;
        }
    }
    put(out, "\n]\n}\n")
}

fn member(out: &mut dyn Write, name: &str, value: &impl Serialize) -> Result<(), ReportError> {
    put(out, format!(",\n\"{name}\":"))?;
    put(out, text(value)?)
}

fn text(value: &impl Serialize) -> Result<Vec<u8>, ReportError> {
    serde_json::to_vec(value).map_err(|error| ReportError::Output(error.into()))
}

#[derive(Serialize)]
struct Target<'a> {
    name: &'a str,
    simulator: bool,
}

/// Which run it was, when, and what happened to it as a whole.
#[derive(Serialize)]
struct Identity<'a> {
    /// As long as it took; absent if it was cut off.
    millis: Option<f64>,
    parts: Vec<Part<'a>>,
    happenings: &'a [Event],
    around: Vec<Around>,
}

/// What one file of the run began with.
#[derive(Serialize)]
struct Part<'a> {
    id: &'a str,
    at: &'a str,
    flowproof: &'a str,
    base_url: &'a str,
    jobs: usize,
    scenarios: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    partition: Option<&'a PartitionRecord>,
}

/// What was run once around all scenarios.
#[derive(Serialize)]
struct Around {
    id: String,
    role: Role,
    verdict: Option<Verdict>,
    problems: Vec<String>,
}

impl<'a> Identity<'a> {
    fn of(run: &'a StoredRun) -> Result<Self, ReportError> {
        let mut around = Vec::new();
        for scenario in run.around()? {
            let scenario = scenario?;
            let story = Story::of(&scenario);
            let end = story.end.as_ref();
            around.extend(story.role.map(|role| Around {
                id: story.id.to_owned(),
                role,
                verdict: end.map(|end| end.verdict),
                problems: end.into_iter().flat_map(|end| end.problems).map(|one| one.message.clone()).collect(),
            }));
        }
        let parts = run.heads.iter().map(Part::of).collect();
        Ok(Self { millis: run.millis, parts, happenings: &run.happenings, around })
    }
}

impl<'a> Part<'a> {
    fn of(head: &'a Head) -> Self {
        Self {
            id: &head.run,
            at: &head.at,
            flowproof: &head.flowproof,
            base_url: &head.target.base_url,
            jobs: head.jobs,
            scenarios: head.scenarios,
            partition: head.partition.as_ref(),
        }
    }
}

#[derive(Serialize)]
struct Scenario<'a> {
    id: &'a str,
    title: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tags: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    process: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    covers: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<&'a CaseRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<&'a str>,
    /// Absent if the run was cut off before.
    #[serde(flatten)]
    end: Option<Ending<'a>>,
    attempts: Vec<Try<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left: Vec<Remains<'a>>,
    timing: Timing<'a>,
    #[serde(skip_serializing_if = "Evidence::is_empty")]
    evidence: Evidence<'a>,
}

#[derive(Serialize)]
struct Ending<'a> {
    verdict: Verdict,
    flaky: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    known_failure: Option<&'a KnownFailureRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quarantine: Option<&'a QuarantineRecord>,
    steps: u64,
    expectations: u64,
    requests: u64,
    retries: u64,
    mutations: u64,
    uploaded: u64,
    walk: &'a [WalkRecord],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    others: &'a [OtherWalk],
}

#[derive(Serialize)]
struct Try<'a> {
    number: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<Verdict>,
    steps: Vec<Stage<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<Wrong<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notes: &'a [&'a str],
}

#[derive(Serialize)]
struct Stage<'a> {
    number: u32,
    section: Section,
    #[serde(skip_serializing_if = "Option::is_none")]
    within: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<&'a str>,
    kind: &'a str,
    subject: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    visit: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<Verdict>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    outcomes: Vec<Outcome<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    branches: Vec<Branch<'a>>,
    requests: usize,
    polls: usize,
    held: usize,
    broken: usize,
}

#[derive(Serialize)]
struct Outcome<'a> {
    outcome: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<i64>,
}

#[derive(Serialize)]
struct Branch<'a> {
    outcome: &'a str,
    action: &'a str,
}

/// A problem without what depends on chance.
#[derive(Serialize)]
struct Wrong<'a> {
    id: &'a str,
    verdict: Verdict,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    excerpt: Option<&'a Excerpt>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notes: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    differences: &'a [Difference],
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    standing: Option<&'a StandingRecord>,
}

#[derive(Serialize)]
struct Remains<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<&'a str>,
    state: &'a str,
    ended: bool,
}

/// When, and for how long.
#[derive(Serialize)]
struct Timing<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    millis: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attempts: Vec<AttemptTiming<'a>>,
}

#[derive(Serialize)]
struct AttemptTiming<'a> {
    at: &'a str,
    millis: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pause: Option<&'a str>,
    /// Of each step, in milliseconds.
    steps: Vec<f64>,
}

/// What the target has made up: ids above all.
#[derive(Serialize)]
struct Evidence<'a> {
    /// The values that steps with problems read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    values: Vec<&'a ValueRecord>,
    /// The instances that were left.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    instances: Vec<&'a str>,
}

impl Evidence<'_> {
    fn is_empty(&self) -> bool {
        self.values.is_empty() && self.instances.is_empty()
    }
}

impl<'a> Scenario<'a> {
    fn of(story: &'a Story<'a>) -> Self {
        let problems = || story.attempts.iter().flat_map(|attempt| attempt.problems);
        Self {
            id: story.id,
            title: story.title,
            tags: story.tags,
            process: story.process,
            owner: story.owner,
            covers: story.covers,
            case: story.case,
            fingerprint: story.fingerprint,
            end: story.end.as_ref().map(Ending::of),
            attempts: story.attempts.iter().map(Try::of).collect(),
            left: story
                .left
                .iter()
                .map(|left| Remains { actor: left.actor, state: left.state, ended: left.ended })
                .collect(),
            timing: Timing {
                at: story.at(),
                millis: story.end.as_ref().map(|end| end.millis),
                attempts: story.attempts.iter().map(AttemptTiming::of).collect(),
            },
            evidence: Evidence {
                values: problems().flat_map(|problem| &problem.values).collect(),
                instances: story.left.iter().filter_map(|left| left.instance).collect(),
            },
        }
    }
}

impl<'a> Ending<'a> {
    fn of(end: &'a End<'a>) -> Self {
        Self {
            verdict: end.verdict,
            flaky: end.flaky,
            reason: end.reason,
            known_failure: end.known,
            quarantine: end.quarantine,
            steps: end.steps,
            expectations: end.expectations,
            requests: end.requests,
            retries: end.retries,
            mutations: end.mutations,
            uploaded: end.uploaded,
            walk: end.walk,
            others: end.others,
        }
    }
}

impl<'a> Try<'a> {
    fn of(attempt: &'a Attempt<'a>) -> Self {
        Self {
            number: attempt.number,
            verdict: attempt.verdict,
            steps: attempt.steps.iter().map(Stage::of).collect(),
            problems: attempt.problems.iter().map(Wrong::of).collect(),
            notes: &attempt.notes,
        }
    }
}

impl<'a> Stage<'a> {
    fn of(step: &'a Step<'a>) -> Self {
        let record = step.record;
        let judged = |held| step.expectations.iter().filter(|one| one.held == held).count();
        Self {
            number: record.number,
            section: record.section,
            within: record.within,
            id: record.id.as_deref(),
            actor: record.actor.as_deref(),
            kind: &record.kind,
            subject: &record.subject,
            name: record.name.as_deref(),
            visit: record.visit,
            at: step.excerpt.map(Excerpt::locate),
            verdict: step.verdict,
            condition: step.condition,
            outcomes: step.outcomes.iter().map(|(outcome, code)| Outcome { outcome, code: *code }).collect(),
            branches: step.branches.iter().map(|(outcome, action)| Branch { outcome, action }).collect(),
            requests: step.exchanges.len(),
            polls: step.polls.len(),
            held: judged(Held::Yes),
            broken: judged(Held::No) + judged(Held::Undecided),
        }
    }
}

impl<'a> Wrong<'a> {
    fn of(problem: &'a Problem) -> Self {
        Self {
            id: &problem.id,
            verdict: problem.verdict,
            message: &problem.message,
            step: problem.step,
            excerpt: problem.excerpt.as_ref(),
            notes: &problem.notes,
            differences: &problem.differences,
            path: problem.path.as_deref(),
            standing: problem.standing.as_deref(),
        }
    }
}

impl<'a> AttemptTiming<'a> {
    fn of(attempt: &'a Attempt<'a>) -> Self {
        Self {
            at: attempt.at,
            millis: attempt.millis,
            pause: attempt.pause,
            steps: attempt.steps.iter().map(|step| step.millis).collect(),
        }
    }
}
