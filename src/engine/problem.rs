use crate::event::{Excerpt, Problem, Verdict};
use crate::source::{Sources, Span};
use crate::template::TemplateError;

/// Something that ends a step, and with it the scenario.
#[derive(Debug)]
pub(super) struct Trouble(pub Box<Problem>);

impl Trouble {
    /// An expectation of flowproof's own that does not hold.
    pub fn failed(id: &str, message: impl Into<String>) -> Self {
        Self::new(id, Verdict::Failed, message)
    }

    /// Something that kept the scenario from being carried out.
    pub fn errored(id: &str, message: impl Into<String>) -> Self {
        Self::new(id, Verdict::Errored, message)
    }

    fn new(id: &str, verdict: Verdict, message: impl Into<String>) -> Self {
        Self(Box::new(Problem {
            id: id.to_owned(),
            verdict,
            message: message.into(),
            step: None,
            excerpt: None,
            notes: Vec::new(),
            differences: Vec::new(),
            path: None,
            values: Vec::new(),
            standing: None,
        }))
    }

    /// Points at the author's lines.
    pub fn at(mut self, sources: &Sources, span: Span) -> Self {
        self.0.excerpt = Some(Excerpt::of(sources, span));
        self
    }

    /// Points at the author's lines, unless it points at some already.
    pub fn or_at(self, sources: &Sources, span: Option<Span>) -> Self {
        match span {
            Some(span) if self.0.excerpt.is_none() => self.at(sources, span),
            _ => self,
        }
    }

    /// Adds a line.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.0.notes.push(note.into());
        self
    }

    /// A template that could not be evaluated.
    pub fn template(error: &TemplateError, sources: &Sources) -> Self {
        let diagnostic = error.diagnostic();
        let mut trouble = Self::errored(diagnostic.id.as_str(), diagnostic.message.clone());
        if let Some(label) = &diagnostic.primary {
            trouble = trouble.at(sources, label.span);
        }
        trouble.0.notes.extend(diagnostic.help.iter().cloned());
        trouble
    }
}
