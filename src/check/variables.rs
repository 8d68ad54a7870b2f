use std::collections::BTreeSet;

use super::{FileFact, Surroundings, cases, inputs};
use crate::diagnostic::{Diagnostic, Diagnostics, Fix, Id, nearest, suggest};
use crate::expect::Matcher;
use crate::scenario::{
    Answers, Body, Fragment, MAIN, Save, SaveFrom, Scenario, Step, StepExpectation, StepKind, Variable, WalkExpectation,
};
use crate::source::{Span, Spanned};
use crate::template::{Reference, Template};

/// What templates can see anywhere.
pub const ROOTS: [&str; 12] =
    ["vars", "case", "steps", "env", "secrets", "session", "actors", "visit", "run", "process", "position", "listener"];
/// What they see of every run.
const RUN: [&str; 3] = ["id", "seed", "attempt"];
/// What they see of where calls of the engine go.
const LISTENER: [&str; 1] = ["url"];
/// What they see in a fragment.
pub const FRAGMENT_ROOTS: [&str; 10] =
    ["inputs", "vars", "steps", "env", "session", "visit", "run", "process", "position", "listener"];
/// What they see besides where an answer is saved.
const ANSWERS: [&str; 2] = ["response", "responses"];

/// Checks that everything that is read is defined, and that everything that is defined is read.
pub(super) fn check(scenario: &Scenario, around: &Surroundings<'_>, found: &mut Diagnostics) {
    let mut uses = Uses::default();
    uses.collect(scenario);
    files(&uses, around, found);
    cases::check_uses(scenario, uses.references.iter().map(|(reference, _)| *reference), around, found);
    let names = |variables: &'_ [Variable]| variables.iter().map(|one| one.name.value.clone()).collect::<Vec<_>>();
    let steps = scenario.steps();
    let saved = saved(scenario);
    let known = Known {
        roots: &ROOTS,
        vars: names(&scenario.vars)
            .into_iter()
            .chain(saved.iter().map(|name| name.value.clone()))
            .chain(around.vars.iter().map(|&name| name.to_owned()))
            .collect(),
        secrets: names(&scenario.secrets)
            .into_iter()
            .chain(around.secrets.iter().map(|&name| name.to_owned()))
            .collect(),
        steps: ids(&steps),
        inputs: Vec::new(),
        run: around.run_values.as_ref().map(|saved| saved.iter().copied().chain(RUN).map(str::to_owned).collect()),
        actors: match scenario.actors.as_slice() {
            [] => Vec::new(),
            actors => actors.iter().map(|actor| actor.name.value.clone()).chain([MAIN.to_owned()]).collect(),
        },
        listener: LISTENER.map(str::to_owned).into(),
    };
    known.check(&uses, found);
    let variables = scenario.vars.iter().map(|variable| (&variable.name, "the variable", "vars"));
    let secrets = scenario.secrets.iter().map(|secret| (&secret.name, "the secret", "secrets"));
    for name in &saved {
        if let Some(variable) = scenario.vars.iter().find(|variable| variable.name.value == name.value) {
            let message = format!("what is saved hides the variable `{}` from then on", name.value);
            let one = Diagnostic::new(Id::SHADOWED_VARIABLE, message).at(name.span);
            found.push(one.and(variable.name.span, "the variable").help("save it under another name"));
        }
    }
    // What is saved for the whole run is read elsewhere.
    let saved = if around.saves_for_all { &[] } else { saved.as_slice() };
    unread(&variables.chain(secrets).collect::<Vec<_>>(), saved, &uses, found);
    cycles(scenario, found);
    for secret in scenario.secrets.iter().filter(|secret| secret.value.as_literal().is_some()) {
        let one = Diagnostic::new(
            Id::CLEAR_SECRET,
            format!("the secret `{}` stands in the file in clear", secret.name.value),
        );
        found.push(one.at(secret.value.span()).help("take it from the environment: \"{{ env.NAME }}\""));
    }
}

/// Checks the same of a fragment, which sees nothing of those who use it but its inputs.
pub(super) fn check_fragment(fragment: &Fragment, around: &Surroundings<'_>, found: &mut Diagnostics) {
    let mut uses = Uses::default();
    let steps = fragment.all_steps();
    steps.iter().for_each(|step| uses.step(step));
    uses.templates(fragment.outputs.iter().map(|output| &output.value));
    let saved: Vec<&Spanned<String>> = steps.iter().flat_map(|step| step.saved()).collect();
    let shared = || around.vars.iter().map(|&name| name.to_owned());
    let known = Known {
        roots: &FRAGMENT_ROOTS,
        vars: saved.iter().map(|name| name.value.clone()).chain(shared()).collect(),
        secrets: Vec::new(),
        steps: ids(&steps),
        inputs: fragment.inputs.iter().map(|input| input.name.value.clone()).collect(),
        // Whose run it is part of is not known here.
        run: None,
        actors: Vec::new(),
        listener: LISTENER.map(str::to_owned).into(),
    };
    known.check(&uses, found);
    let inputs: Vec<_> = fragment.inputs.iter().map(|input| (&input.name, "the input", "inputs")).collect();
    unread(&inputs, &saved, &uses, found);
    // A default is there before the inputs are.
    let mut defaults = Uses::default();
    defaults.templates(fragment.inputs.iter().filter_map(|input| input.default.as_ref()));
    let known = Known { vars: shared().collect(), steps: Vec::new(), inputs: Vec::new(), ..known };
    known.check(&defaults, found);
}

