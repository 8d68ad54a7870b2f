use lsp_types::CompletionItemKind;

use super::file::File;
use super::spot::words_of;
use super::subject::Subject;
use crate::catalogue::{Activity, Automatic, Catalogue, Input, InputType};
use crate::process::{Definition, Node};
use crate::project::Project;
use crate::scenario::{Fragment, Fragments, MAIN};
use crate::source::{Sources, Span, folder_of, relative_path};

/// What the process's end is called in `next:`.
const END: &str = "end";

/// A project as one of its files sees it.
pub(super) struct View<'a> {
    /// The project as it was last checked.
    pub project: &'a Project,
    /// The file as it stands in the editor.
    pub file: &'a File,
    /// Its path below the project's root.
    pub path: &'a str,
}

/// Something that can be named at a place.
#[derive(Debug)]
pub(super) struct Candidate {
    /// As it is written.
    pub name: String,
    /// What there is to know of it, as Markdown.
    pub page: String,
    /// What editors draw beside it.
    pub kind: CompletionItemKind,
}

/// Where something is declared.
pub(super) enum Declared {
    /// In a file that the project has read.
    Read(Span),
    /// In the file that is edited.
    Here(Span),
    /// It is a file, at a path below the root.
    File(String),
}

impl<'a> View<'a> {
    fn catalogues(&self) -> Vec<&'a Catalogue> {
        let named = self.file.root.get("catalogue").and_then(|node| node.as_scalar());
        let named = named.and_then(|name| self.project.catalogues.get(&name.text));
        named.map_or_else(|| self.project.catalogues.values().map(AsRef::as_ref).collect(), |one| vec![one.as_ref()])
    }

    fn definitions(&self) -> Vec<&'a Definition> {
        let named = self.file.root.get("process").and_then(|node| node.as_scalar());
        let named = named.and_then(|name| self.project.definitions.get(&name.text));
        named.map_or_else(|| self.project.definitions.values().map(AsRef::as_ref).collect(), |one| vec![one.as_ref()])
    }

    fn activities(&self) -> impl Iterator<Item = &'a Activity> {
        self.catalogues().into_iter().flat_map(|catalogue| &catalogue.activities)
    }

    fn automatic(&self) -> impl Iterator<Item = &'a Automatic> {
        self.catalogues().into_iter().flat_map(|catalogue| &catalogue.automatic)
    }

    fn nodes(&self) -> impl Iterator<Item = &'a Node> {
        self.definitions().into_iter().flat_map(Definition::nodes)
    }

    fn node(&self, name: &str) -> Option<&'a Node> {
        let mut definitions = self.definitions().into_iter();
        definitions.find_map(|one| one.node(name).or_else(|| one.nodes().iter().find(|node| node.is_named(name))))
    }

    fn activity_of(&self, node: &Node) -> Option<&'a Activity> {
        let mut catalogues = self.catalogues().into_iter();
        catalogues.find_map(|catalogue| catalogue.activity_of(&node.attribute_texts(), node.name.as_deref()))
    }

    /// The activity of a name, or the one that an element of this name is.
    fn activity(&self, name: &str) -> Option<&'a Activity> {
        let named = self.activities().find(|activity| activity.name.value == name);
        named.or_else(|| self.node(name).and_then(|node| self.activity_of(node)))
    }

    fn input(&self, activity: &str, name: &str) -> Option<&'a Input> {
        self.activity(activity)?.input(name)
    }

    fn told(&self, name: &str) -> Option<&'a Automatic> {
        let named = self.automatic().find(|automatic| automatic.name.value == name);
        named.or_else(|| {
            let node = self.node(name)?;
            let mut catalogues = self.catalogues().into_iter();
            catalogues.find_map(|one| one.automatic_of(&node.attribute_texts(), node.name.as_deref()))
        })
    }

    /// The path of a fragment that the file names, below the root.
    fn fragment_path(&self, written: &str) -> Option<String> {
        Fragments::resolve(folder_of(self.path), written)
    }

    fn fragment(&self, written: &str) -> Option<&'a Fragment> {
        self.project.known_fragment(&self.fragment_path(written)?)
    }

    /// Everything that can be named.
    pub fn candidates(&self, subject: &Subject<'static>) -> Vec<Candidate> {
        let plain = |name: &str| candidate(name, String::new(), CompletionItemKind::VALUE);
        match subject {
            Subject::Key(keys) => keys.iter().map(|key| of_key(key)).collect(),
            Subject::Activity => self.activities().map(of_activity).collect(),
            Subject::Next => {
                let end = candidate(END, "The end of the process".to_owned(), CompletionItemKind::KEYWORD);
                self.activities()
                    .filter(|activity| !activity.element.is_empty())
                    .map(of_activity)
                    .chain([end])
                    .collect()
            }
            Subject::Opening => {
                let open = self.catalogues().into_iter().flat_map(|catalogue| &catalogue.session.open);
                open.filter_map(|name| self.activity(&name.value)).map(of_activity).collect()
            }
            Subject::Asked => {
                let activities = self.activities().filter(|activity| !activity.element.is_empty()).map(of_activity);
                let elements = self.nodes().filter(|node| self.activity_of(node).is_some());
                activities.chain(elements.map(of_node)).collect()
            }
            Subject::Element(activity) => {
                let wanted = activity.as_deref().and_then(|name| self.activity(name));
                let fits = |node: &&Node| {
                    let own = self.activity_of(node);
                    wanted.is_none_or(|wanted| own.is_some_and(|own| own.name.value == wanted.name.value))
                };
                self.nodes().filter(fits).map(of_node).collect()
            }
            Subject::Outcome(activity) => {
                let outcomes = self.activity(activity).into_iter().flat_map(|activity| &activity.outcomes);
                let of = |outcome: &crate::catalogue::Outcome| {
                    candidate(&outcome.name.value, outcome.line(), CompletionItemKind::ENUM_MEMBER)
                };
                outcomes.map(of).collect()
            }
            Subject::Code(activity) => {
                let outcomes = self.activity(activity).into_iter().flat_map(|activity| &activity.outcomes);
                let codes = outcomes.flat_map(|outcome| outcome.codes.iter().map(move |code| (*code, outcome.line())));
                codes.map(|(code, line)| candidate(&code.to_string(), line, CompletionItemKind::VALUE)).collect()
            }
            Subject::Input(activity) => {
                let inputs = self.activity(activity).into_iter().flat_map(|activity| &activity.inputs);
                inputs.map(of_input).collect()
            }
            Subject::Value(activity, input) => match self.input(activity, input) {
                Some(Input { kind: InputType::Boolean, .. }) => ["true", "false"].map(plain).into(),
                Some(Input { kind: InputType::File { .. }, .. }) => self.files(|name| !is_text(name)),
                Some(input) => input.one_of.iter().map(|one| plain(one.as_str().unwrap_or(&one.to_string()))).collect(),
                None => Vec::new(),
            },
            Subject::Simulated => {
                let automatic = self.automatic();
                let automatic = automatic.map(|one| candidate(&one.name.value, one.page(), CompletionItemKind::EVENT));
                let elements = self.nodes().filter(|node| node.is_activity() || node.awaited().is_some());
                automatic.chain(elements.filter(|node| self.activity_of(node).is_none()).map(of_node)).collect()
            }
            Subject::Failure(told) => {
                let success = candidate(Activity::SUCCESS, "It passes".to_owned(), CompletionItemKind::ENUM_MEMBER);
                let failures = self.told(told).into_iter().flat_map(|automatic| &automatic.failures);
                let of = |failure: &crate::catalogue::Failure| {
                    candidate(&failure.name.value, failure.line(), CompletionItemKind::ENUM_MEMBER)
                };
                failures.map(of).chain([success]).collect()
            }
            Subject::FailureCode(told) => {
                let failures = self.told(told).into_iter().flat_map(|automatic| &automatic.failures);
                let codes = failures.flat_map(|failure| failure.codes.iter().map(move |code| (*code, failure.line())));
                codes.map(|(code, line)| candidate(&code.to_string(), line, CompletionItemKind::VALUE)).collect()
            }
            Subject::Process => {
                let of = |(name, definition): (&String, &std::sync::Arc<Definition>)| {
                    let page = definition.name().map(|title| format!("**{title}**")).unwrap_or_default();
                    candidate(name, page, CompletionItemKind::MODULE)
                };
                self.project.definitions.iter().map(of).collect()
            }
            Subject::Catalogue => {
                let of = |(name, one): (&String, &std::sync::Arc<Catalogue>)| {
                    candidate(name, format!("**{}**", one.title), CompletionItemKind::MODULE)
                };
                self.project.catalogues.iter().map(of).collect()
            }
            Subject::Environment => self.project.known().environments.into_iter().map(plain).collect(),
            Subject::Tag => self.project.known().tags.into_iter().map(plain).collect(),
            Subject::State => {
                let states = self.catalogues().into_iter().flat_map(|catalogue| catalogue.session.states.0.values());
                states.map(|state| plain(state)).collect()
            }
            Subject::Fragment => {
                let others = self.project.fragments().filter(|fragment| fragment.path != self.path);
                let of = |fragment: &Fragment| {
                    let path = relative_path(folder_of(self.path), &fragment.path);
                    candidate(&path, of_fragment(fragment), CompletionItemKind::FILE)
                };
                others.map(of).collect()
            }
            Subject::FragmentInput(path) => {
                let inputs = self.fragment(path).into_iter().flat_map(|fragment| &fragment.inputs);
                inputs.map(of_input).collect()
            }
            Subject::Output(path) => {
                let outputs = self.fragment(path).into_iter().flat_map(|fragment| &fragment.outputs);
                outputs.map(|output| plain(&output.name.value)).collect()
            }
            Subject::Step => self
                .file
                .steps()
                .iter()
                .map(|step| {
                    let page = excerpt(&self.file.sources, step.span);
                    candidate(&step.name, page, CompletionItemKind::REFERENCE)
                })
                .collect(),
            Subject::Actor => {
                let all = self.file.defined();
                let actors = all.iter().filter(|one| one.root == "actors").map(|one| plain(&one.name));
                actors.chain([plain(MAIN)]).collect()
            }
            Subject::File => self.files(|_| true),
            Subject::Plain(form) => {
                let words = form.map(words_of).unwrap_or_default();
                words.into_iter().map(|word| candidate(word, String::new(), CompletionItemKind::KEYWORD)).collect()
            }
        }
    }

    /// What there is to know of something that is named.
    pub fn page(&self, subject: &Subject<'static>, name: &str) -> Option<String> {
        let of_element = matches!(subject, Subject::Asked | Subject::Element(_) | Subject::Simulated);
        if let Some(node) = self.node(name).filter(|_| of_element) {
            let activity = self.activity_of(node).map(Activity::page);
            let page = activity.or_else(|| self.told(name).map(Automatic::page)).unwrap_or_default();
            return Some(format!("{}\n\n{page}", of_node(node).page));
        }
        let named = self.candidates(subject).into_iter().find(|candidate| candidate.name == name);
        named.map(|candidate| candidate.page).filter(|page| !page.is_empty())
    }

    /// Where something of a name is declared.
    pub fn declared(&self, subject: &Subject<'static>, name: &str) -> Option<Declared> {
        let of_activity = |name: &str| self.activity(name).map(|activity| Declared::Read(activity.name.span));
        match subject {
            Subject::Activity | Subject::Next | Subject::Opening => of_activity(name),
            Subject::Asked => match self.node(name) {
                Some(node) => Some(Declared::Read(node.span)),
                None => of_activity(name),
            },
            Subject::Outcome(activity) => Some(Declared::Read(self.activity(activity)?.outcome(name)?.name.span)),
            Subject::Input(activity) => Some(Declared::Read(self.input(activity, name)?.name.span)),
            Subject::Element(_) => Some(Declared::Read(self.node(name)?.span)),
            Subject::Simulated => match self.automatic().find(|automatic| automatic.name.value == name) {
                Some(automatic) => Some(Declared::Read(automatic.name.span)),
                None => Some(Declared::Read(self.node(name)?.span)),
            },
            Subject::Failure(told) => {
                let failures = &self.told(told)?.failures;
                let failure = failures.iter().find(|failure| failure.name.value == name)?;
                Some(Declared::Read(failure.name.span))
            }
            Subject::Process => {
                let settings = self.project.settings.as_ref()?;
                let process = settings.processes.iter().find(|process| process.name.value == name)?;
                Some(Declared::File(process.file.value.clone()))
            }
            Subject::Catalogue => Some(Declared::Read(self.project.catalogues.get(name)?.name.span)),
            Subject::Environment => {
                let settings = self.project.settings.as_ref()?;
                let environment = settings.environments.iter().find(|environment| environment.name.value == name)?;
                Some(Declared::Read(environment.name.span))
            }
            Subject::Fragment => Some(Declared::File(self.fragment_path(name)?)),
            Subject::FragmentInput(path) => {
                let inputs = &self.fragment(path)?.inputs;
                Some(Declared::Read(inputs.iter().find(|input| input.name.value == name)?.name.span))
            }
            Subject::Output(path) => Some(Declared::Read(self.fragment(path)?.output(name)?.name.span)),
            Subject::Step => {
                let steps = self.file.steps();
                Some(Declared::Here(steps.iter().find(|step| step.name == name)?.name_span))
            }
            Subject::Actor => {
                let all = self.file.defined();
                Some(Declared::Here(all.iter().find(|one| one.root == "actors" && one.name == name)?.name_span))
            }
            Subject::Value(activity, input) => match self.input(activity, input)?.kind {
                InputType::File { .. } => Some(Declared::File(self.fragment_path(name)?)),
                _ => None,
            },
            Subject::File => Some(Declared::File(crate::source::normal_path(name)?)),
            Subject::Key(_)
            | Subject::Code(_)
            | Subject::FailureCode(_)
            | Subject::Tag
            | Subject::State
            | Subject::Plain(_) => None,
        }
    }

    /// The files that the project's folders hold, relative to the edited file; for settings, to the root.
    fn files(&self, wanted: fn(&str) -> bool) -> Vec<Candidate> {
        let own = if self.path == crate::project::SETTINGS { "" } else { folder_of(self.path) };
        let names = self.project.listed(own).into_iter().filter(|name| wanted(name));
        names.map(|name| candidate(&name, String::new(), CompletionItemKind::FILE)).collect()
    }
}

