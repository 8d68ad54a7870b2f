//! What is asked of a place in a file: what it is, where it is declared, what could stand there.

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, Hover, HoverContents, MarkupContent,
    MarkupKind, Range, TextEdit,
};

use super::file::{Defined, File, Unfinished};
use super::position::{position, range};
use super::spot::On;
use super::subject::Subject;
use super::view::{Candidate, Declared, View, excerpt};
use crate::check::{FRAGMENT_ROOTS, ROOTS};
use crate::project::Project;
use crate::scenario::Variable;
use crate::source::{Sources, Span};
use crate::template::functions;

/// The shape of files that have inputs instead of cases and secrets.
const FRAGMENT: &str = "fragment";

/// What is said of what stands at an offset.
pub(super) fn hover(project: &Project, path: &str, text: &str, offset: usize) -> Option<Hover> {
    let file = File::read(path, text)?;
    let spot = file.spot(offset)?;
    let view = View { project, file: &file, path };
    if let Some((reference, span)) = file.reference(&spot, offset) {
        let (all, shared) = (file.defined(), shared(project));
        let page = match find(&all, &reference) {
            Some(own) => told(own, &file.sources),
            None => told(find(&shared, &reference)?, &project.sources),
        };
        return Some(shown(page, range(&file.sources, span)));
    }
    let subject = Subject::of(&spot)?;
    let page = view.page(&subject, spot.text())?;
    let span = match spot.on {
        On::Key(key) => key.span,
        On::Value(node, _) => node.span,
    };
    Some(shown(page, range(&file.sources, span)))
}

fn shown(page: String, range: Range) -> Hover {
    let value = MarkupContent { kind: MarkupKind::Markdown, value: page };
    Hover { contents: HoverContents::Markup(value), range: Some(range) }
}

/// Where something is declared: a file below the root, and a range in it.
pub(super) struct Target {
    /// The name of the file, as sources have it.
    pub name: String,
    /// Where in it.
    pub range: Range,
}

/// Where what stands at an offset is declared. What ships inside flowproof has no place that an editor could show.
pub(super) fn definition(project: &Project, path: &str, text: &str, offset: usize) -> Option<Target> {
    let file = File::read(path, text)?;
    let spot = file.spot(offset)?;
    let here = |span| Target { name: path.to_owned(), range: range(&file.sources, span) };
    if let Some((reference, _)) = file.reference(&spot, offset) {
        let (all, shared) = (file.defined(), shared(project));
        return Some(match find(&all, &reference) {
            Some(own) => here(own.name_span),
            None => read(project, find(&shared, &reference)?.name_span),
        });
    }
    let view = View { project, file: &file, path };
    Some(match view.declared(&Subject::of(&spot)?, spot.text())? {
        Declared::Here(span) => here(span),
        Declared::Read(span) => read(project, span),
        Declared::File(name) => Target { name, range: Range::default() },
    })
}

fn read(project: &Project, span: Span) -> Target {
    Target { name: project.sources.file(span.file).name().to_owned(), range: range(&project.sources, span) }
}

/// What the settings define for the templates of all files.
fn shared(project: &Project) -> Vec<Defined> {
    let Some(settings) = &project.settings else { return Vec::new() };
    let of = |root: &'static str, what: &'static str| {
        move |variable: &Variable| Defined {
            root,
            name: variable.name.value.clone(),
            name_span: variable.name.span,
            span: variable.name.span.to(variable.value.span()),
            what,
        }
    };
    let vars = settings.shared.vars.iter().map(of("vars", "a variable of the settings"));
    vars.chain(settings.shared.secrets.iter().map(of("secrets", "a secret of the settings"))).collect()
}

fn told(one: &Defined, sources: &Sources) -> String {
    format!("`{}.{}`: {}\n\n{}", one.root, one.name, one.what, excerpt(sources, one.span))
}

/// What a template reads: `steps.ID.NAME` is the step, everything else is named by two words.
fn find<'a>(all: &'a [Defined], reference: &[String]) -> Option<&'a Defined> {
    let [root, name, ..] = reference else { return None };
    all.iter().find(|one| one.root == root && one.name == *name)
}

