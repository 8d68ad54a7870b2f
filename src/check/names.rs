use super::Surroundings;
use super::fragments::{self, Done};
use crate::catalogue::{Activity, Catalogue};
use crate::diagnostic::{Diagnostic, Diagnostics, Fix, Id, nearest, suggest};
use crate::scenario::{Answers, Body, Opening, Scenario, SessionUse, Step, StepKind, WalkExpectation};
use crate::source::{Span, Spanned};

/// Checks the process and the catalogue that a scenario names, and every activity.
pub(super) fn check(scenario: &Scenario, around: &Surroundings<'_>, found: &mut Diagnostics) {
    if let Some(process) = scenario.process.as_ref().filter(|name| !around.processes.contains(&name.value.as_str())) {
        let one =
            Diagnostic::new(Id::UNKNOWN_PROCESS, format!("there is no process `{}`", process.value)).at(process.span);
        let help = suggest(&process.value, around.processes.iter().copied());
        let fix = Fix::rename(process.span, process, around.processes.iter().copied());
        found.push(
            one.fix_if(fix)
                .help(help.unwrap_or_else(|| format!("add `{}` to `processes` of flowproof.yaml", process.value))),
        );
    }
    if let Some(name) = scenario.catalogue.as_ref().filter(|name| !around.catalogues.contains(&name.value.as_str())) {
        let one =
            Diagnostic::new(Id::UNKNOWN_CATALOGUE, format!("there is no catalogue `{}`", name.value)).at(name.span);
        found.push(one.meant(name.span, name, around.catalogues.iter().copied()));
        return;
    }
    let Some(catalogue) = around.catalogue else {
        if let Some(place) = first_use(scenario, around) {
            let one =
                Diagnostic::new(Id::UNKNOWN_CATALOGUE, "the project has several catalogues; say which one is meant");
            let help = suggest("", around.catalogues.iter().copied())
                .unwrap_or_else(|| "add one to flowproof.yaml".to_owned());
            found.push(one.at(place).help(format!("write `catalogue: NAME` at the top; {help}")));
        }
        return;
    };
    of_steps(&scenario.steps(), around, found);
    if let Body::Answers(answers) = &scenario.body {
        keys(answers, around, found);
    }
    for name in scenario.expect.iter().flat_map(WalkExpectation::all).flat_map(WalkExpectation::activities) {
        activity(name, around, found);
    }
    for session in std::iter::once(&scenario.session).chain(scenario.actors.iter().map(|actor| &actor.session)) {
        self::session(session, catalogue, found);
    }
    if let (None, Some(Done { name, place })) = (&scenario.process, needs_process(scenario, around)) {
        let message = format!("`{}` is part of a process, and the scenario names none", name.value);
        found.push(Diagnostic::new(Id::UNKNOWN_PROCESS, message).at(place).help("add `process:`"));
    }
}

/// Checks every activity and element that steps name.
pub(super) fn of_steps(steps: &[&Step], around: &Surroundings<'_>, found: &mut Diagnostics) {
    for step in steps {
        let StepKind::Activity { name, element, .. } = &step.kind else { continue };
        activity(name, around, found);
        if let Some(id) = element {
            element_of(id, around, found);
        }
    }
}

fn session(session: &SessionUse, catalogue: &Catalogue, found: &mut Diagnostics) {
    let until = match &session.opening {
        Opening::Until(name) => Some(name),
        Opening::Whole | Opening::None => None,
    };
    let open = &catalogue.session.open;
    let place = |name: &Spanned<String>| open.iter().position(|other| other.value == name.value);
    for name in until.into_iter().chain(&session.from).chain(session.inputs.iter().map(|(name, _)| name)) {
        if place(name).is_none() {
            let message = format!("the session is not opened by an activity `{}`", name.value);
            let known = open.iter().map(|name| name.value.as_str()).chain(["until", "renew", "from"]);
            found.push(Diagnostic::new(Id::UNKNOWN_ACTIVITY, message).at(name.span).meant(name.span, name, known));
        }
    }
    if let (Some(from), Some(until)) = (&session.from, until)
        && place(from) > place(until)
        && place(until).is_some()
    {
        let message = format!("`{}` comes after `{}`, so nothing is opened", from.value, until.value);
        found.push(Diagnostic::new(Id::CONTRADICTION, message).at(from.span).and(until.span, "opened until here"));
    }
}

/// The activity of a name, reported if there is none.
pub(super) fn activity<'a>(
    name: &Spanned<String>,
    around: &Surroundings<'a>,
    found: &mut Diagnostics,
) -> Option<&'a Activity> {
    let catalogue = around.catalogue?;
    let activity = catalogue.activity(&name.value);
    if activity.is_none() {
        let one = Diagnostic::new(Id::UNKNOWN_ACTIVITY, format!("there is no activity `{}`", name.value)).at(name.span);
        let names = catalogue.activities.iter().map(|activity| activity.name.value.as_str());
        found.push(one.meant(name.span, name, names));
    }
    activity
}

fn keys(answers: &Answers, around: &Surroundings<'_>, found: &mut Diagnostics) {
    for entry in &answers.entries {
        let known = around.catalogue.is_some_and(|catalogue| catalogue.activity(&entry.key.value).is_some());
        if !known && !is_element(&entry.key.value, around) {
            let message = format!("`{}` is neither an activity nor an element of the process", entry.key.value);
            let activities = around.catalogue.into_iter().flat_map(|catalogue| &catalogue.activities);
            let names = activities.filter(|one| !one.element.is_empty()).map(|one| one.name.value.as_str());
            let one = Diagnostic::new(Id::UNKNOWN_ACTIVITY, message).at(entry.key.span);
            found.push(one.meant(entry.key.span, &entry.key.value, names));
        }
    }
}

/// Whether the definition has an element of this id or name.
pub(super) fn is_element(name: &str, around: &Surroundings<'_>) -> bool {
    around
        .definition
        .is_some_and(|definition| definition.node(name).is_some() || definition.nodes_named(name).next().is_some())
}

fn element_of(id: &Spanned<String>, around: &Surroundings<'_>, found: &mut Diagnostics) {
    let Some(definition) = around.definition else { return };
    if !is_element(&id.value, around) {
        let one =
            Diagnostic::new(Id::UNKNOWN_ELEMENT, format!("the process has no element `{}`", id.value)).at(id.span);
        let known = || definition.nodes().iter().map(|node| node.id.as_str());
        let near = nearest(&id.value, known()).map(|near| format!("did you mean `{near}`?"));
        let help = near.unwrap_or_else(|| {
            "ids and names of elements stand in the diagram: `flowproof list processes --format json`".to_owned()
        });
        found.push(one.fix_if(Fix::rename(id.span, id, known())).help(help));
    }
}

fn first_use(scenario: &Scenario, around: &Surroundings<'_>) -> Option<Span> {
    let done = fragments::activities(&scenario.steps(), around.folder, around.fragments);
    done.first().map(|done| done.place).or(scenario.process.as_ref().map(|process| process.span))
}

fn needs_process<'a>(scenario: &'a Scenario, around: &Surroundings<'a>) -> Option<Done<'a>> {
    let mut done = fragments::activities(&scenario.steps(), around.folder, around.fragments);
    if let Body::Answers(answers) = &scenario.body {
        done.extend(answers.entries.iter().map(|entry| Done { name: &entry.key, place: entry.key.span }));
    }
    let catalogue = around.catalogue?;
    let of_process = |name: &str| catalogue.activity(name).is_some_and(|activity| !activity.element.is_empty());
    done.into_iter().find(|done| of_process(&done.name.value))
}