/// Part of a file as it is written, cut to what is shown at once.
pub(super) fn excerpt(sources: &Sources, span: Span) -> String {
    const LINES: usize = 12;
    let text = sources.text(span);
    let lines: Vec<&str> = text.lines().take(LINES).collect();
    let more = if text.lines().count() > LINES { "\n…" } else { "" };
    format!("```yaml\n{}{more}\n```", lines.join("\n"))
}

fn candidate(name: &str, page: String, kind: CompletionItemKind) -> Candidate {
    Candidate { name: name.to_owned(), page, kind }
}

fn of_key(key: &crate::yaml::Key) -> Candidate {
    let mut page = crate::schema::sentence(key.about);
    if let Some(default) = key.default {
        page += &format!("\n\nWithout it: `{default}`");
    }
    for example in key.examples {
        page += &format!("\n\n`{}: {example}`", key.name);
    }
    candidate(key.name, page, CompletionItemKind::PROPERTY)
}

fn of_activity(activity: &Activity) -> Candidate {
    candidate(&activity.name.value, activity.page(), CompletionItemKind::FUNCTION)
}

fn of_input(input: &Input) -> Candidate {
    candidate(&input.name.value, input.line(), CompletionItemKind::FIELD)
}

fn of_node(node: &Node) -> Candidate {
    candidate(&node.id, format!("**{}** (`{}`)", node.title().replace('\n', " "), node.id), CompletionItemKind::CLASS)
}

fn of_fragment(fragment: &Fragment) -> String {
    let mut page = format!("**{}**\n", fragment.title.value);
    for input in &fragment.inputs {
        page += &format!("\n- {}", input.line());
    }
    for output in &fragment.outputs {
        page += &format!("\n- gives `{}`", output.name.value);
    }
    page
}

fn is_yaml(name: &str) -> bool {
    name.ends_with(".yaml") || name.ends_with(".yml")
}

fn is_text(name: &str) -> bool {
    is_yaml(name) || name.ends_with(".bpmn")
}
