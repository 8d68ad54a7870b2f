use std::collections::{BTreeMap, VecDeque};

use super::history::History;
use crate::event::{
    CaseRecord, Event, EventKind, ExchangeRecord, Finding, GuardsRecord, KnownFailureRecord, OtherWalk,
    PartitionRecord, Problem, QuarantineRecord, StepRecord, Summary, TargetRecord, Verdict, WalkRecord,
};

/// What a person is told in the end, gathered event by event. It grows with what is wrong and with the scenarios that run
/// at the moment, not with those that have passed.
#[derive(Default)]
pub(super) struct Ledger {
    pub run: Option<Run>,
    pub summary: Summary,
    /// Set by the last event.
    pub millis: Option<f64>,
    /// The scenarios that run at the moment, by id.
    pub live: BTreeMap<String, Live>,
    /// How often which outcome (with its code) was seen, by activity.
    pub outcomes: BTreeMap<String, BTreeMap<(String, Option<i64>), u64>>,
    pub skipped: Tally,
    /// Scenarios that were not begun, because the run ended before.
    pub aborted: Tally,
    pub notes: Tally,
    /// Process instances that scenarios left without an end.
    pub left: Tally,
    pub flaky: Tally,
    /// What became of earlier attempts of scenarios that have not ended, by id.
    pub attempts: BTreeMap<String, Vec<String>>,
    /// How often nothing was sent for a while, because the target did not answer.
    pub opened: Tally,
    /// Whether that is so at the moment.
    pub open: bool,
    /// Failures that are known and do not count.
    pub known: Tally,
    /// Scenarios that passed although a failure of them is known.
    pub unexpected: Tally,
    /// Scenarios that did not pass and do not count, because they are in quarantine.
    pub quarantined: Tally,
    /// Failures that were known and scenarios that were in quarantine, which count again.
    pub expired: Tally,
    /// What has changed since scenarios were last run.
    pub changed: Option<String>,
}

/// The first event's content.
pub(super) struct Run {
    pub seed: u64,
    pub target: TargetRecord,
    pub scenarios: usize,
    pub partition: Option<PartitionRecord>,
    pub guards: GuardsRecord,
}

/// A scenario while it runs.
#[derive(Default)]
pub(super) struct Live {
    pub title: String,
    pub owner: Option<String>,
    pub case: Option<Box<CaseRecord>>,
    pub attempt: u32,
    pub steps: Vec<StepRecord>,
    /// The exchanges of each step that did not pass, and of the last step.
    pub exchanges: BTreeMap<u32, Exchanges>,
    /// What was seen of answers that are waited for, by step that did not pass.
    pub polls: BTreeMap<u32, History>,
    /// A step that passed and whose exchange is kept only until there is a later one.
    pub settled: Option<u32>,
}

/// What a step sent: the last exchanges.
#[derive(Default)]
pub(super) struct Exchanges {
    /// At least one; the last is the latest.
    pub last: VecDeque<ExchangeRecord>,
    /// How many before them are not kept.
    pub left_out: u64,
}

impl Exchanges {
    /// Most exchanges that are kept.
    const MAX: usize = 8;

    fn add(&mut self, exchange: &ExchangeRecord) {
        if self.last.len() == Self::MAX {
            self.last.pop_front();
            self.left_out += 1;
        }
        self.last.push_back(exchange.clone());
    }
}

/// A scenario that has ended.
pub(super) struct Finished<'a> {
    pub id: &'a str,
    pub verdict: Verdict,
    pub flaky: bool,
    pub millis: f64,
    pub requests: u64,
    pub walk: &'a [WalkRecord],
    pub others: &'a [OtherWalk],
    pub problems: &'a [Problem],
    pub reason: Option<&'a str>,
    pub known: Option<&'a KnownFailureRecord>,
    pub quarantine: Option<&'a QuarantineRecord>,
    /// What became of earlier attempts.
    pub earlier: Vec<String>,
    pub live: Live,
}

impl Finished<'_> {
    /// Whether the run ended before it had its turn.
    pub fn was_not_begun(&self) -> bool {
        self.verdict == Verdict::Aborted && self.requests == 0 && self.problems.is_empty()
    }

    /// Whether it does not count, so that nobody needs to look.
    pub fn is_excused(&self) -> bool {
        let known = self.known.is_some_and(|known| known.finding == Finding::Confirmed);
        known || self.quarantine.is_some_and(|quarantine| !quarantine.expired)
    }
}

/// Texts with how often they came up, at most [`Tally::MAX`] different ones.
#[derive(Default)]
pub(super) struct Tally {
    counts: BTreeMap<String, u64>,
    /// Further different ones, each time counted.
    pub beyond: u64,
}

impl Tally {
    /// Most different texts that are kept.
    pub const MAX: usize = 20;

    pub fn add(&mut self, text: &str) {
        if let Some(count) = self.counts.get_mut(text) {
            *count += 1;
        } else if self.counts.len() < Self::MAX {
            self.counts.insert(text.to_owned(), 1);
        } else {
            self.beyond += 1;
        }
    }

    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.counts.iter().map(|(text, count)| (text.as_str(), *count))
    }
}

