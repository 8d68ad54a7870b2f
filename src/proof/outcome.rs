use serde_json::Value;

use crate::catalogue::{Activity, Outcome};
use crate::scenario::{Branch, Given, GivenInputs, Poll, StepExpectation};

/// Statuses of answers that grant what was asked.
const GRANTED: [u16; 3] = [200, 201, 204];
/// The field of an answer that holds the engine's code.
const CODE: &str = "code";

/// Whether an outcome is of answers that grant what was asked; others leave a process where it is.
pub(super) fn is_granted(outcome: &Outcome) -> bool {
    let status = outcome.when.status.as_ref();
    status.is_none_or(|status| GRANTED.into_iter().any(|one| status.decides(one) != Some(false)))
}

/// Whether an outcome may come with a code, `None` for an answer without one. By the catalogue alone.
pub fn may_have_code(outcome: &Outcome, code: Option<i64>) -> bool {
    let value = code.map(Value::from);
    let mut of_code = outcome.when.fields.iter().filter(|(name, _)| name.value == CODE);
    of_code.all(|(_, matcher)| matcher.decides(value.as_ref()) != Some(false))
        && code.is_none_or(|code| outcome.codes.is_empty() || outcome.codes.contains(&code))
}

/// The outcomes that a step allows where it goes on as if nothing special happened: what it expects, else success. Those that
/// `on` handles are not among them.
pub fn expected<'a>(
    activity: &'a Activity,
    expect: Option<&StepExpectation>,
    poll: Option<&Poll>,
    on: &[Branch],
) -> Vec<&'a Outcome> {
    let expect = expect.or(poll.map(|poll| &poll.until));
    let is_handled = |outcome: &Outcome| on.iter().any(|branch| branch.outcome.value == outcome.name.value);
    let allowed = |outcome: &Outcome| match expect {
        Some(expect) if !expect.outcome.is_empty() => expect.outcome.iter().any(|one| one.value == outcome.name.value),
        // An expectation that speaks of status or code alone leaves the outcome open.
        Some(expect) if expect.status.is_some() || expect.code.is_some() => fits(outcome, expect),
        _ => outcome.name.value == Activity::SUCCESS,
    };
    activity.outcomes.iter().filter(|outcome| allowed(outcome) && !is_handled(outcome)).collect()
}

/// Whether what is expected of status and code is of an outcome, as far as both are written out.
pub fn fits(outcome: &Outcome, expect: &StepExpectation) -> bool {
    let listed = expect.code.as_ref().map(|code| code.matcher.listed()).unwrap_or_default();
    let codes: Vec<i64> = listed.iter().filter_map(|code| code.as_i64()).collect();
    let status = |status: u16| {
        let of_answer = outcome.when.status.as_ref().and_then(|when| when.decides(status));
        let wanted = expect.status.as_ref().and_then(|wanted| wanted.decides(status));
        of_answer != Some(false) && wanted != Some(false)
    };
    let by_code = codes.is_empty() || codes.iter().any(|code| may_have_code(outcome, Some(*code)));
    by_code && (200..600).any(status)
}

/// The outcomes that an activity can have with what it is given, as far as that is written out: an answer is classed by its first
/// outcome that fits, and some ask for the value of an input.
pub fn possible<'a>(activity: &'a Activity, with: &GivenInputs) -> Vec<&'a Outcome> {
    let given = |name: &str| match with.iter().find(|(given, _)| given.value == name) {
        Some((_, Given::Omitted(_))) => Some(None),
        Some((_, given)) => given.template().and_then(|template| template.as_literal()).map(Some),
        None => match activity.input(name).and_then(|input| input.default.as_ref()) {
            Some(default) => default.as_literal().map(Some),
            None => Some(None),
        },
    };
    // What an outcome asks of inputs: whether it holds, where that is known.
    let holds = |outcome: &Outcome| {
        let asked = outcome.when.inputs.iter();
        let decided = asked.map(|(name, matcher)| {
            given(&name.value).and_then(|value| matcher.decides(value.filter(|value| !value.is_null())))
        });
        let decided: Vec<Option<bool>> = decided.collect();
        if decided.contains(&Some(false)) {
            return Some(false);
        }
        decided.iter().all(Option::is_some).then_some(true)
    };
    let mut possible: Vec<&Outcome> = Vec::new();
    for outcome in &activity.outcomes {
        // One that asks the same of the answer, and whose inputs are there, goes before it.
        let is_taken = possible.iter().any(|before| {
            !before.when.inputs.is_empty() && holds(before) == Some(true) && asks_the_same(before, outcome)
        });
        if holds(outcome) != Some(false) && !is_taken {
            possible.push(outcome);
        }
    }
    possible
}

/// Whether two outcomes ask the same of status and code, as far as can be told.
fn asks_the_same(one: &Outcome, other: &Outcome) -> bool {
    let statuses = |outcome: &Outcome| {
        (200..600).map(|status| outcome.when.status.as_ref().map(|when| when.decides(status))).collect::<Vec<_>>()
    };
    let codes = |outcome: &Outcome| {
        let of_code: Vec<_> = outcome.when.fields.iter().collect();
        let only_absence = of_code.iter().all(|(name, matcher)| {
            name.value == CODE
                && matcher.decides(None) == Some(true)
                && matcher.decides(Some(&Value::from(1))) == Some(false)
        });
        (!of_code.is_empty() && only_absence, of_code.is_empty())
    };
    statuses(one) == statuses(other) && codes(one) == codes(other) && (codes(one).0 || codes(one).1)
}