fn ids(steps: &[&Step]) -> Vec<String> {
    steps.iter().filter_map(|step| step.id.as_ref()).map(|id| id.value.clone()).collect()
}

/// What there is to read in a file.
struct Known<'a> {
    roots: &'a [&'static str],
    vars: Vec<String>,
    secrets: Vec<String>,
    steps: Vec<String>,
    inputs: Vec<String>,
    /// What there is of the run, where that is known.
    run: Option<Vec<String>>,
    actors: Vec<String>,
    listener: Vec<String>,
}

impl Known<'_> {
    fn check(&self, uses: &Uses<'_>, found: &mut Diagnostics) {
        for (reference, saving) in &uses.references {
            let Some(root) = reference.path.first() else { continue };
            if ANSWERS.contains(&root.as_str()) && !saving {
                let message = format!("`{root}` is there only where an answer is saved");
                let one = Diagnostic::new(Id::UNKNOWN_VARIABLE, message);
                found.push(
                    one.at(reference.span).help("save what you need: `save: { name: $.path }`, then read `vars.name`"),
                );
            } else if !ANSWERS.contains(&root.as_str()) && !self.roots.contains(&root.as_str()) {
                found.push(self.unknown_root(root, reference));
            }
            let Some(name) = reference.path.get(1) else { continue };
            let (kind, known) = match root.as_str() {
                "vars" => ("variable", &self.vars),
                "secrets" => ("secret", &self.secrets),
                "steps" => ("step with the id", &self.steps),
                "inputs" => ("input", &self.inputs),
                "actors" => ("actor", &self.actors),
                "listener" => ("value of the listener", &self.listener),
                "run" => match &self.run {
                    Some(run) => ("value of the run", run),
                    None => continue,
                },
                _ => continue,
            };
            if self.roots.contains(&root.as_str()) && !known.contains(name) {
                let one =
                    Diagnostic::new(Id::UNKNOWN_VARIABLE, format!("there is no {kind} `{name}`")).at(reference.span);
                found.push(match root.as_str() {
                    "vars" if self.inputs.contains(name) => {
                        let fix = |span| Fix::certain(format!("write `inputs.{name}`"), span, "inputs");
                        one.help(format!("write `inputs.{name}`")).fix_if(reference.segment(0).map(fix))
                    }
                    "actors" if known.is_empty() => {
                        one.help("the scenario declares no actors; its only session is `session`")
                    }
                    "vars" if known.is_empty() => one.help("define it below `vars:`, or `save` it in a step"),
                    "inputs" if known.is_empty() => {
                        one.help("declare it below `inputs:`; a default cannot read another input")
                    }
                    _ => match reference.segment(1) {
                        Some(span) => one.meant(span, name, known.iter().map(String::as_str)),
                        None => one.help_if(suggest(name, known.iter().map(String::as_str))),
                    },
                });
            }
        }
    }

    fn unknown_root(&self, root: &str, reference: &Reference) -> Diagnostic {
        let one = Diagnostic::new(Id::UNKNOWN_VARIABLE, format!("`{root}` is not defined")).at(reference.span);
        let there = |names: &[String]| names.iter().any(|name| name == root);
        let start = Span { end: reference.span.start, ..reference.span };
        let below = |place: &str| Fix::certain(format!("write `{place}.{root}`"), start, format!("{place}."));
        match root {
            _ if there(&self.vars) => one.help(format!("write `vars.{root}`")).fix(below("vars")),
            _ if there(&self.inputs) => one.help(format!("write `inputs.{root}`")).fix(below("inputs")),
            "inputs" => one.help("only fragments have inputs"),
            "secrets" | "case" | "actors" => {
                one.help("a fragment sees nothing of those who use it but its `inputs`: declare one, and give it")
            }
            _ => match reference.segment(0) {
                Some(span) => one.meant(span, root, self.roots.iter().copied()),
                None => one.help_if(suggest(root, self.roots.iter().copied())),
            },
        }
    }
}

