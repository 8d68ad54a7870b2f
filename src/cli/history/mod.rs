//! `flowproof history`: what was run before, as tables for people and as JSON for programs.

mod arguments;
mod failures;
mod flaky;
mod import;
mod page;
mod runs;
mod show;
mod slow;

pub(super) use arguments::HistoryArguments;

use std::path::Path;

use super::past::history_file;
use super::terminal::{complain, note, print_result};
use super::{Exit, world};
use crate::history::{HistoryError, Store};
use crate::project::Project;
use arguments::{Options, View};
use page::Page;

pub(super) fn execute(arguments: &HistoryArguments) -> Exit {
    let current = world::current_folder();
    let project = Project::open(None, &current);
    let view = match arguments.chosen() {
        Ok(view) => view,
        Err(paths) => return import::execute(paths, &project, &current),
    };
    match show(&view, arguments.options(), &history_file(&project)) {
        Ok(exit) => exit,
        Err(error) => {
            complain(&error.to_string());
            Exit::Invalid
        }
    }
}

fn show(view: &View<'_>, options: &Options, file: &Path) -> Result<Exit, HistoryError> {
    let Some(store) = Store::open_existing(file)? else {
        note(&format!("there is no history yet: `{}` is written by `flowproof run`", file.display()));
        return Ok(Exit::Success);
    };
    if let Some(name) = &options.env {
        let known = store.environments()?;
        if !known.contains(name) {
            let help = crate::diagnostic::suggest(name, known.iter().map(String::as_str)).unwrap_or_default();
            complain(&format!("nothing was run on `{name}` yet: {help}"));
            return Ok(Exit::Invalid);
        }
    }
    let page: Page = match view {
        View::Runs => runs::page(&store, options)?,
        View::Show(what) => match show::page(what, &store, options)? {
            Ok(page) => page,
            Err(message) => {
                complain(&message);
                return Ok(Exit::Invalid);
            }
        },
        View::Failures => failures::page(&store, options)?,
        View::Flaky => flaky::page(&store, options)?,
        View::Slow => slow::page(&store, options)?,
    };
    print_result(&page.text(options.format));
    Ok(Exit::Success)
}
