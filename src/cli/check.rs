use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use clap::Args;

use super::problems::Format;
use super::selection::SelectionArguments;
use super::terminal::{complain, print_error, print_result};
use super::{Exit, world, writing};
use crate::diagnostic::{Baseline, Diagnostic};
use crate::project::{Change, Project, Repair, Texts, repair};
use crate::report::count;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  flowproof check                                  every scenario and fragment, with what they use
  flowproof check scenarios/faces --fix            repair what is certain, show the rest
  flowproof check --format github                  beside the lines of a pull request
  flowproof check --format sarif > flowproof.sarif
  flowproof check --write-baseline known.json      live with what is there …
  flowproof check --baseline known.json            … and see what is new

`flowproof explain ID` says more of a problem.
")]
pub(super) struct CheckArguments {
    #[command(flatten)]
    pub selection: SelectionArguments,
    /// How problems are written; all but `human` go to standard output
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Repair what can be repaired in one way alone, and show what is left
    #[arg(long)]
    pub fix: bool,
    /// Neither show nor count the problems of a stored baseline, and tell which of them are gone
    #[arg(long, value_name = "FILE", conflicts_with = "write_baseline")]
    pub baseline: Option<PathBuf>,
    /// Store all problems as a baseline
    #[arg(long, value_name = "FILE")]
    pub write_baseline: Option<PathBuf>,
}

pub(super) fn execute(arguments: &CheckArguments) -> Exit {
    let current = world::current_folder();
    let baseline = match arguments.baseline.as_ref().map(|path| read_baseline(&current.join(path))).transpose() {
        Ok(baseline) => baseline,
        Err(problem) => {
            complain(&problem);
            return Exit::Invalid;
        }
    };
    let look = |texts: Texts| {
        let mut project = arguments.selection.project_over(&current, texts);
        let fragments = project.check_fragments();
        (project, fragments)
    };
    let (mut project, fragments) = look(Texts::default());
    let mut exit = Exit::Success;
    if arguments.fix {
        let Repair { project: repaired, changed } = repair(project, |texts| look(texts).0);
        project = repaired;
        exit = exit.max(write_repairs(&project, &changed));
    }
    let found = std::mem::take(&mut project.found).sorted();
    if let Some(path) = &arguments.write_baseline {
        return exit.max(store_baseline(&current.join(path), path, &Baseline::of(&found, &project.sources)));
    }
    let mut told = String::new();
    let found = match &baseline {
        None => found,
        Some(baseline) => {
            let read: HashSet<&str> = project.sources.files().map(|(_, file)| file.name()).collect();
            let looked_at = |path: &str| read.contains(path) || !project.root.join(path).exists();
            let sifted = baseline.sift(found, &project.sources, looked_at);
            told += &format!(", {} known", count(sifted.known as u64, "problem"));
            for gone in &sifted.gone {
                print_error(&format!("gone: {gone}\n"));
            }
            if !sifted.gone.is_empty() {
                told += &format!(" and {} gone: write the baseline anew", sifted.gone.len());
            }
            sifted.fresh
        }
    };
    let failed = found.iter().any(Diagnostic::is_error);
    let (sound, broken) = (project.plan.len(), project.invalid());
    arguments.format.show(&found, &project, &current);
    let certain = found.iter().filter(|one| one.certain_fix().is_some()).count();
    if certain > 0 && arguments.format == Format::Human && !arguments.fix {
        print_error(&format!("{certain} can be repaired by `flowproof check --fix`\n"));
    }
    if sound + broken + fragments == 0 && !failed {
        complain(&arguments.selection.nothing(&project));
        return exit.max(Exit::Nothing);
    }
    let with = if fragments == 0 { String::new() } else { format!(" and {}", count(fragments as u64, "fragment")) };
    let scenarios = count((sound + broken) as u64, "scenario");
    let summary = format!("{scenarios}{with} checked, {broken} cannot be run{told}\n");
    match arguments.format {
        Format::Human => print_result(&summary),
        // Standard output is the document alone.
        _ => print_error(&summary),
    }
    if failed { exit.max(Exit::Invalid) } else { exit }
}

/// Writes what was repaired, file by file, and tells it.
fn write_repairs(project: &Project, changed: &BTreeMap<String, Change>) -> Exit {
    let mut exit = Exit::Success;
    for (name, change) in changed {
        let path = project.root.join(name);
        if let Err(problem) = write_repair(&path, change) {
            complain(&format!("`{name}` was not repaired: {problem}"));
            exit = Exit::Errored;
            continue;
        }
        for done in &change.done {
            print_error(&format!("repaired {done}\n"));
        }
    }
    exit
}

/// Writes one file, unless somebody else wrote it in the meantime.
fn write_repair(path: &Path, change: &Change) -> Result<(), String> {
    let now = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let (mark, text) = match now.strip_prefix('\u{feff}') {
        Some(text) => ("\u{feff}", text),
        None => ("", now.as_str()),
    };
    if text != change.before {
        return Err("it has changed since it was read".to_owned());
    }
    writing::replace(path, format!("{mark}{}", change.after).as_bytes()).map_err(|error| error.to_string())
}

fn read_baseline(path: &Path) -> Result<Baseline, String> {
    let refuse = |why: &str| format!("the baseline `{}` cannot be used: {why}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| refuse(&error.to_string()))?;
    Baseline::read(&text).map_err(|why| refuse(&why))
}

fn store_baseline(path: &Path, shown: &Path, baseline: &Baseline) -> Exit {
    match writing::replace(path, baseline.write().as_bytes()) {
        Ok(()) => {
            let problems = count(baseline.len() as u64, "problem");
            print_result(&format!("wrote {problems} to {}\n", shown.display()));
            Exit::Success
        }
        Err(error) => {
            complain(&format!("`{}` cannot be written: {error}", shown.display()));
            Exit::Errored
        }
    }
}
