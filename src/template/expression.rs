use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ops::Range;

use minijinja::value::{Value as Engine, ValueKind};
use minijinja::{Error, ErrorKind};

use super::functions::{ENGINE, is_filter, is_function, is_test, known_filters, known_functions, known_tests};
use super::json::NotJson;
use super::names::{Names, scan, tokens};
use super::{MAX_FUEL, MAX_TEXT, MAX_TOKENS, Reference, Scope, TemplateError, text};
use crate::diagnostic::{Diagnostic, Diagnostics, Id, suggest};
use crate::source::{Span, Spanned};

/// What the engine sees of a scope, made when it is first needed.
pub(super) type Context = OnceCell<Engine>;

/// Where a source text stands in a file.
pub(super) struct Place<'a> {
    /// The span of a range of the scalar's text.
    pub(super) locate: &'a dyn Fn(Range<usize>) -> Span,
}

/// Something that was compiled, with what is needed to explain its failure.
pub(super) struct Compiled {
    code: Code,
    /// The whole of it, as its author wrote it.
    pub(super) span: Span,
    /// Whether a range of the source is the same range of the span.
    linear: bool,
    /// What it reads, functions left out.
    pub(super) references: Vec<Reference>,
    /// The functions it calls.
    pub(super) calls: Vec<Spanned<String>>,
}

enum Code {
    /// One path and nothing else. The engine is not needed to find its value, and what it makes of an expression takes 8 KiB.
    Path(String),
    Expression(minijinja::Expression<'static, 'static>),
    /// Text with blocks. The engine cannot keep it without borrowing it, so it is compiled again at each use.
    Block(String),
}

impl Compiled {
    /// Compiles what stands at `range` of a scalar's text, as an expression.
    pub(super) fn expression(text: &str, range: Range<usize>, place: &Place, found: &mut Diagnostics) -> Option<Self> {
        let whole = &text[range.clone()];
        let base = range.start + (whole.len() - whole.trim_start().len());
        let source = whole.trim();
        let span = (place.locate)(if source.is_empty() { range } else { base..base + source.len() });
        if source.is_empty() {
            let one = Diagnostic::new(Id::TEMPLATE_SYNTAX, "the template is empty").at(span);
            found.push(one.help("write a name or an expression between `{{` and `}}`"));
            return None;
        }
        if tokens(source) > MAX_TOKENS {
            found.push(too_many_tokens(span));
            return None;
        }
        let compiled = match ENGINE.compile_expression_owned(source.to_owned()) {
            Ok(compiled) => compiled,
            Err(error) => {
                found.push(syntax(&error, base, source.len(), place));
                return None;
            }
        };
        // An expression binds no names, so every name in it is free. The engine's own list leaves out what is sliced.
        let paths = compiled.undeclared_variables(true).into_iter().collect();
        let mut names = Names::default();
        scan(source, base, &mut names);
        let (references, calls) = resolve(names, &paths, span, place, found);
        let linear = span.len() == source.len();
        let code = match references.as_slice() {
            [one] if one.path.join(".") == source => Code::Path(source.to_owned()),
            _ => Code::Expression(compiled),
        };
        Some(Self { code, span, linear, references, calls })
    }

    /// Compiles a whole text with `{% … %}` in it.
    pub(super) fn block(text: &str, place: &Place, found: &mut Diagnostics) -> Option<Self> {
        let span = (place.locate)(0..text.len());
        let insides = match text::insides(text) {
            Ok(insides) => insides,
            Err(at) => {
                found.push(unclosed((place.locate)(at..at + 2)));
                return None;
            }
        };
        if insides.iter().map(|range| tokens(&text[range.clone()])).sum::<usize>() > MAX_TOKENS {
            found.push(too_many_tokens(span));
            return None;
        }
        let (roots, paths): (BTreeSet<String>, BTreeSet<String>) = match ENGINE.template_from_str(text) {
            Ok(template) => {
                let free = |nested| template.undeclared_variables(nested).into_iter().collect();
                (free(false), free(true))
            }
            Err(error) => {
                found.push(syntax(&error, 0, text.len(), place));
                return None;
            }
        };
        let mut names = Names::default();
        for range in insides {
            let inside = &text[range.clone()];
            let word = inside.trim_start_matches(['-', '+', ' ', '\n']);
            // `{% filter upper %}` names a filter without a pipe; the word's last byte stands in for it.
            match word.strip_prefix("filter ") {
                Some(rest) => scan(&format!("|{rest}"), range.end - rest.len() - 1, &mut names),
                None => scan(inside, range.start, &mut names),
            }
        }
        names.keep(|name| roots.contains(name) || !is_bound(name, text));
        let (references, calls) = resolve(names, &paths, span, place, found);
        let linear = span.len() == text.len();
        Some(Self { code: Code::Block(text.to_owned()), span, linear, references, calls })
    }

