use super::look::Look;
use super::problem::{describe, problem_text, scenario_text};
use super::run::StoredScenario;
use super::text::{clean, count, duration};
use crate::event::{
    CaseRecord, Event, EventKind, Excerpt, ExchangeRecord, ExpectationRecord, Finding, KnownFailureRecord, OtherWalk,
    PollRecord, Problem, QuarantineRecord, Role, StepRecord, Verdict, WalkRecord,
};

/// A scenario of a stored run, attempt by attempt and step by step.
///
/// Streams that tell only of what is wrong have no steps for scenarios that passed.
pub(super) struct Story<'a> {
    pub id: &'a str,
    /// The id, if it has none.
    pub title: &'a str,
    pub tags: &'a [String],
    pub process: Option<&'a str>,
    pub owner: Option<&'a str>,
    pub covers: &'a [String],
    pub case: Option<&'a CaseRecord>,
    pub role: Option<Role>,
    pub fingerprint: Option<&'a str>,
    /// At least one, unless it never began.
    pub attempts: Vec<Attempt<'a>>,
    /// Absent if the run was cut off before.
    pub end: Option<End<'a>>,
    /// The instances that were left: whose, which, its state, whether it was ended then.
    pub left: Vec<Left<'a>>,
    events: &'a [Event],
}

/// One attempt of a scenario.
#[derive(Default)]
pub(super) struct Attempt<'a> {
    /// From 1.
    pub number: u32,
    /// When it began.
    pub at: &'a str,
    /// Absent if the run was cut off in it.
    pub verdict: Option<Verdict>,
    pub millis: f64,
    /// How long the next one was waited for.
    pub pause: Option<&'a str>,
    pub problems: &'a [Problem],
    pub notes: Vec<&'a str>,
    pub steps: Vec<Step<'a>>,
}

/// One step of an attempt.
pub(super) struct Step<'a> {
    pub record: &'a StepRecord,
    /// When it began.
    pub at: &'a str,
    pub excerpt: Option<&'a Excerpt>,
    /// The condition that does not hold, so that the step is left out.
    pub condition: Option<&'a str>,
    /// Absent if it was cut off.
    pub verdict: Option<Verdict>,
    pub millis: f64,
    pub exchanges: Vec<&'a ExchangeRecord>,
    pub polls: Vec<&'a PollRecord>,
    pub outcomes: Vec<(&'a str, Option<i64>)>,
    pub expectations: Vec<&'a ExpectationRecord>,
    /// Each branch that was taken: the outcome, and what was done.
    pub branches: Vec<(&'a str, &'a str)>,
    /// How often a request was sent again.
    pub retries: u32,
}

/// How a scenario ended.
pub(super) struct End<'a> {
    pub at: &'a str,
    pub verdict: Verdict,
    pub flaky: bool,
    pub millis: f64,
    pub steps: u64,
    pub expectations: u64,
    pub requests: u64,
    pub retries: u64,
    pub mutations: u64,
    pub uploaded: u64,
    pub walk: &'a [WalkRecord],
    pub others: &'a [OtherWalk],
    pub problems: &'a [Problem],
    pub reason: Option<&'a str>,
    pub known: Option<&'a KnownFailureRecord>,
    pub quarantine: Option<&'a QuarantineRecord>,
}

/// An instance that has not come to an end.
pub(super) struct Left<'a> {
    pub actor: Option<&'a str>,
    pub instance: Option<&'a str>,
    pub state: &'a str,
    pub ended: bool,
}

/// What a scenario comes to for readers who know success, failure and little else, with why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Passed,
    /// It was not run, or what came of it does not count.
    Skipped(String),
    Failed(String),
    Errored(String),
}

impl<'a> Story<'a> {
    pub fn of(scenario: &'a StoredScenario) -> Self {
        let mut story = Self {
            id: &scenario.id,
            title: &scenario.id,
            tags: &[],
            process: None,
            owner: None,
            covers: &[],
            case: None,
            role: None,
            fingerprint: None,
            attempts: Vec::new(),
            end: None,
            left: Vec::new(),
            events: &scenario.events,
        };
        scenario.events.iter().for_each(|event| story.add(event));
        story
    }

