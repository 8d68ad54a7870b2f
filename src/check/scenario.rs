use serde_json::Map;

use super::outcomes::Asked;
use super::{FileFact, Surroundings, cases, flow, fragments, inputs, names, outcomes, secrets, simulate, variables};
use crate::catalogue::Activity;
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::proof::{self, Context};
use crate::scenario::{Answers, Body, Scenario, SessionUse, Step, StepKind, WalkExpectation};
use crate::source::Spanned;

/// Checks a scenario against what is around it. Every problem is reported; one that is an error keeps it from being run.
pub fn check(scenario: &Scenario, around: &Surroundings<'_>, found: &mut Diagnostics) {
    names::check(scenario, around, found);
    for session in std::iter::once(&scenario.session).chain(scenario.actors.iter().map(|actor| &actor.session)) {
        self::session(session, around, found);
    }
    unused_inputs(scenario, around, found);
    for step in scenario.steps() {
        self::step(step, around, found);
    }
    if let Body::Answers(answers) = &scenario.body {
        self::answers(answers, around, found);
    }
    simulate::check(&scenario.simulate, around, found);
    for expect in scenario.expect.iter().flat_map(WalkExpectation::all) {
        outcomes::of_walk(expect, around, found);
    }
    cases::check(scenario, around, found);
    fragments::nesting(scenario, around, found);
    variables::check(scenario, around, found);
    flow::of_scenario(scenario, around, found);
    if let Some(map) = around.map {
        let marks = |path: &str| match (around.file)(path) {
            FileFact::Present { marks, .. } => marks,
            FileFact::Unusable { .. } => Map::new(),
        };
        let context = Context { folder: around.folder, fragments: around.fragments, map, marks: &marks };
        proof::check_walk(scenario, context, found);
    }
}

fn session(session: &SessionUse, around: &Surroundings<'_>, found: &mut Diagnostics) {
    for (name, given) in &session.inputs {
        let Some(activity) = around.catalogue.and_then(|catalogue| catalogue.activity(&name.value)) else { continue };
        inputs::check(&activity.into(), given, name.span, around, found);
        secrets::of_inputs(activity, given, found);
    }
}

/// Reports inputs for activities that do not open the session, although others do.
fn unused_inputs(scenario: &Scenario, around: &Surroundings<'_>, found: &mut Diagnostics) {
    let Some(session) = around.catalogue.map(|catalogue| &catalogue.session) else { return };
    let mut report = |given: &SessionUse, opens: Vec<&Spanned<String>>| {
        let opens = |name: &str| opens.iter().any(|other| other.value == name);
        let known = |name: &str| session.open.iter().any(|other| other.value == name);
        for (name, _) in given.inputs.iter().filter(|(name, _)| known(&name.value) && !opens(&name.value)) {
            let message = format!("the session is opened without `{}`, so its inputs are never used", name.value);
            found.push(Diagnostic::new(Id::CONTRADICTION, message).at(name.span));
        }
    };
    report(&scenario.session, scenario.session.opens(&session.open).iter().collect());
    for actor in &scenario.actors {
        let credential = session.credential.as_ref().map(|name| name.value.as_str());
        report(&actor.session, actor.opens(&session.open, credential, true));
    }
}

/// Checks one step, whichever file it is of.
pub(super) fn step(step: &Step, around: &Surroundings<'_>, found: &mut Diagnostics) {
    simulate::check(&step.simulate, around, found);
    if let StepKind::Use(one) = &step.kind {
        fragments::of_use(one, around, found);
    }
    if let StepKind::Request(line) = &step.kind {
        secrets::of_request(line, found);
    }
    let StepKind::Activity { name, with, .. } = &step.kind else { return };
    let Some(activity) = around.catalogue.and_then(|catalogue| catalogue.activity(&name.value)) else { return };
    inputs::check(&activity.into(), with, name.span, around, found);
    secrets::of_inputs(activity, with, found);
    let asked = Asked {
        activity,
        with,
        expect: step.expect.as_ref(),
        poll: step.poll.as_ref(),
        on: &step.on,
        place: name.span,
    };
    outcomes::of_step(&asked, around, found);
}

fn answers(answers: &Answers, around: &Surroundings<'_>, found: &mut Diagnostics) {
    for entry in &answers.entries {
        let activity = activity_of(&entry.key.value, around);
        for answer in entry.visits.all() {
            simulate::check(&answer.simulate, around, found);
            let Some(activity) = activity.filter(|_| answer.wait.is_none()) else { continue };
            inputs::check(&activity.into(), &answer.with, entry.key.span, around, found);
            let asked = Asked {
                activity,
                with: &answer.with,
                expect: answer.expect.as_ref(),
                poll: None,
                on: &answer.on,
                place: entry.key.span,
            };
            outcomes::of_step(&asked, around, found);
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
