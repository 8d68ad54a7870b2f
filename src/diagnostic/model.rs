use super::page::advice;
use super::{Fix, Id, suggest};
use crate::source::Span;

/// How bad a problem is. Only errors keep a file from being run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Probably not what was meant.
    Warning,
    /// Cannot be run.
    Error,
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// A place and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// A short remark beside the underlining; may be empty.
    pub message: String,
}

/// An element of a diagram, as a problem names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// Its id.
    pub id: String,
    /// Its name on one line, if it has one.
    pub name: Option<String>,
    /// Where its id is written.
    pub span: Span,
}

/// What shows that a problem is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// What its elements are to each other.
    pub kind: WitnessKind,
    /// The elements, in their order.
    pub elements: Vec<Element>,
    /// How many were left out before them.
    pub left_out: usize,
}

/// What the elements of a witness are to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WitnessKind {
    /// A token can go from each to the next.
    Walk,
    /// The same, and from the last one to the first.
    Circle,
    /// They are in conflict.
    Conflict,
}

impl Witness {
    /// Most elements that are kept; of a longer walk the last ones.
    pub const MOST: usize = 100;
}

impl WitnessKind {
    /// Its name in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Walk => "walk",
            Self::Circle => "circle",
            Self::Conflict => "conflict",
        }
    }
}

/// One problem: what is wrong, where, and what to do.
///
/// The message is one sentence without a full stop that names the thing as the author wrote it, in backticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable id, such as `yaml/unknown-key`.
    pub id: Id,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// The place that the author should look at first; `None` for problems of no file (a missing one, an argument).
    pub primary: Option<Label>,
    /// Other places that matter, such as the first of two equal keys.
    pub secondary: Vec<Label>,
    /// What to do, one sentence each.
    pub help: Vec<String>,
    /// Changes of the author's files each of which mends it.
    pub fixes: Vec<Fix>,
    /// The element of a diagram that it is about.
    pub element: Option<Element>,
    /// What shows in that diagram that it is there.
    pub witness: Option<Witness>,
}

impl Diagnostic {
    /// A problem with the severity that its id declares.
    pub fn new(id: Id, message: impl Into<String>) -> Self {
        Self {
            id,
            severity: id.rule().severity,
            message: message.into(),
            primary: None,
            secondary: Vec::new(),
            help: Vec::new(),
            fixes: Vec::new(),
            element: None,
            witness: None,
        }
    }

    /// Sets the primary place without a remark.
    pub fn at(self, span: Span) -> Self {
        self.label(span, "")
    }

    /// Sets the primary place with a remark.
    pub fn label(mut self, span: Span, message: impl Into<String>) -> Self {
        self.primary = Some(Label { span, message: message.into() });
        self
    }

    /// Adds a secondary place.
    pub fn and(mut self, span: Span, message: impl Into<String>) -> Self {
        self.secondary.push(Label { span, message: message.into() });
        self
    }

    /// Says which element of a diagram it is about.
    pub fn of(mut self, element: impl Into<Element>) -> Self {
        self.element = Some(element.into());
        self
    }

    /// Says what shows that it is there.
    pub fn shown_by(mut self, witness: Witness) -> Self {
        self.witness = Some(witness);
        self
    }

    /// Adds a help line.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds a help line if there is one.
    pub fn help_if(self, help: Option<String>) -> Self {
        match help {
            Some(help) => self.help(help),
            None => self,
        }
    }

    /// Says which known name was probably meant by the one at a span, and offers to write it.
    pub fn meant<'a>(self, span: Span, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        let fix = Fix::rename(span, name, known.iter().copied());
        self.fix_if(fix).help_if(suggest(name, known))
    }

    /// Offers a change that mends it.
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fixes.push(fix);
        self
    }

    /// Offers a change if there is one.
    pub fn fix_if(self, fix: Option<Fix>) -> Self {
        match fix {
            Some(fix) => self.fix(fix),
            None => self,
        }
    }

    /// The change that mends it and of which nobody can doubt that it is meant.
    pub fn certain_fix(&self) -> Option<&Fix> {
        self.fixes.iter().find(|fix| fix.certain)
    }

    /// Whether this keeps a file from being run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// All problems found so far. Readers add to it and go on, so that every problem of a file is shown in one go.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
}

impl Diagnostics {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a problem. One that says neither at its place nor below what to do gets the advice of its kind.
    pub fn push(&mut self, mut diagnostic: Diagnostic) {
        let remarks = diagnostic.primary.iter().any(|label| !label.message.is_empty());
        if diagnostic.help.is_empty() && !remarks {
            diagnostic.help.extend(advice(diagnostic.id));
        }
        self.found.push(diagnostic);
    }

    /// Adds problems found elsewhere.
    pub fn extend(&mut self, others: impl IntoIterator<Item = Diagnostic>) {
        others.into_iter().for_each(|one| self.push(one));
    }

    /// Says which element those are about that were found from some place on and do not say it themselves.
    pub fn of_since(&mut self, from: usize, element: impl Fn() -> Element) {
        self.found[from..].iter_mut().for_each(|one| {
            one.element.get_or_insert_with(&element);
        });
    }

    /// Whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.found.iter().any(Diagnostic::is_error)
    }

    /// How many of them are errors.
    pub fn errors(&self) -> usize {
        self.found.iter().filter(|one| one.is_error()).count()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// All of them, in the order they were found.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.found.iter()
    }

    /// All of them by file and position, those without a place first.
    pub fn sorted(mut self) -> Vec<Diagnostic> {
        self.found.sort_by_key(|one| one.primary.as_ref().map(|label| (label.span.file, label.span.start)));
        self.found
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.found.into_iter()
    }
}
