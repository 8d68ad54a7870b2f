use serde::Serialize;

use super::group::{Group, Groups};
use super::kind::Kind;
use crate::event::{EventKind, GuardsRecord};
use crate::report::StoredRun;
use crate::report::text::{count, duration, thousands};

/// Most causes that are listed.
const MOST_CAUSES: usize = 50;
/// Most parts of the run that are listed.
const MOST_PARTS: usize = 100;
/// Most happenings of the run that are listed.
const MOST_HAPPENINGS: usize = 100;

/// What the page says at once, as its skeleton reads it.
#[derive(Serialize)]
pub(super) struct Overview {
    pub kind: Sign,
    pub verdict: String,
    /// What makes the numbers less than the whole truth.
    pub warnings: Vec<String>,
    pub counts: Vec<Count>,
    pub causes: Vec<Told>,
    /// How many causes and scenarios with other causes are not listed.
    pub beyond: Option<String>,
    pub facts: Vec<Fact>,
    pub guards: Vec<Fact>,
    pub happenings: Vec<Happening>,
}

/// How a kind is shown.
#[derive(Serialize)]
pub(super) struct Sign {
    pub letter: char,
    pub sign: char,
    pub word: &'static str,
}

/// How many scenarios came to something.
#[derive(Serialize)]
pub(super) struct Count {
    pub kind: Sign,
    pub number: String,
    /// How large its part of the bar is, and where it begins, in thousandths.
    pub from: usize,
    pub wide: usize,
}