    fn add(&mut self, event: &'a Event) {
        match &event.kind {
            EventKind::ScenarioStarted { title, tags, process, owner, covers, case, role, attempt, fingerprint } => {
                self.title = title;
                self.tags = tags;
                self.process = process.as_deref();
                self.owner = owner.as_deref();
                self.covers = covers;
                self.case = case.as_deref();
                self.role = *role;
                self.fingerprint = fingerprint.as_deref();
                self.attempts.push(Attempt { number: *attempt, at: &event.at, ..Attempt::default() });
            }
            EventKind::ScenarioRetried { verdict, pause, millis, problems, .. } => {
                if let Some(attempt) = self.attempts.last_mut() {
                    (attempt.verdict, attempt.millis) = (Some(*verdict), *millis);
                    (attempt.pause, attempt.problems) = (Some(pause.as_str()), problems);
                }
            }
            EventKind::InstanceLeft { actor, instance, state, ended } => {
                self.left.push(Left { actor: actor.as_deref(), instance: instance.as_deref(), state, ended: *ended })
            }
            EventKind::ScenarioFinished {
                verdict,
                flaky,
                millis,
                steps,
                expectations,
                requests,
                retries,
                mutations,
                uploaded,
                attempts: _,
                walk,
                others,
                problems,
                reason,
                role,
                known_failure,
                quarantine,
            } => {
                self.role = *role;
                if let Some(attempt) = self.attempts.last_mut() {
                    (attempt.verdict, attempt.millis, attempt.problems) = (Some(*verdict), *millis, problems);
                }
                self.end = Some(End {
                    at: &event.at,
                    verdict: *verdict,
                    flaky: *flaky,
                    millis: *millis,
                    steps: *steps,
                    expectations: *expectations,
                    requests: *requests,
                    retries: *retries,
                    mutations: *mutations,
                    uploaded: *uploaded,
                    walk,
                    others,
                    problems,
                    reason: reason.as_deref(),
                    known: known_failure.as_deref(),
                    quarantine: quarantine.as_deref(),
                });
            }
            kind => {
                if let Some(attempt) = self.attempts.last_mut() {
                    attempt.add(&event.at, kind);
                }
            }
        }
    }

    /// When it began; when it ended, if it never began.
    pub fn at(&self) -> Option<&'a str> {
        self.attempts.first().map(|attempt| attempt.at).or(self.end.as_ref().map(|end| end.at))
    }

    /// What it comes to.
    pub fn meaning(&self) -> Meaning {
        let Some(end) = &self.end else {
            return Meaning::Errored("the run ended before this scenario did".to_owned());
        };
        let known = end.known.map(|known| (known.finding, known));
        let quarantine = end.quarantine.filter(|_| matches!(end.verdict, Verdict::Failed | Verdict::Errored));
        match (end.verdict, known, quarantine) {
            (_, Some((Finding::Confirmed, known)), _) => {
                Meaning::Skipped(format!("failed as is known: {}, until {}", known.ticket, known.until))
            }
            (verdict, _, Some(quarantine)) if !quarantine.expired => {
                Meaning::Skipped(format!("{verdict} in quarantine until {}: {}", quarantine.until, quarantine.reason))
            }
            (Verdict::Skipped, _, _) => Meaning::Skipped(end.reason.unwrap_or("no reason was given").to_owned()),
            (Verdict::Failed, _, _) => Meaning::Failed(self.headline(end)),
            (Verdict::Errored | Verdict::Aborted, _, _) => Meaning::Errored(self.headline(end)),
            (Verdict::Passed, Some((Finding::Expired, known)), _) => Meaning::Failed(format!(
                "{} was known until {}: remove `known-failure` from it",
                known.ticket, known.until
            )),
            (Verdict::Passed, _, _) => match end.quarantine.filter(|quarantine| quarantine.expired) {
                Some(quarantine) => {
                    Meaning::Failed(format!("its quarantine is over since {}: take it out", quarantine.until))
                }
                None => Meaning::Passed,
            },
        }
    }

    /// What is wrong with it, on one line.
    fn headline(&self, end: &End<'_>) -> String {
        let first = end.problems.first().map(|problem| problem.message.as_str()).or(end.reason);
        let more = end.problems.len().saturating_sub(1);
        let more = if more > 0 { format!(" (and {})", count(more as u64, "further problem")) } else { String::new() };
        format!("{}{more}", clean(first.unwrap_or(end.verdict.as_str())))
    }

    /// What the console says of it; empty if there is nothing to be said.
    pub fn text(&self) -> String {
        scenario_text(self.events, &Look::plain())
    }

    /// The name of its file, and of its case if it is one of several.
    pub fn file_and_case(&self) -> (&'a str, Option<&'a str>) {
        // What runs around all scenarios is named by the settings' file.
        match self.id.split_once('#') {
            Some((file, case)) => (file, Some(case)),
            None => (self.id, None),
        }
    }

    /// The title, with the case.
    pub fn name(&self) -> String {
        match self.file_and_case() {
            (_, Some(case)) => format!("{} [{case}]", self.title),
            (_, None) => self.title.to_owned(),
        }
    }
}