/// What could stand at an offset.
pub(super) fn completion(project: &Project, path: &str, text: &str, offset: usize) -> Vec<CompletionItem> {
    let in_template = template_at(text, offset);
    for unfinished in Unfinished::all(text, offset) {
        let Some(file) = File::read(path, &unfinished.text) else { continue };
        if let Some(written) = in_template {
            return in_a_template(project, &file, text, offset, written);
        }
        let Some(spot) = file.spot(unfinished.at) else { continue };
        let view = View { project, file: &file, path };
        let Some(subject) = Subject::of(&spot) else { continue };
        let mut candidates = view.candidates(&subject);
        if let (On::Key(_), Some(level)) = (&spot.on, spot.levels.last()) {
            let given = |name: &str| level.entries.iter().any(|entry| entry.key.value == name);
            candidates.retain(|candidate| !given(&candidate.name));
        }
        if candidates.is_empty() {
            continue;
        }
        let colon = if matches!(spot.on, On::Key(_)) && unfinished.lacks_colon { ": " } else { "" };
        return items(candidates, text, unfinished.word, colon);
    }
    Vec::new()
}

fn items(candidates: Vec<Candidate>, text: &str, word: std::ops::Range<usize>, behind: &str) -> Vec<CompletionItem> {
    let mut sources = Sources::new();
    let id = sources.add("", text);
    let file = sources.file(id);
    let range = Range::new(position(file, word.start), position(file, word.end));
    let item = |(order, one): (usize, Candidate)| CompletionItem {
        kind: Some(one.kind),
        // As files and catalogues have them, not by letter.
        sort_text: Some(format!("{order:05}")),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit::new(range, format!("{}{behind}", one.name)))),
        documentation: (!one.page.is_empty())
            .then_some(Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value: one.page })),
        label: one.name,
        ..CompletionItem::default()
    };
    candidates.into_iter().enumerate().map(item).collect()
}

/// What was written since the last name began, if an offset is inside of a template.
fn template_at(text: &str, offset: usize) -> Option<&str> {
    let line = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let before = &text[line..offset];
    let inside = &before[before.rfind("{{")? + 2..];
    if inside.contains("}}") {
        return None;
    }
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let start =
        inside.rfind(|c| !is_name(c)).map_or(0, |at| at + inside[at..].chars().next().map_or(1, char::len_utf8));
    Some(&inside[start..])
}

fn in_a_template(project: &Project, file: &File, text: &str, offset: usize, written: &str) -> Vec<CompletionItem> {
    let mut defined = file.defined();
    let hidden = |one: &Defined| defined.iter().any(|own| own.root == one.root && own.name == one.name);
    let seen: Vec<Defined> = shared(project).into_iter().filter(|one| !hidden(one)).collect();
    defined.extend(seen);
    let all: Vec<Candidate> = match written.rsplit_once('.') {
        Some((root, _)) => {
            let members = defined.iter().filter(|one| one.root == root);
            let members = members.map(|one| (one.name.as_str(), one.what.to_owned(), CompletionItemKind::VARIABLE));
            let functions = functions().iter().filter_map(|one| {
                let name = one.name.strip_prefix(root)?.strip_prefix('.')?;
                Some((name, of_function(one), CompletionItemKind::FUNCTION))
            });
            members.chain(functions).map(candidate).collect()
        }
        None => {
            let roots: &[&str] = if file.shape.name == FRAGMENT { &FRAGMENT_ROOTS } else { &ROOTS };
            let roots = roots.iter().map(|root| (*root, String::new(), CompletionItemKind::MODULE));
            let functions = functions().iter().map(|one| (one.name, of_function(one), CompletionItemKind::FUNCTION));
            roots.chain(functions).map(candidate).collect()
        }
    };
    let name = written.rsplit('.').next().unwrap_or_default();
    let behind =
        text[offset..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').map(char::len_utf8).sum::<usize>();
    items(all, text, offset - name.len()..offset + behind, "")
}

fn candidate((name, page, kind): (&str, String, CompletionItemKind)) -> Candidate {
    Candidate { name: name.to_owned(), page, kind }
}

fn of_function(one: &crate::template::Function) -> String {
    format!("`{}({})`\n\n{}\n\n`{}`", one.name, one.arguments, one.meaning, one.example)
}
