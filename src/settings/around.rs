use crate::diagnostic::Diagnostics;
use crate::source::Spanned;
use crate::yaml::{Form, Key, Shaped};

/// What is run once before and after all scenarios of a run.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// The scenario that is run first, by its file relative to the project's root.
    pub before: Option<Spanned<String>>,
    /// The scenario that is run last, whatever happened.
    pub after: Option<Spanned<String>>,
}

pub(super) const BEFORE: Key =
    Key::new("before", Form::Text, "a scenario that is run once, before all others; what it saves is `run.<name>`")
        .such_as(&["setup/prepare.yaml"]);
pub(super) const AFTER: Key = Key::new("after", Form::Text, "a scenario that is run once, after all others, always")
    .such_as(&["setup/tidy-up.yaml"]);

impl Around {
    pub(super) fn read(fields: &Shaped<'_>, found: &mut Diagnostics) -> Self {
        Self { before: fields.text("before", found), after: fields.text("after", found) }
    }

    /// These, and where they say nothing, others.
    pub fn or(&self, other: &Self) -> Self {
        Self {
            before: self.before.clone().or_else(|| other.before.clone()),
            after: self.after.clone().or_else(|| other.after.clone()),
        }
    }
}
