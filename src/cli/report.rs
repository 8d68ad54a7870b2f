use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::past::history_file;
use super::reports::{Places, Wanted, stages, to_file};
use super::selection::count;
use super::terminal::{complain, print_result};
use super::{Exit, home, world};
use crate::diagnostic::nearest;
use crate::project::Project;
use crate::report::{Console, LATEST, Look, Merge, ReportError, ReportFormat, StoredRun, Surroundings};

#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Formats: console, ndjson, json, junit, junit-steps, tap, ctrf, github, allure, html

Examples:
  flowproof report                                 the newest stored run, as it was told
  flowproof report junit=out/junit.xml json=out/report.json
  flowproof report 3d83 tap                        a run by the beginning of its id
  flowproof report out/events.ndjson allure=out/allure-results
  flowproof report merge parts --output out/events.ndjson

A run tells of scenarios that pass in detail where a report is asked for, or with `runs: { detail: everything }`.
"
)]
pub(super) struct ReportCommand {
    #[command(subcommand)]
    pub merge: Option<Kind>,
    /// What is told: a stored run by its id, its beginning or `latest`, or the files of one; and FORMAT or FORMAT=PATH, as
    /// often as wanted
    #[arg(value_name = "RUN|PATH|FORMAT[=PATH]")]
    pub told: Vec<String>,
    /// Show every scenario on the console, not only those that did not pass
    #[arg(long, short)]
    pub verbose: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Kind {
    /// Put the parts of a run together that several machines have run
    Merge(MergeArguments),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  flowproof report merge part-1.ndjson part-2.ndjson --output events.ndjson
  flowproof report merge parts --output events.ndjson          every .ndjson file below a folder
  flowproof report events.ndjson junit=out/junit.xml           and then any report

Parts that are missing or did not come to their end are named, and nothing is written (exit code 1) unless --allow-missing is
said. Parts of other runs, and parts that are there twice, are refused (exit code 2). What was merged can be merged again.
")]
pub(super) struct MergeArguments {
    /// The event files of the parts, or folders of them
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// Where the whole is written
    #[arg(long, short, value_name = "PATH")]
    pub output: PathBuf,
    /// Write what is there although parts are missing or did not come to their end
    #[arg(long)]
    pub allow_missing: bool,
}

/// A report that is asked for.
enum Told {
    Console,
    Format(Wanted),
}

pub(super) fn execute(arguments: &ReportCommand) -> Exit {
    let current = world::current_folder();
    let done = match &arguments.merge {
        Some(Kind::Merge(merge)) => put_together(merge, &current),
        None => tell(arguments, &current),
    };
    done.unwrap_or_else(|(exit, message)| {
        complain(&message);
        exit
    })
}

fn invalid(error: impl ToString) -> (Exit, String) {
    (Exit::Invalid, error.to_string())
}

fn tell(arguments: &ReportCommand, current: &Path) -> Result<Exit, (Exit, String)> {
    let (mut formats, mut names) = (Vec::new(), Vec::new());
    for word in &arguments.told {
        let name = word.split_once('=').map_or(word.as_str(), |(name, _)| name);
        match name {
            "console" => formats.push(Told::Console),
            name if ReportFormat::of(name).is_some() || word.contains('=') && !current.join(word).exists() => {
                formats.push(Told::Format(Wanted::read(word).map_err(invalid)?));
            }
            _ => names.push(word.as_str()),
        }
    }
    if formats.is_empty() {
        formats.push(Told::Console);
    }
    if names.is_empty() {
        names.push(LATEST);
    }
    let root = Project::root(current);
    let paths = names.iter().map(|name| meant(name, &root, current)).collect::<Result<Vec<_>, _>>().map_err(invalid)?;
    let named = |error: ReportError| match error {
        error @ (ReportError::Output(_) | ReportError::Write { .. }) => (Exit::Errored, error.to_string()),
        error => (Exit::Invalid, error.to_string()),
    };
    for format in formats {
        match format {
            Told::Console => console(&paths, arguments.verbose).map_err(named)?,
            Told::Format(wanted) => {
                let run = StoredRun::open(&paths).map_err(named)?;
                let project = Project::open(None, current);
                let history = Some(history_file(&project));
                let stages = stages(&project, std::slice::from_ref(&wanted));
                let places = Places { root: root.clone(), current: current.to_owned(), history, stages };
                wanted.write(&run, &places).map_err(named)?;
            }
        }
    }
    Ok(Exit::Success)
}

/// The file that a name means: itself, or that of a stored run.
pub(super) fn meant(name: &str, root: &Path, current: &Path) -> Result<PathBuf, String> {
    let path = current.join(name);
    if path.is_file() {
        return Ok(path);
    }
    // What looks like a path is none of a run.
    if name.contains(['/', '\\', '.']) {
        return Err(format!("`{name}` is no file"));
    }
    home::runs(root).find(name).map(|place| place.events()).map_err(|error| {
        let words = ReportFormat::ALL.map(ReportFormat::name);
        match nearest(name, words.into_iter().chain([LATEST])) {
            Some(near) => format!("{error}; did you mean `{near}`?"),
            None => error.to_string(),
        }
    })
}

/// What the console told of a run, or would tell of its parts.
fn console(paths: &[PathBuf], verbose: bool) -> Result<(), ReportError> {
    let look = Look { progress: false, ..Look::fitting(Surroundings::of_process(), false, verbose) };
    let mut console = Console::of_process(look);
    match paths {
        [path] => console.fold(BufReader::new(File::open(path)?))?,
        paths => StoredRun::open(paths)?.retell(|event| console.event(event))?,
    }
    console.finish()
}

fn put_together(arguments: &MergeArguments, current: &Path) -> Result<Exit, (Exit, String)> {
    let mut files = Vec::new();
    for path in &arguments.paths {
        let path = current.join(path);
        let found = if path.is_dir() { parts_below(&path) } else { Ok(vec![path.clone()]) };
        files.extend(found.map_err(|error| invalid(format!("`{}` cannot be read: {error}", path.display())))?);
    }
    let output = current.join(&arguments.output);
    // It may lie in the folder of the parts, from the last time.
    files.retain(|file| *file != output);
    let merge = Merge::of(&files).map_err(invalid)?;
    let gaps = merge.gaps();
    for gap in &gaps {
        complain(gap);
    }
    if !gaps.is_empty() && !arguments.allow_missing {
        return Err((Exit::Failed, "nothing was written; --allow-missing merges what is there".to_owned()));
    }
    to_file(&output, |out| merge.write(out)).map_err(|error| (Exit::Errored, error.to_string()))?;
    let (parts, scenarios) = merge.extent();
    let told = format!("{} with {}", count(parts, "part"), count(scenarios, "scenario"));
    print_result(&format!("{}: {told}\n", arguments.output.display()));
    Ok(Exit::Success)
}

/// The event files below a folder, sorted.
fn parts_below(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let path = entry.path();
            // Links to folders are not followed: they could lead in circles.
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "ndjson") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