impl<'a> Attempt<'a> {
    fn add(&mut self, at: &'a str, kind: &'a EventKind) {
        match kind {
            EventKind::StepStarted { step, excerpt } => self.steps.push(Step::new(step, at, excerpt.as_ref(), None)),
            EventKind::StepSkipped { step, excerpt, condition } => {
                self.steps.push(Step::new(step, at, excerpt.as_ref(), Some(condition)));
            }
            EventKind::Noted { message } => self.notes.push(message),
            EventKind::Exchanged { step, exchange } => self.at(*step, |step| step.exchanges.push(exchange)),
            EventKind::Retried { step, .. } => self.at(*step, |step| step.retries += 1),
            EventKind::Polled { step, poll } => self.at(*step, |step| step.polls.push(poll)),
            EventKind::OutcomeRead { step, outcome, code, .. } => {
                self.at(*step, |step| step.outcomes.push((outcome, *code)));
            }
            EventKind::ExpectationJudged { step, expectation } => {
                self.at(*step, |step| step.expectations.push(expectation));
            }
            EventKind::BranchTaken { step, outcome, action, .. } => {
                self.at(*step, |step| step.branches.push((outcome, action)));
            }
            EventKind::StepFinished { step, verdict, millis } => {
                self.at(*step, |step| (step.verdict, step.millis) = (Some(*verdict), *millis));
            }
            _ => {}
        }
    }

    fn at(&mut self, number: u32, change: impl FnOnce(&mut Step<'a>)) {
        if let Some(step) = self.steps.iter_mut().rev().find(|step| step.record.number == number) {
            change(step);
        }
    }

    /// Everything that is wrong with it, as the console tells it.
    pub fn text(&self) -> String {
        let texts: Vec<String> = self.problems.iter().map(|problem| problem_text(problem, &Look::plain())).collect();
        texts.join("\n")
    }
}

impl<'a> Step<'a> {
    fn new(record: &'a StepRecord, at: &'a str, excerpt: Option<&'a Excerpt>, condition: Option<&'a str>) -> Self {
        Self {
            record,
            at,
            excerpt,
            condition,
            verdict: condition.map(|_| Verdict::Skipped),
            millis: 0.0,
            exchanges: Vec::new(),
            polls: Vec::new(),
            outcomes: Vec::new(),
            expectations: Vec::new(),
            branches: Vec::new(),
            retries: 0,
        }
    }

    /// `step 7 (selfie): activity capture-face, visit 2 → quality-failure 748`.
    pub fn name(&self) -> String {
        // Of several the last is what came in the end: a bearer was renewed before, an answer was waited for.
        let outcome = self.outcomes.last().map(|(outcome, code)| {
            let code = code.map(|code| format!(" {code}")).unwrap_or_default();
            format!(" → {outcome}{code}")
        });
        format!("{}{}", describe(self.record), clean(&outcome.unwrap_or_default()))
    }

    /// One line: the verdict, the time, the name.
    pub fn line(&self) -> String {
        match (self.condition, self.verdict) {
            (Some(condition), _) => format!("skipped            {}: {} does not hold", self.name(), clean(condition)),
            (None, Some(verdict)) => format!("{verdict:<7} {:>9}  {}", duration(self.millis), self.name()),
            (None, None) => format!("cut off            {}", self.name()),
        }
    }
}
