use std::time::Duration;

use super::shape::SCENARIO;
use super::{ActorUse, Answers, Cases, SessionUse, Simulate, Standing, Step, Title, Variable, WalkExpectation};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::expect::{Matcher, SchemaFiles};
use crate::source::{FileId, Sources, Spanned};
use crate::yaml::{self, Node, Shaped};

/// How many steps one scenario executes at most, those that branches repeat included.
pub const MAX_STEPS: u32 = 1_000;

/// One scenario file.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The file.
    pub file: FileId,
    /// What it shows, as a sentence.
    pub title: Title,
    /// Words to select it by.
    pub tags: Vec<Spanned<String>>,
    /// Who looks after it.
    pub owner: Option<Spanned<String>>,
    /// The ids of the requirements that it is about.
    pub covers: Vec<Spanned<String>>,
    /// Whether it is run, and whether its failure counts.
    pub standing: Standing,
    /// The rows each of which makes a scenario of its own.
    pub cases: Option<Cases>,
    /// The process definition that it walks, by its name in the settings.
    pub process: Option<Spanned<String>>,
    /// The catalogue that it uses, where the settings have several.
    pub catalogue: Option<Spanned<String>>,
    /// Named values, evaluated once, when first needed.
    pub vars: Vec<Variable>,
    /// Named secrets, masked in every output.
    pub secrets: Vec<Variable>,
    /// How the session is opened.
    pub session: SessionUse,
    /// Who acts beside the main actor.
    pub actors: Vec<ActorUse>,
    /// What a simulator is told.
    pub simulate: Simulate,
    /// Steps before the others; if one fails, the scenario is errored.
    pub before: Vec<Step>,
    /// What it does.
    pub body: Body,
    /// Steps that always run at the end.
    pub after: Vec<Step>,
    /// What must hold at the end.
    pub expect: Option<WalkExpectation>,
    /// How long it may take in all.
    pub timeout: Option<Spanned<Duration>>,
    /// The groups in which only one scenario may run at a time, each once.
    pub exclusive: Vec<Spanned<String>>,
}

/// The two styles of a scenario.
#[derive(Clone, Debug)]
pub enum Body {
    /// It scripts the walk.
    Steps(Vec<Step>),
    /// The process leads, it answers.
    Answers(Answers),
}

impl Scenario {
    /// Reads a scenario file. `None` if it is no YAML or no scenario; otherwise as much as could be read, so that other
    /// checks can go on. A scenario may be run if `found` has no error.
    pub fn read(sources: &Sources, file: FileId, found: &mut Diagnostics) -> Option<Self> {
        let node = yaml::parse(sources, file, found)?;
        Self::decode(&node, sources, file, found)
    }

