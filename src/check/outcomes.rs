use std::collections::BTreeSet;

use super::Surroundings;
use super::{names, readings};
use crate::catalogue::{Activity, Outcome};
use crate::diagnostic::{Diagnostic, Diagnostics, Id, one_of};
use crate::proof::{expected, fits, may_have_code, possible};
use crate::scenario::{Action, Branch, GivenInputs, Poll, StepExpectation, WalkExpectation};
use crate::source::{Span, Spanned};

/// What the process's end is called in `next:`.
const END: &str = "end";
/// The outcome of a visit that a timer ended; no answer has it.
const TIMEOUT: &str = "timeout";

/// What is asked of an activity and expected of it, by a step or an answer.
pub(super) struct Asked<'a> {
    pub activity: &'a Activity,
    pub with: &'a GivenInputs,
    pub expect: Option<&'a StepExpectation>,
    pub poll: Option<&'a Poll>,
    pub on: &'a [Branch],
    /// What stands for it.
    pub place: Span,
}

/// Checks what is expected of an activity, and how that branches.
pub(super) fn of_step(asked: &Asked<'_>, around: &Surroundings<'_>, found: &mut Diagnostics) {
    let Asked { activity, expect, poll, on, .. } = *asked;
    let before = found.len();
    for stated in expect.into_iter().chain(poll.iter().flat_map(|poll| poll.expectations())) {
        stated.outcome.iter().for_each(|outcome| known(activity, outcome, found));
        readings::of_answer(activity, stated, around, found);
        readings::of_instance(stated.instance.as_ref(), around, found);
        if let Some(next) = stated.next.as_ref().filter(|next| next.value != END) {
            names::activity(next, around, found);
        }
    }
    for outcome in expect.iter().flat_map(|expect| &expect.outcome) {
        if let Some(branch) = on.iter().find(|branch| branch.outcome.value == outcome.value) {
            let message = format!("`on` handles `{}`, so it is never expected", outcome.value);
            let one = Diagnostic::new(Id::CONTRADICTION, message).at(outcome.span);
            found.push(one.and(branch.outcome.span, "handled here").help("remove one of the two"));
        }
    }
    for branch in on {
        known(activity, &branch.outcome, found);
        let again = matches!(branch.action, Action::Goto(_) | Action::Repeat);
        if again && branch.at_most.is_none() {
            let message = format!("nothing bounds how often `{}` is done", branch.action);
            let one = Diagnostic::new(Id::UNBOUNDED_BRANCH, message).at(branch.span);
            found.push(one.help("add `at-most: 3`; without it the budget of 1000 steps ends the scenario"));
        }
    }
    // What is not even known is told already.
    if found.len() == before {
        excluded_by_inputs(asked, found);
        expect.into_iter().for_each(|expect| excluded_by_answer(activity, expect, around, found));
    }
}

/// Reports an outcome that the activity cannot have with what it is given.
fn excluded_by_inputs(asked: &Asked<'_>, found: &mut Diagnostics) {
    let possible = possible(asked.activity, asked.with);
    let is_possible = |outcome: &Outcome| possible.iter().any(|one| std::ptr::eq(*one, outcome));
    let wanted = expected(asked.activity, asked.expect, asked.poll, asked.on);
    let stated = asked.expect.and_then(|expect| expect.outcome.first());
    // What a branch is for need not be expected.
    let branches = asked.on.iter().filter(|_| stated.is_none());
    let handled = branches.filter_map(|branch| asked.activity.outcome(&branch.outcome.value));
    if wanted.is_empty() || wanted.iter().copied().chain(handled).any(is_possible) {
        return;
    }
    let name = &asked.activity.name.value;
    let names: Vec<&str> = wanted.iter().map(|outcome| outcome.name.value.as_str()).collect();
    let message = format!("`{name}` cannot give {} with these inputs", one_of(names));
    let mut one = Diagnostic::new(Id::CONTRADICTION, message).at(stated.map_or(asked.place, |outcome| outcome.span));
    let judged: Vec<&str> = asked
        .activity
        .outcomes
        .iter()
        .flat_map(|one| &one.when.inputs)
        .map(|(input, _)| input.value.as_str())
        .collect();
    for (input, given) in asked.with.iter().filter(|(input, _)| judged.contains(&input.value.as_str())) {
        one = one.and(input.span.to(given.span()), "by which the outcome is told");
    }
    let left_out = judged.iter().find(|input| asked.with.iter().all(|(given, _)| given.value != **input));
    let one = one.help_if(left_out.map(|input| format!("`{input}` is left out, and the outcome is told by it")));
    let names = possible.iter().map(|outcome| outcome.name.value.as_str());
    found.push(one.help(format!("with these it gives {}", one_of(names))));
}

