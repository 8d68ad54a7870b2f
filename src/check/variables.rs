use std::collections::BTreeSet;

use super::{Surroundings, cases};
use crate::diagnostic::{Diagnostic, Diagnostics, Id, suggest};
use crate::expect::Matcher;
use crate::scenario::{
    Answers, Body, MAIN, Save, SaveFrom, Scenario, Step, StepExpectation, StepKind, WalkExpectation,
};
use crate::source::Spanned;
use crate::template::{Reference, Template};

/// What templates can see anywhere.
const ROOTS: [&str; 11] =
    ["vars", "case", "steps", "env", "secrets", "session", "actors", "visit", "run", "process", "position"];
/// What they see besides where an answer is saved.
const RESPONSE: &str = "response";

/// Checks that everything that is read is defined, and that everything that is defined is read.
pub(super) fn check(scenario: &Scenario, around: &Surroundings<'_>, found: &mut Diagnostics) {
    let mut uses = Uses::default();
    uses.collect(scenario);
    cases::check_uses(scenario, uses.references.iter().map(|(reference, _)| *reference), around, found);
    let saves: Vec<&Save> = saves(scenario).collect();
    let vars: Vec<&str> = scenario.vars.iter().map(|variable| variable.name.value.as_str()).collect();
    let saved: Vec<&str> = saves.iter().map(|save| save.name.value.as_str()).collect();
    let secrets: Vec<&str> = scenario.secrets.iter().map(|secret| secret.name.value.as_str()).collect();
    let steps = scenario.steps();
    let steps: Vec<&str> = steps.iter().filter_map(|step| step.id.as_ref()).map(|id| id.value.as_str()).collect();
    let actors: Vec<&str> = match scenario.actors.as_slice() {
        [] => Vec::new(),
        actors => actors.iter().map(|actor| actor.name.value.as_str()).chain([MAIN]).collect(),
    };
    for (reference, saving) in &uses.references {
        let Some(root) = reference.path.first() else { continue };
        if root == RESPONSE && !saving {
            let one = Diagnostic::new(Id::UNKNOWN_VARIABLE, "`response` is there only where an answer is saved");
            found.push(
                one.at(reference.span).help("save what you need: `save: { name: $.path }`, then read `vars.name`"),
            );
        } else if root != RESPONSE && !ROOTS.contains(&root.as_str()) {
            let one = Diagnostic::new(Id::UNKNOWN_VARIABLE, format!("`{root}` is not defined")).at(reference.span);
            let known = vars.iter().chain(&saved).any(|name| name == root);
            found.push(match known {
                true => one.help(format!("write `vars.{root}`")),
                false => one.help_if(suggest(root, ROOTS)),
            });
        }
        let Some(name) = reference.path.get(1) else { continue };
        let (kind, known): (&str, Vec<&str>) = match root.as_str() {
            "vars" => ("variable", vars.iter().chain(&saved).copied().collect()),
            "secrets" => ("secret", secrets.clone()),
            "steps" => ("step with the id", steps.clone()),
            "actors" => ("actor", actors.clone()),
            _ => continue,
        };
        if !known.contains(&name.as_str()) {
            let one = Diagnostic::new(Id::UNKNOWN_VARIABLE, format!("there is no {kind} `{name}`")).at(reference.span);
            found.push(match (root.as_str(), known.is_empty()) {
                ("actors", true) => one.help("the scenario declares no actors; its only session is `session`"),
                _ => one.help_if(suggest(name, known)),
            });
        }
    }
    unread(scenario, &saves, &uses, found);
    cycles(scenario, found);
    for secret in scenario.secrets.iter().filter(|secret| secret.value.as_literal().is_some()) {
        let one = Diagnostic::new(
            Id::CLEAR_SECRET,
            format!("the secret `{}` stands in the file in clear", secret.name.value),
        );
        found.push(one.at(secret.value.span()).help("take it from the environment: \"{{ env.NAME }}\""));
    }
}

fn unread(scenario: &Scenario, saves: &[&Save], uses: &Uses<'_>, found: &mut Diagnostics) {
    let read = |root: &str, name: &str| {
        let names = |reference: &Reference| reference.path.get(1).is_none_or(|other| other == name);
        uses.references
            .iter()
            .any(|(reference, _)| reference.path.first().is_some_and(|first| first == root) && names(reference))
    };
    let read_of_a_step = |name: &str| {
        uses.references.iter().any(|(reference, _)| {
            reference.path.first().is_some_and(|root| root == "steps") && reference.path.iter().any(|part| part == name)
        })
    };
    let mut warn = |name: &Spanned<String>, what: &str| {
        let one = Diagnostic::new(Id::UNREAD_VARIABLE, format!("{what} `{}` is never read", name.value));
        found.push(one.at(name.span).help("remove it, or read it"));
    };
    for variable in scenario.vars.iter().filter(|variable| !read("vars", &variable.name.value)) {
        warn(&variable.name, "the variable");
    }
    for secret in scenario.secrets.iter().filter(|secret| !read("secrets", &secret.name.value)) {
        warn(&secret.name, "the secret");
    }
    for save in saves.iter().filter(|save| !read("vars", &save.name.value) && !read_of_a_step(&save.name.value)) {
        warn(&save.name, "the saved value");
    }
}