    /// Reads a scenario from a tree.
    pub fn decode(node: &Node, sources: &Sources, file: FileId, found: &mut Diagnostics) -> Option<Self> {
        let fields = Shaped::of(node, &SCENARIO, found)?;
        let title = fields.node("scenario").and_then(|node| Title::read(node, sources, found));
        fields.integer("version", found);
        let tags = fields.texts("tags", found);
        let owner = fields.text("owner", found);
        let covers = fields.texts("covers", found);
        let standing = Standing::read(&fields, found);
        let cases = fields.node("cases").map(|node| Cases::read(node, found).unwrap_or(Cases::Inline(None)));
        let process = fields.text("process", found);
        let catalogue = fields.text("catalogue", found);
        let variables = |node: Option<&Node>, what: &str, found: &mut Diagnostics| {
            node.map(|node| Variable::read_all(node, what, sources, found)).unwrap_or_default()
        };
        let vars = variables(fields.node("vars"), "`vars`", found);
        let secrets = variables(fields.node("secrets"), "`secrets`", found);
        let session = fields.node("session").map(|node| SessionUse::read(node, sources, found)).unwrap_or_default();
        let actors = fields.node("actors").map(|node| ActorUse::read_all(node, sources, found)).unwrap_or_default();
        let simulate = fields.node("simulate").map(|node| Simulate::read(node, sources, found)).unwrap_or_default();
        let timeout = fields.duration("timeout", found);
        let mut exclusive: Vec<Spanned<String>> = Vec::new();
        for group in fields.texts("exclusive", found) {
            if exclusive.iter().all(|known| known.value != group.value) {
                exclusive.push(group);
            }
        }
        let steps = |node: Option<&Node>, what: &str, found: &mut Diagnostics| {
            node.map(|node| Step::read_all(node, what, sources, found)).unwrap_or_default()
        };
        let before = steps(fields.node("before"), "`before`", found);
        let scripted = fields.entry("steps");
        let answered = fields.entry("answers");
        let after = steps(fields.node("after"), "`after`", found);
        let expect = fields.node("expect").and_then(|node| WalkExpectation::read(node, sources, found));
        let body = match (scripted, answered) {
            (Some(scripted), Some(answered)) => {
                let message = "a scenario has `steps` or `answers`, not both";
                let one =
                    Diagnostic::new(Id::SCENARIO_STYLE, message).label(answered.key.span, "here the process leads");
                found.push(one.and(scripted.key.span, "here the scenario leads"));
                Body::Steps(steps(Some(&scripted.value), "`steps`", found))
            }
            (None, Some(answered)) => Body::Answers(Answers::read(&answered.value, sources, found)),
            (Some(scripted), None) => Body::Steps(steps(Some(&scripted.value), "`steps`", found)),
            (None, None) => {
                let one = Diagnostic::new(Id::MISSING_KEY, "a scenario needs `steps` or `answers`");
                let first =
                    node.as_mapping().and_then(|entries| entries.first()).map_or(node.span, |entry| entry.key.span);
                found.push(one.label(first, "add `steps:`").help("`answers:` lets the process lead"));
                Body::Steps(Vec::new())
            }
        };
        let scenario = Self {
            file,
            title: title?,
            tags,
            owner,
            covers,
            standing,
            cases,
            process,
            catalogue,
            vars,
            secrets,
            session,
            actors,
            simulate,
            before,
            body,
            after,
            expect,
            timeout,
            exclusive,
        };
        scenario.check_ids(found);
        super::actor::check(&scenario, found);
        Some(scenario)
    }

    /// Reads the JSON Schema files that its matchers name; `folder` is that of its file, below the project's root and with a
    /// closing `/`. Whether they name any.
    pub fn load_schemas(&mut self, folder: &str, files: &mut SchemaFiles, found: &mut Diagnostics) -> bool {
        let mut any = false;
        let mut load = |matcher: &mut Matcher| any |= matcher.load_schemas(folder, files, found);
        let steps = self.before.iter_mut().chain(&mut self.after);
        match &mut self.body {
            Body::Steps(body) => steps.chain(body).for_each(|step| step.matchers_mut(&mut load)),
            Body::Answers(answers) => {
                steps.for_each(|step| step.matchers_mut(&mut load));
                answers.matchers_mut(&mut load);
            }
        }
        self.expect.iter_mut().flat_map(WalkExpectation::matchers_mut).for_each(load);
        any
    }

    /// The steps of the file, section by section; none for `answers`.
    pub fn sections(&self) -> [&[Step]; 3] {
        let body = match &self.body {
            Body::Steps(steps) => steps.as_slice(),
            Body::Answers(_) => &[],
        };
        [&self.before, body, &self.after]
    }

    /// Every block of the file: its sections, and the blocks of its answers.
    fn blocks(&self) -> Vec<&[Step]> {
        let mut blocks = self.sections().to_vec();
        if let Body::Answers(answers) = &self.body {
            blocks.extend(answers.branches().map(|branch| branch.steps.as_slice()));
        }
        blocks
    }

    /// Every step of the file, those of branches included.
    pub fn steps(&self) -> Vec<&Step> {
        super::block::all_steps(&self.blocks())
    }

    /// The actor of a name; `None` for the main one, and for one that is not declared.
    pub fn actor(&self, name: &str) -> Option<&ActorUse> {
        self.actors.iter().find(|actor| actor.name.value == name)
    }

    fn check_ids(&self, found: &mut Diagnostics) {
        super::block::check(&self.blocks(), found);
        if let Body::Answers(answers) = &self.body {
            answers.check_branches(found);
        }
    }
}
