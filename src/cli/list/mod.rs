//! `flowproof list`: what a project has, as tables for people and as JSON for programs.

mod activities;
mod arguments;
mod outcomes;
mod processes;
mod scenarios;
mod shown;
mod tags;

pub(super) use arguments::{Format, ListArguments};

use super::terminal::{complain, print_result, show_diagnostics};
use super::{Exit, world};
use arguments::What;
use shown::Shown;

pub(super) fn execute(arguments: &ListArguments) -> Exit {
    let current = world::current_folder();
    let (what, options) = arguments.chosen();
    let mut project = options.selection.project(&current);
    project.refuse_fragments();
    let invalid = project.found.has_errors();
    show_diagnostics(std::mem::take(&mut project.found).sorted(), &project.sources);
    let shown: Shown = match what {
        What::Scenarios => scenarios::list(&project),
        What::Activities => activities::list(&project),
        What::Outcomes => outcomes::list(&project),
        What::Processes => processes::list(&project),
        What::Tags => tags::list(&project),
    };
    print_result(&shown.text(options.format));
    if invalid {
        return Exit::Invalid;
    }
    // Catalogues and processes are there whether or not a scenario uses them.
    if project.plan.is_empty() && matches!(what, What::Scenarios | What::Tags) {
        complain(&options.selection.nothing(&project));
        return Exit::Nothing;
    }
    Exit::Success
}