/// Reports variables that are made of themselves.
fn cycles(scenario: &Scenario, found: &mut Diagnostics) {
    for variable in &scenario.vars {
        let mut reached: BTreeSet<&str> = BTreeSet::new();
        let mut open = vec![variable];
        while let Some(next) = open.pop() {
            for reference in next.value.references() {
                let [root, name, ..] = reference.path.as_slice() else { continue };
                let made_of = scenario.vars.iter().find(|other| root == "vars" && &other.name.value == name);
                if let Some(other) = made_of.filter(|other| reached.insert(&other.name.value)) {
                    open.push(other);
                }
            }
        }
        if reached.contains(variable.name.value.as_str()) {
            let message = format!("the variable `{}` is made of itself", variable.name.value);
            found.push(Diagnostic::new(Id::CYCLIC_VARIABLE, message).at(variable.name.span));
        }
    }
}

fn saves(scenario: &Scenario) -> impl Iterator<Item = &Save> {
    let steps = scenario.steps().into_iter().flat_map(|step| &step.save);
    let answers = match &scenario.body {
        Body::Answers(answers) => Some(answers.all().flat_map(|answer| &answer.save)),
        Body::Steps(_) => None,
    };
    steps.chain(answers.into_iter().flatten())
}

/// Everything that is read, and whether it is read where an answer is saved.
#[derive(Default)]
struct Uses<'a> {
    references: Vec<(&'a Reference, bool)>,
}

impl<'a> Uses<'a> {
    fn collect(&mut self, scenario: &'a Scenario) {
        self.templates([scenario.title.template()]);
        self.templates(scenario.vars.iter().chain(&scenario.secrets).map(|variable| &variable.value));
        let actors = &scenario.actors;
        self.templates(actors.iter().filter_map(|actor| actor.key.as_ref()));
        for session in std::iter::once(&scenario.session).chain(actors.iter().map(|actor| &actor.session)) {
            self.templates(
                session.inputs.iter().flat_map(|(_, inputs)| inputs).filter_map(|(_, given)| given.template()),
            );
        }
        self.templates(scenario.simulate.templates());
        for step in scenario.steps() {
            self.step(step);
        }
        if let Body::Answers(answers) = &scenario.body {
            self.answers(answers);
        }
        scenario.expect.iter().flat_map(WalkExpectation::all).for_each(|expect| self.walk(expect));
    }

    fn step(&mut self, step: &'a Step) {
        self.templates(step.templates());
        self.saves(&step.save);
        for expect in step.expectations() {
            self.expectation(expect);
        }
        if let StepKind::Check(checks) = &step.kind {
            checks.iter().for_each(|check| self.matcher(&check.matcher));
        }
    }

    fn answers(&mut self, answers: &'a Answers) {
        for answer in answers.all() {
            self.templates(
                answer.with.iter().filter_map(|(_, given)| given.template()).chain(answer.simulate.templates()),
            );
            self.saves(&answer.save);
            if let Some(expect) = &answer.expect {
                self.expectation(expect);
            }
        }
    }

    fn expectation(&mut self, expect: &'a StepExpectation) {
        for reference in expect.references() {
            self.references.push((reference, false));
        }
    }

    fn walk(&mut self, expect: &'a WalkExpectation) {
        expect.visits.iter().for_each(|(_, matcher)| self.matcher(matcher));
        if let Some(instance) = &expect.instance {
            self.matcher(&instance.matcher);
        }
    }

    fn saves(&mut self, saves: &'a [Save]) {
        for save in saves {
            if let SaveFrom::Template(template) = &save.from {
                self.references.extend(template.references().iter().map(|reference| (reference, true)));
            }
        }
    }

    fn matcher(&mut self, matcher: &'a Matcher) {
        self.references.extend(matcher.references().map(|reference| (reference, false)));
    }

    fn templates(&mut self, templates: impl IntoIterator<Item = &'a Template>) {
        let references = templates.into_iter().flat_map(|template| template.references());
        self.references.extend(references.map(|reference| (reference, false)));
    }
}