impl Ledger {
    /// Takes an event into account; a scenario that ends with it is given back with what was known of it.
    pub fn add<'a>(&mut self, event: &'a Event) -> Option<Finished<'a>> {
        self.summary.add(event);
        let id = event.scenario.as_deref();
        match &event.kind {
            EventKind::RunStarted { seed, target, scenarios, partition, guards, .. } => {
                let (target, partition, guards) = (target.clone(), partition.clone(), guards.clone());
                self.run = Some(Run { seed: *seed, target, scenarios: *scenarios, partition, guards });
            }
            EventKind::BreakerOpened { reason, .. } => {
                self.open = true;
                self.opened.add(reason);
            }
            EventKind::BreakerClosed { .. } => self.open = false,
            EventKind::ScenarioRetried { attempt, verdict, problems, .. } => {
                let id = id.unwrap_or_default();
                self.live.remove(id);
                let attempts = self.attempts.entry(id.to_owned()).or_default();
                attempts.push(attempt_line(*attempt, *verdict, problems));
            }
            EventKind::RunFinished { summary, millis } => {
                self.summary = summary.clone();
                self.millis = Some(*millis);
            }
            // What was under way begins again.
            EventKind::RunResumed { .. } => self.live.clear(),
            EventKind::Noted { message } => self.notes.add(message),
            EventKind::InstanceLeft { actor, instance, state, ended } => {
                let of = actor.as_ref().map(|actor| format!(" of {actor}")).unwrap_or_default();
                let name = instance.as_ref().map(|id| format!(" {id}")).unwrap_or_default();
                let told = if *ended { ", and was ended" } else { "" };
                self.left.add(&format!("{}: the instance{name}{of} is {state}{told}", id.unwrap_or_default()));
            }
            EventKind::ScenarioStarted { title, attempt, owner, case, .. } => {
                let (title, owner, case) = (title.clone(), owner.clone(), case.clone());
                let live = Live { title, owner, case, attempt: *attempt, ..Live::default() };
                self.live.insert(id.unwrap_or_default().to_owned(), live);
            }
            EventKind::ScenarioFinished {
                verdict,
                flaky,
                millis,
                requests,
                walk,
                others,
                problems,
                reason,
                known_failure,
                quarantine,
                ..
            } => {
                let id = id.unwrap_or_default();
                // A scenario that is skipped need not have begun.
                let live = self.live.remove(id).unwrap_or_else(|| Live { title: id.to_owned(), ..Live::default() });
                let earlier = self.attempts.remove(id).unwrap_or_default();
                others.iter().map(|other| &other.walk).chain([walk]).for_each(|walk| self.count(walk));
                if *verdict == Verdict::Skipped {
                    self.skipped.add(reason.as_deref().unwrap_or("no reason was given"));
                }
                if *verdict == Verdict::Aborted
                    && *requests == 0
                    && let Some(reason) = reason
                {
                    self.aborted.add(reason);
                }
                if *flaky {
                    let told: Vec<&str> = std::iter::once(id).chain(earlier.iter().map(String::as_str)).collect();
                    self.flaky.add(&told.join("; "));
                }
                let (known, quarantine) = (known_failure.as_deref(), quarantine.as_deref());
                if let Some(known) = known {
                    self.file(id, known);
                } else if let Some(quarantine) = quarantine {
                    self.put_apart(id, *verdict, quarantine);
                }
                return Some(Finished {
                    id,
                    verdict: *verdict,
                    flaky: *flaky,
                    millis: *millis,
                    requests: *requests,
                    walk,
                    others,
                    problems,
                    reason: reason.as_deref(),
                    known,
                    quarantine,
                    earlier,
                    live,
                });
            }
            kind => {
                if let Some(live) = id.and_then(|id| self.live.get_mut(id)) {
                    live.add(kind);
                }
            }
        }
        None
    }

    fn file(&mut self, id: &str, known: &KnownFailureRecord) {
        let (ticket, until) = (&known.ticket, &known.until);
        match known.finding {
            Finding::Confirmed => self.known.add(&format!("{id}: {ticket}, until {until}")),
            Finding::Unexpected => self.unexpected.add(&format!("{id}: {ticket}; remove `known-failure` from it")),
            Finding::Expired => self.expired.add(&format!("{id}: {ticket} was to be gone after {until}")),
        }
    }

    fn put_apart(&mut self, id: &str, verdict: Verdict, quarantine: &QuarantineRecord) {
        let QuarantineRecord { reason, until, expired } = quarantine;
        if *expired {
            self.expired.add(&format!("{id}: it was in quarantine until {until}: {reason}"));
        } else if matches!(verdict, Verdict::Failed | Verdict::Errored) {
            self.quarantined.add(&format!("{id} {verdict}: {reason}, until {until}"));
        }
    }

    fn count(&mut self, walk: &[WalkRecord]) {
        for visit in walk {
            let outcomes = self.outcomes.entry(visit.activity.clone()).or_default();
            *outcomes.entry((visit.outcome.clone(), visit.code)).or_default() += 1;
        }
    }
}

/// `attempt 1 errored: the connection broke before the answer was there`.
fn attempt_line(attempt: u32, verdict: Verdict, problems: &[Problem]) -> String {
    let gravest = problems.iter().find(|problem| problem.verdict == verdict).or(problems.first());
    let why = gravest.map(|problem| format!(": {}", problem.message)).unwrap_or_default();
    format!("attempt {attempt} {verdict}{why}")
}

impl Live {
    fn add(&mut self, kind: &EventKind) {
        match kind {
            EventKind::StepStarted { step, .. } => self.steps.push(step.clone()),
            EventKind::Exchanged { step, exchange } => {
                if let Some(settled) = self.settled.take_if(|settled| settled != step) {
                    self.exchanges.remove(&settled);
                }
                self.exchanges.entry(*step).or_default().add(exchange);
            }
            EventKind::Polled { step, poll } => self.polls.entry(*step).or_default().add(poll),
            EventKind::StepFinished { step, verdict: Verdict::Passed, .. } => {
                self.polls.remove(step);
                if self.exchanges.contains_key(step) {
                    self.settled = Some(*step);
                }
            }
            _ => {}
        }
    }

    pub fn step(&self, number: u32) -> Option<&StepRecord> {
        self.steps.iter().rev().find(|step| step.number == number)
    }
}
