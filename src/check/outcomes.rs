use super::Surroundings;
use super::names;
use crate::catalogue::Activity;
use crate::diagnostic::{Diagnostic, Diagnostics, Id, suggest};
use crate::scenario::{Action, Branch, Poll, StepExpectation, WalkExpectation};
use crate::source::Spanned;

/// What the process's end is called in `next:`.
const END: &str = "end";
/// The outcome of a visit that a timer ended; no answer has it.
const TIMEOUT: &str = "timeout";

/// Checks what a step expects of an activity, and how it branches.
pub(super) fn of_step(
    activity: &Activity,
    expect: Option<&StepExpectation>,
    poll: Option<&Poll>,
    on: &[Branch],
    around: &Surroundings<'_>,
    found: &mut Diagnostics,
) {
    for stated in expect.into_iter().chain(poll.iter().flat_map(|poll| poll.expectations())) {
        stated.outcome.iter().for_each(|outcome| known(activity, outcome, found));
        if let Some(next) = stated.next.as_ref().filter(|next| next.value != END) {
            names::activity(next, around, found);
        }
    }
    for outcome in expect.iter().flat_map(|expect| &expect.outcome) {
        if let Some(branch) = on.iter().find(|branch| branch.outcome.value == outcome.value) {
            let message = format!("`on` handles `{}`, so it is never expected", outcome.value);
            found.push(
                Diagnostic::new(Id::CONTRADICTION, message).at(outcome.span).and(branch.outcome.span, "handled here"),
            );
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
}

/// Checks the outcomes that a scenario expects at its end.
pub(super) fn of_walk(expect: &WalkExpectation, around: &Surroundings<'_>, found: &mut Diagnostics) {
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
        found.push(
            Diagnostic::new(Id::UNKNOWN_OUTCOME, message).at(outcome.span).help_if(suggest(&outcome.value, names)),
        );
    }
}
