use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::{Sources, Span, Spanned};
use crate::template::Template;
use crate::yaml::Node;

/// What a step gives to an activity: the names of inputs and what each is given.
pub type GivenInputs = Vec<(Spanned<String>, Given)>;

/// What an input is given.
#[derive(Clone, Debug)]
pub enum Given {
    /// A value that the activity takes.
    Value(Template),
    /// Nothing, also where the input has a default or is required.
    Omitted(Span),
    /// A value that the activity may refuse, sent as it is.
    Invalid(Template),
}

impl Given {
    /// Reads `{ omit: true }`, `{ invalid: VALUE }`, or a value. A map that is only called alike is written as a template.
    fn read(node: &Node, sources: &Sources, found: &mut Diagnostics) -> Self {
        match node.as_mapping().unwrap_or_default() {
            [entry] if entry.key.value == "omit" => {
                let omit = entry.value.boolean("`omit`", found);
                if let Some(omit) = omit.filter(|omit| !omit.value) {
                    let one = Diagnostic::new(Id::WRONG_VALUE, "`omit` is `true` or left out").at(omit.span);
                    found.push(one.help("a map with this one key is written as a template: \"{{ {'omit': false} }}\""));
                }
                Self::Omitted(node.span)
            }
            [entry] if entry.key.value == "invalid" => {
                if entry.value.is_null() {
                    let one = Diagnostic::new(Id::WRONG_VALUE, "what is null is not sent").at(node.span);
                    found.push(one.help("to leave the input out, write `{ omit: true }`"));
                    return Self::Omitted(node.span);
                }
                Self::Invalid(Template::read(&entry.value, sources, found))
            }
            _ => Self::Value(Template::read(node, sources, found)),
        }
    }

    /// The value, if there is one.
    pub fn template(&self) -> Option<&Template> {
        match self {
            Self::Value(template) | Self::Invalid(template) => Some(template),
            Self::Omitted(_) => None,
        }
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Value(template) | Self::Invalid(template) => template.span(),
            Self::Omitted(span) => *span,
        }
    }
}

/// Reads what an activity is given, a mapping of inputs.
pub(super) fn read_given(node: &Node, what: &str, sources: &Sources, found: &mut Diagnostics) -> GivenInputs {
    let entries = node.mapping(what, found).unwrap_or_default();
    entries.iter().map(|entry| (entry.key.clone(), Given::read(&entry.value, sources, found))).collect()
}

/// The values among what is given.
pub(super) fn templates(given: &GivenInputs) -> impl Iterator<Item = &Template> {
    given.iter().filter_map(|(_, given)| given.template())
}
