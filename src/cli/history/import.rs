use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use crate::cli::selection::count;
use crate::cli::terminal::{complain, print_result};
use crate::cli::{Exit, past};
use crate::history::{Origin, Recorded};
use crate::project::Project;
use crate::report::stored;

/// The file of a stored run's folder that holds its events.
const EVENTS: &str = "events.ndjson";

/// Stores what was run elsewhere. The same run twice is one run.
pub(super) fn execute(paths: &[PathBuf], project: &Project, current: &Path) -> Exit {
    let mut exit = Exit::Success;
    for path in paths {
        match import(&current.join(path), project) {
            Ok(Recorded { run: Some(run), results, .. }) => {
                print_result(&format!("{}: run {run}, {}\n", path.display(), count(results, "result")));
            }
            Ok(_) => {
                complain(&format!("`{}` holds no run", path.display()));
                exit = Exit::Invalid;
            }
            Err(reason) => {
                complain(&format!("`{}`: {reason}", path.display()));
                exit = Exit::Invalid;
            }
        }
    }
    exit
}

fn import(path: &Path, project: &Project) -> Result<Recorded, String> {
    let path = if path.is_dir() { path.join(EVENTS) } else { path.to_owned() };
    let file = File::open(&path).map_err(|error| error.to_string())?;
    let mut history = past::open(project, Origin::default())?;
    let mut read = Ok(());
    for event in stored(BufReader::new(file)) {
        match event {
            Ok(event) => history.event(&event),
            Err(error) => {
                read = Err(error.to_string());
                break;
            }
        }
    }
    // What could be read is kept, as of a run that was cut off.
    let recorded = history.finish().map_err(|error| error.to_string());
    read.and(recorded)
}