    /// Whether it reads something secret.
    pub(super) fn is_tainted(&self, scope: &Scope) -> bool {
        self.references.iter().any(|reference| scope.is_tainted(&reference.path))
    }

    /// The value it gives.
    pub(super) fn evaluate(&self, context: &Context, scope: &Scope) -> Result<Engine, TemplateError> {
        if let Code::Path(_) = self.code
            && let Some(value) = scope.find(&self.references[0].path)
        {
            return Ok(value);
        }
        let context = context.get_or_init(|| scope.context());
        let value = match &self.code {
            // It is not there, which the engine explains.
            Code::Path(path) => ENGINE.compile_expression(path).and_then(|code| code.eval(context.clone())),
            Code::Expression(code) => code.eval(context.clone()),
            Code::Block(text) => {
                ENGINE.template_from_str(text).and_then(|template| template.render(context.clone())).map(Engine::from)
            }
        };
        let value = value.map_err(|error| self.failed(&error, scope))?;
        if value.is_undefined() {
            return Err(self.undefined(scope, None));
        }
        Ok(value)
    }

    /// Explains why a value that this gave is none that can be used.
    pub(super) fn unusable(&self, why: NotJson, scope: &Scope) -> TemplateError {
        match why {
            NotJson::Undefined => self.undefined(scope, None),
            NotJson::Limit(limit) => TemplateError::new(Id::TEMPLATE_LIMIT, limit, self.span, "here"),
            NotJson::Kind(_) if self.is_tainted(scope) => self.secretive("no value that can be used"),
            NotJson::Kind(what) => {
                TemplateError::new(Id::TEMPLATE_FAILED, "the expression has no value", self.span, &what)
            }
        }
    }

    /// The text is longer than a text may become.
    pub(super) fn too_long(&self) -> TemplateError {
        let message = format!("the text becomes longer than {MAX_TEXT} bytes");
        TemplateError::new(Id::TEMPLATE_LIMIT, message, self.span, "here")
    }

    fn failed(&self, error: &Error, scope: &Scope) -> TemplateError {
        let range = error.range().filter(|range| self.linear && range.start < range.end);
        let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
        match error.kind() {
            ErrorKind::OutOfFuel => {
                let message = format!("the template needs more than {MAX_FUEL} units of work (fuel)");
                TemplateError::new(Id::TEMPLATE_LIMIT, message, self.span, "stopped here")
            }
            _ if detail.contains("recursion limit") => {
                let message = format!("the template calls itself deeper than {} levels", ENGINE.recursion_limit());
                TemplateError::new(Id::TEMPLATE_LIMIT, message, self.span, "stopped here")
            }
            ErrorKind::UndefinedError => self.undefined(scope, range),
            _ if self.is_tainted(scope) => self.secretive(&error.kind().to_string()),
            _ => {
                let span = range.map_or(self.span, |range| self.span.slice(range.start, range.len()));
                TemplateError::new(Id::TEMPLATE_FAILED, format!("the template failed: {detail}"), span, "")
            }
        }
    }

    /// Names the kind of a failure alone, since its detail may quote the secret.
    fn secretive(&self, kind: &str) -> TemplateError {
        let message = format!("the template failed: {kind}");
        let remark = "it reads a secret, so the values are not shown";
        TemplateError::new(Id::TEMPLATE_FAILED, message, self.span, remark)
    }

    fn undefined(&self, scope: &Scope, range: Option<Range<usize>>) -> TemplateError {
        let within = range.map(|range| self.span.slice(range.start, range.len()));
        let near = |span: Span| within.is_none_or(|within| span.start < within.end && within.start < span.end);
        let missing = |near: &dyn Fn(Span) -> bool| {
            self.references.iter().filter(|one| near(one.span)).find_map(|one| Some((one, missing(scope, &one.path)?)))
        };
        let Some((reference, (known, siblings))) = missing(&near).or_else(|| missing(&|_| true)) else {
            let span = within.unwrap_or(self.span);
            return TemplateError::new(Id::TEMPLATE_UNDEFINED, "the expression is undefined", span, "no such value");
        };
        let name = &reference.path[known];
        let message = format!("`{}` is not defined", reference.path[..=known].join("."));
        let help = suggest(name, siblings.iter().map(String::as_str)).or_else(|| match known {
            0 => None,
            _ => Some(format!("`{}` has no values in it", reference.path[..known].join("."))),
        });
        TemplateError::new(Id::TEMPLATE_UNDEFINED, message, reference.span, "not defined").help_if(help)
    }
}

