use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::shape::FRAGMENT;
use super::variable::check_id;
use super::{Body, Scenario, Step, StepKind, Use, Variable};
use crate::catalogue::{Input, InputType};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::expect::{Matcher, SchemaFiles};
use crate::source::{FileId, Sources, Spanned, folder_of, normal_path};
use crate::yaml::{Node, Shaped};

/// Steps in a file of their own, which scenarios and other fragments use.
#[derive(Clone, Debug)]
pub struct Fragment {
    /// The file.
    pub file: FileId,
    /// Its path below the project's root.
    pub path: String,
    /// What it does, as a sentence.
    pub title: Spanned<String>,
    /// What it takes.
    pub inputs: Vec<Input>,
    /// What it gives, evaluated when its steps are done.
    pub outputs: Vec<Variable>,
    /// What it does.
    pub steps: Vec<Step>,
}

impl Fragment {
    /// Reads a fragment from a tree. `None` if it is none; otherwise as much as could be read.
    pub fn decode(node: &Node, path: &str, sources: &Sources, file: FileId, found: &mut Diagnostics) -> Option<Self> {
        let fields = Shaped::of(node, &FRAGMENT, found)?;
        let title = fields.text("fragment", found);
        fields.integer("version", found);
        let declared = fields.map("inputs", found);
        let mut inputs = Vec::new();
        for entry in declared {
            check_id(&entry.key, found);
            // What is declared in vain is still known by its name.
            inputs.push(Input::read(entry, sources, found).unwrap_or_else(|| Input {
                name: entry.key.clone(),
                title: String::new(),
                kind: InputType::Any,
                required: false,
                default: None,
                one_of: Vec::new(),
                secret: false,
                personal: false,
            }));
        }
        let outputs = fields.node("outputs");
        let outputs = outputs.map(|node| Variable::read_all(node, "`outputs`", sources, found)).unwrap_or_default();
        let steps = fields.node("steps");
        let steps = steps.map(|node| Step::read_all(node, "`steps`", sources, found)).unwrap_or_default();
        super::block::check(&[&steps], found);
        for actor in super::block::all_steps(&[&steps]).into_iter().filter_map(|step| step.actor.as_ref()) {
            let one = Diagnostic::new(Id::UNKNOWN_ACTOR, "a fragment has no actors of its own").at(actor.span);
            found.push(one.help("whoever uses it does its steps: write `as` beside the `use`"));
        }
        Some(Self { file, path: path.to_owned(), title: title?, inputs, outputs, steps })
    }

    /// Reads the JSON Schema files that its matchers name.
    pub fn load_schemas(&mut self, files: &mut SchemaFiles, found: &mut Diagnostics) {
        let folder = folder_of(&self.path);
        let mut load = |matcher: &mut Matcher| {
            matcher.load_schemas(folder, files, found);
        };
        self.steps.iter_mut().for_each(|step| step.matchers_mut(&mut load));
    }

    /// The folder of its file, with a closing `/`: paths in it are relative to that.
    pub fn folder(&self) -> &str {
        folder_of(&self.path)
    }

    /// All its steps, those of branches included.
    pub fn all_steps(&self) -> Vec<&Step> {
        super::block::all_steps(&[&self.steps])
    }

    /// The output of a name.
    pub fn output(&self, name: &str) -> Option<&Variable> {
        self.outputs.iter().find(|output| output.name.value == name)
    }
}

/// Fragments by their paths below the project's root; everyone who uses one has the same.
#[derive(Clone, Debug, Default)]
pub struct Fragments(BTreeMap<String, Arc<Fragment>>);

impl Fragments {
    /// The path below the root that a file in `folder` means; `None` if it lies outside.
    pub fn resolve(folder: &str, path: &str) -> Option<String> {
        normal_path(&format!("{folder}{path}"))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Fragment> {
        self.0.values().map(AsRef::as_ref)
    }

    /// The fragment that a file in `folder` means by a path.
    pub fn get(&self, folder: &str, path: &str) -> Option<&Arc<Fragment>> {
        self.0.get(&Self::resolve(folder, path)?)
    }

    /// Adds a fragment.
    pub fn add(&mut self, fragment: Arc<Fragment>) {
        self.0.insert(fragment.path.clone(), fragment);
    }

    /// The fragment that is used, and those that it uses in turn, each once.
    pub fn reached(&self, one: &Use, folder: &str) -> Vec<&Fragment> {
        let (mut all, mut seen) = (Vec::new(), BTreeSet::new());
        let mut open: Vec<&Fragment> = self.get(folder, &one.path.value).map(AsRef::as_ref).into_iter().collect();
        while let Some(fragment) = open.pop() {
            if !seen.insert(fragment.path.as_str()) {
                continue;
            }
            all.push(fragment);
            for step in fragment.all_steps() {
                if let StepKind::Use(inner) = &step.kind {
                    open.extend(self.get(fragment.folder(), &inner.path.value).map(AsRef::as_ref));
                }
            }
        }
        all
    }

    /// The steps that a scenario in `folder` does, those of branches and fragments included, and whether each is done in any case.
    pub fn steps_of<'a>(&'a self, scenario: &'a Scenario, folder: &str) -> Vec<(&'a Step, bool)> {
        let mut steps = Vec::new();
        let mut seen = BTreeSet::new();
        for section in scenario.sections() {
            self.add_steps(section, folder, true, &mut seen, &mut steps);
        }
        if let Body::Answers(answers) = &scenario.body {
            for branch in answers.branches() {
                self.add_steps(&branch.steps, folder, false, &mut seen, &mut steps);
            }
        }
        steps
    }

    fn add_steps<'a>(
        &'a self,
        block: &'a [Step],
        folder: &str,
        certain: bool,
        seen: &mut BTreeSet<(&'a str, bool)>,
        steps: &mut Vec<(&'a Step, bool)>,
    ) {
        for step in block {
            let certain = certain && step.condition.is_none();
            steps.push((step, certain));
            if let StepKind::Use(one) = &step.kind
                && let Some(fragment) = self.get(folder, &one.path.value)
                && seen.insert((&fragment.path, certain))
            {
                self.add_steps(&fragment.steps, fragment.folder(), certain, seen, steps);
            }
            for branch in &step.on {
                self.add_steps(&branch.steps, folder, false, seen, steps);
            }
        }
    }
}
