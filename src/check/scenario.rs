use super::{Surroundings, cases, inputs, names, outcomes, simulate, variables};
use crate::catalogue::Activity;
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::scenario::{Answers, Body, Opening, Scenario, Step, StepExpectation, StepKind};

/// Checks a scenario against what is around it. Every problem is reported; one that is an error keeps it from being run.
pub fn check(scenario: &Scenario, around: &Surroundings<'_>, found: &mut Diagnostics) {
    names::check(scenario, around, found);
    session(scenario, around, found);
    for step in scenario.steps() {
        self::step(step, around, found);
    }
    if let Body::Answers(answers) = &scenario.body {
        self::answers(answers, around, found);
    }
    simulate::check(&scenario.simulate, around, found);
    if let Some(expect) = &scenario.expect {
        outcomes::of_walk(expect, around, found);
    }
    cases::check(scenario, around, found);
    variables::check(scenario, around, found);
}

fn session(scenario: &Scenario, around: &Surroundings<'_>, found: &mut Diagnostics) {
    for (name, given) in &scenario.session.inputs {
        let Some(activity) = around.catalogue.and_then(|catalogue| catalogue.activity(&name.value)) else { continue };
        inputs::check(activity, given, name.span, false, around, found);
    }
    if let (Opening::None, Some(span)) = (&scenario.session.opening, scenario.session.span)
        && !scenario.session.inputs.is_empty()
    {
        found.push(Diagnostic::new(Id::CONTRADICTION, "no session is opened, so its inputs are never used").at(span));
    }
}

fn step(step: &Step, around: &Surroundings<'_>, found: &mut Diagnostics) {
    simulate::check(&step.simulate, around, found);
    let StepKind::Activity { name, with, .. } = &step.kind else { return };
    let Some(activity) = around.catalogue.and_then(|catalogue| catalogue.activity(&name.value)) else { return };
    let deliberate = step.expectations().any(is_deliberate);
    inputs::check(activity, with, name.span, deliberate, around, found);
    outcomes::of_step(activity, step.expect.as_ref(), step.poll.as_ref(), &step.on, around, found);
}

fn answers(answers: &Answers, around: &Surroundings<'_>, found: &mut Diagnostics) {
    for entry in &answers.entries {
        let activity = activity_of(&entry.key.value, around);
        for answer in entry.visits.all() {
            simulate::check(&answer.simulate, around, found);
            let Some(activity) = activity.filter(|_| answer.wait.is_none()) else { continue };
            let deliberate = answer.expect.as_ref().is_some_and(is_deliberate);
            inputs::check(activity, &answer.with, entry.key.span, deliberate, around, found);
            outcomes::of_step(activity, answer.expect.as_ref(), None, &answer.on, around, found);
        }
    }
}

/// The activity of a key of `answers`: named itself, or by an element of the process.
fn activity_of<'a>(key: &str, around: &Surroundings<'a>) -> Option<&'a Activity> {
    let catalogue = around.catalogue?;
    let of_element = || {
        let definition = around.definition?;
        let node = definition.node(key).or_else(|| definition.nodes_named(key).next())?;
        catalogue.activity_of(&node.attribute_texts(), node.name.as_deref())
    };
    of_element().or_else(|| catalogue.activity(key))
}

/// Whether a step expects something else than success, so that odd inputs are its purpose.
fn is_deliberate(expect: &StepExpectation) -> bool {
    expect.status.is_some() || expect.outcome.iter().any(|outcome| outcome.value != Activity::SUCCESS)
}
