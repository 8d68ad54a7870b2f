use std::collections::HashMap;

use roxmltree::Node as Element;

use super::xml::{Reader, is};
use crate::diagnostic::{Diagnostic, Id, nearest};
use crate::process::model::ErrorDeclaration;
use crate::source::{Span, Spanned};

/// What a file declares beside its processes, and events refer to.
pub(super) struct Declared {
    pub(super) errors: Vec<ErrorDeclaration>,
    /// The names of messages, by their ids.
    messages: HashMap<String, Option<String>>,
    /// The names of signals, by their ids.
    signals: HashMap<String, Option<String>>,
    /// The codes of escalations, by their ids.
    escalations: HashMap<String, Option<String>>,
}

impl Reader<'_> {
    pub(super) fn declared(&mut self, root: Element<'_, '_>) -> Declared {
        let values = |tag: &str, value: &str| {
            let all = root.children().filter(|child| is(*child, tag));
            let of = |one: Element<'_, '_>| one.attribute(value).filter(|text| !text.is_empty()).map(str::to_owned);
            all.filter_map(|one| Some((one.attribute("id")?.to_owned(), of(one)))).collect()
        };
        Declared {
            messages: values("message", "name"),
            signals: values("signal", "name"),
            escalations: values("escalation", "escalationCode"),
            errors: self.errors(root),
        }
    }

    fn errors(&mut self, root: Element<'_, '_>) -> Vec<ErrorDeclaration> {
        let declared = root.children().filter(|child| is(*child, "error"));
        let mut seen: HashMap<String, Span> = HashMap::new();
        declared
            .filter_map(|error| {
                let id = self.id(error)?;
                self.unique(&mut seen, &id);
                Some(ErrorDeclaration {
                    id: id.value,
                    name: error.attribute("name").map(str::to_owned),
                    code: error.attribute("errorCode").map(str::to_owned),
                    span: id.span,
                })
            })
            .collect()
    }

    /// The code of the error that an event refers to. Without a declaration the reference itself is the code.
    pub(super) fn error_code(&mut self, definition: Element<'_, '_>, declared: &Declared) -> Option<String> {
        let reference = self.attribute(definition, "errorRef")?;
        let code = |id: &str| declared.errors.iter().find(|error| error.id == id).map(|error| error.code.clone());
        let found = code(&reference.value).or_else(|| code(local(&reference.value)));
        let code = found.unwrap_or_else(|| {
            let message =
                format!("`errorRef` names no declared error; `{}` itself is taken as the code", reference.value);
            self.found.push(Diagnostic::new(Id::PROCESS_ERROR_REF, message).at(reference.span));
            Some(reference.value)
        });
        code.filter(|code| !code.is_empty())
    }

    /// The name of the message that an element refers to.
    pub(super) fn message(&mut self, element: Element<'_, '_>, declared: &Declared) -> Option<String> {
        self.declared_as(element, "messageRef", "message", &declared.messages)
    }

    /// The name of the signal that an event refers to.
    pub(super) fn signal(&mut self, definition: Element<'_, '_>, declared: &Declared) -> Option<String> {
        self.declared_as(definition, "signalRef", "signal", &declared.signals)
    }

    /// The code of the escalation that an event refers to.
    pub(super) fn escalation(&mut self, definition: Element<'_, '_>, declared: &Declared) -> Option<String> {
        self.declared_as(definition, "escalationRef", "escalation", &declared.escalations)
    }

    fn declared_as(
        &mut self,
        element: Element<'_, '_>,
        attribute: &str,
        what: &str,
        all: &HashMap<String, Option<String>>,
    ) -> Option<String> {
        let reference = self.attribute(element, attribute)?;
        if let Some(found) = all.get(&reference.value).or_else(|| all.get(local(&reference.value))) {
            return found.clone();
        }
        let message = format!("`{attribute}` names `{}`, which is no declared {what}", reference.value);
        let near = nearest(&reference.value, all.keys().map(String::as_str));
        let help = near.map(|near| format!("did you mean `{near}`?"));
        self.found.push(Diagnostic::new(Id::PROCESS_DANGLING, message).at(reference.span).help_if(help));
        None
    }

    /// The name of a link, which connects a throwing with a catching event.
    pub(super) fn link(&mut self, definition: Element<'_, '_>) -> String {
        let name = self.attribute(definition, "name").map(|name: Spanned<String>| name.value);
        name.unwrap_or_default()
    }
}

/// A reference may be a qualified name; what it names is then looked up by the local one.
fn local(reference: &str) -> &str {
    reference.rsplit(':').next().unwrap_or_default()
}