/// How many segments of a path exist, and the names beside the first that does not; `None` if all do.
fn missing(scope: &Scope, path: &[String]) -> Option<(usize, Vec<String>)> {
    let Some(mut value) = scope.root(&path[0]) else {
        return Some((0, scope.roots().map(str::to_owned).collect()));
    };
    for (known, segment) in path.iter().enumerate().skip(1) {
        let next = match segment.parse::<usize>() {
            Ok(index) if value.kind() == ValueKind::Seq => value.get_item_by_index(index),
            _ => value.get_attr(segment),
        };
        match next {
            Ok(next) if !next.is_undefined() => value = next,
            _ => {
                let keys = (value.kind() == ValueKind::Map).then(|| value.try_iter().ok()).flatten();
                let names = keys.into_iter().flatten().filter_map(|key| key.as_str().map(str::to_owned)).collect();
                return Some((known, names));
            }
        }
    }
    None
}

/// Turns names into references and calls, and reports those that nothing bears.
fn resolve(
    names: Names,
    paths: &BTreeSet<String>,
    span: Span,
    place: &Place,
    found: &mut Diagnostics,
) -> (Vec<Reference>, Vec<Spanned<String>>) {
    let mut unknown = |what: &str, name: &str, range: Range<usize>, known: Vec<&str>| {
        let one = Diagnostic::new(Id::TEMPLATE_UNKNOWN, format!("there is no {what} `{name}`"));
        let span = (place.locate)(range);
        found.push(one.label(span, format!("unknown {what}")).meant(span, name, known));
    };
    for name in names.filters.iter().filter(|name| !is_filter(&name.path[0])) {
        unknown("filter", &name.path[0], name.range.clone(), known_filters());
    }
    for name in names.tests.iter().filter(|name| !is_test(&name.path[0])) {
        unknown("test", &name.path[0], name.range.clone(), known_tests());
    }
    let mut calls = Vec::new();
    for name in &names.calls {
        let dotted = name.path.join(".");
        if is_function(&dotted) {
            calls.push(Spanned::new(dotted, (place.locate)(name.range.clone())));
        } else {
            unknown("function", &dotted, name.range.clone(), known_functions());
        }
    }
    let mut references: Vec<Reference> = Vec::new();
    for name in names.paths.iter().filter(|name| !is_global(&name.path[0])) {
        references.push(Reference { path: name.path.clone(), span: (place.locate)(name.range.clone()) });
    }
    // What the scan would miss must still be seen: secrets are followed by these paths.
    for path in paths.iter().map(|path| path.split('.').map(str::to_owned).collect::<Vec<_>>()) {
        let seen = references.iter().any(|one| one.path.starts_with(&path) || path.starts_with(&one.path));
        let called = names.calls.iter().any(|call| call.path == path);
        if !seen && !called && !is_global(&path[0]) {
            references.push(Reference { path, span });
        }
    }
    (references, calls)
}

/// Whether a text with blocks gives a name its value itself.
fn is_bound(name: &str, text: &str) -> bool {
    let binds = |tag: &str| {
        let tag = tag.trim_start_matches(['-', '+']).trim_start();
        let word = tag.split_whitespace().next().unwrap_or_default();
        let head = match word {
            "for" => tag.split(" in ").next(),
            "set" | "with" => tag.split('=').next(),
            "macro" | "call" => tag.split("%}").next(),
            _ => None,
        };
        let mut words = head.into_iter().flat_map(|head| head.split(|c: char| !c.is_alphanumeric() && c != '_'));
        // The word that begins a tag is no name.
        word == name || words.any(|word| word == name)
    };
    name == "loop" || text.split("{%").skip(1).any(binds)
}

fn is_global(name: &str) -> bool {
    ENGINE.globals().any(|(global, _)| global == name)
}

fn syntax(error: &Error, base: usize, len: usize, place: &Place) -> Diagnostic {
    let range = error.range().map_or(0..len, |range| range.start.min(len)..range.end.min(len));
    // The engine points behind the text when it ends too early.
    let range = if range.is_empty() { range.start.saturating_sub(1)..range.start.max(1) } else { range };
    let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    let span = (place.locate)(base + range.start..base + range.end);
    let one = Diagnostic::new(Id::TEMPLATE_SYNTAX, format!("this is no template: {detail}")).at(span);
    one.help("text in it stands in quotes, `==` compares, `~` joins, `|` filters: \"{{ vars.name | upper ~ '!' }}\"")
}

fn too_many_tokens(span: Span) -> Diagnostic {
    let message = format!("a template has more than {MAX_TOKENS} words and signs");
    Diagnostic::new(Id::TEMPLATE_LIMIT, message).at(span).help("divide it among variables")
}

/// A template that begins at a place has no end.
pub(super) fn unclosed(span: Span) -> Diagnostic {
    Diagnostic::new(Id::TEMPLATE_SYNTAX, "a template is not closed").label(span, "this is never closed")
}
