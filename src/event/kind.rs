use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    CallRecord, CaseRecord, ElementRecord, Excerpt, ExchangeRecord, ExpectationRecord, GuardsRecord,
    KnownFailureRecord, OtherWalk, PartRecord, PartitionRecord, PollRecord, Problem, QuarantineRecord, Role,
    StepRecord, StopRecord, Summary, TargetRecord, Verdict, WalkRecord,
};

/// The version of the event format. It grows when a reader of an older one would misread a newer one.
pub const VERSION: u32 = 1;

/// One record of the stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Event {
    /// When it happened, UTC, ISO 8601 with milliseconds.
    pub at: String,
    /// The scenario that it belongs to, by id; absent for the run itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum EventKind {
    /// The first event.
    RunStarted {
        /// The version of the event format.
        version: u32,
        /// The version of flowproof.
        flowproof: String,
        /// A unique id of the run.
        run: String,
        /// The seed of its data.
        seed: u64,
        /// What it talks to.
        target: TargetRecord,
        /// How many scenarios were selected.
        scenarios: usize,
        /// How many run at a time.
        jobs: usize,
        /// The part of the selected scenarios that it runs, if it is one of several.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        partition: Option<PartitionRecord>,
        /// What keeps it from doing harm.
        #[serde(default, skip_serializing_if = "GuardsRecord::is_empty")]
        guards: GuardsRecord,
    },
    /// A run that was cut off goes on. What happened before to scenarios that have not ended counts no more.
    RunResumed {
        /// How many scenarios had ended and are kept.
        kept: usize,
        /// How many run at a time.
        jobs: usize,
    },
    /// The stream was put together of the parts of a run; the second event, if there is one.
    RunMerged {
        /// The parts, in their order.
        parts: Vec<PartRecord>,
    },
    /// No request is sent for a while, because the target answers none.
    BreakerOpened {
        /// How many requests in a row had no usable answer.
        failures: u32,
        /// How long nothing is sent, ISO 8601.
        pause: String,
        /// What became of the last one.
        reason: String,
    },
    /// The target answers again.
    BreakerClosed {
        /// How long nothing was sent, ISO 8601.
        after: String,
    },
    /// A scenario begins.
    ScenarioStarted {
        /// Its title.
        title: String,
        /// Its tags.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tags: Vec<String>,
        /// Its process, if it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        process: Option<String>,
        /// Who looks after it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<String>,
        /// The requirements that it is about.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        covers: Vec<String>,
        /// The row that it is made of, if it is one of several cases.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        case: Option<Box<CaseRecord>>,
        /// What it is to the run, if it is none of the scenarios that were selected.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<Role>,
        /// Which attempt this is, from 1.
        attempt: u32,
        /// What the scenario is made of, as SHA-256 in hexadecimal: it changes with each file that it depends on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fingerprint: Option<String>,
    },
    /// An attempt of a scenario ends without success, and the whole scenario is to be run again.
    ScenarioRetried {
        /// The attempt that ends, from 1.
        attempt: u32,
        /// What it came to.
        verdict: Verdict,
        /// How long the next one is waited for, ISO 8601.
        pause: String,
        /// How long it took, in milliseconds.
        millis: f64,
        /// How many steps it executed.
        steps: u64,
        /// How many expectations were judged.
        expectations: u64,
        /// How many requests it sent, the repeated ones included.
        requests: u64,
        /// How many of them were sent again after errors of transport.
        #[serde(default)]
        retries: u64,
        /// How many of them may have changed something.
        #[serde(default)]
        mutations: u64,
        /// How many bytes of bodies they carried.
        #[serde(default)]
        uploaded: u64,
        /// Everything that is wrong with it.
        problems: Vec<Problem>,
    },
    /// A step begins.
    StepStarted {
        /// The step.
        step: StepRecord,
        /// The author's lines; absent for the implied opening.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        excerpt: Option<Excerpt>,
    },
    /// A step is left out, because its condition does not hold.
    StepSkipped {
        /// The step.
        step: StepRecord,
        /// The author's lines.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        excerpt: Option<Excerpt>,
        /// The condition as it is written.
        condition: String,
    },
    /// A request was sent.
    Exchanged {
        /// The number of the step.
        step: u32,
        /// The request and its answer.
        exchange: Box<ExchangeRecord>,
    },
    /// A request is sent again, after an error of transport.
    Retried {
        /// The number of the step.
        step: u32,
        /// The name of the exchange, or `request`.
        exchange: String,
        /// Which try follows, from 2.
        attempt: u32,
        /// What became of the one before.
        reason: String,
        /// Whether the one before may have arrived, so that the target may get it twice.
        may_have_arrived: bool,
    },
    /// An answer that is waited for was looked at.
    Polled {
        /// The number of the step.
        step: u32,
        /// What was found.
        poll: PollRecord,
    },
    /// A call of the engine that was awaited has come.
    Called {
        /// The number of the step.
        step: u32,
        /// The call.
        call: Box<CallRecord>,
    },
    /// An answer was classified.
    OutcomeRead {
        /// The number of the step.
        step: u32,
        /// The activity.
        activity: String,
        /// The outcome.
        outcome: String,
        /// The code, if the answer had one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<i64>,
        /// The HTTP status.
        status: u16,
    },
    /// Where the process stands became known.
    PositionRead {
        /// The number of the step.
        step: u32,
        /// The element; absent when the process has ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        element: Option<ElementRecord>,
        /// The state of the instance, in the engine's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        state: Option<String>,
    },
    /// Where the process stands is not known.
    PositionUnknown {
        /// The number of the step.
        step: u32,
        /// Why.
        reason: String,
    },
    /// An expectation was judged.
    ExpectationJudged {
        /// The number of the step.
        step: u32,
        /// The expectation.
        expectation: ExpectationRecord,
    },
    /// A value was saved.
    ValueSaved {
        /// The number of the step.
        step: u32,
        /// Its name.
        name: String,
        /// Where it came from: a JSON path of the answer, a header, a template, the output of a fragment.
        from: String,
        /// The value, secrets masked.
        value: Value,
    },
    /// A branch by outcome was taken.
    BranchTaken {
        /// The number of the step.
        step: u32,
        /// The outcome.
        outcome: String,
        /// What is done: `continue`, `goto selfie`, `end failed`, `steps, repeat`.
        action: String,
        /// How often this branch has been taken, this time included.
        taken: u32,
        /// How often it may be.
        at_most: u32,
    },
    /// Time was let pass.
    Waited {
        /// The number of the step.
        step: u32,
        /// How long, ISO 8601.
        duration: String,
        /// Whether only a simulator's clock was moved.
        simulated: bool,
    },
    /// A simulator moved a token.
    TokenMoved {
        /// The correlation id of the request that caused it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request: Option<String>,
        /// The process instance.
        instance: String,
        /// The move, as the process room tells it.
        #[serde(rename = "move")]
        movement: Value,
    },
    /// Where an instance of a process went: the moves that a simulator does not tell one by one, or the places where another engine
    /// was seen to stand.
    InstanceWalked {
        /// Whose it is; absent for the main actor, and on a simulator.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        actor: Option<String>,
        /// The process instance, if it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instance: Option<String>,
        /// Every move, in short.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        moves: Option<String>,
        /// The places, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        stops: Vec<StopRecord>,
        /// Whether the instance has come to its end behind the last of them.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        ended: bool,
    },
    /// A process instance has not come to an end when its scenario does.
    InstanceLeft {
        /// Whose it is; absent for the main actor.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        actor: Option<String>,
        /// The process instance, if it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instance: Option<String>,
        /// Its state, in the engine's words.
        state: String,
        /// Whether it was ended then, as the catalogue says how.
        ended: bool,
    },
    /// Something that the author should know and that judges nothing: an undeclared stub.
    Noted {
        /// One sentence.
        message: String,
    },
    /// A step ends.
    StepFinished {
        /// The number of the step.
        step: u32,
        /// What it came to.
        verdict: Verdict,
        /// How long it took, in milliseconds.
        millis: f64,
    },
    /// A scenario ends.
    ScenarioFinished {
        /// What it came to.
        verdict: Verdict,
        /// Whether it passed only when it was run again.
        flaky: bool,
        /// How long it took, in milliseconds.
        millis: f64,
        /// How many steps it executed.
        #[serde(default)]
        steps: u64,
        /// How many expectations were judged.
        #[serde(default)]
        expectations: u64,
        /// How many requests it sent, the repeated ones included.
        requests: u64,
        /// How many of them were sent again after errors of transport.
        #[serde(default)]
        retries: u64,
        /// How many of them may have changed something.
        #[serde(default)]
        mutations: u64,
        /// How many bytes of bodies they carried.
        #[serde(default)]
        uploaded: u64,
        /// How many attempts it took; the numbers above are of the last.
        #[serde(default = "one", skip_serializing_if = "is_one")]
        attempts: u32,
        /// The activities that were visited, with their outcomes.
        walk: Vec<WalkRecord>,
        /// The walks of other actors.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        others: Vec<OtherWalk>,
        /// Everything that is wrong with it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        problems: Vec<Problem>,
        /// Why it was skipped.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// What it is to the run, if it is none of the scenarios that were selected.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<Role>,
        /// What came of a failure that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        known_failure: Option<Box<KnownFailureRecord>>,
        /// Why its verdict does not count, or no longer does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        quarantine: Option<Box<QuarantineRecord>>,
    },
    /// The last event.
    RunFinished {
        /// The whole run in numbers.
        summary: Summary,
        /// How long it took, in milliseconds.
        millis: f64,
    },
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_one(number: &u32) -> bool {
    *number == 1
}
