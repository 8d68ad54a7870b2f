//! `flowproof init`: a project that runs green at once.

mod question;
mod starter;

use std::io::{IsTerminal, stderr, stdin};
use std::path::{Path, PathBuf};

use clap::Args;

use super::terminal::{complain, print_error, print_result};
use super::{Exit, world, writing};
use crate::project::{Project, SETTINGS};
use question::{Questions, base_url};
use starter::StarterFile;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  flowproof init                                   in the current folder
  flowproof init onboarding-tests                  in a new one
  flowproof init --base-url https://acme-test.example.com

No file is overwritten. On a terminal two questions are asked; --yes takes their defaults.
")]
pub(super) struct InitArguments {
    /// The project's folder; it is made if it is missing
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// The engine to be tested, which becomes the environment `engine`
    #[arg(long, value_name = "URL", value_parser = base_url)]
    base_url: Option<String>,
    /// Write no settings for the editor
    #[arg(long)]
    no_editor: bool,
    /// Ask nothing
    #[arg(long, short)]
    yes: bool,
}

pub(super) fn execute(arguments: &InitArguments) -> Exit {
    let current = world::current_folder();
    let root = current.join(&arguments.folder);
    if root.exists() && !root.is_dir() {
        complain(&format!("`{}` is no folder", arguments.folder.display()));
        return Exit::Invalid;
    }
    let asks = !arguments.yes && stdin().is_terminal() && stderr().is_terminal();
    let (engine, editor) = match if asks { ask(arguments) } else { Ok(given(arguments)) } {
        Ok(answers) => answers,
        Err(error) => {
            complain(&format!("nothing can be asked ({error}); say --yes"));
            return Exit::Errored;
        }
    };
    let files = starter::files(engine.as_deref(), editor);
    let there = |file: &&StarterFile| root.join(&file.path).symlink_metadata().is_ok();
    let in_the_way: Vec<&StarterFile> =
        files.iter().filter(there).filter(|file| file.instead.is_none() && !starter::is_same(&root, file)).collect();
    if !in_the_way.is_empty() {
        refuse(&in_the_way);
        return Exit::Invalid;
    }
    match make(&root, &files).and_then(|made| Ok(made + &make(&root, &starter::schemas(&root))?)) {
        Ok(made) => {
            print_result(&made);
            print_result(&next(&arguments.folder));
            remark_on_outer(&root);
            Exit::Success
        }
        Err(message) => {
            complain(&message);
            Exit::Errored
        }
    }
}

fn given(arguments: &InitArguments) -> (Option<String>, bool) {
    (arguments.base_url.clone(), !arguments.no_editor)
}

/// The same, asked for where the arguments say nothing.
fn ask(arguments: &InitArguments) -> std::io::Result<(Option<String>, bool)> {
    let (engine, editor) = given(arguments);
    let mut questions = Questions { input: stdin().lock(), output: stderr() };
    let engine = if engine.is_some() { engine } else { questions.engine()? };
    Ok((engine, editor && questions.editor()?))
}

fn refuse(in_the_way: &[&StarterFile]) {
    let names: Vec<String> = in_the_way.iter().map(|file| format!("  {}\n", file.path)).collect();
    complain(&format!("these are there already, and nothing was written:\n{}", names.concat().trim_end()));
    let help = match in_the_way.iter().any(|file| file.path == SETTINGS) {
        true => "this is a project already: `flowproof new NAME` writes a scenario for it",
        false => "move them away, or name another folder: flowproof init FOLDER",
    };
    print_error(&format!("{help}\n"));
}

/// The column before what is said of a file.
const WIDTH: usize = "made processes/face-onboarding.bpmn".len();

/// Writes the files and gives the list of them.
fn make(root: &Path, files: &[StarterFile]) -> Result<String, String> {
    let mut made = String::new();
    for file in files {
        match (writing::create(&root.join(&file.path), &file.bytes), file.instead) {
            (Ok(()), _) => made += &format!("{:WIDTH$}  {}", format!("made {}", file.path), file.about),
            (Err(error), _) if error.kind() == std::io::ErrorKind::AlreadyExists && starter::is_same(root, file) => {
                made += &format!("kept {}", file.path);
            }
            (Err(error), Some(instead)) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                made += &format!("kept {}: {instead}", file.path);
            }
            (Err(error), _) => {
                return Err(format!("`{}` cannot be written: {error}", root.join(&file.path).display()));
            }
        }
        made.truncate(made.trim_end().len());
        made.push('\n');
    }
    Ok(made)
}

/// What to do now.
fn next(folder: &Path) -> String {
    let enter = match folder.to_string_lossy() {
        here if here == "." || here.is_empty() => String::new(),
        folder => format!("  cd {folder}\n"),
    };
    let lines = [
        ("flowproof run", "runs the scenarios, on the simulator"),
        ("flowproof check", "finds mistakes without running anything"),
        ("flowproof new my-first", "writes the beginning of another scenario"),
        ("flowproof list outcomes", "which outcomes are expected so far, and which are not"),
    ];
    let lines = lines.map(|(command, about)| format!("  {command:24}  {about}\n"));
    format!("\nNext:\n{enter}{}", lines.concat())
}

/// A project inside of another one is rarely what was meant.
fn remark_on_outer(root: &Path) {
    let Some(above) = root.canonicalize().ok().and_then(|root| root.parent().map(Path::to_owned)) else { return };
    let outer = Project::open(None, &above).root;
    if outer.join(SETTINGS).is_file() {
        print_error(&format!("remark: `{}` is a project as well, and this one is not part of it\n", outer.display()));
    }
}
