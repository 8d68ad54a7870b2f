//! Whether a definition is sound: rules that look at the diagram, its conditions, variables, errors, timers and loops, a file for
//! each kind of subject. A finding says which element it is about and why it matters and, where there is one, shows a walk or a
//! circle that runs into it, or what is in conflict.

mod boundary;
mod component;
mod condition;
mod counter;
mod declared;
mod drawing;
mod gateway;
mod knowledge;
mod missing;
mod name;
mod raised;
mod reach;
mod subject;
mod timer;
mod variable;
mod walks;

pub use knowledge::{Deeds, Knowledge};

use std::collections::HashMap;

use subject::Subject;

use super::Definition;
use crate::diagnostic::{Diagnostic, Diagnostics, Id};

/// Everything that is questionable about a definition, beside what reading it has told.
pub fn lint(definition: &Definition) -> Diagnostics {
    lint_with(definition, &Knowledge::default())
}

/// The same, where more is known of what nodes do.
pub fn lint_with(definition: &Definition, knowledge: &Knowledge) -> Diagnostics {
    let subject = Subject::of(definition, knowledge);
    let mut found = Diagnostics::new();
    for rules in [
        reach::check,
        gateway::check,
        condition::check,
        counter::check,
        variable::check,
        boundary::check,
        raised::check,
        declared::check,
        timer::check,
        component::check,
        name::check,
        drawing::check,
    ] {
        rules(&subject, &mut found);
    }
    joined(found)
}

/// One finding for each rule and element: what else a rule has to say of an element stands below the first.
fn joined(found: Diagnostics) -> Diagnostics {
    let mut places: HashMap<(Id, String), usize> = HashMap::new();
    let mut kept: Vec<Diagnostic> = Vec::new();
    for one in found {
        let id = one.element.as_ref().map(|element| element.id.clone()).unwrap_or_default();
        match places.get(&(one.id, id.clone())) {
            Some(first) => kept[*first].help.push(one.message),
            None => {
                places.insert((one.id, id), kept.len());
                kept.push(one);
            }
        }
    }
    let mut joined = Diagnostics::new();
    joined.extend(kept);
    joined
}