/// Reports a code or a status that the expected outcome never has.
fn excluded_by_answer(
    activity: &Activity,
    expect: &StepExpectation,
    around: &Surroundings<'_>,
    found: &mut Diagnostics,
) {
    let stated: Vec<&Outcome> = expect.outcome.iter().filter_map(|name| activity.outcome(&name.value)).collect();
    let all: Vec<&Outcome> = activity.outcomes.iter().collect();
    let outcomes = if stated.is_empty() { &all } else { &stated };
    let subject = match stated.as_slice() {
        [one] => format!("`{}` of `{}`", one.name.value, activity.name.value),
        _ => format!("`{}`", activity.name.value),
    };
    if let Some(code) = &expect.code {
        let listed: Vec<i64> = code.matcher.listed().iter().filter_map(|value| value.as_i64()).collect();
        // A code that the catalogue gives to another outcome means that one.
        let all =
            around.catalogue.into_iter().flat_map(|catalogue| &catalogue.activities).flat_map(|one| &one.outcomes);
        let of_others: BTreeSet<i64> = all.flat_map(|outcome| outcome.codes.iter().copied()).collect();
        let may_have = |code: &i64| {
            let is_free = !of_others.contains(code);
            let fits = |one: &&Outcome| (is_free || one.codes.contains(code)) && may_have_code(one, Some(*code));
            outcomes.iter().any(fits)
        };
        if let Some(first) = listed.first().filter(|_| !listed.iter().any(may_have)) {
            let one = Diagnostic::new(Id::UNKNOWN_CODE, format!("{subject} never has the code {first}")).at(code.span);
            let known: Vec<String> = outcomes.iter().flat_map(|outcome| &outcome.codes).map(i64::to_string).collect();
            found.push(match known.is_empty() {
                true => one.help("leave `code` out, or expect the outcome that has it"),
                false => one.help(format!("expected {}", one_of(known.iter().map(String::as_str)))),
            });
            return;
        }
    }
    // What is no status at all is told where it is read.
    let wanted = expect.status.as_ref().filter(|status| (200..600).any(|one| status.decides(one) != Some(false)));
    if let Some(status) = wanted.filter(|_| !outcomes.iter().any(|outcome| fits(outcome, expect))) {
        let message = format!("{subject} never has this status");
        let one = Diagnostic::new(Id::CONTRADICTION, message).at(status.span());
        let statuses: BTreeSet<String> = stated.iter().copied().flat_map(statuses).collect();
        let told = one_of(statuses.iter().map(String::as_str));
        found.push(one.help_if((!statuses.is_empty()).then(|| format!("it comes with {told}"))));
    }
}

/// The statuses of an outcome: a few of them, else their classes.
fn statuses(outcome: &Outcome) -> Vec<String> {
    const FEW: usize = 4;
    let all: Vec<u16> = (200..600)
        .filter(|status| outcome.when.status.as_ref().is_none_or(|when| when.decides(*status) != Some(false)))
        .collect();
    match all.len() {
        few if few <= FEW => all.iter().map(u16::to_string).collect(),
        _ => all.iter().map(|status| format!("{}xx", status / 100)).collect(),
    }
}

/// Checks the outcomes that a scenario expects at its end.
pub(super) fn of_walk(expect: &WalkExpectation, around: &Surroundings<'_>, found: &mut Diagnostics) {
    readings::of_instance(expect.instance.as_ref(), around, found);
    for (name, outcomes) in &expect.outcomes {
        let Some(activity) = around.catalogue.and_then(|catalogue| catalogue.activity(&name.value)) else { continue };
        for outcome in outcomes.iter().filter(|outcome| outcome.value != TIMEOUT) {
            known(activity, outcome, found);
        }
    }
}

fn known(activity: &Activity, outcome: &Spanned<String>, found: &mut Diagnostics) {
    if activity.outcome(&outcome.value).is_none() {
        let message = format!("`{}` has no outcome `{}`", activity.name.value, outcome.value);
        let names = activity.outcomes.iter().map(|outcome| outcome.name.value.as_str());
        found.push(Diagnostic::new(Id::UNKNOWN_OUTCOME, message).at(outcome.span).meant(outcome.span, outcome, names));
    }
}
