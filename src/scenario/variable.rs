use crate::diagnostic::{Diagnostic, Diagnostics, Fix, Id};
use crate::source::{Sources, Spanned};
use crate::template::Template;
use crate::yaml::{Node, Shaped};

/// A named value.
#[derive(Clone, Debug)]
pub struct Variable {
    /// The name that templates use.
    pub name: Spanned<String>,
    /// Its value.
    pub value: Template,
}

impl Variable {
    /// Reads the mapping of names to values behind a key, if it is there.
    pub fn read_of(fields: &Shaped<'_>, key: &'static str, sources: &Sources, found: &mut Diagnostics) -> Vec<Self> {
        let node = fields.node(key);
        node.map(|node| Self::read_all(node, &format!("`{key}`"), sources, found)).unwrap_or_default()
    }

    /// Reads a mapping of names to values; the names must be ids.
    pub(super) fn read_all(node: &Node, what: &str, sources: &Sources, found: &mut Diagnostics) -> Vec<Self> {
        let entries = node.mapping(what, found).unwrap_or_default();
        let read = |entry: &crate::yaml::Entry, found: &mut Diagnostics| {
            check_id(&entry.key, found);
            Self { name: entry.key.clone(), value: Template::read(&entry.value, sources, found) }
        };
        entries.iter().map(|entry| read(entry, found)).collect()
    }
}

/// Names and their values.
pub type Inputs = Vec<(Spanned<String>, Template)>;

/// Whether a text is an id: a lower-case letter, then lower-case letters, digits and underscores. A hyphen would be a
/// subtraction in a template.
pub fn is_id(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first.is_ascii_lowercase())
        && characters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Reports a name that is no id, with one that is.
pub(super) fn check_id(name: &Spanned<String>, found: &mut Diagnostics) {
    if is_id(&name.value) {
        return;
    }
    let mut proposal = String::new();
    for c in name.value.chars() {
        match c {
            c if c.is_ascii_uppercase() && proposal.ends_with(|last: char| last.is_ascii_lowercase()) => {
                proposal.extend(['_', c.to_ascii_lowercase()]);
            }
            c if c.is_ascii_alphanumeric() => proposal.push(c.to_ascii_lowercase()),
            _ => proposal.push('_'),
        }
    }
    let message = format!("`{}` is no id: use a lower-case letter, then letters, digits and `_`", name.value);
    let one = Diagnostic::new(Id::WRONG_ID, message);
    // Letters that are left out would leave no name that anybody wants.
    found.push(match is_id(&proposal) && name.value.is_ascii() {
        true => {
            let fix = Fix::certain(format!("write `{proposal}`"), name.span, proposal.as_str());
            one.label(name.span, format!("write `{proposal}`")).fix(fix)
        }
        false => one.at(name.span),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_what_templates_can_name() {
        for good in ["a", "selfie", "first_name", "step2"] {
            assert!(is_id(good), "{good}");
        }
        for bad in ["", "2a", "first-name", "firstName", "_a", "ä"] {
            assert!(!is_id(bad), "{bad}");
        }
    }
}
