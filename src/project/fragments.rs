use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Project;
use crate::catalogue::Catalogue;
use crate::check;
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::plan::PlannedFile;
use crate::process::Definition;
use crate::scenario::{Fragment, Fragments, Step, StepKind, Use};
use crate::source::{Span, folder_of};

/// The fragments of a project, each read once and then shared.
#[derive(Clone, Default)]
pub(super) struct Library {
    /// What was read, by path; `None` stands for one that is none.
    read: HashMap<String, Option<Arc<Fragment>>>,
    /// Those that are being read, each used by the one before it: the path, and where it is used.
    reading: Vec<(String, Option<Span>)>,
    /// Those with problems of their own.
    broken: HashSet<String>,
    /// Those that were checked beside a catalogue and a definition, by the places of these in memory.
    checked: HashSet<(String, usize, usize)>,
    /// Those that stand below a folder that was asked for.
    pub seen: Vec<String>,
    /// Those that were asked for by name, with their first key.
    pub named: Vec<(String, Span)>,
}

impl Project {
    /// The fragments that steps of a file use, and those that these use. What cannot be read is reported where it is used.
    pub(super) fn read_fragments(&mut self, path: &str, steps: &[&Step]) -> Fragments {
        let mut fragments = Fragments::default();
        for one in uses(steps) {
            self.read_use(path, one, &mut fragments);
        }
        fragments
    }

    fn read_use(&mut self, path: &str, one: &Use, fragments: &mut Fragments) {
        let Some(target) = Fragments::resolve(folder_of(path), &one.path.value) else {
            let message = format!("`{}` lies outside of the project", one.path.value);
            let one = Diagnostic::new(Id::BROKEN_FRAGMENT, message).at(one.path.span);
            self.found.push(one.help("files of a project lie in the folder of flowproof.yaml or below it"));
            return;
        };
        if let Some(from) = self.library.reading.iter().position(|(reading, _)| *reading == target) {
            let circle = &self.library.reading[from..];
            let names = circle.iter().map(|(path, _)| path).chain([&target]).map(|path| format!("`{path}`"));
            let message = format!("fragments use each other in a circle: {}", names.collect::<Vec<_>>().join(" → "));
            let found = Diagnostic::new(Id::FRAGMENT_CYCLE, message).label(one.path.span, "this closes the circle");
            let uses = circle[1..].iter().filter_map(|(_, place)| *place);
            let found = uses.fold(found, |found, place| found.and(place, "used here"));
            self.found.push(found.help(match circle.len() {
                1 => "a step is done again by `on: { OUTCOME: { repeat: true } }`",
                _ => "put what both need into a third, which uses neither",
            }));
            return;
        }
        if let Some(fragment) = self.fragment(&target, Some(one)) {
            self.add_with_inner(&fragment, fragments);
        }
    }

    /// Adds a fragment and those that it uses, which were read with it.
    fn add_with_inner(&self, fragment: &Arc<Fragment>, fragments: &mut Fragments) {
        let mut open = vec![fragment.clone()];
        while let Some(next) = open.pop() {
            if fragments.get("", &next.path).is_some() {
                continue;
            }
            let inner = next.all_steps();
            let paths = uses(&inner).filter_map(|one| Fragments::resolve(next.folder(), &one.path.value));
            open.extend(paths.filter_map(|path| self.library.read.get(&path).cloned().flatten()));
            fragments.add(next);
        }
    }

    /// The fragment at a path below the root; `one` is where it is used.
    fn fragment(&mut self, path: &str, one: Option<&Use>) -> Option<Arc<Fragment>> {
        if let Some(known) = self.library.read.get(path).cloned() {
            if let (None, Some(one)) = (&known, one) {
                let message = format!("the fragment `{path}` cannot be used");
                self.found
                    .push(Diagnostic::new(Id::BROKEN_FRAGMENT, message).label(one.path.span, "told with that file"));
            }
            return known;
        }
        if !self.has_text(path) {
            if let Some(one) = one {
                let found = Diagnostic::new(Id::UNREADABLE_FILE, format!("there is no file `{path}`"));
                self.found.push(self.with_nearest_file(found.at(one.path.span), &one.path, path));
            }
            return None;
        }
        let before = self.found.errors();
        let fragment = self.read_fragment(path, one);
        if self.found.errors() > before {
            self.library.broken.insert(path.to_owned());
        }
        self.library.read.insert(path.to_owned(), fragment.clone());
        fragment
    }

