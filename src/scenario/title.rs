use std::sync::Arc;

use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::{Sources, Span};
use crate::template::{Scope, Template, TemplateError};
use crate::yaml::Node;

/// The root that a title may read.
const CASE: &str = "case";

/// What a scenario shows, as a sentence; its case may have a part in it.
#[derive(Clone, Debug)]
pub struct Title {
    /// As it is written.
    pub text: String,
    template: Template,
}

impl Title {
    pub(super) fn read(node: &Node, sources: &Sources, found: &mut Diagnostics) -> Option<Self> {
        let text = node.text("`scenario`", found)?.value;
        let template = Template::read(node, sources, found);
        let mut refuse = |span: Span| {
            let one = Diagnostic::new(Id::TITLE, "a title is made of values of its case alone").at(span);
            found.push(one.help("it must be known before anything is run: \"… of {{ case.kind }}\""));
        };
        // Without a call, a title depends on nothing but the row.
        template.calls().iter().for_each(|call| refuse(call.span));
        template.references().iter().filter(|one| one.path[0] != CASE).for_each(|one| refuse(one.span));
        Some(Self { text, template })
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        self.template.span()
    }

    /// What it is made of.
    pub fn template(&self) -> &Template {
        &self.template
    }

    /// The title of a case.
    ///
    /// # Errors
    /// If the case lacks a value that it is made of.
    pub fn of(&self, case: &Map<String, Value>) -> Result<String, TemplateError> {
        if self.template.references().is_empty() {
            return Ok(self.text.clone());
        }
        let scope = Scope::new(jiff::Timestamp::UNIX_EPOCH, Arc::new(uuid::Uuid::nil));
        let scope = scope.with(CASE, Value::Object(case.clone()));
        let value = self.template.evaluate(&scope)?.value;
        Ok(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    }
}
