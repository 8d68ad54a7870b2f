use std::collections::BTreeSet;

use serde_json::Value;

use crate::catalogue::{Activity, Catalogue};
use crate::process::Definition;
use crate::scenario::{
    Body, Branch, DirectiveUse, Fragments, Opening, Scenario, Simulate, SimulateVisits, StepExpectation, StepKind,
    WalkExpectation,
};

/// An outcome of an activity that a scenario is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exercise {
    /// The activity.
    pub activity: String,
    /// The outcome.
    pub outcome: String,
    /// The code that comes with it, where the scenario says so.
    pub code: Option<i64>,
    /// Whether nothing else is taken: the scenario fails if it does not come. Else it is one of several that are fine.
    pub expected: bool,
}

/// What a scenario is about, as far as it says so: the outcomes that its steps and answers expect, those that it branches on,
/// those of its `expect`, and the successes by which its session is opened. What its fragments do is what it does; `folder` is that
/// of its file.
pub fn exercises(
    scenario: &Scenario,
    fragments: &Fragments,
    folder: &str,
    catalogue: Option<&Catalogue>,
    definition: Option<&Definition>,
) -> BTreeSet<Exercise> {
    let Some(catalogue) = catalogue else { return BTreeSet::new() };
    let mut found = BTreeSet::new();
    for name in opened(scenario, catalogue) {
        add(&mut found, name, Activity::SUCCESS, None, true);
    }
    for (step, certain) in fragments.steps_of(scenario, folder) {
        let StepKind::Activity { name, .. } = &step.kind else { continue };
        let Some(activity) = catalogue.activity(&name.value) else { continue };
        visit(&mut found, activity, step.expect.as_ref(), &step.on, &step.simulate, certain);
    }
    if let Body::Answers(answers) = &scenario.body {
        for entry in &answers.entries {
            let Some(activity) = activity_of(&entry.key.value, catalogue, definition) else { continue };
            for answer in entry.visits.all().iter().filter(|answer| answer.wait.is_none()) {
                visit(&mut found, activity, answer.expect.as_ref(), &answer.on, &answer.simulate, !answer.optional);
            }
        }
    }
    let expected = scenario.expect.iter().flat_map(WalkExpectation::all);
    for (name, outcomes) in expected.flat_map(|expect| &expect.outcomes) {
        let Some(activity) = catalogue.activity(&name.value) else { continue };
        for outcome in outcomes.iter().filter_map(|outcome| activity.outcome(&outcome.value)) {
            let code = if let [one] = outcome.codes.as_slice() { Some(*one) } else { None };
            add(&mut found, &name.value, &outcome.name.value, code, true);
        }
    }
    found
}

/// The activity that a key of `answers` means: named itself, or by an element of the process.
fn activity_of<'a>(key: &str, catalogue: &'a Catalogue, definition: Option<&Definition>) -> Option<&'a Activity> {
    let of_element = || {
        let definition = definition?;
        let node = definition.node(key).or_else(|| definition.nodes_named(key).next())?;
        catalogue.activity_of(&node.attribute_texts(), node.name.as_deref())
    };
    of_element().or_else(|| catalogue.activity(key))
}

fn opened<'a>(scenario: &Scenario, catalogue: &'a Catalogue) -> Vec<&'a str> {
    let open = catalogue.session.open.iter().map(|name| name.value.as_str());
    match &scenario.session.opening {
        _ if scenario.process.is_none() => Vec::new(),
        Opening::None => Vec::new(),
        Opening::Whole => open.collect(),
        Opening::Until(last) => {
            let mut names: Vec<&str> = open.collect();
            names.truncate(names.iter().position(|name| *name == last.value).map_or(0, |at| at + 1));
            names
        }
    }
}

fn visit(
    found: &mut BTreeSet<Exercise>,
    activity: &Activity,
    expect: Option<&StepExpectation>,
    on: &[Branch],
    simulate: &Simulate,
    certain: bool,
) {
    let codes: Vec<i64> = codes(expect, simulate);
    let name = &activity.name.value;
    let mut outcomes: Vec<&str> =
        expect.iter().flat_map(|expect| &expect.outcome).map(|outcome| outcome.value.as_str()).collect();
    let silent = expect.is_none_or(|expect| expect.status.is_none() && expect.code.is_none());
    if outcomes.is_empty() && silent {
        outcomes.push(Activity::SUCCESS);
    } else if outcomes.is_empty() {
        // A code says which outcome is meant.
        let meant = activity.outcomes.iter().filter(|outcome| outcome.codes.iter().any(|code| codes.contains(code)));
        outcomes.extend(meant.map(|outcome| outcome.name.value.as_str()));
    }
    let expected = certain && outcomes.len() == 1 && on.is_empty();
    let handled = on.iter().map(|branch| (branch.outcome.value.as_str(), false));
    for (outcome, expected) in outcomes.into_iter().map(|outcome| (outcome, expected)).chain(handled) {
        let own = activity.outcome(outcome).map(|outcome| outcome.codes.as_slice()).unwrap_or_default();
        let named: Vec<i64> = codes.iter().copied().filter(|code| own.contains(code)).collect();
        match (own, named.as_slice()) {
            ([one], _) => add(found, name, outcome, Some(*one), expected),
            (_, []) => add(found, name, outcome, None, expected),
            (_, named) => named.iter().for_each(|code| add(found, name, outcome, Some(*code), expected)),
        }
    }
}

/// The codes that are expected, else those that the simulator is told.
fn codes(expect: Option<&StepExpectation>, simulate: &Simulate) -> Vec<i64> {
    let stated = expect.and_then(|expect| expect.code.as_ref()).map(|code| code.matcher.listed()).unwrap_or_default();
    if !stated.is_empty() {
        return stated.into_iter().filter_map(Value::as_i64).collect();
    }
    let directives = simulate.entries.iter().flat_map(|entry| match &entry.visits {
        SimulateVisits::Every(one) => std::slice::from_ref::<DirectiveUse>(one),
        SimulateVisits::Each(many) => many.as_slice(),
    });
    directives.filter_map(|directive| directive.code.as_ref()).map(|code| code.value).collect()
}

fn add(found: &mut BTreeSet<Exercise>, activity: &str, outcome: &str, code: Option<i64>, expected: bool) {
    found.insert(Exercise { activity: activity.to_owned(), outcome: outcome.to_owned(), code, expected });
}
