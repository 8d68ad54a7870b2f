use crate::diagnostic::{Diagnostic, Id};
use crate::source::Span;

/// Why a template gave no value, with the place of the expression that is to blame.
///
/// It never quotes a value that an expression with a secret worked on.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}", .0.message)]
pub struct TemplateError(Box<Diagnostic>);

impl TemplateError {
    pub(super) fn new(id: Id, message: impl Into<String>, span: Span, remark: &str) -> Self {
        Self(Box::new(Diagnostic::new(id, message).label(span, remark)))
    }

    pub(super) fn help_if(mut self, help: Option<String>) -> Self {
        self.0.help.extend(help);
        self
    }

    /// The problem as it is shown to people.
    pub fn diagnostic(&self) -> &Diagnostic {
        &self.0
    }

    /// The problem, to be kept.
    pub fn into_diagnostic(self) -> Diagnostic {
        *self.0
    }
}
