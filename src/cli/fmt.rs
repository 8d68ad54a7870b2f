use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;

use super::selection::count;
use super::terminal::{complain, print_error, print_result, show_diagnostics};
use super::{Exit, world, writing};
use crate::diagnostic::Diagnostics;
use crate::format::{Unformatted, canonical};
use crate::project::{Project, SETTINGS, yaml_files};
use crate::source::Sources;

/// Largest text that is read from standard input.
const MAX_INPUT: u64 = crate::yaml::MAX_BYTES as u64;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  flowproof fmt                                    all files of the project
  flowproof fmt scenarios/faces
  flowproof fmt --check                            changes nothing; exit code 1 if something would change
  flowproof fmt --stdin < scenario.yaml            for editors

Scenarios, fragments, catalogues and flowproof.yaml get one order of keys, one indentation, one spacing.
Comments, blank lines, quotes, block and flow style are kept. What cannot be read is left alone.
")]
pub(super) struct FmtArguments {
    /// Files, or folders of them; the project's settings, scenarios, fragments and catalogues if none is given
    paths: Vec<PathBuf>,
    /// Show what would change, and change nothing
    #[arg(long)]
    check: bool,
    /// Read standard input and write to standard output
    #[arg(long, conflicts_with = "paths")]
    stdin: bool,
}

pub(super) fn execute(arguments: &FmtArguments) -> Exit {
    let current = world::current_folder();
    if arguments.stdin {
        return of_input(arguments.check);
    }
    let (files, mut exit) = files(arguments, &current);
    let (mut changed, mut same) = (0, 0);
    for file in &files {
        let shown = file.strip_prefix(&current).unwrap_or(file).display().to_string();
        let text = match std::fs::read(file).map(String::from_utf8) {
            Ok(Ok(text)) => text,
            Ok(Err(_)) => {
                left_alone(&shown, "it is not UTF-8");
                exit = exit.max(Exit::Invalid);
                continue;
            }
            Err(error) => {
                complain(&format!("`{shown}` cannot be read: {error}"));
                exit = exit.max(Exit::Errored);
                continue;
            }
        };
        match canonical(&text) {
            Ok(Some(formatted)) if formatted != text => {
                changed += 1;
                if arguments.check {
                    print_result(&difference(&shown, &text, &formatted));
                    exit = exit.max(Exit::Failed);
                } else if let Err(error) = writing::replace(file, formatted.as_bytes()) {
                    complain(&format!("`{shown}` cannot be written: {error}"));
                    exit = exit.max(Exit::Errored);
                } else {
                    print_result(&format!("{shown}\n"));
                }
            }
            Ok(Some(_)) => same += 1,
            // Data for cases and the like.
            Ok(None) => {}
            Err(problem) => {
                tell(&shown, &text, &problem);
                exit = exit.max(Exit::Invalid);
            }
        }
    }
    if changed + same == 0 && exit == Exit::Success {
        complain("there is no file to format: name one, or a folder");
        return Exit::Nothing;
    }
    let verb = if arguments.check { "would change" } else { "changed" };
    print_error(&format!("{} {verb}, {same} left as they were\n", count(changed, "file")));
    exit
}

fn of_input(check: bool) -> Exit {
    let mut bytes = Vec::new();
    let read = std::io::stdin().take(MAX_INPUT + 1).read_to_end(&mut bytes);
    let text = match read.map(|_| String::from_utf8(bytes)) {
        Ok(Ok(text)) if text.len() as u64 <= MAX_INPUT => text,
        Ok(Ok(_)) => {
            complain(&format!("standard input has more than {MAX_INPUT} bytes"));
            return Exit::Invalid;
        }
        Ok(Err(_)) => {
            complain("standard input is not UTF-8");
            return Exit::Invalid;
        }
        Err(error) => {
            complain(&format!("standard input cannot be read: {error}"));
            return Exit::Errored;
        }
    };
    match canonical(&text) {
        Ok(formatted) if check => match formatted.filter(|formatted| *formatted != text) {
            None => Exit::Success,
            Some(formatted) => {
                print_result(&difference("<stdin>", &text, &formatted));
                Exit::Failed
            }
        },
        Ok(formatted) => {
            print_result(&formatted.unwrap_or(text));
            Exit::Success
        }
        // An editor that takes the output for the file must not lose it.
        Err(problem) => {
            if !check {
                print_result(&text);
            }
            tell("<stdin>", &text, &problem);
            Exit::Invalid
        }
    }
}

/// The files that are meant.
fn files(arguments: &FmtArguments, current: &Path) -> (BTreeSet<PathBuf>, Exit) {
    let (mut files, mut exit) = (BTreeSet::new(), Exit::Success);
    let mut add = |path: &Path, exit: &mut Exit| match yaml_files(path) {
        Ok(found) => files.extend(found),
        Err(error) => {
            complain(&format!("`{}` cannot be read: {error}", path.display()));
            *exit = Exit::Errored;
        }
    };
    if arguments.paths.is_empty() {
        let project = Project::open(None, current);
        let catalogues = project.settings.iter().flat_map(|settings| &settings.catalogues);
        let catalogues: Vec<PathBuf> =
            catalogues.filter_map(|(_, file)| file.as_ref()).map(|file| PathBuf::from(&file.value)).collect();
        let usual = [SETTINGS, "quarantine.yaml", "scenarios", "fragments", "catalogues"].map(PathBuf::from);
        for path in usual.into_iter().chain(catalogues).map(|path| project.root.join(path)).filter(|path| path.exists())
        {
            add(&path, &mut exit);
        }
    }
    for path in &arguments.paths {
        add(&current.join(path), &mut exit);
    }
    (files, exit)
}

/// Tells why a file is left alone: what is wrong with it, shown where it stands, if that is why.
fn tell(shown: &str, text: &str, problem: &Unformatted) {
    if *problem == Unformatted::Malformed {
        let mut sources = Sources::new();
        let file = sources.add(shown, text.trim_start_matches('\u{feff}'));
        let mut found = Diagnostics::new();
        crate::yaml::parse(&sources, file, &mut found);
        show_diagnostics(found.sorted(), &sources);
    }
    left_alone(shown, &problem.to_string());
}

fn left_alone(shown: &str, why: &str) {
    print_error(&format!("`{shown}` is left alone: {why}\n"));
}

/// What would change, as a diff with three lines around.
fn difference(name: &str, before: &str, after: &str) -> String {
    let diff = similar::TextDiff::from_lines(before, after);
    let shown = diff.unified_diff().header(name, &format!("{name} (formatted)")).to_string();
    shown
        .lines()
        .map(|line| match line.as_bytes().first() {
            Some(b'+') => format!("\u{1b}[32m{line}\u{1b}[0m\n"),
            Some(b'-') => format!("\u{1b}[31m{line}\u{1b}[0m\n"),
            _ => format!("{line}\n"),
        })
        .collect()
}