    fn read_fragment(&mut self, path: &str, one: Option<&Use>) -> Option<Arc<Fragment>> {
        let file = self.read_text(path, one.map(|one| &one.path))?;
        let node = crate::yaml::parse(&self.sources, file, &mut self.found)?;
        let first = node.as_mapping().and_then(|entries| entries.first());
        if first.is_none_or(|first| first.key.value != "fragment") {
            let message = format!("`{path}` is no fragment: it does not begin with `fragment:`");
            let found = Diagnostic::new(Id::FILE_KIND, message);
            let place = one.map(|one| one.path.span).or(first.map(|first| first.key.span));
            self.found.push(match place {
                Some(place) => found.at(place),
                None => found,
            });
            return None;
        }
        let mut fragment = Fragment::decode(&node, path, &self.sources, file, &mut self.found)?;
        fragment.load_schemas(&mut self.schemas, &mut self.found);
        self.library.reading.push((path.to_owned(), one.map(|one| one.path.span)));
        self.read_fragments(path, &fragment.all_steps());
        self.library.reading.pop();
        Some(Arc::new(fragment))
    }

    /// The fragments that were read.
    pub fn fragments(&self) -> impl Iterator<Item = &Fragment> {
        self.library.read.values().flatten().map(AsRef::as_ref)
    }

    /// The fragment at a path below the root, if it was read and is one.
    pub fn known_fragment(&self, path: &str) -> Option<&Fragment> {
        self.library.read.get(path)?.as_deref()
    }

    /// Checks the fragments that a scenario uses beside its own catalogue and process, and reports those that cannot be used.
    pub(super) fn check_uses(&mut self, planned: &PlannedFile) {
        let scenario = planned.scenario(&self.sources);
        let steps = scenario.steps();
        for one in uses(&steps) {
            let reached = planned.fragments.reached(one, folder_of(&planned.path));
            for fragment in &reached {
                self.check_fragment(fragment, &planned.fragments, &planned.catalogue, &planned.definition);
            }
            let broken = reached.iter().find(|fragment| self.library.broken.contains(&fragment.path));
            if let Some(fragment) = broken {
                let message = format!("the fragment `{}` cannot be used: it has problems of its own", fragment.path);
                self.found.push(Diagnostic::new(Id::BROKEN_FRAGMENT, message).at(one.path.span));
            }
        }
    }

    fn check_fragment(
        &mut self,
        fragment: &Fragment,
        fragments: &Fragments,
        catalogue: &Option<Arc<Catalogue>>,
        definition: &Option<Arc<Definition>>,
    ) {
        let address = |pointer: Option<*const ()>| pointer.map_or(0, |pointer| pointer as usize);
        let key = (
            fragment.path.clone(),
            address(catalogue.as_ref().map(|catalogue| Arc::as_ptr(catalogue).cast())),
            address(definition.as_ref().map(|definition| Arc::as_ptr(definition).cast())),
        );
        if !self.library.checked.insert(key) {
            return;
        }
        let mut found = Diagnostics::new();
        self.surrounded(&fragment.path, fragments, catalogue.as_deref(), definition.as_deref(), |around| {
            check::check_fragment(fragment, around, &mut found);
        });
        if found.has_errors() {
            self.library.broken.insert(fragment.path.clone());
        }
        // What was found beside another process is told once.
        let fresh: Vec<Diagnostic> =
            found.into_iter().filter(|one| !self.found.iter().any(|other| other == one)).collect();
        self.found.extend(fresh);
    }

    /// Checks the fragments that were asked for, by name or by their folder, whether anything uses them or not. Gives how many.
    pub fn check_fragments(&mut self) -> usize {
        let named = std::mem::take(&mut self.library.named).into_iter().map(|(path, _)| path);
        let all: Vec<String> = named.chain(std::mem::take(&mut self.library.seen)).collect();
        let catalogue = (self.catalogues.len() == 1).then(|| self.catalogues.values().next().cloned()).flatten();
        for path in &all {
            let Some(fragment) = self.fragment(path, None) else { continue };
            let mut fragments = Fragments::default();
            self.add_with_inner(&fragment, &mut fragments);
            let used = self.library.checked.iter().any(|(checked, ..)| checked == path);
            if !used {
                self.check_fragment(&fragment, &fragments, &catalogue, &None);
            }
        }
        all.len()
    }

    /// Reports the fragments that were asked for by name where scenarios are to be run.
    pub fn refuse_fragments(&mut self) {
        for (path, span) in std::mem::take(&mut self.library.named) {
            let message = format!("`{path}` is no scenario: its first key is `fragment`");
            let one = Diagnostic::new(Id::FILE_KIND, message).at(span);
            self.found.push(one.help("name a scenario that uses it"));
        }
    }
}

fn uses<'a>(steps: &'a [&'a Step]) -> impl Iterator<Item = &'a Use> {
    steps.iter().filter_map(|step| match &step.kind {
        StepKind::Use(one) => Some(one.as_ref()),
        _ => None,
    })
}
