//! The event stream of a run again: as it was told, or put together of its parts.

use std::fs::File;
use std::io::{BufReader, Write};

use sha2::{Digest, Sha256};

use super::format::put;
use super::run::RawScenario;
use super::stored::Lines;
use super::{ReportError, StoredRun};
use crate::event::{Event, EventKind, PartRecord, VERSION};

/// Writes the stream of a run: what one file holds as it is, what several hold put together.
pub(super) fn write(run: &StoredRun, out: &mut dyn Write) -> Result<(), ReportError> {
    let [file] = run.files.as_slice() else { return write_merged(run, out) };
    let mut lines = Lines::new(BufReader::new(File::open(file)?));
    while let Some(line) = lines.read()? {
        put(out, line.text)?;
        put(out, b"\n")?;
    }
    Ok(())
}

/// Writes one stream of all parts: their beginnings as one, their scenarios by id, and the end of all, if each came to its own.
///
/// The same parts give the same stream, whether they were put together before or not.
pub(super) fn write_merged(run: &StoredRun, out: &mut dyn Write) -> Result<(), ReportError> {
    begin(run).iter().try_for_each(|event| line(out, event))?;
    for scenario in run.stored()? {
        let scenario = scenario?;
        match part_of(run, &scenario) {
            Some(part) => renamed(&scenario, part, out)?,
            None => put(out, &scenario.text)?,
        }
    }
    end(run).iter().try_for_each(|event| line(out, event))
}

/// The beginning of all parts, and what happened to each as a whole.
pub(super) fn begin(run: &StoredRun) -> Vec<Event> {
    let parts = parts(run);
    let Some(head) = run.heads.iter().min_by(|left, right| left.at.cmp(&right.at)) else { return Vec::new() };
    let at = head.at.clone();
    let started = EventKind::RunStarted {
        version: VERSION,
        flowproof: head.flowproof.clone(),
        run: name(&parts),
        seed: head.seed,
        target: head.target.clone(),
        scenarios: run.heads.iter().map(|head| head.scenarios).sum(),
        jobs: run.heads.iter().map(|head| head.jobs).sum(),
        partition: None,
        guards: head.guards.clone(),
    };
    let mut happenings = run.happenings.clone();
    happenings.sort_by(|left, right| left.at.cmp(&right.at));
    let of_run = |kind| Event { at: at.clone(), scenario: None, kind };
    [of_run(started), of_run(EventKind::RunMerged { parts })].into_iter().chain(happenings).collect()
}

/// The end of all parts, if each came to its own.
pub(super) fn end(run: &StoredRun) -> Option<Event> {
    let at = run.ends.iter().flatten().map(|(at, _)| at).max()?.clone();
    // Short enough to be the same number after it was read.
    let millis = (run.millis? * 1e3).round() / 1e3;
    let finished = parts(run).iter().all(|part| part.finished);
    finished.then(|| Event {
        at,
        scenario: None,
        kind: EventKind::RunFinished { summary: run.summary.clone(), millis },
    })
}

/// All parts, in their order, with whether each came to its end.
pub(super) fn parts(run: &StoredRun) -> Vec<PartRecord> {
    let mut all = Vec::new();
    for (parts, end) in run.parts.iter().zip(&run.ends) {
        // A stream that was put together has no end if one of its parts has none.
        let whole = end.is_some() || parts.iter().any(|part| !part.finished);
        all.extend(parts.iter().map(|part| PartRecord { finished: part.finished && whole, ..part.clone() }));
    }
    all.sort_by(|left, right| key(left).cmp(&key(right)));
    all
}

fn key(part: &PartRecord) -> (u32, &str, &str) {
    (part.partition.as_ref().map_or(0, |partition| partition.part), &part.at, &part.run)
}

/// The number of the part of which a scenario is that runs around all others: it does so in each.
fn part_of(run: &StoredRun, scenario: &RawScenario<'_>) -> Option<u32> {
    let part = match run.parts[scenario.file].as_slice() {
        [part] if scenario.around => part.partition.as_ref()?.part,
        _ => return None,
    };
    // Of a part that was put together alone before, it has its own name already.
    (!scenario.id.ends_with(')')).then_some(part)
}

/// Writes a scenario that runs around all others under a name that its part alone has.
fn renamed(scenario: &RawScenario<'_>, part: u32, out: &mut dyn Write) -> Result<(), ReportError> {
    let mut lines = Lines::new(scenario.text.as_slice());
    while let Some(read) = lines.read()? {
        let event: Event = read.parse()?;
        line(out, &Event { scenario: Some(format!("{} (part {part})", scenario.id)), ..event })?;
    }
    Ok(())
}

fn line(out: &mut dyn Write, event: &Event) -> Result<(), ReportError> {
    let mut text = serde_json::to_vec(event).map_err(|error| ReportError::Output(error.into()))?;
    text.push(b'\n');
    put(out, text)
}

/// An id that the same parts always give.
fn name(parts: &[PartRecord]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(format!("{}\n", part.run));
    }
    data_encoding::HEXLOWER.encode(&hash.finalize()[..4])
}
