use serde_json::{Map, Value};

use crate::event::{CaseRecord, EventKind, Finding, KnownFailureRecord, QuarantineRecord, Verdict};
use crate::expect::shown;
use crate::plan::Planned;
use crate::redact::Redactor;
use crate::scenario::Case;
use crate::settings::Quarantine;
use crate::source::Sources;

/// About as many characters of one value of a case are told.
const MOST_VALUE: usize = 200;
/// Most values of a case that are told.
const MOST_VALUES: usize = 50;

/// What is told when a scenario begins.
pub(super) fn started(planned: &Planned, attempt: u32, sources: &Sources, redactor: &Redactor) -> EventKind {
    let scenario = &planned.scenario;
    let texts = |all: &[crate::source::Spanned<String>]| all.iter().map(|one| one.value.clone()).collect();
    EventKind::ScenarioStarted {
        title: redactor.mask(&planned.title()).into_owned(),
        tags: texts(&scenario.tags),
        process: scenario.process.as_ref().map(|process| process.value.clone()),
        owner: scenario.owner.as_ref().map(|owner| owner.value.clone()),
        covers: texts(&scenario.covers),
        case: planned.case.as_ref().map(|case| Box::new(record(case, sources, redactor))),
        role: planned.role,
        attempt,
        fingerprint: planned.fingerprint.map(|one| one.to_string()),
    }
}

fn record(case: &Case, sources: &Sources, redactor: &Redactor) -> CaseRecord {
    let value = |(name, value): (String, Value)| {
        let masked = match redactor.personal().field(&name) {
            Some(field) => Value::String(Redactor::placeholder(field)),
            None => redactor.mask_json(value),
        };
        let short = shown(&masked, MOST_VALUE);
        (name, if short.contains('…') { Value::String(short) } else { masked })
    };
    CaseRecord {
        number: case.number(),
        at: sources.locate(case.span()),
        values: case.values().into_iter().take(MOST_VALUES).map(value).collect::<Map<_, _>>(),
    }
}

/// Why the verdict of a scenario does not count, or no longer does.
pub(super) fn quarantined(
    planned: &Planned,
    quarantine: &Quarantine,
    now: jiff::Timestamp,
) -> Option<Box<QuarantineRecord>> {
    let one = quarantine.of(&planned.id).filter(|_| planned.role.is_none())?;
    let expired = one.is_expired(now.to_zoned(jiff::tz::TimeZone::UTC).date());
    Some(Box::new(QuarantineRecord { reason: one.told(), until: one.until.value.to_string(), expired }))
}

/// What came of a failure that is known; nothing where the verdict says nothing of it.
pub(super) fn known_failure(
    planned: &Planned,
    verdict: Verdict,
    now: jiff::Timestamp,
) -> Option<Box<KnownFailureRecord>> {
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let (known, expired) = planned.known_failure(today)?;
    let finding = match verdict {
        Verdict::Skipped => return None,
        _ if expired => Finding::Expired,
        Verdict::Failed => Finding::Confirmed,
        Verdict::Passed => Finding::Unexpected,
        // It could not be carried out, which is another failure than the one that is known.
        Verdict::Errored | Verdict::Aborted => return None,
    };
    let (ticket, until) = (known.ticket.value.clone(), known.until.value.to_string());
    Some(Box::new(KnownFailureRecord { ticket, until, finding }))
}
