//! Whether a definition is sound: rules that look at the diagram, its conditions, errors, timers and loops, a file for each
//! kind of subject. A finding says why it matters and, where there is one, shows a walk that runs into it.

mod boundary;
mod component;
mod condition;
mod declared;
mod gateway;
mod name;
mod reach;
mod subject;
mod timer;

use subject::Subject;

use super::Definition;
use crate::diagnostic::Diagnostics;

/// Everything that is questionable about a definition, beside what reading it has told.
pub fn lint(definition: &Definition) -> Diagnostics {
    let subject = Subject::of(definition);
    let mut found = Diagnostics::new();
    for rules in [
        reach::check,
        gateway::check,
        condition::check,
        boundary::check,
        declared::check,
        timer::check,
        component::check,
        name::check,
    ] {
        rules(&subject, &mut found);
    }
    found
}
