use std::borrow::Cow;

use crate::event::{Difference, EventKind, Excerpt, Problem};
use crate::redact::Redactor;

/// An event without secrets. Exchanges, calls and the beginning of a scenario are masked where they are made, because what is
/// shortened must be masked before.
pub(super) fn masked(mut kind: EventKind, redactor: &Redactor) -> EventKind {
    let mask = |text: &mut String| {
        if let Cow::Owned(masked) = redactor.mask(text) {
            *text = masked;
        }
    };
    match &mut kind {
        EventKind::StepStarted { step, excerpt } => {
            mask(&mut step.subject);
            mask_excerpt(excerpt, redactor);
        }
        EventKind::StepSkipped { step, condition, excerpt } => {
            [&mut step.subject, condition].into_iter().for_each(mask);
            mask_excerpt(excerpt, redactor);
        }
        EventKind::ExpectationJudged { expectation, .. } => {
            mask_excerpt(&mut expectation.excerpt, redactor);
            [&mut expectation.subject, &mut expectation.expected, &mut expectation.message].into_iter().for_each(mask);
            expectation.actual = expectation.actual.take().map(|actual| redactor.mask_json(actual));
            mask_differences(&mut expectation.differences, redactor);
        }
        EventKind::ValueSaved { from, value, .. } => {
            mask(from);
            *value = redactor.mask_json(value.take());
        }
        EventKind::Retried { reason, .. } => mask(reason),
        EventKind::Polled { poll, .. } => poll.why.iter_mut().for_each(mask),
        EventKind::PositionRead { element, state, .. } => {
            let named = element.iter_mut().flat_map(|element| [&mut element.id, &mut element.name]);
            named.chain([state]).flatten().for_each(mask);
        }
        EventKind::TokenMoved { movement, .. } => *movement = redactor.mask_json(movement.take()),
        EventKind::Noted { message } => mask(message),
        EventKind::PositionUnknown { reason, .. } => mask(reason),
        EventKind::BreakerOpened { reason, .. } => mask(reason),
        EventKind::InstanceWalked { moves, stops, .. } => {
            let elements = stops.iter_mut().filter_map(|stop| stop.element.as_mut());
            moves.iter_mut().chain(elements).for_each(mask);
        }
        EventKind::InstanceLeft { instance, .. } => instance.iter_mut().for_each(mask),
        EventKind::ScenarioFinished { problems, .. } | EventKind::ScenarioRetried { problems, .. } => {
            problems.iter_mut().for_each(|problem| mask_problem(problem, redactor));
        }
        EventKind::RunStarted { .. }
        | EventKind::RunResumed { .. }
        | EventKind::RunMerged { .. }
        | EventKind::BreakerClosed { .. }
        | EventKind::ScenarioStarted { .. }
        | EventKind::Exchanged { .. }
        | EventKind::Called { .. }
        | EventKind::OutcomeRead { .. }
        | EventKind::BranchTaken { .. }
        | EventKind::Waited { .. }
        | EventKind::StepFinished { .. }
        | EventKind::RunFinished { .. } => {}
    }
    kind
}

/// A problem without secrets.
pub(super) fn mask_problem(problem: &mut Problem, redactor: &Redactor) {
    problem.message = redactor.mask(&problem.message).into_owned();
    mask_excerpt(&mut problem.excerpt, redactor);
    for note in &mut problem.notes {
        *note = redactor.mask(note).into_owned();
    }
    mask_differences(&mut problem.differences, redactor);
    for value in &mut problem.values {
        value.origin = redactor.mask(&value.origin).into_owned();
    }
    if let Some(standing) = &mut problem.standing {
        let named = standing.element.iter_mut().flat_map(|element| [&mut element.id, &mut element.name]);
        let texts = named.chain([&mut standing.state]).flatten().chain([&mut standing.told]);
        texts.for_each(|text| *text = redactor.mask(text).into_owned());
    }
}

/// The author's lines without what is secret by now: a value that stands in a file may turn out to be personal data.
fn mask_excerpt(excerpt: &mut Option<Excerpt>, redactor: &Redactor) {
    let Some(excerpt) = excerpt.as_mut().filter(|excerpt| redactor.contains(&excerpt.text)) else { return };
    let mask = |text: &str| redactor.mask(text).into_owned();
    let (text, range) = (excerpt.text.as_str(), excerpt.start..excerpt.end);
    let parts = (text.get(..range.start), text.get(range.clone()), text.get(range.end..));
    let (Some(before), Some(marked), Some(after)) = parts else { return excerpt.text = mask(text) };
    let (before, marked) = (mask(before), mask(marked));
    let (start, end) = (before.len(), before.len() + marked.len());
    let parts = before + &marked + &mask(after);
    // What stands across the ends of the mark is found in the whole alone.
    match redactor.contains(&parts) {
        true => (excerpt.text, excerpt.start, excerpt.end) = (mask(&parts), 0, 0),
        false => (excerpt.text, excerpt.start, excerpt.end) = (parts, start, end),
    }
}

fn mask_differences(differences: &mut [Difference], redactor: &Redactor) {
    for difference in differences {
        if let Some(field) = redactor.personal().field_at(&difference.path) {
            let placeholder = || serde_json::Value::String(Redactor::placeholder(field));
            difference.expected = difference.expected.as_ref().map(|_| placeholder());
            difference.actual = difference.actual.as_ref().map(|_| placeholder());
        }
        difference.expected = difference.expected.take().map(|value| redactor.mask_json(value));
        difference.actual = difference.actual.take().map(|value| redactor.mask_json(value));
    }
}