/// Warns of what is declared, or saved, and never read.
fn unread(
    declared: &[(&Spanned<String>, &'static str, &'static str)],
    saved: &[&Spanned<String>],
    uses: &Uses<'_>,
    found: &mut Diagnostics,
) {
    if uses.broken {
        return;
    }
    // What is misspelt where it is read is told there.
    let all: Vec<&str> = declared.iter().map(|(name, ..)| name).chain(saved).map(|name| name.value.as_str()).collect();
    let named = uses.references.iter().filter_map(|(reference, _)| match reference.path.as_slice() {
        [root, name, ..] if ["vars", "secrets", "inputs"].contains(&root.as_str()) => Some(name.as_str()),
        _ => None,
    });
    let unknown = named.filter(|name| !all.contains(name));
    let meant: Vec<&str> = unknown.filter_map(|name| nearest(name, all.iter().copied())).collect();
    let read = |root: &str, name: &str| {
        if meant.contains(&name) {
            return true;
        }
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
    for (name, what, _) in declared.iter().filter(|(name, _, root)| !read(root, &name.value)) {
        warn(name, what);
    }
    for name in saved.iter().filter(|name| !read("vars", &name.value) && !read_of_a_step(&name.value)) {
        warn(name, "the saved value");
    }
}

/// Reports files that `file("…")` reads and that are not there, as far as their names are written out.
fn files(uses: &Uses<'_>, around: &Surroundings<'_>, found: &mut Diagnostics) {
    for call in uses.calls.iter().filter(|call| call.value == "file") {
        let text = around.sources.file(call.span.file).text();
        let behind = text.get(call.span.end as usize..).unwrap_or_default();
        let argument = behind.trim_start().strip_prefix('(').map(str::trim_start).unwrap_or_default();
        // In a YAML text of double quotes, those of the template are escaped.
        let argument = argument.trim_start_matches('\\');
        let Some(quote) = argument.chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
        let Some((path, rest)) = argument[1..].split_once(quote) else { continue };
        let path = path.trim_end_matches('\\');
        if !rest.trim_start().starts_with(')') {
            continue;
        }
        if let FileFact::Unusable { reason, near } = (around.file)(&format!("{}{path}", around.folder)) {
            let start = text.len() - argument.len() + 1;
            let span = Span::new(call.span.file, start, start + path.len());
            found.push(inputs::unusable(reason, near, path, span));
        }
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
            let one = Diagnostic::new(Id::CYCLIC_VARIABLE, message).at(variable.name.span);
            found.push(one.help("take what reads it out of its value, or of those that it is made of"));
        }
    }
}

/// The names under which something is saved.
fn saved(scenario: &Scenario) -> Vec<&Spanned<String>> {
    let steps = scenario.steps().into_iter().flat_map(Step::saved);
    let answers = match &scenario.body {
        Body::Answers(answers) => Some(answers.all().flat_map(|answer| &answer.save)),
        Body::Steps(_) => None,
    };
    steps.chain(answers.into_iter().flatten().map(|save| &save.name)).collect()
}

/// Everything that is read, and whether it is read where an answer is saved.
#[derive(Default)]
pub(super) struct Uses<'a> {
    pub references: Vec<(&'a Reference, bool)>,
    /// Whether a template could not be read, so that there may be more.
    broken: bool,
    /// The functions that are called.
    calls: Vec<&'a Spanned<String>>,
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

    pub fn step(&mut self, step: &'a Step) {
        self.templates(step.templates());
        self.saves(&step.save);
        for expect in step.expectations() {
            self.expectation(expect);
        }
        match &step.kind {
            StepKind::Check(checks) => checks.iter().for_each(|check| self.matcher(&check.matcher)),
            StepKind::Await(awaited) => self.references.extend(awaited.references().map(|one| (one, false))),
            _ => {}
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

    pub fn walk(&mut self, expect: &'a WalkExpectation) {
        expect.visits.iter().for_each(|(_, matcher)| self.matcher(matcher));
        if let Some(instance) = &expect.instance {
            self.matcher(&instance.matcher);
        }
    }

    fn saves(&mut self, saves: &'a [Save]) {
        for save in saves {
            if let SaveFrom::Template(template) = &save.from {
                self.broken |= template.is_broken();
                self.references.extend(template.references().iter().map(|reference| (reference, true)));
            }
        }
    }

    fn matcher(&mut self, matcher: &'a Matcher) {
        self.references.extend(matcher.references().map(|reference| (reference, false)));
        self.calls.extend(matcher.templates().iter().flat_map(Template::calls));
        self.broken |= matcher.templates().iter().any(Template::is_broken);
    }

    fn templates(&mut self, templates: impl IntoIterator<Item = &'a Template>) {
        for template in templates {
            self.references.extend(template.references().iter().map(|reference| (reference, false)));
            self.calls.extend(template.calls());
            self.broken |= template.is_broken();
        }
    }
}