/// A cause in words.
#[derive(Serialize)]
pub(super) struct Told {
    pub number: usize,
    pub kind: Sign,
    pub scenarios: String,
    pub one: bool,
    pub step: String,
    pub id: String,
    pub message: String,
    pub named: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Fact {
    pub name: &'static str,
    pub value: String,
}

#[derive(Serialize)]
pub(super) struct Happening {
    pub at: String,
    pub told: String,
}

impl Overview {
    pub fn of(run: &StoredRun, groups: Groups) -> Self {
        let all = all(run);
        let (kind, verdict) = verdict(run, all);
        let beyond = groups.beyond;
        let sorted = groups.sorted();
        let hidden = sorted.len().saturating_sub(MOST_CAUSES);
        let rest = sorted.iter().skip(MOST_CAUSES).map(|group| group.scenarios).sum::<usize>() + beyond;
        Self {
            kind: Sign::of(kind),
            verdict,
            warnings: warnings(run, all),
            counts: counts(run, all),
            beyond: (rest > 0).then(|| match hidden {
                0 => format!("and {} with further causes", count(rest as u64, "scenario")),
                _ => format!("and {} with {} further causes", count(rest as u64, "scenario"), thousands(hidden as u64)),
            }),
            causes: sorted.iter().take(MOST_CAUSES).map(Told::of).collect(),
            facts: facts(run),
            guards: run.heads.first().map(|head| guards(&head.guards)).unwrap_or_default(),
            happenings: happenings(run),
        }
    }
}

impl Sign {
    pub fn of(kind: Kind) -> Self {
        Self { letter: kind.letter(), sign: kind.sign(), word: kind.word() }
    }
}

impl Told {
    fn of(group: &Group) -> Self {
        Self {
            number: group.number,
            kind: Sign::of(group.kind),
            scenarios: count(group.scenarios as u64, "scenario"),
            one: group.scenarios == 1,
            step: group.step.clone(),
            id: group.id.clone(),
            message: match group.message.as_str() {
                "" => "no problem was told".to_owned(),
                message => message.to_owned(),
            },
            named: group.named.clone(),
        }
    }
}

/// How many scenarios were selected, over all parts.
fn all(run: &StoredRun) -> usize {
    let parts = run.parts.iter().flatten().filter_map(|part| part.partition.as_ref());
    let selected: usize = run.parts.iter().flatten().map(|part| part.scenarios).sum();
    // Those of parts that are missing are not done either, unless one part alone is meant.
    let all = if run.parts.iter().flatten().count() > 1 { parts.map(|part| part.all).max() } else { None };
    selected.max(all.unwrap_or(0)).max(run.summary.finished())
}

/// How many scenarios are of each kind, in the order of gravity.
fn kinds(run: &StoredRun, all: usize) -> [(Kind, usize); 9] {
    let summary = &run.summary;
    [
        (Kind::Failed, summary.failed.saturating_sub(summary.known + summary.quarantined)),
        (Kind::Errored, summary.errored.saturating_sub(summary.quarantined_errors)),
        (Kind::Aborted, summary.aborted),
        (Kind::Unfinished, all.saturating_sub(summary.finished())),
        (Kind::Flaky, summary.flaky),
        (Kind::Quarantined, summary.quarantined + summary.quarantined_errors),
        (Kind::Known, summary.known),
        (Kind::Skipped, summary.skipped),
        (Kind::Passed, summary.passed.saturating_sub(summary.flaky)),
    ]
}

/// What became of the run, in a sentence.
fn verdict(run: &StoredRun, all: usize) -> (Kind, String) {
    let summary = &run.summary;
    let of = |number: usize| match all == number {
        true if all == 1 => "The only scenario".to_owned(),
        true => format!("All {} scenarios", thousands(all as u64)),
        false => format!("{} of {}", thousands(number as u64), count(all as u64, "scenario")),
    };
    let counting = kinds(run, all).into_iter().filter(|(kind, number)| kind.counts() && *number > 0);
    let mut parts = counting.map(|(kind, number)| (kind, number, kind.word()));
    let Some((kind, number, word)) = parts.next() else {
        return match summary {
            _ if all == 0 => (Kind::Skipped, "No scenario was selected".to_owned()),
            summary if summary.around > 0 => (Kind::Errored, "What is run around all scenarios failed".to_owned()),
            summary if summary.passed == 0 => {
                (Kind::Skipped, "No scenario passed, and none failed that counts".to_owned())
            }
            summary if summary.passed == all => (Kind::Passed, format!("{} passed", of(all))),
            summary => (Kind::Passed, format!("{} passed, and none failed that counts", of(summary.passed))),
        };
    };
    let rest = parts.map(|(_, number, word)| format!(", {} {word}", thousands(number as u64))).collect::<String>();
    let word = if kind == Kind::Unfinished { "did not finish" } else { word };
    (kind, format!("{} {word}{rest}", of(number)))
}

/// What a reader of the numbers has to know first.
fn warnings(run: &StoredRun, all: usize) -> Vec<String> {
    let summary = &run.summary;
    let mut told = Vec::new();
    if run.millis.is_none() {
        let unfinished = all.saturating_sub(summary.finished());
        let which = if run.parts.iter().flatten().count() > 1 {
            "A part of the run was cut off: its"
        } else {
            "The run was cut off: its"
        };
        let what = match unfinished {
            0 => String::new(),
            _ => format!(" {} did not finish.", count(unfinished as u64, "scenario")),
        };
        told.push(format!("{which} events end before it does.{what}"));
    }
    let parts: Vec<_> = run.parts.iter().flatten().filter_map(|part| part.partition.as_ref()).collect();
    if let [part] = parts.as_slice() {
        told.push(format!("This is part {} of {}, not the whole run.", part.part, part.of));
    } else if let Some(of) = parts.iter().map(|part| part.of).max() {
        // What a stored file says may be anything; no run has so many parts.
        let missing: Vec<u32> = (1..=of.min(10_000)).filter(|part| parts.iter().all(|one| one.part != *part)).collect();
        let names = missing.iter().take(20).map(u32::to_string).collect::<Vec<_>>().join(", ");
        let more = if missing.len() > 20 { ", …" } else { "" };
        match missing.as_slice() {
            [] => {}
            [_] => told.push(format!("Part {names} of {of} is missing: this is not the whole run.")),
            _ => told.push(format!("Parts {names}{more} of {of} are missing: this is not the whole run.")),
        }
    }
    if summary.around > 0 {
        told.push("What is run around all scenarios (`before` or `after` of the settings) failed.".to_owned());
    }
    if summary.expired > 0 {
        let told_of = count(summary.expired as u64, "scenario");
        told.push(format!(
            "{told_of} had a failure that was known, or was in quarantine, for a time that is over: it counts again."
        ));
    }
    if summary.left > 0 {
        told.push(format!(
            "{} of the process left without an end.",
            count(summary.left, "instance") + if summary.left == 1 { " was" } else { " were" }
        ));
    }
    told
}

fn counts(run: &StoredRun, all: usize) -> Vec<Count> {
    let mut from = 0;
    let always = [Kind::Failed, Kind::Errored, Kind::Passed];
    let shown = kinds(run, all).into_iter().filter(|(kind, number)| *number > 0 || always.contains(kind));
    let counts = shown.map(|(kind, number)| {
        // What is there is seen, however little it is of the whole.
        let wide = if number == 0 { 0 } else { (number * 1_000 / all.max(1)).max(4) };
        from += wide;
        Count { kind: Sign::of(kind), number: thousands(number as u64), from: from - wide, wide }
    });
    counts.collect()
}

fn facts(run: &StoredRun) -> Vec<Fact> {
    let summary = &run.summary;
    let mut facts = Vec::new();
    let mut fact = |name, value: String| facts.push(Fact { name, value });
    if let Some(head) = run.heads.first() {
        let kind = if head.target.simulator { "simulator" } else { "engine" };
        fact("Target", format!("{} ({kind} at {})", head.target.name, head.target.base_url));
        fact("Started", moment(&head.at));
    }
    if let Some(millis) = run.millis {
        fact("Duration", duration(millis));
    }
    let retries = match summary.retries {
        0 => String::new(),
        retries => format!(", {} of them again after errors of transport", thousands(retries)),
    };
    fact("Judged", format!("{} in {}", count(summary.expectations, "expectation"), count(summary.steps, "step")));
    fact(
        "Sent",
        format!(
            "{}{retries}; {} may have changed something",
            count(summary.requests, "request"),
            thousands(summary.mutations)
        ),
    );
    fact("Uploaded", count(summary.uploaded, "byte"));
    if summary.reruns > 0 {
        fact("Run again", format!("{}, each time counted", count(summary.reruns, "scenario")));
    }
    if let Some(head) = run.heads.first() {
        fact("Flowproof", format!("{}, {} at a time", head.flowproof, count(head.jobs as u64, "scenario")));
        fact("Seed", format!("{seed} (the same data again: --seed {seed})", seed = head.seed));
    }
    for part in run.parts.iter().flatten().take(MOST_PARTS) {
        let which = part.partition.as_ref();
        let which = which.map(|one| format!(", part {} of {} by {}", one.part, one.of, one.by)).unwrap_or_default();
        let end = if part.finished { "" } else { ", cut off" };
        fact("Run", format!("{}{which}: {}{end}", part.run, count(part.scenarios as u64, "scenario")));
    }
    facts
}

/// `2026-11-24 02:00:27 UTC`.
fn moment(at: &str) -> String {
    match (at.get(..10), at.get(11..19)) {
        (Some(day), Some(time)) => format!("{day} {time} UTC"),
        _ => at.to_owned(),
    }
}

fn guards(guards: &GuardsRecord) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut fact = |name, value: Option<String>| facts.extend(value.map(|value| Fact { name, value }));
    fact("Production", guards.production.then(|| "yes, and it was permitted".to_owned()));
    fact("Hosts", (!guards.hosts.is_empty()).then(|| guards.hosts.join(", ")));
    let rate = guards.per_second.map(|rate| format!("{rate} requests a second"));
    let in_flight = guards.in_flight.map(|most| format!("{} at a time", count(u64::from(most), "request")));
    let rates: Vec<String> = rate.into_iter().chain(in_flight).collect();
    fact("Rate", (!rates.is_empty()).then(|| format!("at most {}", rates.join(", "))));
    fact(
        "Changes",
        guards.mutations.map(|most| format!("at most {} that may change something", count(most, "request"))),
    );
    fact("Upload", guards.upload.map(|most| format!("at most {}", count(most, "byte"))));
    fact(
        "Breaker",
        guards
            .breaker
            .map(|after| format!("opens after {} without a usable answer", count(u64::from(after), "request"))),
    );
    facts
}

fn happenings(run: &StoredRun) -> Vec<Happening> {
    let told = run.happenings.iter().filter_map(|event| {
        let told = match &event.kind {
            EventKind::RunResumed { kept, jobs } => {
                format!("resumed with {} kept, {jobs} at a time", count(*kept as u64, "scenario"))
            }
            EventKind::BreakerOpened { failures, pause, reason } => {
                format!(
                    "breaker opened for {pause} after {} in a row without a usable answer: {reason}",
                    count(u64::from(*failures), "request")
                )
            }
            EventKind::BreakerClosed { after } => format!("breaker closed: the target answers again after {after}"),
            EventKind::Noted { message } => message.clone(),
            _ => return None,
        };
        Some(Happening { at: event.at.clone(), told })
    });
    told.take(MOST_HAPPENINGS).collect()
}
